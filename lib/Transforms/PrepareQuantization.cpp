//===- PrepareQuantization.cpp - Ops where quantization wants them --------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/Elementwise.h"
#include "dialects/dlc/Pooling.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_PREPAREQUANTIZATION
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

/// relu(max_pool(x)) = max_pool(relu(x)): relu never reverses an order.
struct ReluBeforePool : OpRewritePattern<ReluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReluOp op,
                                PatternRewriter &rewriter) const override {
    auto pool = op.getX().getDefiningOp<MaxPoolOp>();
    if (!pool || !pool->hasOneUse())
      return rewriter.notifyMatchFailure(op, "no max_pool of its own");
    Value relu = ReluOp::create(rewriter, op.getLoc(), pool.getX().getType(),
                                pool.getX());
    IRMapping mapping;
    mapping.map(pool.getX(), relu);
    rewriter.replaceOp(op, rewriter.clone(*pool, mapping));
    return success();
  }
};

struct PrepareQuantizationPass final
    : dlc::impl::PrepareQuantizationBase<PrepareQuantizationPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ReluBeforePool>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
