//===- MicrosoftQuantization.cpp - Quantized ops of com.microsoft ---------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Microsoft.h"
#include "Quantization.h"
#include "Windows.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Reduction.h"
#include "dialects/dlc/Shape.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

//===----------------------------------------------------------------------===//
// Ops on real numbers between quantizations
//===----------------------------------------------------------------------===//

/// False, and an error, if the input isn't there. (Those in front of it may be
/// left out.)
static bool requireInput(Node &node, unsigned i) {
  if (!node.getInput(i))
    node.error("input " + Twine(i) + " is missing");
  return !node.hasFailed();
}

/// Real numbers of input `i`, whose scale and zero point come next.
static Value dequantizeInput(Node &node, unsigned i, int64_t axis = 0) {
  if (!requireInput(node, i) || !requireInput(node, i + 1))
    return {};
  return dequantize(node, node.getInput(i), node.getInput(i + 1),
                    node.getInput(i + 2), {axis});
}

/// The result with the scale that is input `i`, and the zero point after it;
/// without one, elements have the type of input 0.
static Values quantizeResult(Node &node, Value y, unsigned i) {
  if (!requireInput(node, i))
    return {};
  Value zeroPoint = node.getInput(i + 1);
  if (!zeroPoint)
    zeroPoint = node.scalar(0, elementTypeOf(node.getInput(0)));
  return {quantize(node, y, node.getInput(i), zeroPoint, {})};
}

template <typename OpTy> static Values importQLinearBinary(Node &node) {
  Value y =
      node.create<OpTy>(dequantizeInput(node, 0), dequantizeInput(node, 3));
  return quantizeResult(node, y, 6);
}

static Values importQLinearSigmoid(Node &node) {
  Value y = node.keepType<dlc::SigmoidOp>(dequantizeInput(node, 0));
  return quantizeResult(node, y, 3);
}

static Values importQLinearLeakyRelu(Node &node) {
  APFloat alpha(node.getFloatAttribute("alpha", 0.01));
  Value y = node.keepType<dlc::LeakyReluOp>(dequantizeInput(node, 0), alpha);
  return quantizeResult(node, y, 3);
}

static Values importQLinearSoftmax(Node &node) {
  if (!node.requireAttribute("opset"))
    return {};
  int64_t opset = node.getIntAttribute("opset", 0);
  Value x = dequantizeInput(node, 0);
  if (node.hasFailed())
    return {};
  int64_t axis = node.getAxisAttribute("axis", opset < 13 ? 1 : -1, rankOf(x));
  if (opset >= 13)
    return quantizeResult(node, node.keepType<dlc::SoftmaxOp>(x, axis), 3);
  // Rows of all dimensions from the axis on.
  Shape shape = dimsOf(x);
  std::optional<Dim> rows = dlc::countDims(ArrayRef(shape).take_front(axis));
  std::optional<Dim> columns = dlc::countDims(ArrayRef(shape).drop_front(axis));
  if (!rows || !columns)
    return node.error("its input has too many elements to count");
  Value y =
      node.keepType<dlc::SoftmaxOp>(node.reshape(x, {*rows, *columns}), 1);
  return quantizeResult(node, node.reshape(y, shape), 3);
}

static Values importQLinearConcat(Node &node) {
  if (!node.requireAttribute("axis"))
    return {};
  unsigned numInputs = node.getInputs().size();
  if (numInputs < 5 || numInputs % 3 != 2)
    return node.error("each of its tensors needs a scale and a zero point");
  SmallVector<Value> parts;
  for (unsigned i = 2; i < numInputs; i += 3) {
    parts.push_back(dequantizeInput(node, i));
  }
  if (node.hasFailed())
    return {};
  int64_t axis = node.getAxisAttribute("axis", 0, rankOf(parts[0]));
  Value y = node.create<dlc::ConcatOp>(parts, axis);
  return {quantize(node, y, node.getInput(0), node.getInput(1), {})};
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

/// `build` on real numbers of input 0, whose channels come first by then.
static Value onImages(Node &node, llvm::function_ref<Value(Value)> build) {
  Value x = dequantizeInput(node, 0);
  if (node.getIntAttribute("channels_last", 0) == 0)
    return build(x);
  return channelsLast(node, build(channelsFirst(node, x)));
}

static Values importQLinearAveragePool(Node &node) {
  Value y = onImages(node, [&](Value x) { return buildAveragePool(node, x); });
  return quantizeResult(node, y, 3);
}

static Values importQLinearGlobalAveragePool(Node &node) {
  Value y = onImages(node, [&](Value x) -> Value {
    if (rankOf(x) < 3) {
      node.error("its input must have spatial dimensions");
      return {};
    }
    auto axes = llvm::to_vector(llvm::seq<int64_t>(2, rankOf(x)));
    return node.reduce<dlc::ReduceMeanOp>(x, axes, /*keepdims=*/true);
  });
  return quantizeResult(node, y, 3);
}

static Values importQLinearConv(Node &node) {
  Value filter = dequantizeInput(node, 3), bias = node.getInput(8);
  if (node.hasFailed())
    return {};
  if (bias)
    bias = dequantize(node, bias, node.mul(node.getInput(1), node.getInput(4)),
                      Value(), {});
  Value y =
      onImages(node, [&](Value x) { return buildConv(node, x, filter, bias); });
  return quantizeResult(node, y, 6);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static Values importQGemm(Node &node) {
  bool transposeA = node.getIntAttribute("transA", 0) != 0;
  bool transposeB = node.getIntAttribute("transB", 0) != 0;
  if (!requireInput(node, 3) || !requireInput(node, 4))
    return {};
  if (rankOf(node.getInput(0)) != 2 || rankOf(node.getInput(3)) != 2)
    return node.error("its operands must be matrices");
  Value a = dequantizeInput(node, 0);
  Value b = dequantizeInput(node, 3, /*axis=*/transposeB ? 0 : 1);
  Value y = node.create<dlc::MatMulOp>(a, b, transposeA, transposeB);
  // Sums of products of integers, which are what C is counted in.
  if (Value c = node.getInput(6)) {
    Value unit = node.mul(node.getInput(1), node.getInput(4));
    y = node.add(y, node.mul(node.cast(c, elementTypeOf(unit)), unit));
  }
  double alpha = node.getFloatAttribute("alpha", 1.0);
  if (alpha != 1.0)
    y = node.mul(y, node.scalar(alpha, elementTypeOf(y)));
  if (!node.getInput(7))
    return {y};
  return quantizeResult(node, y, 7);
}

/// Sums of products of integers as real numbers.
static Values scaleProducts(Node &node, Value sums, Value scaleA, Value scaleB,
                            Value bias) {
  Value unit = node.mul(scaleA, scaleB);
  Value y = node.mul(node.cast(sums, elementTypeOf(unit)), unit);
  return {bias ? node.add(y, bias) : y};
}

/// Parameters of one element, which are written as vectors too, as scalars.
static Value asScalar(Node &node, Value x, StringRef name) {
  if (x && !llvm::all_of(shapeOf(x), [](int64_t size) { return size == 1; }))
    node.unsupported("'" + name + "' with more than one element");
  return node.hasFailed() ? Value() : x ? node.reshape(x, {}) : x;
}

static Values importMatMulIntegerToFloat(Node &node) {
  Value scale = asScalar(node, node.getInput(2), "a_scale");
  Value zeroPoint = asScalar(node, node.getInput(4), "a_zero_point");
  Value sums = multiplyIntegers(node, node.getInput(0), zeroPoint,
                                node.getInput(1), node.getInput(5));
  return scaleProducts(node, sums, scale, node.getInput(3), node.getInput(6));
}

static Values importDynamicQuantizeMatMul(Node &node) {
  Values a = quantizeByRange(node, node.getInput(0));
  if (node.hasFailed())
    return {};
  Value sums =
      multiplyIntegers(node, a[0], a[2], node.getInput(1), node.getInput(3));
  return scaleProducts(node, sums, a[1], node.getInput(2), node.getInput(4));
}

//===----------------------------------------------------------------------===//
// Quantizations
//===----------------------------------------------------------------------===//

/// The axis of parameters that aren't scalars.
static int64_t getParameterAxis(Node &node, Value scale) {
  if (rankOf(scale) == 0 || shapeOf(scale)[0] == 1)
    return 0;
  if (!node.requireAttribute("axis"))
    return 0;
  return node.getAxisAttribute("axis", 0, rankOf(node.getInput(0)));
}

static Values importQuantizeLinear(Node &node) {
  Value scale = node.getInput(1), zeroPoint = node.getInput(2);
  if (!zeroPoint)
    zeroPoint = node.full(
        dimsOf(scale), 0,
        IntegerType::get(node.getContext(), 8, IntegerType::Unsigned));
  return {quantize(node, node.getInput(0), scale, zeroPoint,
                   {getParameterAxis(node, scale)})};
}

static Values importDequantizeLinear(Node &node) {
  Value scale = node.getInput(1);
  return {dequantize(node, node.getInput(0), scale, node.getInput(2),
                     {getParameterAxis(node, scale)})};
}

void dlc::onnximport::registerMicrosoftQuantizationOps(OpRegistry &registry) {
  registry.add("com.microsoft.QLinearAdd", 2, 8,
               importQLinearBinary<dlc::AddOp>);
  registry.add("com.microsoft.QLinearMul", 2, 8,
               importQLinearBinary<dlc::MulOp>);
  registry.add("com.microsoft.QLinearSigmoid", 2, 5, importQLinearSigmoid);
  registry.add("com.microsoft.QLinearLeakyRelu", 2, 5, importQLinearLeakyRelu);
  registry.add("com.microsoft.QLinearSoftmax", 2, 5, importQLinearSoftmax);
  registry.add("com.microsoft.QLinearConcat", 2, OpRegistry::anyNumber,
               importQLinearConcat);
  registry.add("com.microsoft.QLinearAveragePool", 2, 5,
               importQLinearAveragePool);
  registry.add("com.microsoft.QLinearGlobalAveragePool", 5,
               importQLinearGlobalAveragePool);
  registry.add("com.microsoft.QLinearConv", 2, 9, importQLinearConv);
  registry.add("com.microsoft.QGemm", 2, 9, importQGemm);
  registry.add("com.microsoft.MatMulIntegerToFloat", 4, 7,
               importMatMulIntegerToFloat);
  registry.add("com.microsoft.DynamicQuantizeMatMul", 3, 5,
               importDynamicQuantizeMatMul);
  registry.add("com.microsoft.QuantizeLinear", 2, 3, importQuantizeLinear);
  registry.add("com.microsoft.DequantizeLinear", 2, 3, importDequantizeLinear);
}
