//===- MemoryPlan.cpp - Where buffers lie ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemoryPlan.h"

#include "dlc/Support/KeptState.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/BitVector.h"
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
  bool isKept = false; // after the call, below all that aren't

  bool livesWith(const Buffer &other) const {
    return other.firstUse <= lastUse && firstUse <= other.lastUse;
  }
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
  if (size > kMaxBufferBytes)
    return failure();
  return size;
}

namespace {
/// The place of each op of a function in the order of its text, and of the last
/// op inside of it.
class OpOrder {
public:
  explicit OpOrder(func::FuncOp func) { number(func.getBody()); }

  /// Extends the buffer's life over all uses of `value` and its views. What is
  /// used in a loop that it wasn't allocated in lives as long as that.
  void extendLife(Value value, Buffer &buffer) const {
    Block *block = buffer.alloc->getBlock();
    for (Operation *user : value.getUsers()) {
      auto [first, last] = spans.at(block->findAncestorOpInBlock(*user));
      buffer.firstUse = std::min(buffer.firstUse, first);
      buffer.lastUse = std::max(buffer.lastUse, last);
      if (isa<ViewLikeOpInterface>(user))
        for (Value view : user->getResults())
          extendLife(view, buffer);
    }
  }

  unsigned getCount() const { return count; }

private:
  void number(Region &region) {
    for (Operation &op : region.getOps()) {
      unsigned first = count++;
      for (Region &inner : op.getRegions())
        number(inner);
      spans[&op] = {first, count - 1};
    }
  }

  DenseMap<Operation *, std::pair<unsigned, unsigned>> spans;
  unsigned count = 0;
};
} // namespace

/// Places buffers that are kept, then others largest first, each at the lowest
/// offset free during its life. Returns the arena's size.
static int64_t placeBuffers(MutableArrayRef<Buffer> buffers) {
  SmallVector<Buffer *> bySize;
  for (Buffer &buffer : buffers)
    bySize.push_back(&buffer);
  llvm::sort(bySize, [](const Buffer *a, const Buffer *b) {
    if (a->isKept || b->isKept)
      return a->isKept && (!b->isKept || a < b);
    return std::tie(b->size, a->firstUse) < std::tie(a->size, b->firstUse);
  });
  SmallVector<Buffer *> placed; // sorted by offset
  int64_t arenaSize = 0;
  for (Buffer *buffer : bySize) {
    int64_t offset = 0;
    for (Buffer *other : placed) {
      if (!buffer->livesWith(*other))
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

/// The buffers that a function allocates and their lives, without sizes.
static SmallVector<Buffer> collectBuffers(func::FuncOp func) {
  OpOrder order(func);
  SmallVector<Buffer> buffers;
  func.walk<WalkOrder::PreOrder>(
      [&](memref::AllocOp alloc) { buffers.push_back({alloc}); });
  for (Buffer &buffer : buffers) {
    buffer.isKept = buffer.alloc->hasAttr(kStateAttrName);
    if (buffer.isKept)
      buffer.firstUse = 0, buffer.lastUse = order.getCount();
    else
      order.extendLife(buffer.alloc, buffer);
  }
  return buffers;
}

FailureOr<MemoryPlan<memref::AllocOp>> dlc::planArena(func::FuncOp main) {
  SmallVector<Buffer> buffers = collectBuffers(main);
  for (Buffer &buffer : buffers) {
    FailureOr<int64_t> size = getByteSize(buffer.alloc.getType());
    if (failed(size) || !buffer.alloc.getType().hasStaticShape())
      return buffer.alloc.emitError("a buffer of type ")
             << buffer.alloc.getType() << " can't be planned";
    buffer.size = *size;
  }
  MemoryPlan<memref::AllocOp> plan;
  plan.size = placeBuffers(buffers);
  for (Buffer &buffer : buffers)
    plan.offsets[buffer.alloc] = buffer.offset;
  return plan;
}

//===----------------------------------------------------------------------===//
// Plans for all sizes
//===----------------------------------------------------------------------===//

/// ` with batch up to 64, ...`: the symbols that `expr` consists of, if any,
/// and the way out.
static std::string describeBounds(const SizeSymbols &symbols, AffineExpr expr) {
  std::string text;
  llvm::raw_string_ostream os(text);
  StringRef separator = " with ", example;
  for (unsigned i = 0; i < symbols.values.size(); ++i) {
    if (!expr.isFunctionOfSymbol(i))
      continue;
    StringRef name = symbols.getName(i);
    example = name.empty() ? StringRef("NAME") : name;
    os << separator << example << " up to " << symbols.maxs[i];
    separator = ", ";
  }
  if (!example.empty())
    os << "; give " << example << " a smaller bound";
  return text;
}

/// Sets the size of a buffer: the likely one, and the expression and its bounds
/// in `place`.
static LogicalResult setOpenSize(const SizeSymbols &symbols, Buffer &buffer,
                                 OpenPlan::Place &place) {
  memref::AllocOp alloc = place.alloc = buffer.alloc;
  MemRefType type = alloc.getType();
  FailureOr<BufferLayout> layout = BufferLayout::get(alloc);
  if (failed(layout))
    return alloc.emitError("a buffer of type ")
           << type << " can't be planned: its size isn't known from the open "
           << "dimensions of the inputs";
  MLIRContext *context = alloc.getContext();
  auto constant = [&](int64_t value) {
    return getAffineConstantExpr(value, context);
  };
  AffineExpr bytes =
      constant(*getByteSize(MemRefType::get({}, type.getElementType())));
  for (AffineExpr size : layout->sizes)
    bytes = mulSizeExprs(bytes, size);
  // Sizes that are found later have the place of the largest they can be.
  AffineExpr largest = symbols.getLargest(bytes);
  std::optional<SizeBounds> bounds =
      largest ? symbols.bound(largest) : std::nullopt;
  if (!bounds || bounds->high > kMaxBufferBytes)
    return alloc.emitError("a buffer of type ")
           << type << " is too large" << describeBounds(symbols, bytes);
  bytes = largest;
  buffer.size = std::max<int64_t>(symbols.estimate(bytes), 0);
  place.bytes = bytes;
  return success();
}

/// Which of `candidates`, all below `place` and the highest last, aren't below
/// another of them. `under[i]` are all places that i lies above.
static SmallVector<unsigned> reduceBelow(ArrayRef<unsigned> candidates,
                                         ArrayRef<llvm::BitVector> under,
                                         llvm::BitVector &all) {
  SmallVector<unsigned> below;
  for (unsigned candidate : llvm::reverse(candidates)) {
    if (all.test(candidate))
      continue;
    below.push_back(candidate);
    all |= under[candidate];
    all.set(candidate);
  }
  std::reverse(below.begin(), below.end());
  return below;
}

/// Finds for every place what lies below it, and with it the bounds of its
/// offset. `buffers` are in the order of the places.
static void stackPlaces(OpenPlan &plan, ArrayRef<Buffer> buffers,
                        const SizeSymbols &symbols) {
  unsigned count = buffers.size();
  std::vector<llvm::BitVector> under(count, llvm::BitVector(count));
  llvm::BitVector covered(count);
  for (unsigned i = 0; i < count; ++i) {
    OpenPlan::Place &place = plan.places[i];
    SmallVector<unsigned> candidates;
    for (unsigned j = 0; j < i; ++j)
      if (buffers[i].livesWith(buffers[j]))
        candidates.push_back(j);
    place.below = reduceBelow(candidates, under, under[i]);
    for (unsigned j : place.below) {
      covered.set(j);
      place.offset.low = std::max(place.offset.low, plan.places[j].end.low);
      place.offset.high = std::max(place.offset.high, plan.places[j].end.high);
    }
    auto addBytes = [](int64_t offset, int64_t bytes) -> int64_t {
      return offset +
             llvm::alignTo(std::max<int64_t>(bytes, 0), kBufferAlignment);
    };
    SizeBounds bytes = *symbols.bound(place.bytes);
    place.end = {addBytes(place.offset.low, bytes.low),
                 addBytes(place.offset.high, bytes.high)};
    plan.size = {std::max(plan.size.low, place.end.low),
                 std::max(plan.size.high, place.end.high)};
  }
  for (unsigned i = 0; i < count; ++i)
    if (!covered.test(i))
      plan.tops.push_back(i);
}

FailureOr<OpenPlan> dlc::planOpenArena(func::FuncOp main,
                                       const SizeSymbols &symbols) {
  SmallVector<Buffer> buffers = collectBuffers(main);
  OpenPlan plan;
  std::vector<OpenPlan::Place> places(buffers.size());
  for (auto [buffer, place] : llvm::zip_equal(buffers, places))
    if (failed(setOpenSize(symbols, buffer, place)))
      return failure();
  placeBuffers(buffers);
  // A buffer that is empty at the likely sizes lies below one at its offset.
  auto order = llvm::to_vector(llvm::seq<unsigned>(0, buffers.size()));
  llvm::sort(order, [&](unsigned a, unsigned b) {
    auto getKey = [&](unsigned i) {
      const Buffer &buffer = buffers[i];
      return std::tuple(!buffer.isKept, buffer.offset,
                        buffer.offset + buffer.size, i);
    };
    return getKey(a) < getKey(b);
  });
  for (unsigned i : order)
    plan.places.push_back(std::move(places[i]));
  stackPlaces(
      plan, llvm::map_to_vector(order, [&](unsigned i) { return buffers[i]; }),
      symbols);
  if (plan.size.high > kMaxBufferBytes) {
    AffineExpr all = getAffineConstantExpr(0, main.getContext());
    for (const OpenPlan::Place &place : plan.places)
      all = all + place.bytes;
    return main.emitError("the arena is too large")
           << describeBounds(symbols, all);
  }
  return plan;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

FailureOr<MemoryPlan<memref::GetGlobalOp>> dlc::planWeights(func::FuncOp main) {
  auto module = main->getParentOfType<ModuleOp>();
  Builder builder(module.getContext());
  SymbolTable symbols(module);
  DenseMap<StringAttr, int64_t> offsets;
  SmallVector<Attribute> entries;
  MemoryPlan<memref::GetGlobalOp> plan;
  SmallVector<memref::GetGlobalOp> gets;
  main.walk([&](memref::GetGlobalOp get) { gets.push_back(get); });
  for (memref::GetGlobalOp get : gets) {
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
                      Value pointer, ValueRange dynamicSizes) {
  Value descriptor;
  if (type.hasStaticShape()) {
    descriptor = MemRefDescriptor::fromStaticShape(builder, loc, converter,
                                                   type, pointer);
  } else {
    auto constant = [&](int64_t value) -> Value {
      return LLVM::ConstantOp::create(builder, loc, builder.getI64Type(),
                                      builder.getI64IntegerAttr(value));
    };
    SmallVector<Value> sizes, strides(type.getRank());
    for (int64_t size : type.getShape()) {
      if (!ShapedType::isDynamic(size)) {
        sizes.push_back(constant(size));
        continue;
      }
      sizes.push_back(dynamicSizes.front());
      dynamicSizes = dynamicSizes.drop_front();
    }
    Value stride = constant(1);
    for (unsigned dim = type.getRank(); dim-- > 0;) {
      strides[dim] = stride;
      if (dim > 0)
        stride = LLVM::MulOp::create(builder, loc, stride, sizes[dim]);
    }
    SmallVector<Value> fields = {pointer, pointer, constant(0)};
    fields.append(sizes);
    fields.append(strides);
    descriptor = MemRefDescriptor::pack(builder, loc, converter, type, fields);
  }
  return UnrealizedConversionCastOp::create(builder, loc, type, descriptor)
      .getResult(0);
}
