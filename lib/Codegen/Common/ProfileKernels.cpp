//===- ProfileKernels.cpp - The clock around kernels ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "dlc/Runtime/Profile.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"

namespace dlc {
#define GEN_PASS_DEF_PROFILEKERNELS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The runtime's functions that set all times to zero, and that say which call
/// begins: see Profile.h.
static constexpr llvm::StringLiteral kStartName = "dlc_rt_start_times";
static constexpr llvm::StringLiteral kStampName = "dlc_rt_stamp";
static constexpr int64_t kAlignment = 64;

/// The times of so many calls.
static int64_t getTimesBytes(int64_t numCalls) {
  return static_cast<int64_t>(sizeof(dlc_profile_time)) * (numCalls + 1);
}

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
    main.walk([&](func::CallOp call) {
      Operation *callee = symbols.lookup(call.getCallee());
      if (callee && callee->hasAttr(kKernelAttrName))
        calls.push_back(call);
    });
    Builder builder(&getContext());
    int64_t bytes = getTimesBytes(calls.size());
    // An arena without a constant size has no place behind it; the array of
    // sizes has.
    if (auto numSizes = module->getAttrOfType<IntegerAttr>("dlc.num_sizes")) {
      int64_t offset = sizeof(int64_t) * numSizes.getInt();
      stamp(main, calls, main.getArgument(2), offset);
      describe(calls, offset);
      module->setAttr("dlc.num_sizes", builder.getI64IntegerAttr(
                                           numSizes.getInt() +
                                           bytes / int64_t(sizeof(int64_t))));
      return;
    }
    int64_t offset = arenaSize.getInt();
    stamp(main, calls, main.getArgument(0), offset);
    describe(calls, offset);
    module->setAttr(
        "dlc.arena_size",
        builder.getI64IntegerAttr(offset + llvm::alignTo(bytes, kAlignment)));
  }

private:
  /// Numbers the calls, and tells the runtime which one begins, and when the
  /// last one has ended.
  void stamp(func::FuncOp main, ArrayRef<func::CallOp> calls, Value base,
             int64_t offset) {
    auto builder = OpBuilder::atBlockBegin(getOperation().getBody());
    Location loc = main.getLoc();
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    Type i64 = builder.getI64Type();
    auto declare = [&](StringRef name) {
      auto function = func::FuncOp::create(
          builder, loc, name, builder.getFunctionType({pointer, i64}, {}));
      function.setPrivate();
      return function;
    };
    func::FuncOp start = declare(kStartName), stamp = declare(kStampName);
    builder.setInsertionPointToStart(&main.getBody().front());
    Value bytes = LLVM::ConstantOp::create(builder, loc, i64,
                                           builder.getI64IntegerAttr(offset));
    Value times =
        LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), base,
                            ArrayRef<LLVM::GEPArg>{bytes});
    auto tell = [&](func::FuncOp function, size_t number) {
      Value value = LLVM::ConstantOp::create(builder, loc, i64,
                                             builder.getI64IntegerAttr(number));
      func::CallOp::create(builder, loc, function, ValueRange{times, value});
    };
    tell(start, calls.size());
    for (auto [index, call] : llvm::enumerate(calls)) {
      builder.setInsertionPoint(call);
      tell(stamp, index);
    }
    // The last of them may stand in a loop.
    if (!calls.empty())
      builder.setInsertionPointAfter(
          main.getBody().front().findAncestorOpInBlock(*calls.back()));
    tell(stamp, calls.size());
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
