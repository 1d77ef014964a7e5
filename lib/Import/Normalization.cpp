//===- Normalization.cpp - Normalization ops from ONNX --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Normalization.h"
#include "OpRegistry.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Normalization.h"
#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

/// A vector over the channels, shaped to broadcast to `x`.
static Value alongChannels(Node &node, Value vector, Value x) {
  if (rankOf(vector) != 1 || rankOf(x) < 2) {
    node.error("a parameter must be a vector over the channels");
    return {};
  }
  Shape shape(rankOf(x) - 1, 1);
  shape[0] = dimsOf(vector)[0];
  return node.reshape(vector, shape);
}

/// 1 / sqrt(variance + epsilon).
static Value invertDeviation(Node &node, Value variance, double epsilon) {
  Value sum = node.add(variance, node.scalar(epsilon, elementTypeOf(variance)));
  return node.keepType<dlc::ReciprocalOp>(node.keepType<dlc::SqrtOp>(sum));
}

namespace {
/// What a normalization computes of its input; dimensions are kept.
struct Statistics {
  Value mean, centered, variance;
};
} // namespace

static Statistics getStatistics(Node &node, Value x, ArrayRef<int64_t> axes) {
  Statistics result;
  result.mean = node.reduce<dlc::ReduceMeanOp>(x, axes, /*keepdims=*/true);
  result.centered = node.sub(x, result.mean);
  result.variance = node.reduce<dlc::ReduceMeanOp>(
      node.mul(result.centered, result.centered), axes, /*keepdims=*/true);
  return result;
}

/// All axes from `first` on.
static SmallVector<int64_t> axesFrom(int64_t first, Value x) {
  return llvm::to_vector(llvm::seq<int64_t>(first, std::max(first, rankOf(x))));
}

//===----------------------------------------------------------------------===//
// Batch normalization
//===----------------------------------------------------------------------===//

/// With the statistics of the batch, which also update the running ones.
static Values importBatchNormTraining(Node &node, double epsilon) {
  Value x = node.getInput(0);
  double momentum = node.getFloatAttribute("momentum", 0.9);
  SmallVector<int64_t> axes = axesFrom(2, x);
  axes.insert(axes.begin(), 0);
  Statistics batch = getStatistics(node, x, axes);
  Value scale = alongChannels(node, node.getInput(1), x);
  Value bias = alongChannels(node, node.getInput(2), x);
  Value factor =
      node.mul(invertDeviation(node, batch.variance, epsilon), scale);
  Value y = node.add(node.mul(batch.centered, factor), bias);
  auto update = [&](Value running, Value current) {
    Type elementType = elementTypeOf(running);
    current = node.reshape(current, dimsOf(running));
    return node.add(node.mul(running, node.scalar(momentum, elementType)),
                    node.mul(current, node.scalar(1 - momentum, elementType)));
  };
  return {y, update(node.getInput(3), batch.mean),
          update(node.getInput(4), batch.variance)};
}

static Values importBatchNormalization(Node &node) {
  double epsilon = node.getFloatAttribute("epsilon", 1e-5);
  if (node.getIntAttribute("spatial", 1) == 0)
    return node.unsupported("spatial = 0");
  if (node.getOpset() < 7 && node.getIntAttribute("is_test", 0) == 0)
    return node.unsupported("training (is_test = 0)");
  if (node.getIntAttribute("training_mode", 0) != 0)
    return importBatchNormTraining(node, epsilon);
  return {node.keepType<dlc::BatchNormOp>(node.getInput(0), node.getInput(1),
                                          node.getInput(2), node.getInput(3),
                                          node.getInput(4), APFloat(epsilon))};
}

//===----------------------------------------------------------------------===//
// Normalization within one element of the batch
//===----------------------------------------------------------------------===//

Value dlc::onnximport::normalizeLayer(Node &node, Value x, Value scale,
                                      Value bias, int64_t axis,
                                      double epsilon) {
  return node.keepType<dlc::LayerNormOp>(x, scale, bias, axis,
                                         APFloat(epsilon));
}

static Values importLayerNormalization(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(x));
  double epsilon = node.getFloatAttribute("epsilon", 1e-5);
  if (node.hasFailed())
    return {};
  Values results = {normalizeLayer(node, x, node.getInput(1), node.getInput(2),
                                   axis, epsilon)};
  if (!node.wantsOutput(1) && !node.wantsOutput(2))
    return results;
  Value wide = node.cast(x, Float32Type::get(node.getContext()));
  Statistics statistics = getStatistics(node, wide, axesFrom(axis, x));
  results.push_back(statistics.mean);
  results.push_back(invertDeviation(node, statistics.variance, epsilon));
  return results;
}

std::pair<Value, Value> dlc::onnximport::normalizeRMS(Node &node, Value x,
                                                      Value scale, int64_t axis,
                                                      double epsilon) {
  if (node.hasFailed())
    return {};
  Type elementType = elementTypeOf(x);
  if (!elementType.isF64())
    x = node.cast(x, Float32Type::get(node.getContext()));
  Value meanSquare = node.reduce<dlc::ReduceMeanOp>(
      node.mul(x, x), axesFrom(axis, x), /*keepdims=*/true);
  Value factor = invertDeviation(node, meanSquare, epsilon);
  Value normalized = node.cast(node.mul(x, factor), elementType);
  return {node.mul(normalized, scale), factor};
}

static Values importRMSNormalization(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(x));
  return {normalizeRMS(node, x, node.getInput(1), axis,
                       node.getFloatAttribute("epsilon", 1e-5))
              .first};
}

static Values importInstanceNormalization(Node &node) {
  Value x = node.getInput(0);
  Value scale = alongChannels(node, node.getInput(1), x);
  Value bias = alongChannels(node, node.getInput(2), x);
  Statistics statistics = getStatistics(node, x, axesFrom(2, x));
  Value factor =
      node.mul(invertDeviation(node, statistics.variance,
                               node.getFloatAttribute("epsilon", 1e-5)),
               scale);
  return {node.add(node.mul(statistics.centered, factor), bias)};
}

/// A parameter with one value per group becomes one with a value per channel.
static Value repeatPerGroup(Node &node, Value vector, int64_t groups,
                            int64_t channels) {
  if (rankOf(vector) != 1 || shapeOf(vector)[0] != groups || groups == channels)
    return vector;
  vector = node.expand(node.reshape(vector, {groups, 1}),
                       {groups, channels / groups});
  return node.reshape(vector, {channels});
}

static Values importGroupNormalization(Node &node) {
  Value x = node.getInput(0);
  int64_t groups = node.getIntAttribute("num_groups", 0);
  if (rankOf(x) < 3)
    return node.error("its input must have spatial dimensions");
  if (!node.requireStatic(x, 1))
    return {};
  int64_t channels = shapeOf(x)[1];
  if (groups < 1 || channels % groups != 0)
    return node.error("attribute 'num_groups' is missing or doesn't divide "
                      "the channels");
  Shape grouped = dimsOf(x);
  grouped[1] = groups;
  grouped.insert(grouped.begin() + 2, channels / groups);
  Value split = node.reshape(x, grouped);
  Statistics statistics = getStatistics(node, split, axesFrom(2, split));
  Value factor = invertDeviation(node, statistics.variance,
                                 node.getFloatAttribute("epsilon", 1e-5));
  Value normalized =
      node.reshape(node.mul(statistics.centered, factor), dimsOf(x));
  Value scale = node.getInput(1), bias = node.getInput(2);
  // Before opset 21 the parameters were per group.
  if (node.getOpset() < 21) {
    scale = repeatPerGroup(node, scale, groups, channels);
    bias = repeatPerGroup(node, bias, groups, channels);
  }
  return {node.add(node.mul(normalized, alongChannels(node, scale, x)),
                   alongChannels(node, bias, x))};
}

static Values importMeanVarianceNormalization(Node &node) {
  Value x = node.getInput(0);
  SmallVector<int64_t> axes =
      node.normalizeAxes(node.getIntsAttribute("axes", {0, 2, 3}), rankOf(x));
  if (node.hasFailed())
    return {};
  Statistics statistics = getStatistics(node, x, axes);
  Value deviation = node.keepType<dlc::SqrtOp>(statistics.variance);
  // The reference adds this to the deviation.
  Value sum = node.add(deviation, node.scalar(1e-9, elementTypeOf(x)));
  return {node.div(statistics.centered, sum)};
}

static Values importLpNormalization(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(x));
  int64_t p = node.getIntAttribute("p", 2);
  if (p != 1 && p != 2)
    return node.error("attribute 'p' must be 1 or 2");
  Value terms = p == 1 ? node.keepType<dlc::AbsOp>(x) : node.mul(x, x);
  Value norm = node.reduce<dlc::ReduceSumOp>(terms, axis, /*keepdims=*/true);
  if (p == 2)
    norm = node.keepType<dlc::SqrtOp>(norm);
  // What is all zeros stays so.
  Type elementType = elementTypeOf(x);
  Value isZero = node.create<dlc::EqualOp>(norm, node.scalar(0, elementType));
  Value divisor =
      node.create<dlc::WhereOp>(isZero, node.scalar(1, elementType), norm);
  return {node.div(x, divisor)};
}

static Values importLRN(Node &node) {
  if (!node.requireAttribute("size"))
    return {};
  int64_t size = node.getIntAttribute("size", 1);
  if (size < 1)
    return node.error("attribute 'size' must be positive");
  return {node.keepType<dlc::LRNOp>(
      node.getInput(0), size, APFloat(node.getFloatAttribute("alpha", 1e-4)),
      APFloat(node.getFloatAttribute("beta", 0.75)),
      APFloat(node.getFloatAttribute("bias", 1.0)))};
}

void dlc::onnximport::registerNormalizationOps(OpRegistry &registry) {
  registry.add("BatchNormalization", 5, importBatchNormalization);
  registry.add("LayerNormalization", 2, 3, importLayerNormalization);
  registry.add("RMSNormalization", 2, importRMSNormalization);
  registry.add("InstanceNormalization", 3, importInstanceNormalization);
  registry.add("GroupNormalization", 3, importGroupNormalization);
  registry.add("MeanVarianceNormalization", 1, importMeanVarianceNormalization);
  registry.add("LpNormalization", 1, importLpNormalization);
  registry.add("LRN", 1, importLRN);
}
