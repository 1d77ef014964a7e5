//===- QuantizedIslands.h - What quantized islands are made of --*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_TRANSFORMS_QUANTIZEDISLANDS_H
#define DLC_LIB_TRANSFORMS_QUANTIZEDISLANDS_H

#include "dialects/dlc/Quantization.h"
#include "mlir/IR/PatternMatch.h"

namespace dlc {

/// The parameters of a quantize or dequantize op, all constant.
struct QuantizationParameters {
  /// One each, or one per position along the op's axis.
  llvm::SmallVector<double> scales;
  llvm::SmallVector<int64_t> zeroPoints;

  bool operator==(const QuantizationParameters &other) const {
    return scales == other.scales && zeroPoints == other.zeroPoints;
  }
};

/// None unless all parameters are constant, one each or one per position along
/// the axis, all scales positive, finite and not so small that products with
/// them lose bits, and the quantized numbers integers of at least 8 bits.
std::optional<QuantizationParameters> getParameters(QuantizeOp op);
std::optional<QuantizationParameters> getParameters(DequantizeOp op);

/// True if one scale and zero point hold for the whole tensor.
template <typename OpTy> bool isPerTensor(OpTy op) {
  return op.getScale().getType().getRank() == 0;
}

/// Signed activations to unsigned ones.
void populateUnsignedActivationPatterns(mlir::RewritePatternSet &patterns);

/// Ops that only move, join or compare elements run on quantized ones.
void populateMoveQuantizationPatterns(mlir::RewritePatternSet &patterns);

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_QUANTIZEDISLANDS_H
