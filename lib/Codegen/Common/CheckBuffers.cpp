//===- CheckBuffers.cpp - What analyses of buffers rely on ----------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckBuffers.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace dlc;

static LogicalResult checkTypes(Operation *op, TypeRange types,
                                bool mayBeBuffers) {
  for (Type type : types) {
    if (isa<TensorType>(type))
      return op->emitError("works on tensors, where code is generated from "
                           "buffers: bufferize first");
    if (isa<BaseMemRefType>(type) && !mayBeBuffers)
      return op->emitError("gives a buffer that is neither an argument, an "
                           "allocation, a constant nor a view of one: what it "
                           "overlaps can't be told");
  }
  return success();
}

LogicalResult dlc::checkBuffers(func::FuncOp func) {
  WalkResult result = func.walk([&](Operation *op) {
    bool isKnown =
        isa<ViewLikeOpInterface, memref::AllocOp, memref::GetGlobalOp>(op);
    if (failed(checkTypes(op, op->getResultTypes(), isKnown)))
      return WalkResult::interrupt();
    for (Region &region : op->getRegions())
      for (Block &block : region)
        if (failed(checkTypes(op, block.getArgumentTypes(),
                              op == func && block.isEntryBlock())))
          return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
