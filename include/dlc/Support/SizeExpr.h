//===- SizeExpr.h - Sizes as expressions ------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A size that isn't a number at compile time is an affine expression over
// symbols, with two extensions: products of symbols, and divisions of and by
// any expression. All functions keep such expressions in one normal form, a sum
// of products in a fixed order, so that equal polynomials are equal pointers.
// Symbols stand for sizes: they are never negative.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SUPPORT_SIZEEXPR_H
#define DLC_SUPPORT_SIZEEXPR_H

#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>

namespace dlc {

/// The normal form. Constants that overflow 64 bits wrap; callers that combine
/// numbers from files check those first (`multiplySizes`).
mlir::AffineExpr normalizeSize(mlir::AffineExpr expr);

mlir::AffineExpr addSizeExprs(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr subSizeExprs(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr mulSizeExprs(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr floorDivSizeExprs(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr modSizeExprs(mlir::AffineExpr a, mlir::AffineExpr b);

/// `a / b` where it is known to have no remainder: b is one product that every
/// term of a contains. Null otherwise.
mlir::AffineExpr divideExactly(mlir::AffineExpr a, mlir::AffineExpr b);

/// The number, if the expression is one.
std::optional<int64_t> getConstantSize(mlir::AffineExpr expr);

/// The value for given symbols; none on overflow or division by zero.
std::optional<int64_t> evaluateSize(mlir::AffineExpr expr,
                                    llvm::ArrayRef<int64_t> symbols);

/// The least and largest values while symbol i is in [lows[i], highs[i]], by
/// interval arithmetic: never too narrow, sometimes too wide. None on overflow.
struct SizeBounds {
  int64_t low, high;
};
std::optional<SizeBounds> boundSize(mlir::AffineExpr expr,
                                    llvm::ArrayRef<int64_t> lows,
                                    llvm::ArrayRef<int64_t> highs);

/// An upper bound of `expr` as an expression of those symbols alone that have
/// no bound in `mosts` (null there), each of which may depend on the symbols
/// before it; a number where such an expression isn't found. Null on overflow.
mlir::AffineExpr raiseSize(mlir::AffineExpr expr,
                           llvm::ArrayRef<mlir::AffineExpr> mosts,
                           llvm::ArrayRef<int64_t> lows,
                           llvm::ArrayRef<int64_t> highs);

/// Of an expression within bounds: 1 if it is at least 0, else 0; and the
/// larger one of it and 0. Divisions by a number say both.
mlir::AffineExpr isNotNegative(mlir::AffineExpr expr, SizeBounds bounds);
mlir::AffineExpr clampAtZero(mlir::AffineExpr expr, SizeBounds bounds);

} // namespace dlc

#endif // DLC_SUPPORT_SIZEEXPR_H
