//===- BindControlFlow.cpp - One buffer for what a loop carries -----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything here says, in terms of tensors, which value is to end up in whose
// buffer (bufferization.materialize_in_destination). Whether it can be computed
// there from the beginning is decided by the analysis of upstream's
// bufferization, which knows what is still read; if it can't, it is a copy.
//
//===----------------------------------------------------------------------===//

#include "TensorOrigins.h"
#include "TensorSizes.h"

#include "dlc/Codegen/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

namespace dlc {
#define GEN_PASS_DEF_BINDCONTROLFLOW
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static bool isTensor(Value value) {
  return isa<RankedTensorType>(value.getType());
}

namespace {
/// What a scf.while carries, in the order in which it is going to.
struct WhileSlot {
  /// What it begins with, and the argument of the first block; -1 if it is only
  /// passed to the second one.
  int64_t init = -1;
  /// What the condition passes to the second block; -1 if nothing.
  int64_t passed = -1;
};

class Binder {
public:
  explicit Binder(func::FuncOp func)
      : func(func), symbols(SizeSymbols::get(func)), rewriter(func) {}

  LogicalResult run();

private:
  LogicalResult bindFor(scf::ForOp loop);
  LogicalResult bindWhile(scf::WhileOp loop);
  LogicalResult bindIf(scf::IfOp branch);
  LogicalResult isolateShared();

  /// Lets `value` be computed in a tensor of its own, from which it is copied:
  /// upstream would compute it in one of the places that it goes to, and then
  /// see a conflict with the others.
  LogicalResult isolate(Value value);
  /// Lets an op begin with a tensor of its own instead of an empty one.
  LogicalResult beginWithOwn(OpOperand &begin);

  /// Puts each of `values` into the destination of the same number, all at
  /// once: what is in a destination is read before it is overwritten. Returns
  /// the new values of the destinations.
  FailureOr<SmallVector<Value>> assign(Location loc, ArrayRef<Value> values,
                                       ArrayRef<Value> destinations);
  /// Lets a block of a scf.while end with `values`, those of the slots in what
  /// the block got for them.
  LogicalResult finishBlock(Operation *terminator, ArrayRef<WhileSlot> slots,
                            int64_t WhileSlot::*number, ValueRange values);

  /// Lets a loop that makes `value` of an empty tensor begin with where that is
  /// to be put, or, where that is still read, with a tensor of its own:
  /// upstream would choose the former, and then see a conflict.
  LogicalResult bindBegin(Value value, Value destination);
  /// What a loop begins with: `init` if the loop may have its buffer, or a
  /// copy.
  FailureOr<Value> makeInit(scf::ForOp loop, Value init);
  FailureOr<Value> makeInit(scf::WhileOp loop, Value init);
  /// The sizes of `like` that its type leaves open, where they are known first.
  FailureOr<SmallVector<Value>> getOpenSizes(Location loc, Value like);
  /// A tensor of its own, which isn't put anywhere else.
  FailureOr<Value> allocate(Location loc, Value like);
  Value copy(Location loc, Value value) {
    return bufferization::AllocTensorOp::create(
        rewriter, loc, cast<RankedTensorType>(value.getType()),
        /*dynamicSizes=*/ValueRange(), value);
  }
  Value put(Location loc, Value value, Value destination) {
    return bufferization::MaterializeInDestinationOp::create(rewriter, loc,
                                                             value, destination)
        .getResult();
  }

  func::FuncOp func;
  SizeSymbols symbols;
  IRRewriter rewriter;
  /// Where the results of branches inside of branches go.
  DenseMap<Value, Value> destinations;
};
} // namespace

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> Binder::getOpenSizes(Location loc, Value like) {
  auto type = cast<RankedTensorType>(like.getType());
  SmallVector<Value> sizes;
  if (type.hasStaticShape())
    return sizes;
  FailureOr<SmallVector<AffineExpr>> exprs = getTensorSizes(like);
  if (failed(exprs))
    return emitError(loc) << "carries a tensor of type " << type
                          << ", whose size isn't known from the open "
                          << "dimensions of the inputs";
  OpBuilder::InsertionGuard guard(rewriter);
  symbols.setInsertionPoint(rewriter, func, *exprs);
  for (auto [size, expr] : llvm::zip_equal(type.getShape(), *exprs))
    if (ShapedType::isDynamic(size))
      sizes.push_back(buildSizeValue(rewriter, loc, expr, symbols.values));
  return sizes;
}

FailureOr<Value> Binder::allocate(Location loc, Value like) {
  FailureOr<SmallVector<Value>> sizes = getOpenSizes(loc, like);
  if (failed(sizes))
    return failure();
  return Value(bufferization::AllocTensorOp::create(
      rewriter, loc, cast<RankedTensorType>(like.getType()), *sizes));
}

FailureOr<Value> Binder::makeInit(scf::ForOp loop, Value init) {
  auto argument = dyn_cast<BlockArgument>(init);
  bool isInput =
      argument && isa<func::FuncOp>(argument.getOwner()->getParentOp());
  DenseElementsAttr elements;
  bool isConstant = matchPattern(init, m_Constant());
  if (!isTensor(init))
    return init;
  Location loc = loop.getLoc();
  // Of values that something else reads, too, upstream doesn't always find that
  // it must make a copy.
  bool isShared =
      !isLastUse(init, loop) || llvm::count(loop.getInitArgs(), init) > 1;
  if (auto empty = init.getDefiningOp<tensor::EmptyOp>(); empty && isShared)
    return rewriter.clone(*empty)->getResult(0);
  if (!isConstant && !isInput)
    return isShared ? copy(loc, init) : init;
  FailureOr<SmallVector<Value>> sizes = getOpenSizes(loc, init);
  if (failed(sizes))
    return failure();
  // One that may become the caller's buffer for the loop's result.
  Value empty = tensor::EmptyOp::create(
      rewriter, loc, cast<RankedTensorType>(init.getType()), *sizes);
  if (!matchPattern(init, m_Constant(&elements)) || !elements.isSplat())
    return linalg::CopyOp::create(rewriter, loc, init, empty).getResult(0);
  Value scalar = arith::ConstantOp::create(
      rewriter, loc, cast<TypedAttr>(elements.getSplatValue<Attribute>()));
  return linalg::FillOp::create(rewriter, loc, scalar, empty).getResult(0);
}

FailureOr<Value> Binder::makeInit(scf::WhileOp loop, Value init) {
  if (init.getDefiningOp<tensor::EmptyOp>())
    return allocate(loop.getLoc(), init);
  // Upstream makes no copies here.
  if (init.hasOneUse() &&
      isa_and_nonnull<DestinationStyleOpInterface, scf::ForOp, scf::WhileOp>(
          init.getDefiningOp()))
    return init;
  return copy(loop.getLoc(), init);
}

LogicalResult Binder::beginWithOwn(OpOperand &begin) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(begin.getOwner());
  FailureOr<Value> own = allocate(begin.getOwner()->getLoc(), begin.get());
  if (failed(own))
    return failure();
  begin.set(*own);
  return success();
}

LogicalResult Binder::bindBegin(Value value, Value destination) {
  OpOperand *begin = isTensor(value) ? findEmptyLoopBegin(value) : nullptr;
  // What was made before the block is copied at its end.
  if (!begin || !isAvailable(destination, begin->getOwner()))
    return success();
  if (isLastUse(destination, begin->getOwner()) &&
      !llvm::is_contained(begin->getOwner()->getOperands(), destination)) {
    begin->set(destination);
    return success();
  }
  return beginWithOwn(*begin);
}

LogicalResult Binder::isolate(Value value) {
  OpOperand *begin = findEmptyBegin(value);
  return begin ? beginWithOwn(*begin) : success();
}

FailureOr<SmallVector<Value>> Binder::assign(Location loc,
                                             ArrayRef<Value> values,
                                             ArrayRef<Value> destinations) {
  SmallVector<Value> sources(values), results(values);
  SmallVector<unsigned> left;
  SmallVector<llvm::SmallDenseSet<Value>> shared(values.size());
  for (unsigned i = 0; i < values.size(); ++i) {
    if (!isTensor(values[i]) || values[i] == destinations[i])
      continue;
    if (failed(bindBegin(values[i], destinations[i])))
      return failure();
    OpOperand *init;
    InnerUpdate update = findInnerUpdate(values[i], destinations[i], init);
    if (update == InnerUpdate::inPlace)
      continue;
    if (update == InnerUpdate::needsCopy) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPoint(init->getOwner());
      init->set(copy(loc, init->get()));
    }
    left.push_back(i);
    shared[i] = findShared(values[i], destinations);
  }
  // The values that are yet to be put somewhere and are in destination `i`.
  auto isRead = [&](unsigned i) {
    return llvm::any_of(left, [&](unsigned other) {
      return other != i && shared[other].contains(destinations[i]);
    });
  };
  while (!left.empty()) {
    auto *next = llvm::find_if_not(left, isRead);
    if (next != left.end()) {
      results[*next] = put(loc, sources[*next], destinations[*next]);
      left.erase(next);
      continue;
    }
    // They wait for each other: one steps aside, to where nothing else is put.
    unsigned first = left.front();
    sources[first] = copy(loc, sources[first]);
    shared[first].clear();
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

LogicalResult Binder::bindFor(scf::ForOp loop) {
  rewriter.setInsertionPoint(loop);
  for (OpOperand &init : loop.getInitArgsMutable()) {
    FailureOr<Value> bound = makeInit(loop, init.get());
    if (failed(bound))
      return failure();
    init.set(*bound);
  }
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  rewriter.setInsertionPoint(yield);
  FailureOr<SmallVector<Value>> ends =
      assign(loop.getLoc(), llvm::to_vector(yield.getOperands()),
             llvm::to_vector_of<Value>(loop.getRegionIterArgs()));
  if (failed(ends))
    return failure();
  yield->setOperands(*ends);
  return success();
}

/// Tensors, each in one place in both blocks; scalars follow them.
static SmallVector<WhileSlot> findSlots(scf::WhileOp loop) {
  SmallVector<WhileSlot> slots;
  Block *before = loop.getBeforeBody();
  ValueRange passed = loop.getConditionOp().getArgs();
  SmallVector<int64_t> left; // numbers of tensors without a slot
  for (int64_t i = 0, end = passed.size(); i < end; ++i)
    if (isTensor(passed[i]))
      left.push_back(i);
  for (BlockArgument argument : before->getArguments())
    if (isTensor(argument))
      slots.push_back({argument.getArgNumber(), -1});
  auto place = [&](auto fits) {
    llvm::erase_if(left, [&](int64_t number) {
      auto *slot = llvm::find_if(slots, [&](const WhileSlot &slot) {
        return slot.passed < 0 &&
               fits(passed[number], before->getArgument(slot.init));
      });
      if (slot != slots.end())
        slot->passed = number;
      return slot != slots.end();
    });
  };
  place([](Value value, Value argument) { return value == argument; });
  // New versions of what the loop carries.
  place([](Value value, Value argument) {
    return value.getType() == argument.getType() &&
           !findShared(value, argument).empty();
  });
  for (int64_t number : left)
    slots.push_back({-1, number});
  return slots;
}

/// What `old` values (of a block, or results) are among those of the loop with
/// slots, `bound`.
static SmallVector<Value> mapSlots(ValueRange old, ValueRange bound,
                                   ArrayRef<WhileSlot> slots,
                                   int64_t WhileSlot::*number) {
  SmallVector<Value> mapped(old.size());
  for (auto [slot, value] : llvm::zip(slots, bound))
    if (slot.*number >= 0)
      mapped[slot.*number] = value;
  bound = bound.drop_front(slots.size());
  for (auto [from, to] : llvm::zip_equal(old, mapped))
    if (!isTensor(from)) {
      to = bound.front();
      bound = bound.drop_front();
    }
  return mapped;
}

LogicalResult Binder::finishBlock(Operation *terminator,
                                  ArrayRef<WhileSlot> slots,
                                  int64_t WhileSlot::*number,
                                  ValueRange values) {
  SmallVector<Value> sources, arguments;
  for (auto [slot, argument] :
       llvm::zip(slots, terminator->getBlock()->getArguments())) {
    arguments.push_back(argument);
    sources.push_back(slot.*number < 0 ? argument : values[slot.*number]);
  }
  rewriter.setInsertionPoint(terminator);
  FailureOr<SmallVector<Value>> ends =
      assign(terminator->getParentOp()->getLoc(), sources, arguments);
  if (failed(ends))
    return failure();
  llvm::copy_if(values, std::back_inserter(*ends),
                [](Value value) { return !isTensor(value); });
  if (auto condition = dyn_cast<scf::ConditionOp>(terminator))
    condition.getArgsMutable().assign(*ends);
  else
    terminator->setOperands(*ends);
  return success();
}

LogicalResult Binder::bindWhile(scf::WhileOp loop) {
  Location loc = loop.getLoc();
  SmallVector<WhileSlot> slots = findSlots(loop);
  scf::ConditionOp condition = loop.getConditionOp();
  scf::YieldOp yield = loop.getYieldOp();
  rewriter.setInsertionPoint(loop);
  SmallVector<Value> inits;
  for (const WhileSlot &slot : slots) {
    FailureOr<Value> init =
        slot.init < 0 ? allocate(loc, condition.getArgs()[slot.passed])
                      : makeInit(loop, loop.getInits()[slot.init]);
    if (failed(init))
      return failure();
    inits.push_back(*init);
  }
  SmallVector<Type> types = llvm::to_vector(TypeRange(ValueRange(inits)));
  for (Value init : loop.getInits())
    if (!isTensor(init))
      inits.push_back(init);
  for (Value value : condition.getArgs())
    if (!isTensor(value))
      types.push_back(value.getType());
  auto bound = scf::WhileOp::create(rewriter, loc, types, inits);
  Block *before =
      rewriter.createBlock(&bound.getBefore(), {}, ValueRange(inits).getTypes(),
                           SmallVector<Location>(inits.size(), loc));
  Block *after = rewriter.createBlock(&bound.getAfter(), {}, types,
                                      SmallVector<Location>(types.size(), loc));
  rewriter.mergeBlocks(loop.getBeforeBody(), before,
                       mapSlots(loop.getBeforeArguments(),
                                before->getArguments(), slots,
                                &WhileSlot::init));
  rewriter.mergeBlocks(loop.getAfterBody(), after,
                       mapSlots(loop.getAfterArguments(), after->getArguments(),
                                slots, &WhileSlot::passed));
  if (failed(finishBlock(condition, slots, &WhileSlot::passed,
                         llvm::to_vector(condition.getArgs()))) ||
      failed(finishBlock(yield, slots, &WhileSlot::init,
                         llvm::to_vector(yield.getOperands()))))
    return failure();
  rewriter.replaceOp(loop, mapSlots(loop.getResults(), bound.getResults(),
                                    slots, &WhileSlot::passed));
  return success();
}

//===----------------------------------------------------------------------===//
// Branches
//===----------------------------------------------------------------------===//

LogicalResult Binder::bindIf(scf::IfOp branch) {
  for (OpResult result : branch.getResults()) {
    if (!isTensor(result))
      continue;
    unsigned number = result.getResultNumber();
    Value destination = destinations.lookup(result);
    if (!destination) {
      rewriter.setInsertionPoint(branch);
      FailureOr<Value> allocated =
          allocate(branch.getLoc(), branch.thenYield().getOperand(number));
      if (failed(allocated))
        return failure();
      destination = *allocated;
    }
    for (scf::YieldOp yield : {branch.thenYield(), branch.elseYield()}) {
      Value value = yield.getOperand(number);
      auto inner = value.getDefiningOp<scf::IfOp>();
      if (inner && inner->getBlock() == yield->getBlock() &&
          value.hasOneUse()) {
        destinations[value] = destination;
        continue;
      }
      if (failed(bindBegin(value, destination)))
        return failure();
      rewriter.setInsertionPoint(yield);
      yield.setOperand(number, put(branch.getLoc(), value, destination));
    }
  }
  return success();
}

/// A choice between two tensors as a branch.
static void expandSelect(IRRewriter &rewriter, arith::SelectOp select) {
  rewriter.setInsertionPoint(select);
  auto yield = [](Value value) {
    return [value](OpBuilder &builder, Location loc) {
      scf::YieldOp::create(builder, loc, value);
    };
  };
  rewriter.replaceOp(select, scf::IfOp::create(rewriter, select.getLoc(),
                                               select.getCondition(),
                                               yield(select.getTrueValue()),
                                               yield(select.getFalseValue()))
                                 .getResults());
}

LogicalResult Binder::isolateShared() {
  llvm::SetVector<Value> shared;
  func.walk([&](Operation *end) {
    if (isa<scf::YieldOp, scf::ConditionOp>(end))
      for (Value value : end->getOperands())
        if (isTensor(value) && isNeededElsewhere(value, end))
          shared.insert(value);
  });
  for (Value value : shared)
    if (failed(isolate(value)))
      return failure();
  return success();
}

LogicalResult Binder::run() {
  SmallVector<arith::SelectOp> selects;
  func.walk([&](arith::SelectOp select) {
    if (isTensor(select) && !isTensor(select.getCondition()))
      selects.push_back(select);
  });
  for (arith::SelectOp select : selects)
    expandSelect(rewriter, select);
  if (failed(isolateShared()))
    return failure();
  // Outer branches first: theirs are the destinations of inner ones.
  SmallVector<scf::IfOp> branches;
  func.walk<WalkOrder::PreOrder>(
      [&](scf::IfOp branch) { branches.push_back(branch); });
  for (scf::IfOp branch : branches)
    if (failed(bindIf(branch)))
      return failure();
  SmallVector<Operation *> loops;
  func.walk([&](Operation *op) {
    if (isa<scf::ForOp, scf::WhileOp>(op))
      loops.push_back(op);
  });
  for (Operation *op : loops) {
    auto loop = dyn_cast<scf::ForOp>(op);
    if (failed(loop ? bindFor(loop) : bindWhile(cast<scf::WhileOp>(op))))
      return failure();
  }
  return success();
}

namespace {
struct BindControlFlowPass final
    : public dlc::impl::BindControlFlowBase<BindControlFlowPass> {
  using Base::Base;

  void runOnOperation() override {
    if (!getOperation().isExternal() && failed(Binder(getOperation()).run()))
      signalPassFailure();
  }
};
} // namespace
