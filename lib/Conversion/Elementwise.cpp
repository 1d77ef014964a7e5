//===- Elementwise.cpp - Lowering of elementwise ops ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One pattern for all: a linalg.generic whose body comes from the overload of
// `emit` for the op. The overloads see operands widened to their computeType
// and may give a result that is narrowed again.
//
//===----------------------------------------------------------------------===//

#include "LoweringUtils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

#include "dialects/dlc/Elementwise.h"

using namespace mlir;
using namespace dlc;

using B = ImplicitLocOpBuilder;

static bool hasUnsigned(Value original) {
  return isUnsigned(elementType(original));
}
static Value literal(B &b, Value like, double value) {
  return constant(b, like.getType(), value);
}

//===----------------------------------------------------------------------===//
// Formulas that several ops share
//===----------------------------------------------------------------------===//

/// 1 / (1 + e^-(scale * x)).
static Value emitLogistic(B &b, Value x, double scale) {
  Value scaled = scale == 1 ? x : mul(b, x, literal(b, x, scale));
  Value exp = math::ExpOp::create(b, arith::NegFOp::create(b, scaled));
  Value one = literal(b, x, 1);
  return div(b, one, add(b, one, exp), false);
}

/// ln(1 + e^x), in a form that doesn't overflow.
static Value emitSoftplus(B &b, Value x) {
  Value magnitude = math::AbsFOp::create(b, x);
  Value exp = math::ExpOp::create(b, arith::NegFOp::create(b, magnitude));
  Value positive = boundBelow(b, x, literal(b, x, 0), false);
  return add(b, positive, math::Log1pOp::create(b, exp));
}

/// scale * (e^x - 1).
static Value emitScaledExpM1(B &b, Value x, double scale) {
  Value value = math::ExpM1Op::create(b, x);
  return scale == 1 ? value : mul(b, literal(b, x, scale), value);
}

/// max(0, min(1, x * slope + offset)).
static Value emitHardSigmoid(B &b, Value x, double slope, double offset) {
  Value line = add(b, mul(b, x, literal(b, x, slope)), literal(b, x, offset));
  Value bounded = boundAbove(b, line, literal(b, x, 1), false);
  return boundBelow(b, bounded, literal(b, x, 0), false);
}

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

static Value emit(AbsOp op, B &b, ValueRange x) {
  if (isa<FloatType>(x[0].getType()))
    return math::AbsFOp::create(b, x[0]);
  return hasUnsigned(op.getX()) ? x[0] : math::AbsIOp::create(b, x[0]);
}
static Value emit(NegOp, B &b, ValueRange x) {
  if (isa<FloatType>(x[0].getType()))
    return arith::NegFOp::create(b, x[0]);
  return sub(b, literal(b, x[0], 0), x[0]);
}
static Value emit(SignOp op, B &b, ValueRange x) {
  bool isUnsigned = hasUnsigned(op.getX());
  Value zero = literal(b, x[0], 0);
  Value isPositive = less(b, zero, x[0], isUnsigned);
  Value isNegative = less(b, x[0], zero, isUnsigned);
  Value other = select(b, isNegative, literal(b, x[0], -1), x[0]);
  return select(b, isPositive, literal(b, x[0], 1), other);
}
static Value emit(ReciprocalOp, B &b, ValueRange x) {
  return div(b, literal(b, x[0], 1), x[0], false);
}
static Value emit(SigmoidOp, B &b, ValueRange x) {
  return emitLogistic(b, x[0], 1);
}
static Value emit(ReluOp op, B &b, ValueRange x) {
  if (hasUnsigned(op.getX()))
    return x[0];
  return boundBelow(b, x[0], literal(b, x[0], 0), false);
}
static Value emit(SoftplusOp, B &b, ValueRange x) {
  return emitSoftplus(b, x[0]);
}
static Value emit(SoftsignOp, B &b, ValueRange x) {
  Value magnitude = math::AbsFOp::create(b, x[0]);
  return div(b, x[0], add(b, literal(b, x[0], 1), magnitude), false);
}
static Value emit(HardSwishOp, B &b, ValueRange x) {
  return mul(b, x[0], emitHardSigmoid(b, x[0], 1.0 / 6, 0.5));
}
static Value emit(MishOp, B &b, ValueRange x) {
  return mul(b, x[0], math::TanhOp::create(b, emitSoftplus(b, x[0])));
}
static Value emit(NotOp, B &b, ValueRange x) {
  return arith::XOrIOp::create(b, x[0], literal(b, x[0], 1));
}
static Value emit(BitwiseNotOp, B &b, ValueRange x) {
  return arith::XOrIOp::create(b, x[0], literal(b, x[0], -1));
}

//===----------------------------------------------------------------------===//
// Unary with parameters
//===----------------------------------------------------------------------===//

static Value emit(LeakyReluOp op, B &b, ValueRange x) {
  Value isNegative = less(b, x[0], literal(b, x[0], 0), false);
  Value scaled =
      mul(b, literal(b, x[0], op.getAlpha().convertToDouble()), x[0]);
  return select(b, isNegative, scaled, x[0]);
}
static Value emit(EluOp op, B &b, ValueRange x) {
  Value isNegative = less(b, x[0], literal(b, x[0], 0), false);
  return select(b, isNegative,
                emitScaledExpM1(b, x[0], op.getAlpha().convertToDouble()),
                x[0]);
}
static Value emit(SeluOp op, B &b, ValueRange x) {
  Value isLow = lessEqual(b, x[0], literal(b, x[0], 0), false);
  Value low = emitScaledExpM1(b, x[0], op.getAlpha().convertToDouble());
  Value gamma = literal(b, x[0], op.getGamma().convertToDouble());
  return mul(b, gamma, select(b, isLow, low, x[0]));
}
static Value emit(CeluOp op, B &b, ValueRange x) {
  double alpha = op.getAlpha().convertToDouble();
  Value zero = literal(b, x[0], 0);
  Value scaled = div(b, x[0], literal(b, x[0], alpha), false);
  Value low = boundAbove(b, emitScaledExpM1(b, scaled, alpha), zero, false);
  return add(b, boundBelow(b, x[0], zero, false), low);
}
static Value emit(HardSigmoidOp op, B &b, ValueRange x) {
  return emitHardSigmoid(b, x[0], op.getAlpha().convertToDouble(),
                         op.getBeta().convertToDouble());
}
static Value emit(ThresholdedReluOp op, B &b, ValueRange x) {
  Value alpha = literal(b, x[0], op.getAlpha().convertToDouble());
  return select(b, less(b, alpha, x[0], false), x[0], literal(b, x[0], 0));
}
static Value emit(ShrinkOp op, B &b, ValueRange x) {
  double lambd = op.getLambd().convertToDouble();
  Value bias = literal(b, x[0], op.getBias().convertToDouble());
  Value isLow = less(b, x[0], literal(b, x[0], -lambd), false);
  Value isHigh = less(b, literal(b, x[0], lambd), x[0], false);
  Value high = select(b, isHigh, sub(b, x[0], bias), literal(b, x[0], 0));
  return select(b, isLow, add(b, x[0], bias), high);
}
static Value emit(SwishOp op, B &b, ValueRange x) {
  return mul(b, x[0], emitLogistic(b, x[0], op.getAlpha().convertToDouble()));
}
static Value emit(GeluOp op, B &b, ValueRange x) {
  auto times = [&](double factor, Value value) {
    return mul(b, literal(b, value, factor), value);
  };
  Value inner;
  if (op.getTanhApproximation()) {
    Value cube = mul(b, mul(b, x[0], x[0]), x[0]);
    Value sum = add(b, x[0], times(0.044715, cube));
    inner = math::TanhOp::create(
        b, times(std::sqrt(2 * llvm::numbers::inv_pi), sum));
  } else {
    inner = math::ErfOp::create(b, times(llvm::numbers::sqrt2 / 2, x[0]));
  }
  return mul(b, times(0.5, x[0]), add(b, literal(b, x[0], 1), inner));
}
static Value emit(ClipOp op, B &b, ValueRange x) {
  bool isUnsigned = hasUnsigned(op.getX());
  Value value = x[0];
  if (op.getLow())
    value = boundBelow(b, value, x[1], isUnsigned);
  if (op.getHigh())
    value = boundAbove(b, value, x.back(), isUnsigned);
  return value;
}
static Value emit(CastOp op, B &b, ValueRange x) {
  return castScalar(b, x[0], elementType(op.getX()), elementType(op.getY()),
                    op.getNarrowingMode());
}
static Value emit(IsNaNOp, B &b, ValueRange x) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x[0], x[0]);
}
static Value emit(IsInfOp op, B &b, ValueRange x) {
  Type type = x[0].getType();
  Value result = constant(b, b.getI1Type(), 0);
  if (op.getDetectNegative())
    result =
        equal(b, x[0], arith::ConstantOp::create(b, lowestValue(type, false)));
  if (!op.getDetectPositive())
    return result;
  Value isPositive =
      equal(b, x[0], arith::ConstantOp::create(b, highestValue(type, false)));
  return b.createOrFold<arith::OrIOp>(result, isPositive);
}

//===----------------------------------------------------------------------===//
// Binary and ternary
//===----------------------------------------------------------------------===//

static Value emit(AddOp, B &b, ValueRange x) { return add(b, x[0], x[1]); }
static Value emit(SubOp, B &b, ValueRange x) { return sub(b, x[0], x[1]); }
static Value emit(MulOp, B &b, ValueRange x) { return mul(b, x[0], x[1]); }
static Value emit(DivOp op, B &b, ValueRange x) {
  return div(b, x[0], x[1], hasUnsigned(op.getA()));
}
static Value emit(MinOp op, B &b, ValueRange x) {
  return min(b, x[0], x[1], hasUnsigned(op.getA()));
}
static Value emit(MaxOp op, B &b, ValueRange x) {
  return max(b, x[0], x[1], hasUnsigned(op.getA()));
}

/// `a - b * trunc(a / b)`; an integer modulo 0 is 0.
static Value emitRemainder(B &b, Value x, Value y, bool isUnsigned) {
  if (isa<FloatType>(x.getType()))
    return arith::RemFOp::create(b, x, y);
  Value one = literal(b, y, 1);
  Value divisor = select(b, equal(b, y, literal(b, y, 0)), one, y);
  if (isUnsigned)
    return arith::RemUIOp::create(b, x, divisor);
  // Modulo -1 is 0 as well, and the lowest value would overflow.
  divisor = select(b, equal(b, y, literal(b, y, -1)), one, divisor);
  return arith::RemSIOp::create(b, x, divisor);
}
static Value emit(ModOp op, B &b, ValueRange x) {
  bool isUnsigned = hasUnsigned(op.getA());
  Value remainder = emitRemainder(b, x[0], x[1], isUnsigned);
  if (op.getFmod() || isUnsigned)
    return remainder;
  Value zero = literal(b, x[0], 0);
  Value differs = arith::XOrIOp::create(b, less(b, remainder, zero, false),
                                        less(b, x[1], zero, false));
  Value isZero = equal(b, remainder, zero);
  Value fixed = select(b, differs, add(b, remainder, x[1]), remainder);
  if (isa<FloatType>(zero.getType()))
    remainder =
        select(b, less(b, x[1], zero, false), literal(b, x[0], -0.0), zero);
  return select(b, isZero, remainder, fixed);
}

/// Integer power by repeated squaring. Beyond an exponent of 63 only the parity
/// tells, unless the result has overflowed.
static Value emitIntegerPow(B &b, Value base, Value exponent, bool isUnsigned) {
  constexpr unsigned bits = 6;
  Value one = literal(b, base, 1), wide = exponent;
  if (exponent.getType().getIntOrFloatBitWidth() < 64)
    wide = isUnsigned
               ? arith::ExtUIOp::create(b, b.getI64Type(), exponent).getResult()
               : arith::ExtSIOp::create(b, b.getI64Type(), exponent);
  auto literal64 = [&](int64_t value) {
    return constant(b, b.getI64Type(), value);
  };
  Value parity = arith::AndIOp::create(b, wide, literal64(1));
  Value isLarge = less(b, literal64((1 << bits) - 1), wide, isUnsigned);
  Value large = arith::OrIOp::create(b, parity, literal64((1 << bits) - 2));
  Value count = select(b, isLarge, large, wide);
  Value result = one, square = base;
  for (unsigned bit = 0; bit < bits; ++bit) {
    Value isSet = arith::CmpIOp::create(
        b, arith::CmpIPredicate::ne,
        arith::AndIOp::create(b, count, literal64(int64_t(1) << bit)),
        literal64(0));
    result = select(b, isSet, mul(b, result, square), result);
    square = mul(b, square, square);
  }
  if (isUnsigned)
    return result;
  // A negative power is a fraction unless the base is 1 or -1.
  Value isUnit = arith::OrIOp::create(b, equal(b, base, one),
                                      equal(b, base, literal(b, base, -1)));
  Value isOdd = equal(b, parity, literal64(1));
  Value unit = select(b, isOdd, base, one);
  Value fraction = select(b, isUnit, unit, literal(b, base, 0));
  return select(b, less(b, wide, literal64(0), false), fraction, result);
}
static Value emit(PowOp op, B &b, ValueRange x) {
  Type baseType = elementType(op.getA()), powerType = elementType(op.getB());
  if (isa<IntegerType>(baseType) && isa<IntegerType>(powerType)) {
    bool isUnsigned = hasUnsigned(op.getA()) && hasUnsigned(op.getB());
    return emitIntegerPow(b, x[0], x[1], isUnsigned);
  }
  if (isa<IntegerType>(baseType)) {
    Type f64 = b.getF64Type();
    Value power = math::PowFOp::create(b, castScalar(b, x[0], baseType, f64),
                                       castScalar(b, x[1], powerType, f64));
    return castScalar(b, power, f64, baseType);
  }
  Value exponent = castScalar(b, x[1], powerType, x[0].getType());
  FloatAttr known;
  if (matchPattern(exponent, m_Constant(&known)))
    return powConstant(b, x[0], known.getValueAsDouble());
  return math::PowFOp::create(b, x[0], exponent);
}

static Value emit(PReluOp op, B &b, ValueRange x) {
  Value isNegative = less(b, x[0], literal(b, x[0], 0), hasUnsigned(op.getA()));
  return select(b, isNegative, mul(b, x[1], x[0]), x[0]);
}
static Value emit(BitShiftOp op, B &b, ValueRange x) {
  Value zero = literal(b, x[0], 0);
  unsigned bits = x[0].getType().getIntOrFloatBitWidth();
  // A negative amount is a large one.
  Value fits = less(b, x[1], literal(b, x[0], bits), /*isUnsigned=*/true);
  if (op.getRight() && !hasUnsigned(op.getA())) {
    // The last shift that is defined leaves nothing but the sign.
    Value amount = select(b, fits, x[1], literal(b, x[0], bits - 1));
    return arith::ShRSIOp::create(b, x[0], amount);
  }
  Value amount = select(b, fits, x[1], zero);
  Value shifted = op.getRight()
                      ? arith::ShRUIOp::create(b, x[0], amount).getResult()
                      : arith::ShLIOp::create(b, x[0], amount).getResult();
  return select(b, fits, shifted, zero);
}
static Value emit(EqualOp, B &b, ValueRange x) { return equal(b, x[0], x[1]); }
static Value emit(LessOp op, B &b, ValueRange x) {
  return less(b, x[0], x[1], hasUnsigned(op.getA()));
}
static Value emit(LessEqualOp op, B &b, ValueRange x) {
  return lessEqual(b, x[0], x[1], hasUnsigned(op.getA()));
}
static Value emit(GreaterOp op, B &b, ValueRange x) {
  return less(b, x[1], x[0], hasUnsigned(op.getA()));
}
static Value emit(GreaterEqualOp op, B &b, ValueRange x) {
  return lessEqual(b, x[1], x[0], hasUnsigned(op.getA()));
}
static Value emit(WhereOp, B &b, ValueRange x) {
  return select(b, x[0], x[1], x[2]);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

template <typename OpTy>
static Value
lowerElementwise(OpTy op, typename OpTy::Adaptor adaptor, B &b,
                 llvm::function_ref<Value(B &, ValueRange)> emitBody) {
  RankedTensorType type = signlessType(op->getResult(0));
  return createElementwise(
      b, type, adaptor.getOperands(), [&](B &inner, ValueRange args) {
        SmallVector<Value> wide;
        for (Value arg : args)
          wide.push_back(widen(inner, arg));
        return narrow(inner, emitBody(inner, wide), type.getElementType());
      });
}

/// Ops with an overload of `emit`.
template <typename... OpTys>
static void addFormulas(const TypeConverter &converter,
                        RewritePatternSet &patterns) {
  (addLowering<OpTys>(converter, patterns,
                      [](OpTys op, typename OpTys::Adaptor adaptor, B &b) {
                        return lowerElementwise(op, adaptor, b,
                                                [&](B &inner, ValueRange args) {
                                                  return emit(op, inner, args);
                                                });
                      }),
   ...);
}

/// The bits, not what half floats are computed in.
static Value lowerBitCast(BitCastOp op, BitCastOp::Adaptor adaptor, B &b) {
  RankedTensorType type = signlessType(op.getY());
  Type to = type.getElementType();
  return createElementwise(
      b, type, adaptor.getX(), [&](B &inner, ValueRange args) -> Value {
        Value x = args[0];
        if (x.getType() == to)
          return x;
        if (x.getType().isInteger(1))
          return arith::ExtUIOp::create(inner, to, x);
        if (to.isInteger(1))
          return arith::CmpIOp::create(inner, arith::CmpIPredicate::ne, x,
                                       literal(inner, x, 0));
        return arith::BitcastOp::create(inner, to, x);
      });
}

/// Ops that are one scalar op.
template <typename OpTy, typename ScalarOpTy>
static void addScalarOp(const TypeConverter &converter,
                        RewritePatternSet &patterns) {
  addLowering<OpTy>(
      converter, patterns, [](OpTy op, typename OpTy::Adaptor adaptor, B &b) {
        return lowerElementwise(op, adaptor, b, [](B &inner, ValueRange args) {
          return ScalarOpTy::create(inner, args).getResult();
        });
      });
}

void dlc::populateElementwisePatterns(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  addFormulas<AbsOp, NegOp, SignOp, ReciprocalOp, SigmoidOp, ReluOp, SoftplusOp,
              SoftsignOp, HardSwishOp, MishOp, NotOp, BitwiseNotOp, LeakyReluOp,
              EluOp, SeluOp, CeluOp, HardSigmoidOp, ThresholdedReluOp, ShrinkOp,
              SwishOp, GeluOp, ClipOp, CastOp, IsNaNOp, IsInfOp, AddOp, SubOp,
              MulOp, DivOp, MinOp, MaxOp, ModOp, PowOp, PReluOp, BitShiftOp,
              EqualOp, LessOp, LessEqualOp, GreaterOp, GreaterEqualOp, WhereOp>(
      converter, patterns);
  addLowering<BitCastOp>(converter, patterns, lowerBitCast);
  addScalarOp<ExpOp, math::ExpOp>(converter, patterns);
  addScalarOp<LogOp, math::LogOp>(converter, patterns);
  addScalarOp<SqrtOp, math::SqrtOp>(converter, patterns);
  addScalarOp<FloorOp, math::FloorOp>(converter, patterns);
  addScalarOp<CeilOp, math::CeilOp>(converter, patterns);
  addScalarOp<RoundOp, math::RoundEvenOp>(converter, patterns);
  addScalarOp<SinOp, math::SinOp>(converter, patterns);
  addScalarOp<CosOp, math::CosOp>(converter, patterns);
  addScalarOp<TanOp, math::TanOp>(converter, patterns);
  addScalarOp<AsinOp, math::AsinOp>(converter, patterns);
  addScalarOp<AcosOp, math::AcosOp>(converter, patterns);
  addScalarOp<AtanOp, math::AtanOp>(converter, patterns);
  addScalarOp<SinhOp, math::SinhOp>(converter, patterns);
  addScalarOp<CoshOp, math::CoshOp>(converter, patterns);
  addScalarOp<TanhOp, math::TanhOp>(converter, patterns);
  addScalarOp<AsinhOp, math::AsinhOp>(converter, patterns);
  addScalarOp<AcoshOp, math::AcoshOp>(converter, patterns);
  addScalarOp<AtanhOp, math::AtanhOp>(converter, patterns);
  addScalarOp<ErfOp, math::ErfOp>(converter, patterns);
  addScalarOp<BitwiseAndOp, arith::AndIOp>(converter, patterns);
  addScalarOp<BitwiseOrOp, arith::OrIOp>(converter, patterns);
  addScalarOp<BitwiseXorOp, arith::XOrIOp>(converter, patterns);
  addScalarOp<AndOp, arith::AndIOp>(converter, patterns);
  addScalarOp<OrOp, arith::OrIOp>(converter, patterns);
  addScalarOp<XorOp, arith::XOrIOp>(converter, patterns);
}
