//===- Losses.cpp - Losses ops from ONNX ----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc::onnximport;

/// The negative log-likelihood of the classes in `target`, weighted and
/// reduced, given the logarithms of the probabilities.
static Value buildLoss(Node &node, Value logProbabilities, Value target,
                       Value weights) {
  Type elementType = elementTypeOf(logProbabilities);
  if (rankOf(logProbabilities) != rankOf(target) + 1 ||
      rankOf(logProbabilities) < 2) {
    node.error("the target must have one dimension less than the input");
    return {};
  }
  Value isIgnored;
  if (node.hasAttribute("ignore_index")) {
    Type indexType = elementTypeOf(target);
    Value ignored =
        node.scalar(node.getIntAttribute("ignore_index", 0), indexType);
    isIgnored = node.create<dlc::EqualOp>(target, ignored);
    // The ignored class may be none at all: any other does in its place.
    target =
        node.create<dlc::WhereOp>(isIgnored, node.scalar(0, indexType), target);
  }
  Shape shape = dimsOf(target), withClass(shape);
  if (node.hasFailed())
    return {};
  withClass.insert(withClass.begin() + 1, 1);
  Value chosen = node.create<dlc::GatherElementsOp>(
      logProbabilities, node.reshape(target, withClass), /*axis=*/1);
  Value loss = node.keepType<dlc::NegOp>(node.reshape(chosen, shape));

  Value weight;
  if (weights)
    weight = node.create<dlc::GatherOp>(
        node.checkSizes(weights, dimsOf(logProbabilities)[1]), target,
        /*axis=*/0);
  if (isIgnored)
    weight = node.create<dlc::WhereOp>(isIgnored, node.scalar(0, elementType),
                                       weight ? weight
                                              : node.scalar(1, elementType));
  if (weight)
    loss = node.mul(loss, weight);

  StringRef reduction = node.getStringAttribute("reduction", "mean");
  if (reduction == "none")
    return loss;
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  if (reduction == "mean" && !weight)
    return node.reduce<dlc::ReduceMeanOp>(loss, axes, /*keepdims=*/false);
  Value sum = node.reduce<dlc::ReduceSumOp>(loss, axes, /*keepdims=*/false);
  if (reduction == "sum")
    return sum;
  if (reduction == "mean")
    return node.div(
        sum, node.reduce<dlc::ReduceSumOp>(weight, axes, /*keepdims=*/false));
  node.error("attribute 'reduction' must be none, sum or mean");
  return {};
}

static Values importNegativeLogLikelihoodLoss(Node &node) {
  return {
      buildLoss(node, node.getInput(0), node.getInput(1), node.getInput(2))};
}

static Values importSoftmaxCrossEntropyLoss(Node &node) {
  Value scores = node.getInput(0);
  Value logProbabilities = node.keepType<dlc::LogSoftmaxOp>(scores, 1);
  Value loss =
      buildLoss(node, logProbabilities, node.getInput(1), node.getInput(2));
  return {loss, logProbabilities};
}

void dlc::onnximport::registerLossOps(OpRegistry &registry) {
  registry.add("NegativeLogLikelihoodLoss", 2, 3,
               importNegativeLogLikelihoodLoss);
  registry.add("SoftmaxCrossEntropyLoss", 2, 3, importSoftmaxCrossEntropyLoss);
}
