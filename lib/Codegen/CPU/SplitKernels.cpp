//===- SplitKernels.cpp - Lets kernels run in parts -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelChunks.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace dlc {
#define GEN_PASS_DEF_SPLITKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The chunks of a kernel; none if it can't be split. Nests of one group write
/// different elements; those of different groups may depend on each other.
static FailureOr<std::optional<KernelChunks>> findChunks(func::FuncOp kernel) {
  using Result = std::optional<KernelChunks>;
  Block &body = kernel.getBody().front();
  SmallVector<NestGroup> groups = findNestGroups(body);
  if (groups.size() != 1 || llvm::any_of(body, [](Operation &op) {
        return isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op);
      }))
    return Result();
  FailureOr<std::vector<LoopNest>> nests = buildLoopNests(groups.front());
  if (failed(nests))
    return failure();
  FailureOr<std::vector<Strategy>> strategies =
      readStrategies(groups.front(), *nests);
  if (failed(strategies))
    return failure();
  KernelChunks chunks = KernelChunks::get(*nests, *strategies);
  if (llvm::all_of(*strategies, [](auto &s) { return s.splitDim < 0; }) ||
      chunks.getCount().value_or(2) < 2)
    return Result();
  return Result(chunks);
}

/// The operands of a call that are its kernel's symbols.
static SmallVector<Value> getSymbols(func::CallOp call) {
  return llvm::filter_to_vector(call.getOperands(), [](Value operand) {
    return operand.getType().isIndex();
  });
}

namespace {
struct SplitKernelsPass final
    : public dlc::impl::SplitKernelsBase<SplitKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder builder(&getContext());
    llvm::StringMap<KernelChunks> kernels;
    auto mark = [&](Operation *op, const KernelChunks &chunks) {
      std::optional<int64_t> count = chunks.getCount();
      op->setAttr(kChunksAttrName,
                  count ? Attribute(builder.getI64IntegerAttr(*count))
                        : builder.getUnitAttr());
    };
    for (auto func : module.getOps<func::FuncOp>()) {
      if (!func->hasAttr(kKernelAttrName) || func.isExternal())
        continue;
      FailureOr<std::optional<KernelChunks>> chunks = findChunks(func);
      if (failed(chunks))
        return signalPassFailure();
      if (!*chunks)
        continue;
      kernels[func.getName()] = **chunks;
      for (int i = 0; i < 2; ++i)
        if (failed(func.insertArgument(func.getNumArguments(),
                                       builder.getIndexType(), {},
                                       func.getLoc())))
          return signalPassFailure();
      mark(func, **chunks);
    }
    module.walk([&](func::CallOp call) {
      auto it = kernels.find(call.getCallee());
      if (it == kernels.end())
        return;
      OpBuilder calls(call);
      Value begin = arith::ConstantIndexOp::create(calls, call.getLoc(), 0);
      Value end = it->second.buildCount(calls, call.getLoc(), getSymbols(call));
      call.getOperandsMutable().append({begin, end});
      mark(call, it->second);
    });
  }
};
} // namespace
