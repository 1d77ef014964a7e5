//===- DeviceMath.cpp - Functions that a GPU lacks ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

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

namespace {
struct ExpandDeviceMathPass final
    : public dlc::impl::ExpandDeviceMathBase<ExpandDeviceMathPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    math::populateExpansionPatterns(
        patterns,
        {"powf", "fpowi", "tan", "sinh", "cosh", "asinh", "acosh", "atanh"});
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
    WalkResult result =
        getOperation()->walk([](Operation *op) {
          if (!isa<math::MathDialect>(op->getDialect()) || isNative(op))
            return WalkResult::advance();
          op->emitError("'")
              << op->getName() << "' of " << op->getResult(0).getType()
              << " isn't supported on GPUs; compile for a CPU (--target)";
          return WalkResult::interrupt();
        });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
