//===- Mapping.h - How a nest is spread over threads ------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_GPU_MAPPING_H
#define DLC_LIB_CODEGEN_GPU_MAPPING_H

#include "../Common/LoopNest.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace dlc {

/// On a kernel's root op: how its nest is spread over threads.
constexpr llvm::StringLiteral kGPUStrategyAttrName = "dlc.gpu_strategy";
/// On a kernel: blocks of the grid, and threads of a block.
constexpr llvm::StringLiteral kGridAttrName = "dlc.grid";
constexpr llvm::StringLiteral kBlockAttrName = "dlc.block";

/// A matrix product read off a nest: `out[m, n] += a[m, k] * b[k, n]` for each
/// point of the batch, where m, n and k are boxes of the nest's dimensions.
/// Convolutions are such products too: the windows of the input overlap in
/// memory, which linear accesses don't mind.
struct Contraction {
  unsigned a, b; // inputs of the root
  llvm::SmallVector<int64_t> m, n, k, batch;

  static std::optional<Contraction> match(const LoopNest &nest);
};

/// A matrix product that tensor cores can do: of f16, summed in f32, whose
/// operands are read in pieces of 16 bytes.
struct TensorCoreProduct {
  Contraction product;
  /// True if the columns' operand is contiguous along the depth.
  bool isTransposed = false;

  /// Elements of a piece.
  static constexpr int64_t kPiece = 8;
  static std::optional<TensorCoreProduct> match(const LoopNest &nest);
};

/// How a nest is spread over threads.
struct GPUStrategy {
  enum class Kind {
    Point,  ///< a thread computes one point of the result
    Reduce, ///< `threads` threads share the reduction of each point
    Tile,   ///< a block computes a tile of a matrix product in registers
    Mma     ///< the same on tensor cores
  };
  Kind kind = Kind::Point;
  /// Point: threads of a block. Reduce: threads per point, a warp or a block.
  int64_t threads = 256;
  /// Tile, Mma: rows, columns and depth of a block's tile.
  llvm::SmallVector<int64_t, 3> tile;

  mlir::DictionaryAttr toAttr(mlir::MLIRContext *context) const;
  /// Reads the attribute; an error at `op` if it doesn't fit the nest.
  static mlir::FailureOr<GPUStrategy>
  fromAttr(mlir::Attribute attr, const LoopNest &nest, mlir::Operation *op);
};

/// The product of the sizes of `dims`.
int64_t getPoints(const LoopNest &nest, llvm::ArrayRef<int64_t> dims);

/// The dimensions that are reductions, or those that aren't.
llvm::SmallVector<int64_t> getDims(const LoopNest &nest, bool reduction);

/// Chooses a strategy for a device of compute capability `arch` (80 is 8.0).
/// `isAligned` says whether all buffers begin at multiples of 16 bytes.
GPUStrategy selectGPUStrategy(const LoopNest &nest, int64_t arch,
                              bool isAligned);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_GPU_MAPPING_H
