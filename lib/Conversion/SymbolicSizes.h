//===- SymbolicSizes.h - The symbols below the dialect ----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What becomes of `#dlc.dims` and `#dlc.symbol` in a lowered module: symbols
// are index arguments, and attributes of functions say which sizes they make.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_SYMBOLICSIZES_H
#define LIB_CONVERSION_SYMBOLICSIZES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace dlc {

/// Something about sizes that must hold: `expr` is 0, or at least 0.
struct SizeCheck {
  mlir::AffineExpr expr;
  bool isEqual;
  std::string text;
};

/// Writes what the ops take for granted about sizes, and the bounds of the
/// symbols don't prove, into the module's `dlc.checks`: dictionaries of an
/// affine map `expr`, what it must be (`kind` "equal" to 0, or "at_least" 0)
/// and a `text`. What is about computed sizes comes to `computed` instead.
/// An error at the op where no size within the bounds can hold.
llvm::LogicalResult writeSizeChecks(mlir::ModuleOp module,
                                    llvm::SmallVectorImpl<SizeCheck> &computed);

/// Appends one index argument for each of the module's symbols, with
/// `dlc.symbol` and `dlc.range` (least, largest and likely size).
void addSymbolArguments(mlir::func::FuncOp function);

/// Makes each `dlc.define_size` a call of `@define_size` (ComputedSizes.h), a
/// `cf.assert` of its bounds, and one of each of `checks` that can be told from
/// there on. An error where a computed size has no definition, or several.
llvm::LogicalResult lowerDefinitions(mlir::func::FuncOp function,
                                     llvm::ArrayRef<SizeCheck> checks);

/// Takes `#dlc.dims` off all types. Of arguments and results with open sizes,
/// `dlc.sizes` says them: an affine map from the symbols to all sizes.
void dropDims(mlir::func::FuncOp function);

/// Takes the arguments that are computed sizes away: they are what the calls
/// give. An error where something stands before the size that it needs.
llvm::LogicalResult replaceComputedArguments(mlir::func::FuncOp function);

} // namespace dlc

#endif // LIB_CONVERSION_SYMBOLICSIZES_H
