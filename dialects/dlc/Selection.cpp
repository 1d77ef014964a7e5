//===- Selection.cpp - Elements selected by what they are -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Selection.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Selection.cpp.inc"

void DLCDialect::addSelectionOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Selection.cpp.inc"
      >();
}

using TypeVector = SmallVectorImpl<Type>;

LogicalResult NonZeroOp::verify() {
  if (failed(checkRank(getLoc(), "y", getType(), 2)))
    return failure();
  int64_t rank = getX().getType().getRank();
  if (getType().getDimSize(0) == rank)
    return success();
  return emitOpError("there must be one row for each of the ")
         << rank << " dimensions";
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context,
                                       MaybeLocation location, Adaptor adaptor,
                                       TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  int64_t axis = adaptor.getAxis();
  if (failed(checkAxis(location, "axis", axis, x.getRank())))
    return failure();
  Dim k = adaptor.getK();
  if (DimsAttr open = adaptor.getOpenAttr()) {
    if (open.getDims().size() != 1)
      return emitOptionalError(location, "there must be one open k");
    k = Dim(open.getDims().front());
  }
  Shape shape = getDims(x);
  std::string text = "k is " + k.getText() + ", but dimension " +
                     std::to_string(axis) + " of x has " +
                     shape[axis].getText() + " elements";
  if (k.isNumber() && k.getSize() < 0)
    return emitOptionalError(location, text);
  if (failed(checkSizeAtLeast(location, shape[axis], k, text)))
    return failure();
  shape[axis] = k;
  return success(
      succeeded(appendTensor(location, shape, x.getElementType(), types)) &&
      succeeded(appendTensor(location, shape,
                             IntegerType::get(x.getContext(), 64), types)));
}

LogicalResult NonMaxSuppressionOp::verify() {
  Location loc = getLoc();
  if (failed(checkRank(loc, "boxes", getBoxes().getType(), 3)) ||
      failed(checkRank(loc, "scores", getScores().getType(), 3)) ||
      failed(checkRank(loc, "selected", getSelected().getType(), 2)))
    return failure();
  Shape boxes = getDims(getBoxes()), scores = getDims(getScores());
  return success(
      succeeded(checkShape(loc, "boxes", boxes, {scores[0], scores[2], 4})) &&
      succeeded(checkShape(loc, "selected", getDims(getSelected()),
                           {getDim(getSelected().getType(), 0), 3})));
}

LogicalResult UniqueOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  if (x.getRank() != 2)
    return emitOptionalError(location, "x must be a matrix");
  Type i64 = IntegerType::get(context, 64);
  types.assign(3, makeTensorType(getDim(x, 0), i64));
  types.push_back(RankedTensorType::get({}, i64));
  return success();
}
