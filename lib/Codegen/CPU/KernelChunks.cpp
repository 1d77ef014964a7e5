//===- KernelChunks.cpp - The parts that threads share --------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelChunks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace dlc;

KernelChunks KernelChunks::get(ArrayRef<LoopNest> nests,
                               ArrayRef<Strategy> strategies) {
  MLIRContext *context = nests.front().root.op.getContext();
  KernelChunks chunks;
  chunks.tiles = chunks.points = getAffineConstantExpr(0, context);
  for (auto [nest, strategy] : llvm::zip_equal(nests, strategies)) {
    AffineExpr points = getAffineConstantExpr(1, context);
    for (AffineExpr size : nest.sizes)
      points = mulSizeExprs(points, size);
    chunks.points = addSizeExprs(chunks.points, points);
    chunks.tiles = addSizeExprs(chunks.tiles, strategy.getNumChunks(nest));
    chunks.leastPoints = std::max(chunks.leastPoints, strategy.splitPoints);
  }
  return chunks;
}

std::optional<int64_t> KernelChunks::getCount() const {
  return leastPoints == 0 ? getConstantSize(tiles) : std::nullopt;
}

Value KernelChunks::buildIsShared(OpBuilder &builder, Location loc,
                                  ValueRange symbols) const {
  return arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::sge,
      buildSizeValue(builder, loc, points, symbols),
      arith::ConstantIndexOp::create(builder, loc, leastPoints));
}

Value KernelChunks::buildCount(OpBuilder &builder, Location loc,
                               ValueRange symbols) const {
  Value all = buildSizeValue(builder, loc, tiles, symbols);
  if (leastPoints == 0)
    return all;
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  return arith::SelectOp::create(
      builder, loc, buildIsShared(builder, loc, symbols), all, one);
}

Value KernelChunks::buildTilesPerChunk(OpBuilder &builder, Location loc,
                                       ValueRange symbols) const {
  if (leastPoints == 0)
    return Value();
  Value all = buildSizeValue(builder, loc, tiles, symbols);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  return arith::SelectOp::create(
      builder, loc, buildIsShared(builder, loc, symbols), one, all);
}

FailureOr<std::vector<Strategy>>
dlc::readStrategies(const NestGroup &group, std::vector<LoopNest> &nests) {
  linalg::GenericOp root = group.root;
  auto attrs = root->getAttrOfType<ArrayAttr>(kStrategyAttrName);
  if (!attrs || attrs.size() != nests.size())
    return root.emitError("needs 'dlc.strategy' with ")
           << nests.size() << " entries";
  std::vector<Strategy> strategies;
  for (auto [nest, attr] : llvm::zip_equal(nests, attrs)) {
    FailureOr<Strategy> strategy = Strategy::fromAttr(attr, nest, root);
    if (failed(strategy))
      return failure();
    strategies.push_back(std::move(*strategy));
  }
  return strategies;
}
