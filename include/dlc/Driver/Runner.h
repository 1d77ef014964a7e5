//===- Runner.h - Running a model or a library --------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_RUNNER_H
#define DLC_DRIVER_RUNNER_H

#include "dlc/Driver/Compiler.h"

namespace dlc {

struct RunOptions {
  /// `compile.model` is the model or the compiled library; its output isn't
  /// read.
  CompileOptions compile;
  /// `FILE` in the order of the model's inputs, or `NAME=FILE`.
  std::vector<std::string> inputs;
  uint64_t seed = 0;
  /// Where the outputs go as `output_K.npy`, if anywhere.
  std::string outputDir;
  /// A folder with `input_K.pb` and `output_K.pb`, if any.
  std::string compareDir;
  double rtol = 1e-3, atol = 1e-4;
  bool bench = false;
  /// Times each kernel.
  bool profile = false;
  unsigned threads = 1;
  /// With how many positions (of random values) states that grow begin.
  int64_t past = 0;
  /// Runs a GPU's kernels on the CPU; with `emulateChecked`, looking for
  /// mistakes.
  bool emulate = false, emulateChecked = false;
  /// The file for the benchmark's or the profile's figures, if any.
  std::string json;
};

/// Runs a model or a library and prints what comes out. Outputs that differ
/// from the golden ones are an error without a text: it has been printed.
llvm::Error runModel(RunOptions options, llvm::raw_ostream &os);

} // namespace dlc

#endif // DLC_DRIVER_RUNNER_H
