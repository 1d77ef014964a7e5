//===- GraphFlops.h - The work of ops ---------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_DRIVER_GRAPHFLOPS_H
#define DLC_LIB_DRIVER_GRAPHFLOPS_H

#include "mlir/IR/BuiltinOps.h"

namespace dlc {

/// The floating-point operations of an op, a multiplication and an addition
/// counting as two; 0 where a dimension isn't known.
int64_t getFlops(mlir::Operation *op);

/// Gives all types the sizes that are likely; the module is for counting then.
void assumeLikelySizes(mlir::ModuleOp module);

} // namespace dlc

#endif // DLC_LIB_DRIVER_GRAPHFLOPS_H
