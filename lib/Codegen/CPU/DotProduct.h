//===- DotProduct.h - Sums of products of integers -----------------*- C++
//-*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_CPU_DOTPRODUCT_H
#define DLC_LIB_CODEGEN_CPU_DOTPRODUCT_H

#include "../Common/LoopNest.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace dlc {

/// Makes a nest that sums products in i32, of unsigned bytes by signed ones
/// (`dot` 4) or of i16 (`dot` 2), and has a reduction along which both are
/// neighbours in memory, one over groups of `dot` elements. Fails, without an
/// error, on other nests.
llvm::LogicalResult formDotProduct(LoopNest &nest, int64_t dot);

/// The same for `dot` of a strategy's attribute; an error at `op` where that
/// doesn't fit the nest.
llvm::LogicalResult formDotProduct(LoopNest &nest,
                                   mlir::DictionaryAttr strategy,
                                   mlir::Operation *op);

/// True if there are instructions for vectors of that many sums.
bool isDotProductVector(int64_t lanes);

/// `lanes` groups of elements as one integer each.
mlir::Value joinGroups(mlir::ImplicitLocOpBuilder &builder,
                       mlir::Value elements, int64_t lanes);

/// The root's sums plus one dot product in each lane; `arguments` are those of
/// the root's body, inputs as groups. x86: vpdpbusd for bytes, vpmaddwd for
/// i16.
mlir::Value emitDotProduct(mlir::ImplicitLocOpBuilder &builder,
                           const LoopNest &nest, int64_t lanes,
                           llvm::ArrayRef<mlir::Value> arguments);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_CPU_DOTPRODUCT_H
