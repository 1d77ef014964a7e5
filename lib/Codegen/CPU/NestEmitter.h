//===- NestEmitter.h - Loop nests as vector code ----------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_CPU_NESTEMITTER_H
#define DLC_LIB_CODEGEN_CPU_NESTEMITTER_H

#include "../Common/BodyEmitter.h"
#include "../Common/LoopNest.h"
#include "Strategy.h"

namespace dlc {

/// Emits one loop nest as scf loops around unrolled vector code, as its
/// strategy says:
///
/// 1. Parallel loops, in the strategy's order, over cache blocks and tiles:
///    full ones and, where the size isn't a multiple, one remainder tile, or
///    the strategy's tail where the remainder isn't known.
/// 2. Within a tile, accumulators in registers: one per point of the tile (a
///    vector of points along the vector dimension).
/// 3. Reduction loops that carry all accumulators as loop values; their body
///    loads every distinct operand element of the tile once. On the way, they
///    fetch what the next tiles will read.
/// 4. The epilogue on the accumulators, then the stores.
///
/// Vectors cut off at the end of a dimension load and store under a mask.
class NestEmitter {
public:
  /// The chunks of a kernel to run, `begin` to `end`; those of this nest are
  /// counted from `first`.
  struct ChunkRange {
    mlir::Value begin, end;
    mlir::AffineExpr first;
  };

  /// With a range, only tiles of the strategy's `splitDim` that are in it are
  /// run; a nest without such a dimension is one chunk.
  NestEmitter(mlir::ImplicitLocOpBuilder &builder, const LoopNest &nest,
              const Strategy &strategy,
              std::optional<ChunkRange> range = std::nullopt)
      : builder(builder), nest(nest), strategy(strategy), range(range) {}

  void emit();

private:
  /// One unrolled point (or vector of points) of the current tile.
  struct Instance {
    llvm::SmallVector<int64_t> offsets; // from the tile's start, per dimension
    int64_t activeLanes;                // < lanes where masked
    mlir::Value cutLanes; // where not null, how many lanes are active

    bool isMasked(int64_t lanes) const {
      return cutLanes || activeLanes < lanes;
    }
  };
  using Values = llvm::SmallVector<mlir::Value>;

  void emitParallelLoops(unsigned depth);
  void emitSplitLoop(unsigned depth);
  /// Runs `emitBody` for the tiles of a parallel dimension behind the full
  /// ones.
  void emitTail(int64_t dim, llvm::function_ref<void()> emitBody);
  mlir::Value getCutLanes(int64_t dim);
  mlir::Value getChunk(mlir::Value chunk, mlir::AffineExpr last);
  void emitIf(mlir::Value condition, llvm::function_ref<void()> emitBody);
  void emitTile();
  llvm::SmallVector<Instance> makeInstances() const;

  Values makeInitialAccumulators(llvm::ArrayRef<Instance> instances);
  Values emitReductionLoops(unsigned depth, llvm::ArrayRef<Instance> instances,
                            Values accumulators);
  /// `extent` steps of the innermost reduction loop from its current start.
  Values emitReductionTile(llvm::ArrayRef<Instance> instances,
                           Values accumulators, int64_t extent);
  Values emitReductionBody(llvm::ArrayRef<Instance> instances,
                           llvm::ArrayRef<mlir::Value> accumulators,
                           int64_t activeLanes);
  Values combineLanes(llvm::ArrayRef<Instance> instances,
                      llvm::ArrayRef<mlir::Value> accumulators);
  void emitResults(llvm::ArrayRef<Instance> instances,
                   llvm::ArrayRef<mlir::Value> accumulators);

  /// Runs `body` for start = lower, lower + step ... with the accumulators as
  /// loop values.
  Values emitReductionLoop(
      mlir::Value lower, mlir::Value upper, int64_t step, Values accumulators,
      llvm::function_ref<Values(mlir::Value start, Values current)> body);
  Values emitInnermostReductionLoop(llvm::ArrayRef<Instance> instances,
                                    Values accumulators);
  /// The steps of a reduction behind the full tiles.
  Values emitReductionTail(int64_t dim, llvm::ArrayRef<Instance> instances,
                           Values accumulators);

  /// Decides where the current tile's share of the next tiles' data begins.
  void preparePrefetch();
  /// Fetches what falls to one run of the innermost reduction loop: the
  /// `index`-th of the loops around it times `chunks`, plus `chunk`.
  void emitPrefetch(int64_t chunks, mlir::Value chunk);

  /// What the accumulators of a nest without reduction loops start from, as
  /// operands given to its root: null where they start from memory.
  Values initialOperands(int64_t lanes);

  /// Emits the body of `stage` for an instance; `given` replaces the loads of
  /// operands where it isn't null.
  Values emitStage(const Stage &stage, const Instance &instance, int64_t lanes,
                   llvm::ArrayRef<mlir::Value> given);

  mlir::Value load(const Access &access, const Instance &instance,
                   int64_t lanes);
  void store(mlir::Value value, const Access &access, const Instance &instance,
             int64_t lanes);
  mlir::Value loadScalar(const Access &access, mlir::Value index);
  mlir::Value loadLanes(const Access &access, const Instance &instance,
                        int64_t lanes);
  void storeLanes(mlir::Value value, const Access &access,
                  const Instance &instance);
  /// The flat index of the first lane of an instance, or of another.
  mlir::Value getAddress(const Access &access, const Instance &instance,
                         int64_t lane = 0);
  mlir::Value getAddress(const Access &access, const Instance &instance,
                         mlir::Value lane);
  /// The flat index of the tile's start.
  mlir::Value getTileAddress(const Access &access, const Instance &instance);
  mlir::Value getFlatBuffer(mlir::Value operand);
  /// Of `lanes` elements, `group` for each lane of the instance.
  mlir::Value getMask(const Instance &instance, int64_t lanes,
                      int64_t group = 1);
  mlir::Value getIndexConstant(int64_t value);
  /// The value of an expression of the symbols, computed before the loops.
  mlir::Value getSizeValue(mlir::AffineExpr expr);
  /// The largest multiple of `tile` that isn't above `size`.
  mlir::AffineExpr roundDown(mlir::AffineExpr size, int64_t tile) const;
  mlir::AffineExpr getConstantExpr(int64_t value) const;

  bool vectorIsReduction() const {
    return strategy.vectorDim >= 0 && nest.isReduction[strategy.vectorDim];
  }
  /// True if vectors walk along the access.
  bool isVector(const Access &access, int64_t lanes) const {
    return lanes > 1 && access.walks(strategy.vectorDim);
  }
  /// Lanes of the values outside reduction loops.
  int64_t getResultLanes() const {
    return vectorIsReduction() ? 1 : strategy.lanes;
  }

  mlir::ImplicitLocOpBuilder &builder;
  const LoopNest &nest;
  const Strategy &strategy;
  std::optional<ChunkRange> range;

  /// The start of the current tile along each dimension, and its size.
  llvm::SmallVector<mlir::Value> starts;
  llvm::SmallVector<int64_t> extents;
  /// Where the current tile is a vector cut off at run time, its active lanes.
  mlir::Value cutLanes;
  /// Along each dimension, the start of the current block; null outside of
  /// blocks.
  Values blockStarts;
  /// The reduction dimensions, outermost loop first.
  llvm::SmallVector<int64_t> reductionOrder;

  /// The current tile's share of the data to fetch ahead: where it begins, null
  /// if there is none, and how many lines each chunk of the reduction fetches.
  mlir::Value prefetchBase;
  int64_t prefetchLines = 0;

  /// What comes before the nest's loops is emitted behind this op.
  mlir::Operation *prologue = nullptr;
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> sizeValues;
  llvm::DenseMap<mlir::Value, mlir::Value> flatBuffers;
  /// Loads and addresses already emitted in the current block.
  using CacheKey = std::pair<const Access *, llvm::SmallVector<int64_t>>;
  std::map<CacheKey, mlir::Value> loads;
  std::map<std::pair<const Access *, void *>, mlir::Value> addresses;
};

} // namespace dlc

#endif // DLC_LIB_CODEGEN_CPU_NESTEMITTER_H
