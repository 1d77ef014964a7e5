//===- Resampling.cpp - Resampling of images ------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Resampling.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Resampling.cpp.inc"

void DLCDialect::addResamplingOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Resampling.cpp.inc"
      >();
}

LogicalResult ResizeOp::verify() {
  RankedTensorType x = getX().getType(), y = getType();
  size_t rank = x.getRank();
  if (failed(checkRank(getLoc(), "y", y, rank)) ||
      failed(checkElementTypes(getLoc(), "x", x, "y", y)) ||
      failed(checkLength(getLoc(), "scales", getScales().size(), rank)))
    return failure();
  for (double scale : getScales())
    if (!(scale >= 0) || std::isinf(scale))
      return emitOpError("scales has the element ")
             << scale << ", expected a positive number or 0";
  bool usesRoi = getCoordinates() == ResizeCoordinates::tf_crop_and_resize;
  if (failed(checkLength(getLoc(), "roi", getRoi().size(),
                         usesRoi ? 2 * rank : 0)))
    return failure();
  for (double bound : getRoi())
    if (!std::isfinite(bound))
      return emitOpError("roi has the element ")
             << bound << ", expected a finite number";
  Shape from = getDims(x), to = getDims(y);
  for (size_t i = 0; i < rank; ++i) {
    if (getAntialias() && from[i] != to[i] &&
        (isDynamic(from[i]) || isDynamic(to[i])))
      return emitOpError("needs known sizes for antialias, dimension ")
             << i << " is resized from " << from[i].getText() << " to "
             << to[i].getText();
    // A scale makes nothing of nothing.
    bool mayAdd = from[i].isNumber() || getScales()[i] == 0;
    if (from[i] != to[i] && to[i] != Dim(0) && mayAdd &&
        failed(checkSizeAtLeast(getLoc(), from[i], 1,
                                "dimension " + Twine(i) +
                                    " of x has no elements to resize from")))
      return failure();
  }
  return success();
}

LogicalResult SampleOp::inferReturnTypes(MLIRContext *context,
                                         MaybeLocation location,
                                         Adaptor adaptor, TypeVector &types) {
  auto x = cast<RankedTensorType>(adaptor.getX().getType());
  Shape image = getDims(x), points = getDims(adaptor.getCoordinates());
  if (image.size() < 3)
    return emitOptionalError(location, "x has no spatial dimensions");
  if (points.size() < 2)
    return emitOptionalError(location, "coordinates has no points");
  Dim numCoordinates = points.pop_back_val();
  if (numCoordinates != Dim(image.size() - 2))
    return emitOptionalError(location, "a point has ", numCoordinates.getText(),
                             " coordinates, expected ",
                             static_cast<int64_t>(image.size()) - 2);
  if (!sizesAgree(image[0], points[0]))
    return emitOptionalError(location, "coordinates are for ",
                             points[0].getText(), " images, there are ",
                             image[0].getText());
  if (adaptor.getMode() != ResizeMode::nearest &&
      !isa<FloatType>(x.getElementType()))
    return emitOptionalError(location,
                             "only floating-point numbers are interpolated");
  for (const Dim &size : ArrayRef(image).drop_front(2))
    if (failed(
            checkSizeAtLeast(location, size, 1, "x has no elements to sample")))
      return failure();
  Shape shape = {image[0], image[1]};
  shape.append(points.begin() + 1, points.end());
  return appendTensor(location, shape, x.getElementType(), types);
}
