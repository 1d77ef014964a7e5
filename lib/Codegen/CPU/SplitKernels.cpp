//===- SplitKernels.cpp - Lets kernels run in parts -----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Strategy.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace dlc {
#define GEN_PASS_DEF_SPLITKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// How many chunks a kernel consists of; 1 if it can't be split. Nests of one
/// group write different elements; those of different groups may depend on each
/// other.
static FailureOr<int64_t> countChunks(func::FuncOp kernel) {
  Block &body = kernel.getBody().front();
  SmallVector<NestGroup> groups = findNestGroups(body);
  if (groups.size() != 1 || llvm::any_of(body, [](Operation &op) {
        return isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op);
      }))
    return 1;
  linalg::GenericOp root = groups.front().root;
  auto strategies = root->getAttrOfType<ArrayAttr>(kStrategyAttrName);
  FailureOr<std::vector<LoopNest>> nests = buildLoopNests(groups.front());
  if (failed(nests))
    return failure();
  if (!strategies || strategies.size() != nests->size())
    return root.emitError("needs 'dlc.strategy' with ")
           << nests->size() << " entries";
  int64_t chunks = 0;
  bool isSplit = false;
  for (auto [nest, attr] : llvm::zip_equal(*nests, strategies)) {
    FailureOr<Strategy> strategy = Strategy::fromAttr(attr, nest, root);
    if (failed(strategy))
      return failure();
    chunks += getNumber(strategy->getNumChunks(nest));
    isSplit |= strategy->splitDim >= 0;
  }
  return isSplit ? chunks : 1;
}

namespace {
struct SplitKernelsPass final
    : public dlc::impl::SplitKernelsBase<SplitKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Builder builder(&getContext());
    llvm::StringMap<int64_t> chunks;
    for (auto func : module.getOps<func::FuncOp>()) {
      if (!func->hasAttr(kKernelAttrName) || func.isExternal())
        continue;
      FailureOr<int64_t> count = countChunks(func);
      if (failed(count))
        return signalPassFailure();
      if (*count < 2)
        continue;
      chunks[func.getName()] = *count;
      for (int i = 0; i < 2; ++i)
        if (failed(func.insertArgument(func.getNumArguments(),
                                       builder.getIndexType(), {},
                                       func.getLoc())))
          return signalPassFailure();
      func->setAttr(kChunksAttrName, builder.getI64IntegerAttr(*count));
    }
    module.walk([&](func::CallOp call) {
      auto it = chunks.find(call.getCallee());
      if (it == chunks.end())
        return;
      OpBuilder calls(call);
      call.getOperandsMutable().append(
          {arith::ConstantIndexOp::create(calls, call.getLoc(), 0),
           arith::ConstantIndexOp::create(calls, call.getLoc(), it->second)});
      call->setAttr(kChunksAttrName, builder.getI64IntegerAttr(it->second));
    });
  }
};
} // namespace
