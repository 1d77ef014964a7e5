//===- Evaluate.h - How good a model is -------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_EVALUATE_H
#define DLC_DRIVER_EVALUATE_H

#include "dlc/Driver/Compiler.h"
#include "dlc/Driver/DataSet.h"

namespace dlc {

struct EvaluateOptions {
  /// The model or library; see RunOptions.
  CompileOptions compile;
  DataOptions data;
  /// A data set with one class for each sample, if any.
  std::string labels;
  /// A model or library to compare with, if any.
  std::string reference;
  /// The file for the figures, if any.
  std::string json;
};

/// Runs a model on samples and prints accuracy (with labels) and likeness of
/// the outputs (with a reference).
llvm::Error evaluateModel(const EvaluateOptions &options,
                          llvm::raw_ostream &os);

} // namespace dlc

#endif // DLC_DRIVER_EVALUATE_H
