//===- ResizeTables.h - Where a resize takes its elements from --*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A resize is separable: along each dimension, a position of the result is a
// weighted sum of a few positions of the operand. Which ones and how much
// stands in small tables: constants where the sizes are known, computed when
// the model runs where they are open.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_RESIZETABLES_H
#define LIB_CONVERSION_RESIZETABLES_H

#include "LoweringUtils.h"
#include "dialects/dlc/Resampling.h"
#include "mlir/Analysis/Presburger/Fraction.h"

namespace dlc {

/// How many positions of the operand one of the result is made of.
int64_t countTaps(ResizeOp op);

/// The fraction that a scale or a bound of a region stands for.
mlir::presburger::Fraction getMeantFraction(double x);

/// How the positions of the result along one dimension come from the operand.
struct AxisTable {
  int64_t dim;
  /// Per tap, one entry for each position of the result. Without weights there
  /// is one tap, taken as it is.
  llvm::SmallVector<llvm::SmallVector<int64_t>> indices;
  llvm::SmallVector<llvm::SmallVector<double>> weights;
  /// Positions that lie outside and get the extrapolation value.
  llvm::SmallVector<bool> outside;

  /// True if every element of the operand is taken `count` times in a row.
  bool isRepetition(int64_t count, int64_t size) const {
    if (indices.size() != 1 || llvm::is_contained(outside, true) ||
        static_cast<int64_t>(indices[0].size()) != count * size)
      return false;
    for (auto [position, index] : llvm::enumerate(indices[0]))
      if (static_cast<int64_t>(position) / count != index)
        return false;
    return true;
  }
};

/// The table of a dimension whose sizes are known.
AxisTable getAxisTable(ResizeOp op, int64_t dim, int64_t inSize,
                       int64_t outSize);
/// The tables of all such dimensions that change.
llvm::SmallVector<AxisTable> getAxisTables(ResizeOp op,
                                           mlir::RankedTensorType xType,
                                           mlir::RankedTensorType type);

/// The same as tensors over the positions of the result: an index and, unless
/// elements are taken as they are, a weight per tap.
struct AxisOperands {
  int64_t dim;
  llvm::SmallVector<mlir::Value> indices, weights;
  /// Null if no position lies outside.
  mlir::Value outside;
};

/// A table as constants, with weights of type `real`.
AxisOperands createAxisOperands(mlir::ImplicitLocOpBuilder &b,
                                const AxisTable &table, mlir::Type real);
/// The table of a dimension of open size, computed when the model runs. Fails,
/// with an error, where coordinates might overflow.
mlir::FailureOr<AxisOperands>
computeAxisOperands(mlir::ImplicitLocOpBuilder &b, ResizeOp op, int64_t dim,
                    const Dim &from, const Dim &to, mlir::Type real);

} // namespace dlc

#endif // LIB_CONVERSION_RESIZETABLES_H
