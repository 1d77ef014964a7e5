//===- RegisterTile.cpp - Which points of a nest share registers ----------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Strategy.h"

#include <numeric>

using namespace mlir;
using namespace dlc;

namespace {
/// How often some dimensions are unrolled (the vector dimension in vectors).
struct TileChoice {
  SmallVector<int64_t, 3> dims;
  SmallVector<int64_t, 3> unroll;
};

/// Prices register tiles of a reduction.
class TileCost {
public:
  TileCost(const LoopNest &nest, const Strategy &strategy,
           const CPUTarget &target)
      : nest(nest), strategy(strategy), target(target) {}

  /// Issue slots for the dimensions' whole extents, or infinity where the tile
  /// doesn't fit the registers.
  double operator()(const TileChoice &choice) const {
    SmallVector<int64_t, 3> tile(choice.dims.size());
    return addTiles(choice, tile, 0);
  }

  /// Elements along a dimension, or vectors along the vector dimension.
  int64_t getExtent(int64_t dim) const {
    int64_t size = nest.estimateSize(dim);
    return dim == strategy.vectorDim ? llvm::divideCeil(size, strategy.lanes)
                                     : size;
  }

private:
  /// Along one of the choice's dimensions, tiles of which size there are, and
  /// how many.
  SmallVector<std::pair<int64_t, int64_t>, 4> getTiles(int64_t dim,
                                                       int64_t unroll) const {
    int64_t left = getExtent(dim);
    SmallVector<std::pair<int64_t, int64_t>, 4> tiles = {
        {unroll, left / unroll}};
    left %= unroll;
    int64_t lanes = dim == strategy.vectorDim ? strategy.lanes : 1;
    if (nest.getRemainder(dim, unroll * lanes)) {
      tiles.push_back({left, 1});
      return tiles;
    }
    for (int64_t size : dim == strategy.vectorDim ? SmallVector<int64_t>{1}
                                                  : getSmallerTiles(unroll)) {
      tiles.push_back({size, left / size});
      left %= size;
    }
    return tiles;
  }

  /// The sum over full tiles and remainders along the dimensions from
  /// `position` on.
  double addTiles(const TileChoice &choice, MutableArrayRef<int64_t> tile,
                  unsigned position) const {
    if (position == tile.size())
      return getTileCost(choice.dims, tile);
    double total = 0;
    for (auto [size, count] :
         getTiles(choice.dims[position], choice.unroll[position])) {
      if (size == 0 || count == 0)
        continue;
      tile[position] = size;
      total += count * addTiles(choice, tile, position + 1);
    }
    return total;
  }

  double getTileCost(ArrayRef<int64_t> dims, ArrayRef<int64_t> tile) const {
    double loads = 0, streamed = 0, broadcasts = 0;
    int64_t inputVectors = 0;
    for (const Access &access : nest.root.inputs) {
      if (!access.isMemory())
        continue;
      int64_t count = 1;
      bool isConflicting = false;
      for (auto [dim, size] : llvm::zip_equal(dims, tile)) {
        count *= access.walks(dim) ? size : 1;
        isConflicting |= conflicts(access, dim, size);
      }
      bool isBroadcast =
          strategy.vectorDim < 0 || !access.walks(strategy.vectorDim);
      loads += count * (isBroadcast && isConflicting
                            ? kStreamSlots
                            : getAccessSlots(access, strategy.vectorDim,
                                             strategy.lanes));
      (isBroadcast ? broadcasts : streamed) += count;
      // A broadcast is an operand of the multiplication: one register at most.
      inputVectors += isBroadcast ? 1 : count;
    }
    int64_t accumulators = 1, largest = 1;
    for (int64_t size : tile) {
      accumulators *= size;
      largest = std::max(largest, size);
    }
    // One input is held in registers while the other streams through.
    int64_t held = std::min(inputVectors, accumulators / largest + 1);
    if (accumulators + held > target.vectorRegisters)
      return std::numeric_limits<double>::infinity();
    // Two multiplications and two loads issue per cycle; each accumulator is
    // busy for four cycles, so fewer than eight leave slots empty.
    constexpr double kLatencySlots = 8, kLoopOverhead = 1;
    // Loads that fit between the multiplications still get in their way.
    constexpr double kBroadcastOverhead = 0.1, kStreamOverhead = 1;
    return std::max({double(accumulators), loads, kLatencySlots,
                     kStreamSlots * streamed}) +
           kLoopOverhead + kBroadcastOverhead * broadcasts +
           kStreamOverhead * streamed;
  }

  /// True if the elements of `tile` steps along a dimension lie in more lines
  /// of one set of the first-level cache than it has ways to spare.
  bool conflicts(const Access &access, int64_t dim, int64_t tile) const {
    constexpr int64_t kSetBytes = 4096, kWays = 8;
    int64_t bytes = nest.estimate(access.strides[dim]) *
                    getElementBytes(access.getElementType());
    return bytes != 0 && tile * std::gcd(bytes, kSetBytes) > kWays * kSetBytes;
  }

  /// A vector that comes from the second-level cache, as those that walk along
  /// a reduction do, takes two cycles.
  static constexpr double kStreamSlots = 4;

  const LoopNest &nest;
  const Strategy &strategy;
  const CPUTarget &target;
};

/// Searches the register tile of a reduction among all of up to three
/// dimensions. Open sizes are as likely, and also large: where one row is
/// likely, a tile of several is still what many rows need, and its tail is a
/// row.
class TileSearch {
public:
  TileSearch(const LoopNest &nest, const Strategy &strategy,
             const CPUTarget &target)
      : large(nest.withLikelySizes(kLargeSize)),
        registers(target.vectorRegisters) {
    costs.emplace_back(nest, strategy, target);
    if (!nest.hasStaticSizes())
      costs.emplace_back(large, strategy, target);
    // Innermost dimensions first: among equals, tiles of neighbours in memory.
    for (int64_t dim : llvm::reverse(llvm::seq<int64_t>(0, nest.getNumDims())))
      if (!nest.isReduction[dim] && getExtent(dim) > 1)
        parallel.push_back(dim);
  }

  TileChoice search() {
    extend(/*next=*/0, /*accumulators=*/1);
    return best;
  }

private:
  static constexpr int64_t kLargeSize = 64;

  int64_t getExtent(int64_t dim) const { return costs.back().getExtent(dim); }

  /// Considers the current choice with further dimensions.
  void extend(unsigned next, int64_t accumulators) {
    constexpr int64_t kMaxUnroll = 14;
    constexpr unsigned kMaxDims = 3;
    if (current.dims.size() == kMaxDims)
      return;
    for (unsigned i = next; i < parallel.size(); ++i) {
      int64_t limit = std::min(
          {getExtent(parallel[i]), kMaxUnroll, registers / accumulators});
      current.dims.push_back(parallel[i]);
      current.unroll.push_back(1);
      // Long tiles along inner dimensions first, again for neighbours.
      for (int64_t unroll = limit; unroll >= 1; --unroll) {
        current.unroll.back() = unroll;
        consider();
        if (unroll > 1)
          extend(i + 1, accumulators * unroll);
      }
      current.dims.pop_back();
      current.unroll.pop_back();
    }
  }

  void consider() {
    // Choices of different dimensions compare by what tiling saves.
    TileChoice plain = current;
    llvm::fill(plain.unroll, 1);
    double share = 0;
    for (const TileCost &cost : costs)
      share += cost(current) / cost(plain);
    if (share < bestShare * 0.999) {
      bestShare = share;
      best = current;
    }
  }

  LoopNest large;
  SmallVector<TileCost, 2> costs;
  int64_t registers;
  SmallVector<int64_t> parallel;
  TileChoice current, best;
  double bestShare = std::numeric_limits<double>::infinity();
};
} // namespace

/// Steps of the innermost reduction loop that are unrolled, so that the loop
/// itself costs little. With 16 registers that was slower (by 8 % in AVX2 code
/// of squeezenet).
static int64_t selectSteps(const LoopNest &nest, const Strategy &strategy,
                           const CPUTarget &target) {
  constexpr int64_t kSteps = 4, kMaxVectors = 128;
  if (strategy.vectorDim < 0 || target.vectorRegisters < 32)
    return 1;
  int64_t vectors = 1;
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    vectors *= nest.isReduction[dim] ? 1 : strategy.tile[dim];
  vectors /= strategy.lanes;
  int64_t size = nest.estimateSize(strategy.getInnermostReduction(nest));
  return std::clamp<int64_t>(kMaxVectors / vectors, 1, std::min(kSteps, size));
}

void dlc::selectReductionTile(const LoopNest &nest, Strategy &strategy,
                              const CPUTarget &target) {
  TileChoice choice = TileSearch(nest, strategy, target).search();
  for (auto [dim, unroll] : llvm::zip_equal(choice.dims, choice.unroll))
    strategy.tile[dim] =
        unroll * (dim == strategy.vectorDim ? strategy.lanes : 1);
  int64_t innermost = strategy.getInnermostReduction(nest);
  if (innermost != strategy.vectorDim)
    strategy.tile[innermost] = selectSteps(nest, strategy, target);
}
