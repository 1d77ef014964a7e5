//===- Random.cpp - Ops on random numbers from ONNX -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A node without the attribute `seed` gets the number of such nodes before it,
// so that a model gives the same each time it is compiled, and two nodes don't.
// One in a loop is refused: all iterations would see the same numbers.
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "TensorData.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Random.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/TypeInference.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace dlc::onnximport;

/// The seed that the node has, or one of its own.
static uint32_t getSeed(Node &node) {
  if (!node.hasAttribute("seed"))
    return node.makeSeed();
  // The only one that is an integer.
  if (node.getOpType() == "Dropout")
    return uint32_t(node.getIntAttribute("seed", 0));
  return llvm::bit_cast<uint32_t>(float(node.getFloatAttribute("seed", 0)));
}

/// Random numbers of a shape, computed in f32, or f64 for f64.
static Value createRandom(Node &node, ArrayRef<Dim> shape, Type type,
                          dlc::Distribution distribution) {
  if (node.isInLoop()) {
    node.error("in a loop it would give the same numbers each time: make them "
               "before the loop, for all iterations, or an input of the model");
    return {};
  }
  uint32_t seed = getSeed(node);
  if (node.hasFailed())
    return {};
  Type real = type.isF64() ? type : Type(Float32Type::get(node.getContext()));
  return node.createAs<dlc::RandomOp>(dlc::makeTensorType(shape, real),
                                      int32_t(seed), distribution);
}

/// The element type that the attribute `dtype` says, of floating point numbers.
static Type getFloatType(Node &node, Type fallback) {
  Type type = node.getTypeAttribute("dtype", fallback);
  if (!node.hasFailed() && !isa<FloatType>(type))
    node.error("random numbers of this type are not supported");
  return type;
}

/// The shape of the attribute.
static std::optional<Shape> getShape(Node &node) {
  if (!node.requireAttribute("shape"))
    return std::nullopt;
  SmallVector<int64_t> sizes = node.getIntsAttribute("shape");
  for (int64_t size : sizes)
    if (size < 0)
      node.error("its shape has the dimension " + Twine(size));
  if (node.hasFailed())
    return std::nullopt;
  return dlc::toDims(sizes);
}

static Values buildUniform(Node &node, ArrayRef<Dim> shape, Type type) {
  double low = node.getFloatAttribute("low", 0),
         high = node.getFloatAttribute("high", 1);
  Value x = createRandom(node, shape, type, dlc::Distribution::uniform);
  Type real = elementTypeOf(x);
  if (low != 0 || high != 1)
    x = node.add(node.mul(x, node.scalar(high - low, real)),
                 node.scalar(low, real));
  return {node.cast(x, type)};
}

static Values buildNormal(Node &node, ArrayRef<Dim> shape, Type type) {
  double mean = node.getFloatAttribute("mean", 0),
         scale = node.getFloatAttribute("scale", 1);
  Value x = createRandom(node, shape, type, dlc::Distribution::normal);
  Type real = elementTypeOf(x);
  if (mean != 0 || scale != 1)
    x = node.add(node.mul(x, node.scalar(scale, real)),
                 node.scalar(mean, real));
  return {node.cast(x, type)};
}

template <Values (*build)(Node &, ArrayRef<Dim>, Type)>
static Values importRandom(Node &node) {
  Type type = getFloatType(node, Float32Type::get(node.getContext()));
  std::optional<Shape> shape = getShape(node);
  if (node.hasFailed() || !shape)
    return {};
  return build(node, *shape, type);
}

template <Values (*build)(Node &, ArrayRef<Dim>, Type)>
static Values importRandomLike(Node &node) {
  Value x = node.getInput(0);
  Type type = getFloatType(node, elementTypeOf(x));
  if (node.hasFailed())
    return {};
  return build(node, dimsOf(x), type);
}

/// True with the probabilities that the input holds.
static Values importBernoulli(Node &node) {
  Value x = node.getInput(0);
  Type type = elementTypeOf(x);
  if (!isa_and_nonnull<FloatType>(type))
    return node.error("its input must hold probabilities");
  Type result = node.getTypeAttribute("dtype", type);
  Value random =
      createRandom(node, dimsOf(x), type, dlc::Distribution::uniform);
  Value wide = node.cast(x, elementTypeOf(random));
  return {node.cast(node.create<dlc::LessOp>(random, wide), result)};
}

/// Classes with probabilities that are e^x, but for a factor: the number of
/// classes whose running sum of probabilities is at most a random number.
static Values importMultinomial(Node &node) {
  Value x = node.getInput(0);
  Type type = elementTypeOf(x);
  int64_t count = node.getIntAttribute("sample_size", 1);
  if (rankOf(x) != 2 || !isa_and_nonnull<FloatType>(type))
    return node.error("its input must be batch x classes of numbers");
  if (count < 1)
    return node.error("attribute 'sample_size' is " + Twine(count));
  Type result =
      node.getTypeAttribute("dtype", IntegerType::get(node.getContext(), 32));
  Dim batch = dimsOf(x)[0], classes = dimsOf(x)[1];
  Value random = createRandom(node, {batch, Dim(count), Dim(1)}, type,
                              dlc::Distribution::uniform);
  Type real = elementTypeOf(random);
  x = node.cast(x, real);
  Value sums = node.keepType<dlc::CumSumOp>(
      node.keepType<dlc::SoftmaxOp>(x, /*axis=*/1), /*axis=*/1,
      /*exclusive=*/false, /*reverse=*/false);
  if (node.hasFailed())
    return {};
  // The last sum may be a little less than 1: it isn't compared.
  Dim others = node.requireSize(dlc::addSizes(std::nullopt, classes, -1));
  if (others.isNumber() && others.getSize() < 0)
    return node.error("there are no classes");
  sums = node.reshape(node.slice(sums, 1, 0, others), {batch, Dim(1), others});
  Value isBelow = node.create<dlc::LessEqualOp>(sums, random);
  Value index = node.cast(isBelow, IntegerType::get(node.getContext(), 64));
  return {node.cast(
      node.reduce<dlc::ReduceSumOp>(index, {2}, /*keepdims=*/false), result)};
}

//===----------------------------------------------------------------------===//
// Dropout
//===----------------------------------------------------------------------===//

/// Each element is dropped with the probability `ratio`, what is left scaled.
static Values buildDropout(Node &node, Value ratio) {
  Value x = node.getInput(0);
  Type type = elementTypeOf(x);
  if (!isa<FloatType>(type))
    return node.error("its input must hold floating point numbers");
  Value random =
      createRandom(node, dimsOf(x), type, dlc::Distribution::uniform);
  Type real = elementTypeOf(random);
  ratio =
      ratio ? node.reshape(node.cast(ratio, real), {}) : node.scalar(0.5, real);
  Value mask = node.create<dlc::GreaterEqualOp>(random, ratio);
  Value scale =
      node.keepType<dlc::ReciprocalOp>(node.sub(node.scalar(1, real), ratio));
  Value scaled = node.mul(node.cast(x, real), scale);
  Value y = node.create<dlc::WhereOp>(mask, scaled, node.scalar(0, real));
  return {node.cast(y, type), mask};
}

/// Without training, or with a ratio of 0, the input passes.
static Values importDropout(Node &node) {
  Value x = node.getInput(0), ratio = node.getInput(1);
  // Exporters of those opsets often left out that it is none.
  if (node.getOpset() < 7 && node.getIntAttribute("is_test", 0) == 0 &&
      node.getFloatAttribute("ratio", 0.5) != 0.0)
    return node.unsupported("training (is_test = 0)");
  if (node.getOpset() >= 12 && node.isComputed(2)) {
    Values dropped = buildDropout(node, ratio);
    if (node.hasFailed())
      return {};
    Value trains = node.reshape(node.getInput(2), {});
    Value passes = node.keepType<dlc::NotOp>(trains);
    return {node.create<dlc::WhereOp>(trains, dropped[0], x),
            node.create<dlc::OrOp>(dropped[1], passes)};
  }
  if (node.getOpset() >= 12 && node.getInput(2)) {
    std::optional<SmallVector<int64_t>> training =
        node.getIntegers(2, "training_mode");
    if (!training)
      return {};
    ElementsAttr known = node.evaluate(1);
    std::optional<SmallVector<double>> floats =
        known ? readFloats(known) : std::nullopt;
    bool isZero = floats && floats->size() == 1 && floats->front() == 0;
    if (!training->empty() && training->front() && !isZero)
      return buildDropout(node, ratio);
  }
  if (!node.wantsOutput(1))
    return {x};
  Type maskType = node.getOpset() < 10 ? elementTypeOf(x)
                                       : IntegerType::get(node.getContext(), 1);
  return {x, node.full(dimsOf(x), 1, maskType)};
}

void dlc::onnximport::registerRandomOps(OpRegistry &registry) {
  registry.add("RandomNormal", 0, importRandom<buildNormal>);
  registry.add("RandomUniform", 0, importRandom<buildUniform>);
  registry.add("RandomNormalLike", 1, importRandomLike<buildNormal>);
  registry.add("RandomUniformLike", 1, importRandomLike<buildUniform>);
  registry.add("Bernoulli", 1, importBernoulli);
  registry.add("Multinomial", 1, importMultinomial);
  registry.add("Dropout", 1, 3, importDropout);
}
