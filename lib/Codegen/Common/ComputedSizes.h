//===- ComputedSizes.h - What @main finds of sizes --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lets @main write into the array of sizes (OpenSizes.h) what it finds: the
// sizes, which check fails, and the dimensions of its results.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_COMPUTEDSIZES_H
#define DLC_LIB_CODEGEN_COMMON_COMPUTEDSIZES_H

#include "OpenSizes.h"

namespace dlc {

/// Before the end of @main, stores those dimensions of its arguments, of the
/// given shapes, that depend on computed sizes: its results have such.
void storeResultDims(mlir::func::FuncOp main, const SizeSymbols &symbols,
                     llvm::ArrayRef<llvm::SmallVector<mlir::AffineExpr>> shapes,
                     mlir::Value sizes, const OpenSizes &layout);

/// Makes each call of `@define_size` what it is given, stored in the array.
void bindDefinitions(mlir::func::FuncOp main, const SizeSymbols &symbols,
                     mlir::Value sizes, const OpenSizes &layout);

/// Lets each `cf.assert` of @main store its number where it fails. The texts
/// become further entries of the module's `dlc.checks`.
void bindChecks(mlir::func::FuncOp main, mlir::Value sizes,
                const OpenSizes &layout);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_COMPUTEDSIZES_H
