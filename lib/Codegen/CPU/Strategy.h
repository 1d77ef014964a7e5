//===- Strategy.h - How a loop nest is tiled and vectorized -----*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_CPU_STRATEGY_H
#define DLC_LIB_CODEGEN_CPU_STRATEGY_H

#include "../Common/LoopNest.h"

namespace dlc {

/// The target machine, as far as strategies care.
struct CPUTarget {
  int64_t vectorBytes = 64;
  int64_t vectorRegisters = 32;
  /// What may be counted on of the second-level cache.
  int64_t cacheBytes = 1 << 20;
};

/// How one loop nest is run. On the root op it is a dictionary of the array
/// attribute `dlc.strategy` (one per nest), written by the cost model unless it
/// is already there.
struct Strategy {
  /// The dimension that vectors run along, or -1: scalar code.
  int64_t vectorDim = -1;
  /// Elements in a vector; 1 for scalar code.
  int64_t lanes = 1;
  /// For each dimension, how many elements one tile covers. Tiles are unrolled
  /// and live in registers; along the vector dimension, a multiple of `lanes`.
  /// Of reductions, the innermost alone may have more than 1.
  llvm::SmallVector<int64_t> tile;
  /// For each dimension, the tiles that follow the full ones where it isn't
  /// known at compile time what is left: each runs as often as it fits, and the
  /// last, a tile of 1 or a masked vector, takes the rest. Empty where what is
  /// left is known, and is one tile of its own.
  llvm::SmallVector<llvm::SmallVector<int64_t>> tail;
  /// For each dimension, how many elements a block that is to stay in cache
  /// covers (a multiple of the tile), or 0 for no blocks.
  llvm::SmallVector<int64_t> block;
  /// The parallel dimensions, outermost loop first. One with blocks stands
  /// there twice: for the loop over blocks, then for the one over tiles.
  llvm::SmallVector<int64_t> order;
  /// The parallel dimension whose tiles threads share, or -1: the nest is too
  /// little work to be shared.
  int64_t splitDim = -1;
  /// From how many points of the nest on they do, where the sizes say so at run
  /// time only.
  int64_t splitPoints = 0;
  /// How many products of bytes one instruction sums; above 1 the nest is the
  /// one that `formDotProduct` makes.
  int64_t dot = 1;

  /// The tiles along `splitDim`; 1 if there is none.
  mlir::AffineExpr getNumChunks(const LoopNest &nest) const;
  /// The input of the root whose data for the next tiles are fetched into the
  /// cache while the current ones are worked on, or -1.
  int64_t prefetch = -1;

  /// True if the loop at `position` of `order` is over blocks.
  bool isBlockLoop(int64_t position) const {
    return block[order[position]] != 0 &&
           llvm::is_contained(llvm::ArrayRef(order).drop_front(position + 1),
                              order[position]);
  }
  /// The reduction dimension of the innermost loop, or -1: the one that vectors
  /// run along, or else the last.
  int64_t getInnermostReduction(const LoopNest &nest) const;
  /// The position in `order` of the innermost loop of more than one tile that
  /// an access varies with, or -1.
  int64_t getInnermostLoop(const LoopNest &nest, const Access &access) const;

  mlir::DictionaryAttr toAttr(mlir::MLIRContext *context) const;
  /// Reads and checks the attribute, and gives the nest the form it is for; an
  /// error at `op` if it doesn't fit.
  static mlir::FailureOr<Strategy>
  fromAttr(mlir::Attribute attr, LoopNest &nest, mlir::Operation *op);
};

/// The name of the attribute.
inline constexpr llvm::StringLiteral kStrategyAttrName = "dlc.strategy";

/// Chooses a strategy by a cost model: the vector dimension for which memory is
/// walked contiguously, then the register tile that needs the fewest issue
/// slots without spilling, remainders included.
Strategy selectStrategy(const LoopNest &nest, const CPUTarget &target);

/// Chooses the dimension whose tiles threads share, none where waking threads
/// would cost what they save.
void selectSplitDim(const LoopNest &nest, Strategy &strategy);

/// A tile divided by `ratio`, that divided again, and so on down to 1.
llvm::SmallVector<int64_t> getSmallerTiles(int64_t tile, int64_t ratio = 2);

/// Sets the tile of a reduction: the one that needs the fewest issue slots per
/// point without spilling, remainders included.
void selectReductionTile(const LoopNest &nest, Strategy &strategy,
                         const CPUTarget &target);

/// Issue slots of one access per vector along `dim`: a strided one is gathered
/// lane by lane.
double getAccessSlots(const Access &access, int64_t dim, int64_t lanes);

/// Bytes of an element in a vector register; booleans are masks of others.
int64_t getElementBytes(mlir::Type type);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_CPU_STRATEGY_H
