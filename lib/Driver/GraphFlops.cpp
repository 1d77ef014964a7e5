//===- GraphFlops.cpp - The work of ops -----------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphFlops.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/Contraction.h"
#include "dialects/dlc/Normalization.h"
#include "dialects/dlc/Pooling.h"
#include "dialects/dlc/Recurrence.h"
#include "dialects/dlc/Reduction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace dlc;

void dlc::assumeLikelySizes(ModuleOp module) {
  auto symbols = module->getAttrOfType<ArrayAttr>("dlc.symbols");
  if (!symbols)
    return;
  SmallVector<int64_t> likely;
  for (auto symbol : symbols.getAsRange<SymbolAttr>())
    likely.push_back(symbol.getLikely());
  module.walk([&](SizeOp size) {
    OpBuilder builder(size);
    size.replaceAllUsesWith(
        arith::ConstantIndexOp::create(
            builder, size.getLoc(),
            evaluateSize(size.getValue().getDims().front(), likely).value_or(0))
            .getResult());
    size.erase();
  });
  auto assume = [&](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.getEncoding())
      return;
    Shape dims = getDims(type);
    for (Dim &dim : dims)
      if (AffineExpr expr = dim.getSymbolic())
        dim = evaluateSize(expr, likely).value_or(0);
    value.setType(withDims(type, dims));
  };
  module.walk([&](Operation *op) {
    llvm::for_each(op->getResults(), assume);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        llvm::for_each(block.getArguments(), assume);
  });
}

static int64_t getNumElements(Value value) {
  auto type = cast<ShapedType>(value.getType());
  return type.hasStaticShape() ? type.getNumElements() : 0;
}

static ArrayRef<int64_t> getShape(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

int64_t dlc::getFlops(Operation *op) {
  if (op->getNumResults() == 0 || !isa<ShapedType>(op->getResult(0).getType()))
    return 0;
  int64_t results = getNumElements(op->getResult(0));
  if (auto weighted = dyn_cast<WeightedOp>(op))
    return weighted.countFlops();
  if (auto attention = dyn_cast<AttentionOp>(op)) {
    ArrayRef<int64_t> q = getShape(attention.getQ());
    int64_t keys = getShape(attention.getK())[attention.getKeyAxis()];
    return keys > 0 ? 2 * keys * (getNumElements(attention.getQ()) + results) +
                          5 * keys * q[0] * q[1] * q[2]
                    : 0;
  }
  if (auto layer = dyn_cast<RecurrentOp>(op)) {
    // Each state of each step sums the products of the input and the state.
    int64_t inputs = getShape(layer.getW())[2],
            states = getShape(layer.getR())[2];
    return inputs > 0 ? 2 * layer.getNumGates() * results * (inputs + states)
                      : 0;
  }
  if (isa<MaxPoolOp, AvgPoolOp>(op)) {
    int64_t window = 1;
    for (int64_t size :
         op->getAttrOfType<DenseI64ArrayAttr>("kernel").asArrayRef())
      window *= size;
    return results * window;
  }
  if (isa<ReduceSumOp, ReduceMeanOp, ReduceProdOp, ReduceMaxOp, ReduceMinOp>(
          op))
    return getNumElements(op->getOperand(0));
  if (isa<BatchNormOp>(op))
    return 2 * results;
  if (isa<SoftmaxOp, LayerNormOp>(op))
    return 5 * results;
  return op->hasTrait<dlc::OpTrait::ElementwiseTrait>() ? results : 0;
}
