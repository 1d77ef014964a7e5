//===- HostTensor.h - Tensors of the host -------------------*- C++ -*-===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DLC_SUPPORT_HOSTTENSOR_H
#define DLC_SUPPORT_HOSTTENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlc {

/// The elements of a tensor, dense, the last dimension varying fastest.
struct HostTensor {
  std::string name;
  /// The element type, numbered as in ONNX (dlc_dtype of the C ABI).
  int32_t dtype = 0;
  llvm::SmallVector<int64_t> dims;
  std::vector<char> data;
};

/// The size of an element in bytes; 0 if a compiled model has no such elements.
unsigned getDTypeSize(int32_t dtype);

/// The spelling of an element type in messages (`float32`, `int64`, ...).
llvm::StringRef getDTypeName(int32_t dtype);

/// True for floating point of any width.
bool isFloatDType(int32_t dtype);

/// The number of elements; none if a dimension is negative or the bytes of the
/// tensor don't fit 63 bits.
std::optional<int64_t> getNumElements(llvm::ArrayRef<int64_t> dims,
                                      int32_t dtype);

/// `float32[1, 3, 224, 224]`, `?` for a negative dimension.
std::string formatType(int32_t dtype, llvm::ArrayRef<int64_t> dims);

} // namespace dlc

#endif // DLC_SUPPORT_HOSTTENSOR_H
