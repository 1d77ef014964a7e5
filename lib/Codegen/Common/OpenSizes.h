//===- OpenSizes.h - The array of sizes known at run time -------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model with open sizes keeps in its context an array of i64: first its
// symbols, then what follows from them: the dimensions of all inputs, outputs
// and states, the size of the arena, three numbers for each state (its offset
// in the arena, its length, the length after the call); if sizes are found
// while the model runs, the check that failed, these sizes, and the dimensions
// of all inputs and outputs after the run; offsets of buffers. The runtime sets
// the symbols and the lengths, @prepare all else, for which sizes that aren't
// found yet are as large as they can be, @main reads it, and writes what it
// finds.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_OPENSIZES_H
#define DLC_LIB_CODEGEN_COMMON_OPENSIZES_H

#include "MemoryPlan.h"
#include "dlc/Support/KeptState.h"

namespace dlc {

/// Where numbers lie in the array.
struct OpenSizes {
  /// The first dimension of each memref argument of @main.
  llvm::SmallVector<unsigned> arguments;
  /// The offset of each place of the plan; none if it is a constant.
  llvm::SmallVector<std::optional<unsigned>> places;
  /// Where sizes are computed: the number of the check that failed, the first
  /// of these sizes, and the dimensions of each argument after the run.
  unsigned failedCheck = 0, computed = 0;
  llvm::SmallVector<unsigned> results;
  unsigned count = 0;
};

/// A state of @main as a buffer of the arena.
struct StateBuffer {
  KeptState state;
  BufferLayout layout;
};

/// The number at `slot` of the array, an i64.
mlir::Value loadOpenSize(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value sizes, unsigned slot);

/// Stores an i64 there.
void storeOpenSize(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value value, mlir::Value sizes, unsigned slot);

/// The sizes of an argument of @main as callers know them: those of its buffer,
/// unless its elements are packed.
llvm::SmallVector<mlir::AffineExpr> getCallerSizes(mlir::func::FuncOp main,
                                                   mlir::BlockArgument argument,
                                                   const BufferLayout &layout);

/// Emits @prepare into the module of `main`, whose arguments are memrefs and
/// then the symbols. It returns the first of the module's `dlc.checks` that
/// doesn't hold, or -1. The states are the first places of the plan.
mlir::FailureOr<OpenSizes> buildPrepare(mlir::func::FuncOp main,
                                        const SizeSymbols &symbols,
                                        const OpenPlan &plan,
                                        llvm::ArrayRef<StateBuffer> states);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_OPENSIZES_H
