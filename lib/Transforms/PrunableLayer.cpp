//===- PrunableLayer.cpp - What can be pruned -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrunableLayer.h"

#include "dialects/dlc/Constant.h"
#include "dialects/dlc/ConstantData.h"
#include "dialects/dlc/Contraction.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlc;

llvm::Expected<PruningStructure> PruningStructure::parse(StringRef text) {
  PruningStructure structure;
  if (text == "unstructured")
    return structure;
  structure.kind = text == "block" ? Block : text == "channel" ? Channel : NOfM;
  if (structure.kind != NOfM)
    return structure;
  auto [kept, group] = text.split(':');
  if (kept.getAsInteger(10, structure.kept) ||
      group.getAsInteger(10, structure.group))
    return llvm::createStringError(
        "structure '" + text +
        "': expected unstructured, block, channel or n:m as in 2:4");
  if (structure.kept < 1 || structure.kept >= structure.group)
    return llvm::createStringError("structure '" + text +
                                   "': n must be at least 1 and below m");
  return structure;
}

std::optional<PrunableLayer> dlc::getPrunableLayer(WeightedOp op,
                                                   std::string &reason) {
  PrunableLayer layer;
  layer.op = op;
  layer.weights = op.getWeights().getDefiningOp<ConstantOp>();
  if (!layer.weights) {
    reason = "its weights aren't constant";
    return std::nullopt;
  }
  auto type = cast<RankedTensorType>(layer.weights.getType());
  if (!isa<FloatType>(type.getElementType()) ||
      !ConstantView::get(layer.weights.getValue())) {
    reason = "its weights aren't floats";
    return std::nullopt;
  }
  for (OpOperand &use : layer.weights->getUses())
    if (auto user = dyn_cast<WeightedOp>(use.getOwner());
        !user ||
        use.getOperandNumber() != user.getWeightsOperand().getOperandNumber()) {
      reason =
          (use.getOwner()->getName().getStringRef() + " reads its weights, too")
              .str();
      return std::nullopt;
    }
  ArrayRef<int64_t> shape = type.getShape();
  if (isa<MatMulOp>(op) && shape.size() != 2) {
    reason = "its weights aren't a matrix";
    return std::nullopt;
  }
  // Outputs and inputs are the first two dimensions, in either order.
  SmallVector<int64_t> strides = rowMajorStrides(shape);
  layer.outputs = shape[op.getOutputDim()];
  layer.outputStride = strides[op.getOutputDim()];
  layer.inputs = shape[op.getInputDim()];
  layer.inputStride = strides[op.getInputDim()];
  for (int64_t size : shape.drop_front(2))
    layer.taps *= size;
  if (layer.getNumWeights() == 0) {
    reason = "it has no weights";
    return std::nullopt;
  }
  return layer;
}

int64_t dlc::getPrunedCount(double sparsity, int64_t size) {
  // 0.7 of 10 is 7 although 0.7 isn't a binary fraction.
  return std::min<int64_t>(static_cast<int64_t>(sparsity * size + 1e-9), size);
}

std::string dlc::formatNumber(double number) {
  return llvm::formatv("{0}", llvm::format("%g", number));
}

LogicalResult dlc::checkSparsity(Location location, double sparsity) {
  if (sparsity >= 0 && sparsity < 1)
    return success();
  return emitError(location) << "sparsity is " << formatNumber(sparsity)
                             << ", expected at least 0 and less than 1";
}

void dlc::reportNothingPrunable(Operation *func) {
  InFlightDiagnostic error = emitError(func->getLoc(), "nothing can be pruned");
  func->walk([&](Operation *op) {
    if (auto reason = op->getAttrOfType<StringAttr>(kNotPrunedAttrName))
      error.attachNote(op->getLoc())
          << op->getName().getStringRef() << ": " << reason.getValue();
  });
}
