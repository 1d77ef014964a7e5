//===- Selection.cpp - ONNX nodes of selections ---------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Selection.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

static LogicalResult exportTopK(TopKOp op, Exporter &exporter) {
  exporter
      .add(op, "TopK",
           {exporter.name(op.getX()), exporter.integers({int64_t(op.getK())})})
      .set("axis", int64_t(op.getAxis()))
      .set("largest", op.getLargest())
      .set("sorted", true);
  return success();
}

void dlc::onnxexport::registerSelectionOps(OpRegistry &registry) {
  registry.add(exportTopK);
}
