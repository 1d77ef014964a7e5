//===- Pooling.cpp - Pooling ops from ONNX --------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "Windows.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Indexing.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"
#include "dialects/dlc/TypeInference.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace dlc::onnximport;

static std::optional<Windows> getPoolWindows(Node &node, Value x) {
  if (!node.requireAttribute("kernel_shape"))
    return std::nullopt;
  return getWindows(node, x, node.getIntsAttribute("kernel_shape"));
}

/// With the pads of SAME, the number of windows doesn't depend on rounding.
static bool getCeilMode(Node &node) {
  StringRef mode = node.getStringAttribute("auto_pad", "NOTSET");
  return node.getIntAttribute("ceil_mode", 0) != 0 && !mode.starts_with("SAME");
}

/// The least number of a type, which no maximum is below.
static double getLowest(Type type) {
  if (!isa<IntegerType>(type))
    return -std::numeric_limits<double>::infinity();
  return type.isUnsignedInteger()
             ? 0
             : -std::ldexp(1.0, int(type.getIntOrFloatBitWidth()) - 1);
}

Value dlc::onnximport::buildMaxPool(Node &node, Value x) {
  if (node.hasFailed())
    return {};
  std::optional<Windows> windows = getPoolWindows(node, x);
  if (!windows)
    return {};
  x = padWindows(node, x, getLowest(elementTypeOf(x)), *windows);
  return node.create<dlc::MaxPoolOp>(x, windows->kernel, windows->strides,
                                     windows->pads, windows->dilations,
                                     getCeilMode(node));
}

/// Where the maxima are in `x`, without its padding.
static Value buildMaxPoolIndices(Node &node, Value x) {
  std::optional<Windows> windows = getPoolWindows(node, x);
  if (!windows)
    return {};
  if (padWindows(node, x, getLowest(elementTypeOf(x)), *windows) != x) {
    node.error("the output 'Indices' with auto_pad needs sizes that are known: "
               "pin them");
    return {};
  }
  return node.create<dlc::MaxPoolIndicesOp>(
      x, windows->kernel, windows->strides, windows->pads, windows->dilations,
      getCeilMode(node), node.getIntAttribute("storage_order", 0) != 0);
}

static Values importMaxPool(Node &node) {
  Value x = node.getInput(0);
  Values results = {buildMaxPool(node, x)};
  if (node.wantsOutput(1))
    results.push_back(buildMaxPoolIndices(node, x));
  return results;
}

/// The shape that an input of the pooling had, as far as its result tells.
static std::optional<Shape> getUnpooledShape(Node &node,
                                             const Windows &windows) {
  Shape shape = dimsOf(node.getInput(0));
  size_t rank = windows.kernel.size();
  for (size_t i = 0; i < rank; ++i) {
    Dim &size = shape[i + 2];
    size = node.requireSize(dlc::addSizes(std::nullopt, size, -1));
    size = node.requireSize(
        dlc::multiplySizes(std::nullopt, size, windows.strides[i]));
    size = node.requireSize(dlc::addSizes(std::nullopt, size,
                                          windows.kernel[i] - windows.pads[i] -
                                              windows.pads[i + rank]));
    if (size.isNumber() && size.getSize() < 0)
      node.error("its pads leave nothing of dimension " + Twine(i + 2));
  }
  if (node.hasFailed())
    return std::nullopt;
  return shape;
}

/// Puts each element where `I` says it was, among zeros; with `output_shape`
/// more of these follow along each dimension.
static Values importMaxUnpool(Node &node) {
  Value x = node.getInput(0), indices = node.getInput(1);
  std::optional<Windows> windows = getPoolWindows(node, x);
  std::optional<Shape> shape =
      windows ? getUnpooledShape(node, *windows) : std::nullopt;
  if (!shape)
    return {};
  Shape result = *shape;
  if (node.getInput(2)) {
    std::optional<Shape> given = node.getSizes(2, "output_shape");
    if (!given)
      return {};
    if (given->size() != shape->size())
      return node.error("input 'output_shape' must have " +
                        Twine(shape->size()) + " elements");
    result = *given;
  }
  std::optional<Dim> total = dlc::countDims(*shape),
                     count = dlc::countDims(dimsOf(x));
  if (!total || !count)
    return node.error("its output is too large");
  Value zeros = node.full(*total, 0, elementTypeOf(x));
  Value y = node.keepType<dlc::ScatterElementsOp>(
      zeros, node.reshape(node.checkSizes(indices, dimsOf(x)), *count),
      node.reshape(x, *count), /*axis=*/0, dlc::ScatterMode::replace);
  y = node.reshape(y, *shape);
  if (result == *shape)
    return {y};
  Shape pads(2 * result.size(), 0);
  for (size_t i = 0; i < result.size(); ++i) {
    const Dim &wanted = result[i], &size = (*shape)[i];
    if (wanted == size)
      continue;
    if (!wanted.isNumber() || !size.isNumber())
      return node.error("dimension " + Twine(i) +
                        " of its output is open: "
                        "pin its sizes");
    pads[i + result.size()] = wanted.getSize() - size.getSize();
  }
  return {node.create<dlc::PadOp>(y, Value(), pads, dlc::PadMode::constant)};
}

Value dlc::onnximport::buildAveragePool(Node &node, Value x) {
  if (node.hasFailed())
    return {};
  std::optional<Windows> windows = getPoolWindows(node, x);
  if (!windows)
    return {};
  bool countsPads = node.getIntAttribute("count_include_pad", 0) != 0;
  auto pool = [&](Value padded) {
    return node.create<dlc::AvgPoolOp>(
        padded, windows->kernel, windows->strides, windows->pads,
        windows->dilations, getCeilMode(node), /*block=*/0, countsPads);
  };
  Value padded = padWindows(node, x, /*fill=*/0, *windows);
  if (padded == x || countsPads)
    return pool(padded);
  // The share of each window that lies inside.
  countsPads = true;
  Shape shape = dimsOf(x);
  shape[0] = shape[1] = 1;
  Value ones = node.full(shape, 1, elementTypeOf(x));
  Value share = pool(padWindows(node, ones, /*fill=*/0, *windows));
  return node.div(pool(padded), share);
}

static Values importAveragePool(Node &node) {
  return {buildAveragePool(node, node.getInput(0))};
}

/// |x|^p and y^(1/p) around a sum.
static Value raise(Node &node, Value x, double exponent) {
  if (exponent == 1.0)
    return x;
  if (exponent == 0.5)
    return node.keepType<dlc::SqrtOp>(x);
  if (exponent == 2.0)
    return node.mul(x, x);
  return node.create<dlc::PowOp>(x, node.scalar(exponent, elementTypeOf(x)));
}

/// The exponent, an integer since opset 2; none, and an error, if it's below 1.
static std::optional<double> getExponent(Node &node) {
  double p = node.getOpset() < 2 ? node.getFloatAttribute("p", 2)
                                 : node.getIntAttribute("p", 2);
  if (p >= 1)
    return p;
  node.error("attribute 'p' must be positive");
  return std::nullopt;
}

static Values importLpPool(Node &node) {
  std::optional<Windows> windows = getPoolWindows(node, node.getInput(0));
  if (!windows)
    return {};
  if (getCeilMode(node))
    return node.unsupported("ceil_mode");
  std::optional<double> p = getExponent(node);
  if (!p)
    return {};
  Value x = raise(node, node.keepType<dlc::AbsOp>(node.getInput(0)), *p);
  x = padWindows(node, x, /*fill=*/0, *windows);
  // The mean over a whole window times its elements is their sum.
  double elements = 1;
  for (int64_t size : windows->kernel)
    elements *= size;
  Value mean = node.create<dlc::AvgPoolOp>(
      x, windows->kernel, windows->strides, windows->pads, windows->dilations,
      /*ceil_mode=*/false, /*block=*/0, /*count_include_pad=*/true);
  Value sum = node.mul(mean, node.scalar(elements, elementTypeOf(x)));
  return {raise(node, sum, 1 / *p)};
}

//===----------------------------------------------------------------------===//
// Pooling over whole images
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> getSpatialAxes(Node &node) {
  if (rankOf(node.getInput(0)) < 3)
    node.error("its input must have spatial dimensions");
  return llvm::to_vector(
      llvm::seq<int64_t>(2, std::max<int64_t>(rankOf(node.getInput(0)), 2)));
}

template <typename OpTy> static Values importGlobalPool(Node &node) {
  SmallVector<int64_t> axes = getSpatialAxes(node);
  return {node.reduce<OpTy>(node.getInput(0), axes, /*keepdims=*/true)};
}

static Values importGlobalLpPool(Node &node) {
  SmallVector<int64_t> axes = getSpatialAxes(node);
  std::optional<double> p = getExponent(node);
  if (!p)
    return {};
  Value x = raise(node, node.keepType<dlc::AbsOp>(node.getInput(0)), *p);
  Value sum = node.reduce<dlc::ReduceSumOp>(x, axes, /*keepdims=*/true);
  return {raise(node, sum, 1 / *p)};
}

void dlc::onnximport::registerPoolingOps(OpRegistry &registry) {
  registry.add("MaxPool", 1, importMaxPool);
  registry.add("MaxUnpool", 2, 3, importMaxUnpool);
  registry.add("AveragePool", 1, importAveragePool);
  registry.add("LpPool", 1, importLpPool);
  registry.add("GlobalMaxPool", 1, importGlobalPool<dlc::ReduceMaxOp>);
  registry.add("GlobalAveragePool", 1, importGlobalPool<dlc::ReduceMeanOp>);
  registry.add("GlobalLpPool", 1, importGlobalLpPool);
}
