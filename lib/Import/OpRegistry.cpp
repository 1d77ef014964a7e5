//===- OpRegistry.cpp - Which importer an ONNX op has ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"

using namespace dlc::onnximport;

OpRegistry::OpRegistry() {
  registerAttentionOps(*this);
  registerConstantOps(*this);
  registerContractionOps(*this);
  registerEinsum(*this);
  registerElementwiseOps(*this);
  registerIndexingOps(*this);
  registerLinearAttentionOps(*this);
  registerLossOps(*this);
  registerNormalizationOps(*this);
  registerPoolingOps(*this);
  registerQuantizationOps(*this);
  registerRecurrenceOps(*this);
  registerReductionOps(*this);
  registerResamplingOps(*this);
  registerShapeOps(*this);
  registerSlicingOps(*this);

  setOldestOpset(6, {"Abs", "Cast", "Ceil", "Clip", "Elu", "Exp", "Floor",
                     "HardSigmoid", "InstanceNormalization", "LeakyRelu", "Log",
                     "Neg", "Reciprocal", "Relu", "Selu", "Sigmoid", "Sqrt",
                     "Tanh", "Tile"});
  setOldestOpset(5, {"Reshape"});
  setOldestOpset(4, {"Concat"});
  setOldestOpset(2, {"GlobalLpPool", "LpPool", "Pad", "Split"});
  setOldestOpset(1, {"ArgMax",
                     "ArgMin",
                     "Constant",
                     "Conv",
                     "ConvTranspose",
                     "DepthToSpace",
                     "Flatten",
                     "GRU",
                     "Gather",
                     "GlobalAveragePool",
                     "GlobalMaxPool",
                     "Hardmax",
                     "Identity",
                     "LRN",
                     "LSTM",
                     "LogSoftmax",
                     "LpNormalization",
                     "MatMul",
                     "MaxPool",
                     "Not",
                     "RNN",
                     "ReduceL1",
                     "ReduceL2",
                     "ReduceLogSum",
                     "ReduceLogSumExp",
                     "ReduceMax",
                     "ReduceMean",
                     "ReduceMin",
                     "ReduceProd",
                     "ReduceSum",
                     "ReduceSumSquare",
                     "Shape",
                     "Size",
                     "Slice",
                     "Softmax",
                     "Softplus",
                     "Softsign",
                     "SpaceToDepth",
                     "Squeeze",
                     "TopK",
                     "Transpose",
                     "Unsqueeze"});
}
