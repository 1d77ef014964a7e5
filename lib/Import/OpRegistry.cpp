//===- OpRegistry.cpp - Which importer an ONNX op has ---------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpRegistry.h"

#include "Microsoft.h"

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
  registerPaddingOps(*this);
  registerPoolingOps(*this);
  registerQuantizationOps(*this);
  registerRecurrenceOps(*this);
  registerRandomOps(*this);
  registerReductionOps(*this);
  registerResamplingOps(*this);
  registerSamplingOps(*this);
  registerSelectionOps(*this);
  registerShapeOps(*this);
  registerSignalOps(*this);
  registerSlicingOps(*this);
  registerMicrosoftAttentionOps(*this);
  registerMicrosoftFusedOps(*this);
  registerMicrosoftGroupQuery(*this);
  registerMicrosoftQuantizationOps(*this);
  registerMicrosoftWeightOps(*this);
}
