//===- ApproximateMath.cpp - Functions of f32 as polynomials --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exponentials reduce their argument by multiples of ln 2 (in two parts, after
// Cody and Waite), logarithms theirs by powers of two; both then are a short
// minimax (Remez) polynomial. No branches, and no division but where a function
// is a quotient: the results vectorize. Everything is written for round to
// nearest and with fused multiply-add.
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <limits>

namespace dlc {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;

namespace {
constexpr float kLog2E = 1.44269504f;
/// ln 2 is kLn2High - kLn2Low.
constexpr float kLn2High = 0.693147182f, kLn2Low = 1.90465421e-9f;
/// Added to a number far below 2^22, this rounds it to an integer and leaves
/// that in the lowest bits.
constexpr float kRound = 0x1.8p23f;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Writes arithmetic on f32 or vectors of it.
class Emitter {
public:
  Emitter(Operation *op, OpBuilder &builder)
      : builder(op->getLoc(), builder), floats(op->getResult(0).getType()),
        integers(builder.getI32Type()) {
    if (auto vectorType = dyn_cast<VectorType>(floats))
      integers = vectorType.clone(integers);
  }

  Value constant(float value) {
    return constant(floats, builder.getF32FloatAttr(value));
  }
  Value integer(uint32_t value) {
    return constant(integers,
                    builder.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  template <typename OpTy> Value emit(Value x, Value y) {
    return OpTy::create(builder, x, y);
  }
  template <typename OpTy> Value emit(Value x) {
    return OpTy::create(builder, x);
  }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(builder, x, y, z);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(builder, condition, x, y);
  }
  /// False for NaN, whatever the predicate: it stays what it is.
  Value compare(arith::CmpFPredicate predicate, Value x, float y) {
    return arith::CmpFOp::create(builder, predicate, x, constant(y));
  }
  Value boundAbove(Value x, float limit) {
    return select(compare(arith::CmpFPredicate::OGT, x, limit), constant(limit),
                  x);
  }
  Value boundBelow(Value x, float limit) {
    return select(compare(arith::CmpFPredicate::OLT, x, limit), constant(limit),
                  x);
  }
  Value bitsOf(Value x) {
    return arith::BitcastOp::create(builder, integers, x);
  }
  Value fromBits(Value bits) {
    return arith::BitcastOp::create(builder, floats, bits);
  }
  Value toFloat(Value number) {
    return arith::SIToFPOp::create(builder, floats, number);
  }
  /// Coefficients from the highest power down.
  Value polynomial(Value x, ArrayRef<float> coefficients) {
    Value sum = constant(coefficients.front());
    for (float coefficient : coefficients.drop_front())
      sum = fma(sum, x, constant(coefficient));
    return sum;
  }

private:
  Value constant(Type type, TypedAttr attr) {
    if (auto vectorType = dyn_cast<VectorType>(type))
      attr = DenseElementsAttr::get(vectorType, attr);
    return arith::ConstantOp::create(builder, attr);
  }

  ImplicitLocOpBuilder builder;
  Type floats, integers;
};

/// x as n * ln 2 + rest. The lowest bits of `bits` are n + bias.
struct Reduced {
  Value bits, rest;
};
} // namespace

static Reduced reduceByLn2(Emitter &e, Value x, float bias) {
  Value biased = e.fma(x, e.constant(kLog2E), e.constant(kRound + bias));
  Value n = e.emit<arith::SubFOp>(biased, e.constant(kRound + bias));
  // The first product cancels exactly.
  Value rest = e.fma(n, e.constant(-kLn2High), x);
  return {e.bitsOf(biased), e.fma(n, e.constant(kLn2Low), rest)};
}

/// A number made of these as its exponent and sign; higher bits are lost.
static Value emitFromExponent(Emitter &e, Value exponent) {
  return e.fromBits(e.emit<arith::ShLIOp>(exponent, e.integer(23)));
}

/// 2^n is the product of two numbers, either normal, so that results are right
/// from the smallest subnormal number to the largest. What is less than half of
/// the smallest one is known to be 0: to multiply down to it would take a core
/// a hundred times as long, and masks make softmax of many such numbers.
static Value emitExp(Emitter &e, Value x) {
  Value isZero = e.compare(arith::CmpFPredicate::OLT, x, -103.972084f);
  x = e.select(isZero, e.constant(0), e.boundAbove(x, 89));
  Reduced reduced = reduceByLn2(e, x, /*bias=*/2 * 127);
  Value power =
      e.polynomial(reduced.rest, {0.00138145383f, 0.00836874545f, 0.041668389f,
                                  0.166665211f, 0.49999994f, 1, 1});
  Value half = e.emit<arith::ShRUIOp>(reduced.bits, e.integer(1));
  Value otherHalf = e.emit<arith::SubIOp>(reduced.bits, half);
  power = e.emit<arith::MulFOp>(power, emitFromExponent(e, half));
  power = e.emit<arith::MulFOp>(power, emitFromExponent(e, otherHalf));
  return e.select(isZero, e.constant(0), power);
}

/// 2^n (e^rest - 1) + (2^n - 1), at half its size: 2^n may be out of range.
static Value emitExpM1(Emitter &e, Value x) {
  x = e.boundBelow(e.boundAbove(x, 89), -18);
  Reduced reduced = reduceByLn2(e, x, /*bias=*/127 - 1);
  Value rest = reduced.rest;
  Value factor =
      e.polynomial(rest, {0.00019914232f, 0.00139410503f, 0.00833327323f,
                          0.041666355f, 0.166666672f, 0.5f});
  Value power = e.fma(factor, e.emit<arith::MulFOp>(rest, rest), rest);
  Value scale = emitFromExponent(e, reduced.bits);
  Value half =
      e.fma(power, scale, e.emit<arith::SubFOp>(scale, e.constant(0.5f)));
  return e.emit<arith::AddFOp>(half, half);
}

/// p / (p + 1) where p = (e^2|x| - 1) / 2: errors of a large p cancel, and one
/// part of ln 2 is enough. Beyond 9.02 f32 has 1.
static Value emitTanh(Emitter &e, Value x) {
  constexpr float kBias = kRound + 127;
  Value size = e.boundAbove(e.emit<math::AbsFOp>(x), 9.02f);
  Value biased = e.fma(size, e.constant(2 * kLog2E), e.constant(kBias));
  Value n = e.emit<arith::SubFOp>(biased, e.constant(kBias));
  Value rest = e.fma(n, e.constant(-kLn2High / 2), size);
  Value factor = e.polynomial(
      rest, {0.0446287915f, 0.133865774f, 0.333330244f, 0.66666174f, 1});
  Value power = e.fma(factor, e.emit<arith::MulFOp>(rest, rest), rest);
  Value scale = emitFromExponent(e, e.bitsOf(biased));
  Value p =
      e.fma(power, scale, e.fma(scale, e.constant(0.5f), e.constant(-0.5f)));
  Value quotient =
      e.emit<arith::DivFOp>(p, e.emit<arith::AddFOp>(p, e.constant(1)));
  return e.emit<math::CopySignOp>(quotient, x);
}

/// The bits of 2/3: arguments of logarithms are scaled to [2/3, 4/3).
static constexpr uint32_t kTwoThirds = 0x3f2aaaab;

/// ln(1 + rest) + exponent * ln 2, but what `limit` says of the argument:
/// infinite there, undefined below, and itself if it is infinity or NaN.
static Value emitLogarithm(Emitter &e, Value rest, Value exponent, Value x,
                           float limit) {
  Value factor = e.polynomial(rest, {-0.129496694f, 0.14005436f, -0.121670038f,
                                     0.140010342f, -0.166823164f, 0.200107545f,
                                     -0.249997169f, 0.333332092f, -0.5f});
  Value result =
      e.fma(exponent, e.constant(-kLn2Low),
            e.emit<arith::MulFOp>(e.emit<arith::MulFOp>(rest, rest), factor));
  result = e.emit<arith::AddFOp>(result, rest);
  result = e.fma(exponent, e.constant(kLn2High), result);
  using Predicate = arith::CmpFPredicate;
  result = e.select(e.compare(Predicate::OLT, x, kInfinity), result, x);
  result = e.select(e.compare(Predicate::OEQ, x, limit), e.constant(-kInfinity),
                    result);
  Value nan = e.constant(std::numeric_limits<float>::quiet_NaN());
  return e.select(e.compare(Predicate::OLT, x, limit), nan, result);
}

static Value emitLog(Emitter &e, Value x) {
  // Subnormal numbers have no exponent of their own.
  Value isSubnormal = e.compare(arith::CmpFPredicate::OLT, x,
                                std::numeric_limits<float>::min());
  Value scaled =
      e.select(isSubnormal, e.emit<arith::MulFOp>(x, e.constant(0x1p23f)), x);
  Value offset = e.select(isSubnormal, e.constant(-23), e.constant(0));
  Value bits = e.emit<arith::SubIOp>(e.bitsOf(scaled), e.integer(kTwoThirds));
  Value exponent = e.toFloat(e.emit<arith::ShRSIOp>(bits, e.integer(23)));
  Value mantissa = e.emit<arith::AndIOp>(bits, e.integer(0x7fffff));
  Value rest = e.emit<arith::SubFOp>(
      e.fromBits(e.emit<arith::AddIOp>(mantissa, e.integer(kTwoThirds))),
      e.constant(1));
  return emitLogarithm(e, rest, e.emit<arith::AddFOp>(exponent, offset), x, 0);
}

/// 1 + x only says by which power of two x and 1 are to be scaled; what its
/// rounding loses isn't lost.
static Value emitLog1p(Emitter &e, Value x) {
  Value sum = e.emit<arith::AddFOp>(x, e.constant(1));
  Value bits = e.emit<arith::SubIOp>(e.bitsOf(sum), e.integer(kTwoThirds));
  Value exponent = e.toFloat(e.emit<arith::ShRSIOp>(bits, e.integer(23)));
  Value power = e.emit<arith::AndIOp>(bits, e.integer(0xff800000));
  Value scaled = e.fromBits(e.emit<arith::SubIOp>(e.bitsOf(x), power));
  // Four times the scaled 1, which is subnormal at the largest numbers.
  Value one = e.fromBits(e.emit<arith::SubIOp>(e.bitsOf(e.constant(4)), power));
  Value rest = e.emit<arith::AddFOp>(
      scaled, e.fma(one, e.constant(0.25f), e.constant(-1)));
  return emitLogarithm(e, rest, exponent, x, -1);
}

/// An odd polynomial, free of divisions: the error function is part of GELU,
/// which a transformer computes for every element of its widest layers. Minimax
/// over |x| <= 3.75, where erf is 1 but for 2 units. Written over x^2 moved to
/// [-6.25, 7.82], the coefficients hardly cancel; x / 2 is added unrounded.
static Value emitErf(Emitter &e, Value x) {
  constexpr float kLimit = 3.75f, kCenter = 6.25f;
  x = e.boundBelow(e.boundAbove(x, kLimit), -kLimit);
  Value moved = e.fma(x, x, e.constant(-kCenter));
  Value factor = e.polynomial(
      moved,
      {-7.12883509e-17f, 2.17485916e-15f, -2.80618475e-14f, 2.87820765e-13f,
       -4.065079e-12f, 5.87563193e-11f, -7.1174433e-10f, 7.79284548e-9f,
       -8.0541021e-8f, 7.763079e-7f, -6.94603477e-6f, 5.83082765e-5f,
       -4.68334532e-4f, 3.73039022e-3f, -0.03181272f, -0.100162797f});
  return e.fma(x, factor, e.emit<arith::MulFOp>(x, e.constant(0.5f)));
}

namespace {
template <typename OpTy, Value (*emitFunction)(Emitter &, Value)>
struct Expand final : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    Emitter emitter(op, rewriter);
    rewriter.replaceOp(op, emitFunction(emitter, op.getOperand()));
    return success();
  }
};

struct ApproximateMathPass final
    : public dlc::impl::ApproximateMathBase<ApproximateMathPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<Expand<math::ExpOp, emitExp>, Expand<math::ExpM1Op, emitExpM1>,
             Expand<math::TanhOp, emitTanh>, Expand<math::LogOp, emitLog>,
             Expand<math::Log1pOp, emitLog1p>, Expand<math::ErfOp, emitErf>>(
            &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
