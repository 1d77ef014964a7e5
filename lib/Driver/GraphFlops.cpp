//===- GraphFlops.cpp - The work of ops -----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphFlops.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Normalization.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc;

static int64_t getNumElements(Value value) {
  auto type = cast<ShapedType>(value.getType());
  return type.hasStaticShape() ? type.getNumElements() : 0;
}

static ArrayRef<int64_t> getShape(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

int64_t dlc::getFlops(Operation *op) {
  if (op->getNumResults() == 0)
    return 0;
  int64_t results = getNumElements(op->getResult(0));
  if (auto weighted = dyn_cast<WeightedOp>(op))
    return weighted.countFlops();
  if (auto attention = dyn_cast<AttentionOp>(op)) {
    ArrayRef<int64_t> q = getShape(attention.getQ());
    int64_t keys = getShape(attention.getK())[attention.getKeyAxis()];
    return keys > 0 ? 2 * keys * (getNumElements(attention.getQ()) + results) +
                          5 * keys * q[0] * q[1] * q[2]
                    : 0;
  }
  if (isa<MaxPoolOp, AvgPoolOp>(op)) {
    int64_t window = 1;
    for (int64_t size :
         op->getAttrOfType<DenseI64ArrayAttr>("kernel").asArrayRef())
      window *= size;
    return results * window;
  }
  if (isa<ReduceSumOp, ReduceMeanOp, ReduceProdOp, ReduceMaxOp, ReduceMinOp>(
          op))
    return getNumElements(op->getOperand(0));
  if (isa<BatchNormOp>(op))
    return 2 * results;
  if (isa<SoftmaxOp, LayerNormOp>(op))
    return 5 * results;
  return op->hasTrait<dlc::OpTrait::ElementwiseTrait>() ? results : 0;
}
