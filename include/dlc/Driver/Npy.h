//===- Npy.h - NumPy's files --------------------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_DRIVER_NPY_H
#define DLC_DRIVER_NPY_H

#include "dlc/Support/HostTensor.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// A `.npy` file in memory.
struct NpyView {
  int32_t dtype = 0;
  llvm::SmallVector<int64_t> dims;
  llvm::StringRef data;
};
/// Takes apart the bytes of the file `path`.
llvm::Expected<NpyView> parseNpy(llvm::StringRef path, llvm::StringRef bytes);

/// Reads a `.npy` file.
llvm::Expected<HostTensor> readNpy(llvm::StringRef path);

/// Writes a `.npy` file. What NumPy has no type for is written in a wider one:
/// bfloat16 and floats of 8 and 4 bits as float32, integers of 4 and 2 bits as
/// those of 8.
llvm::Error writeNpy(const HostTensor &tensor, llvm::StringRef path);

/// Reads a tensor from a `.npy` file or a serialized ONNX TensorProto (`.pb`).
llvm::Expected<HostTensor> readTensor(llvm::StringRef path);

} // namespace dlc

#endif // DLC_DRIVER_NPY_H
