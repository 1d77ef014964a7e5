//===- ApproximateMath.cpp - Functions of f32 as polynomials --------------===//
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
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;

namespace {
/// The error function as an odd polynomial, free of divisions and branches: it
/// is part of GELU, which a transformer computes for every element of its
/// widest layers. Relative minimax (Remez) over |x| <= 3.92, beyond which f32
/// has 1. Written over x^2 moved to [-1, 1], the coefficients hardly cancel.
/// Within 5 units in the last place.
struct ExpandErf final : public OpRewritePattern<math::ErfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return failure();
    constexpr float kLimit = 3.91920590f;
    constexpr float kCoefficients[] = {
        -8.40733061e-4f, 2.09148205e-3f, -1.39225798e-3f, 1.91960833e-3f,
        -7.64539372e-3f, 1.41845057e-2f, -1.99727789e-2f, 2.96754539e-2f,
        -4.34125513e-2f, 5.83768338e-2f, -7.40113035e-2f, 9.06001404e-2f,
        -1.09193385e-1f, 1.34108603e-1f, -1.80144310e-1f, 3.60809803e-1f};
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto constant = [&](float value) -> Value {
      TypedAttr attr = b.getF32FloatAttr(value);
      if (auto vectorType = dyn_cast<VectorType>(type))
        attr = DenseElementsAttr::get(vectorType, attr);
      return arith::ConstantOp::create(b, attr);
    };
    // Comparisons that NaN passes unchanged.
    auto bound = [&](Value x, arith::CmpFPredicate beyond, float limit) {
      Value value = constant(limit);
      Value isBeyond = arith::CmpFOp::create(b, beyond, x, value);
      return arith::SelectOp::create(b, isBeyond, value, x).getResult();
    };
    Value x = bound(op.getOperand(), arith::CmpFPredicate::OGT, kLimit);
    x = bound(x, arith::CmpFPredicate::OLT, -kLimit);
    Value square = arith::MulFOp::create(b, x, x);
    Value moved = math::FmaOp::create(
        b, square, constant(2 / (kLimit * kLimit)), constant(-1));
    Value sum = constant(kCoefficients[0]);
    for (float coefficient : llvm::drop_begin(kCoefficients))
      sum = math::FmaOp::create(b, sum, moved, constant(coefficient));
    rewriter.replaceOpWithNewOp<arith::MulFOp>(op, x, sum);
    return success();
  }
};

struct ApproximateMathPass final
    : public dlc::impl::ApproximateMathBase<ApproximateMathPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    auto isApproximated = [](StringRef name) {
      return llvm::is_contained(
          {math::TanhOp::getOperationName(), math::ExpOp::getOperationName(),
           math::LogOp::getOperationName(), math::Log1pOp::getOperationName(),
           math::ExpM1Op::getOperationName()},
          name);
    };
    populateMathPolynomialApproximationPatterns(patterns, isApproximated);
    patterns.add<ExpandErf>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
