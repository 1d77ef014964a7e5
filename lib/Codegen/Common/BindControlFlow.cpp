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

//===----------------------------------------------------------------------===//
// Who shares elements
//===----------------------------------------------------------------------===//

/// The values that `value` is a part or a new version of, where ops work in
/// place.
static SmallVector<Value> getOrigins(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *parent = argument.getOwner()->getParentOp();
    unsigned number = argument.getArgNumber();
    if (auto loop = dyn_cast<scf::ForOp>(parent))
      return {loop.getTiedLoopInit(argument)->get(),
              loop.getTiedLoopYieldedValue(argument)->get()};
    if (auto loop = dyn_cast<scf::WhileOp>(parent)) {
      if (argument.getOwner() == loop.getBeforeBody())
        return {loop.getInits()[number], loop.getYieldOp()->getOperand(number)};
      return {loop.getConditionOp().getArgs()[number]};
    }
    return {};
  }
  auto result = cast<OpResult>(value);
  Operation *op = result.getOwner();
  unsigned number = result.getResultNumber();
  if (isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp,
          tensor::ExpandShapeOp, tensor::CastOp>(op))
    return {op->getOperand(0)};
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return {insert.getDest()};
  if (auto insert = dyn_cast<tensor::InsertOp>(op))
    return {insert.getDest()};
  if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(op))
    return {destinationStyle.getTiedOpOperand(result)->get()};
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return {loop.getInitArgs()[number], loop.getYieldedValues()[number]};
  if (auto loop = dyn_cast<scf::WhileOp>(op))
    return {loop.getConditionOp().getArgs()[number]};
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return {branch.thenYield().getOperand(number),
            branch.elseYield().getOperand(number)};
  return {};
}

/// Whether `value` may share elements with each of `others`, which aren't
/// looked through.
static llvm::SmallDenseSet<Value> findShared(Value value, ValueRange others) {
  llvm::SmallDenseSet<Value> seen, shared;
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value next = worklist.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    if (llvm::is_contained(others, next))
      shared.insert(next);
    else
      llvm::append_range(worklist, getOrigins(next));
  }
  return shared;
}

namespace {
class Binder {
public:
  explicit Binder(func::FuncOp func)
      : func(func), symbols(SizeSymbols::get(func)), rewriter(func) {}

  LogicalResult run();

private:
  LogicalResult bindFor(scf::ForOp loop);
  LogicalResult bindWhile(scf::WhileOp loop);
  LogicalResult bindIf(scf::IfOp branch);

  /// Puts each of `values` into the destination of the same number, all at
  /// once: what is in a destination is read before it is overwritten. Returns
  /// the new values of the destinations.
  FailureOr<SmallVector<Value>> assign(Location loc, ArrayRef<Value> values,
                                       ArrayRef<Value> destinations);
  /// What a loop begins with, where nothing else has it.
  FailureOr<Value> makeInit(Location loc, Value init);
  /// The sizes of `like` that its type leaves open, where the function begins.
  FailureOr<SmallVector<Value>> getOpenSizes(Location loc, Value like);
  FailureOr<Value> createEmpty(Location loc, Value like);
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
  rewriter.setInsertionPointToStart(&func.getBody().front());
  for (auto [size, expr] : llvm::zip_equal(type.getShape(), *exprs))
    if (ShapedType::isDynamic(size))
      sizes.push_back(buildSizeValue(rewriter, loc, expr, symbols.values));
  return sizes;
}

FailureOr<Value> Binder::createEmpty(Location loc, Value like) {
  FailureOr<SmallVector<Value>> sizes = getOpenSizes(loc, like);
  if (failed(sizes))
    return failure();
  return Value(tensor::EmptyOp::create(
      rewriter, loc, cast<RankedTensorType>(like.getType()), *sizes));
}

FailureOr<Value> Binder::makeInit(Location loc, Value init) {
  DenseElementsAttr elements;
  bool isConstant = matchPattern(init, m_Constant());
  bool isArgument =
      isa<BlockArgument>(init) && init.getParentRegion() == &func.getBody();
  if (!isTensor(init) || (!isConstant && !isArgument))
    return init;
  FailureOr<Value> empty = createEmpty(loc, init);
  if (failed(empty))
    return failure();
  if (!matchPattern(init, m_Constant(&elements)) || !elements.isSplat())
    return put(loc, init, *empty);
  Value scalar = arith::ConstantOp::create(
      rewriter, loc, cast<TypedAttr>(elements.getSplatValue<Attribute>()));
  return linalg::FillOp::create(rewriter, loc, scalar, *empty).getResult(0);
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
    // They wait for each other: one steps aside.
    unsigned first = left.front();
    FailureOr<Value> empty = createEmpty(loc, sources[first]);
    if (failed(empty))
      return failure();
    sources[first] = put(loc, sources[first], *empty);
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
    FailureOr<Value> bound = makeInit(loop.getLoc(), init.get());
    if (failed(bound))
      return failure();
    init.set(*bound);
  }
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  rewriter.setInsertionPoint(yield);
  FailureOr<SmallVector<Value>> yielded =
      assign(loop.getLoc(), llvm::to_vector(yield.getOperands()),
             llvm::to_vector_of<Value>(loop.getRegionIterArgs()));
  if (failed(yielded))
    return failure();
  yield->setOperands(*yielded);
  return success();
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
} // namespace

/// Tensors first, each in one place in both blocks, then scalars.
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

LogicalResult Binder::bindWhile(scf::WhileOp loop) {
  Location loc = loop.getLoc();
  SmallVector<WhileSlot> slots = findSlots(loop);
  scf::ConditionOp condition = loop.getConditionOp();
  scf::YieldOp yield = loop.getYieldOp();
  rewriter.setInsertionPoint(loop);
  SmallVector<Value> inits, passed, yielded;
  for (const WhileSlot &slot : slots) {
    FailureOr<Value> init =
        slot.init < 0 ? createEmpty(loc, condition.getArgs()[slot.passed])
                      : makeInit(loc, loop.getInits()[slot.init]);
    if (failed(init))
      return failure();
    inits.push_back(*init);
  }
  for (Value init : loop.getInits())
    if (!isTensor(init))
      inits.push_back(init);
  SmallVector<Type> types =
      llvm::to_vector(TypeRange(ValueRange(inits).take_front(slots.size())));
  for (Value value : condition.getArgs())
    if (!isTensor(value))
      types.push_back(value.getType());
  auto bound = scf::WhileOp::create(rewriter, loc, types, inits);
  bound->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  Block *before =
      rewriter.createBlock(&bound.getBefore(), {}, TypeRange(ValueRange(inits)),
                           SmallVector<Location>(inits.size(), loc));
  Block *after = rewriter.createBlock(&bound.getAfter(), {}, types,
                                      SmallVector<Location>(types.size(), loc));

  // The old block's arguments among the new one's: those of the slots, then
  // the scalars in their order.
  auto mapArguments = [&](ValueRange old, Block *block,
                          int64_t WhileSlot::*number) {
    SmallVector<Value> mapped(old.size());
    for (auto [slot, argument] : llvm::zip(slots, block->getArguments()))
      if (slot.*number >= 0)
        mapped[slot.*number] = argument;
    auto scalars = block->getArguments().drop_front(slots.size());
    for (auto [value, argument] : llvm::zip(old, mapped))
      if (!isTensor(value)) {
        argument = scalars.front();
        scalars = scalars.drop_front();
      }
    return mapped;
  };
  rewriter.mergeBlocks(
      loop.getBeforeBody(), before,
      mapArguments(loop.getBeforeArguments(), before, &WhileSlot::init));
  rewriter.mergeBlocks(
      loop.getAfterBody(), after,
      mapArguments(loop.getAfterArguments(), after, &WhileSlot::passed));

  auto bind = [&](Operation *terminator, Block *block, ValueRange values,
                  int64_t WhileSlot::*number) -> LogicalResult {
    SmallVector<Value> sources, destinations;
    for (auto [slot, argument] : llvm::zip(slots, block->getArguments())) {
      destinations.push_back(argument);
      sources.push_back(slot.*number < 0 ? argument : values[slot.*number]);
    }
    rewriter.setInsertionPoint(terminator);
    FailureOr<SmallVector<Value>> assigned = assign(loc, sources, destinations);
    if (failed(assigned))
      return failure();
    for (Value value : values)
      if (!isTensor(value))
        assigned->push_back(value);
    if (isa<scf::ConditionOp>(terminator))
      assigned->insert(assigned->begin(), terminator->getOperand(0));
    terminator->setOperands(*assigned);
    return success();
  };
  if (failed(
          bind(condition, before, condition.getArgs(), &WhileSlot::passed)) ||
      failed(bind(yield, after, yield.getOperands(), &WhileSlot::init)))
    return failure();
  SmallVector<Value> results(loop.getNumResults());
  for (auto [slot, result] : llvm::zip(slots, bound.getResults()))
    if (slot.passed >= 0)
      results[slot.passed] = result;
  auto scalars = bound.getResults().drop_front(slots.size());
  for (auto [old, result] : llvm::zip(loop.getResults(), results))
    if (!isTensor(old)) {
      result = scalars.front();
      scalars = scalars.drop_front();
    }
  rewriter.replaceOp(loop, results);
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
    Value &destination = destinations[result];
    if (!destination) {
      FailureOr<SmallVector<Value>> sizes =
          getOpenSizes(branch.getLoc(), branch.thenYield().getOperand(number));
      if (failed(sizes))
        return failure();
      rewriter.setInsertionPoint(branch);
      destination = bufferization::AllocTensorOp::create(
          rewriter, branch.getLoc(), cast<RankedTensorType>(result.getType()),
          *sizes);
    }
    Value chosen = destination; // the map grows
    for (scf::YieldOp yield : {branch.thenYield(), branch.elseYield()}) {
      Value value = yield.getOperand(number);
      if (value.getDefiningOp<scf::IfOp>() && value.hasOneUse()) {
        destinations[value] = chosen;
        continue;
      }
      rewriter.setInsertionPoint(yield);
      yield.setOperand(number, put(branch.getLoc(), value, chosen));
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

LogicalResult Binder::run() {
  SmallVector<arith::SelectOp> selects;
  func.walk([&](arith::SelectOp select) {
    if (isTensor(select) && !isTensor(select.getCondition()))
      selects.push_back(select);
  });
  for (arith::SelectOp select : selects)
    expandSelect(rewriter, select);
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
