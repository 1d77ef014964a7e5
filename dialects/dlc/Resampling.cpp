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
  for (size_t i = 0; i < rank; ++i)
    if (x.getDimSize(i) == 0 && y.getDimSize(i) > 0)
      return emitOpError("dimension ")
             << i << " of x has no elements to resize from";
  return success();
}
