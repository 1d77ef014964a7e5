//===- Contraction.cpp - Matrix products and convolutions to ONNX ---------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Contraction.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

/// The name of an operand, its last two dimensions swapped if asked for.
static std::string transposeLast(MatMulOp op, Exporter &exporter, Value operand,
                                 bool swap) {
  std::string name = exporter.name(operand);
  if (!swap)
    return name;
  int64_t rank = cast<RankedTensorType>(operand.getType()).getRank();
  SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(perm[rank - 1], perm[rank - 2]);
  return exporter.addStep(op, "Transpose", {name})
      .set("perm", perm)
      .getOutput();
}

static LogicalResult exportMatMul(MatMulOp op, Exporter &exporter) {
  Type element = op.getType().getElementType();
  // MatMul and Gemm know no other types.
  if (!isa<FloatType>(element) && element.getIntOrFloatBitWidth() < 32)
    return op.emitError("ONNX has no matrix product of integers below 32 bits");
  auto rankOf = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getRank();
  };
  bool swapA = op.getTransposeA(), swapB = op.getTransposeB();
  if ((swapA || swapB) && rankOf(op.getA()) == 2 && rankOf(op.getB()) == 2) {
    exporter.add(op, "Gemm", exporter.operands(op))
        .set("transA", swapA)
        .set("transB", swapB);
    return success();
  }
  exporter.add(op, "MatMul",
               {transposeLast(op, exporter, op.getA(), swapA),
                transposeLast(op, exporter, op.getB(), swapB)});
  return success();
}

static LogicalResult exportConv(ConvOp op, Exporter &exporter) {
  if (op.getInputBlock() || op.getOutputBlock())
    return op.emitError("ONNX has no convolution of channel blocks; export "
                        "the graph before layouts are assigned");
  if (!isa<FloatType>(op.getType().getElementType()))
    return op.emitError("ONNX has no convolution of integers that gives ")
           << op.getType().getElementType();
  exporter.add(op, "Conv", exporter.operands(op))
      .set("strides", op.getStrides())
      .set("pads", op.getPads())
      .set("dilations", op.getDilations())
      .set("group", int64_t(op.getGroup()));
  return success();
}

static LogicalResult exportConvTranspose(ConvTransposeOp op,
                                         Exporter &exporter) {
  exporter.add(op, "ConvTranspose", exporter.operands(op))
      .set("strides", op.getStrides())
      .set("pads", op.getPads())
      .set("dilations", op.getDilations())
      .set("output_padding", op.getOutputPadding())
      .set("group", int64_t(op.getGroup()));
  return success();
}

void dlc::onnxexport::registerContractionOps(OpRegistry &registry) {
  registry.add(exportMatMul);
  registry.add(exportConv);
  registry.add(exportConvTranspose);
}
