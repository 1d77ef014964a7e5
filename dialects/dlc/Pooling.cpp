//===- Pooling.cpp - Pooling over spatial windows -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Pooling.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include <cmath>

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Pooling.cpp.inc"

void DLCDialect::addPoolingOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Pooling.cpp.inc"
      >();
}

/// All poolings give the same shape.
template <typename Adaptor>
static LogicalResult inferPool(MaybeLocation location, Adaptor adaptor,
                               int64_t block, Type elementType,
                               TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  ArrayRef<int64_t> kernel = adaptor.getKernel();
  Windows windows{adaptor.getStrides(), adaptor.getPads(),
                  adaptor.getDilations()};
  if (failed(windows.check(location, kernel.size())) ||
      failed(checkAtLeast(location, "kernel", kernel, 1)) ||
      failed(checkAtLeast(location, "block", {block}, 0)) ||
      failed(checkRank(location, "x", x, kernel.size() + 2 + (block > 0))))
    return failure();
  Shape shape = getDims(x);
  if (block > 0 && !sizesAgree(shape.back(), block))
    return emitOptionalError(location, "the input's block is ",
                             shape.back().getText(), ", expected ", block);
  for (size_t i = 0; i < kernel.size(); ++i) {
    FailureOr<Dim> size = windows.count(location, i, shape[2 + i], kernel[i],
                                        adaptor.getCeilMode());
    if (failed(size))
      return failure();
    shape[2 + i] = *size;
  }
  return appendTensor(location, shape, elementType, types);
}

template <typename Adaptor>
static LogicalResult inferPool(MaybeLocation location, Adaptor adaptor,
                               TypeVector &types) {
  return inferPool(location, adaptor, adaptor.getBlock(),
                   getElementTypeOrSelf(adaptor.getX()), types);
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context,
                                          MaybeLocation location,
                                          Adaptor adaptor, TypeVector &types) {
  return inferPool(location, adaptor, types);
}

LogicalResult AvgPoolOp::inferReturnTypes(MLIRContext *context,
                                          MaybeLocation location,
                                          Adaptor adaptor, TypeVector &types) {
  return inferPool(location, adaptor, types);
}

LogicalResult MaxPoolIndicesOp::inferReturnTypes(MLIRContext *context,
                                                 MaybeLocation location,
                                                 Adaptor adaptor,
                                                 TypeVector &types) {
  return inferPool(location, adaptor, /*block=*/0,
                   IntegerType::get(context, 64), types);
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

/// Checks what both poolings of regions have in common; a region has `width`
/// numbers.
template <typename OpTy>
static LogicalResult verifyRoiPool(OpTy op, int width) {
  RankedTensorType x = op.getX().getType(), y = op.getType();
  if (failed(checkRank(op.getLoc(), "x", x, 4)) ||
      failed(checkRank(op.getLoc(), "rois", op.getRois().getType(), 2)) ||
      failed(checkRank(op.getLoc(), "y", y, 4)) ||
      failed(checkElementTypes(op.getLoc(), "x", x, "y", y)))
    return failure();
  Dim regions = getDim(op.getRois().getType(), 0);
  if (failed(checkShape(op.getLoc(), "rois", getDims(op.getRois()),
                        {regions, Dim(width)})) ||
      failed(checkShape(op.getLoc(), "y", getDims(y),
                        {regions, getDim(x, 1), getDim(y, 2), getDim(y, 3)})))
    return failure();
  if (y.isDynamicDim(2) || y.isDynamicDim(3) || y.getDimSize(2) < 1 ||
      y.getDimSize(3) < 1)
    return op.emitOpError("needs a positive number of rows and columns");
  if (!std::isfinite(op.getScale().convertToDouble()))
    return op.emitOpError("has a scale that isn't finite");
  return success();
}

LogicalResult RoiAlignOp::verify() {
  constexpr int64_t mostSamples = 4096;
  if (getSampling() > mostSamples)
    return emitOpError("takes ")
           << getSampling() << " samples along an axis, at most " << mostSamples
           << " are possible";
  if (failed(verifyRoiPool(*this, 4)))
    return failure();
  return checkShape(getLoc(), "images", getDims(getImages()),
                    {getDim(getRois().getType(), 0)});
}

LogicalResult MaxRoiPoolOp::verify() { return verifyRoiPool(*this, 5); }
