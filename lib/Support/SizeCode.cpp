//===- SizeCode.cpp - Code that computes sizes ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/SizeCode.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

Value dlc::buildSizeExpr(OpBuilder &builder, Location loc, AffineExpr expr,
                         ValueRange symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return arith::ConstantIndexOp::create(builder, loc, constant.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value a = buildSizeExpr(builder, loc, binary.getLHS(), symbols);
  Value b = buildSizeExpr(builder, loc, binary.getRHS(), symbols);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(builder, loc, a, b);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(builder, loc, a, b);
  case AffineExprKind::Mod:
    return arith::RemUIOp::create(builder, loc, a, b);
  default:
    // A size that a model finds may be 0; what is made of the quotient is
    // checked.
    if (!isa<AffineConstantExpr>(binary.getRHS()))
      b = arith::MaxUIOp::create(
          builder, loc, b, arith::ConstantIndexOp::create(builder, loc, 1));
    return arith::DivUIOp::create(builder, loc, a, b);
  }
}
