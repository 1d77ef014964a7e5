//===- Pooling.cpp - Pooling to ONNX --------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Pooling.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

template <typename OpTy>
static LogicalResult exportPool(OpTy op, Exporter &exporter) {
  constexpr bool isAverage = std::is_same_v<OpTy, AvgPoolOp>;
  if (op.getBlock())
    return op.emitError("ONNX has no pooling of channel blocks; export the "
                        "graph before layouts are assigned");
  NodeRef node = exporter.add(op, isAverage ? "AveragePool" : "MaxPool",
                              exporter.operands(op));
  node.set("kernel_shape", op.getKernel())
      .set("strides", op.getStrides())
      .set("pads", op.getPads())
      .set("dilations", op.getDilations())
      .set("ceil_mode", op.getCeilMode());
  if constexpr (isAverage)
    node.set("count_include_pad", op.getCountIncludePad());
  return success();
}

void dlc::onnxexport::registerPoolingOps(OpRegistry &registry) {
  registry.add(exportPool<MaxPoolOp>);
  registry.add(exportPool<AvgPoolOp>);
}
