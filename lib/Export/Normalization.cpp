//===- Normalization.cpp - Normalizations to ONNX -------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Normalization.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

static LogicalResult exportBatchNorm(BatchNormOp op, Exporter &exporter) {
  exporter.add(op, "BatchNormalization", exporter.operands(op))
      .set("epsilon", op.getEpsilon());
  return success();
}

static LogicalResult exportLayerNorm(LayerNormOp op, Exporter &exporter) {
  exporter.add(op, "LayerNormalization", exporter.operands(op))
      .set("axis", int64_t(op.getAxis()))
      .set("epsilon", op.getEpsilon());
  return success();
}

static LogicalResult exportLRN(LRNOp op, Exporter &exporter) {
  exporter.add(op, "LRN", exporter.operands(op))
      .set("size", int64_t(op.getSize()))
      .set("alpha", op.getAlpha())
      .set("beta", op.getBeta())
      .set("bias", op.getBias());
  return success();
}

void dlc::onnxexport::registerNormalizationOps(OpRegistry &registry) {
  registry.add(exportBatchNorm);
  registry.add(exportLayerNorm);
  registry.add(exportLRN);
}
