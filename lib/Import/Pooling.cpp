//===- Pooling.cpp - Pooling ops from ONNX --------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"
#include "Windows.h"

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Reduction.h"
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

static Values importMaxPool(Node &node) {
  if (node.wantsOutput(1))
    return node.unsupported("the output 'Indices'");
  return {buildMaxPool(node, node.getInput(0))};
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
  registry.add("AveragePool", 1, importAveragePool);
  registry.add("LpPool", 1, importLpPool);
  registry.add("GlobalMaxPool", 1, importGlobalPool<dlc::ReduceMaxOp>);
  registry.add("GlobalAveragePool", 1, importGlobalPool<dlc::ReduceMeanOp>);
  registry.add("GlobalLpPool", 1, importGlobalLpPool);
}
