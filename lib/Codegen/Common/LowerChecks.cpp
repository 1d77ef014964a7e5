//===- LowerChecks.cpp - Checks of @main end it ---------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {
#define GEN_PASS_DEF_LOWERCHECKS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;

namespace {
struct LowerChecksPass final
    : public dlc::impl::LowerChecksBase<LowerChecksPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    SmallVector<cf::AssertOp> checks;
    func.walk([&](cf::AssertOp check) { checks.push_back(check); });
    if (checks.empty())
      return;
    if (func.getNumResults() != 0) {
      func.emitError("only a function without results can end at a check");
      return signalPassFailure();
    }
    OpBuilder builder(func.getContext());
    Block *end = builder.createBlock(&func.getBody(), func.getBody().end());
    func::ReturnOp::create(builder, func.getLoc());
    for (cf::AssertOp check : checks) {
      Block *block = check->getBlock();
      Block *rest = block->splitBlock(std::next(check->getIterator()));
      builder.setInsertionPoint(check);
      cf::CondBranchOp::create(builder, check.getLoc(), check.getArg(), rest,
                               end);
      check.erase();
    }
  }
};
} // namespace
