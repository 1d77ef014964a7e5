//===- KernelGroups.h - Which ops are one kernel -----------------*- C++
//-*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_KERNELGROUPS_H
#define DLC_LIB_CODEGEN_COMMON_KERNELGROUPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {

/// The ops of one kernel, in program order, all of one block; the kernel is
/// called where the last of them stands.
struct KernelGroup {
  llvm::SmallVector<mlir::Operation *> ops;
  /// Its result is the kernel's own if ops follow.
  mlir::Operation *root = nullptr;
};

/// Makes the work of `func`, which is on buffers, what kernels consist of:
/// generic ops, fills, and loops that allocate nothing.
llvm::LogicalResult prepareKernels(mlir::func::FuncOp func);

/// All kernels of `func`, in the order in which they will be called; those of a
/// loop's body stand where the loop stands.
llvm::SmallVector<KernelGroup> formKernelGroups(mlir::func::FuncOp func);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_KERNELGROUPS_H
