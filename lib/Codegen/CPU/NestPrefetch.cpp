//===- NestPrefetch.cpp - Fetching what the next tiles read ---------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace dlc;

/// A line of the cache.
static constexpr int64_t kLineBytes = 64;

/// Steps of the innermost reduction loop between two rounds of fetches.
static int64_t getPrefetchSteps(int64_t tile) {
  return llvm::alignTo(16, tile);
}

static int64_t getElementsPerLine(const Access &access) {
  int64_t bits = access.getElementType().getIntOrFloatBitWidth();
  return 8 * kLineBytes / std::max<int64_t>(bits, 8);
}

/// The tile's index among those that read the same data, times the share of
/// each, is where its share of the next data begins. Where it isn't known how
/// many tiles there are, as many as likely.
void NestEmitter::preparePrefetch() {
  prefetchBase = Value();
  if (strategy.prefetch < 0)
    return;
  const Access &access = nest.root.inputs[strategy.prefetch];
  int64_t depth = strategy.getInnermostLoop(nest, access);
  int64_t dim = strategy.order[depth];
  if (extents[dim] != strategy.tile[dim])
    return; // what comes next lies elsewhere

  Value reuse = getIndexConstant(0);
  int64_t reuses = 1;
  auto enter = [&](Value start, int64_t size, int64_t step) {
    int64_t trips = llvm::divideCeil(size, step);
    reuse = arith::AddIOp::create(
        builder, arith::MulIOp::create(builder, reuse, getIndexConstant(trips)),
        arith::DivUIOp::create(builder, start, getIndexConstant(step)));
    reuses *= trips;
  };
  for (int64_t position :
       llvm::seq<int64_t>(depth + 1, strategy.order.size())) {
    int64_t inner = strategy.order[position], block = strategy.block[inner];
    if (block && !blockStarts[inner])
      continue; // the remainder, which has no blocks
    if (strategy.isBlockLoop(position))
      enter(blockStarts[inner], nest.estimateSize(inner), block);
    else if (block)
      enter(arith::SubIOp::create(builder, starts[inner], blockStarts[inner]),
            block, strategy.tile[inner]);
    else
      enter(starts[inner], nest.estimateSize(inner), strategy.tile[inner]);
  }

  int64_t rounds = 1;
  for (int64_t reduction : reductionOrder)
    rounds *= reduction == reductionOrder.back()
                  ? llvm::divideCeil(*nest.getSize(reduction),
                                     getPrefetchSteps(strategy.tile[reduction]))
                  : *nest.getSize(reduction);
  int64_t perLine = getElementsPerLine(access);
  int64_t next = strategy.tile[dim] * *access.getStride(dim);
  prefetchLines = llvm::divideCeil(next, perLine * rounds * reuses);

  prefetchBase = arith::MulIOp::create(
      builder, reuse, getIndexConstant(rounds * prefetchLines * perLine));
  prefetchBase = arith::AddIOp::create(
      builder, prefetchBase,
      getSizeValue(addSizeExprs(access.offset, getConstantExpr(next))));
  for (int64_t outer : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (!nest.isReduction[outer] && access.walks(outer))
      prefetchBase = arith::AddIOp::create(
          builder, prefetchBase,
          arith::MulIOp::create(builder, starts[outer],
                                getSizeValue(access.strides[outer])));
}

/// What lies beyond the end of the data needn't be there: a fetch ahead never
/// faults.
void NestEmitter::emitPrefetch(int64_t chunks, Value chunk) {
  const Access &access = nest.root.inputs[strategy.prefetch];
  int64_t perLine = getElementsPerLine(access);
  Value round = getIndexConstant(0);
  for (int64_t dim : ArrayRef(reductionOrder).drop_back())
    round = arith::AddIOp::create(
        builder,
        arith::MulIOp::create(builder, round, getSizeValue(nest.sizes[dim])),
        starts[dim]);
  round = arith::AddIOp::create(
      builder, arith::MulIOp::create(builder, round, getIndexConstant(chunks)),
      chunk);
  Value base = arith::AddIOp::create(
      builder, prefetchBase,
      arith::MulIOp::create(builder, round,
                            getIndexConstant(prefetchLines * perLine)));
  Value flat = getFlatBuffer(access.operand);
  for (int64_t line : llvm::seq<int64_t>(0, prefetchLines))
    memref::PrefetchOp::create(
        builder, flat,
        arith::AddIOp::create(builder, base, getIndexConstant(line * perLine))
            .getResult(),
        /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
}

NestEmitter::Values
NestEmitter::emitInnermostReductionLoop(ArrayRef<Instance> instances,
                                        Values accumulators) {
  int64_t dim = reductionOrder.back(), size = *nest.getSize(dim);
  int64_t tile = strategy.tile[dim], chunk = getPrefetchSteps(tile);
  auto emitBody = [&](Value start, Values current) {
    starts[dim] = start;
    return emitReductionTile(instances, std::move(current), tile);
  };
  int64_t chunks = llvm::divideCeil(size, chunk);
  int64_t full = size <= chunk ? 0 : size / chunk * chunk;
  if (full > 0)
    accumulators = emitReductionLoop(
        getIndexConstant(0), getIndexConstant(full), chunk,
        std::move(accumulators), [&](Value start, Values current) {
          Value steps = getIndexConstant(chunk);
          emitPrefetch(chunks, arith::DivUIOp::create(builder, start, steps));
          Value end = arith::AddIOp::create(builder, start, steps);
          return emitReductionLoop(start, end, tile, std::move(current),
                                   emitBody);
        });
  if (full == size)
    return accumulators;
  emitPrefetch(chunks, getIndexConstant(chunks - 1));
  int64_t tiled = size / tile * tile;
  if (tiled > full)
    accumulators =
        emitReductionLoop(getIndexConstant(full), getIndexConstant(tiled), tile,
                          std::move(accumulators), emitBody);
  starts[dim] = getIndexConstant(tiled);
  return emitReductionTile(instances, std::move(accumulators), size - tiled);
}
