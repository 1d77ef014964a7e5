//===- Constants.cpp - Constants ops from ONNX ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "RunTimeValues.h"
#include "SizeArithmetic.h"
#include "TensorData.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include <cmath>

using namespace mlir;
using namespace dlc::onnximport;

//===----------------------------------------------------------------------===//
// Constant
//===----------------------------------------------------------------------===//

static ElementsAttr getFloats(Node &node, ArrayRef<double> values,
                              ArrayRef<int64_t> shape) {
  SmallVector<float> floats(values.begin(), values.end());
  return DenseElementsAttr::get(
      RankedTensorType::get(shape, Float32Type::get(node.getContext())),
      ArrayRef<float>(floats));
}

static ElementsAttr getIntegers(Node &node, ArrayRef<int64_t> values,
                                ArrayRef<int64_t> shape) {
  return DenseElementsAttr::get(
      RankedTensorType::get(shape, IntegerType::get(node.getContext(), 64)),
      values);
}

static Values importConstant(Node &node) {
  if (node.hasAttribute("value"))
    return {node.constant(node.takeTensorAttribute("value"))};
  if (node.hasAttribute("value_float"))
    return {node.constant(
        getFloats(node, {node.getFloatAttribute("value_float", 0)}, {}))};
  if (node.hasAttribute("value_int"))
    return {node.constant(
        getIntegers(node, {node.getIntAttribute("value_int", 0)}, {}))};
  if (node.hasAttribute("value_floats")) {
    SmallVector<double> values = node.getFloatsAttribute("value_floats");
    int64_t size = values.size();
    return {node.constant(getFloats(node, values, size))};
  }
  if (node.hasAttribute("value_ints")) {
    SmallVector<int64_t> values = node.getIntsAttribute("value_ints");
    int64_t size = values.size();
    return {node.constant(getIntegers(node, values, size))};
  }
  if (node.hasAttribute("sparse_value") || node.hasAttribute("value_string") ||
      node.hasAttribute("value_strings"))
    return node.unsupported("a constant that is sparse or made of strings");
  return node.error("attribute 'value' is missing");
}

//===----------------------------------------------------------------------===//
// Constants by formula
//===----------------------------------------------------------------------===//

/// Reports an error unless all sizes are at least 0.
static bool checkSizes(Node &node, ArrayRef<Dim> sizes) {
  for (const Dim &size : sizes)
    if (size.isNumber() && size.getSize() < 0)
      node.error("the size " + size.getText() + " is negative");
  return !node.hasFailed();
}

static Values importConstantOfShape(Node &node) {
  std::optional<Shape> shape =
      node.isComputed(0) ? findSizes(node, 0,
                                     [&](int64_t dim) {
                                       return node.getStatedBound(0, dim, 0);
                                     })
                         : node.getSizes(0, "input");
  if (!shape || !checkSizes(node, *shape))
    return {};
  ElementsAttr value = node.takeTensorAttribute("value");
  if (!value)
    return {node.full(*shape, 0, Float32Type::get(node.getContext()))};
  if (value.getNumElements() != 1)
    return node.error("attribute 'value' must have one element");
  auto scalar = RankedTensorType::get({}, value.getElementType());
  return {node.expand(node.constant(DenseElementsAttr::get(
                          scalar, *value.value_begin<Attribute>())),
                      *shape)};
}

static Values importEyeLike(Node &node) {
  Value x = node.getInput(0);
  if (rankOf(x) != 2)
    return node.error("its input must be a matrix");
  Type elementType = node.getTypeAttribute("dtype", elementTypeOf(x));
  if (node.hasFailed())
    return {};
  // The ones on and above diagonal k without those above it.
  int64_t k = node.getIntAttribute("k", 0);
  Value ones = node.full(dimsOf(x), 1, elementType);
  Value upper = node.keepType<dlc::TriluOp>(ones, k, /*upper=*/true);
  return {node.keepType<dlc::TriluOp>(upper, k, /*upper=*/false)};
}

/// How many steps of `delta` lie in [start, limit).
template <typename T> static double countSteps(T start, T limit, T delta) {
  double count = std::ceil((double(limit) - double(start)) / double(delta));
  return std::max(count, 0.0);
}

template <typename T>
static Value makeRange(Node &node, ArrayRef<T> bounds, Type elementType) {
  constexpr double most = 1 << 28;
  double count = countSteps(bounds[0], bounds[1], bounds[2]);
  if (bounds[2] == T(0) || !(count <= most)) {
    node.error(bounds[2] == T(0) ? "the step is 0" : "the range is too long");
    return {};
  }
  SmallVector<Attribute> values;
  T value = bounds[0];
  for (int64_t i = 0; i < int64_t(count); ++i) {
    if constexpr (std::is_floating_point_v<T>)
      values.push_back(
          FloatAttr::get(elementType, bounds[0] + double(i) * bounds[2]));
    else
      values.push_back(IntegerAttr::get(elementType, value));
    value += bounds[2];
  }
  auto type = RankedTensorType::get(int64_t(values.size()), elementType);
  return node.constant(DenseElementsAttr::get(type, values));
}

/// A range whose length is an expression of the model's symbols; null if an
/// input is neither of sizes nor constant, or none is of sizes.
static Value makeOpenRange(Node &node, Type elementType) {
  Shape bounds;
  for (unsigned i = 0; i < 3; ++i) {
    std::optional<Shape> bound = dlc::readSizes(node.getInput(i));
    if (!bound)
      if (auto constant = node.evaluate(i))
        if (auto integers = readIntegers(constant))
          bound = dlc::toDims(*integers);
    if (!bound || bound->size() != 1)
      return {};
    bounds.push_back(bound->front());
  }
  if (!dlc::isAnyDynamic(bounds) || !bounds[2].isNumber())
    return {};
  int64_t delta = bounds[2].getSize();
  if (delta == 0 || std::abs(double(delta)) > INT32_MAX) {
    node.error("the step is " + Twine(delta));
    return {};
  }
  MLIRContext *context = node.getContext();
  AffineExpr start = bounds[0].getExpr(context),
             limit = bounds[1].getExpr(context);
  AffineExpr distance = delta > 0 ? dlc::subSizeExprs(limit, start)
                                  : dlc::subSizeExprs(start, limit);
  AffineExpr count = dlc::normalizeSize(
      distance.ceilDiv(getAffineConstantExpr(std::abs(delta), context)));
  // A limit that lies behind the start gives none.
  if (std::optional<dlc::SizeBounds> limits = node.getBounds(Dim(count)))
    count = dlc::clampAtZero(count, *limits);
  return node.createAs<dlc::RangeOp>(
      dlc::makeTensorType({Dim(count)}, elementType),
      node.reshape(node.getInput(0), {}), node.reshape(node.getInput(2), {}));
}

/// A range of data, of as many steps as these make.
static Values importComputedRange(Node &node, unsigned computed) {
  Type f64 = Float64Type::get(node.getContext());
  SmallVector<Value> bounds, wide;
  for (unsigned i = 0; i < 3; ++i) {
    bounds.push_back(node.reshape(node.getInput(i), {}));
    wide.push_back(node.cast(bounds.back(), f64));
  }
  Value steps =
      node.keepType<dlc::CeilOp>(node.div(node.sub(wide[1], wide[0]), wide[2]));
  Value isEndless = isEqual(node, wide[2], node.scalar(0, f64));
  Value count = choose(node, isEndless, node.scalar(-1, f64),
                       larger(node, steps, node.scalar(0, f64)));
  Dim size =
      node.defineSize(node.cast(count, IntegerType::get(node.getContext(), 64)),
                      node.getStatedBound(0, 0, computed), 0, 0);
  return {node.createAs<dlc::RangeOp>(
      dlc::makeTensorType(size, elementTypeOf(bounds[0])), bounds[0],
      bounds[2])};
}

static Values importRange(Node &node) {
  Type elementType = elementTypeOf(node.getInput(0));
  bool isFloat = isa<FloatType>(elementType);
  if (Value range = makeOpenRange(node, elementType); range || node.hasFailed())
    return {range};
  for (unsigned i = 0; i < 3; ++i)
    if (node.isComputed(i))
      return importComputedRange(node, i);
  SmallVector<double> floats;
  SmallVector<int64_t> integers;
  const char *names[] = {"start", "limit", "delta"};
  for (auto [i, name] : llvm::enumerate(names)) {
    if (elementTypeOf(node.getInput(i)) != elementType)
      return node.error("its inputs must have one element type");
    ElementsAttr value = node.getConstant(i, name);
    if (!value)
      return {};
    if (value.getNumElements() != 1)
      return node.error("input '" + Twine(name) + "' must be a scalar");
    if (isFloat)
      floats.push_back(readFloats(value)->front());
    else
      integers.push_back(readIntegers(value)->front());
  }
  if (isFloat)
    return {makeRange<double>(node, floats, elementType)};
  return {makeRange<int64_t>(node, integers, elementType)};
}

/// The same of a size that is data.
static Value makeComputedWindow(Node &node, double a0, double a1, double a2,
                                bool isPeriodic) {
  Type f64 = Float64Type::get(node.getContext());
  Value size = node.element(node.getInput(0), 0);
  Dim count = node.defineSize(size, node.getStatedBound(0, 0, 0), 0, 0);
  Value steps = isPeriodic ? size : node.sub(size, node.number(1));
  Value angle = node.div(node.scalar(2 * M_PI, f64),
                         node.cast(larger(node, steps, node.number(1)), f64));
  auto cosine = [&](double times, double factor) {
    Value turns = node.createAs<dlc::RangeOp>(
        dlc::makeTensorType(count, f64), node.scalar(0, f64),
        node.mul(angle, node.scalar(times, f64)));
    return node.mul(node.keepType<dlc::CosOp>(turns), node.scalar(factor, f64));
  };
  return node.add(node.sub(node.scalar(a0, f64), cosine(1, a1)), cosine(2, a2));
}

/// A window for signals: a0 - a1 cos(w n) + a2 cos(2 w n).
static Values importWindow(Node &node, double a0, double a1, double a2) {
  constexpr int64_t most = 1 << 28;
  bool isPeriodic = node.getIntAttribute("periodic", 1) != 0;
  Type type = node.getTypeAttribute("output_datatype",
                                    Float32Type::get(node.getContext()));
  if (node.hasFailed())
    return {};
  if (node.isComputed(0))
    return {node.cast(makeComputedWindow(node, a0, a1, a2, isPeriodic), type)};
  std::optional<int64_t> size = node.getInteger(0, "size");
  if (!size)
    return {};
  if (*size < 0 || *size > most)
    return node.error("the size " + Twine(*size) + " is out of range");
  double angle =
      2 * M_PI / double(std::max<int64_t>(isPeriodic ? *size : *size - 1, 1));
  SmallVector<double> values;
  for (int64_t n = 0; n < *size; ++n)
    values.push_back(a0 - a1 * std::cos(angle * double(n)) +
                     a2 * std::cos(2 * angle * double(n)));
  Type f64 = Float64Type::get(node.getContext());
  Value window = node.constant(DenseElementsAttr::get(
      RankedTensorType::get(*size, f64), ArrayRef<double>(values)));
  return {node.cast(window, type)};
}

static Values importHannWindow(Node &node) {
  return importWindow(node, 0.5, 0.5, 0);
}
static Values importHammingWindow(Node &node) {
  return importWindow(node, 25.0 / 46, 21.0 / 46, 0);
}
static Values importBlackmanWindow(Node &node) {
  return importWindow(node, 0.42, 0.5, 0.08);
}

void dlc::onnximport::registerConstantOps(OpRegistry &registry) {
  registry.add("Constant", 0, importConstant);
  registry.add("ConstantOfShape", 1, importConstantOfShape);
  registry.add("EyeLike", 1, importEyeLike);
  registry.add("Range", 3, importRange);
  registry.add("HannWindow", 1, importHannWindow);
  registry.add("HammingWindow", 1, importHammingWindow);
  registry.add("BlackmanWindow", 1, importBlackmanWindow);
}
