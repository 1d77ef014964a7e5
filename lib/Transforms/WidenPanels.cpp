//===- WidenPanels.cpp - Weights of products of one row -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackWeights.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"

namespace dlc {
#define GEN_PASS_DEF_WIDENPANELS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// How many of `count` panels to put side by side: as long as filling up the
/// last ones costs little.
static int64_t chooseGroup(int64_t count) {
  constexpr int64_t kMostPanels = 4, kPerFilling = 8;
  for (int64_t group = kMostPanels; group > 1; group /= 2) {
    int64_t filling = llvm::alignTo(count, group) - count;
    if (group <= count && filling * kPerFilling <= count)
      return group;
  }
  return 1;
}

/// True for the product of one row and a constant matrix of f32.
static bool readsWeightsOnce(PackedMatMulOp op) {
  auto a = cast<RankedTensorType>(op.getA().getType());
  auto b = cast<RankedTensorType>(op.getB().getType());
  return a.hasStaticShape() && a.getNumElements() == a.getShape().back() &&
         b.getRank() == 3 && b.getElementType().isF32();
}

static void widen(PackedMatMulOp op) {
  ElementsAttr panels;
  if (!matchPattern(op.getB(), m_Constant(&panels)) || panels.isSplat())
    return;
  int64_t group = chooseGroup(panels.getShapedType().getDimSize(0));
  ElementsAttr joined = group > 1 ? joinPanels(panels, group) : ElementsAttr();
  if (!joined)
    return;
  OpBuilder builder(op);
  op.getBMutable().assign(
      ConstantOp::create(builder, op.getB().getLoc(), joined));
}

namespace {
struct WidenPanelsPass final
    : public dlc::impl::WidenPanelsBase<WidenPanelsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<PackedMatMulOp> products;
    getOperation().walk([&](PackedMatMulOp op) {
      if (readsWeightsOnce(op))
        products.push_back(op);
    });
    llvm::for_each(products, widen);
  }
};
} // namespace
