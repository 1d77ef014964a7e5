//===- PlanMemory.cpp - Arena and weights ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/Support/MathExtras.h"

namespace dlc {
#define GEN_PASS_DEF_PLANMEMORY
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;

/// What buffers are aligned to: a cache line, and the widest vector.
static constexpr int64_t kAlignment = 64;

namespace {
/// A buffer of the arena: when it lives (positions of ops) and where it lies.
struct Buffer {
  memref::AllocOp alloc;
  int64_t size = 0;
  unsigned firstUse = ~0u;
  unsigned lastUse = 0;
  int64_t offset = 0;
};
} // namespace

/// Bytes of a memref of static shape; booleans take a byte each. Fails on
/// overflow.
static FailureOr<int64_t> getByteSize(MemRefType type) {
  Type elementType = type.getElementType();
  int64_t size = elementType.isIndex()
                     ? 8
                     : llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8);
  for (int64_t extent : type.getShape())
    if (llvm::MulOverflow(size, extent, size))
      return failure();
  // Room for the rounding below, and far beyond any machine's memory.
  constexpr int64_t kMaxBytes = int64_t{1} << 48;
  if (size > kMaxBytes)
    return failure();
  return size;
}

/// Extends the buffer's life over all uses of `value` and its views.
static void extendLife(Value value,
                       const DenseMap<Operation *, unsigned> &positions,
                       Block &block, Buffer &buffer) {
  for (Operation *user : value.getUsers()) {
    unsigned position = positions.at(block.findAncestorOpInBlock(*user));
    buffer.firstUse = std::min(buffer.firstUse, position);
    buffer.lastUse = std::max(buffer.lastUse, position);
    if (isa<ViewLikeOpInterface>(user))
      for (Value view : user->getResults())
        extendLife(view, positions, block, buffer);
  }
}

/// Places buffers largest first, each at the lowest offset free during its
/// life. Returns the arena's size.
static int64_t placeBuffers(MutableArrayRef<Buffer> buffers) {
  SmallVector<Buffer *> bySize;
  for (Buffer &buffer : buffers)
    bySize.push_back(&buffer);
  llvm::sort(bySize, [](const Buffer *a, const Buffer *b) {
    return std::tie(b->size, a->firstUse) < std::tie(a->size, b->firstUse);
  });
  SmallVector<Buffer *> placed; // sorted by offset
  int64_t arenaSize = 0;
  for (Buffer *buffer : bySize) {
    int64_t offset = 0;
    for (Buffer *other : placed) {
      bool together = other->firstUse <= buffer->lastUse &&
                      buffer->firstUse <= other->lastUse;
      if (!together)
        continue;
      if (offset + buffer->size <= other->offset)
        break;
      offset = std::max(offset, int64_t(llvm::alignTo(
                                    other->offset + other->size, kAlignment)));
    }
    buffer->offset = offset;
    arenaSize = std::max(arenaSize, offset + buffer->size);
    placed.insert(llvm::upper_bound(placed, buffer,
                                    [](const Buffer *a, const Buffer *b) {
                                      return a->offset < b->offset;
                                    }),
                  buffer);
  }
  return llvm::alignTo(arenaSize, kAlignment);
}

namespace {
struct PlanMemoryPass final : public dlc::impl::PlanMemoryBase<PlanMemoryPass> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock()) {
      getOperation().emitError("needs a function @main of one block");
      return signalPassFailure();
    }
    LLVMTypeConverter converter(&getContext());
    typeConverter = &converter;
    Block &block = main.getBody().front();
    builder = OpBuilder::atBlockBegin(&block);
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    Value arena = block.insertArgument(0u, pointer, main.getLoc());
    Value weights = block.insertArgument(1u, pointer, main.getLoc());
    for (BlockArgument argument : block.getArguments().drop_front(2))
      bindArgument(argument);
    if (failed(planArena(block, arena)) || failed(planWeights(block, weights)))
      return signalPassFailure();
    main.setType(builder.getFunctionType(block.getArgumentTypes(), {}));
    main.removeArgAttrsAttr();
  }

private:
  /// A memref of `type` over the memory at `base + offset`.
  Value makeBuffer(Location loc, MemRefType type, Value base, int64_t offset) {
    Value address = base;
    if (offset != 0) {
      Value bytes = LLVM::ConstantOp::create(builder, loc, builder.getI64Type(),
                                             builder.getI64IntegerAttr(offset));
      address =
          LLVM::GEPOp::create(builder, loc, base.getType(), builder.getI8Type(),
                              base, ArrayRef<LLVM::GEPArg>{bytes});
    }
    Value descriptor = MemRefDescriptor::fromStaticShape(
        builder, loc, *typeConverter, type, address);
    return UnrealizedConversionCastOp::create(builder, loc, type, descriptor)
        .getResult(0);
  }

  void bindArgument(BlockArgument argument) {
    auto type = cast<MemRefType>(argument.getType());
    argument.setType(LLVM::LLVMPointerType::get(&getContext()));
    SmallVector<OpOperand *> uses = llvm::map_to_vector(
        argument.getUses(), [](OpOperand &use) { return &use; });
    Value buffer = makeBuffer(argument.getLoc(), type, argument, 0);
    for (OpOperand *use : uses)
      use->set(buffer);
  }

  LogicalResult planArena(Block &block, Value arena) {
    DenseMap<Operation *, unsigned> positions;
    SmallVector<Buffer> buffers;
    for (auto [position, op] : llvm::enumerate(block)) {
      positions[&op] = position;
      if (auto alloc = dyn_cast<memref::AllocOp>(op))
        buffers.push_back({alloc});
    }
    for (Buffer &buffer : buffers) {
      FailureOr<int64_t> size = getByteSize(buffer.alloc.getType());
      if (failed(size) || !buffer.alloc.getType().hasStaticShape())
        return buffer.alloc.emitError("a buffer of type ")
               << buffer.alloc.getType() << " can't be planned";
      buffer.size = *size;
      extendLife(buffer.alloc, positions, block, buffer);
    }
    int64_t arenaSize = placeBuffers(buffers);
    for (Buffer &buffer : buffers) {
      builder.setInsertionPoint(buffer.alloc);
      buffer.alloc.replaceAllUsesWith(makeBuffer(
          buffer.alloc.getLoc(), buffer.alloc.getType(), arena, buffer.offset));
      buffer.alloc.erase();
    }
    getOperation()->setAttr("dlc.arena_size",
                            builder.getI64IntegerAttr(arenaSize));
    return success();
  }

  LogicalResult planWeights(Block &block, Value weights) {
    SymbolTable symbols(getOperation());
    DenseMap<StringAttr, int64_t> offsets;
    SmallVector<Attribute> entries;
    int64_t size = 0;
    for (auto get :
         llvm::make_early_inc_range(block.getOps<memref::GetGlobalOp>())) {
      auto global = symbols.lookup<memref::GlobalOp>(get.getName());
      if (!global || !global.getConstant() || !global.getInitialValue())
        return get.emitError("isn't a constant");
      auto [it, isNew] = offsets.try_emplace(global.getSymNameAttr(), size);
      if (isNew) {
        FailureOr<int64_t> bytes = getByteSize(global.getType());
        if (failed(bytes))
          return get.emitError("the constant is too large");
        entries.push_back(builder.getDictionaryAttr(
            {builder.getNamedAttr("offset", builder.getI64IntegerAttr(size)),
             builder.getNamedAttr("value", *global.getInitialValue())}));
        size = llvm::alignTo(size + *bytes, kAlignment);
      }
      builder.setInsertionPoint(get);
      get.replaceAllUsesWith(
          makeBuffer(get.getLoc(), get.getType(), weights, it->second));
      get.erase();
    }
    for (auto global :
         llvm::make_early_inc_range(getOperation().getOps<memref::GlobalOp>()))
      global.erase();
    getOperation()->setAttr("dlc.weights_size",
                            builder.getI64IntegerAttr(size));
    getOperation()->setAttr("dlc.weights", builder.getArrayAttr(entries));
    return success();
  }

  OpBuilder builder{static_cast<MLIRContext *>(nullptr)};
  const LLVMTypeConverter *typeConverter = nullptr;
};
} // namespace
