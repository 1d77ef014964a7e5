//===- WeightedOps.cpp - What ops with weights answer ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Contraction.h"

using namespace mlir;
using namespace dlc;

#include "dialects/dlc/DLCInterfaces.cpp.inc"

static int64_t countElements(RankedTensorType type) {
  return type.hasStaticShape() ? type.getNumElements() : 0;
}

/// The multiplications and additions where each of `values` elements meets the
/// weights of one position along dimension `dim`.
static int64_t countWeightedFlops(RankedTensorType values,
                                  RankedTensorType weights, int64_t dim) {
  int64_t positions = weights.getDimSize(dim);
  return positions > 0
             ? 2 * countElements(values) * (countElements(weights) / positions)
             : 0;
}

int64_t ConvOp::getOutputDim() { return 0; }
int64_t ConvOp::getInputDim() { return 1; }
int64_t ConvOp::getNumGroups() { return getGroup(); }
int64_t ConvOp::countFlops() {
  return countWeightedFlops(getType(), getFilter().getType(), getOutputDim());
}

int64_t ConvTransposeOp::getOutputDim() { return 1; }
int64_t ConvTransposeOp::getInputDim() { return 0; }
int64_t ConvTransposeOp::getNumGroups() { return getGroup(); }
int64_t ConvTransposeOp::countFlops() {
  return countWeightedFlops(getX().getType(), getFilter().getType(),
                            getInputDim());
}

int64_t MatMulOp::getOutputDim() {
  int64_t rank = getB().getType().getRank();
  return rank < 2 ? -1 : rank - (getTransposeB() ? 2 : 1);
}
int64_t MatMulOp::getInputDim() {
  int64_t rank = getB().getType().getRank();
  return rank < 2 ? 0 : rank - (getTransposeB() ? 1 : 2);
}
int64_t MatMulOp::countFlops() {
  int64_t depth = getB().getType().getDimSize(getInputDim());
  return ShapedType::isDynamic(depth) ? 0
                                      : 2 * countElements(getType()) * depth;
}
