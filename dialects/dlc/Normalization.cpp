//===- Normalization.cpp - Normalization ----------------------------------===//
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
#include "dialects/dlc/Normalization.cpp.inc"

void DLCDialect::addNormalizationOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Normalization.cpp.inc"
      >();
}

LogicalResult BatchNormOp::verify() {
  RankedTensorType x = getX().getType();
  if (x.getRank() < 2)
    return emitOpError("x has rank ") << x.getRank() << ", expected at least 2";
  const std::pair<StringRef, Value> parameters[] = {
      {"scale", getScale()},
      {"bias", getBias()},
      {"mean", getMean()},
      {"variance", getVariance()}};
  for (auto [name, value] : parameters)
    if (failed(checkShape(getLoc(), name,
                          cast<RankedTensorType>(value.getType()).getShape(),
                          {x.getDimSize(1)})))
      return failure();
  return success();
}

void BatchNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {}

LogicalResult LayerNormOp::verify() {
  RankedTensorType x = getX().getType();
  if (failed(checkAxis(getLoc(), "axis", getAxis(), x.getRank())))
    return failure();
  auto checkParameter = [&](StringRef name, RankedTensorType type) {
    SmallVector<int64_t> shape;
    if (failed(broadcastShapes(getLoc(), x.getShape(), type.getShape(), shape)))
      return failure();
    return checkShape(getLoc(), (name + " broadcast to x").str(), shape,
                      x.getShape());
  };
  if (failed(checkParameter("scale", getScale().getType())))
    return failure();
  return getBias() ? checkParameter("bias", getBias().getType()) : success();
}

LogicalResult LRNOp::verify() {
  if (getX().getType().getRank() >= 2)
    return success();
  return emitOpError("x has rank ")
         << getX().getType().getRank() << ", expected at least 2";
}
