//===- Recurrence.cpp - Recurrent layers to ONNX --------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exporter.h"

#include "dialects/dlc/Recurrence.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::onnxexport;

namespace {
/// A gate's function in ONNX, and whether it has parameters there.
struct FunctionName {
  StringRef name;
  bool hasAlpha = false, hasBeta = false;
};
} // namespace

static FunctionName getFunctionName(GateFunction function) {
  switch (function) {
  case GateFunction::relu:
    return {"Relu"};
  case GateFunction::tanh:
    return {"Tanh"};
  case GateFunction::sigmoid:
    return {"Sigmoid"};
  case GateFunction::affine:
    return {"Affine", true, true};
  case GateFunction::leaky_relu:
    return {"LeakyRelu", true};
  case GateFunction::thresholded_relu:
    return {"ThresholdedRelu", true};
  case GateFunction::scaled_tanh:
    return {"ScaledTanh", true, true};
  case GateFunction::hard_sigmoid:
    return {"HardSigmoid", true, true};
  case GateFunction::elu:
    return {"Elu", true};
  case GateFunction::softsign:
    return {"Softsign"};
  case GateFunction::softplus:
    return {"Softplus"};
  }
  llvm_unreachable("an unknown function");
}

/// Adds the node with what all layers have in common.
static NodeRef addLayer(RecurrentOp op, StringRef opType, Names inputs,
                        Exporter &exporter) {
  SmallVector<std::string> functions;
  SmallVector<double> alphas, betas;
  for (auto [function, alpha, beta] :
       llvm::zip_equal(op.getActivations().getAsRange<GateFunctionAttr>(),
                       op.getAlphas(), op.getBetas())) {
    FunctionName name = getFunctionName(function.getValue());
    functions.push_back(name.name.str());
    if (name.hasAlpha)
      alphas.push_back(alpha);
    if (name.hasBeta)
      betas.push_back(beta);
  }
  NodeRef node = exporter.add(op, opType, inputs);
  node.set("hidden_size",
           cast<RankedTensorType>(op.getR().getType()).getDimSize(2))
      .set("direction", stringifyDirection(op.getDirection()))
      .set("activations", ArrayRef(functions));
  if (!alphas.empty())
    node.set("activation_alpha", ArrayRef(alphas));
  if (!betas.empty())
    node.set("activation_beta", ArrayRef(betas));
  if (std::optional<APFloat> clip = op.getClip())
    node.set("clip", *clip);
  return node;
}

/// The operands that all layers have, those left out too.
static SmallVector<std::string> getInputs(RecurrentOp op, Exporter &exporter) {
  return {exporter.name(op.getX()),       exporter.name(op.getW()),
          exporter.name(op.getR()),       exporter.name(op.getBias()),
          exporter.name(op.getLengths()), exporter.name(op.getInitialH())};
}

static LogicalResult exportRNN(RNNOp op, Exporter &exporter) {
  addLayer(op, "RNN", getInputs(op, exporter), exporter);
  return success();
}

static LogicalResult exportGRU(GRUOp op, Exporter &exporter) {
  addLayer(op, "GRU", getInputs(op, exporter), exporter)
      .set("linear_before_reset", op.getLinearBeforeReset());
  return success();
}

static LogicalResult exportLSTM(LSTMOp op, Exporter &exporter) {
  SmallVector<std::string> inputs = getInputs(op, exporter);
  inputs.push_back(exporter.name(op.getInitialC()));
  inputs.push_back(exporter.name(op.getPeepholes()));
  addLayer(op, "LSTM", inputs, exporter)
      .set("input_forget", op.getInputForget());
  return success();
}

void dlc::onnxexport::registerRecurrenceOps(OpRegistry &registry) {
  registry.add(exportRNN);
  registry.add(exportGRU);
  registry.add(exportLSTM);
}
