//===- BufferLayout.h - Shapes of buffers as expressions --------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The sizes that a model leaves open are `index` arguments of @main, and of
// each kernel that needs them: their symbols. Symbol i is the i-th index
// argument of the function. In @main, those behind them are sizes that are
// found while it runs (ComputedSizes.h). All other sizes are expressions of
// these (SizeExpr.h), which this file reads off the IR and writes into it.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_BUFFERLAYOUT_H
#define DLC_LIB_CODEGEN_COMMON_BUFFERLAYOUT_H

#include "dlc/Support/ComputedSizes.h"
#include "dlc/Support/SizeExpr.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace dlc {

/// On an index argument that is a symbol: the model's name for it, and
/// `array<i64: min, max, likely>`.
inline constexpr llvm::StringLiteral kSymbolAttrName = "dlc.symbol";
inline constexpr llvm::StringLiteral kRangeAttrName = "dlc.range";
/// On an argument (or result) with dynamic sizes: an affine map from the
/// function's symbols to all of its sizes.
inline constexpr llvm::StringLiteral kSizesAttrName = "dlc.sizes";
/// Of an argument of @main that holds several elements to a byte: the sizes
/// that a caller knows, an affine map from the symbols.
inline constexpr llvm::StringLiteral kUnpackedAttrName = "dlc.unpacked";

/// The symbols of a function and what they may be.
struct SizeSymbols {
  /// Index arguments, then what calls of `@define_size` give.
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<int64_t> mins, maxs, likely;
  /// The upper bounds of computed ones; null of others.
  llvm::SmallVector<mlir::AffineExpr> mosts;

  static SizeSymbols get(mlir::func::FuncOp func);
  /// How many are arguments.
  unsigned getNumChosen() const {
    return llvm::count(mosts, mlir::AffineExpr());
  }
  bool isComputed(unsigned symbol) const { return bool(mosts[symbol]); }
  /// True if `expr` can be computed only once some size has been found.
  bool isComputed(mlir::AffineExpr expr) const;
  /// The model's name of a symbol, if it has one.
  llvm::StringRef getName(unsigned symbol) const;
  /// An upper bound of `expr` that can be computed before @main runs; null if
  /// it overflows.
  mlir::AffineExpr getLargest(mlir::AffineExpr expr) const {
    return raiseSize(expr, mosts, mins, maxs);
  }
  /// The op that all of `exprs` can be computed behind: it finds the last one
  /// of their computed sizes. Null if the function's beginning will do.
  mlir::Operation *
  getLastDefinition(llvm::ArrayRef<mlir::AffineExpr> exprs) const;
  /// Lets `builder` build where all of `exprs` can be computed first.
  void setInsertionPoint(mlir::OpBuilder &builder, mlir::func::FuncOp func,
                         llvm::ArrayRef<mlir::AffineExpr> exprs) const;
  /// The value of `expr` at the likely sizes.
  int64_t estimate(mlir::AffineExpr expr) const;
  /// The bounds of `expr`, if they fit 64 bits.
  std::optional<SizeBounds> bound(mlir::AffineExpr expr) const {
    return boundSize(expr, mins, maxs);
  }
};

/// What an index value is in terms of the symbols of the function that it
/// stands in; null if it isn't one of their expressions.
mlir::AffineExpr getSizeExpr(mlir::Value index);
mlir::AffineExpr getSizeExpr(mlir::OpFoldResult index,
                             mlir::MLIRContext *context);

/// The shape of a buffer and where its elements lie.
struct BufferLayout {
  llvm::SmallVector<mlir::AffineExpr> sizes, strides;
  mlir::AffineExpr offset; // null if it isn't an expression of the symbols

  /// Fails where a size or a stride isn't an expression of the symbols. Of an
  /// argument whose type leaves its strides open, none are known.
  static mlir::FailureOr<BufferLayout> get(mlir::Value buffer);
};

/// Strides of dense elements, the last dimension varying fastest.
llvm::SmallVector<mlir::AffineExpr>
getDenseStrides(llvm::ArrayRef<mlir::AffineExpr> sizes,
                mlir::MLIRContext *context);

/// Computes an expression from the values of the symbols; a constant stays an
/// attribute.
mlir::OpFoldResult buildSize(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::AffineExpr expr, mlir::ValueRange symbols);
mlir::Value buildSizeValue(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::AffineExpr expr, mlir::ValueRange symbols);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_BUFFERLAYOUT_H
