//===- MicrosoftAttention.cpp - Attention of com.microsoft ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Microsoft.h"
#include "Quantization.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include <cmath>

using namespace mlir;
using namespace dlc::onnximport;

/// What `mask_filter_value` says of keys that don't count.
static double getFilterValue(Node &node) {
  return node.getFloatAttribute("mask_filter_value", -10000.0);
}

double dlc::onnximport::getAttentionScale(Node &node, Value q) {
  double scale = node.getFloatAttribute("scale", 0);
  return scale != 0 || node.hasFailed() ? scale
                                        : 1 / std::sqrt(double(shapeOf(q)[3]));
}

/// Part `i` of `x` along `axis`, which goes away.
static Value takePart(Node &node, Value x, int64_t axis, int64_t i) {
  if (node.hasFailed())
    return {};
  Shape shape = dimsOf(x);
  shape.erase(shape.begin() + axis);
  return node.reshape(node.slice(x, axis, i, 1), shape);
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

/// Hides the keys that `given` hides: numbers of keys, the ends and the starts
/// of those that count, or 0 where one doesn't.
static void applyMask(Node &node, ScoreMask &mask, Value given, Dim batch) {
  if (!given || node.hasFailed())
    return;
  double hidden = getFilterValue(node);
  Shape shape = dimsOf(given);
  if (shape.size() == 1 && shape[0] == batch)
    return mask.hideBeyond(given, hidden);
  if (shape.size() == 1) {
    Dim both = node.requireSize(dlc::multiplySizes(std::nullopt, batch, 2));
    if (shape[0] != both) {
      node.unsupported("a mask of " + shape[0].getText() + " numbers for " +
                       batch.getText() + " batches");
      return;
    }
    return mask.hideOutside(node.slice(given, 0, batch, batch),
                            node.slice(given, 0, 0, batch), hidden);
  }
  if (shape.size() != 2 && shape.size() != 3) {
    node.unsupported("a mask of " + Twine(shape.size()) + " dimensions");
    return;
  }
  Value seen =
      node.create<dlc::GreaterOp>(given, node.scalar(0, elementTypeOf(given)));
  shape.insert(shape.begin() + 1, 1);
  if (shape.size() == 3)
    shape.insert(shape.begin() + 1, 1);
  mask.require(node.reshape(seen, shape), hidden);
}

//===----------------------------------------------------------------------===//
// Attention and QAttention: with the projection
//===----------------------------------------------------------------------===//

namespace {
/// Where an op has its inputs.
struct ProjectedInputs {
  unsigned mask, past, bias;
};
} // namespace

/// The queries, keys and values of a projection, batch x tokens x all of them.
static bool splitProjection(Node &node, Value projected,
                            AttentionOperands &operands) {
  int64_t heads = node.getIntAttribute("num_heads", 0);
  if (node.hasFailed() || !node.requireStatic(projected, 2))
    return false;
  int64_t all = shapeOf(projected)[2];
  SmallVector<int64_t> sizes = node.getIntsAttribute(
      "qkv_hidden_sizes", {all / 3, all / 3, all - all / 3 * 2});
  bool isDivided = node.hasAttribute("qkv_hidden_sizes") || all % 3 == 0;
  if (!isDivided || sizes.size() != 3 || sizes[0] < 1 || sizes[2] < 1 ||
      sizes[0] != sizes[1] || sizes[0] + sizes[1] + sizes[2] != all) {
    node.error("the " + Twine(all) +
               " columns of the weights don't divide "
               "into queries, keys and values");
    return false;
  }
  Values parts =
      node.split(projected, 2, {Dim(sizes[0]), Dim(sizes[1]), Dim(sizes[2])});
  if (node.hasFailed())
    return false;
  operands.q = splitHeads(node, parts[0], heads, "the queries");
  operands.k = splitHeads(node, parts[1], heads, "the keys");
  operands.v = splitHeads(node, parts[2], heads, "the values");
  return !node.hasFailed();
}

/// Puts what `past`, 2 x batch x heads x tokens x size, holds in front. The
/// result is what it holds now.
static Value appendToPast(Node &node, Value past, AttentionOperands &operands) {
  operands.headsFirst = true;
  operands.k = swapHeads(node, operands.k);
  operands.v = swapHeads(node, operands.v);
  if (past) {
    if (rankOf(past) != 5) {
      node.error("the past must have 5 dimensions");
      return {};
    }
    auto append = [&](Value &x, int64_t part) {
      x = node.create<dlc::ConcatOp>(
          ValueRange{takePart(node, past, 0, part), x}, 2);
    };
    append(operands.k, 0);
    append(operands.v, 1);
  }
  if (node.hasFailed() || !node.wantsOutput(1))
    return {};
  Shape one = dimsOf(operands.k);
  one.insert(one.begin(), 1);
  return node.create<dlc::ConcatOp>(
      ValueRange{node.reshape(operands.k, one), node.reshape(operands.v, one)},
      0);
}

static Values attendToProjection(Node &node, Value projected,
                                 ProjectedInputs inputs) {
  for (StringRef name : {"do_rotary", "past_present_share_buffer"})
    if (node.getIntAttribute(name, 0) != 0)
      return node.unsupported("'" + name + "'");
  if (!node.requireAttribute("num_heads"))
    return {};
  if (rankOf(projected) != 3)
    return node.error("its input must have 3 dimensions");
  AttentionOperands operands;
  if (!splitProjection(node, projected, operands))
    return {};
  Value past = node.getInput(inputs.past), present;
  if (past || node.wantsOutput(1))
    present = appendToPast(node, past, operands);
  if (node.hasFailed())
    return {};
  Shape q = dimsOf(operands.q);
  ScoreMask mask(node, q[1], dimsOf(operands.k)[operands.headsFirst ? 2 : 1]);
  if (past)
    mask.setFirstQuery(dimsOf(past)[3]);
  applyMask(node, mask, node.getInput(inputs.mask), q[0]);
  if (node.getIntAttribute("unidirectional", 0) != 0)
    mask.hideAfter(0);
  if (Value bias = inputs.bias ? node.getInput(inputs.bias) : Value())
    mask.add(bias);
  operands.mask = mask.build(elementTypeOf(operands.q));
  operands.scale = getAttentionScale(node, operands.q);
  Value y = buildAttention(node, operands);
  return {mergeHeads(node, y), present};
}

static Values importAttention(Node &node) {
  Value projected =
      node.create<dlc::MatMulOp>(node.getInput(0), node.getInput(1));
  if (Value bias = node.getInput(2))
    projected = node.add(projected, bias);
  if (node.getInput(6))
    return node.unsupported("the input 'past_sequence_length'");
  return attendToProjection(node, projected,
                            {/*mask=*/3, /*past=*/4,
                             /*bias=*/5});
}

static Values importQAttention(Node &node) {
  Value x = dequantize(node, node.getInput(0), node.getInput(3),
                       node.getInput(6), {});
  Value weights = dequantize(node, node.getInput(1), node.getInput(4),
                             node.getInput(7), {/*axis=*/1});
  Value projected =
      node.add(node.create<dlc::MatMulOp>(x, weights), node.getInput(2));
  return attendToProjection(node, projected,
                            {/*mask=*/5, /*past=*/8,
                             /*bias=*/0});
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention
//===----------------------------------------------------------------------===//

namespace {
class MultiHeadImporter {
public:
  explicit MultiHeadImporter(Node &node) : node(node) {}
  Values import();

private:
  bool readOperands();
  bool readPacked(Value packed, ArrayRef<Value *> places);
  void addBias();
  bool appendPast();

  Node &node;
  AttentionOperands operands;
  int64_t heads = 0;
  /// Keys and values that have been projected before, heads outside of tokens.
  bool isCross = false;
};
} // namespace

/// Operands packed into one, batch x tokens x heads x parts x size.
bool MultiHeadImporter::readPacked(Value packed, ArrayRef<Value *> places) {
  if (rankOf(packed) != 5 || shapeOf(packed)[2] != heads ||
      shapeOf(packed)[3] != int64_t(places.size())) {
    node.error("packed operands must be batch x tokens x " + Twine(heads) +
               " heads x " + Twine(places.size()) + " x size");
    return false;
  }
  for (auto [i, place] : llvm::enumerate(places))
    *place = takePart(node, packed, 3, i);
  return !node.hasFailed();
}

bool MultiHeadImporter::readOperands() {
  Value q = node.getInput(0), k = node.getInput(1), v = node.getInput(2);
  if (!k && !v)
    return readPacked(q, {&operands.q, &operands.k, &operands.v});
  operands.q = splitHeads(node, q, heads, "query");
  if (!k || node.hasFailed()) {
    node.error("input 1 is missing");
    return false;
  }
  if (!v)
    return readPacked(k, {&operands.k, &operands.v});
  isCross = rankOf(k) == 4 && rankOf(v) == 4;
  operands.headsFirst = isCross;
  operands.k = isCross ? k : splitHeads(node, k, heads, "key");
  operands.v = isCross ? v : splitHeads(node, v, heads, "value");
  return !node.hasFailed() && node.requireStatic(operands.k, 3) &&
         node.requireStatic(operands.v, 3);
}

/// The bias of the projections: of all three, one behind the other.
void MultiHeadImporter::addBias() {
  Value bias = node.getInput(3);
  if (!bias || node.hasFailed())
    return;
  if (rankOf(bias) != 1) {
    node.error("the bias must be a vector");
    return;
  }
  int64_t start = 0;
  for (Value *x : {&operands.q, &operands.k, &operands.v}) {
    int64_t size = shapeOf(*x)[3];
    Value part = node.slice(bias, 0, start, heads * size);
    start += heads * size;
    if (x == &operands.q || !isCross)
      *x = node.add(*x, node.reshape(part, {heads, size}));
  }
}

bool MultiHeadImporter::appendPast() {
  Value keys = node.getInput(6), values = node.getInput(7);
  if (!keys != !values)
    node.error("past_key and past_value go together");
  if (node.hasFailed())
    return false;
  if (!keys && !node.wantsOutput(1) && !node.wantsOutput(2))
    return true;
  if (!operands.headsFirst) {
    operands.headsFirst = true;
    operands.k = swapHeads(node, operands.k);
    operands.v = swapHeads(node, operands.v);
  }
  if (!keys)
    return !node.hasFailed();
  if (rankOf(keys) != 4 || rankOf(values) != 4) {
    node.error("past_key and past_value must have 4 dimensions");
    return false;
  }
  operands.k = node.create<dlc::ConcatOp>(ValueRange{keys, operands.k}, 2);
  operands.v = node.create<dlc::ConcatOp>(ValueRange{values, operands.v}, 2);
  return !node.hasFailed();
}

Values MultiHeadImporter::import() {
  if (!node.requireAttribute("num_heads"))
    return {};
  heads = node.getIntAttribute("num_heads", 0);
  if (node.getInput(8) || node.getInput(9))
    return node.unsupported("a past in a buffer that is shared");
  if (!readOperands())
    return {};
  addBias();
  if (!appendPast())
    return {};
  Shape q = dimsOf(operands.q);
  ScoreMask mask(node, q[1], dimsOf(operands.k)[operands.headsFirst ? 2 : 1]);
  if (Value past = node.getInput(6))
    mask.setFirstQuery(dimsOf(past)[2]);
  applyMask(node, mask, node.getInput(4), q[0]);
  if (node.getIntAttribute("unidirectional", 0) != 0)
    mask.hideAfter(0);
  if (Value bias = node.getInput(5))
    mask.add(bias);
  operands.mask = mask.build(elementTypeOf(operands.q));
  operands.scale = getAttentionScale(node, operands.q);
  if (!node.wantsOutput(3))
    return {mergeHeads(node, buildAttention(node, operands)), operands.k,
            operands.v};
  SpelledAttention spelled = spellAttention(node, operands);
  return {mergeHeads(node, spelled.y), operands.k, operands.v,
          node.cast(spelled.masked, elementTypeOf(operands.q))};
}

static Values importMultiHeadAttention(Node &node) {
  return MultiHeadImporter(node).import();
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

Value dlc::onnximport::lookUpAngles(Node &node, Value table, Value positions) {
  if (node.hasFailed())
    return {};
  if (rankOf(table) != 2) {
    node.error("the caches must have 2 dimensions");
    return {};
  }
  Value angles = node.create<dlc::GatherOp>(table, positions, 0);
  Shape shape = dimsOf(angles);
  shape.insert(shape.begin() + 2, 1);
  return node.reshape(angles, shape);
}

static Values importRotaryEmbedding(Node &node) {
  Value x = node.getInput(0), positions = node.getInput(1);
  Value cosines = node.getInput(2), sines = node.getInput(3);
  if (node.getIntAttribute("is_packed_batching", 0) != 0)
    return node.unsupported("'is_packed_batching'");
  if (node.getFloatAttribute("scale", 1.0) != 1.0)
    return node.unsupported("'scale'");
  int64_t rank = rankOf(x);
  if (rank != 3 && rank != 4)
    return node.error("its input must have 3 or 4 dimensions");
  if (rank == 3) {
    if (!node.requireStatic(x, 2) || !node.requireStatic(cosines, 1))
      return {};
    int64_t heads = node.getIntAttribute("num_heads", 0);
    // Without a number of heads, all of a head is rotated.
    if (heads == 0)
      heads = shapeOf(x)[2] / std::max<int64_t>(2 * shapeOf(cosines)[1], 1);
    x = splitHeads(node, x, heads, "the input");
  } else {
    x = swapHeads(node, x);
  }
  if (node.hasFailed())
    return {};
  // One number is the position of the first token.
  if (rankOf(positions) == 1) {
    Dim tokens = dimsOf(x)[1];
    Type i64 = IntegerType::get(node.getContext(), 64);
    Value steps =
        node.createAs<dlc::RangeOp>(dlc::makeTensorType({tokens}, i64),
                                    node.scalar(0, i64), node.scalar(1, i64));
    positions = node.add(node.reshape(steps, {1, tokens}),
                         node.cast(node.reshape(positions, {1, 1}), i64));
  }
  if (rankOf(positions) != 2)
    return node.error("position_ids must have 1 or 2 dimensions");
  Value y = rotatePairs(node, x, lookUpAngles(node, cosines, positions),
                        lookUpAngles(node, sines, positions),
                        node.getIntAttribute("interleaved", 0) != 0);
  return {rank == 3 ? mergeHeads(node, y) : swapHeads(node, y)};
}

void dlc::onnximport::registerMicrosoftAttentionOps(OpRegistry &registry) {
  registry.add("com.microsoft.Attention", 2, 7, importAttention);
  registry.add("com.microsoft.QAttention", 5, 9, importQAttention);
  registry.add("com.microsoft.MultiHeadAttention", 1, 10,
               importMultiHeadAttention);
  registry.add("com.microsoft.RotaryEmbedding", 4, importRotaryEmbedding);
}
