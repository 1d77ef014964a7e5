//===- CountFlops.cpp - The arithmetic of linalg ops ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountFlops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

static bool isArithmetic(Operation &op) {
  if (!isa<arith::ArithDialect, math::MathDialect>(op.getDialect()) ||
      op.getNumResults() != 1 || isa<IndexType>(op.getResult(0).getType()))
    return false;
  // A comparison and its select are one operation.
  return !isa<CastOpInterface, arith::ConstantOp, arith::CmpFOp, arith::CmpIOp>(
      op);
}

int64_t dlc::countFlops(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.hasDynamicShape())
    return 0;
  int64_t flops = llvm::count_if(*linalgOp.getBlock(), isArithmetic);
  for (int64_t extent : linalgOp.getStaticLoopRanges())
    flops *= extent;
  return flops;
}
