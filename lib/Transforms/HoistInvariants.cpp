//===- HoistInvariants.cpp - Moves what doesn't change before loops -------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dialects/dlc/Constant.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"
#include "llvm/ADT/SmallBitVector.h"

namespace dlc {
#define GEN_PASS_DEF_HOISTINVARIANTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// The symbols that types and attributes of an op name.
static llvm::SmallBitVector getNamedSymbols(Operation *op) {
  llvm::SmallBitVector symbols(DimsAttr::maxSymbols);
  AttrTypeWalker walker;
  walker.addWalk([&](DimsAttr dims) {
    for (AffineExpr dim : dims.getDims())
      dim.walk([&](AffineExpr part) {
        if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
          symbols.set(symbol.getPosition());
      });
  });
  walker.walk(op->getAttrDictionary());
  for (Type type : op->getResultTypes())
    walker.walk(type);
  return symbols;
}

namespace {
struct HoistInvariantsPass final
    : public dlc::impl::HoistInvariantsBase<HoistInvariantsPass> {
  using Base::Base;

  void runOnOperation() override {
    // Innermost first, so that what leaves one loop may leave the next.
    getOperation()->walk([](LoopLikeOpInterface loop) { hoist(loop); });
  }

private:
  static void hoist(LoopLikeOpInterface loop) {
    llvm::SmallBitVector found(DimsAttr::maxSymbols);
    loop->walk([&](DefineSizeOp op) { found.set(op.getSymbol()); });
    moveLoopInvariantCode(
        loop.getLoopRegions(),
        [&](Value value, Region *) {
          return loop.isDefinedOutsideOfLoop(value);
        },
        [&](Operation *op, Region *) {
          return isMemoryEffectFree(op) && isSpeculatable(op) &&
                 !getNamedSymbols(op).anyCommon(found);
        },
        [&](Operation *op, Region *) { loop.moveOutOfLoop(op); });
  }
};
} // namespace
