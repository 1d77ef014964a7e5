//===- WidenPanels.cpp - Weights of products of one row -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackWeights.h"
#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Shape.h"
#include "dlc/Transforms/Passes.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

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

static void widen(IRRewriter &rewriter, PackedMatMulOp op) {
  ElementsAttr panels;
  if (!matchPattern(op.getB(), m_Constant(&panels)) || panels.isSplat())
    return;
  ArrayRef<int64_t> shape = panels.getShapedType().getShape();
  int64_t group = chooseGroup(shape[0]);
  ElementsAttr grouped =
      group > 1 ? packDimension(panels, /*axis=*/0, group) : ElementsAttr();
  if (!grouped)
    return;
  // groups x depth x width x group, to groups x depth x (group x width).
  rewriter.setInsertionPoint(op);
  Location loc = op.getB().getLoc();
  Value wide = rewriter.createOrFold<TransposeOp>(
      loc, ConstantOp::create(rewriter, loc, grouped).getResult(),
      ArrayRef<int64_t>{0, 1, 3, 2});
  auto type = RankedTensorType::get(
      {grouped.getShapedType().getDimSize(0), shape[1], group * shape[2]},
      grouped.getElementType());
  op.getBMutable().assign(rewriter.createOrFold<ReshapeOp>(loc, type, wide));
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
    IRRewriter rewriter(&getContext());
    for (PackedMatMulOp op : products)
      widen(rewriter, op);
  }
};
} // namespace
