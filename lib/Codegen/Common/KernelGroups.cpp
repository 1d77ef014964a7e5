//===- KernelGroups.cpp - Which ops are one kernel
//-------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelGroups.h"

#include "BufferBox.h"
#include "LoopNest.h"
#include "MemoryPlan.h"
#include "dlc/Support/KeptState.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace dlc;

/// True for loops and branches that write element by element, which are one
/// kernel: others, with work of their own inside, control kernels. What they
/// count on the way nothing else reads.
static bool isScalarLoop(Operation *op) {
  if (!isa<scf::ForOp, scf::IfOp, scf::WhileOp>(op) || !op->use_empty())
    return false;
  bool writes = false;
  WalkResult result = op->walk([&](Operation *inner) {
    writes |= isa<memref::StoreOp>(inner);
    return WalkResult(failure(isa<linalg::LinalgOp>(inner)));
  });
  return writes && !result.wasInterrupted();
}

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

/// True for all of the buffer of a state that is added to.
static bool isGrowingState(Value buffer) {
  auto argument = dyn_cast<BlockArgument>(buffer);
  auto func = argument
                  ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp())
                  : func::FuncOp();
  auto state = func ? func.getArgAttrOfType<DictionaryAttr>(
                          argument.getArgNumber(), kStateAttrName)
                    : DictionaryAttr();
  return state && state.contains("axis");
}

/// Makes every copy and named op on buffers a linalg.generic, so that kernels
/// know one kind of op; fills stay, reductions take them in.
static LogicalResult generalize(func::FuncOp func) {
  IRRewriter rewriter(func.getContext());
  SmallVector<memref::CopyOp> copies;
  func.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
  for (memref::CopyOp copy : copies) {
    // What bufferization leaves of an insertion that happened in place.
    if (copy.getSource() == copy.getTarget()) {
      rewriter.eraseOp(copy);
      continue;
    }
    if (isGrowingState(copy.getTarget()))
      return copy.emitError("a state that grows would be copied as a whole: "
                            "what is read of it after rows are added must be "
                            "read from the result");
    rewriter.setInsertionPoint(copy);
    auto type = cast<MemRefType>(copy.getTarget().getType());
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    linalg::GenericOp::create(
        rewriter, copy.getLoc(), copy.getSource(), copy.getTarget(),
        ArrayRef<AffineMap>{identity, identity},
        SmallVector<utils::IteratorType>(type.getRank(),
                                         utils::IteratorType::parallel),
        [](OpBuilder &builder, Location loc, ValueRange arguments) {
          linalg::YieldOp::create(builder, loc, arguments.front());
        });
    rewriter.eraseOp(copy);
  }
  SmallVector<linalg::LinalgOp> named;
  func.walk([&](linalg::LinalgOp op) {
    if (!isa<linalg::GenericOp, linalg::FillOp>(op.getOperation()))
      named.push_back(op);
  });
  for (linalg::LinalgOp op : named) {
    rewriter.setInsertionPoint(op);
    if (failed(linalg::generalizeNamedOp(rewriter, op)))
      return op->emitError("has no generic form");
  }
  return success();
}

/// Moves buffers that are allocated inside a kernel to before it: what they
/// hold doesn't survive an iteration. Their sizes are computed there.
static LogicalResult hoistAllocs(func::FuncOp func) {
  SmallVector<std::pair<memref::AllocOp, Operation *>> allocs;
  func.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isScalarLoop(op))
      return WalkResult::advance();
    op->walk([&](memref::AllocOp alloc) { allocs.push_back({alloc, op}); });
    return WalkResult::skip();
  });
  SizeSymbols symbols = SizeSymbols::get(func);
  for (auto [alloc, kernel] : allocs) {
    alloc->moveBefore(kernel);
    OpBuilder builder(alloc);
    for (OpOperand &size : alloc->getOpOperands()) {
      AffineExpr expr = getSizeExpr(size.get());
      if (!expr)
        return alloc.emitError("the buffer's size isn't known where the "
                               "function begins");
      size.set(buildSizeValue(builder, alloc.getLoc(), expr, symbols.values));
    }
  }
  return success();
}

LogicalResult dlc::prepareKernels(func::FuncOp func) {
  return failure(failed(generalize(func)) || failed(hoistAllocs(func)));
}

//===----------------------------------------------------------------------===//
// Grouping
//===----------------------------------------------------------------------===//

static bool isWork(Operation *op) {
  return isa<linalg::LinalgOp>(op) || isScalarLoop(op);
}

/// True if what two values are views of has elements in common.
static bool overlap(Value a, Value b) {
  Value base = getBase(a);
  if (base != getBase(b))
    return false;
  std::optional<Box> aBox = getBox(a, base), bBox = getBox(b, base);
  return !aBox || !bBox || aBox->overlaps(*bBox);
}

/// True if `to`, or an op between `from` and it, writes what `from` reads: the
/// two can't run point by point.
static bool isInputOverwritten(linalg::GenericOp from, Operation *to) {
  SmallVector<Value> read;
  for (Value input : from.getDpsInputs())
    if (isa<MemRefType>(input.getType()))
      read.push_back(input);
  from->walk([&](memref::LoadOp load) { read.push_back(load.getMemRef()); });
  auto isRead = [&](Value written) {
    return llvm::any_of(read,
                        [&](Value value) { return overlap(value, written); });
  };
  Operation *end = to->getNextNode();
  for (Operation *op = from->getNextNode(); op != end; op = op->getNextNode()) {
    bool overwrites = false;
    op->walk([&](Operation *inner) {
      if (auto linalgOp = dyn_cast<linalg::LinalgOp>(inner))
        for (Value init : linalgOp.getDpsInits())
          overwrites |= isRead(init);
      if (auto store = dyn_cast<memref::StoreOp>(inner))
        overwrites |= isRead(store.getMemRef());
    });
    if (overwrites)
      return true;
  }
  return false;
}

/// The elementwise op that can take the result of `producer` from registers:
/// the only reader of a buffer that nothing but `producer` (and a fill) writes.
static linalg::GenericOp findEpilogue(linalg::GenericOp producer) {
  if (producer.getNumDpsInits() != 1)
    return nullptr;
  Value result = producer.getDpsInits().front();
  if (!result.getDefiningOp<memref::AllocOp>())
    return nullptr;
  linalg::GenericOp consumer;
  for (Operation *user : result.getUsers()) {
    if (user == producer || isa<linalg::FillOp>(user))
      continue;
    if (consumer && consumer != user)
      return nullptr;
    consumer = dyn_cast<linalg::GenericOp>(user);
    if (!consumer || user->getBlock() != producer->getBlock())
      return nullptr;
  }
  if (!consumer || !isFusableEpilogue(producer, consumer, result) ||
      isInputOverwritten(producer, consumer))
    return nullptr;
  return consumer;
}

/// The fills that only set where the accumulators of `op` start.
static SmallVector<Operation *> findFills(linalg::GenericOp op) {
  SmallVector<Operation *> fills;
  if (op.getNumReductionLoops() == 0)
    return fills;
  for (Value init : op.getDpsInits()) {
    linalg::FillOp fill;
    unsigned writers = 0;
    for (Operation *user : init.getUsers()) {
      // Null where it stands outside a loop that `op` is in.
      Operation *before = op->getBlock()->findAncestorOpInBlock(*user);
      if (isa<ViewLikeOpInterface>(user) || !before)
        continue;
      if (before->isBeforeInBlock(op)) {
        ++writers;
        fill = dyn_cast<linalg::FillOp>(before);
      }
    }
    if (writers == 1 && fill)
      fills.push_back(fill);
  }
  return fills;
}

/// Takes a fill and, as one kernel, those of the same buffer that follow it
/// with nothing but views between: the border around what others write.
static KernelGroup takeFills(linalg::FillOp first,
                             llvm::DenseSet<Operation *> &taken) {
  Value base = getBase(first.getDpsInits().front());
  KernelGroup group;
  for (Operation *op = first; op; op = op->getNextNode()) {
    auto fill = dyn_cast<linalg::FillOp>(op);
    if (fill && !taken.contains(op) &&
        getBase(fill.getDpsInits().front()) == base)
      group.ops.push_back(op);
    else if (!isa<ViewLikeOpInterface>(op))
      break;
  }
  taken.insert(group.ops.begin(), group.ops.end());
  group.root = group.ops.back();
  return group;
}

/// Groups the work of a block, in the order in which the kernels will be
/// called, and that of the blocks inside.
static void formGroups(Block &block, SmallVectorImpl<KernelGroup> &groups) {
  llvm::DenseSet<Operation *> taken;
  llvm::MapVector<Operation *, KernelGroup> byLastOp;
  // Backwards, so that of several producers of an epilogue the last one, whose
  // inputs needn't wait, takes it.
  for (Operation &op : llvm::reverse(block)) {
    auto producer = dyn_cast<linalg::GenericOp>(op);
    if (!producer || producer.getNumReductionLoops() == 0)
      continue;
    KernelGroup group;
    group.root = producer;
    group.ops = findFills(producer);
    group.ops.push_back(producer);
    linalg::GenericOp epilogue = findEpilogue(producer);
    if (epilogue && !taken.contains(epilogue))
      group.ops.push_back(epilogue);
    taken.insert(group.ops.begin(), group.ops.end());
    Operation *last = group.ops.back();
    byLastOp.insert({last, std::move(group)});
  }
  for (Operation &op : block) {
    if (!isWork(&op)) {
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          formGroups(inner, groups);
      continue;
    }
    if (auto it = byLastOp.find(&op); it != byLastOp.end())
      groups.push_back(it->second);
    else if (auto fill = dyn_cast<linalg::FillOp>(op);
             fill && !taken.contains(&op))
      groups.push_back(takeFills(fill, taken));
    else if (!taken.contains(&op))
      groups.push_back({{&op}, &op});
  }
}

SmallVector<KernelGroup> dlc::formKernelGroups(func::FuncOp func) {
  SmallVector<KernelGroup> groups;
  formGroups(func.getBody().front(), groups);
  return groups;
}
