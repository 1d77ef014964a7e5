//===- Quantization.cpp - Quantization ops from ONNX ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Quantization.h"
#include "OpRegistry.h"
#include "TensorData.h"
#include "Windows.h"

#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Quantization.h"
#include "dialects/dlc/Reduction.h"

using namespace mlir;
using namespace dlc::onnximport;
using llvm::APFloat;

/// Scales and zero points of one element are scalars.
static Value asScalar(Node &node, Value parameter) {
  if (rankOf(parameter) == 1 && shapeOf(parameter)[0] == 1)
    return node.reshape(parameter, {});
  return parameter;
}

/// As the attributes of QuantizeLinear and DequantizeLinear say.
static Granularity getGranularity(Node &node, Value x, Value scale) {
  if (!scale || rankOf(scale) == 0)
    return {};
  Granularity granularity;
  granularity.axis = node.getAxisAttribute("axis", 1, rankOf(x));
  granularity.blockSize = node.getIntAttribute("block_size", 0);
  if (granularity.blockSize < 0)
    node.error("attribute 'block_size' must be positive");
  return granularity;
}

/// A scale to compute with: powers of two of 8 bits are no such.
static Value asReal(Node &node, Value scale) {
  if (node.hasFailed() || !dlc::isNarrowFloat(elementTypeOf(scale)))
    return scale;
  return node.cast(scale, Float32Type::get(node.getContext()));
}

Value dlc::onnximport::dequantize(Node &node, Value x, Value scale,
                                  Value zeroPoint, Granularity granularity,
                                  Type type) {
  if (node.hasFailed())
    return {};
  scale = asScalar(node, scale);
  zeroPoint = zeroPoint ? asScalar(node, zeroPoint)
                        : node.full(dimsOf(scale), 0, elementTypeOf(x));
  if (node.hasFailed())
    return {};
  return node.createAs<dlc::DequantizeOp>(
      node.typeLike(x, type ? type : elementTypeOf(scale)), x,
      asReal(node, scale), zeroPoint, granularity.axis, granularity.blockSize);
}

Value dlc::onnximport::quantize(Node &node, Value x, Value scale,
                                Value zeroPoint, Granularity granularity,
                                bool saturate) {
  if (node.hasFailed())
    return {};
  return node.createAs<dlc::QuantizeOp>(
      node.typeLike(x, elementTypeOf(zeroPoint)), x, asScalar(node, scale),
      asScalar(node, zeroPoint), granularity.axis, granularity.blockSize,
      saturate);
}

//===----------------------------------------------------------------------===//
// QuantizeLinear, DequantizeLinear
//===----------------------------------------------------------------------===//

/// The element type that an attribute names, or else `fallback`.
static Type getTypeAttribute(Node &node, StringRef name, Type fallback) {
  int64_t type = node.getIntAttribute(name, 0);
  if (type == 0)
    return fallback;
  llvm::Expected<Type> elementType = getElementType(type, node.getContext());
  if (elementType)
    return *elementType;
  node.error(llvm::toString(elementType.takeError()));
  return {};
}

static Values importQuantizeLinear(Node &node) {
  Value x = node.getInput(0), zeroPoint = node.getInput(2);
  Value scale = asReal(node, asScalar(node, node.getInput(1)));
  Type ui8 = IntegerType::get(node.getContext(), 8, IntegerType::Unsigned);
  Type type = getTypeAttribute(node, "output_dtype",
                               zeroPoint ? elementTypeOf(zeroPoint) : ui8);
  // Integers are divided as f32.
  Type scaleType = scale ? elementTypeOf(scale) : Type();
  Type precision = getTypeAttribute(node, "precision",
                                    isa_and_nonnull<IntegerType>(scaleType)
                                        ? Float32Type::get(node.getContext())
                                        : scaleType);
  if (node.hasFailed())
    return {};
  if (!zeroPoint)
    zeroPoint = node.full(dimsOf(scale), 0, type);
  else if (elementTypeOf(zeroPoint) != type)
    return node.error("'output_dtype' isn't the type of the zero point");
  if (isa<IntegerType>(elementTypeOf(x)) || node.hasAttribute("precision"))
    x = node.cast(x, precision);
  scale = node.cast(scale, precision);
  Granularity granularity = getGranularity(node, x, scale);
  return {quantize(node, x, scale, zeroPoint, granularity,
                   node.getIntAttribute("saturate", 1) != 0)};
}

static Values importDequantizeLinear(Node &node) {
  Value x = node.getInput(0);
  Value scale = asScalar(node, node.getInput(1));
  if (node.hasFailed())
    return {};
  Type type = getTypeAttribute(node, "output_dtype", elementTypeOf(scale));
  if (type && dlc::isNarrowFloat(type))
    return node.error("'output_dtype' must say a type to compute in");
  Granularity granularity = getGranularity(node, x, scale);
  return {dequantize(node, x, scale, node.getInput(2), granularity, type)};
}

Values dlc::onnximport::quantizeByRange(Node &node, Value x) {
  if (node.hasFailed())
    return {};
  Type f32 = Float32Type::get(node.getContext());
  Type ui8 = IntegerType::get(node.getContext(), 8, IntegerType::Unsigned);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x)));
  Value zero = node.scalar(0, f32), steps = node.scalar(255, f32);
  // The range holds 0, so that it has an exact representation.
  Value low = node.create<dlc::MinOp>(
      node.reduce<dlc::ReduceMinOp>(x, axes, /*keepdims=*/false), zero);
  Value high = node.create<dlc::MaxOp>(
      node.reduce<dlc::ReduceMaxOp>(x, axes, /*keepdims=*/false), zero);
  Value range = node.sub(high, low);
  // Of zeros alone, ONNX Runtime's scale is 1.
  Value scale =
      node.create<dlc::WhereOp>(node.create<dlc::EqualOp>(range, zero),
                                node.scalar(1, f32), node.div(range, steps));
  Value offset = node.div(node.sub(zero, low), scale);
  Value clipped = node.create<dlc::ClipOp>(offset, zero, steps);
  Value zeroPoint = node.cast(node.keepType<dlc::RoundOp>(clipped), ui8);
  return {quantize(node, x, scale, zeroPoint, {}), scale, zeroPoint};
}

static Values importDynamicQuantizeLinear(Node &node) {
  return quantizeByRange(node, node.getInput(0));
}

//===----------------------------------------------------------------------===//
// Quantized contractions: on real numbers, between quantizations
//===----------------------------------------------------------------------===//

static Values importQLinearMatMul(Node &node) {
  Value a = node.getInput(0), b = node.getInput(3);
  // Vectors of parameters are per row of A and per column of B.
  int64_t rowAxis = std::max<int64_t>(rankOf(a) - 2, 0);
  int64_t columnAxis = std::max<int64_t>(rankOf(b) - 1, 0);
  a = dequantize(node, a, node.getInput(1), node.getInput(2), {rowAxis});
  b = dequantize(node, b, node.getInput(4), node.getInput(5), {columnAxis});
  Value y = node.create<dlc::MatMulOp>(a, b);
  return {quantize(node, y, node.getInput(6), node.getInput(7), {})};
}

static Values importQLinearConv(Node &node) {
  Value x = node.getInput(0), filter = node.getInput(3);
  Value bias = node.getInput(8);
  Value xScale = asScalar(node, node.getInput(1));
  Value filterScale = asScalar(node, node.getInput(4));
  if (bias)
    bias = dequantize(node, bias, node.mul(xScale, filterScale), Value(), {});
  x = dequantize(node, x, xScale, node.getInput(2), {});
  filter = dequantize(node, filter, filterScale, node.getInput(5), {});
  Value y = buildConv(node, x, filter, bias);
  return {quantize(node, y, node.getInput(6), node.getInput(7), {})};
}

void dlc::onnximport::registerQuantizationOps(OpRegistry &registry) {
  registry.add("QuantizeLinear", 2, 3, importQuantizeLinear);
  registry.add("DequantizeLinear", 2, 3, importDequantizeLinear);
  registry.add("DynamicQuantizeLinear", 1, importDynamicQuantizeLinear);
  registry.add("QLinearMatMul", 8, importQLinearMatMul);
  registry.add("QLinearConv", 8, 9, importQLinearConv);
}
