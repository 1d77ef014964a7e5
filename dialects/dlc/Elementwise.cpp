//===- Elementwise.cpp - Elementwise ops ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/DLCOps.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Elementwise.cpp.inc"

void DLCDialect::addElementwiseOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Elementwise.cpp.inc"
      >();
}

LogicalResult ClipOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  const std::pair<StringRef, Value> bounds[] = {{"low", adaptor.getLow()},
                                                {"high", adaptor.getHigh()}};
  for (auto [name, bound] : bounds) {
    if (!bound)
      continue;
    auto type = cast<RankedTensorType>(bound.getType());
    if (failed(checkShape(location, name, type.getShape(), {})) ||
        failed(checkElementTypes(location, "x", x, name, type)))
      return failure();
  }
  types.push_back(x);
  return success();
}

LogicalResult PowOp::inferReturnTypes(MLIRContext *context,
                                      MaybeLocation location, Adaptor adaptor,
                                      TypeVector &types) {
  return inferBroadcastType(location, adaptor.getOperands(),
                            getElementTypeOrSelf(adaptor.getA().getType()),
                            types);
}

LogicalResult WhereOp::inferReturnTypes(MLIRContext *context,
                                        MaybeLocation location, Adaptor adaptor,
                                        TypeVector &types) {
  if (failed(checkElementTypes(location, "a", adaptor.getA().getType(), "b",
                               adaptor.getB().getType())))
    return failure();
  return inferBroadcastType(location, adaptor.getOperands(),
                            getElementTypeOrSelf(adaptor.getA().getType()),
                            types);
}

OpFoldResult AbsOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult NegOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult SqrtOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult FloorOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult CeilOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult ReluOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult NotOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult CastOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult AddOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult SubOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult MulOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult DivOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult MinOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult MaxOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult EqualOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult LessOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult LessEqualOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult GreaterOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult GreaterEqualOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult WhereOp::fold(FoldAdaptor adaptor) { return {}; }
