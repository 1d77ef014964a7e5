//===- TensorFile.h - ONNX files read without importing -----*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_IMPORT_TENSORFILE_H
#define DLC_IMPORT_TENSORFILE_H

#include "dlc/Support/HostTensor.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// Reads a file that holds one serialized ONNX TensorProto (`.pb`).
llvm::Expected<HostTensor> readTensorProto(llvm::StringRef path);

/// What a model's file says of itself.
struct ModelSummary {
  /// A graph input that isn't an initializer.
  struct Input {
    std::string name;
    int32_t dtype = 0;
    /// -1 where symbolic; empty if the model doesn't say the rank.
    llvm::SmallVector<int64_t> dims;
  };
  std::vector<Input> inputs;
  int64_t numNodes = 0;
  /// Of ONNX's own domain; 0 if the model imports none.
  int64_t opset = 0;
};
llvm::Expected<ModelSummary> readModelSummary(llvm::StringRef path);

} // namespace dlc

#endif // DLC_IMPORT_TENSORFILE_H
