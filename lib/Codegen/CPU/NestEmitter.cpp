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
  starts.assign(nest.getNumDims(), getIndexConstant(0));
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
                            getChunk(range->begin, 1), getChunk(range->end, 1));
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
  int64_t size = nest.sizes[dim], tile = strategy.tile[dim];
  int64_t block = strategy.block[dim], full = size / tile * tile;
  bool isBlockLoop = strategy.isBlockLoop(depth);
  if (block && !isBlockLoop && !blockStarts[dim])
    return emitParallelLoops(depth + 1); // the remainder, which has no blocks

  extents[dim] = tile;
  if (full == tile && !block) {
    starts[dim] = getIndexConstant(0);
    emitParallelLoops(depth + 1);
  } else if (full > 0) {
    OpBuilder::InsertionGuard guard(builder);
    Value lower = getIndexConstant(0), upper = getIndexConstant(full);
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
  if (full < size && (isBlockLoop || !block)) {
    starts[dim] = getIndexConstant(full);
    extents[dim] = size - full;
    emitParallelLoops(depth + 1);
  }
}

/// A chunk of the kernel as one of this nest, from 0 to `last`.
Value NestEmitter::getChunk(Value chunk, int64_t last) {
  Value own =
      arith::SubIOp::create(builder, chunk, getIndexConstant(range->first));
  own = arith::MaxSIOp::create(builder, own, getIndexConstant(0));
  return arith::MinSIOp::create(builder, own, getIndexConstant(last));
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
  int64_t size = nest.sizes[dim], tile = strategy.tile[dim];
  int64_t fullTiles = size / tile;
  if (fullTiles > 0) {
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
  if (fullTiles * tile == size)
    return;
  Value isMine = arith::CmpIOp::create(builder, arith::CmpIPredicate::slt,
                                       getChunk(range->begin, fullTiles + 1),
                                       getChunk(range->end, fullTiles + 1));
  Value hasLast = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq,
                                        getChunk(range->end, fullTiles + 1),
                                        getIndexConstant(fullTiles + 1));
  emitIf(arith::AndIOp::create(builder, isMine, hasLast), [&] {
    starts[dim] = getIndexConstant(fullTiles * tile);
    extents[dim] = size - fullTiles * tile;
    emitParallelLoops(depth + 1);
  });
}

SmallVector<NestEmitter::Instance> NestEmitter::makeInstances() const {
  SmallVector<Instance> instances = {
      {SmallVector<int64_t>(nest.getNumDims(), 0), getResultLanes()}};
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
  int64_t size = nest.sizes[dim], tile = strategy.tile[dim];
  int64_t full = size / tile * tile;
  if (full > 0)
    accumulators = emitReductionLoop(
        getIndexConstant(0), getIndexConstant(full), tile,
        std::move(accumulators), [&](Value start, Values current) {
          starts[dim] = start;
          if (tile > 1)
            return emitReductionTile(instances, std::move(current), tile);
          return emitReductionLoops(depth + 1, instances, std::move(current));
        });
  if (full < size) {
    // Only the innermost dimension has a remainder.
    starts[dim] = getIndexConstant(full);
    accumulators =
        emitReductionTile(instances, std::move(accumulators), size - full);
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
      if (vectorIsReduction() && activeLanes < strategy.lanes)
        value = arith::SelectOp::create(
            builder, getMask(activeLanes, strategy.lanes), value, old);
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
    return arith::AddIOp::create(
        builder, vector::BroadcastOp::create(builder, type, index),
        vector::StepOp::create(builder, type));
  };
  BodyEmitter body(builder, lanes, getIndex);
  for (auto [gather, access] : llvm::zip_equal(
           stage.gathers, ArrayRef(stage.inputs).drop_front(numInputs)))
    body.define(gather->getResult(0), load(access, instance, lanes));
  return body.emit(block, getComputedOps(stage), arguments, numInputs);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value NestEmitter::getIndexConstant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, value);
}

Value NestEmitter::getMask(int64_t activeLanes, int64_t lanes) {
  return vector::ConstantMaskOp::create(
      builder, VectorType::get(lanes, builder.getI1Type()), activeLanes);
}

/// The operand's buffer as a one-dimensional memref of unit stride, booleans as
/// the bytes they are stored in.
Value NestEmitter::getFlatBuffer(Value operand) {
  Value &flat = flatBuffers[operand];
  if (flat)
    return flat;
  auto type = cast<MemRefType>(operand.getType());
  Value base = operand;
  Type elementType = type.getElementType();
  if (elementType.isInteger(1)) {
    // Both convert to the same LLVM type, so this cast disappears.
    elementType = builder.getI8Type();
    type = MemRefType::get(type.getShape(), elementType, type.getLayout());
    base =
        UnrealizedConversionCastOp::create(builder, type, operand).getResult(0);
  }
  SmallVector<int64_t> strides;
  int64_t offset = 0, size = 1;
  (void)getStaticStrides(type, strides, offset); // buildLoopNests checked
  for (auto [extent, stride] : llvm::zip_equal(type.getShape(), strides))
    size += std::max<int64_t>(extent - 1, 0) * stride;

  OpFoldResult flatOffset = builder.getIndexAttr(offset);
  if (offset == ShapedType::kDynamic)
    flatOffset =
        memref::ExtractStridedMetadataOp::create(builder, base).getOffset();
  auto layout = StridedLayoutAttr::get(builder.getContext(), offset, {1});
  auto flatType = MemRefType::get(
      {size}, elementType, offset == 0 ? MemRefLayoutAttrInterface() : layout);
  flat = memref::ReinterpretCastOp::create(
      builder, flatType, base, flatOffset,
      ArrayRef<OpFoldResult>{builder.getIndexAttr(size)},
      ArrayRef<OpFoldResult>{builder.getIndexAttr(1)});
  return flat;
}

/// The flat index of lane `lane` of an instance.
Value NestEmitter::getAddress(const Access &access, const Instance &instance,
                              int64_t lane) {
  Value index;
  // Only roots have gathers.
  if (access.indexInput >= 0)
    index = load(nest.root.inputs[access.indexInput], instance, /*lanes=*/1);
  Value &base = addresses[{&access, index.getAsOpaquePointer()}];
  if (!base) {
    base = index ? arith::IndexCastOp::create(builder, builder.getIndexType(),
                                              index)
                       .getResult()
                 : getIndexConstant(0);
    for (auto [start, stride] : llvm::zip_equal(starts, access.strides)) {
      if (stride == 0 || matchPattern(start, m_Zero()))
        continue;
      Value scaled =
          stride == 1
              ? start
              : arith::MulIOp::create(builder, start, getIndexConstant(stride));
      base = matchPattern(base, m_Zero())
                 ? scaled
                 : arith::AddIOp::create(builder, base, scaled);
    }
  }
  int64_t offset = access.offset;
  for (auto [delta, stride] : llvm::zip_equal(instance.offsets, access.strides))
    offset += delta * stride;
  if (strategy.vectorDim >= 0)
    offset += lane * access.strides[strategy.vectorDim];
  return offset == 0
             ? base
             : arith::AddIOp::create(builder, base, getIndexConstant(offset));
}

Value NestEmitter::loadScalar(const Access &access, Value index) {
  Value flat = getFlatBuffer(access.operand);
  if (access.group > 1) {
    auto type = VectorType::get(access.group, access.getElementType());
    Value group = vector::LoadOp::create(builder, type, flat, index);
    return vector::ExtractOp::create(builder, joinGroups(builder, group, 1), 0);
  }
  Value value = memref::LoadOp::create(builder, flat, index);
  if (!access.getElementType().isInteger(1))
    return value;
  return arith::CmpIOp::create(
      builder, arith::CmpIPredicate::ne, value,
      arith::ConstantOp::create(builder, builder.getI8IntegerAttr(0)));
}

Value NestEmitter::load(const Access &access, const Instance &instance,
                        int64_t lanes) {
  if (!access.isMemory())
    return access.operand;
  int64_t stride = lanes == 1 ? 0 : access.strides[strategy.vectorDim];
  SmallVector<int64_t> key = {lanes, stride ? instance.activeLanes : lanes};
  for (auto [dim, delta] : llvm::enumerate(instance.offsets))
    key.push_back(nest.root.varies(access, dim) ? delta : 0);
  Value &value = loads[{&access, key}];
  if (value)
    return value;

  if (stride == 0)
    return value = loadScalar(access, getAddress(access, instance));
  if (!access.isContiguous(strategy.vectorDim)) {
    SmallVector<Value> elements;
    for (int64_t lane = 0; lane < lanes; ++lane)
      elements.push_back(
          lane < instance.activeLanes
              ? loadScalar(access, getAddress(access, instance, lane))
              : elements.front());
    return value = vector::FromElementsOp::create(
               builder, VectorType::get(lanes, elements.front().getType()),
               elements);
  }
  Value flat = getFlatBuffer(access.operand);
  Type elementType = cast<MemRefType>(flat.getType()).getElementType();
  auto type = VectorType::get(lanes * access.group, elementType);
  Value address = getAddress(access, instance);
  Value zero;
  if (instance.activeLanes < lanes || access.getElementType().isInteger(1))
    zero = arith::ConstantOp::create(builder, builder.getZeroAttr(type));
  value = instance.activeLanes == lanes
              ? vector::LoadOp::create(builder, type, flat, address).getResult()
              : vector::MaskedLoadOp::create(
                    builder, type, flat, address,
                    getMask(instance.activeLanes * access.group,
                            lanes * access.group),
                    zero)
                    .getResult();
  if (access.group > 1)
    value = joinGroups(builder, value, lanes);
  if (access.getElementType().isInteger(1))
    value =
        arith::CmpIOp::create(builder, arith::CmpIPredicate::ne, value, zero);
  return value;
}

void NestEmitter::store(Value value, const Access &access,
                        const Instance &instance, int64_t lanes) {
  Value flat = getFlatBuffer(access.operand);
  int64_t stride = lanes == 1 ? 0 : access.strides[strategy.vectorDim];
  if (lanes > 1) {
    BodyEmitter body(builder, lanes, nullptr);
    value = body.widen(value);
  }
  if (access.getElementType().isInteger(1)) {
    Type type = builder.getI8Type();
    if (lanes > 1)
      type = VectorType::get(lanes, type);
    value = arith::ExtUIOp::create(builder, type, value);
  }
  if (lanes == 1) {
    memref::StoreOp::create(builder, value, flat, getAddress(access, instance));
  } else if (stride != 1) {
    for (int64_t lane = 0; lane < instance.activeLanes; ++lane)
      memref::StoreOp::create(builder,
                              vector::ExtractOp::create(builder, value, lane),
                              flat, getAddress(access, instance, lane));
  } else if (instance.activeLanes == lanes) {
    vector::StoreOp::create(builder, value, flat, getAddress(access, instance));
  } else {
    vector::MaskedStoreOp::create(builder, flat, getAddress(access, instance),
                                  getMask(instance.activeLanes, lanes), value);
  }
}
