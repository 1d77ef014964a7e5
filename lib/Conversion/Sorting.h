//===- Sorting.h - Loops that sort ------------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_SORTING_H
#define LIB_CONVERSION_SORTING_H

#include "LoweringUtils.h"

namespace dlc {

/// `y` above `z`, NaN being above every number.
mlir::Value isAbove(mlir::ImplicitLocOpBuilder &b, mlir::Value y, mlir::Value z,
                    bool isUnsigned);

/// A loop that may end at any step: `before` gives the condition and what it
/// passes on, of the types of `passed`, `after` the next values of `inits`.
/// Results are what was passed last.
llvm::SmallVector<mlir::Value> createWhile(
    mlir::ImplicitLocOpBuilder &b, mlir::ValueRange inits,
    mlir::TypeRange passed,
    llvm::function_ref<std::pair<mlir::Value, llvm::SmallVector<mlir::Value>>(
        mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>
        before,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(
        mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>
        after);

/// A branch; each way gives the values that the results are.
using BranchBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::ImplicitLocOpBuilder &)>;
llvm::SmallVector<mlir::Value>
createBranch(mlir::ImplicitLocOpBuilder &b, mlir::Value condition,
             mlir::TypeRange types, BranchBody thenBody, BranchBody elseBody);

/// A loop from `begin` to `end`, as `createLoop`.
llvm::SmallVector<mlir::Value>
createLoopFrom(mlir::ImplicitLocOpBuilder &b, mlir::Value begin,
               mlir::Value end, mlir::ValueRange inits,
               llvm::function_ref<llvm::SmallVector<mlir::Value>(
                   mlir::ImplicitLocOpBuilder &, mlir::Value, mlir::ValueRange)>
                   body);

/// Sorts the first `count` elements of `order`, numbers of type i64, so that
/// `isBefore` holds of none and one before it; equal ones stay in order. Merges
/// runs, by way of `scratch`, of the same type. Gives both anew.
std::pair<mlir::Value, mlir::Value>
createMergeSort(mlir::ImplicitLocOpBuilder &b, mlir::Value order,
                mlir::Value scratch, mlir::Value count,
                llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &,
                                               mlir::Value, mlir::Value)>
                    isBefore);

} // namespace dlc

#endif // LIB_CONVERSION_SORTING_H
