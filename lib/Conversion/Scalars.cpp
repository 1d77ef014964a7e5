//===- Scalars.cpp - Scalar arithmetic of the lowering --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalars.h"
#include "NarrowFloats.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/APFloat.h"
#include <cmath>

using namespace mlir;

bool dlc::isUnsigned(Type elementType) {
  return elementType.isUnsignedInteger() || elementType.isInteger(1);
}

Type dlc::computeType(Type elementType) {
  auto type = dyn_cast<FloatType>(elementType);
  if (type && type.getWidth() < 32)
    return Float32Type::get(elementType.getContext());
  return elementType;
}

Value dlc::widen(ImplicitLocOpBuilder &b, Value value) {
  Type type = computeType(value.getType());
  if (type == value.getType())
    return value;
  return b.createOrFold<arith::ExtFOp>(type, value);
}

Value dlc::narrow(ImplicitLocOpBuilder &b, Value value, Type type) {
  if (type == value.getType())
    return value;
  return b.createOrFold<arith::TruncFOp>(type, value);
}

Value dlc::constant(ImplicitLocOpBuilder &b, Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
  APInt integer(type.getIntOrFloatBitWidth(), static_cast<int64_t>(value),
                /*isSigned=*/true, /*implicitTrunc=*/true);
  return arith::ConstantOp::create(b, IntegerAttr::get(type, integer));
}

Value dlc::indexConstant(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

TypedAttr dlc::lowestValue(Type type, bool isUnsigned) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return FloatAttr::get(type,
                          APFloat::getInf(floatType.getFloatSemantics(), true));
  unsigned width = type.getIntOrFloatBitWidth();
  return IntegerAttr::get(type, isUnsigned ? APInt::getMinValue(width)
                                           : APInt::getSignedMinValue(width));
}

TypedAttr dlc::highestValue(Type type, bool isUnsigned) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return FloatAttr::get(
        type, APFloat::getInf(floatType.getFloatSemantics(), false));
  unsigned width = type.getIntOrFloatBitWidth();
  return IntegerAttr::get(type, isUnsigned ? APInt::getMaxValue(width)
                                           : APInt::getSignedMaxValue(width));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static bool isFloat(Value x) { return isa<FloatType>(x.getType()); }

Value dlc::add(ImplicitLocOpBuilder &b, Value x, Value y) {
  if (isFloat(x))
    return b.createOrFold<arith::AddFOp>(x, y);
  return b.createOrFold<arith::AddIOp>(x, y);
}

Value dlc::sub(ImplicitLocOpBuilder &b, Value x, Value y) {
  if (isFloat(x))
    return b.createOrFold<arith::SubFOp>(x, y);
  return b.createOrFold<arith::SubIOp>(x, y);
}

Value dlc::mul(ImplicitLocOpBuilder &b, Value x, Value y) {
  if (isFloat(x))
    return b.createOrFold<arith::MulFOp>(x, y);
  return b.createOrFold<arith::MulIOp>(x, y);
}

Value dlc::max(ImplicitLocOpBuilder &b, Value x, Value y, bool isUnsigned) {
  if (isFloat(x))
    return b.createOrFold<arith::MaximumFOp>(x, y);
  if (isUnsigned)
    return b.createOrFold<arith::MaxUIOp>(x, y);
  return b.createOrFold<arith::MaxSIOp>(x, y);
}

Value dlc::min(ImplicitLocOpBuilder &b, Value x, Value y, bool isUnsigned) {
  if (isFloat(x))
    return b.createOrFold<arith::MinimumFOp>(x, y);
  if (isUnsigned)
    return b.createOrFold<arith::MinUIOp>(x, y);
  return b.createOrFold<arith::MinSIOp>(x, y);
}

Value dlc::div(ImplicitLocOpBuilder &b, Value x, Value y, bool isUnsigned) {
  if (isFloat(x))
    return b.createOrFold<arith::DivFOp>(x, y);
  Type type = x.getType();
  Value one = constant(b, type, 1), zero = constant(b, type, 0);
  Value divisor = select(b, equal(b, y, zero), one, y);
  if (isUnsigned)
    return b.createOrFold<arith::DivUIOp>(x, divisor);
  // The lowest value divided by -1 overflows; negation wraps.
  Value isMinusOne = equal(b, y, constant(b, type, -1));
  Value quotient =
      b.createOrFold<arith::DivSIOp>(x, select(b, isMinusOne, one, divisor));
  return select(b, isMinusOne, sub(b, zero, x), quotient);
}

Value dlc::equal(ImplicitLocOpBuilder &b, Value x, Value y) {
  if (isFloat(x))
    return b.createOrFold<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x, y);
  return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, x, y);
}

Value dlc::less(ImplicitLocOpBuilder &b, Value x, Value y, bool isUnsigned) {
  if (isFloat(x))
    return b.createOrFold<arith::CmpFOp>(arith::CmpFPredicate::OLT, x, y);
  return b.createOrFold<arith::CmpIOp>(
      isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt, x, y);
}

Value dlc::lessEqual(ImplicitLocOpBuilder &b, Value x, Value y,
                     bool isUnsigned) {
  if (isFloat(x))
    return b.createOrFold<arith::CmpFOp>(arith::CmpFPredicate::OLE, x, y);
  return b.createOrFold<arith::CmpIOp>(
      isUnsigned ? arith::CmpIPredicate::ule : arith::CmpIPredicate::sle, x, y);
}

Value dlc::isNaN(ImplicitLocOpBuilder &b, Value x) {
  if (!isFloat(x))
    return constant(b, b.getI1Type(), 0);
  return b.createOrFold<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x);
}

Value dlc::select(ImplicitLocOpBuilder &b, Value condition, Value x, Value y) {
  return b.createOrFold<arith::SelectOp>(condition, x, y);
}

Value dlc::boundBelow(ImplicitLocOpBuilder &b, Value x, Value bound,
                      bool isUnsigned) {
  if (!isFloat(x))
    return max(b, x, bound, isUnsigned);
  return select(b, less(b, x, bound, isUnsigned), bound, x);
}

Value dlc::boundAbove(ImplicitLocOpBuilder &b, Value x, Value bound,
                      bool isUnsigned) {
  if (!isFloat(x))
    return min(b, x, bound, isUnsigned);
  return select(b, less(b, bound, x, isUnsigned), bound, x);
}

Value dlc::powConstant(ImplicitLocOpBuilder &b, Value x, double exponent) {
  Type type = x.getType();
  auto inverse = [&](Value y) {
    return div(b, constant(b, type, 1), y, false);
  };
  if (exponent == 0)
    return constant(b, type, 1);
  if (exponent == 1)
    return x;
  if (exponent == 2)
    return mul(b, x, x);
  if (exponent == 3)
    return mul(b, mul(b, x, x), x);
  if (exponent == 0.5)
    return math::SqrtOp::create(b, x);
  if (exponent == 0.75)
    return math::SqrtOp::create(b, mul(b, x, math::SqrtOp::create(b, x)));
  if (exponent == -1 || exponent == -2 || exponent == -0.5)
    return inverse(powConstant(b, x, -exponent));
  return math::PowFOp::create(b, x, constant(b, type, exponent));
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

/// Float to integer: truncates, saturates, and gives 0 for NaN.
static Value castFloatToInteger(ImplicitLocOpBuilder &b, Value value, Type to) {
  using namespace dlc;
  Type from = value.getType();
  unsigned width = to.getIntOrFloatBitWidth();
  Type result = b.getIntegerType(width);
  bool toUnsigned = isUnsigned(to);
  // Exclusive bounds of what converts without overflow; both are powers of two,
  // and so exact.
  double high = std::ldexp(1.0, toUnsigned ? width : width - 1);
  Value tooHigh = lessEqual(b, constant(b, from, high), value, false);
  Value tooLow = toUnsigned ? less(b, value, constant(b, from, 0), false)
                            : less(b, value, constant(b, from, -high), false);
  Value bad = arith::OrIOp::create(b, arith::OrIOp::create(b, tooHigh, tooLow),
                                   isNaN(b, value));
  Value safe = select(b, bad, constant(b, from, 0), value);
  Value integer = toUnsigned
                      ? arith::FPToUIOp::create(b, result, safe).getResult()
                      : arith::FPToSIOp::create(b, result, safe).getResult();
  Value highest =
      arith::ConstantOp::create(b, highestValue(result, toUnsigned));
  Value lowest = arith::ConstantOp::create(b, lowestValue(result, toUnsigned));
  return select(b, tooHigh, highest, select(b, tooLow, lowest, integer));
}

static Value castIntegerToInteger(ImplicitLocOpBuilder &b, Value value,
                                  bool fromUnsigned, Type to) {
  unsigned fromWidth = value.getType().getIntOrFloatBitWidth();
  unsigned toWidth = to.getIntOrFloatBitWidth();
  Type result = b.getIntegerType(toWidth);
  if (fromWidth == toWidth)
    return value;
  if (fromWidth > toWidth)
    return b.createOrFold<arith::TruncIOp>(result, value);
  if (fromUnsigned)
    return b.createOrFold<arith::ExtUIOp>(result, value);
  return b.createOrFold<arith::ExtSIOp>(result, value);
}

/// The integer, an i32, that the lowest bits of a byte are.
static Value decodeNarrowInteger(ImplicitLocOpBuilder &b, Value byte,
                                 Type type) {
  using namespace dlc;
  Type i32 = b.getI32Type();
  Value wide = b.createOrFold<arith::ExtUIOp>(i32, byte);
  if (isUnsigned(type))
    return wide;
  Value unused = constant(b, i32, 32 - type.getIntOrFloatBitWidth());
  return b.createOrFold<arith::ShRSIOp>(
      b.createOrFold<arith::ShLIOp>(wide, unused), unused);
}

/// The byte whose lowest bits are those of an i32.
static Value encodeNarrowInteger(ImplicitLocOpBuilder &b, Value value,
                                 Type type) {
  int64_t mask = (int64_t(1) << type.getIntOrFloatBitWidth()) - 1;
  Value bits = b.createOrFold<arith::AndIOp>(
      value, dlc::constant(b, b.getI32Type(), mask));
  return b.createOrFold<arith::TruncIOp>(b.getI8Type(), bits);
}

Value dlc::castScalar(ImplicitLocOpBuilder &b, Value value, Type from, Type to,
                      NarrowingMode mode) {
  if (isNarrowFloat(from)) {
    value = decodeNarrowFloat(b, value, cast<FloatType>(from));
    from = value.getType();
  } else if (isNarrowInteger(from)) {
    value = decodeNarrowInteger(b, value, from);
    from = value.getType();
  }
  if (isNarrowFloat(to)) {
    Type wide = from.isF64() ? from : Type(b.getF32Type());
    return encodeNarrowFloat(b, castScalar(b, value, from, wide),
                             cast<FloatType>(to), mode);
  }
  if (isNarrowInteger(to))
    return encodeNarrowInteger(b, castScalar(b, value, from, b.getI32Type()),
                               to);
  value = widen(b, value);
  if (to.isInteger(1)) {
    if (from.isInteger(1))
      return value;
    Value zero = constant(b, value.getType(), 0);
    if (isFloat(value))
      return b.createOrFold<arith::CmpFOp>(arith::CmpFPredicate::UNE, value,
                                           zero);
    return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::ne, value, zero);
  }
  if (isa<FloatType>(from)) {
    if (isa<IntegerType>(to))
      return castFloatToInteger(b, value, to);
    Type result = computeType(to);
    if (result.getIntOrFloatBitWidth() >
        value.getType().getIntOrFloatBitWidth())
      return b.createOrFold<arith::ExtFOp>(result, value);
    return narrow(b, value, result);
  }
  if (isa<IntegerType>(to))
    return castIntegerToInteger(b, value, isUnsigned(from), to);
  if (isUnsigned(from))
    return b.createOrFold<arith::UIToFPOp>(computeType(to), value);
  return b.createOrFold<arith::SIToFPOp>(computeType(to), value);
}

Value dlc::toIndex(ImplicitLocOpBuilder &b, Value value, Value size) {
  Value index = arith::IndexCastOp::create(b, b.getIndexType(), value);
  Value zero = indexConstant(b, 0);
  Value wrapped = arith::AddIOp::create(b, index, size);
  index = select(b, less(b, index, zero, false), wrapped, index);
  index = max(b, index, zero, false);
  Value last = b.createOrFold<arith::SubIOp>(size, indexConstant(b, 1));
  return min(b, index, last, false);
}
