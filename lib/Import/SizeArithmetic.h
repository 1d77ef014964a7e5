//===- SizeArithmetic.h - What models compute of shapes ---------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_SIZEARITHMETIC_H
#define DLC_LIB_IMPORT_SIZEARITHMETIC_H

#include "dialects/dlc/Dim.h"
#include "mlir/IR/Operation.h"

namespace dlc::onnximport {

/// The elements of the result of an op on numbers, if they are expressions of
/// the model's symbols: `Shape -> Gather -> Mul -> Concat`. Detours over
/// floats, as `Cast -> Div -> Floor -> Cast`, count as well. None if an operand
/// isn't of sizes or constants, if no operand is of sizes, or if an element
/// isn't such an expression. Symbol i is in [lows[i], highs[i]].
std::optional<Shape> foldSizes(mlir::Operation *op,
                               llvm::ArrayRef<int64_t> lows,
                               llvm::ArrayRef<int64_t> highs);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_SIZEARITHMETIC_H
