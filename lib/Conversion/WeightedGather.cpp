//===- WeightedGather.cpp - Sums of elements found by tables --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightedGather.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

Value dlc::createWeightedGather(B &b, Value x, Value starts, Value weights) {
  MLIRContext *context = b.getContext();
  RankedTensorType tableType = tensorType(weights);
  Shape dims = getDims(x), table = getDims(tableType);
  // Dimensions o, p, i and t of the loops.
  bool hasOuter = table.size() == 3;
  AffineMap tableMap = hasOuter ? selectDims(context, 4, {0, 1, 3})
                                : selectDims(context, 4, {1, 3});
  Dim stride = mulDims(dims[1], dims[2]);
  Value flat = createReshape(b, x, {mulDims(dims[0], stride)});
  Value step = getSizeValue(b, stride);
  Type real = tableType.getElementType();
  RankedTensorType type =
      makeTensorType({dims[0], table[hasOuter ? 1 : 0], dims[2]}, real);
  return createGeneric(
      b, {starts, weights}, createFilled(b, type, b.getZeroAttr(real)),
      {tableMap, tableMap, selectDims(context, 4, {0, 1, 2})},
      [&](B &inner, ValueRange args) {
        Value outer = mul(inner, linalg::IndexOp::create(inner, 0), step);
        Value position =
            arith::IndexCastOp::create(inner, inner.getIndexType(), args[0]);
        position = add(inner, position, outer);
        position = add(inner, position, linalg::IndexOp::create(inner, 2));
        Value element = tensor::ExtractOp::create(inner, flat, position);
        Value wide = castScalar(inner, element, element.getType(), real);
        return add(inner, args[2], mul(inner, wide, args[1]));
      });
}
