//===- Attention.cpp - Attention and its positions from ONNX --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "OpRegistry.h"
#include "TensorData.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"
#include <cmath>

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
/// The inputs and outputs of one `Attention`.
class AttentionImporter {
public:
  explicit AttentionImporter(Node &node) : node(node) {}
  Values import();

private:
  bool checkInputs();
  bool readHeads();
  bool appendToPast();
  void hideKeys(ScoreMask &mask);
  void applyMaskInput(ScoreMask &mask);
  Type getPrecision();
  Value build();

  Node &node;
  AttentionOperands operands;
  Value pastKeys, pastValues, lengths;
  /// The queries had three dimensions.
  bool isMerged = false;
  Dim queries, keys;
  Values results;
};
} // namespace

bool AttentionImporter::checkInputs() {
  Value q = node.getInput(0), k = node.getInput(1), v = node.getInput(2);
  pastKeys = node.getInput(4);
  pastValues = node.getInput(5);
  lengths = node.getInput(6);
  int64_t rank = rankOf(q);
  if ((rank != 3 && rank != 4) || rankOf(k) != rank || rankOf(v) != rank)
    node.error("Q, K and V must all have 3 or all 4 dimensions");
  else if (!isa<FloatType>(elementTypeOf(q)) ||
           !isa<FloatType>(elementTypeOf(v)) ||
           elementTypeOf(k) != elementTypeOf(q))
    node.error(
        "Q, K and V must be floating point numbers, Q and K of one type");
  else if (!pastKeys != !pastValues)
    node.error("past_key and past_value go together");
  else if (lengths && (pastKeys || node.wantsOutput(1) || node.wantsOutput(2)))
    node.error("nonpad_kv_seqlen is for a cache outside of the op, without "
               "past and present keys and values");
  else if (lengths && rankOf(lengths) != 1)
    node.error("nonpad_kv_seqlen must be a vector");
  return !node.hasFailed();
}

/// Gives queries, keys and values four dimensions.
bool AttentionImporter::readHeads() {
  isMerged = rankOf(node.getInput(0)) == 3;
  const char *names[] = {"q_num_heads", "kv_num_heads", "kv_num_heads"};
  const char *inputNames[] = {"Q", "K", "V"};
  Value *places[] = {&operands.q, &operands.k, &operands.v};
  for (unsigned i = 0; i < 3; ++i) {
    Value x = node.getInput(i);
    if (isMerged) {
      if (!node.requireAttribute(names[i]))
        return false;
      *places[i] =
          splitHeads(node, x, node.getIntAttribute(names[i], 0), inputNames[i]);
      continue;
    }
    *places[i] = x;
    if (!node.requireStatic(x, 1) || !node.requireStatic(x, 3))
      return false;
    if (node.getIntAttribute(names[i], shapeOf(x)[1]) != shapeOf(x)[1])
      node.error("attribute '" + Twine(names[i]) +
                 "' contradicts the shape of " + inputNames[i]);
  }
  if (node.hasFailed())
    return false;
  // Caches have their heads outside of tokens.
  operands.headsFirst = !isMerged;
  if (!isMerged)
    operands.q = swapHeads(node, operands.q);
  if (isMerged && (pastKeys || node.wantsOutput(1) || node.wantsOutput(2))) {
    operands.headsFirst = true;
    operands.k = swapHeads(node, operands.k);
    operands.v = swapHeads(node, operands.v);
  }
  return !node.hasFailed();
}

bool AttentionImporter::appendToPast() {
  if (pastKeys) {
    if (rankOf(pastKeys) != 4 || rankOf(pastValues) != 4)
      node.error("past_key and past_value must have 4 dimensions");
    operands.k =
        node.create<dlc::ConcatOp>(ValueRange{pastKeys, operands.k}, 2);
    operands.v =
        node.create<dlc::ConcatOp>(ValueRange{pastValues, operands.v}, 2);
  }
  if (node.hasFailed())
    return false;
  results.resize(3);
  results[1] = operands.k;
  results[2] = operands.v;
  queries = dimsOf(operands.q)[1];
  keys = dimsOf(operands.k)[operands.headsFirst ? 2 : 1];
  return true;
}

void AttentionImporter::applyMaskInput(ScoreMask &mask) {
  Value input = node.getInput(3);
  if (!input)
    return;
  Type elementType = elementTypeOf(input);
  bool isBoolean = elementType.isInteger(1);
  if (!isBoolean && !isa<FloatType>(elementType)) {
    node.error("attn_mask must hold booleans or floating point numbers");
    return;
  }
  if (rankOf(input) < 1 || rankOf(input) > 4) {
    node.error("attn_mask must have 1 to 4 dimensions");
    return;
  }
  if (isBoolean)
    mask.require(input);
  else
    mask.add(input);
}

void AttentionImporter::hideKeys(ScoreMask &mask) {
  applyMaskInput(mask);
  if (pastKeys)
    mask.setFirstQuery(dimsOf(pastKeys)[2]);
  if (lengths) {
    Type i64 = IntegerType::get(node.getContext(), 64);
    Value count = node.reshape(node.sizes(queries), {});
    mask.setFirstQueries(node.sub(node.cast(lengths, i64), count));
    mask.hideBeyond(lengths);
  }
  int64_t left = node.getIntAttribute("left_window_size", -1);
  int64_t right = node.getIntAttribute("right_window_size", -1);
  if (left < -1 || right < -1) {
    node.error("the size of a window is negative");
    return;
  }
  if (node.getIntAttribute("is_causal", 0) != 0)
    right = 0;
  if (right >= 0)
    mask.hideAfter(right);
  if (left >= 0)
    mask.hideBefore(left);
}

/// The type of the softmax if it is another one than results are computed in,
/// or else null.
Type AttentionImporter::getPrecision() {
  int64_t number = node.getIntAttribute("softmax_precision", 0);
  if (number == 0)
    return {};
  llvm::Expected<Type> type = getElementType(number, node.getContext());
  if (!type || !isa<FloatType>(*type)) {
    if (!type)
      llvm::consumeError(type.takeError());
    node.error("attribute 'softmax_precision' names no floating point type");
    return {};
  }
  Type own = elementTypeOf(operands.q);
  // Narrow numbers are computed with as f32.
  bool isComputed = *type == own || (type->isF32() && !own.isF64());
  return isComputed ? Type() : *type;
}

Value AttentionImporter::build() {
  Type precision = getPrecision();
  Type elementType = elementTypeOf(operands.q);
  if (!node.wantsOutput(3) && !precision &&
      elementTypeOf(operands.v) == elementType)
    return buildAttention(node, operands);
  SpelledAttention spelled = spellAttention(node, operands, precision);
  Value outputs[] = {spelled.products, spelled.capped, spelled.masked,
                     spelled.weights};
  int64_t mode = node.getIntAttribute("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) {
    node.error("attribute 'qk_matmul_output_mode' must be 0 to 3");
    return {};
  }
  results.push_back(node.cast(outputs[mode], elementType));
  return spelled.y;
}

Values AttentionImporter::import() {
  if (!checkInputs() || !readHeads() || !appendToPast())
    return {};
  ScoreMask mask(node, queries, keys);
  hideKeys(mask);
  operands.mask = mask.build(elementTypeOf(operands.q));
  operands.zeroHidden = mask.mayHideAll();
  double size = shapeOf(operands.q)[3];
  operands.scale = node.getFloatAttribute("scale", 1 / std::sqrt(size));
  operands.softcap = std::max(node.getFloatAttribute("softcap", 0), 0.0);
  Value y = build();
  if (node.hasFailed())
    return {};
  results[0] = isMerged ? mergeHeads(node, y) : swapHeads(node, y);
  return results;
}

static Values importAttention(Node &node) {
  return AttentionImporter(node).import();
}

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

/// Cosines or sines as batch x tokens x 1 x pairs.
static Value findAngles(Node &node, Value cache, Value positions) {
  if (positions) {
    if (rankOf(cache) != 2 || rankOf(positions) != 2)
      node.error("with position_ids, which have 2 dimensions, the caches must "
                 "have 2 dimensions");
    cache = node.create<dlc::GatherOp>(cache, positions, 0);
  } else if (rankOf(cache) != 3) {
    node.error("without position_ids, the caches must have 3 dimensions");
  }
  if (node.hasFailed())
    return {};
  Shape shape = dimsOf(cache);
  shape.insert(shape.begin() + 2, 1);
  return node.reshape(cache, shape);
}

/// Gives each pair of the `rotated` elements one angle; false if there are more
/// or fewer.
static bool fitAngles(Node &node, Value &angles, int64_t rotated) {
  Shape shape = dimsOf(angles);
  if (rotated < 0 || rotated % 2 != 0 ||
      (shape.back().isNumber() && shape.back().getSize() != rotated / 2)) {
    node.error("a cache has " + shape.back().getText() + " angles, but " +
               Twine(rotated) + " elements of each head are to be rotated");
    return false;
  }
  shape.back() = rotated / 2;
  angles = node.checkSizes(angles, shape);
  return !node.hasFailed();
}

static Values importRotaryEmbedding(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  if (rank != 3 && rank != 4)
    return node.error("its input must have 3 or 4 dimensions");
  if (rank == 3 && !node.requireAttribute("num_heads"))
    return {};
  x = rank == 3 ? splitHeads(node, x, node.getIntAttribute("num_heads", 0),
                             "the input")
                : swapHeads(node, x);
  Value cosines = findAngles(node, node.getInput(1), node.getInput(3));
  Value sines = findAngles(node, node.getInput(2), node.getInput(3));
  if (node.hasFailed() || !node.requireStatic(x, 3))
    return {};
  int64_t size = shapeOf(x)[3];
  int64_t rotated = node.getIntAttribute("rotary_embedding_dim", 0);
  if (rotated == 0)
    rotated = size;
  if (!fitAngles(node, cosines, rotated) || !fitAngles(node, sines, rotated))
    return {};
  Value y = rotatePairs(node, x, cosines, sines,
                        node.getIntAttribute("interleaved", 0) != 0);
  return {rank == 3 ? mergeHeads(node, y) : swapHeads(node, y)};
}

void dlc::onnximport::registerAttentionOps(OpRegistry &registry) {
  registry.add("Attention", 3, 7, importAttention);
  registry.add("RotaryEmbedding", 3, 4, importRotaryEmbedding);
}
