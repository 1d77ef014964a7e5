//===- Quantization.cpp - Quantization to ONNX ----------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Quantization.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

/// Both ops have the same operands and meaning in ONNX; an axis says nothing
/// where the parameters are scalars.
template <typename OpTy>
static LogicalResult exportLinear(OpTy op, Exporter &exporter) {
  bool isQuantize = std::is_same_v<OpTy, QuantizeOp>;
  NodeRef node =
      exporter.add(op, isQuantize ? "QuantizeLinear" : "DequantizeLinear",
                   exporter.operands(op));
  if (cast<RankedTensorType>(op.getScale().getType()).getRank() != 0)
    node.set("axis", int64_t(op.getAxis()));
  if (op.getBlockSize())
    node.set("block_size", int64_t(op.getBlockSize()));
  if constexpr (std::is_same_v<OpTy, QuantizeOp>) {
    if (!op.getSaturate())
      node.set("saturate", false);
  } else if (op.getType().getElementType() !=
             op.getScale().getType().getElementType()) {
    node.set("output_dtype", int64_t(getDType(op.getType().getElementType())));
  }
  return success();
}

void dlc::onnxexport::registerQuantizationOps(OpRegistry &registry) {
  registry.add(exportLinear<QuantizeOp>);
  registry.add(exportLinear<DequantizeOp>);
}
