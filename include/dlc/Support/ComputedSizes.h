//===- ComputedSizes.h - Sizes found while a model runs ---------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Below the dlc dialect a computed size is the result, an `index`, of a call of
// the declared function `@define_size`, whose attributes say which symbol it
// is. Being a value of the program, it can't be used before it is found.
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SUPPORT_COMPUTEDSIZES_H
#define DLC_SUPPORT_COMPUTEDSIZES_H

#include "llvm/ADT/StringRef.h"

namespace dlc {

inline constexpr llvm::StringLiteral kDefineSizeName = "define_size";
/// On such a call: the number of the symbol, its name (`dlc.symbol`), its range
/// (`dlc.range`), and an affine map from the symbols to its upper bound.
inline constexpr llvm::StringLiteral kNumberAttrName = "dlc.number";
inline constexpr llvm::StringLiteral kMostAttrName = "dlc.most";
/// On a function that has such calls.
inline constexpr llvm::StringLiteral kComputesSizesAttrName =
    "dlc.computes_sizes";

} // namespace dlc

#endif // DLC_SUPPORT_COMPUTEDSIZES_H
