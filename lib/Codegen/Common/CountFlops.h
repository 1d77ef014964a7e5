//===- CountFlops.h - The arithmetic of linalg ops --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_COUNTFLOPS_H
#define DLC_LIB_CODEGEN_COMMON_COUNTFLOPS_H

#include "mlir/IR/Operation.h"

namespace dlc {

/// The arithmetic operations of a linalg op of static shape: those of its body
/// times its points. A multiplication and an addition are two, a comparison and
/// its select one; conversions count nothing. 0 for any other op.
int64_t countFlops(mlir::Operation *op);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_COUNTFLOPS_H
