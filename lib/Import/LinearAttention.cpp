//===- LinearAttention.cpp - Attention with a state from ONNX -------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Linear attention, whose keys and values are one matrix per head that each
// token changes, and the short convolution over tokens that goes before it.
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "OpRegistry.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"
#include <cmath>

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

//===----------------------------------------------------------------------===//
// LinearAttention
//===----------------------------------------------------------------------===//

namespace {
/// One `LinearAttention`. The state is batch x heads x size x value size.
class LinearAttentionImporter {
public:
  explicit LinearAttentionImporter(Node &node) : node(node) {}
  Values import();

private:
  bool readRule();
  bool readTokens();
  bool readGates();
  Value makeFirstState();
  Values step(Value position, ValueRange carried);
  /// What `x`, batch x tokens x heads x ..., has for one token.
  Value at(Value x, Value position) {
    return node.create<dlc::SliceAtOp>(x, position, 1);
  }

  Node &node;
  bool isGated = false, isDelta = false;
  int64_t heads = 0, queriesPerHead = 0, size = 0, valueSize = 0;
  Type elementType, wide;
  /// batch x tokens x heads x size; queries have (queries per head) in front of
  /// their size.
  Value q, k, v;
  /// Factors of the state and of its changes: batch x tokens x heads x 1 or
  /// size.
  Value decay, beta;
};
} // namespace

bool LinearAttentionImporter::readRule() {
  StringRef rule = node.getStringAttribute("update_rule", "gated_delta");
  isGated = rule == "gated" || rule == "gated_delta";
  isDelta = rule == "delta" || rule == "gated_delta";
  if (!isGated && !isDelta && rule != "linear")
    node.error("attribute 'update_rule' must be linear, gated, delta or "
               "gated_delta, not " +
               quote(rule));
  decay = node.getInput(4);
  beta = node.getInput(5);
  for (auto [input, isUsed, name] :
       {std::tuple(decay, isGated, "decay"), std::tuple(beta, isDelta, "beta")})
    if (bool(input) != isUsed)
      node.error("update_rule " + quote(rule) +
                 (isUsed ? " needs the input '" : " has no input '") + name +
                 "'");
  return !node.hasFailed();
}

bool LinearAttentionImporter::readTokens() {
  if (!node.requireAttribute("q_num_heads") ||
      !node.requireAttribute("kv_num_heads"))
    return false;
  int64_t allHeads = node.getIntAttribute("q_num_heads", 0);
  heads = node.getIntAttribute("kv_num_heads", 0);
  if (heads < 1 || allHeads < 1 || allHeads % heads != 0) {
    node.error("attribute 'q_num_heads' must be a multiple of 'kv_num_heads'");
    return false;
  }
  queriesPerHead = allHeads / heads;
  elementType = elementTypeOf(node.getInput(0));
  wide = elementType.isF64() ? elementType
                             : Type(Float32Type::get(node.getContext()));
  q = splitHeads(node, node.cast(node.getInput(0), wide), allHeads, "query");
  k = splitHeads(node, node.cast(node.getInput(1), wide), heads, "key");
  v = splitHeads(node, node.cast(node.getInput(2), wide), heads, "value");
  if (node.hasFailed())
    return false;
  Shape shape = dimsOf(q);
  size = shape[3].getSize();
  valueSize = shapeOf(v)[3];
  if (shapeOf(k)[3] != size) {
    node.error("queries and keys have heads of different sizes");
    return false;
  }
  k = node.checkSizes(k, {shape[0], shape[1], heads, size});
  v = node.checkSizes(v, {shape[0], shape[1], heads, valueSize});
  double scale = node.getFloatAttribute("scale", 0);
  if (scale == 0)
    scale = 1 / std::sqrt(double(size));
  q = node.mul(
      node.reshape(q, {shape[0], shape[1], heads, queriesPerHead, size}),
      node.scalar(scale, wide));
  return !node.hasFailed();
}

/// Gives `gate`, batch x tokens x ..., four dimensions: with one of `widths`
/// elements per token, the first being one for each head.
bool LinearAttentionImporter::readGates() {
  Shape tokens(ArrayRef(dimsOf(q)).take_front(2));
  auto read = [&](Value &gate, StringRef name, int64_t other, Dim otherHeads,
                  Dim otherSize) {
    if (!gate || node.hasFailed())
      return;
    if (rankOf(gate) != 3 || !node.requireStatic(gate, 2)) {
      node.error("'" + name + "' must have 3 dimensions");
      return;
    }
    int64_t width = shapeOf(gate)[2];
    if (width != heads && width != other) {
      node.error("'" + name + "' has " + Twine(width) +
                 " elements per token, not " + Twine(heads) + " or " +
                 Twine(other));
      return;
    }
    gate =
        node.checkSizes(node.cast(gate, wide), {tokens[0], tokens[1], width});
    gate =
        width == heads
            ? node.reshape(gate, {tokens[0], tokens[1], heads, 1})
            : node.reshape(gate, {tokens[0], tokens[1], otherHeads, otherSize});
  };
  read(decay, "decay", heads * size, heads, size);
  read(beta, "beta", 1, 1, 1);
  if (decay)
    decay = node.keepType<dlc::ExpOp>(decay);
  return !node.hasFailed();
}

Value LinearAttentionImporter::makeFirstState() {
  Shape shape{dimsOf(q)[0], heads, size, valueSize};
  Value past = node.getInput(3);
  if (!past)
    return node.full(shape, 0, wide);
  if (rankOf(past) != 4) {
    node.error("past_state must have 4 dimensions");
    return {};
  }
  return node.cast(node.checkSizes(past, shape), wide);
}

/// The next state, and the results with those of this token.
Values LinearAttentionImporter::step(Value position, ValueRange carried) {
  Value state = carried[0], results = carried[1];
  Dim batch = dimsOf(q)[0];
  auto gateAt = [&](Value gate) {
    Value factors = at(gate, position);
    Shape shape = dimsOf(factors);
    return node.reshape(factors, {shape[0], shape[1], shape[2], 1});
  };
  if (isGated)
    state = node.mul(state, gateAt(decay));
  Value key = at(k, position);
  Value value = node.reshape(at(v, position), {batch, heads, 1, valueSize});
  if (isDelta) {
    Value row = node.reshape(key, {batch, heads, 1, size});
    Value known = node.create<dlc::MatMulOp>(row, state);
    value = node.mul(node.sub(value, known), gateAt(beta));
  }
  Value column = node.reshape(key, {batch, heads, size, 1});
  state = node.add(state, node.mul(column, value));
  Value result = node.create<dlc::MatMulOp>(at(q, position), state);
  if (node.hasFailed())
    return {};
  return {state, node.createAs<dlc::InsertAtOp>(results.getType(), result,
                                                results, position, 1)};
}

Values LinearAttentionImporter::import() {
  if (!readRule() || !readTokens() || !readGates())
    return {};
  Value first = makeFirstState();
  if (node.hasFailed())
    return {};
  Shape shape = dimsOf(q);
  shape[4] = valueSize;
  Value results = node.createAs<dlc::EmptyOp>(dlc::makeTensorType(shape, wide));
  Values last = node.loop(shape[1], {first, results},
                          [&](Value position, ValueRange carried) {
                            return step(position, carried);
                          });
  if (node.hasFailed())
    return {};
  Value past = node.getInput(3);
  Value y = node.reshape(
      last[1], {shape[0], shape[1], heads * queriesPerHead * valueSize});
  return {node.cast(y, elementType),
          node.cast(last[0], past ? elementTypeOf(past) : elementType)};
}

static Values importLinearAttention(Node &node) {
  return LinearAttentionImporter(node).import();
}

//===----------------------------------------------------------------------===//
// CausalConvWithState
//===----------------------------------------------------------------------===//

/// The input behind what came before it: the state, or zeros.
static Value prependPast(Node &node, Value x, Value past, int64_t more) {
  Shape shape = dimsOf(x);
  if (past && rankOf(past) != 3) {
    node.error("past_state must have 3 dimensions");
    return {};
  }
  if (past)
    past = node.checkSizes(past, {shape[0], shape[1], more});
  if (node.hasFailed() || more == 0)
    return x;
  if (past)
    return node.create<dlc::ConcatOp>(ValueRange{past, x}, 2);
  return node.create<dlc::PadOp>(x, node.scalar(0, elementTypeOf(x)),
                                 Shape{0, 0, more, 0, 0, 0},
                                 dlc::PadMode::constant);
}

/// A depthwise convolution over tokens that sees the past only.
static Values importCausalConvWithState(Node &node) {
  Value x = node.getInput(0), filter = node.getInput(1);
  StringRef activation = node.getStringAttribute("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish")
    return node.unsupported("activation " + quote(activation));
  if (rankOf(x) != 3 || rankOf(filter) != 3)
    return node.error("its input and its weight must have 3 dimensions");
  if (!node.requireStatic(x, 1) || !node.requireStatic(filter, 2))
    return {};
  int64_t channels = shapeOf(x)[1], kernel = shapeOf(filter)[2];
  if (kernel < 1)
    return node.error("the kernel is empty");
  filter = node.checkSizes(filter, {channels, 1, kernel});
  Value padded = prependPast(node, x, node.getInput(3), kernel - 1);
  Value y = node.create<dlc::ConvOp>(
      padded, filter, node.getInput(2), ArrayRef<int64_t>{1},
      ArrayRef<int64_t>{0, 0}, ArrayRef<int64_t>{1}, channels);
  if (activation != "none")
    y = node.keepType<dlc::SwishOp>(y, APFloat(1.0));
  if (node.hasFailed())
    return {};
  // As many tokens as the convolution looks back.
  return {y, node.slice(padded, 2, dimsOf(x)[2], kernel - 1)};
}

void dlc::onnximport::registerLinearAttentionOps(OpRegistry &registry) {
  registry.add("LinearAttention", 3, 6, importLinearAttention);
  registry.add("CausalConvWithState", 2, 4, importCausalConvWithState);
}
