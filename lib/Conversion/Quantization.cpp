//===- Quantization.cpp - Lowering of quantization ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "dialects/dlc/Quantization.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

/// Reads a parameter that is a scalar or a vector over dimension `axis`.
static AffineMap getParameterMap(B &b, Value parameter, int64_t rank,
                                 int64_t axis) {
  RankedTensorType type = tensorType(parameter);
  if (type.getRank() == 0)
    return selectDims(b.getContext(), rank, {});
  if (type.getNumElements() == 1)
    return getMap(
        b.getContext(), rank,
        SmallVector<AffineExpr>(type.getRank(), b.getAffineConstantExpr(0)));
  return selectDims(b.getContext(), rank, axis);
}

template <typename OpTy>
static Value createQuantization(OpTy op, typename OpTy::Adaptor adaptor, B &b,
                                ScalarBody body) {
  RankedTensorType type = signlessType(op.getY());
  int64_t rank = type.getRank(), axis = op.getAxis();
  return createPointwise(
      b, type, {adaptor.getX(), adaptor.getScale(), adaptor.getZeroPoint()},
      {b.getMultiDimIdentityMap(rank),
       getParameterMap(b, adaptor.getScale(), rank, axis),
       getParameterMap(b, adaptor.getZeroPoint(), rank, axis)},
      body);
}

/// A whole number as an integer of `to`, saturated; NaN gives the lowest value.
/// Bounds on the float, where one comparison and selection each are a single
/// instruction, make the conversion exact.
static Value saturate(B &b, Value x, Type to) {
  unsigned width = to.getIntOrFloatBitWidth();
  if (width > 16)
    return castScalar(b, x, x.getType(), to);
  bool isUnsignedType = isUnsigned(to);
  int64_t low = isUnsignedType ? 0 : llvm::minIntN(width);
  int64_t high = isUnsignedType ? static_cast<int64_t>(llvm::maxUIntN(width))
                                : llvm::maxIntN(width);
  Value lowest = constant(b, x.getType(), low);
  Value highest = constant(b, x.getType(), high);
  x = select(b, less(b, lowest, x, false), x, lowest);
  x = select(b, less(b, x, highest, false), x, highest);
  Value wide = arith::FPToSIOp::create(b, b.getI32Type(), x);
  return arith::TruncIOp::create(b, b.getIntegerType(width), wide);
}

static Value lowerQuantize(QuantizeOp op, QuantizeOp::Adaptor adaptor, B &b) {
  Type to = elementType(op.getY());
  return createQuantization(op, adaptor, b, [&](B &inner, ValueRange args) {
    Value x = widen(inner, args[0]), scale = widen(inner, args[1]);
    Value rounded =
        math::RoundEvenOp::create(inner, div(inner, x, scale, false));
    Value zero =
        castScalar(inner, args[2], elementType(op.getZeroPoint()), x.getType());
    return saturate(inner, add(inner, rounded, zero), to);
  });
}

static Value lowerDequantize(DequantizeOp op, DequantizeOp::Adaptor adaptor,
                             B &b) {
  Type from = elementType(op.getX()), to = elementType(op.getY());
  // The difference of narrow integers needs more bits than they have.
  bool isNarrow = from.getIntOrFloatBitWidth() < 32;
  Type exact = isNarrow ? Type(b.getI32Type()) : from;
  return createQuantization(op, adaptor, b, [&](B &inner, ValueRange args) {
    Value difference = sub(inner, castScalar(inner, args[0], from, exact),
                           castScalar(inner, args[2], from, exact));
    Value real = castScalar(inner, difference, exact, to);
    Value scale = widen(inner, args[1]);
    return narrow(inner, mul(inner, real, scale), to);
  });
}

/// One element after the other: two may fall into the same bin.
static Value lowerHistogram(HistogramOp op, HistogramOp::Adaptor adaptor,
                            B &b) {
  RankedTensorType type = signlessType(op.getY());
  double low = op.getLow().convertToDouble();
  double bins = double(type.getNumElements());
  double perUnit = bins / (op.getHigh().convertToDouble() - low);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(b.getI32Type()));
  Value counts =
      linalg::FillOp::create(b, zero, createEmpty(b, type)).getResult(0);
  RankedTensorType xType = tensorType(adaptor.getX());
  if (xType.getNumElements() == 0)
    return counts;
  return createLoops(
      b, getDims(xType), counts,
      [&](B &inner, ArrayRef<Value> position, ValueRange state) {
        Value x = widen(
            inner, tensor::ExtractOp::create(inner, adaptor.getX(), position));
        Type real = x.getType();
        Value place = mul(inner, sub(inner, x, constant(inner, real, low)),
                          constant(inner, real, perUnit));
        // The bounds win over NaN, so that the cast is defined.
        place =
            arith::MaxNumFOp::create(inner, place, constant(inner, real, 0));
        place = arith::MinNumFOp::create(inner, place,
                                         constant(inner, real, bins - 1));
        Value bin = arith::IndexCastOp::create(
            inner, inner.getIndexType(),
            arith::FPToSIOp::create(inner, inner.getI32Type(), place));
        Value old = tensor::ExtractOp::create(inner, state[0], bin);
        Value one =
            arith::ConstantOp::create(inner, inner.getI32IntegerAttr(1));
        Value count = arith::AddIOp::create(inner, old, one);
        return SmallVector<Value>{
            tensor::InsertOp::create(inner, count, state[0], bin)};
      })[0];
}

void dlc::populateQuantizationPatterns(const TypeConverter &converter,
                                       RewritePatternSet &patterns) {
  addLowering<QuantizeOp>(converter, patterns, lowerQuantize);
  addLowering<DequantizeOp>(converter, patterns, lowerDequantize);
  addLowering<HistogramOp>(converter, patterns, lowerHistogram);
}
