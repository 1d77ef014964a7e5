//===- AttentionParts.cpp - What ops of attention have in common ----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

void ScoreMask::setFirstQueries(Value positions) {
  firstQueries = positions;
  hidesAll = true;
}

Value ScoreMask::makeRange(Dim first, Dim count) {
  Type i64 = IntegerType::get(node.getContext(), 64);
  Value start = node.reshape(node.sizes(first), {});
  return node.createAs<dlc::RangeOp>(dlc::makeTensorType(count, i64), start,
                                     node.scalar(1, i64));
}

Value ScoreMask::getQueryPositions() {
  Value positions =
      node.reshape(makeRange(firstQuery, queries), {1, 1, queries, 1});
  if (!firstQueries)
    return positions;
  return node.add(positions, perBatch(firstQueries));
}

Value ScoreMask::perBatch(Value numbers) {
  numbers = node.cast(numbers, IntegerType::get(node.getContext(), 64));
  if (node.hasFailed())
    return {};
  return node.reshape(numbers, {dimsOf(numbers)[0], 1, 1, 1});
}

Value ScoreMask::coverKeys(Value mask, double fill) {
  Shape shape = dimsOf(mask);
  if (shape.empty() || shape.back() == keys ||
      !dlc::areKnown({shape.back(), keys}))
    return mask;
  if (shape.back().isNumber() && keys.isNumber() &&
      shape.back().getSize() > keys.getSize()) {
    node.error("the mask is for " + shape.back().getText() +
               " keys, but there are " + keys.getText());
    return {};
  }
  MLIRContext *context = node.getContext();
  Shape pads(2 * shape.size(), 0);
  pads.back() = Dim(
      dlc::subSizeExprs(keys.getExpr(context), shape.back().getExpr(context)));
  return node.create<dlc::PadOp>(mask, node.scalar(fill, elementTypeOf(mask)),
                                 pads, dlc::PadMode::constant);
}

Value ScoreMask::getKeyPositions() {
  return node.reshape(makeRange(0, keys), {1, 1, 1, keys});
}

void ScoreMask::require(Value condition, double hidden) {
  condition = coverKeys(condition, 0);
  if (hidden != kHidden) {
    penalties.emplace_back(condition, hidden);
    return;
  }
  hidesAll = true;
  seen = seen ? node.create<dlc::AndOp>(seen, condition) : condition;
}

void ScoreMask::add(Value numbers) {
  hidesAll = true;
  biases.push_back(coverKeys(numbers, kHidden));
}

void ScoreMask::hideAfter(int64_t more, double hidden) {
  Value last = getQueryPositions();
  if (more != 0)
    last = node.add(last, node.scalar(more, elementTypeOf(last)));
  bool didHideAll = hidesAll;
  require(node.create<dlc::LessEqualOp>(getKeyPositions(), last), hidden);
  // Each query sees key 0, unless it stands before that.
  hidesAll = didHideAll;
}

void ScoreMask::hideBefore(int64_t more) {
  Value first = getQueryPositions();
  if (more != 0)
    first = node.sub(first, node.scalar(more, elementTypeOf(first)));
  require(node.create<dlc::LessEqualOp>(first, getKeyPositions()));
}

void ScoreMask::hideBeyond(Value counts, double hidden) {
  require(node.create<dlc::LessOp>(getKeyPositions(), perBatch(counts)),
          hidden);
}

void ScoreMask::hideOutside(Value starts, Value ends, double hidden) {
  Value positions = getKeyPositions();
  Value isBehind = node.create<dlc::LessEqualOp>(perBatch(starts), positions);
  Value isBefore = node.create<dlc::LessOp>(positions, perBatch(ends));
  require(node.create<dlc::AndOp>(isBehind, isBefore), hidden);
}

Value ScoreMask::build(Type elementType) {
  Value mask;
  auto append = [&](Value numbers) {
    mask = mask ? node.add(mask, numbers) : numbers;
  };
  for (Value bias : biases)
    append(node.cast(bias, elementType));
  auto choose = [&](Value condition, double hidden) {
    return node.create<dlc::WhereOp>(condition, node.scalar(0, elementType),
                                     node.scalar(hidden, elementType));
  };
  for (auto [condition, hidden] : penalties)
    append(choose(condition, hidden));
  if (seen)
    append(choose(seen, kHidden));
  return mask;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Where all keys are hidden: batch x heads x queries x 1, or what broadcasts
/// to it.
static Value findHidden(Node &node, Value mask) {
  Shape shape = dimsOf(mask);
  while (shape.size() < 4)
    shape.insert(shape.begin(), 1);
  Value most = node.reduce<dlc::ReduceMaxOp>(node.reshape(mask, shape), 3,
                                             /*keepdims=*/true);
  return node.create<dlc::EqualOp>(
      most, node.scalar(-std::numeric_limits<double>::infinity(),
                        elementTypeOf(mask)));
}

Value dlc::onnximport::buildAttention(Node &node,
                                      const AttentionOperands &operands) {
  if (node.hasFailed())
    return {};
  Value y = node.create<dlc::AttentionOp>(
      operands.q, operands.k, operands.v, operands.mask,
      APFloat(operands.scale), APFloat(operands.softcap), operands.headsFirst,
      /*zero_unseen=*/false);
  if (!operands.mask || !operands.zeroHidden)
    return y;
  Value hidden = swapHeads(node, findHidden(node, operands.mask));
  return node.create<dlc::WhereOp>(hidden, node.scalar(0, elementTypeOf(y)), y);
}

/// Keys or values, heads first, with a head for each of `heads`.
static Value repeatHeads(Node &node, Value x, Dim heads) {
  Shape shape = dimsOf(x);
  if (node.hasFailed() || shape[1] == heads || !heads.isNumber() ||
      !shape[1].isNumber())
    return x;
  Shape split = shape, repeated = shape;
  split.insert(split.begin() + 2, 1);
  repeated.insert(repeated.begin() + 2, heads.getSize() / shape[1].getSize());
  shape[1] = heads;
  return node.reshape(node.expand(node.reshape(x, split), repeated), shape);
}

/// softmax over the last dimension, one more element of which is `sink`.
static Value softmaxWithSink(Node &node, Value scores, Value sink) {
  if (!sink)
    return node.keepType<dlc::SoftmaxOp>(scores, 3);
  Shape column = dimsOf(scores);
  Dim keys = column[3];
  column[3] = 1;
  sink = node.cast(sink, elementTypeOf(scores));
  sink = node.expand(node.reshape(sink, {1, dimsOf(sink)[0], 1, 1}), column);
  Value all = node.create<dlc::ConcatOp>(ValueRange{scores, sink}, 3);
  return node.slice(node.keepType<dlc::SoftmaxOp>(all, 3), 3, 0, keys);
}

SpelledAttention
dlc::onnximport::spellAttention(Node &node, const AttentionOperands &operands,
                                Type precision, Value sink) {
  SpelledAttention result;
  if (node.hasFailed())
    return result;
  Type elementType = elementTypeOf(operands.q);
  Type wide = elementType.isF64() || elementTypeOf(operands.v).isF64()
                  ? Type(Float64Type::get(node.getContext()))
                  : Float32Type::get(node.getContext());
  Value q = node.cast(swapHeads(node, operands.q), wide);
  Value k = node.cast(operands.k, wide), v = node.cast(operands.v, wide);
  if (!operands.headsFirst) {
    k = swapHeads(node, k);
    v = swapHeads(node, v);
  }
  Dim heads = dimsOf(q)[1];
  k = repeatHeads(node, k, heads);
  v = repeatHeads(node, v, heads);
  auto scalar = [&](double value) { return node.scalar(value, wide); };
  result.products =
      node.mul(node.create<dlc::MatMulOp>(q, k, /*transpose_a=*/false,
                                          /*transpose_b=*/true),
               scalar(operands.scale));
  result.capped = result.products;
  if (operands.softcap != 0) {
    Value share = node.mul(result.products, scalar(1 / operands.softcap));
    result.capped =
        node.mul(node.keepType<dlc::TanhOp>(share), scalar(operands.softcap));
  }
  result.masked = operands.mask
                      ? node.add(result.capped, node.cast(operands.mask, wide))
                      : result.capped;
  Value weights = softmaxWithSink(
      node, precision ? node.cast(result.masked, precision) : result.masked,
      sink);
  if (operands.mask && operands.zeroHidden)
    weights = node.create<dlc::WhereOp>(findHidden(node, operands.mask),
                                        node.scalar(0, elementTypeOf(weights)),
                                        weights);
  result.weights = node.cast(weights, wide);
  result.y =
      node.cast(swapHeads(node, node.create<dlc::MatMulOp>(result.weights, v)),
                elementType);
  return result;
}

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

Value dlc::onnximport::splitHeads(Node &node, Value x, int64_t heads,
                                  StringRef name) {
  if (node.hasFailed())
    return {};
  if (rankOf(x) != 3) {
    node.error(name + " must have 3 dimensions, not " + Twine(rankOf(x)));
    return {};
  }
  if (!node.requireStatic(x, 2))
    return {};
  Shape shape = dimsOf(x);
  int64_t hidden = shape[2].getSize();
  if (heads < 1 || hidden % heads != 0) {
    node.error("the " + Twine(hidden) + " elements of each token of " + name +
               " don't divide into " + Twine(heads) + " heads");
    return {};
  }
  return node.reshape(x, {shape[0], shape[1], heads, hidden / heads});
}

Value dlc::onnximport::mergeHeads(Node &node, Value x) {
  if (node.hasFailed())
    return {};
  Shape shape = dimsOf(x);
  Dim hidden = *dlc::countDims(ArrayRef(shape).take_back(2));
  return node.reshape(x, {shape[0], shape[1], hidden});
}

Value dlc::onnximport::rotatePairs(Node &node, Value x, Value cosines,
                                   Value sines, bool interleaved) {
  if (node.hasFailed() || !node.requireStatic(x, 3))
    return {};
  Shape shape = dimsOf(x);
  int64_t pairs = shapeOf(cosines).back(), size = shape[3].getSize();
  if (isDynamic(pairs) || 2 * pairs > size) {
    node.error("there are " + Dim(pairs).getText() +
               " angles for heads of size " + Twine(size));
    return {};
  }
  Value rest = 2 * pairs < size ? node.slice(x, 3, 2 * pairs, size - 2 * pairs)
                                : Value();
  x = node.slice(x, 3, 0, 2 * pairs);
  // The two elements of a pair along a dimension of their own.
  int64_t axis = interleaved ? 4 : 3;
  Shape split(ArrayRef(shape).take_front(3));
  split.push_back(interleaved ? pairs : 2);
  split.push_back(interleaved ? 2 : pairs);
  Shape half(ArrayRef(shape).take_front(3));
  half.push_back(pairs);
  x = node.reshape(x, split);
  Value first = node.reshape(node.slice(x, axis, 0, 1), half);
  Value second = node.reshape(node.slice(x, axis, 1, 1), half);
  Value real = node.sub(node.mul(cosines, first), node.mul(sines, second));
  Value imaginary = node.add(node.mul(sines, first), node.mul(cosines, second));
  half.insert(half.begin() + axis, 1);
  Value rotated = node.create<dlc::ConcatOp>(
      ValueRange{node.reshape(real, half), node.reshape(imaginary, half)},
      axis);
  shape[3] = 2 * pairs;
  rotated = node.reshape(rotated, shape);
  return rest ? node.create<dlc::ConcatOp>(ValueRange{rotated, rest}, 3)
              : rotated;
}
