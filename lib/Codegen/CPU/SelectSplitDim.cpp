//===- SelectSplitDim.cpp - How threads share a loop nest -----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Strategy.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace dlc;

/// What a core moves between its caches in a cycle.
static constexpr double kBytesPerCycle = 16;

/// Calls `callback` on all that the nest reads and writes in memory.
static void forEachOperand(const LoopNest &nest,
                           llvm::function_ref<void(const Access &)> callback) {
  auto visit = [&](ArrayRef<Access> accesses) {
    for (const Access &access : accesses)
      if (access.isMemory())
        callback(access);
  };
  visit(nest.root.inputs);
  visit(nest.getFinalOutputs());
  if (nest.epilogue)
    for (auto [i, access] : llvm::enumerate(nest.epilogue->inputs))
      if (i != nest.epilogueOperand && access.isMemory())
        callback(access);
}

/// Bytes of the elements that an operand reaches: at most those of its loops,
/// at most those between the first and the last.
static double getFootprint(const LoopNest &nest, const Access &access) {
  Type type = access.getElementType();
  double bytes =
      type.isIntOrFloat() ? (type.getIntOrFloatBitWidth() + 7) / 8 : 8;
  double points = 1, span = 1;
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (access.walks(dim)) {
      int64_t size = nest.estimateSize(dim);
      points *= size;
      span += double(size - 1) * std::abs(nest.estimate(access.strides[dim]));
    }
  return bytes * std::min(points, span);
}

/// About how many cycles one core takes.
static double estimateCycles(const LoopNest &nest, const Strategy &strategy) {
  // Functions are polynomials of about so many operations.
  constexpr double kFunctionCost = 20, kOpsPerCycle = 2;
  double points = 1, reductions = 1, ops = 0, bytes = 0;
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims())) {
    int64_t size = nest.estimateSize(dim);
    points *= size;
    reductions *= nest.isReduction[dim] ? size : 1;
  }
  auto addBody = [&](const Stage &stage, double times) {
    for (Operation &op : stage.op.getBody()->without_terminator())
      ops +=
          times * (isa<math::MathDialect>(op.getDialect()) ? kFunctionCost : 1);
  };
  addBody(nest.root, points);
  if (nest.epilogue)
    addBody(*nest.epilogue, points / reductions);
  forEachOperand(
      nest, [&](const Access &access) { bytes += getFootprint(nest, access); });
  return std::max(ops / strategy.lanes / kOpsPerCycle, bytes / kBytesPerCycle);
}

/// What every thread reads anew if `dim` is split.
static double getSharedBytes(const LoopNest &nest, int64_t dim) {
  double bytes = 0;
  forEachOperand(nest, [&](const Access &access) {
    if (!access.walks(dim))
      bytes += getFootprint(nest, access);
  });
  return bytes;
}

/// True if an operand varies along `dim` and no other loop around the vectors:
/// weights or a bias along channels.
static bool isChannel(const LoopNest &nest, const Strategy &strategy,
                      int64_t dim) {
  bool result = false;
  forEachOperand(nest, [&](const Access &access) {
    result |=
        access.walks(dim) && llvm::none_of(strategy.order, [&](int64_t other) {
          return other != dim && other != strategy.vectorDim &&
                 access.walks(other);
        });
  });
  return result;
}

/// The loop to split among equally good ones. The next kernel's threads find
/// what they read in their own cache if all kernels are split alike: along
/// rows, since a convolution reads all channels; else along channels, whose
/// data lie together.
static int64_t selectAmongEquals(const LoopNest &nest, const Strategy &strategy,
                                 SmallVectorImpl<int64_t> &dims) {
  auto getStride = [&](int64_t dim) {
    return std::abs(nest.estimate(nest.getFinalOutputs().front().strides[dim]));
  };
  int64_t rows = -1;
  for (int64_t dim : strategy.order)
    if (!isChannel(nest, strategy, dim) &&
        (rows < 0 || getStride(dim) > getStride(rows)))
      rows = dim;
  auto rank = [&](int64_t dim) {
    int place = dim == rows ? 0 : isChannel(nest, strategy, dim) ? 1 : 2;
    return std::tuple(place, -getStride(dim), dim);
  };
  llvm::sort(dims, [&](int64_t a, int64_t b) { return rank(a) < rank(b); });
  return dims.front();
}

/// The best dimension to split where one core takes `cycles`, or -1.
static int64_t findSplitDim(const LoopNest &nest, const Strategy &strategy,
                            double cycles) {
  constexpr double kEqual = 1.5;
  SmallVector<std::pair<double, int64_t>> costs;
  double best = std::numeric_limits<double>::infinity();
  for (int64_t dim : strategy.order) {
    int64_t tiles =
        llvm::divideCeil(nest.estimateSize(dim), strategy.tile[dim]);
    if (tiles < 2 || strategy.block[dim] != 0)
      continue;
    // The slowest thread's share, for several numbers of threads.
    double cost = 0;
    for (int64_t threads : {2, 4, 8, 16})
      cost += cycles * llvm::divideCeil(tiles, threads) / tiles +
              getSharedBytes(nest, dim) / kBytesPerCycle;
    costs.push_back({cost, dim});
    best = std::min(best, cost);
  }
  SmallVector<int64_t> equals;
  for (auto [cost, dim] : costs)
    if (cost <= kEqual * best)
      equals.push_back(dim);
  return equals.empty() ? -1 : selectAmongEquals(nest, strategy, equals);
}

void dlc::selectSplitDim(const LoopNest &nest, Strategy &strategy) {
  constexpr double kMinCycles = 12000;
  auto select = [&](const LoopNest &nest) {
    double cycles = estimateCycles(nest, strategy);
    if (cycles < kMinCycles)
      return;
    strategy.splitDim = findSplitDim(nest, strategy, cycles);
    if (strategy.splitDim < 0 || nest.hasStaticSizes())
      return;
    double points = 1;
    for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
      points *= nest.estimateSize(dim);
    strategy.splitPoints = std::max<int64_t>(points / cycles * kMinCycles, 1);
  };
  select(nest);
  if (strategy.splitDim >= 0 || nest.hasStaticSizes())
    return;
  // What isn't worth it where sizes are as likely, may be where they are large.
  constexpr int64_t kLarge = 1024;
  select(nest.withLikelySizes(kLarge));
}
