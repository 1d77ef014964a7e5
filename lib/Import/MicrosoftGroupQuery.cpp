//===- MicrosoftGroupQuery.cpp - GroupQueryAttention ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Microsoft.h"
#include "Normalization.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"

using namespace mlir;
using namespace dlc::onnximport;

namespace {
/// Keys and values of all tokens so far lie in buffers, batch x heads x tokens
/// x size; each batch may have another number of them.
class GroupQueryImporter {
public:
  explicit GroupQueryImporter(Node &node) : node(node) {}
  Values import();

private:
  bool checkAttributes();
  bool readOperands();
  bool normalizeHeads();
  bool findPlaces();
  void rotate();
  Value store(Value past, Value rows);
  Value attend(Value keys, Value values);

  /// The numbers 0, 1, ..., as i64.
  Value count(const Dim &size) {
    Type i64 = IntegerType::get(node.getContext(), 64);
    return node.createAs<dlc::RangeOp>(dlc::makeTensorType({size}, i64),
                                       node.scalar(0, i64),
                                       node.scalar(1, i64));
  }

  Node &node;
  AttentionOperands operands;
  Dim batch, tokens, room;
  /// How many tokens each batch had before, and has now: vectors of i64.
  Value before, after;
  bool isCausal = true;
};
} // namespace

bool GroupQueryImporter::checkAttributes() {
  if (!node.requireAttribute("num_heads") ||
      !node.requireAttribute("kv_num_heads"))
    return false;
  for (StringRef name : {"k_quant_type", "v_quant_type"})
    if (node.getStringAttribute(name, "NONE") != "NONE")
      node.unsupported("a quantized cache");
  if (node.getInput(12) || node.getInput(13))
    node.unsupported("a quantized cache");
  if (node.getIntAttribute("sliding_window_cache", 0) != 0)
    node.unsupported("'sliding_window_cache'");
  if (node.getInput(16))
    node.unsupported("the input 'query_seqlens'");
  if (node.getIntAttribute("qk_output", 0) != 0)
    node.unsupported("'qk_output'");
  isCausal = node.getIntAttribute("causal", 1) != 0;
  return !node.hasFailed();
}

bool GroupQueryImporter::readOperands() {
  Value q = node.getInput(0), k = node.getInput(1), v = node.getInput(2);
  int64_t heads = node.getIntAttribute("num_heads", 0);
  int64_t shared = node.getIntAttribute("kv_num_heads", 0);
  if (heads < 1 || shared < 1 || heads % shared != 0)
    node.error("'num_heads' must be a multiple of 'kv_num_heads'");
  if (!k != !v)
    node.error("key and value go together");
  if (node.hasFailed())
    return false;
  if (k) {
    operands.q = splitHeads(node, q, heads, "query");
    operands.k = splitHeads(node, k, shared, "key");
    operands.v = splitHeads(node, v, shared, "value");
  } else {
    Value all = splitHeads(node, q, heads + 2 * shared, "the packed query");
    Values parts = node.split(all, 2, {Dim(heads), Dim(shared), Dim(shared)});
    if (node.hasFailed())
      return false;
    operands.q = parts[0];
    operands.k = parts[1];
    operands.v = parts[2];
  }
  if (node.hasFailed())
    return false;
  batch = dimsOf(operands.q)[0];
  tokens = dimsOf(operands.q)[1];
  return true;
}

/// Queries and keys whose heads are normalized first.
bool GroupQueryImporter::normalizeHeads() {
  Value weightQ = node.getInput(14), weightK = node.getInput(15);
  if (!weightQ != !weightK)
    node.error("q_norm_weight and k_norm_weight go together");
  if (node.hasFailed() || !weightQ)
    return !node.hasFailed();
  double epsilon = node.getFloatAttribute("qk_norm_epsilon", 1e-6);
  operands.q = normalizeRMS(node, operands.q, weightQ, 3,
                            node.getFloatAttribute("q_norm_epsilon", epsilon))
                   .first;
  operands.k = normalizeRMS(node, operands.k, weightK, 3,
                            node.getFloatAttribute("k_norm_epsilon", epsilon))
                   .first;
  return !node.hasFailed();
}

/// How large the buffers are, and where in them the tokens stand.
bool GroupQueryImporter::findPlaces() {
  Value pastKeys = node.getInput(3), pastValues = node.getInput(4);
  Value lengths = node.getInput(5);
  if (!lengths || !node.getInput(6))
    node.error("seqlens_k and total_sequence_length are missing");
  else if (!pastKeys != !pastValues)
    node.error("past_key and past_value go together");
  else if (pastKeys && (rankOf(pastKeys) != 4 || rankOf(pastValues) != 4))
    node.error("past_key and past_value must have 4 dimensions");
  if (node.hasFailed())
    return false;
  std::optional<Dim> numLengths = dlc::countDims(dimsOf(lengths));
  if (numLengths && numLengths->isNumber() && batch.isNumber() &&
      *numLengths != batch) {
    node.error("seqlens_k has " + numLengths->getText() + " elements for " +
               batch.getText() + " batches");
    return false;
  }
  Type i64 = IntegerType::get(node.getContext(), 64);
  Value last = node.reshape(node.cast(lengths, i64), {batch});
  after = node.add(last, node.scalar(1, i64));
  if (!pastKeys) {
    room = tokens;
    before = node.full({batch}, 0, i64);
    return !node.hasFailed();
  }
  Dim past = dimsOf(pastKeys)[2];
  std::optional<Shape> total = node.getSizes(6, "total_sequence_length");
  if (!total || total->size() != 1)
    return false;
  // A buffer that has room for all tokens stays as large as it is.
  std::optional<dlc::SizeBounds> have = node.getBounds(past);
  bool hasRoom = have && have->low >= node.getLargest(total->front());
  room = hasRoom ? past
                 : node.requireSize(dlc::addSizes(std::nullopt, past, tokens));
  // A first prompt begins at the front; shorter ones are padded behind.
  Value all = hasRoom ? node.getInput(6) : node.sizes(room);
  Value isFirst =
      node.create<dlc::EqualOp>(node.reshape(node.cast(all, i64), {}),
                                node.reshape(node.sizes(tokens), {}));
  before = node.create<dlc::WhereOp>(
      isFirst, node.scalar(0, i64),
      node.sub(after, node.reshape(node.sizes(tokens), {})));
  return !node.hasFailed();
}

void GroupQueryImporter::rotate() {
  if (node.getIntAttribute("do_rotary", 0) == 0 || node.hasFailed())
    return;
  Value cosines = node.getInput(7), sines = node.getInput(8);
  if (!cosines || !sines) {
    node.error("'do_rotary' needs cos_cache and sin_cache");
    return;
  }
  Value positions = node.getInput(9);
  if (!positions)
    positions = node.add(node.reshape(before, {batch, 1}),
                         node.reshape(count(tokens), {1, tokens}));
  bool interleaved = node.getIntAttribute("rotary_interleaved", 0) != 0;
  cosines = lookUpAngles(node, cosines, positions);
  sines = lookUpAngles(node, sines, positions);
  operands.q = rotatePairs(node, operands.q, cosines, sines, interleaved);
  operands.k = rotatePairs(node, operands.k, cosines, sines, interleaved);
}

/// The buffer with the tokens' rows in their places.
Value GroupQueryImporter::store(Value past, Value rows) {
  rows = swapHeads(node, rows);
  if (!past || node.hasFailed())
    return rows;
  Shape shape = dimsOf(past);
  if (shape[2] != room) {
    Shape pads(8, 0);
    pads[6] = tokens;
    past = node.create<dlc::PadOp>(past, node.scalar(0, elementTypeOf(past)),
                                   pads, dlc::PadMode::constant);
  }
  Value places = node.add(node.reshape(before, {batch, 1, 1, 1}),
                          node.reshape(count(tokens), {1, 1, tokens, 1}));
  places = node.expand(places, dimsOf(rows));
  return node.keepType<dlc::ScatterElementsOp>(past, places, rows, 2,
                                               dlc::ScatterMode::replace);
}

Value GroupQueryImporter::attend(Value keys, Value values) {
  operands.k = keys;
  operands.v = values;
  operands.headsFirst = true;
  operands.scale = getAttentionScale(node, operands.q);
  operands.softcap = std::max(node.getFloatAttribute("softcap", 0), 0.0);
  ScoreMask mask(node, tokens, room);
  mask.setFirstQueries(before);
  int64_t window = node.getIntAttribute("local_window_size", -1);
  if (isCausal)
    mask.hideAfter(0);
  else
    mask.hideBeyond(after);
  // The window counts the query itself.
  if (window > 0)
    mask.hideBefore(window - 1);
  if (Value bias = node.getInput(10))
    mask.add(bias);
  operands.mask = mask.build(elementTypeOf(operands.q));
  Value sink = node.getInput(11);
  if (node.getIntAttribute("smooth_softmax", 0) == 1 && !sink)
    sink = node.full({dimsOf(operands.q)[2]}, 0, elementTypeOf(operands.q));
  return sink ? spellAttention(node, operands, /*precision=*/{}, sink).y
              : buildAttention(node, operands);
}

Values GroupQueryImporter::import() {
  if (!checkAttributes() || !readOperands() || !normalizeHeads() ||
      !findPlaces())
    return {};
  rotate();
  Value keys = store(node.getInput(3), operands.k);
  Value values = store(node.getInput(4), operands.v);
  if (node.hasFailed())
    return {};
  Value y = attend(keys, values);
  return {mergeHeads(node, y), keys, values};
}

static Values importGroupQueryAttention(Node &node) {
  return GroupQueryImporter(node).import();
}

void dlc::onnximport::registerMicrosoftGroupQuery(OpRegistry &registry) {
  registry.add("com.microsoft.GroupQueryAttention", 1, 17,
               importGroupQueryAttention);
}
