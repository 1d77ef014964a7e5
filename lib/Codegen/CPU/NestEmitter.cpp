//===- NestEmitter.cpp - Loop nests as vector code ------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"

#include "DotProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlc;

void NestEmitter::emit() {
  Value zero = getIndexConstant(0);
  prologue = zero.getDefiningOp();
  starts.assign(nest.getNumDims(), zero);
  extents.assign(nest.getNumDims(), 1);
  blockStarts.assign(nest.getNumDims(), Value());
  // Flat views dominate every tile.
  auto prepare = [&](const Access &access) {
    if (access.isMemory())
      getFlatBuffer(access.operand);
  };
  llvm::for_each(nest.root.inputs, prepare);
  llvm::for_each(nest.getFinalOutputs(), prepare);
  if (nest.epilogue)
    for (auto [i, access] : llvm::enumerate(nest.epilogue->inputs))
      if (i != nest.epilogueOperand)
        prepare(access);
  // The vector dimension comes last among the reductions, so that its masked
  // remainder needs no loops of its own.
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (nest.isReduction[dim] && dim != strategy.vectorDim)
      reductionOrder.push_back(dim);
  if (vectorIsReduction())
    reductionOrder.push_back(strategy.vectorDim);
  if (!range || strategy.splitDim >= 0)
    return emitParallelLoops(0);
  Value isMine =
      arith::CmpIOp::create(builder, arith::CmpIPredicate::slt,
                            getChunk(range->begin, getConstantExpr(1)),
                            getChunk(range->end, getConstantExpr(1)));
  emitIf(isMine, [&] { emitParallelLoops(0); });
}

//===----------------------------------------------------------------------===//
// Loops and tiles
//===----------------------------------------------------------------------===//

void NestEmitter::emitParallelLoops(unsigned depth) {
  if (depth == strategy.order.size())
    return emitTile();
  int64_t dim = strategy.order[depth];
  if (range && dim == strategy.splitDim)
    return emitSplitLoop(depth);
  int64_t tile = strategy.tile[dim], block = strategy.block[dim];
  AffineExpr full = roundDown(nest.sizes[dim], tile);
  bool isBlockLoop = strategy.isBlockLoop(depth);
  if (block && !isBlockLoop && !blockStarts[dim])
    return emitParallelLoops(depth + 1); // the remainder, which has no blocks

  extents[dim] = tile;
  if (getConstantSize(full) == tile && !block) {
    starts[dim] = getIndexConstant(0);
    emitParallelLoops(depth + 1);
  } else if (getConstantSize(full) != 0) {
    OpBuilder::InsertionGuard guard(builder);
    Value lower = getIndexConstant(0), upper = getSizeValue(full);
    if (Value begin = isBlockLoop ? Value() : blockStarts[dim]) {
      lower = begin;
      Value end =
          arith::AddIOp::create(builder, begin, getIndexConstant(block));
      upper = arith::MinSIOp::create(builder, end, upper);
    }
    auto loop = scf::ForOp::create(
        builder, lower, upper, getIndexConstant(isBlockLoop ? block : tile));
    builder.setInsertionPointToStart(loop.getBody());
    (isBlockLoop ? blockStarts : starts)[dim] = loop.getInductionVar();
    emitParallelLoops(depth + 1);
  }
  if (isBlockLoop)
    blockStarts[dim] = Value();
  if (isBlockLoop || !block)
    emitTail(dim, [&] { emitParallelLoops(depth + 1); });
}

void NestEmitter::emitTail(int64_t dim, llvm::function_ref<void()> emitBody) {
  AffineExpr size = nest.sizes[dim];
  AffineExpr start = roundDown(size, strategy.tile[dim]);
  if (strategy.tail[dim].empty()) {
    int64_t rest = *nest.getRemainder(dim, strategy.tile[dim]);
    if (rest == 0)
      return;
    starts[dim] = getSizeValue(start);
    extents[dim] = rest;
    return emitBody();
  }
  for (int64_t tile : strategy.tail[dim]) {
    bool isLast = tile == strategy.tail[dim].back();
    bool isCut = isLast && dim == strategy.vectorDim;
    AffineExpr end =
        isLast
            ? size
            : addSizeExprs(start, roundDown(subSizeExprs(size, start), tile));
    auto loop = scf::ForOp::create(builder, getSizeValue(start),
                                   getSizeValue(end), getIndexConstant(tile));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    starts[dim] = loop.getInductionVar();
    extents[dim] = tile;
    if (isCut)
      cutLanes = getCutLanes(dim);
    emitBody();
    if (isCut)
      cutLanes = Value();
    start = end;
  }
}

/// How many lanes of the vector at the current start are inside.
Value NestEmitter::getCutLanes(int64_t dim) {
  Value left = arith::SubIOp::create(builder, getSizeValue(nest.sizes[dim]),
                                     starts[dim]);
  return arith::MinSIOp::create(builder, left,
                                getIndexConstant(strategy.lanes));
}

/// A chunk of the kernel as one of this nest, from 0 to `last`.
Value NestEmitter::getChunk(Value chunk, AffineExpr last) {
  Value own = arith::SubIOp::create(builder, chunk, getSizeValue(range->first));
  own = arith::MaxSIOp::create(builder, own, getIndexConstant(0));
  return arith::MinSIOp::create(builder, own, getSizeValue(last));
}

void NestEmitter::emitIf(Value condition, llvm::function_ref<void()> emitBody) {
  auto branch = scf::IfOp::create(builder, condition);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  emitBody();
}

/// The loop whose tiles are the chunks that threads share.
void NestEmitter::emitSplitLoop(unsigned depth) {
  int64_t dim = strategy.splitDim;
  int64_t tile = strategy.tile[dim];
  AffineExpr fullTiles =
      floorDivSizeExprs(nest.sizes[dim], getConstantExpr(tile));
  if (getConstantSize(fullTiles) != 0) {
    Value step = getIndexConstant(tile);
    Value begin =
        arith::MulIOp::create(builder, getChunk(range->begin, fullTiles), step);
    Value end =
        arith::MulIOp::create(builder, getChunk(range->end, fullTiles), step);
    auto loop = scf::ForOp::create(builder, begin, end, step);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    starts[dim] = loop.getInductionVar();
    extents[dim] = tile;
    emitParallelLoops(depth + 1);
  }
  if (nest.getRemainder(dim, tile) == 0)
    return;
  // What is left is the last chunk, whatever tiles it consists of.
  AffineExpr allTiles = addSizeExprs(fullTiles, getConstantExpr(1));
  Value isMine = arith::CmpIOp::create(builder, arith::CmpIPredicate::slt,
                                       getChunk(range->begin, allTiles),
                                       getChunk(range->end, allTiles));
  Value hasLast = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq,
                                        getChunk(range->end, allTiles),
                                        getSizeValue(allTiles));
  emitIf(arith::AndIOp::create(builder, isMine, hasLast),
         [&] { emitTail(dim, [&] { emitParallelLoops(depth + 1); }); });
}

SmallVector<NestEmitter::Instance> NestEmitter::makeInstances() const {
  SmallVector<Instance> instances = {
      {SmallVector<int64_t>(nest.getNumDims(), 0), getResultLanes(), cutLanes}};
  auto getStep = [&](int64_t dim) {
    return dim == strategy.vectorDim ? strategy.lanes : 1;
  };
  // The dimension with the most steps varies slowest: the operands that vary
  // along the others are few enough to stay in registers, and those along this
  // one are dead before the next is loaded.
  SmallVector<int64_t> dims(strategy.order);
  llvm::sort(dims, [&](int64_t a, int64_t b) {
    return std::pair(extents[b] / getStep(b), a) <
           std::pair(extents[a] / getStep(a), b);
  });
  // A dimension in blocks has two loops, but tiles once.
  dims.erase(llvm::unique(dims), dims.end());
  for (int64_t dim : dims) {
    int64_t step = getStep(dim);
    SmallVector<Instance> unrolled;
    for (const Instance &instance : instances)
      for (int64_t offset = 0; offset < extents[dim]; offset += step) {
        unrolled.push_back(instance);
        unrolled.back().offsets[dim] = offset;
        if (dim == strategy.vectorDim)
          unrolled.back().activeLanes =
              std::min(strategy.lanes, extents[dim] - offset);
      }
    instances = std::move(unrolled);
  }
  return instances;
}

void NestEmitter::emitTile() {
  loads.clear();
  addresses.clear();
  SmallVector<Instance> instances = makeInstances();
  Values accumulators;
  if (nest.hasReduction()) {
    accumulators = makeInitialAccumulators(instances);
    preparePrefetch();
    accumulators = emitReductionLoops(0, instances, std::move(accumulators));
    if (vectorIsReduction())
      accumulators = combineLanes(instances, accumulators);
    loads.clear();
    addresses.clear();
  }
  emitResults(instances, accumulators);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// The neutral element of a combiner, as a scalar.
static Value makeNeutral(ImplicitLocOpBuilder &builder, Operation *combiner) {
  return arith::ConstantOp::create(builder,
                                   *arith::getNeutralElement(combiner));
}

NestEmitter::Values
NestEmitter::makeInitialAccumulators(ArrayRef<Instance> instances) {
  Values accumulators;
  BodyEmitter body(builder, strategy.lanes, nullptr);
  for (const Instance &instance : instances)
    for (auto [i, output] : llvm::enumerate(nest.root.outputs)) {
      Value initial;
      if (vectorIsReduction())
        initial = makeNeutral(builder, getCombiner(nest.root.op, i));
      else if (nest.initialValues[i])
        initial = nest.initialValues[i];
      else
        initial = load(output, instance, strategy.lanes);
      accumulators.push_back(body.widen(initial));
    }
  return accumulators;
}

NestEmitter::Values
NestEmitter::emitReductionLoop(Value lower, Value upper, int64_t step,
                               Values accumulators,
                               llvm::function_ref<Values(Value, Values)> body) {
  auto loop = scf::ForOp::create(
      builder, lower, upper, getIndexConstant(step), accumulators,
      [&](OpBuilder &, Location, Value iv, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        loads.clear();
        addresses.clear();
        scf::YieldOp::create(builder, body(iv, Values(carried)));
      });
  loads.clear();
  addresses.clear();
  return Values(loop.getResults());
}

NestEmitter::Values
NestEmitter::emitReductionLoops(unsigned depth, ArrayRef<Instance> instances,
                                Values accumulators) {
  if (depth == reductionOrder.size())
    return emitReductionBody(instances, accumulators, strategy.lanes);
  if (depth + 1 == reductionOrder.size() && prefetchBase)
    return emitInnermostReductionLoop(instances, std::move(accumulators));
  int64_t dim = reductionOrder[depth];
  int64_t tile = strategy.tile[dim];
  AffineExpr full = roundDown(nest.sizes[dim], tile);
  if (getConstantSize(full) != 0)
    accumulators = emitReductionLoop(
        getIndexConstant(0), getSizeValue(full), tile, std::move(accumulators),
        [&](Value start, Values current) {
          starts[dim] = start;
          if (tile > 1)
            return emitReductionTile(instances, std::move(current), tile);
          return emitReductionLoops(depth + 1, instances, std::move(current));
        });
  return emitReductionTail(dim, instances, std::move(accumulators));
}

/// Only the innermost dimension has a remainder.
NestEmitter::Values NestEmitter::emitReductionTail(int64_t dim,
                                                   ArrayRef<Instance> instances,
                                                   Values accumulators) {
  AffineExpr size = nest.sizes[dim];
  AffineExpr start = roundDown(size, strategy.tile[dim]);
  if (strategy.tail[dim].empty()) {
    int64_t rest = *nest.getRemainder(dim, strategy.tile[dim]);
    if (rest == 0)
      return accumulators;
    starts[dim] = getSizeValue(start);
    return emitReductionTile(instances, std::move(accumulators), rest);
  }
  for (int64_t tile : strategy.tail[dim]) {
    AffineExpr end =
        tile == strategy.tail[dim].back()
            ? size
            : addSizeExprs(start, roundDown(subSizeExprs(size, start), tile));
    accumulators = emitReductionLoop(
        getSizeValue(start), getSizeValue(end), tile, std::move(accumulators),
        [&](Value iv, Values current) {
          starts[dim] = iv;
          SmallVector<Instance> cut(instances);
          if (vectorIsReduction())
            for (Instance &instance : cut)
              instance.cutLanes = getCutLanes(dim);
          return emitReductionTile(cut, std::move(current), tile);
        });
    start = end;
  }
  return accumulators;
}

NestEmitter::Values NestEmitter::emitReductionTile(ArrayRef<Instance> instances,
                                                   Values accumulators,
                                                   int64_t extent) {
  if (vectorIsReduction())
    return emitReductionBody(instances, accumulators, extent);
  SmallVector<Instance> step(instances);
  for (int64_t offset : llvm::seq<int64_t>(0, extent)) {
    // A barrier for the compiler alone: loads that it moved ahead of their step
    // would need registers that the accumulators have taken.
    if (offset > 0)
      LLVM::FenceOp::create(builder, LLVM::AtomicOrdering::acq_rel,
                            "singlethread");
    for (Instance &instance : step)
      instance.offsets[reductionOrder.back()] = offset;
    accumulators = emitReductionBody(step, accumulators, strategy.lanes);
  }
  return accumulators;
}

NestEmitter::Values NestEmitter::emitReductionBody(ArrayRef<Instance> instances,
                                                   ArrayRef<Value> accumulators,
                                                   int64_t activeLanes) {
  Values results;
  unsigned numOutputs = nest.root.outputs.size();
  for (auto [i, instance] : llvm::enumerate(instances)) {
    Instance masked = instance;
    if (vectorIsReduction())
      masked.activeLanes = activeLanes;
    ArrayRef<Value> current = accumulators.slice(i * numOutputs, numOutputs);
    SmallVector<Value> given(nest.root.getNumOpInputs());
    llvm::append_range(given, current);
    Values next = emitStage(nest.root, masked, strategy.lanes, given);
    for (auto [value, old] : llvm::zip_equal(next, current)) {
      BodyEmitter body(builder, strategy.lanes, nullptr);
      value = body.widen(value);
      if (vectorIsReduction() && masked.isMasked(strategy.lanes))
        value = arith::SelectOp::create(
            builder, getMask(masked, strategy.lanes), value, old);
      results.push_back(value);
    }
  }
  return results;
}

static vector::CombiningKind getCombiningKind(Operation *combiner) {
  return TypeSwitch<Operation *, vector::CombiningKind>(combiner)
      .Case<arith::AddFOp, arith::AddIOp>(
          [](auto) { return vector::CombiningKind::ADD; })
      .Case<arith::MulFOp, arith::MulIOp>(
          [](auto) { return vector::CombiningKind::MUL; })
      .Case([](arith::MaximumFOp) { return vector::CombiningKind::MAXIMUMF; })
      .Case([](arith::MinimumFOp) { return vector::CombiningKind::MINIMUMF; })
      .Case([](arith::MaxSIOp) { return vector::CombiningKind::MAXSI; })
      .Case([](arith::MinSIOp) { return vector::CombiningKind::MINSI; })
      .Case([](arith::MaxUIOp) { return vector::CombiningKind::MAXUI; })
      .Case([](arith::MinUIOp) { return vector::CombiningKind::MINUI; })
      .Case([](arith::AndIOp) { return vector::CombiningKind::AND; })
      .Case([](arith::OrIOp) { return vector::CombiningKind::OR; });
}

NestEmitter::Values NestEmitter::combineLanes(ArrayRef<Instance> instances,
                                              ArrayRef<Value> accumulators) {
  Values results;
  vector::CombiningKind kind = getCombiningKind(getCombiner(nest.root.op, 0));
  for (auto [instance, accumulator] :
       llvm::zip_equal(instances, accumulators)) {
    Value initial = nest.initialValues[0];
    if (!initial)
      initial = load(nest.root.outputs[0], instance, /*lanes=*/1);
    Value lanes = vector::ReductionOp::create(builder, kind, accumulator,
                                              arith::FastMathFlags::reassoc);
    // A scalar of the reduction's own kind joins what it started from.
    Operation *combiner = getCombiner(nest.root.op, 0);
    OperationState state(builder.getLoc(), combiner->getName());
    state.addOperands({lanes, initial});
    state.addTypes(lanes.getType());
    results.push_back(builder.create(state)->getResult(0));
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

void NestEmitter::emitResults(ArrayRef<Instance> instances,
                              ArrayRef<Value> accumulators) {
  unsigned numOutputs = nest.root.outputs.size();
  int64_t lanes = getResultLanes();
  for (auto [i, instance] : llvm::enumerate(instances)) {
    Values values;
    if (!nest.hasReduction())
      values = emitStage(nest.root, instance, lanes, initialOperands(lanes));
    else
      llvm::append_range(values,
                         accumulators.slice(i * numOutputs, numOutputs));
    if (nest.epilogue) {
      SmallVector<Value> given(nest.epilogue->inputs.size());
      given[nest.epilogueOperand] = values.front();
      values = emitStage(*nest.epilogue, instance, lanes, given);
    }
    for (auto [value, output] : llvm::zip_equal(values, nest.getFinalOutputs()))
      store(value, output, instance, lanes);
  }
}

NestEmitter::Values NestEmitter::initialOperands(int64_t lanes) {
  BodyEmitter body(builder, lanes, nullptr);
  Values given(nest.root.getNumOpInputs());
  for (Value initial : nest.initialValues)
    given.push_back(initial ? body.widen(initial) : Value());
  return given;
}

NestEmitter::Values NestEmitter::emitStage(const Stage &stage,
                                           const Instance &instance,
                                           int64_t lanes,
                                           ArrayRef<Value> given) {
  Block &block = *stage.op.getBlock();
  SmallVector<Value> arguments;
  unsigned numInputs = stage.getNumOpInputs();
  for (unsigned i = 0, e = block.getNumArguments(); i < e; ++i) {
    const Access &access =
        i < numInputs ? stage.inputs[i] : stage.outputs[i - numInputs];
    if (i < given.size() && given[i])
      arguments.push_back(given[i]);
    else if (block.getArgument(i).use_empty())
      arguments.push_back(Value());
    else
      arguments.push_back(load(access, instance, lanes));
  }
  if (&stage == &nest.root && nest.dot > 1)
    return {emitDotProduct(builder, nest, lanes, arguments)};
  auto getIndex = [&](int64_t genericDim) -> Value {
    int64_t dim = stage.nestDims[genericDim];
    if (dim < 0)
      return getIndexConstant(0);
    Value index = arith::AddIOp::create(
        builder, starts[dim], getIndexConstant(instance.offsets[dim]));
    if (dim != strategy.vectorDim || lanes == 1)
      return index;
    auto type = VectorType::get(lanes, builder.getIndexType());
    Value indices = arith::AddIOp::create(
        builder, vector::BroadcastOp::create(builder, type, index),
        vector::StepOp::create(builder, type));
    if (!instance.isMasked(lanes))
      return indices;
    // Lanes beyond the end may be used to load something.
    Value lastLane = instance.cutLanes
                         ? arith::SubIOp::create(builder, instance.cutLanes,
                                                 getIndexConstant(1))
                               .getResult()
                         : getIndexConstant(instance.activeLanes - 1);
    Value last = arith::AddIOp::create(builder, index, lastLane);
    return arith::MinSIOp::create(
        builder, indices, vector::BroadcastOp::create(builder, type, last));
  };
  BodyEmitter body(builder, lanes, getIndex);
  for (auto [gather, access] : llvm::zip_equal(
           stage.gathers, ArrayRef(stage.inputs).drop_front(numInputs)))
    body.define(gather->getResult(0), load(access, instance, lanes));
  return body.emit(block, getComputedOps(stage), arguments, numInputs);
}
