//===- DeviceEmitter.cpp - Nests as the code of a thread ------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

Value DeviceEmitter::getConstant(int64_t value) {
  return arith::ConstantOp::create(builder, builder.getI32IntegerAttr(value));
}

Value DeviceEmitter::add(Value a, Value b) {
  if (matchPattern(a, m_Zero()))
    return b;
  if (matchPattern(b, m_Zero()))
    return a;
  // Offsets stay below 2^31, see the class.
  return arith::AddIOp::create(builder, a, b, arith::IntegerOverflowFlags::nsw);
}

Value DeviceEmitter::mul(Value a, int64_t factor) {
  if (factor == 0)
    return getConstant(0);
  if (factor == 1)
    return a;
  return arith::MulIOp::create(builder, a, getConstant(factor),
                               arith::IntegerOverflowFlags::nsw);
}

Value DeviceEmitter::getThread() {
  return NVVM::ThreadIdXOp::create(builder, builder.getI32Type());
}

Value DeviceEmitter::getBlock(unsigned axis) {
  Type type = builder.getI32Type();
  if (axis == 0)
    return NVVM::BlockIdXOp::create(builder, type);
  if (axis == 1)
    return NVVM::BlockIdYOp::create(builder, type);
  return NVVM::BlockIdZOp::create(builder, type);
}

Value DeviceEmitter::isBelow(Value index, int64_t limit) {
  return arith::CmpIOp::create(builder, arith::CmpIPredicate::ult, index,
                               getConstant(limit));
}

void DeviceEmitter::emitBarrier() { NVVM::Barrier0Op::create(builder); }

DeviceEmitter::Values DeviceEmitter::delinearize(Value index,
                                                 ArrayRef<int64_t> dims) {
  Values values(dims.size());
  for (size_t i = dims.size(); i-- > 0;) {
    Value size = getConstant(getNumber(nest.sizes[dims[i]]));
    if (i == 0) {
      values[i] = index;
      break;
    }
    values[i] = arith::RemUIOp::create(builder, index, size);
    index = arith::DivUIOp::create(builder, index, size);
  }
  return values;
}

void DeviceEmitter::setCoordinates(Value index, ArrayRef<int64_t> dims) {
  for (auto [dim, value] : llvm::zip_equal(dims, delinearize(index, dims)))
    coordinates[dim] = value;
}

Value DeviceEmitter::getOffset(const Access &access, ArrayRef<int64_t> dims,
                               ArrayRef<Value> values) {
  Value offset = getConstant(0);
  for (auto [dim, value] : llvm::zip_equal(dims, values))
    if (access.walks(dim))
      offset = add(offset, mul(value, getNumber(access.strides[dim])));
  return offset;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Type dlc::getMemoryType(Type type) {
  return type.isInteger(1)      ? IntegerType::get(type.getContext(), 8)
         : isa<IndexType>(type) ? Type(IntegerType::get(type.getContext(), 64))
                                : type;
}

Value dlc::getElementPointer(ImplicitLocOpBuilder &builder, Type type,
                             Value base, Value offset) {
  return LLVM::GEPOp::create(builder, base.getType(), type, base,
                             ArrayRef<LLVM::GEPArg>{offset});
}

Value DeviceEmitter::loadAt(const Access &access, Value offset) {
  Type type = access.getElementType(), stored = getMemoryType(type);
  Value place =
      getElementPointer(builder, stored, pointers.at(access.operand),
                        add(offset, getConstant(getNumber(access.offset))));
  Value value = LLVM::LoadOp::create(builder, stored, place);
  if (type.isInteger(1))
    return arith::CmpIOp::create(
        builder, arith::CmpIPredicate::ne, value,
        arith::ConstantOp::create(builder, builder.getI8IntegerAttr(0)));
  if (isa<IndexType>(type))
    return arith::IndexCastOp::create(builder, type, value);
  return value;
}

Value DeviceEmitter::load(const Access &access) {
  if (!access.isMemory())
    return access.operand;
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, nest.getNumDims()));
  return loadAt(access, getOffset(access, dims, coordinates));
}

void DeviceEmitter::store(Value value, const Access &access) {
  Type type = access.getElementType(), stored = getMemoryType(type);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, nest.getNumDims()));
  Value offset = add(getOffset(access, dims, coordinates),
                     getConstant(getNumber(access.offset)));
  if (type.isInteger(1))
    value = arith::ExtUIOp::create(builder, stored, value);
  else if (isa<IndexType>(type))
    value = arith::IndexCastOp::create(builder, stored, value);
  LLVM::StoreOp::create(
      builder, value,
      getElementPointer(builder, stored, pointers.at(access.operand), offset));
}

Value dlc::createSharedArray(ImplicitLocOpBuilder &builder, Type elementType,
                             int64_t elements, int64_t alignment) {
  auto module =
      builder.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  constexpr unsigned kSharedSpace = 3;
  OpBuilder detached(builder.getContext());
  auto global = LLVM::GlobalOp::create(
      detached, builder.getLoc(),
      LLVM::LLVMArrayType::get(elementType, elements), /*isConstant=*/false,
      LLVM::Linkage::Internal, "shared", Attribute(), alignment, kSharedSpace);
  SymbolTable(module).insert(global, module.getBody()->begin());
  return LLVM::AddressOfOp::create(builder, global);
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

DeviceEmitter::Values DeviceEmitter::emitStage(const Stage &stage,
                                               ArrayRef<Value> given) {
  Block &block = *stage.op.getBlock();
  unsigned numInputs = stage.inputs.size();
  Values arguments;
  for (unsigned i = 0, e = block.getNumArguments(); i < e; ++i) {
    if (i < given.size() && given[i])
      arguments.push_back(given[i]);
    else if (block.getArgument(i).use_empty())
      arguments.push_back(Value());
    else
      arguments.push_back(
          load(i < numInputs ? stage.inputs[i] : stage.outputs[i - numInputs]));
  }
  auto getIndex = [&](int64_t genericDim) -> Value {
    int64_t dim = stage.nestDims[genericDim];
    Value value = dim < 0 ? getConstant(0) : coordinates[dim];
    return arith::IndexCastUIOp::create(builder, builder.getIndexType(), value);
  };
  BodyEmitter body(builder, /*lanes=*/1, getIndex);
  return body.emit(block, arguments, numInputs);
}

DeviceEmitter::Values DeviceEmitter::emitStep(ArrayRef<Value> accumulators) {
  Values given(nest.root.inputs.size());
  llvm::append_range(given, accumulators);
  return emitStage(nest.root, given);
}

DeviceEmitter::Values DeviceEmitter::getInitial() {
  Values values;
  for (auto [initial, output] :
       llvm::zip_equal(nest.initialValues, nest.root.outputs))
    values.push_back(initial ? initial : load(output));
  return values;
}

void DeviceEmitter::emitResults(Values values) {
  if (nest.epilogue) {
    Values given(nest.epilogue->inputs.size());
    given[nest.epilogueOperand] = values.front();
    values = emitStage(*nest.epilogue, given);
  }
  for (auto [value, output] : llvm::zip_equal(values, nest.getFinalOutputs()))
    store(value, output);
}

Value DeviceEmitter::combine(Value a, Value b) {
  Operation *combiner = getCombiner(nest.root.op, 0);
  OperationState state(builder.getLoc(), combiner->getName());
  state.addOperands({a, b});
  state.addTypes(a.getType());
  return builder.create(state)->getResult(0);
}

Value DeviceEmitter::getNeutral() {
  return arith::ConstantOp::create(
      builder, *arith::getNeutralElement(getCombiner(nest.root.op, 0)));
}

void DeviceEmitter::emitIf(Value condition, function_ref<void()> body) {
  auto branch = scf::IfOp::create(builder, condition, /*withElse=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  body();
}

void DeviceEmitter::emitCrossings(const Contraction &product,
                                  ArrayRef<Value> rows, ArrayRef<Value> columns,
                                  ArrayRef<Value> sums, int64_t rowTile,
                                  int64_t columnTile) {
  struct Line {
    Values coordinates;
    Value inside;
  };
  auto makeLines = [&](ArrayRef<int64_t> dims, ArrayRef<Value> indices,
                       int64_t tile) {
    int64_t points = getPoints(nest, dims);
    return llvm::map_to_vector(indices, [&](Value index) {
      return Line{delinearize(index, dims),
                  points % tile ? isBelow(index, points) : Value()};
    });
  };
  auto emitWithin = [&](const Line &line, ArrayRef<int64_t> dims,
                        function_ref<void()> body) {
    for (auto [dim, value] : llvm::zip_equal(dims, line.coordinates))
      coordinates[dim] = value;
    line.inside ? emitIf(line.inside, body) : body();
  };
  auto lines = makeLines(product.n, columns, columnTile);
  for (auto [i, row] : llvm::enumerate(makeLines(product.m, rows, rowTile)))
    emitWithin(row, product.m, [&, i = i] {
      for (auto [j, column] : llvm::enumerate(lines))
        emitWithin(column, product.n, [&, j = j] {
          Value sum = sums[i * columns.size() + j];
          Value initial = getInitial().front();
          if (!matchPattern(initial, m_AnyZeroFloat()) &&
              !matchPattern(initial, m_Zero()))
            sum = combine(initial, sum);
          emitResults({sum});
        });
    });
}

//===----------------------------------------------------------------------===//
// A thread per point
//===----------------------------------------------------------------------===//

DeviceEmitter::Values PointEmitter::emitReductions(unsigned depth,
                                                   Values accumulators) {
  if (depth == reductions.size())
    return emitStep(accumulators);
  int64_t dim = reductions[depth];
  auto loop = scf::ForOp::create(
      builder, getConstant(0), getConstant(getNumber(nest.sizes[dim])),
      getConstant(1), accumulators,
      [&](OpBuilder &, Location, Value iv, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        coordinates[dim] = iv;
        scf::YieldOp::create(builder,
                             emitReductions(depth + 1, Values(carried)));
      });
  return Values(loop.getResults().begin(), loop.getResults().end());
}

LaunchShape PointEmitter::emit(const GPUStrategy &strategy) {
  SmallVector<int64_t> parallel = getDims(nest, /*reduction=*/false);
  reductions = getDims(nest, /*reduction=*/true);
  int64_t points = getPoints(nest, parallel);
  Value point = add(mul(getBlock(0), strategy.threads), getThread());
  emitIf(isBelow(point, points), [&] {
    setCoordinates(point, parallel);
    if (nest.hasReduction())
      return emitResults(emitReductions(0, getInitial()));
    Values given(nest.root.inputs.size());
    llvm::append_range(given, nest.initialValues);
    emitResults(emitStage(nest.root, given));
  });
  return {{int32_t(llvm::divideCeil(points, strategy.threads)), 1, 1},
          int32_t(strategy.threads)};
}

//===----------------------------------------------------------------------===//
// Shared reductions
//===----------------------------------------------------------------------===//

static constexpr int64_t kWarp = 32;

/// What a thread finds in every `threads`-th element of the reduction.
Value ReduceEmitter::emitPartial(Value lane, int64_t threads) {
  SmallVector<int64_t> dims = getDims(nest, /*reduction=*/true);
  auto loop = scf::ForOp::create(
      builder, lane, getConstant(getPoints(nest, dims)), getConstant(threads),
      getNeutral(), [&](OpBuilder &, Location, Value iv, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        setCoordinates(iv, dims);
        scf::YieldOp::create(builder, emitStep(Values(carried)));
      });
  return loop.getResult(0);
}

/// The value that the lane at `distance` (by exclusive or) has.
Value ReduceEmitter::shuffle(Value value, int64_t distance) {
  Type type = value.getType();
  unsigned bits = type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 64;
  Type i32 = builder.getI32Type(), bitsType = builder.getIntegerType(bits);
  if (isa<FloatType>(type))
    value = arith::BitcastOp::create(builder, bitsType, value);
  auto exchange = [&](Value word) -> Value {
    return NVVM::ShflOp::create(builder, i32, getConstant(-1), word,
                                getConstant(distance), getConstant(kWarp - 1),
                                NVVM::ShflKind::bfly, UnitAttr());
  };
  if (bits == 32) {
    value = exchange(value);
  } else if (bits < 32) {
    value = exchange(arith::ExtUIOp::create(builder, i32, value));
    value = arith::TruncIOp::create(builder, bitsType, value);
  } else {
    Value half =
        arith::ConstantOp::create(builder, builder.getI64IntegerAttr(32));
    Value high = arith::TruncIOp::create(
        builder, i32, arith::ShRUIOp::create(builder, value, half));
    Value low =
        exchange(arith::TruncIOp::create(builder, i32, value).getResult());
    high = arith::ExtUIOp::create(builder, bitsType, exchange(high));
    low = arith::ExtUIOp::create(builder, bitsType, low);
    value = arith::OrIOp::create(builder, low,
                                 arith::ShLIOp::create(builder, high, half));
  }
  if (isa<FloatType>(type))
    value = arith::BitcastOp::create(builder, type, value);
  return value;
}

Value ReduceEmitter::joinWarp(Value value) {
  for (int64_t distance = kWarp / 2; distance > 0; distance /= 2)
    value = combine(value, shuffle(value, distance));
  return value;
}

/// Joins what the warps of a block have: every thread reads all of it.
Value ReduceEmitter::joinBlock(Value value, Value thread, int64_t warps) {
  Type type = value.getType(), stored = getMemoryType(type);
  Value shared = createSharedArray(builder, stored, warps);
  Value warp = arith::DivUIOp::create(builder, thread, getConstant(kWarp));
  Value lane = arith::RemUIOp::create(builder, thread, getConstant(kWarp));
  emitIf(isBelow(lane, 1), [&] {
    Value word =
        type == stored ? value : arith::ExtUIOp::create(builder, stored, value);
    LLVM::StoreOp::create(builder, word,
                          getElementPointer(builder, stored, shared, warp));
  });
  emitBarrier();
  Value joined;
  for (int64_t i = 0; i < warps; ++i) {
    Value part = LLVM::LoadOp::create(
        builder, stored,
        getElementPointer(builder, stored, shared, getConstant(i)));
    if (type != stored)
      part = arith::TruncIOp::create(builder, type, part);
    joined = joined ? combine(joined, part) : part;
  }
  return joined;
}

LaunchShape ReduceEmitter::emit(const GPUStrategy &strategy) {
  SmallVector<int64_t> parallel = getDims(nest, /*reduction=*/false);
  int64_t points = getPoints(nest, parallel), threads = strategy.threads;
  // A warp needn't be alone in its block; its lanes stay together.
  int64_t pointsPerBlock = std::max<int64_t>(1, 4 * kWarp / threads);
  if (threads > kWarp)
    pointsPerBlock = 1;
  int64_t blockThreads = pointsPerBlock * threads;
  Value thread = getThread(), lane = thread, point = getBlock(0);
  if (pointsPerBlock > 1) {
    lane = arith::RemUIOp::create(builder, thread, getConstant(threads));
    point = add(mul(point, pointsPerBlock),
                arith::DivUIOp::create(builder, thread, getConstant(threads)));
  }
  auto emitPoint = [&] {
    setCoordinates(point, parallel);
    Value value = joinWarp(emitPartial(lane, threads));
    if (threads > kWarp)
      value = joinBlock(value, thread, threads / kWarp);
    emitIf(isBelow(lane, 1),
           [&] { emitResults({combine(getInitial().front(), value)}); });
  };
  if (points % pointsPerBlock == 0)
    emitPoint();
  else
    emitIf(isBelow(point, points), emitPoint);
  return {{int32_t(llvm::divideCeil(points, pointsPerBlock)), 1, 1},
          int32_t(blockThreads)};
}
