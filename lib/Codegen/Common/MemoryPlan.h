//===- MemoryPlan.h - Where buffers lie -------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_MEMORYPLAN_H
#define DLC_LIB_CODEGEN_COMMON_MEMORYPLAN_H

#include "BufferLayout.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {

/// What buffers are aligned to: a cache line, and the widest vector.
inline constexpr int64_t kBufferAlignment = 64;

/// The buffer that a value is a view of.
mlir::Value getBase(mlir::Value value);

/// No buffer is larger, which leaves room for sums and is far beyond any
/// machine's memory.
inline constexpr int64_t kMaxBufferBytes = int64_t{1} << 48;

/// Bytes of a memref of static shape; booleans take a byte each. Fails on
/// overflow.
mlir::FailureOr<int64_t> getByteSize(mlir::MemRefType type);

/// Places of buffers, by what makes them, and the size of what holds them.
template <typename OpTy> struct MemoryPlan {
  llvm::MapVector<OpTy, int64_t> offsets;
  int64_t size = 0;
};

/// Places the buffers that `main` allocates in one arena.
mlir::FailureOr<MemoryPlan<mlir::memref::AllocOp>>
planArena(mlir::func::FuncOp main);

/// A plan for all sizes that the symbols of a function allow: a buffer begins
/// where the last of those below it ends.
struct OpenPlan {
  struct Place {
    mlir::memref::AllocOp alloc;
    mlir::AffineExpr bytes; // before they are rounded up to the alignment
    /// The places that end below this one, without those that end below
    /// another of them.
    llvm::SmallVector<unsigned> below;
    SizeBounds offset = {0, 0}; // over all sizes
    SizeBounds end = {0, 0};
  };
  /// Each after all that are below it.
  std::vector<Place> places;
  /// The places with none above them: the arena ends with the last of these.
  llvm::SmallVector<unsigned> tops;
  SizeBounds size = {0, 0};
};

/// Places the buffers that `main` allocates: first, in their order, those that
/// it keeps (they have `dlc.state`), then all others. Who lies below whom
/// follows from the arena at the likely sizes; that order serves all others.
mlir::FailureOr<OpenPlan> planOpenArena(mlir::func::FuncOp main,
                                        const SizeSymbols &symbols);

/// Places the constants that `main` uses one after the other, and says so on
/// its module (`dlc.weights`, `dlc.weights_size`).
mlir::FailureOr<MemoryPlan<mlir::memref::GetGlobalOp>>
planWeights(mlir::func::FuncOp main);

/// A memref over the memory at `pointer`, whatever offset the type says: of
/// static strides, or dense with `dynamicSizes` (i64) for those that the type
/// leaves open.
mlir::Value makeBuffer(mlir::OpBuilder &builder, mlir::Location loc,
                       const mlir::LLVMTypeConverter &converter,
                       mlir::MemRefType type, mlir::Value pointer,
                       mlir::ValueRange dynamicSizes = {});

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_MEMORYPLAN_H
