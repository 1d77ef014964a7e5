//===- Quantize.h - From floats to integers ---------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_QUANTIZE_H
#define DLC_DRIVER_QUANTIZE_H

#include "dlc/Driver/Compiler.h"
#include "dlc/Driver/DataSet.h"

namespace dlc {

/// How ranges are found from samples.
enum class CalibrationMethod {
  MinMax,      ///< all values ever seen
  Percentile,  ///< 99.99 % of them
  Entropy,     ///< where the quantized values tell most about the real ones
  SquaredError ///< where the sum of squared errors is least
};

struct QuantizeOptions {
  /// `compile.model` is the model, `compile.output` the quantized one.
  CompileOptions compile;
  /// The samples to calibrate on.
  DataOptions data;
  CalibrationMethod method = CalibrationMethod::MinMax;
  /// The file for what became of the model, if any.
  std::string json;
};

/// Calibrates a model on samples and writes it in ONNX with QuantizeLinear and
/// DequantizeLinear; prints what became of it.
llvm::Error quantizeModel(const QuantizeOptions &options,
                          llvm::raw_ostream &os);

} // namespace dlc

#endif // DLC_DRIVER_QUANTIZE_H
