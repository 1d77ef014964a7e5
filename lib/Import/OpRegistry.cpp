//===- OpRegistry.cpp - Which importer an ONNX op has ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"

using namespace dlc::onnximport;

OpRegistry::OpRegistry() {
  registerConstantOps(*this);
  registerContractionOps(*this);
  registerElementwiseOps(*this);
  registerIndexingOps(*this);
  registerLossOps(*this);
  registerNormalizationOps(*this);
  registerPoolingOps(*this);
  registerQuantizationOps(*this);
  registerReductionOps(*this);
  registerResamplingOps(*this);
  registerShapeOps(*this);
}
