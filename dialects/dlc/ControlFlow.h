//===- ControlFlow.h - Graphs with loops and branches -----------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DIALECTS_DLC_CONTROLFLOW_H
#define DIALECTS_DLC_CONTROLFLOW_H

#include "mlir/IR/Operation.h"

namespace dlc {

/// True if `maker` stands in the block of `user`. A pattern that makes a
/// producer again where its consumer stands would otherwise repeat its work in
/// a loop.
inline bool isBeside(mlir::Operation *maker, mlir::Operation *user) {
  return maker->getBlock() == user->getBlock();
}

/// Fails, with an error at the op, if there is a loop or a branch in `root`:
/// `what` is what can't be done with those.
llvm::LogicalResult refuseControlFlow(mlir::Operation *root,
                                      llvm::StringRef what);

} // namespace dlc

#endif // DIALECTS_DLC_CONTROLFLOW_H
