//===- Sparse.cpp - Contractions of compressed weights --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Sparse.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Sparse.cpp.inc"

void DLCDialect::addSparseOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Sparse.cpp.inc"
      >();
}

/// Checks the values of blocks, and the table that says where each begins.
static LogicalResult checkBlocks(MaybeLocation location, RankedTensorType input,
                                 RankedTensorType values, StringRef tableName,
                                 RankedTensorType table) {
  if (failed(
          checkElementTypes(location, "the input", input, "values", values)) ||
      failed(checkRank(location, "values", values, 4)) ||
      failed(checkShape(location, tableName, getDims(table),
                        toDims(values.getShape().take_front(2)))))
    return failure();
  if (!values.hasStaticShape() || llvm::is_contained(values.getShape(), 0))
    return emitOptionalError(location, "values has the shape ",
                             shapeText(getDims(values)),
                             ", expected positive sizes");
  return success();
}

LogicalResult SparseMatMulOp::inferReturnTypes(MLIRContext *context,
                                               MaybeLocation location,
                                               Adaptor adaptor,
                                               TypeVector &types) {
  auto a = cast<RankedTensorType>(adaptor.getA().getType());
  auto values = cast<RankedTensorType>(adaptor.getValues().getType());
  auto rows = cast<RankedTensorType>(adaptor.getRows().getType());
  if (failed(checkBlocks(location, a, values, "rows", rows)))
    return failure();
  if (a.getRank() < 1)
    return emitOptionalError(location, "a is a scalar");
  int64_t columns = adaptor.getColumns();
  int64_t panels =
      llvm::divideCeil(std::max<int64_t>(columns, 1), values.getDimSize(3));
  if (values.getDimSize(0) != panels)
    return emitOptionalError(location, "values has ", values.getDimSize(0),
                             " panels, expected ", panels, " for ", columns,
                             " columns");
  Shape shape = getDims(a);
  shape.back() = columns;
  return appendTensor(location, shape, a.getElementType(), types);
}

LogicalResult SparseConvOp::inferReturnTypes(MLIRContext *context,
                                             MaybeLocation location,
                                             Adaptor adaptor,
                                             TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  auto values = cast<RankedTensorType>(adaptor.getValues().getType());
  auto channels = cast<RankedTensorType>(adaptor.getChannels().getType());
  ArrayRef<int64_t> strides = adaptor.getStrides();
  size_t rank = strides.size();
  if (failed(checkBlocks(location, x, values, "channels", channels)) ||
      failed(checkAtLeast(location, "strides", strides, 1)) ||
      failed(checkRank(location, "x", x, rank + 3)))
    return failure();
  int64_t block = x.getShape().back();
  if (!isDynamic(block) && block % values.getDimSize(2) != 0)
    return emitOptionalError(location, "blocks of ", values.getDimSize(2),
                             " input channels don't divide ", block);
  Shape xDims = getDims(x);
  Shape shape = {xDims[0], values.getDimSize(0)};
  // 1x1 without padding.
  SmallVector<int64_t> ones(rank, 1), pads(2 * rank, 0);
  Windows windows{strides, pads, ones};
  for (size_t i = 0; i < rank; ++i) {
    FailureOr<Dim> size = windows.count(location, i, xDims[2 + i], 1);
    if (failed(size))
      return failure();
    shape.push_back(*size);
  }
  shape.push_back(values.getDimSize(3));
  return appendTensor(location, shape, x.getElementType(), types);
}
