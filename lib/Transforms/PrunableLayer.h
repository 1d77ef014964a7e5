//===- PrunableLayer.h - What can be pruned ---------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_LIB_TRANSFORMS_PRUNABLELAYER_H
#define DLC_LIB_TRANSFORMS_PRUNABLELAYER_H

#include "dialects/dlc/Constant.h"
#include "dlc/Transforms/Pruning.h"

namespace dlc {

/// A convolution, transposed convolution or matrix product whose weights are a
/// constant of floats: `outputs` x `inputs` x `taps` elements. Of a convolution
/// of several groups, the inputs are those of one group (and so are the outputs
/// of a transposed one).
struct PrunableLayer {
  mlir::Operation *op = nullptr;
  mutable ConstantOp weights; // MLIR's ops have few const members
  int64_t outputs = 0, inputs = 0, taps = 1;
  int64_t outputStride = 0, inputStride = 0, tapStride = 1;

  int64_t getIndex(int64_t output, int64_t input, int64_t tap) const {
    return output * outputStride + input * inputStride + tap * tapStride;
  }
  int64_t getNumWeights() const { return outputs * inputs * taps; }
};

/// The layer that `op` is. If it can't be pruned, none, and in `reason` why.
std::optional<PrunableLayer> getPrunableLayer(WeightedOp op,
                                              std::string &reason);

/// How many of `size` units a sparsity takes away, rounded down.
int64_t getPrunedCount(double sparsity, int64_t size);

/// The number as people write it, for messages.
std::string formatNumber(double number);

/// An error unless `sparsity` is in [0, 1).
llvm::LogicalResult checkSparsity(mlir::Location location, double sparsity);

/// An error at `func`, with the reasons of all its layers.
void reportNothingPrunable(mlir::Operation *func);

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_PRUNABLELAYER_H
