//===- ShareCalls.cpp - Hands kernels to the context's threads ------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"

namespace dlc {
#define GEN_PASS_DEF_SHARECALLS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The runtime's function `(arena, function, arguments, chunks)`.
static constexpr llvm::StringLiteral kParallelName = "dlc_rt_parallel";

/// The arguments before the range of chunks that the kernel makes use of: what
/// is left of memref descriptors is mostly their pointers.
static SmallVector<unsigned> getUsedArguments(LLVM::LLVMFuncOp kernel) {
  SmallVector<unsigned> used;
  for (BlockArgument argument : kernel.getArguments().drop_back(2))
    if (!argument.use_empty())
      used.push_back(argument.getArgNumber());
  return used;
}

namespace {
struct ShareCallsPass final : public dlc::impl::ShareCallsBase<ShareCallsPass> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<LLVM::LLVMFuncOp>("main");
    SmallVector<LLVM::CallOp> calls;
    if (main)
      main.walk([&](LLVM::CallOp call) {
        if (call->hasAttr(kChunksAttrName))
          calls.push_back(call);
      });
    if (calls.empty())
      return;
    pointer = LLVM::LLVMPointerType::get(&getContext());
    i64 = IntegerType::get(&getContext(), 64);
    symbols.emplace(getOperation());
    size_t slots = 1;
    for (LLVM::CallOp call : calls) {
      auto kernel = symbols->lookup<LLVM::LLVMFuncOp>(*call.getCallee());
      if (!kernel || kernel.isExternal() || kernel.getNumArguments() < 2) {
        call.emitError("isn't a call of a kernel that can be split");
        return signalPassFailure();
      }
      slots = std::max(slots, getUsedArguments(kernel).size());
    }
    declareParallel();
    // One array serves all calls, which come one after the other.
    auto builder = OpBuilder::atBlockBegin(&main.getBody().front());
    Value count = LLVM::ConstantOp::create(builder, main.getLoc(), i64,
                                           builder.getI64IntegerAttr(slots));
    Value array =
        LLVM::AllocaOp::create(builder, main.getLoc(), pointer, i64, count);
    for (LLVM::CallOp call : calls)
      if (failed(shareCall(call, main.getArgument(0), array)))
        return signalPassFailure();
  }

private:
  void declareParallel() {
    auto builder = OpBuilder::atBlockBegin(getOperation().getBody());
    LLVM::LLVMFuncOp::create(
        builder, getOperation().getLoc(), kParallelName,
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                    {pointer, pointer, pointer, i64}));
  }

  Value getSlot(OpBuilder &builder, Location loc, Value array, size_t slot) {
    return LLVM::GEPOp::create(
        builder, loc, pointer, i64, array,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(slot)});
  }

  /// `void kernel_chunks(ptr arguments, i64 begin, i64 end)`
  LLVM::LLVMFuncOp getChunksFunction(LLVM::LLVMFuncOp kernel) {
    LLVM::LLVMFuncOp &function = functions[kernel];
    if (function)
      return function;
    Location loc = kernel.getLoc();
    OpBuilder builder(kernel);
    function = LLVM::LLVMFuncOp::create(
        builder, loc, (kernel.getName() + "_chunks").str(),
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                    {pointer, i64, i64}),
        LLVM::Linkage::Private);
    symbols->insert(function);
    Block *body = function.addEntryBlock(builder);
    builder.setInsertionPointToStart(body);
    SmallVector<Value> operands(kernel.getNumArguments());
    for (auto [slot, index] : llvm::enumerate(getUsedArguments(kernel)))
      operands[index] = LLVM::LoadOp::create(
          builder, loc, kernel.getArgument(index).getType(),
          getSlot(builder, loc, body->getArgument(0), slot));
    operands[operands.size() - 2] = body->getArgument(1);
    operands[operands.size() - 1] = body->getArgument(2);
    for (auto [operand, argument] :
         llvm::zip_equal(operands, kernel.getArguments()))
      if (!operand)
        operand = LLVM::PoisonOp::create(builder, loc, argument.getType());
    LLVM::CallOp::create(builder, loc, kernel, operands);
    LLVM::ReturnOp::create(builder, loc, ValueRange());
    return function;
  }

  LogicalResult shareCall(LLVM::CallOp call, Value arena, Value array) {
    auto kernel = symbols->lookup<LLVM::LLVMFuncOp>(*call.getCallee());
    OpBuilder builder(call);
    Location loc = call.getLoc();
    for (auto [slot, index] : llvm::enumerate(getUsedArguments(kernel))) {
      Value operand = call.getArgOperands()[index];
      Type type = operand.getType();
      if (!isa<LLVM::LLVMPointerType>(type) &&
          !(type.isIntOrFloat() && type.getIntOrFloatBitWidth() <= 64))
        return call.emitError("can't hand on an argument of type ") << type;
      LLVM::StoreOp::create(builder, loc, operand,
                            getSlot(builder, loc, array, slot));
    }
    Value function =
        LLVM::AddressOfOp::create(builder, loc, getChunksFunction(kernel));
    Value chunks = call.getArgOperands().back(); // from 0 on, all of them
    LLVM::CallOp::create(builder, loc, TypeRange(), kParallelName,
                         ValueRange{arena, function, array, chunks});
    call.erase();
    return success();
  }

  Type pointer, i64;
  std::optional<SymbolTable> symbols;
  llvm::DenseMap<Operation *, LLVM::LLVMFuncOp> functions;
};
} // namespace
