//===- PlanMemory.cpp - Arena and weights ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckBuffers.h"
#include "MemoryPlan.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace dlc {
#define GEN_PASS_DEF_PLANMEMORY
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {
struct PlanMemoryPass final : public dlc::impl::PlanMemoryBase<PlanMemoryPass> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock()) {
      getOperation().emitError("needs a function @main of one block");
      return signalPassFailure();
    }
    if (failed(checkBuffers(main)))
      return signalPassFailure();
    LLVMTypeConverter converter(&getContext());
    typeConverter = &converter;
    Block &block = main.getBody().front();
    builder = OpBuilder::atBlockBegin(&block);
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    Value arena = block.insertArgument(0u, pointer, main.getLoc());
    Value weights = block.insertArgument(1u, pointer, main.getLoc());
    for (BlockArgument argument : block.getArguments().drop_front(2))
      bindArgument(argument);
    FailureOr<MemoryPlan<memref::AllocOp>> arenaPlan = planArena(block);
    if (failed(arenaPlan))
      return signalPassFailure();
    FailureOr<MemoryPlan<memref::GetGlobalOp>> weightsPlan =
        planWeights(getOperation(), block);
    if (failed(weightsPlan))
      return signalPassFailure();
    bindBuffers(*arenaPlan, arena);
    bindBuffers(*weightsPlan, weights);
    for (auto global :
         llvm::make_early_inc_range(getOperation().getOps<memref::GlobalOp>()))
      global.erase();
    getOperation()->setAttr("dlc.arena_size",
                            builder.getI64IntegerAttr(arenaPlan->size));
    main.setType(builder.getFunctionType(block.getArgumentTypes(), {}));
    main.removeArgAttrsAttr();
  }

private:
  /// A memref of `type` over the memory at `base + offset`.
  Value makeBufferAt(Location loc, MemRefType type, Value base,
                     int64_t offset) {
    Value address = base;
    if (offset != 0) {
      Value bytes = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(),
                                             builder.getI64IntegerAttr(offset));
      address =
          LLVM::GEPOp::create(builder, loc, base.getType(), builder.getI8Type(),
                              base, ArrayRef<LLVM::GEPArg>{bytes});
    }
    return makeBuffer(builder, loc, *typeConverter, type, address);
  }

  void bindArgument(BlockArgument argument) {
    auto type = cast<MemRefType>(argument.getType());
    argument.setType(LLVM::LLVMPointerType::get(&getContext()));
    SmallVector<OpOperand *> uses = llvm::map_to_vector(
        argument.getUses(), [](OpOperand &use) { return &use; });
    Value buffer = makeBufferAt(argument.getLoc(), type, argument, 0);
    for (OpOperand *use : uses)
      use->set(buffer);
  }

  /// Puts a buffer at its place in `base` instead of every op of the plan.
  template <typename OpTy>
  void bindBuffers(const MemoryPlan<OpTy> &plan, Value base) {
    for (auto [op, offset] : plan.offsets) {
      builder.setInsertionPoint(op);
      op->getResult(0).replaceAllUsesWith(
          makeBufferAt(op.getLoc(), op.getType(), base, offset));
      op->erase();
    }
  }

  OpBuilder builder{static_cast<MLIRContext *>(nullptr)};
  const LLVMTypeConverter *typeConverter = nullptr;
};
} // namespace
