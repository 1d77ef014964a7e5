//===- OpenSizes.h - The array of sizes known at run time -------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model with open sizes keeps in its context an array of i64: first its
// symbols, then what follows from them: the dimensions of all inputs and
// outputs, the size of the arena, offsets in it. The runtime sets the symbols,
// @prepare all else, @main reads it.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_OPENSIZES_H
#define DLC_LIB_CODEGEN_COMMON_OPENSIZES_H

#include "MemoryPlan.h"

namespace dlc {

/// Where numbers lie in the array.
struct OpenSizes {
  /// The first dimension of each memref argument of @main.
  llvm::SmallVector<unsigned> arguments;
  /// The offset of each place of the plan; none if it is a constant.
  llvm::SmallVector<std::optional<unsigned>> places;
  unsigned count = 0;
};

/// The number at `slot` of the array, an i64.
mlir::Value loadOpenSize(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value sizes, unsigned slot);

/// Emits @prepare into the module of `main`, whose arguments are memrefs and
/// then the symbols. It returns the first of the module's `dlc.checks` that
/// doesn't hold, or -1.
mlir::FailureOr<OpenSizes> buildPrepare(mlir::func::FuncOp main,
                                        const SizeSymbols &symbols,
                                        const OpenPlan &plan);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_OPENSIZES_H
