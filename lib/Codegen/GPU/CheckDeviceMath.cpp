//===- CheckDeviceMath.cpp - Functions that a GPU lacks -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace dlc {
#define GEN_PASS_DEF_CHECKDEVICEMATH
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
