//===- PlanMemory.cpp - Arena and weights ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckBuffers.h"
#include "ComputedSizes.h"
#include "OpenSizes.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
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
    SizeSymbols symbols = SizeSymbols::get(main);
    FailureOr<SmallVector<StateBuffer>> states = allocateStates(main, symbols);
    if (failed(states))
      return signalPassFailure();
    FailureOr<int64_t> arenaSize = symbols.values.empty() && states->empty()
                                       ? bindStatic(main)
                                       : bindOpen(main, symbols, *states);
    if (failed(arenaSize))
      return signalPassFailure();
    for (auto global :
         llvm::make_early_inc_range(getOperation().getOps<memref::GlobalOp>()))
      global.erase();
    getOperation()->setAttr("dlc.arena_size",
                            builder.getI64IntegerAttr(*arenaSize));
    main.setType(
        builder.getFunctionType(main.getBody().front().getArgumentTypes(), {}));
    main.removeArgAttrsAttr();
    // No pass asks for ranges from here on, and LLVM IR has no place for them.
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        function.removeArgAttr(i, kRangeAttrName);
  }

private:
  /// Makes the arguments that are states buffers that @main keeps.
  FailureOr<SmallVector<StateBuffer>>
  allocateStates(func::FuncOp main, const SizeSymbols &symbols) {
    SmallVector<StateBuffer> states;
    auto at = OpBuilder::atBlockBegin(&main.getBody().front());
    for (unsigned i = 0; i < main.getNumArguments();) {
      FailureOr<std::optional<KeptState>> state = KeptState::get(main, i);
      if (failed(state))
        return failure();
      if (!*state) {
        ++i;
        continue;
      }
      BlockArgument argument = main.getArgument(i);
      auto type = cast<MemRefType>(argument.getType());
      FailureOr<BufferLayout> layout = BufferLayout::get(argument);
      if (failed(layout)) {
        main.emitError("argument ") << i << ", a state, has open sizes that '"
                                    << kSizesAttrName << "' doesn't tell";
        return failure();
      }
      SmallVector<Value> sizes;
      for (auto [size, expr] : llvm::zip_equal(type.getShape(), layout->sizes))
        if (ShapedType::isDynamic(size))
          sizes.push_back(
              buildSizeValue(at, main.getLoc(), expr, symbols.values));
      auto alloc = memref::AllocOp::create(at, main.getLoc(), type, sizes);
      alloc->setAttr(kStateAttrName, main.getArgAttr(i, kStateAttrName));
      argument.replaceAllUsesWith(alloc);
      states.push_back({**state, std::move(*layout)});
      if (failed(main.eraseArgument(i)))
        return failure();
    }
    return states;
  }

  /// Gives the buffers of @main their places. Returns the size of the arena.
  FailureOr<int64_t> bindStatic(func::FuncOp main) {
    Block &block = main.getBody().front();
    FailureOr<MemoryPlan<memref::AllocOp>> plan = planArena(main);
    if (failed(plan))
      return failure();
    takePointers(block, 2);
    for (BlockArgument argument : block.getArguments().drop_front(2))
      bindArgument(argument);
    for (auto [alloc, offset] : plan->offsets)
      bindBuffer(alloc, block.getArgument(0), offset);
    if (failed(bindWeights(main)))
      return failure();
    return plan->size;
  }

  /// The same for a function with open sizes or states: what depends on them is
  /// read from the array that @prepare fills. Returns the size that the arena
  /// needs at most.
  FailureOr<int64_t> bindOpen(func::FuncOp main, const SizeSymbols &symbols,
                              ArrayRef<StateBuffer> states) {
    Block &block = main.getBody().front();
    unsigned numSymbols = symbols.getNumChosen();
    if (!llvm::all_of(block.getArguments().take_back(numSymbols),
                      [](Value value) { return value.getType().isIndex(); }))
      return main.emitError("open sizes must be the last arguments");
    FailureOr<OpenPlan> plan = planOpenArena(main, symbols);
    if (failed(plan) || failed(stateExpansions(main, symbols)))
      return failure();
    FailureOr<OpenSizes> layout = buildPrepare(main, symbols, *plan, states);
    if (failed(layout))
      return failure();
    // Their attributes are found by their numbers.
    SmallVector<BufferLayout> shapes;
    std::vector<SmallVector<AffineExpr>> callerSizes;
    for (BlockArgument argument : block.getArguments().drop_back(numSymbols)) {
      shapes.push_back(*BufferLayout::get(argument));
      callerSizes.push_back(getCallerSizes(main, argument, shapes.back()));
    }
    takePointers(block, 3);
    Value arena = block.getArgument(0), sizes = block.getArgument(2);
    ValueRange arguments =
        ValueRange(block.getArguments()).slice(3, layout->arguments.size());
    if (numSymbols != symbols.values.size()) {
      storeResultDims(main, symbols, callerSizes, sizes, *layout);
      for (auto [argument, shape] : llvm::zip_equal(arguments, shapes))
        bindComputed(cast<BlockArgument>(argument), shape, symbols);
      bindDefinitions(main, symbols, sizes, *layout);
      bindChecks(main, sizes, *layout);
    }
    for (unsigned i = 0; i < numSymbols; ++i) {
      Value value = loadOpenSize(builder, main.getLoc(), sizes, i);
      block.getArgument(3 + layout->arguments.size() + i)
          .replaceAllUsesWith(arith::IndexCastOp::create(
              builder, main.getLoc(), builder.getIndexType(), value));
    }
    for (auto [argument, slot] : llvm::zip_equal(arguments, layout->arguments))
      if (isa<MemRefType>(argument.getType()))
        bindArgument(cast<BlockArgument>(argument), sizes, slot);
    block.eraseArguments(block.getNumArguments() - numSymbols, numSymbols);
    for (auto [place, slot] : llvm::zip_equal(plan->places, layout->places))
      bindBuffer(place.alloc, arena, place.offset.low, sizes, slot);
    if (failed(bindWeights(main)))
      return failure();
    getOperation()->setAttr("dlc.num_sizes",
                            builder.getI64IntegerAttr(layout->count));
    return plan->size.high;
  }

  /// Says what a view has for sizes and strides where it splits one dimension
  /// into several open ones: upstream's lowering of memref.expand_shape takes
  /// at most one of a group to be open.
  LogicalResult stateExpansions(func::FuncOp main, const SizeSymbols &symbols) {
    SmallVector<memref::ExpandShapeOp> views;
    main.walk([&](memref::ExpandShapeOp view) {
      auto isOpen = [&](int64_t dim) {
        return view.getType().isDynamicDim(dim);
      };
      if (llvm::any_of(view.getReassociationIndices(),
                       [&](const ReassociationIndices &group) {
                         return llvm::count_if(group, isOpen) > 1;
                       }))
        views.push_back(view);
    });
    for (memref::ExpandShapeOp view : views) {
      FailureOr<BufferLayout> layout = BufferLayout::get(view);
      if (failed(layout))
        return view.emitError("has a shape that isn't known from the open "
                              "dimensions of the inputs");
      builder = OpBuilder(view);
      view.replaceAllUsesWith(stateShape(view, *layout, symbols));
      view.erase();
    }
    return success();
  }

  /// The view as a reinterpret_cast of what it is a view of.
  Value stateShape(memref::ExpandShapeOp view, const BufferLayout &layout,
                   const SizeSymbols &symbols) {
    Location loc = view.getLoc();
    MemRefType type = view.getResultType();
    auto [strides, start] = type.getStridesAndOffset();
    // As a number exactly where the type has one.
    auto state = [&](AffineExpr expr, int64_t stated) -> OpFoldResult {
      if (!ShapedType::isDynamic(stated))
        return builder.getIndexAttr(stated);
      return buildSizeValue(builder, loc, expr, symbols.values);
    };
    SmallVector<OpFoldResult> sizes, steps;
    for (auto [expr, size] : llvm::zip_equal(layout.sizes, type.getShape()))
      sizes.push_back(state(expr, size));
    for (auto [expr, stride] : llvm::zip_equal(layout.strides, strides))
      steps.push_back(state(expr, stride));
    OpFoldResult offset = builder.getIndexAttr(start);
    if (ShapedType::isDynamic(start))
      offset =
          memref::ExtractStridedMetadataOp::create(builder, loc, view.getSrc())
              .getOffset();
    return memref::ReinterpretCastOp::create(builder, loc, type, view.getSrc(),
                                             offset, sizes, steps);
  }

  /// Puts `count` pointers before the arguments of @main.
  void takePointers(Block &block, unsigned count) {
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    for (unsigned i = 0; i < count; ++i)
      block.insertArgument(i, pointer, block.getParentOp()->getLoc());
    builder = OpBuilder::atBlockBegin(&block);
  }

  Value addBytes(Location loc, Value base, Value bytes) {
    return LLVM::GEPOp::create(builder, loc, base.getType(),
                               builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{bytes});
  }
  Value addBytes(Location loc, Value base, int64_t bytes) {
    if (bytes == 0)
      return base;
    Value constant = LLVM::ConstantOp::create(
        builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(bytes));
    return addBytes(loc, base, constant);
  }

  /// Makes an argument a pointer. What its type leaves open of its dimensions
  /// is read from the array `sizes` at `slot`.
  void bindArgument(BlockArgument argument, Value sizes = {},
                    unsigned slot = 0) {
    auto type = cast<MemRefType>(argument.getType());
    argument.setType(LLVM::LLVMPointerType::get(&getContext()));
    SmallVector<OpOperand *> uses = llvm::map_to_vector(
        argument.getUses(), [](OpOperand &use) { return &use; });
    SmallVector<Value> dynamicSizes;
    for (auto [dim, size] : llvm::enumerate(type.getShape()))
      if (ShapedType::isDynamic(size))
        dynamicSizes.push_back(
            loadOpenSize(builder, argument.getLoc(), sizes, slot + dim));
    Value buffer = makeBuffer(builder, argument.getLoc(), *typeConverter, type,
                              argument, dynamicSizes);
    for (OpOperand *use : uses)
      use->set(buffer);
  }

  /// The same of an argument whose shape depends on sizes that are found while
  /// the model runs: it has it where it is used. Leaves others alone.
  void bindComputed(BlockArgument argument, const BufferLayout &layout,
                    const SizeSymbols &symbols) {
    auto type = cast<MemRefType>(argument.getType());
    if (llvm::none_of(layout.sizes, [&](AffineExpr size) {
          return symbols.isComputed(size);
        }))
      return;
    SmallVector<OpOperand *> uses = llvm::map_to_vector(
        argument.getUses(), [](OpOperand &use) { return &use; });
    argument.setType(LLVM::LLVMPointerType::get(&getContext()));
    for (OpOperand *use : uses) {
      builder.setInsertionPoint(use->getOwner());
      Location loc = use->getOwner()->getLoc();
      SmallVector<Value> dynamicSizes;
      for (auto [dim, size] : llvm::enumerate(layout.sizes))
        if (type.isDynamicDim(dim))
          dynamicSizes.push_back(arith::IndexCastOp::create(
              builder, loc, builder.getI64Type(),
              buildSizeValue(builder, loc, size, symbols.values)));
      use->set(makeBuffer(builder, loc, *typeConverter, type, argument,
                          dynamicSizes));
    }
    builder.setInsertionPointToStart(argument.getOwner());
  }

  /// Puts a buffer at its place in the arena, which is `offset` or what the
  /// array `sizes` says at `slot`.
  void bindBuffer(memref::AllocOp alloc, Value arena, int64_t offset,
                  Value sizes = {}, std::optional<unsigned> slot = {}) {
    Location loc = alloc.getLoc();
    builder.setInsertionPoint(alloc);
    Value address =
        slot ? addBytes(loc, arena, loadOpenSize(builder, loc, sizes, *slot))
             : addBytes(loc, arena, offset);
    SmallVector<Value> dynamicSizes;
    for (Value size : alloc.getDynamicSizes())
      dynamicSizes.push_back(
          arith::IndexCastOp::create(builder, loc, builder.getI64Type(), size));
    alloc.replaceAllUsesWith(makeBuffer(
        builder, loc, *typeConverter, alloc.getType(), address, dynamicSizes));
    alloc.erase();
  }

  /// Puts the constants that @main uses at their places in the weights.
  LogicalResult bindWeights(func::FuncOp main) {
    Value weights = main.getArgument(1);
    FailureOr<MemoryPlan<memref::GetGlobalOp>> plan = planWeights(main);
    if (failed(plan))
      return failure();
    for (auto [get, offset] : plan->offsets) {
      builder.setInsertionPoint(get);
      Value address = addBytes(get.getLoc(), weights, offset);
      get.getResult().replaceAllUsesWith(makeBuffer(
          builder, get.getLoc(), *typeConverter, get.getType(), address));
      get->erase();
    }
    return success();
  }

  OpBuilder builder{static_cast<MLIRContext *>(nullptr)};
  const LLVMTypeConverter *typeConverter = nullptr;
};
} // namespace
