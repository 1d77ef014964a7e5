//===- Storage.cpp - How elements lie in memory ---------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Storage.h"

#include "dialects/dlc/TypeInference.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dlc;

#define GET_OP_CLASSES
#include "dialects/dlc/Storage.cpp.inc"

void DLCDialect::addStorageOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/dlc/Storage.cpp.inc"
      >();
}

RankedTensorType dlc::getPackedType(RankedTensorType type) {
  unsigned perByte = 8 / type.getElementType().getIntOrFloatBitWidth();
  Dim bytes = ceilDiv(countDims(getDims(type)).value_or(Dim()), perByte);
  return makeTensorType(
      {bytes}, IntegerType::get(type.getContext(), 8, IntegerType::Unsigned));
}

LogicalResult PackElementsOp::verify() {
  return checkShape(getLoc(), "y", getDims(getType()),
                    getDims(getPackedType(getX().getType())));
}

LogicalResult UnpackElementsOp::verify() {
  return checkShape(getLoc(), "x", getDims(getX()),
                    getDims(getPackedType(getType())));
}
