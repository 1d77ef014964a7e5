//===- MicrosoftFused.cpp - Fused ops of com.microsoft --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What ONNX Runtime's optimizer makes of several nodes: a product, convolution
// or normalization with what goes before or after it.
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Microsoft.h"
#include "Normalization.h"
#include "Windows.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

static Values importGelu(Node &node) {
  return {node.keepType<dlc::GeluOp>(node.getInput(0), /*tanh=*/false)};
}

/// `x` plus the bias, a vector over the last dimension, if there is one.
static Value addBias(Node &node, Value x, Value bias) {
  if (!bias)
    return x;
  if (rankOf(bias) != 1) {
    node.error("the bias must be a vector");
    return {};
  }
  return node.add(x, bias);
}

static Values importBiasGelu(Node &node) {
  Value sum = addBias(node, node.getInput(0), node.getInput(1));
  return {node.keepType<dlc::GeluOp>(sum, /*tanh=*/false)};
}

static Values importFastGelu(Node &node) {
  Value sum = addBias(node, node.getInput(0), node.getInput(1));
  return {node.keepType<dlc::GeluOp>(sum, /*tanh=*/true)};
}

static Values importQuickGelu(Node &node) {
  return {node.keepType<dlc::SwishOp>(
      node.getInput(0), APFloat(node.getFloatAttribute("alpha", 1.702)))};
}

/// Applies the activation that the node names to `x`. `parameters` are its
/// numbers, in the order of the activation's own attributes.
static Value activate(Node &node, Value x, ArrayRef<double> parameters) {
  StringRef name = node.getStringAttribute("activation", "");
  auto get = [&](size_t i, double fallback) {
    return APFloat(i < parameters.size() ? parameters[i] : fallback);
  };
  if (name.empty())
    return x;
  if (name == "Relu")
    return node.keepType<dlc::ReluOp>(x);
  if (name == "Sigmoid")
    return node.keepType<dlc::SigmoidOp>(x);
  if (name == "Tanh")
    return node.keepType<dlc::TanhOp>(x);
  if (name == "LeakyRelu")
    return node.keepType<dlc::LeakyReluOp>(x, get(0, 0.01));
  if (name == "HardSigmoid")
    return node.keepType<dlc::HardSigmoidOp>(x, get(0, 0.2), get(1, 0.5));
  if (name == "Clip" && parameters.size() == 2)
    return node.create<dlc::ClipOp>(
        x, node.scalar(parameters[0], elementTypeOf(x)),
        node.scalar(parameters[1], elementTypeOf(x)));
  node.unsupported("activation " + quote(name));
  return {};
}

//===----------------------------------------------------------------------===//
// Products and convolutions
//===----------------------------------------------------------------------===//

/// An operand whose first dimension is one of the matrix, behind batches: the
/// batches in front.
static Value moveBatches(Node &node, Value x, bool isBehind) {
  int64_t rank = rankOf(x);
  if (!isBehind || rank < 3)
    return x;
  SmallVector<int64_t> perm;
  for (int64_t dim = 1; dim < rank - 1; ++dim)
    perm.push_back(dim);
  perm.push_back(0);
  perm.push_back(rank - 1);
  return node.transpose(x, perm);
}

static Values importFusedMatMul(Node &node) {
  Value a = moveBatches(node, node.getInput(0),
                        node.getIntAttribute("transBatchA", 0) != 0);
  Value b = moveBatches(node, node.getInput(1),
                        node.getIntAttribute("transBatchB", 0) != 0);
  // Vectors have nothing to transpose.
  bool transposeA = node.getIntAttribute("transA", 0) != 0 && rankOf(a) > 1;
  bool transposeB = node.getIntAttribute("transB", 0) != 0 && rankOf(b) > 1;
  Value y = node.create<dlc::MatMulOp>(a, b, transposeA, transposeB);
  double alpha = node.getFloatAttribute("alpha", 1.0);
  return {alpha == 1.0 ? y : node.mul(y, node.scalar(alpha, elementTypeOf(y)))};
}

static Values importFusedGemm(Node &node) {
  Values product = importGemm(node);
  if (node.hasFailed())
    return {};
  SmallVector<double> parameters;
  for (StringRef name :
       {"activation_alpha", "activation_beta", "activation_gamma"})
    if (node.hasAttribute(name))
      parameters.push_back(node.getFloatAttribute(name, 0));
  return {activate(node, product[0], parameters)};
}

static Values importFusedConv(Node &node) {
  Value y =
      buildConv(node, node.getInput(0), node.getInput(1), node.getInput(2));
  if (Value summand = node.getInput(3))
    y = node.add(y, summand);
  return {activate(node, y, node.getFloatsAttribute("activation_params"))};
}

//===----------------------------------------------------------------------===//
// Images with channels last
//===----------------------------------------------------------------------===//

Value dlc::onnximport::channelsFirst(Node &node, Value x) {
  int64_t rank = rankOf(x);
  if (rank < 3) {
    node.error("its input must have spatial dimensions");
    return {};
  }
  SmallVector<int64_t> perm = {0, rank - 1};
  llvm::append_range(perm, llvm::seq<int64_t>(1, rank - 1));
  return node.transpose(x, perm);
}

Value dlc::onnximport::channelsLast(Node &node, Value x) {
  if (!x)
    return x;
  SmallVector<int64_t> perm = {0};
  llvm::append_range(perm, llvm::seq<int64_t>(2, rankOf(x)));
  perm.push_back(1);
  return node.transpose(x, perm);
}

static Values importNhwcMaxPool(Node &node) {
  Value x = channelsFirst(node, node.getInput(0));
  return {channelsLast(node, buildMaxPool(node, x))};
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

/// `SkipLayerNormalization` and the one without a mean: the sum of input, skip
/// and bias is normalized, and is the fourth result.
template <bool hasMean> static Values importSkipNormalization(Node &node) {
  Value x = node.getInput(0);
  Value sum = node.add(x, node.getInput(1));
  sum = addBias(node, sum, node.getInput(hasMean ? 4 : 3));
  if (node.hasFailed())
    return {};
  if (sum.getType() != x.getType())
    return node.error("the skip doesn't broadcast to the input's shape");
  double epsilon = node.getFloatAttribute("epsilon", 1e-12);
  int64_t axis = rankOf(x) - 1;
  Value y =
      hasMean ? normalizeLayer(node, sum, node.getInput(2), node.getInput(3),
                               axis, epsilon)
              : normalizeRMS(node, sum, node.getInput(2), axis, epsilon).first;
  return {y, Value(), Value(), sum};
}

/// What ONNX Runtime had before there was `RMSNormalization`.
static Values importSimplifiedLayerNormalization(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.getAxisAttribute("axis", -1, rankOf(x));
  if (node.hasFailed())
    return {};
  auto [y, factor] = normalizeRMS(node, x, node.getInput(1), axis,
                                  node.getFloatAttribute("epsilon", 1e-5));
  return {y, factor};
}

/// The rows of the positions: those that are given, or the first ones.
static Value findPositions(Node &node, Value table, const Dim &count) {
  if (Value positions = node.getInput(8))
    return node.create<dlc::GatherOp>(table, positions, 0);
  if (rankOf(table) != 2) {
    node.error("the position embedding must have 2 dimensions");
    return {};
  }
  return node.slice(table, 0, 0, count);
}

static Values importEmbedLayerNormalization(Node &node) {
  Value ids = node.getInput(0), segments = node.getInput(1);
  Value segmentTable = node.getInput(4), mask = node.getInput(7);
  for (unsigned i : {2, 3, 5, 6})
    if (!node.getInput(i))
      return node.error("input " + Twine(i) + " is missing");
  if (rankOf(ids) != 2)
    return node.error("input_ids must have 2 dimensions");
  if (!segments != !segmentTable)
    return node.error("segment_ids and segment_embedding go together");
  Value sum = node.create<dlc::GatherOp>(node.getInput(2), ids, 0);
  sum = node.add(sum, findPositions(node, node.getInput(3), dimsOf(ids)[1]));
  if (segments)
    sum = node.add(sum, node.create<dlc::GatherOp>(segmentTable, segments, 0));
  Value y =
      normalizeLayer(node, sum, node.getInput(5), node.getInput(6),
                     /*axis=*/2, node.getFloatAttribute("epsilon", 1e-12));
  if (!node.wantsOutput(1))
    return {y, Value(), sum};
  // How many words of each batch count.
  Value counts =
      mask ? node.reduce<dlc::ReduceSumOp>(mask, 1, /*keepdims=*/false)
           : node.full({dimsOf(ids)[0]}, 0,
                       IntegerType::get(node.getContext(), 32));
  return {y, counts, sum};
}

void dlc::onnximport::registerMicrosoftFusedOps(OpRegistry &registry) {
  registry.add("com.microsoft.Gelu", 1, importGelu);
  registry.add("com.microsoft.BiasGelu", 2, importBiasGelu);
  registry.add("com.microsoft.FastGelu", 1, 2, importFastGelu);
  registry.add("com.microsoft.QuickGelu", 1, importQuickGelu);
  registry.add("com.microsoft.FusedMatMul", 2, importFusedMatMul);
  registry.add("com.microsoft.FusedGemm", 2, 3, importFusedGemm);
  registry.add("com.microsoft.FusedConv", 2, 4, importFusedConv);
  registry.add("com.microsoft.NhwcMaxPool", 1, importNhwcMaxPool);
  registry.add("com.microsoft.SkipLayerNormalization", 3, 5,
               importSkipNormalization<true>);
  registry.add("com.microsoft.SkipSimplifiedLayerNormalization", 3, 4,
               importSkipNormalization<false>);
  registry.add("com.microsoft.EmbedLayerNormalization", 1, 9,
               importEmbedLayerNormalization);
  registry.add("SimplifiedLayerNormalization", 2,
               importSimplifiedLayerNormalization);
}
