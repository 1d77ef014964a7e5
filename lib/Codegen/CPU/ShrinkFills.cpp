//===- ShrinkFills.cpp - Fills only what nothing else writes --------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Common/BufferBox.h"
#include "../Common/MemoryPlan.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/Support/MathExtras.h"

namespace dlc {
#define GEN_PASS_DEF_SHRINKFILLS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// What the memory hierarchy moves at once.
static constexpr int64_t kLineBytes = 64;
/// More strips are more loops than a memset is worth.
static constexpr size_t kMaxStrips = 8;

namespace {
/// An op's use of a buffer or a view of it.
struct BufferUse {
  Operation *op; // in the block of the fill
  OpOperand *operand;
};
} // namespace

/// What remains of `box` without `hole`: slabs before and behind it along the
/// outermost dimension, then the same of what lies between.
static void subtract(Box box, const Box &hole, SmallVectorImpl<Box> &rest) {
  if (!box.overlaps(hole)) {
    rest.push_back(box);
    return;
  }
  for (unsigned dim = 0; dim < box.offsets.size(); ++dim) {
    int64_t begin = std::max(box.offsets[dim], hole.offsets[dim]);
    int64_t end = std::min(box.getEnd(dim), hole.getEnd(dim));
    Box slab = box;
    slab.sizes[dim] = begin - box.offsets[dim];
    if (slab.sizes[dim] > 0)
      rest.push_back(slab);
    slab.offsets[dim] = end;
    slab.sizes[dim] = box.getEnd(dim) - end;
    if (slab.sizes[dim] > 0)
      rest.push_back(slab);
    box.offsets[dim] = begin;
    box.sizes[dim] = end - begin;
  }
}

/// How many cache lines a box of a dense buffer touches, about.
static int64_t countLines(const Box &box, MemRefType type,
                          int64_t elementBytes) {
  int64_t run = elementBytes, rows = 1;
  bool isDense = true;
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    (isDense ? run : rows) *= box.sizes[dim];
    isDense &= box.sizes[dim] == type.getDimSize(dim);
  }
  return rows * llvm::divideCeil(run, kLineBytes);
}

/// The uses of `base` and its views behind `fill`, in order; nothing if it goes
/// by names that views don't account for.
static std::optional<SmallVector<BufferUse>> findUses(Value base,
                                                      Operation *fill) {
  if (base.getParentBlock() != fill->getBlock())
    return std::nullopt;
  SmallVector<BufferUse> uses;
  SmallVector<Value> names = {base};
  while (!names.empty()) {
    for (OpOperand &operand : names.pop_back_val().getUses()) {
      Operation *user = operand.getOwner();
      if (isa<ViewLikeOpInterface>(user)) {
        llvm::append_range(names, user->getResults());
        continue;
      }
      Operation *op = fill->getBlock()->findAncestorOpInBlock(*user);
      if (llvm::any_of(op->getResultTypes(), llvm::IsaPred<BaseMemRefType>))
        return std::nullopt;
      if (fill->isBeforeInBlock(op))
        uses.push_back({op, &operand});
    }
  }
  llvm::sort(uses, [](const BufferUse &a, const BufferUse &b) {
    return a.op->isBeforeInBlock(b.op);
  });
  return uses;
}

/// True if the op of `use` leaves what its operand held unread.
static bool isPureWrite(const BufferUse &use) {
  if (use.op != use.operand->getOwner())
    return false;
  if (auto copy = dyn_cast<memref::CopyOp>(use.op))
    return use.operand == &copy.getTargetMutable();
  auto op = dyn_cast<linalg::LinalgOp>(use.op);
  return op && op.isDpsInit(use.operand) &&
         !op.payloadUsesValueFromOperand(use.operand);
}

/// True if such an op writes all of its operand.
static bool isWholeWrite(const BufferUse &use) {
  auto op = dyn_cast<linalg::LinalgOp>(use.op);
  return !op || (op.getNumReductionLoops() == 0 &&
                 op.getMatchingIndexingMap(use.operand).isPermutation());
}

/// What is left of the fill of `whole` if everything that is written before it
/// is read needs none.
static SmallVector<Box> findStrips(const Box &whole, Value base,
                                   ArrayRef<BufferUse> uses) {
  SmallVector<Box> strips = {whole};
  while (!uses.empty()) {
    Operation *op = uses.front().op;
    ArrayRef<BufferUse> ofOp =
        uses.take_while([&](const BufferUse &use) { return use.op == op; });
    uses = uses.drop_front(ofOp.size());
    // An op may read what it writes, so reads come first. Reading a value that
    // was written since is no reason to stop.
    for (const BufferUse &use : ofOp) {
      if (isPureWrite(use))
        continue;
      std::optional<Box> box = getBox(use.operand->get(), base);
      if (!box || llvm::any_of(strips, [&](const Box &strip) {
            return strip.overlaps(*box);
          }))
        return strips;
    }
    for (const BufferUse &use : ofOp) {
      if (!isPureWrite(use) || !isWholeWrite(use))
        continue;
      std::optional<Box> box = getBox(use.operand->get(), base);
      if (!box)
        continue;
      SmallVector<Box> rest;
      for (const Box &strip : strips)
        subtract(strip, *box, rest);
      strips = rest;
    }
  }
  return strips;
}

/// Fills the strips instead of the whole, if that is cheaper.
static void shrink(linalg::FillOp fill) {
  Value target = fill.getDpsInits().front();
  Value base = getBase(target);
  auto type = dyn_cast<MemRefType>(base.getType());
  if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity())
    return;
  std::optional<Box> whole = getBox(target, base);
  FailureOr<int64_t> elementBytes =
      getByteSize(MemRefType::get({}, type.getElementType()));
  if (!whole || failed(elementBytes))
    return;
  std::optional<SmallVector<BufferUse>> uses = findUses(base, fill);
  if (!uses)
    return;
  SmallVector<Box> strips = findStrips(*whole, base, *uses);
  int64_t lines = 0;
  for (const Box &strip : strips)
    lines += countLines(strip, type, *elementBytes);
  if (strips.size() > kMaxStrips ||
      2 * lines > countLines(*whole, type, *elementBytes))
    return;
  OpBuilder builder(fill);
  SmallVector<int64_t> steps(type.getRank(), 1);
  for (const Box &strip : strips) {
    Value view = memref::SubViewOp::create(builder, fill.getLoc(), base,
                                           strip.offsets, strip.sizes, steps);
    linalg::FillOp::create(builder, fill.getLoc(), fill.getInputs(), view);
  }
  fill.erase();
}

namespace {
struct ShrinkFillsPass final
    : public dlc::impl::ShrinkFillsBase<ShrinkFillsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<linalg::FillOp> fills;
    getOperation().walk([&](linalg::FillOp fill) {
      if (fill.hasPureBufferSemantics())
        fills.push_back(fill);
    });
    llvm::for_each(fills, shrink);
  }
};
} // namespace
