//===- MemoryPlan.cpp - Where buffers lie ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemoryPlan.h"

#include "LoopNest.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

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

Value dlc::getBase(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value;
}

FailureOr<int64_t> dlc::getByteSize(MemRefType type) {
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
      offset =
          std::max(offset, int64_t(llvm::alignTo(other->offset + other->size,
                                                 kBufferAlignment)));
    }
    buffer->offset = offset;
    arenaSize = std::max(arenaSize, offset + buffer->size);
    placed.insert(llvm::upper_bound(placed, buffer,
                                    [](const Buffer *a, const Buffer *b) {
                                      return a->offset < b->offset;
                                    }),
                  buffer);
  }
  return llvm::alignTo(arenaSize, kBufferAlignment);
}

FailureOr<MemoryPlan<memref::AllocOp>> dlc::planArena(Block &block) {
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
  MemoryPlan<memref::AllocOp> plan;
  plan.size = placeBuffers(buffers);
  for (Buffer &buffer : buffers)
    plan.offsets[buffer.alloc] = buffer.offset;
  return plan;
}

FailureOr<MemoryPlan<memref::GetGlobalOp>> dlc::planWeights(ModuleOp module,
                                                            Block &block) {
  Builder builder(module.getContext());
  SymbolTable symbols(module);
  DenseMap<StringAttr, int64_t> offsets;
  SmallVector<Attribute> entries;
  MemoryPlan<memref::GetGlobalOp> plan;
  for (auto get : block.getOps<memref::GetGlobalOp>()) {
    auto global = symbols.lookup<memref::GlobalOp>(get.getName());
    if (!global || !global.getConstant() || !global.getInitialValue())
      return get.emitError("isn't a constant");
    auto [it, isNew] = offsets.try_emplace(global.getSymNameAttr(), plan.size);
    plan.offsets[get] = it->second;
    if (!isNew)
      continue;
    FailureOr<int64_t> bytes = getByteSize(global.getType());
    if (failed(bytes))
      return get.emitError("the constant is too large");
    entries.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("offset", builder.getI64IntegerAttr(plan.size)),
         builder.getNamedAttr("value", *global.getInitialValue())}));
    plan.size = llvm::alignTo(plan.size + *bytes, kBufferAlignment);
  }
  module->setAttr("dlc.weights_size", builder.getI64IntegerAttr(plan.size));
  module->setAttr("dlc.weights", builder.getArrayAttr(entries));
  return plan;
}

Value dlc::makeBuffer(OpBuilder &builder, Location loc,
                      const LLVMTypeConverter &converter, MemRefType type,
                      Value pointer) {
  Value descriptor =
      MemRefDescriptor::fromStaticShape(builder, loc, converter, type, pointer);
  return UnrealizedConversionCastOp::create(builder, loc, type, descriptor)
      .getResult(0);
}
