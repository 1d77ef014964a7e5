//===- MemoryPlan.h - Where buffers lie -------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_MEMORYPLAN_H
#define DLC_LIB_CODEGEN_COMMON_MEMORYPLAN_H

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {

/// What buffers are aligned to: a cache line, and the widest vector.
inline constexpr int64_t kBufferAlignment = 64;

/// The buffer that a value is a view of.
mlir::Value getBase(mlir::Value value);

/// Bytes of a memref of static shape; booleans take a byte each. Fails on
/// overflow.
mlir::FailureOr<int64_t> getByteSize(mlir::MemRefType type);

/// Places of buffers, by what makes them, and the size of what holds them.
template <typename OpTy> struct MemoryPlan {
  llvm::MapVector<OpTy, int64_t> offsets;
  int64_t size = 0;
};

/// Places the buffers that `block` allocates in one arena.
mlir::FailureOr<MemoryPlan<mlir::memref::AllocOp>>
planArena(mlir::Block &block);

/// Places the constants that `block` uses one after the other, and says so on
/// the module (`dlc.weights`, `dlc.weights_size`).
mlir::FailureOr<MemoryPlan<mlir::memref::GetGlobalOp>>
planWeights(mlir::ModuleOp module, mlir::Block &block);

/// A memref of static strides over the memory at `pointer`, whatever offset the
/// type says.
mlir::Value makeBuffer(mlir::OpBuilder &builder, mlir::Location loc,
                       const mlir::LLVMTypeConverter &converter,
                       mlir::MemRefType type, mlir::Value pointer);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_MEMORYPLAN_H
