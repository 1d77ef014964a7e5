//===- TileEmitter.cpp - Matrix products through shared memory ------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace dlc;

/// A block is a square of threads; each has as many rows and columns.
static constexpr int64_t kSquare = 16;
static constexpr int64_t kThreads = kSquare * kSquare;

static Value makeZero(ImplicitLocOpBuilder &builder, Type type) {
  return arith::ConstantOp::create(builder, builder.getZeroAttr(type));
}

/// Decides which elements of the operand's tile the thread brings: threads side
/// by side read what lies side by side in memory.
TileEmitter::Operand TileEmitter::makeOperand(unsigned input,
                                              ArrayRef<int64_t> dims,
                                              int64_t side, unsigned axis) {
  Operand operand{input, &nest.root.inputs[input], side, side, {}, {}, {}};
  const Access &access = *operand.access;
  bool alongDepth = access.getStride(product.k.back()) == 1;
  if (alongDepth)
    operand.pitch += 4; // against bank conflicts of the stores
  operand.shared = createSharedArray(
      builder, getMemoryType(access.getElementType()), tile[2] * operand.pitch);
  Values batch = llvm::map_to_vector(
      product.batch, [&](int64_t dim) { return coordinates[dim]; });
  operand.batch = getOffset(access, product.batch, batch);

  Value thread = getThread(), first = mul(getBlock(axis), side);
  int64_t fast = alongDepth ? tile[2] : side, points = getPoints(nest, dims);
  Value low = arith::RemUIOp::create(builder, thread, getConstant(fast));
  Value high = arith::DivUIOp::create(builder, thread, getConstant(fast));
  for (int64_t i = 0; i < side * tile[2] / kThreads; ++i) {
    Value slow = add(high, getConstant(i * (kThreads / fast)));
    auto [lane, depth] =
        alongDepth ? std::pair(slow, low) : std::pair(low, slow);
    Element element;
    element.position = add(mul(depth, operand.pitch), lane);
    element.depth = depth;
    Value point = add(first, lane);
    if (points % side != 0) {
      element.inside = isBelow(point, points);
      point = arith::SelectOp::create(builder, element.inside, point,
                                      getConstant(0));
    }
    element.offset = getOffset(access, dims, delinearize(point, dims));
    operand.elements.push_back(element);
  }
  return operand;
}

/// Loads the thread's elements of the step that begins at depth `start`. What
/// lies outside the matrix is zero: its place is taken by an element that
/// exists, so that no branch is needed.
TileEmitter::Values TileEmitter::fetch(const Operand &operand, Value start) {
  int64_t size = getPoints(nest, product.k);
  Values values;
  for (const Element &element : operand.elements) {
    Value depth = add(start, element.depth), inside = element.inside;
    if (size % tile[2] != 0) {
      Value exists = isBelow(depth, size);
      depth = arith::SelectOp::create(builder, exists, depth, getConstant(0));
      inside = inside ? arith::AndIOp::create(builder, inside, exists) : exists;
    }
    Value offset =
        getOffset(*operand.access, product.k, delinearize(depth, product.k));
    Value value = loadAt(*operand.access,
                         add(operand.batch, add(element.offset, offset)));
    if (inside)
      value = arith::SelectOp::create(builder, inside, value,
                                      makeZero(builder, value.getType()));
    values.push_back(value);
  }
  return values;
}

void TileEmitter::put(const Operand &operand, ArrayRef<Value> values) {
  for (auto [element, value] : llvm::zip_equal(operand.elements, values))
    LLVM::StoreOp::create(builder, value,
                          getElementPointer(builder, value.getType(),
                                            operand.shared, element.position));
}

/// Which of `count * kSquare` lines the thread has. A piece is what one load
/// brings; those of threads side by side are neighbours in memory, or some
/// would wait for the same banks.
static int64_t getPieceSize(int64_t count) {
  return std::min<int64_t>(count, 4);
}

/// The `count` values at `depth` that the thread multiplies.
TileEmitter::Values TileEmitter::loadFragment(const Operand &operand,
                                              int64_t depth, Value lane,
                                              int64_t count) {
  Type type = operand.access->getElementType();
  int64_t size = getPieceSize(count);
  int64_t bytes = type.getIntOrFloatBitWidth() / 8;
  unsigned alignment = std::min<int64_t>(
      16, llvm::MinAlign(size * bytes, operand.pitch * bytes));
  Values values;
  for (int64_t first = 0; first < count; first += size) {
    Value place = getElementPointer(
        builder, type, operand.shared,
        add(mul(lane, size),
            getConstant(depth * operand.pitch + first * kSquare)));
    if (size == 1)
      return {LLVM::LoadOp::create(builder, type, place)};
    Value piece = LLVM::LoadOp::create(builder, VectorType::get(size, type),
                                       place, alignment);
    for (int64_t i = 0; i < size; ++i)
      values.push_back(vector::ExtractOp::create(builder, piece, i));
  }
  return values;
}

/// One step: the products of all depths of the tile in shared memory.
TileEmitter::Values TileEmitter::emitProducts(ArrayRef<Value> accumulators) {
  Values sums(accumulators.begin(), accumulators.end());
  for (int64_t depth = 0; depth < tile[2]; ++depth) {
    Values left = loadFragment(a, depth, row, rows);
    Values right = loadFragment(b, depth, column, columns);
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        Values given(nest.root.inputs.size());
        given[a.input] = left[i];
        given[b.input] = right[j];
        Value &sum = sums[i * columns + j];
        given.push_back(sum);
        sum = emitStage(nest.root, given).front();
      }
  }
  return sums;
}

/// The loads of a step are under way while the step before is multiplied.
TileEmitter::Values TileEmitter::emitDepthLoop() {
  int64_t size = getPoints(nest, product.k), numSums = rows * columns;
  Values carried(numSums,
                 makeZero(builder, nest.root.outputs[0].getElementType()));
  llvm::append_range(carried, fetch(a, getConstant(0)));
  llvm::append_range(carried, fetch(b, getConstant(0)));
  auto loop = scf::ForOp::create(
      builder, getConstant(0), getConstant(size), getConstant(tile[2]), carried,
      [&](OpBuilder &, Location, Value start, ValueRange carried) {
        OpBuilder::InsertionGuard guard(builder);
        Values values(carried.begin(), carried.end());
        auto sums = ArrayRef(values).take_front(numSums);
        auto fetched = ArrayRef(values).drop_front(numSums);
        // Nobody reads the step before any more.
        emitBarrier();
        put(a, fetched.take_front(a.elements.size()));
        put(b, fetched.drop_front(a.elements.size()));
        // After the last step, the first again: that exists. Behind the
        // barrier, LLVM would move the loads to where their values are stored.
        Value next = add(start, getConstant(tile[2]));
        next = arith::SelectOp::create(builder, isBelow(next, size), next,
                                       getConstant(0));
        Values left = fetch(a, next), right = fetch(b, next);
        emitBarrier();
        Values results = emitProducts(sums);
        llvm::append_range(results, left);
        llvm::append_range(results, right);
        scf::YieldOp::create(builder, results);
      });
  Values sums = loop.getResults();
  sums.truncate(numSums);
  return sums;
}

LaunchShape TileEmitter::emit(const GPUStrategy &strategy) {
  product = *Contraction::match(nest);
  tile.assign(strategy.tile.begin(), strategy.tile.end());
  rows = tile[0] / kSquare;
  columns = tile[1] / kSquare;
  Value thread = getThread();
  row = arith::DivUIOp::create(builder, thread, getConstant(kSquare));
  column = arith::RemUIOp::create(builder, thread, getConstant(kSquare));
  if (!product.batch.empty())
    setCoordinates(getBlock(2), product.batch);
  a = makeOperand(product.a, product.m, tile[0], /*axis=*/1);
  b = makeOperand(product.b, product.n, tile[1], /*axis=*/0);
  Values sums = emitDepthLoop();
  auto makeLines = [&](unsigned axis, int64_t side, Value lane, int64_t lines) {
    int64_t size = getPieceSize(lines);
    Value first = add(mul(getBlock(axis), side), mul(lane, size));
    return llvm::map_to_vector(llvm::seq<int64_t>(0, lines), [&](int64_t i) {
      return add(first, getConstant(i / size * size * kSquare + i % size));
    });
  };
  emitCrossings(product, makeLines(1, tile[0], row, rows),
                makeLines(0, tile[1], column, columns), sums, tile[0], tile[1]);
  auto count = [&](ArrayRef<int64_t> dims, int64_t side) {
    return int32_t(llvm::divideCeil(getPoints(nest, dims), side));
  };
  return {{count(product.n, tile[1]), count(product.m, tile[0]),
           count(product.batch, 1)},
          int32_t(kThreads)};
}
