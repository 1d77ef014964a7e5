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
  if (splitPoints > 0)
    entries.push_back(builder.getNamedAttr(
        "split_points", builder.getI64IntegerAttr(splitPoints)));
  if (llvm::any_of(tail, [](auto &tiles) { return !tiles.empty(); })) {
    SmallVector<Attribute> tails;
    for (ArrayRef<int64_t> tiles : tail)
      tails.push_back(builder.getDenseI64ArrayAttr(tiles));
    entries.push_back(
        builder.getNamedAttr("tail", builder.getArrayAttr(tails)));
  }
  if (dot > 1)
    entries.push_back(
        builder.getNamedAttr("dot", builder.getI64IntegerAttr(dot)));
  if (llvm::any_of(block, [](int64_t size) { return size != 0; }))
    entries.push_back(
        builder.getNamedAttr("block", builder.getDenseI64ArrayAttr(block)));
  if (prefetch >= 0)
    entries.push_back(
        builder.getNamedAttr("prefetch", builder.getI64IntegerAttr(prefetch)));
  return builder.getDictionaryAttr(entries);
}

int64_t Strategy::getInnermostReduction(const LoopNest &nest) const {
  if (vectorDim >= 0 && nest.isReduction[vectorDim])
    return vectorDim;
  for (int64_t dim = nest.getNumDims() - 1; dim >= 0; --dim)
    if (nest.isReduction[dim])
      return dim;
  return -1;
}

AffineExpr Strategy::getNumChunks(const LoopNest &nest) const {
  auto constant = [&](int64_t value) {
    return getAffineConstantExpr(value, nest.root.op.getContext());
  };
  return splitDim < 0
             ? constant(1)
             : floorDivSizeExprs(nest.sizes[splitDim] + (tile[splitDim] - 1),
                                 constant(tile[splitDim]));
}

/// False if vectors along a dimension would need an index for each lane.
static bool canVectorize(const LoopNest &nest, int64_t dim) {
  return dim < 0 ||
         llvm::all_of(
             nest.root.inputs,
             [&](const Access &access) {
               return access.indexInput < 0 ||
                      !nest.root.inputs[access.indexInput].walks(dim);
             });
}

int64_t Strategy::getInnermostLoop(const LoopNest &nest,
                                   const Access &access) const {
  for (int64_t depth = order.size() - 1; depth >= 0; --depth) {
    int64_t dim = order[depth];
    std::optional<int64_t> size = nest.getSize(dim);
    if (access.walks(dim) && (!size || *size > tile[dim]))
      return depth;
  }
  return -1;
}

/// True if what a tile reads of the input is one run of memory of known length,
/// and the next tile's begins where it ends.
static bool canPrefetch(const Strategy &strategy, const LoopNest &nest) {
  if (strategy.prefetch >= static_cast<int64_t>(nest.root.inputs.size()) ||
      !nest.hasReduction() ||
      (strategy.vectorDim >= 0 && nest.isReduction[strategy.vectorDim]))
    return false;
  const Access &access = nest.root.inputs[strategy.prefetch];
  int64_t depth = strategy.getInnermostLoop(nest, access);
  if (!access.isMemory() || access.indexInput >= 0 || depth < 0)
    return false;
  int64_t count = 1;
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims())) {
    std::optional<int64_t> size =
        nest.isReduction[dim] ? nest.getSize(dim) : strategy.tile[dim];
    if (!size)
      return false;
    count *= access.walks(dim) ? *size : 1;
  }
  int64_t dim = strategy.order[depth];
  std::optional<int64_t> stride = access.getStride(dim);
  return stride && count == strategy.tile[dim] * *stride;
}

/// Along a reduction, tiles hold one vector, or steps of the innermost loop.
static bool isReductionTile(const Strategy &strategy, const LoopNest &nest,
                            int64_t dim) {
  if (dim == strategy.vectorDim)
    return strategy.tile[dim] == strategy.lanes;
  return strategy.tile[dim] == 1 || dim == strategy.getInnermostReduction(nest);
}

/// True if a dimension has a tail where it needs one, of ever smaller tiles.
static bool isValidTail(const Strategy &strategy, const LoopNest &nest,
                        int64_t dim) {
  ArrayRef<int64_t> tail = strategy.tail[dim];
  int64_t tile = strategy.tile[dim];
  if (nest.getRemainder(dim, tile) || tail.empty())
    return nest.getRemainder(dim, tile).has_value() == tail.empty();
  // The masked vector of single vectors is as large as they.
  int64_t unit = dim == strategy.vectorDim ? strategy.lanes : 1;
  if (tile == unit)
    return tail == ArrayRef(unit);
  for (int64_t size : tail) {
    if (size < unit || size % unit || size >= tile)
      return false;
    tile = size;
  }
  return tile == unit;
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
  if (static_cast<int64_t>(strategy.block.size()) != numDims ||
      static_cast<int64_t>(strategy.tail.size()) != numDims ||
      strategy.splitPoints < 0 ||
      (strategy.splitPoints > 0 &&
       (strategy.splitDim < 0 || nest.hasStaticSizes())))
    return false;
  SmallVector<int64_t> parallel, sorted = strategy.order;
  for (int64_t dim = 0; dim < numDims; ++dim) {
    int64_t block = strategy.block[dim];
    if (block < 0 || block % strategy.tile[dim] ||
        block > nest.getSize(dim).value_or(block) ||
        (block && (nest.isReduction[dim] || dim == strategy.splitDim)))
      return false;
    if (!isValidTail(strategy, nest, dim))
      return false;
    if (!nest.isReduction[dim])
      parallel.append(block ? 2 : 1, dim);
    else if (!isReductionTile(strategy, nest, dim))
      return false;
  }
  llvm::sort(sorted);
  if (sorted != parallel)
    return false;
  if (!canVectorize(nest, strategy.vectorDim))
    return false;
  if (strategy.prefetch >= 0 && !canPrefetch(strategy, nest))
    return false;
  bool vectorReduction =
      strategy.vectorDim >= 0 && nest.isReduction[strategy.vectorDim];
  return !vectorReduction || (nest.root.outputs.size() == 1 &&
                              getCombiner(nest.root.op, 0) != nullptr);
}

/// Reads `tail`; false if it isn't a list of lists.
static bool readTail(DictionaryAttr dictionary, Strategy &strategy) {
  Attribute attr = dictionary.get("tail");
  strategy.tail.assign(strategy.tile.size(), {});
  if (!attr)
    return true;
  auto tails = dyn_cast<ArrayAttr>(attr);
  if (!tails || tails.size() != strategy.tail.size())
    return false;
  for (auto [tail, entry] : llvm::zip_equal(strategy.tail, tails)) {
    auto tiles = dyn_cast<DenseI64ArrayAttr>(entry);
    if (!tiles)
      return false;
    tail.assign(tiles.asArrayRef().begin(), tiles.asArrayRef().end());
  }
  return true;
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
  auto block = dictionary.getAs<DenseI64ArrayAttr>("block");
  auto prefetch = dictionary.getAs<IntegerAttr>("prefetch");
  if (!vectorDim || !lanes || !tile || !order)
    return op->emitError(
        "'dlc.strategy' needs 'vector_dim', 'lanes', 'tile' and 'order'");
  auto splitDim = dictionary.getAs<IntegerAttr>("split_dim");
  if (failed(formDotProduct(nest, dictionary, op)))
    return failure();
  Strategy strategy;
  strategy.vectorDim = vectorDim.getInt();
  strategy.lanes = lanes.getInt();
  strategy.tile.assign(tile.asArrayRef().begin(), tile.asArrayRef().end());
  strategy.order.assign(order.asArrayRef().begin(), order.asArrayRef().end());
  strategy.block.assign(nest.getNumDims(), 0);
  if (block)
    strategy.block.assign(block.asArrayRef().begin(), block.asArrayRef().end());
  if (prefetch)
    strategy.prefetch = prefetch.getInt();
  if (splitDim)
    strategy.splitDim = splitDim.getInt();
  if (auto points = dictionary.getAs<IntegerAttr>("split_points"))
    strategy.splitPoints = points.getInt();
  strategy.dot = nest.dot;
  if (!readTail(dictionary, strategy) || !isValid(strategy, nest))
    return op->emitError("'dlc.strategy' doesn't fit a nest of ")
           << nest.getNumDims() << " dimensions";
  return strategy;
}

//===----------------------------------------------------------------------===//
// The vector dimension
//===----------------------------------------------------------------------===//

int64_t dlc::getElementBytes(Type type) {
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
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    size *= nest.isReduction[dim] ? nest.estimateSize(dim) : 1;
  return size;
}

double dlc::getAccessSlots(const Access &access, int64_t dim, int64_t lanes) {
  bool isCheap = dim < 0 || !access.walks(dim) || access.isContiguous(dim);
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
  int64_t size = nest.estimateSize(dim);
  int64_t vectors = llvm::divideCeil(size, lanes);
  return cost * vectors / size;
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
// The whole strategy
//===----------------------------------------------------------------------===//

namespace {
/// How a parallel dimension's loop relates to the inputs: those that all inputs
/// walk along are outermost (batches), then those of the inputs that are loaded
/// as vectors. A tile takes more bytes of these than of the broadcast ones, so
/// they are the ones to keep in cache.
enum class LoopRank { everywhere, vectors, broadcasts };
} // namespace

static LoopRank getLoopRank(const LoopNest &nest, const Strategy &strategy,
                            int64_t dim) {
  bool everywhere = true, loadedAsVector = false;
  for (const Access &access : nest.root.inputs) {
    bool varies = access.walks(dim);
    everywhere &= varies;
    loadedAsVector |=
        varies && strategy.vectorDim >= 0 && access.walks(strategy.vectorDim);
  }
  return everywhere       ? LoopRank::everywhere
         : loadedAsVector ? LoopRank::vectors
                          : LoopRank::broadcasts;
}

static void selectOrder(const LoopNest &nest, Strategy &strategy) {
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (!nest.isReduction[dim])
      strategy.order.push_back(dim);
  if (nest.hasReduction())
    llvm::sort(strategy.order, [&](int64_t a, int64_t b) {
      return std::pair(getLoopRank(nest, strategy, a), a) <
             std::pair(getLoopRank(nest, strategy, b), b);
    });
}

/// Splits the outermost loop over broadcast data into blocks where all of them
/// don't stay in cache until the next vectors come round.
static void selectBlock(const LoopNest &nest, Strategy &strategy,
                        const CPUTarget &target) {
  auto rankOf = [&](int64_t dim) { return getLoopRank(nest, strategy, dim); };
  auto firstOf = [&](LoopRank rank) {
    return llvm::find_if(strategy.order, [&](int64_t dim) {
      return rankOf(dim) == rank && nest.estimateSize(dim) > strategy.tile[dim];
    });
  };
  auto outer = firstOf(LoopRank::vectors),
       inner = firstOf(LoopRank::broadcasts);
  if (outer == strategy.order.end() || inner == strategy.order.end())
    return;
  int64_t bytes = 0, dim = *inner;
  for (const Access &access : nest.root.inputs) {
    if (!access.isMemory() || !access.walks(dim))
      continue;
    int64_t span = 1;
    for (int64_t d : llvm::seq<int64_t>(0, nest.getNumDims()))
      if (nest.isReduction[d] || rankOf(d) == LoopRank::broadcasts)
        span += (nest.estimateSize(d) - 1) * nest.estimate(access.strides[d]);
    bytes += span * getElementBytes(access.getElementType());
  }
  int64_t tiles = llvm::divideCeil(nest.estimateSize(dim), strategy.tile[dim]);
  int64_t blocks = llvm::divideCeil(bytes, target.cacheBytes);
  if (blocks < 2 || tiles < 2 * blocks)
    return;
  strategy.block[dim] = llvm::divideCeil(tiles, blocks) * strategy.tile[dim];
  strategy.order.insert(outer, dim);
}

/// Fetches the vectors of the next tiles ahead where many tiles use them: the
/// hardware doesn't know how far they are used, and stops at the end of a page.
static void selectPrefetch(const LoopNest &nest, Strategy &strategy) {
  constexpr int64_t kLineBytes = 64, kLeastBytes = 4096;
  for (auto [i, access] : llvm::enumerate(nest.root.inputs)) {
    strategy.prefetch = i;
    if (strategy.vectorDim >= 0 && access.isMemory() &&
        access.getStride(strategy.vectorDim) == 1 &&
        canPrefetch(strategy, nest)) {
      int64_t depth = strategy.getInnermostLoop(nest, access);
      int64_t dim = strategy.order[depth];
      int64_t bytes = strategy.tile[dim] * *access.getStride(dim) *
                      getElementBytes(access.getElementType());
      int64_t iterations = getReductionSize(nest);
      for (int64_t position :
           llvm::seq<int64_t>(depth + 1, strategy.order.size())) {
        int64_t inner = strategy.order[position];
        if (!strategy.isBlockLoop(position))
          iterations *=
              llvm::divideCeil(strategy.block[inner] ? strategy.block[inner]
                                                     : nest.estimateSize(inner),
                               strategy.tile[inner]);
      }
      if (bytes >= kLeastBytes && iterations * kLineBytes >= bytes)
        return;
    }
  }
  strategy.prefetch = -1;
}

/// Where short vectors are transposed, the dimension along which those of an
/// input follow each other in memory, or else -1.
static int64_t getTransposedDim(const LoopNest &nest,
                                const Strategy &strategy) {
  AffineExpr length = nest.sizes[strategy.vectorDim];
  auto follow = [&](const Access &access, int64_t dim) {
    return access.getStride(strategy.vectorDim) == 1 &&
           access.strides[dim] == length;
  };
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims()))
    if (llvm::any_of(nest.root.inputs,
                     [&](const Access &access) {
                       return access.isMemory() && follow(access, dim);
                     }) &&
        llvm::none_of(nest.getFinalOutputs(), [&](const Access &access) {
          return follow(access, dim);
        }))
      return dim;
  return -1;
}

static Strategy selectLoops(const LoopNest &nest, const CPUTarget &target) {
  Strategy strategy;
  strategy.tile.assign(nest.getNumDims(), 1);
  strategy.block.assign(nest.getNumDims(), 0);
  int64_t lanes = getLanes(nest, target);
  bool isEmpty = llvm::any_of(
      nest.sizes, [](AffineExpr size) { return getConstantSize(size) == 0; });
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
    selectBlock(nest, strategy, target);
    selectPrefetch(nest, strategy);
    return strategy;
  }
  // Elementwise: a few independent vectors hide latency.
  constexpr int64_t kElementwiseUnroll = 4;
  if (strategy.vectorDim >= 0) {
    int64_t vectors =
        llvm::divideCeil(nest.estimateSize(strategy.vectorDim), strategy.lanes);
    int64_t unroll = std::min(vectors, kElementwiseUnroll);
    strategy.tile[strategy.vectorDim] *= unroll;
    // Vectors that share lines or pages are moved together.
    if (int64_t dim = getTransposedDim(nest, strategy); dim >= 0)
      strategy.tile[dim] =
          std::min(nest.estimateSize(dim), kElementwiseUnroll / unroll);
  }
  return strategy;
}

SmallVector<int64_t> dlc::getSmallerTiles(int64_t tile, int64_t ratio) {
  SmallVector<int64_t> sizes;
  while (tile > 1)
    sizes.push_back(tile = std::max<int64_t>(tile / ratio, 1));
  return sizes;
}

/// Sets the tails, in parallel of tiles each `ratio` times smaller than the one
/// before, and returns how many combinations of tiles there are.
static int64_t setTails(const LoopNest &nest, int64_t ratio,
                        Strategy &strategy) {
  int64_t bodies = 1;
  for (int64_t dim : llvm::seq<int64_t>(0, nest.getNumDims())) {
    SmallVector<int64_t> &tail = strategy.tail[dim];
    if (nest.getRemainder(dim, strategy.tile[dim]))
      continue;
    if (dim == strategy.vectorDim)
      tail = {strategy.lanes};
    else if (nest.isReduction[dim])
      tail = {1};
    else
      tail = getSmallerTiles(strategy.tile[dim], ratio);
    if (!nest.isReduction[dim])
      bodies *= tail.size() + 1;
  }
  return bodies;
}

/// Chooses what follows the full tiles: ever smaller ones in parallel, single
/// steps along reductions, a masked vector along the vector dimension. All
/// combinations are code, so there aren't many.
static void selectTails(const LoopNest &nest, Strategy &strategy) {
  constexpr int64_t kMaxBodies = 6, kMaxRatio = 16;
  strategy.tail.assign(nest.getNumDims(), {});
  for (int64_t ratio = 2; ratio <= kMaxRatio; ++ratio)
    if (setTails(nest, ratio, strategy) <= kMaxBodies)
      return;
}

Strategy dlc::selectStrategy(const LoopNest &nest, const CPUTarget &target) {
  Strategy strategy = selectLoops(nest, target);
  selectTails(nest, strategy);
  selectSplitDim(nest, strategy);
  return strategy;
}
