//===- Strategy.cpp - How a loop nest is tiled and vectorized -------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Strategy.h"

#include "DotProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// The attribute
//===----------------------------------------------------------------------===//

DictionaryAttr Strategy::toAttr(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<NamedAttribute> entries = {
      builder.getNamedAttr("vector_dim", builder.getI64IntegerAttr(vectorDim)),
      builder.getNamedAttr("lanes", builder.getI64IntegerAttr(lanes)),
      builder.getNamedAttr("tile", builder.getDenseI64ArrayAttr(tile)),
      builder.getNamedAttr("order", builder.getDenseI64ArrayAttr(order))};
  if (splitDim >= 0)
    entries.push_back(
        builder.getNamedAttr("split_dim", builder.getI64IntegerAttr(splitDim)));
  if (dot > 1)
    entries.push_back(
        builder.getNamedAttr("dot", builder.getI64IntegerAttr(dot)));
  return builder.getDictionaryAttr(entries);
}

int64_t Strategy::getNumChunks(const LoopNest &nest) const {
  return splitDim < 0 ? 1
                      : llvm::divideCeil(nest.sizes[splitDim], tile[splitDim]);
}

/// False if vectors along a dimension would need an index for each lane.
static bool canVectorize(const LoopNest &nest, int64_t dim) {
  return dim < 0 || llvm::all_of(nest.root.inputs, [&](const Access &access) {
           return access.indexInput < 0 ||
                  nest.root.inputs[access.indexInput].strides[dim] == 0;
         });
}

/// True if `strategy` is one that the generator can carry out for `nest`.
static bool isValid(const Strategy &strategy, const LoopNest &nest) {
  int64_t numDims = nest.getNumDims();
  if (strategy.vectorDim < -1 || strategy.vectorDim >= numDims ||
      strategy.lanes < 1 ||
      static_cast<int64_t>(strategy.tile.size()) != numDims ||
      llvm::any_of(strategy.tile, [](int64_t t) { return t < 1; }))
    return false;
  if (strategy.splitDim < -1 || strategy.splitDim >= numDims ||
      (strategy.splitDim >= 0 && nest.isReduction[strategy.splitDim]))
    return false;
  if (strategy.vectorDim < 0
          ? strategy.lanes != 1
          : strategy.tile[strategy.vectorDim] % strategy.lanes)
    return false;
  SmallVector<int64_t> parallel, sorted = strategy.order;
  for (int64_t dim = 0; dim < numDims; ++dim) {
    if (!nest.isReduction[dim])
      parallel.push_back(dim);
    else if (strategy.tile[dim] !=
             (dim == strategy.vectorDim ? strategy.lanes : 1))
      return false;
  }
  llvm::sort(sorted);
  if (sorted != parallel)
    return false;
  if (!canVectorize(nest, strategy.vectorDim))
    return false;
  bool vectorReduction =
      strategy.vectorDim >= 0 && nest.isReduction[strategy.vectorDim];
  return !vectorReduction || (nest.root.outputs.size() == 1 &&
                              getCombiner(nest.root.op, 0) != nullptr);
}

FailureOr<Strategy> Strategy::fromAttr(Attribute attr, LoopNest &nest,
                                       Operation *op) {
  auto dictionary = dyn_cast_or_null<DictionaryAttr>(attr);
  if (!dictionary)
    return op->emitError("'dlc.strategy' must hold one dictionary per nest");
  auto vectorDim = dictionary.getAs<IntegerAttr>("vector_dim");
  auto lanes = dictionary.getAs<IntegerAttr>("lanes");
  auto tile = dictionary.getAs<DenseI64ArrayAttr>("tile");
  auto order = dictionary.getAs<DenseI64ArrayAttr>("order");
  if (!vectorDim || !lanes || !tile || !order)
    return op->emitError(
        "'dlc.strategy' needs 'vector_dim', 'lanes', 'tile' and 'order'");
  auto splitDim = dictionary.getAs<IntegerAttr>("split_dim");
  Strategy strategy{vectorDim.getInt(),
                    lanes.getInt(),
                    llvm::to_vector(tile.asArrayRef()),
                    llvm::to_vector(order.asArrayRef()),
                    splitDim ? splitDim.getInt() : -1,
                    /*dot=*/1};
  if (failed(formDotProduct(nest, dictionary, op)))
    return failure();
  strategy.dot = nest.dot;
  if (!isValid(strategy, nest))
    return op->emitError("'dlc.strategy' doesn't fit a nest of ")
           << nest.getNumDims() << " dimensions";
  return strategy;
}

//===----------------------------------------------------------------------===//
// The vector dimension
//===----------------------------------------------------------------------===//

Operation *dlc::getCombiner(linalg::GenericOp op, unsigned output) {
  Value yielded = op.getBody()->getTerminator()->getOperand(output);
  Operation *combiner = yielded.getDefiningOp();
  BlockArgument accumulator = op.getRegionOutputArgs()[output];
  if (!combiner || combiner->getBlock() != op.getBody() ||
      !accumulator.hasOneUse() || *accumulator.user_begin() != combiner)
    return nullptr;
  return isa<arith::AddFOp, arith::AddIOp, arith::MulFOp, arith::MulIOp,
             arith::MaximumFOp, arith::MinimumFOp, arith::MaxSIOp,
             arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp, arith::AndIOp,
             arith::OrIOp>(combiner)
             ? combiner
             : nullptr;
}

/// Bytes of an element in a vector register; booleans are masks of others.
static int64_t getElementBytes(Type type) {
  if (isa<IndexType>(type))
    return 8;
  return type.isIntOrFloat() ? (type.getIntOrFloatBitWidth() + 7) / 8 : 1;
}

/// Vectors hold as many elements as the widest type of the nest allows.
static int64_t getLanes(LoopNest nest, const CPUTarget &target) {
  int64_t widest = 1;
  nest.forEachAccess([&](Access &access) {
    widest = std::max(widest, getElementBytes(access.getElementType()));
  });
  auto visitBody = [&](const Stage &stage) {
    for (Operation &op : stage.op.getBody()->without_terminator())
      for (Type type : op.getResultTypes())
        widest = std::max(widest, getElementBytes(type));
  };
  visitBody(nest.root);
  if (nest.epilogue)
    visitBody(*nest.epilogue);
  return std::max<int64_t>(target.vectorBytes / widest, 1);
}

static int64_t getReductionSize(const LoopNest &nest) {
  int64_t size = 1;
  for (auto [extent, isReduction] :
       llvm::zip_equal(nest.sizes, nest.isReduction))
    size *= isReduction ? extent : 1;
  return size;
}

/// Issue slots of one access per vector along `dim`: a strided one is gathered
/// lane by lane.
static double getAccessSlots(const Access &access, int64_t dim, int64_t lanes) {
  bool isCheap =
      dim < 0 || access.strides[dim] == 0 || access.isContiguous(dim);
  return isCheap ? 1.0 : 1.5 * lanes;
}

/// Issue slots per element when vectors of `lanes` run along `dim`.
static double getVectorCost(const LoopNest &nest, int64_t dim, int64_t lanes) {
  double cost = 1;
  for (const Access &access : nest.root.inputs)
    if (access.isMemory())
      cost += getAccessSlots(access, dim, lanes);
  for (const Access &access : nest.getFinalOutputs())
    cost += getAccessSlots(access, dim, lanes) / getReductionSize(nest);
  int64_t vectors = llvm::divideCeil(nest.sizes[dim], lanes);
  return cost * vectors / nest.sizes[dim];
}

static int64_t selectVectorDim(const LoopNest &nest, int64_t lanes) {
  double best = nest.root.inputs.size() + 1.5; // what scalar code costs
  int64_t bestDim = -1;
  bool combinable =
      nest.root.outputs.size() == 1 && getCombiner(nest.root.op, 0);
  for (int64_t dim = static_cast<int64_t>(nest.getNumDims()) - 1; dim >= 0;
       --dim) {
    if ((nest.isReduction[dim] && !combinable) || !canVectorize(nest, dim))
      continue;
    double cost = getVectorCost(nest, dim, lanes);
    // The lanes of a reduction are combined at its end.
    if (nest.isReduction[dim])
      cost *= 1.0 + 2.0 * lanes / getReductionSize(nest);
    if (cost < best * 0.999) {
      best = cost;
      bestDim = dim;
    }
  }
  return bestDim;
}

//===----------------------------------------------------------------------===//
// The register tile
//===----------------------------------------------------------------------===//

namespace {
/// How often each of up to two dimensions is unrolled (the vector dimension in
/// vectors).
struct TileChoice {
  int64_t first = -1, second = -1;
  int64_t firstUnroll = 1, secondUnroll = 1;
};

/// Prices register tiles of a reduction.
class TileCost {
public:
  TileCost(const LoopNest &nest, const Strategy &strategy,
           const CPUTarget &target)
      : nest(nest), strategy(strategy), target(target) {}

  /// Issue slots for the two dimensions' whole extents, or infinity where the
  /// tile doesn't fit the registers.
  double operator()(const TileChoice &choice) const {
    double total = 0;
    for (auto [firstTile, firstCount] :
         getTiles(choice.first, choice.firstUnroll))
      for (auto [secondTile, secondCount] :
           getTiles(choice.second, choice.secondUnroll))
        total += firstCount * secondCount *
                 getTileCost(choice, firstTile, secondTile);
    return total;
  }

  /// Elements along a dimension, or vectors along the vector dimension.
  int64_t getExtent(int64_t dim) const {
    if (dim < 0)
      return 1;
    return dim == strategy.vectorDim
               ? llvm::divideCeil(nest.sizes[dim], strategy.lanes)
               : nest.sizes[dim];
  }

private:
  /// The tiles along a dimension, as size and count: full ones, a remainder.
  SmallVector<std::pair<int64_t, int64_t>> getTiles(int64_t dim,
                                                    int64_t unroll) const {
    int64_t extent = getExtent(dim);
    SmallVector<std::pair<int64_t, int64_t>> tiles;
    if (extent / unroll)
      tiles.push_back({unroll, extent / unroll});
    if (extent % unroll)
      tiles.push_back({extent % unroll, 1});
    return tiles;
  }

  double getTileCost(const TileChoice &choice, int64_t firstTile,
                     int64_t secondTile) const {
    double loads = 0;
    int64_t inputVectors = 0;
    for (const Access &access : nest.root.inputs) {
      if (!access.isMemory())
        continue;
      int64_t count = (varies(access, choice.first) ? firstTile : 1) *
                      (varies(access, choice.second) ? secondTile : 1);
      int64_t stride =
          strategy.vectorDim < 0 ? 0 : access.strides[strategy.vectorDim];
      loads +=
          count * getAccessSlots(access, strategy.vectorDim, strategy.lanes);
      // A broadcast is an operand of the multiplication: one register at most.
      inputVectors += stride != 0 ? count : 1;
    }
    int64_t accumulators = firstTile * secondTile;
    // One input is held in registers while the other streams through.
    int64_t held = std::min(inputVectors, std::min(firstTile, secondTile) + 1);
    if (accumulators + held > target.vectorRegisters)
      return std::numeric_limits<double>::infinity();
    // Two multiplications and two loads issue per cycle; each accumulator is
    // busy for four cycles, so fewer than eight leave slots empty.
    constexpr double kLatencySlots = 8, kLoopOverhead = 1;
    return std::max({double(accumulators), loads, kLatencySlots}) +
           kLoopOverhead;
  }

  bool varies(const Access &access, int64_t dim) const {
    return dim >= 0 && nest.root.varies(access, dim);
  }

  const LoopNest &nest;
  const Strategy &strategy;
  const CPUTarget &target;
};
} // namespace

/// Chooses the register tile of a reduction among all pairs of dimensions.
static void selectReductionTile(const LoopNest &nest, Strategy &strategy,
                                const CPUTarget &target) {
  constexpr int64_t kMaxUnroll = 14;
  TileCost cost(nest, strategy, target);
  SmallVector<int64_t> parallel;
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (!nest.isReduction[dim] && nest.sizes[dim] > 1)
      parallel.push_back(dim);

  TileChoice best;
  double bestShare = std::numeric_limits<double>::infinity();
  auto consider = [&](TileChoice choice) {
    // Pairs of different dimensions compare by what tiling saves.
    TileChoice plain{choice.first, choice.second, 1, 1};
    double share = cost(choice) / cost(plain);
    if (share < bestShare * 0.999) {
      bestShare = share;
      best = choice;
    }
  };
  // Innermost dimensions first: among equals, tiles of neighbours in memory.
  std::reverse(parallel.begin(), parallel.end());
  for (auto [i, first] : llvm::enumerate(parallel))
    for (int64_t a = 1; a <= std::min(cost.getExtent(first), kMaxUnroll); ++a) {
      consider({first, -1, a, 1});
      for (int64_t second : ArrayRef(parallel).drop_front(i + 1))
        for (int64_t b = 1; b <= std::min(cost.getExtent(second), kMaxUnroll);
             ++b)
          consider({first, second, a, b});
    }

  auto apply = [&](int64_t dim, int64_t unroll) {
    if (dim >= 0)
      strategy.tile[dim] =
          unroll * (dim == strategy.vectorDim ? strategy.lanes : 1);
  };
  apply(best.first, best.firstUnroll);
  apply(best.second, best.secondUnroll);
}

//===----------------------------------------------------------------------===//
// The whole strategy
//===----------------------------------------------------------------------===//

/// Parallel loops: those all inputs share outermost (batches), then those of
/// the inputs that are loaded as vectors. A tile takes more bytes of these than
/// of the broadcast ones, so they are the ones to keep in cache.
static void selectOrder(const LoopNest &nest, Strategy &strategy) {
  auto rank = [&](int64_t dim) {
    bool everywhere = true, loadedAsVector = false;
    for (const Access &access : nest.root.inputs) {
      bool varies = access.strides[dim] != 0;
      everywhere &= varies;
      loadedAsVector |= varies && strategy.vectorDim >= 0 &&
                        access.strides[strategy.vectorDim] != 0;
    }
    return everywhere ? 0 : loadedAsVector ? 1 : 2;
  };
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (!nest.isReduction[dim])
      strategy.order.push_back(dim);
  if (nest.hasReduction())
    llvm::sort(strategy.order, [&](int64_t a, int64_t b) {
      return std::pair(rank(a), a) < std::pair(rank(b), b);
    });
}

static Strategy selectLoops(const LoopNest &nest, const CPUTarget &target) {
  Strategy strategy;
  strategy.tile.assign(nest.getNumDims(), 1);
  int64_t lanes = getLanes(nest, target);
  bool isEmpty = llvm::is_contained(nest.sizes, 0);
  if (lanes > 1 && !isEmpty)
    strategy.vectorDim = selectVectorDim(nest, lanes);
  selectOrder(nest, strategy);
  if (isEmpty)
    return strategy;
  if (strategy.vectorDim >= 0) {
    strategy.lanes = lanes;
    strategy.tile[strategy.vectorDim] = lanes;
  }
  if (nest.hasReduction()) {
    selectReductionTile(nest, strategy, target);
    return strategy;
  }
  // Elementwise: a few independent vectors hide latency.
  constexpr int64_t kElementwiseUnroll = 4;
  if (strategy.vectorDim >= 0) {
    int64_t vectors =
        llvm::divideCeil(nest.sizes[strategy.vectorDim], strategy.lanes);
    strategy.tile[strategy.vectorDim] *= std::min(vectors, kElementwiseUnroll);
  }
  return strategy;
}

Strategy dlc::selectStrategy(const LoopNest &nest, const CPUTarget &target) {
  Strategy strategy = selectLoops(nest, target);
  strategy.splitDim = selectSplitDim(nest, strategy);
  return strategy;
}
