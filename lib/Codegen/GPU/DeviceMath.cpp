//===- DeviceMath.cpp - Functions that a GPU lacks ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <cmath>

namespace dlc {
#define GEN_PASS_DEF_CHECKDEVICEMATH
#define GEN_PASS_DEF_EXPANDDEVICEMATH
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;

/// True for what NVPTX selects instructions for, of all floating-point types.
static bool isNative(Operation *op) {
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
             math::CtPopOp, math::CountLeadingZerosOp,
             math::CountTrailingZerosOp, math::FloorOp, math::FmaOp,
             math::RoundEvenOp, math::RoundOp, math::RsqrtOp, math::SqrtOp,
             math::TruncOp, math::IsNaNOp, math::IsInfOp, math::IsFiniteOp>(op);
}

static Value makeConstant(ImplicitLocOpBuilder &builder, Type type,
                          double value) {
  return arith::ConstantOp::create(builder, builder.getFloatAttr(type, value));
}

namespace {
/// x^y = e^(y ln |x|), with the sign of x if y is odd. Upstream's expansion
/// knows positive bases only.
struct ExpandPow final : OpRewritePattern<math::PowFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::PowFOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isF32())
      return failure();
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Value x = op.getLhs(), y = op.getRhs();
    auto compare = [&](arith::CmpFPredicate predicate, Value a,
                       Value b) -> Value {
      return arith::CmpFOp::create(builder, predicate, a, b);
    };
    auto select = [&](Value condition, Value a, Value b) -> Value {
      return arith::SelectOp::create(builder, condition, a, b);
    };
    Value zero = makeConstant(builder, type, 0),
          one = makeConstant(builder, type, 1),
          half = makeConstant(builder, type, 0.5),
          infinity = makeConstant(builder, type, INFINITY),
          nan = makeConstant(builder, type, NAN);
    Value power = math::ExpOp::create(
        builder,
        arith::MulFOp::create(
            builder, y,
            math::LogOp::create(builder, math::AbsFOp::create(builder, x))));
    Value isZero = compare(arith::CmpFPredicate::OEQ, x, zero);
    power = select(
        isZero,
        select(compare(arith::CmpFPredicate::OLT, y, zero), infinity, zero),
        power);
    auto isWhole = [&](Value value) {
      return compare(arith::CmpFPredicate::OEQ,
                     math::FloorOp::create(builder, value), value);
    };
    Value isInteger = isWhole(y);
    Value isEven = isWhole(arith::MulFOp::create(builder, y, half));
    Value isOdd = arith::AndIOp::create(
        builder, isInteger,
        arith::XOrIOp::create(
            builder, isEven,
            arith::ConstantOp::create(builder, builder.getBoolAttr(true))));
    power = select(isOdd, math::CopySignOp::create(builder, power, x), power);
    Value isUndefined = arith::AndIOp::create(
        builder, compare(arith::CmpFPredicate::OLT, x, zero),
        arith::XOrIOp::create(
            builder, isInteger,
            arith::ConstantOp::create(builder, builder.getBoolAttr(true))));
    power = select(isUndefined, nan, power);
    Value isOne = arith::OrIOp::create(
        builder, compare(arith::CmpFPredicate::OEQ, y, zero),
        compare(arith::CmpFPredicate::OEQ, x, one));
    rewriter.replaceOp(op, select(isOne, one, power));
    return success();
  }
};

/// Odd, so that nothing cancels; beyond where the square overflows, ln 2|x|.
struct ExpandAsinh final : OpRewritePattern<math::AsinhOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::AsinhOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isF32())
      return failure();
    ImplicitLocOpBuilder builder(op.getLoc(), rewriter);
    Value size = math::AbsFOp::create(builder, op.getOperand());
    Value square = arith::MulFOp::create(builder, size, size);
    Value root = math::SqrtOp::create(
        builder,
        arith::AddFOp::create(builder, square, makeConstant(builder, type, 1)));
    Value isLarge =
        arith::CmpFOp::create(builder, arith::CmpFPredicate::OGT, size,
                              makeConstant(builder, type, 1e9));
    Value sum = arith::AddFOp::create(
        builder, size, arith::SelectOp::create(builder, isLarge, size, root));
    Value result = math::LogOp::create(builder, sum);
    rewriter.replaceOp(
        op,
        math::CopySignOp::create(builder, result, op.getOperand()).getResult());
    return success();
  }
};

struct ExpandDeviceMathPass final
    : public dlc::impl::ExpandDeviceMathBase<ExpandDeviceMathPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    math::populateExpansionPatterns(patterns,
                                    {"tan", "sinh", "cosh", "acosh", "atanh"});
    patterns.add<ExpandPow, ExpandAsinh>(&getContext());
    auto isApproximated = [](StringRef name) {
      return llvm::is_contained(
          {math::SinOp::getOperationName(), math::CosOp::getOperationName(),
           math::AsinOp::getOperationName(), math::AcosOp::getOperationName(),
           math::AtanOp::getOperationName(), math::Atan2Op::getOperationName()},
          name);
    };
    populateMathPolynomialApproximationPatterns(patterns, isApproximated);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

struct CheckDeviceMathPass final
    : public dlc::impl::CheckDeviceMathBase<CheckDeviceMathPass> {
  using Base::Base;

  void runOnOperation() override {
    WalkResult result = getOperation()->walk([](Operation *op) {
      if (!isa<math::MathDialect>(op->getDialect()) || isNative(op))
        return WalkResult::advance();
      op->emitError("'") << op->getName() << "' of "
                         << op->getResult(0).getType()
                         << " isn't supported on GPUs; compile for a CPU";
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
