//===- Passes.h - Code generation passes ------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_CODEGEN_PASSES_H
#define DLC_CODEGEN_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc {

/// The unit attribute that marks a kernel function.
inline constexpr llvm::StringLiteral kKernelAttrName = "dlc.kernel";
/// On a kernel that may be run in parts, and on its calls: the number of
/// chunks. Its last two arguments are the first chunk to run and the one to end
/// at.
inline constexpr llvm::StringLiteral kChunksAttrName = "dlc.chunks";
/// On a call of a kernel: the floating-point operations of its nest, a
/// multiplication and an addition counting as two.
inline constexpr llvm::StringLiteral kFlopsAttrName = "dlc.flops";

#define GEN_PASS_DECL
#include "dlc/Codegen/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dlc/Codegen/Passes.h.inc"

} // namespace dlc

#endif // DLC_CODEGEN_PASSES_H
