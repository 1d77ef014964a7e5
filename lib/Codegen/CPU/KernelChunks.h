//===- KernelChunks.h - The parts that threads share ------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_CPU_KERNELCHUNKS_H
#define DLC_LIB_CODEGEN_CPU_KERNELCHUNKS_H

#include "Strategy.h"

namespace dlc {

/// How threads share the nests of a kernel: the tiles along their split
/// dimensions, one nest's after the other's, are its chunks. Where the sizes
/// tell at run time only that they are too little work to be shared, all of
/// them are one chunk.
struct KernelChunks {
  mlir::AffineExpr tiles;
  /// Points of all nests; they are shared from `leastPoints` on.
  mlir::AffineExpr points;
  int64_t leastPoints = 0;

  static KernelChunks get(llvm::ArrayRef<LoopNest> nests,
                          llvm::ArrayRef<Strategy> strategies);
  /// The number of chunks, if it is known.
  std::optional<int64_t> getCount() const;
  mlir::Value buildCount(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::ValueRange symbols) const;
  /// The tiles of each chunk; null for 1.
  mlir::Value buildTilesPerChunk(mlir::OpBuilder &builder, mlir::Location loc,
                                 mlir::ValueRange symbols) const;

private:
  mlir::Value buildIsShared(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::ValueRange symbols) const;
};

/// Reads the strategies of a group's nests, and gives these the form they are
/// for; an error at the root if they don't fit.
mlir::FailureOr<std::vector<Strategy>>
readStrategies(const NestGroup &group, std::vector<LoopNest> &nests);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_CPU_KERNELCHUNKS_H
