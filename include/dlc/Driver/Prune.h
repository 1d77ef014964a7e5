//===- Prune.h - Pruning a model --------------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_PRUNE_H
#define DLC_DRIVER_PRUNE_H

#include "dlc/Driver/Compiler.h"

namespace dlc {

struct PruneOptions {
  /// The model, and the ONNX file to write.
  CompileOptions compile;
  /// unstructured, block, channel, or n:m as in 2:4.
  std::string structure = "unstructured";
  /// The share to remove, in [0, 1); n:m says it by itself.
  std::optional<double> sparsity;
  /// One threshold for all layers.
  bool global = false;
  /// Only 1x1 convolutions and matrix products.
  bool pointwise = false;
  /// The shape of a block.
  int64_t blockOutputs = 16, blockInputs = 4;
  /// How channels are weighed: l1 or l2.
  std::string importance = "l1";
  /// Channels are kept in multiples of this, as far as there are.
  int64_t channelMultiple = 1;
  /// Zero channels instead of removing them.
  bool maskOnly = false;
};

/// What became of one layer.
struct PrunedLayer {
  struct Figures {
    llvm::SmallVector<int64_t> shape;
    int64_t parameters = 0, zeros = 0;
    /// The operations on weights that aren't zero.
    double flops = 0;
  };
  std::string name, op;
  Figures before, after;
  /// Why it wasn't pruned; empty if it was.
  std::string reason;
};

struct PruneReport {
  std::vector<PrunedLayer> layers;
  std::vector<std::string> files;
};

/// Writes a pruned copy of a model. On failure no file is written. The text of
/// the error is empty if diagnostics have been printed to stderr already.
llvm::Error pruneModel(const PruneOptions &options, PruneReport &report);

} // namespace dlc

#endif // DLC_DRIVER_PRUNE_H
