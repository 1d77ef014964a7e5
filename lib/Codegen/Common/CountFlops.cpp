//===- CountFlops.cpp - The arithmetic of linalg ops ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountFlops.h"

#include "LoopNest.h"
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
  if (!linalgOp)
    return 0;
  FailureOr<SmallVector<AffineExpr>> sizes = getLoopSizes(linalgOp);
  if (failed(sizes))
    return 0;
  auto symbols = SizeSymbols::get(op->getParentOfType<func::FuncOp>());
  int64_t flops = llvm::count_if(*linalgOp.getBlock(), isArithmetic);
  for (AffineExpr size : *sizes)
    flops *= symbols.estimate(size);
  return flops;
}
