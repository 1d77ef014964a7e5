//===- CheckBuffers.h - What analyses of buffers rely on --------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_CODEGEN_COMMON_CHECKBUFFERS_H
#define DLC_LIB_CODEGEN_COMMON_CHECKBUFFERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {

/// Fails, with an error at the op, unless `func` works on buffers of which each
/// is an argument, an allocation, a constant or a view of one: what others
/// overlap, and how long they live, can't be told (`getBase`).
llvm::LogicalResult checkBuffers(mlir::func::FuncOp func);

} // namespace dlc

#endif // DLC_LIB_CODEGEN_COMMON_CHECKBUFFERS_H
