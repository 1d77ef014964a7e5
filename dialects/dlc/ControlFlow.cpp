//===- ControlFlow.cpp - Graphs with loops and branches -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dlc/ControlFlow.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;

LogicalResult dlc::refuseControlFlow(Operation *root, StringRef what) {
  WalkResult result = root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == root || op->getNumRegions() == 0)
      return WalkResult::advance();
    op->emitError("is a loop or a branch, which ")
        << what << " doesn't take; 'dlc compile' does";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}
