//===- Quantization.h - Parts of quantized ops ------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_IMPORT_QUANTIZATION_H
#define DLC_LIB_IMPORT_QUANTIZATION_H

#include "Node.h"

namespace dlc::onnximport {

/// Which elements share a scale and a zero point.
struct Granularity {
  /// The axis of a vector of parameters, or of blocks.
  int64_t axis = 0;
  /// How many elements along the axis share theirs; 0 if there are no blocks.
  int64_t blockSize = 0;
};

/// Real numbers of `x`, with parameters of that granularity. Without a zero
/// point it is 0; without `type`, the result has the type of the scale.
mlir::Value dequantize(Node &node, mlir::Value x, mlir::Value scale,
                       mlir::Value zeroPoint, Granularity granularity,
                       mlir::Type type = {});

/// The inverse: elements of the zero point's type.
mlir::Value quantize(Node &node, mlir::Value x, mlir::Value scale,
                     mlir::Value zeroPoint, Granularity granularity,
                     bool saturate = true);

/// `x` as ui8 over the range of its own elements: the elements, their scale and
/// their zero point.
Values quantizeByRange(Node &node, mlir::Value x);

} // namespace dlc::onnximport

#endif // DLC_LIB_IMPORT_QUANTIZATION_H
