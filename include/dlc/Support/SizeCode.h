//===- SizeCode.h - Code that computes sizes --------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SUPPORT_SIZECODE_H
#define DLC_SUPPORT_SIZECODE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/ValueRange.h"

namespace dlc {

/// Computes an expression (SizeExpr.h) of index values, one for each symbol, by
/// integer arithmetic: affine.apply takes no division by a symbol. What is
/// divided must not be negative.
mlir::Value buildSizeExpr(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::AffineExpr expr, mlir::ValueRange symbols);

} // namespace dlc

#endif // DLC_SUPPORT_SIZECODE_H
