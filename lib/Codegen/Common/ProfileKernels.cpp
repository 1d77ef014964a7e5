//===- ProfileKernels.cpp - The clock around kernels ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"

namespace dlc {
#define GEN_PASS_DEF_PROFILEKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The runtime's function that writes the time to where its argument points.
static constexpr llvm::StringLiteral kStampName = "dlc_rt_stamp";
static constexpr int64_t kStampBytes = 8, kAlignment = 64;

/// The ONNX nodes that a location names, each once.
static ArrayAttr getNodes(Location loc) {
  SetVector<Attribute> names;
  loc->walk([&](Location inner) {
    if (auto nameLoc = dyn_cast<NameLoc>(inner))
      names.insert(nameLoc.getName());
    return WalkResult::advance();
  });
  return ArrayAttr::get(loc->getContext(), names.getArrayRef());
}

namespace {
struct ProfileKernelsPass final
    : public dlc::impl::ProfileKernelsBase<ProfileKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    auto arenaSize = module->getAttrOfType<IntegerAttr>("dlc.arena_size");
    if (!main || !arenaSize) {
      module.emitError("needs a function @main whose memory is planned");
      return signalPassFailure();
    }
    SymbolTable symbols(module);
    SmallVector<func::CallOp> calls;
    for (auto call : main.getBody().front().getOps<func::CallOp>()) {
      Operation *callee = symbols.lookup(call.getCallee());
      if (callee && callee->hasAttr(kKernelAttrName))
        calls.push_back(call);
    }
    // An arena without a constant size has no place behind it; the array of
    // sizes has.
    if (auto numSizes = module->getAttrOfType<IntegerAttr>("dlc.num_sizes")) {
      int64_t offset = kStampBytes * numSizes.getInt();
      stamp(main, calls, main.getArgument(2), offset);
      describe(calls, offset);
      module->setAttr("dlc.num_sizes",
                      Builder(module).getI64IntegerAttr(numSizes.getInt() +
                                                        getNumStamps(calls)));
      return;
    }
    int64_t offset = arenaSize.getInt();
    stamp(main, calls, main.getArgument(0), offset);
    describe(calls, offset);
    module->setAttr(
        "dlc.arena_size",
        Builder(module).getI64IntegerAttr(
            offset +
            llvm::alignTo(kStampBytes * getNumStamps(calls), kAlignment)));
  }

private:
  /// One before each call and one after the last.
  static int64_t getNumStamps(ArrayRef<func::CallOp> calls) {
    return static_cast<int64_t>(calls.size()) + 1;
  }

  void stamp(func::FuncOp main, ArrayRef<func::CallOp> calls, Value base,
             int64_t offset) {
    auto builder = OpBuilder::atBlockBegin(getOperation().getBody());
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    auto function =
        func::FuncOp::create(builder, main.getLoc(), kStampName,
                             builder.getFunctionType({pointer}, {}));
    function.setPrivate();
    auto stampBefore = [&](Operation *op, int64_t index) {
      builder.setInsertionPoint(op);
      Value bytes = LLVM::ConstantOp::create(
          builder, op->getLoc(), builder.getI64Type(),
          builder.getI64IntegerAttr(offset + kStampBytes * index));
      Value address = LLVM::GEPOp::create(builder, op->getLoc(), pointer,
                                          builder.getI8Type(), base,
                                          ArrayRef<LLVM::GEPArg>{bytes});
      func::CallOp::create(builder, op->getLoc(), function, address);
    };
    for (auto [index, call] : llvm::enumerate(calls))
      stampBefore(call, index);
    stampBefore(calls.empty() ? main.getBody().front().getTerminator()
                              : calls.back()->getNextNode(),
                calls.size());
  }

  void describe(ArrayRef<func::CallOp> calls, int64_t offset) {
    Builder builder(&getContext());
    SmallVector<Attribute> entries;
    for (func::CallOp call : calls) {
      auto flops = call->getAttrOfType<IntegerAttr>(kFlopsAttrName);
      entries.push_back(builder.getDictionaryAttr(
          {builder.getNamedAttr("kernel",
                                builder.getStringAttr(call.getCallee())),
           builder.getNamedAttr(
               "flops", builder.getI64IntegerAttr(flops ? flops.getInt() : 0)),
           builder.getNamedAttr("nodes", getNodes(call.getLoc()))}));
    }
    getOperation()->setAttr(
        "dlc.profile",
        builder.getDictionaryAttr(
            {builder.getNamedAttr("offset", builder.getI64IntegerAttr(offset)),
             builder.getNamedAttr("calls", builder.getArrayAttr(entries))}));
  }
};
} // namespace
