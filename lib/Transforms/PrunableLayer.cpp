//===- PrunableLayer.cpp - What can be pruned -----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrunableLayer.h"

#include "dialects/dlc/ConstantData.h"
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

bool dlc::hasWeights(Operation *op) {
  return isa<ConvOp, ConvTransposeOp, MatMulOp>(op);
}

Value dlc::getWeights(Operation *op) { return op->getOperand(1); }

static void setFilterGeometry(PrunableLayer &layer, ArrayRef<int64_t> shape,
                              bool outputsFirst) {
  for (int64_t size : shape.drop_front(2))
    layer.taps *= size;
  layer.outputs = shape[outputsFirst ? 0 : 1];
  layer.inputs = shape[outputsFirst ? 1 : 0];
  layer.outputStride = layer.inputStride = layer.taps;
  (outputsFirst ? layer.outputStride : layer.inputStride) *= shape[1];
}

static void setMatrixGeometry(PrunableLayer &layer, ArrayRef<int64_t> shape,
                              bool transposed) {
  layer.inputs = shape[0];
  layer.outputs = shape[1];
  layer.inputStride = shape[1];
  layer.outputStride = 1;
  if (transposed) {
    std::swap(layer.inputs, layer.outputs);
    std::swap(layer.inputStride, layer.outputStride);
  }
}

std::optional<PrunableLayer> dlc::getPrunableLayer(Operation *op,
                                                   std::string &reason) {
  PrunableLayer layer;
  layer.op = op;
  layer.weights = getWeights(op).getDefiningOp<ConstantOp>();
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
    if (!hasWeights(use.getOwner()) || use.getOperandNumber() != 1) {
      reason =
          (use.getOwner()->getName().getStringRef() + " reads its weights, too")
              .str();
      return std::nullopt;
    }
  ArrayRef<int64_t> shape = type.getShape();
  if (auto product = dyn_cast<MatMulOp>(op)) {
    if (shape.size() != 2) {
      reason = "its weights aren't a matrix";
      return std::nullopt;
    }
    setMatrixGeometry(layer, shape, product.getTransposeB());
  } else {
    setFilterGeometry(layer, shape, /*outputsFirst=*/isa<ConvOp>(op));
  }
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
