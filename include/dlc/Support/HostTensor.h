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

/// The elements of a tensor as in the C ABI: dense, the last dimension varying
/// fastest, those of fewer than 8 bits packed.
struct HostTensor {
  std::string name;
  /// The element type, numbered as in ONNX (dlc_dtype of the C ABI).
  int32_t dtype = 0;
  llvm::SmallVector<int64_t> dims;
  std::vector<char> data;
};

/// The bits of an element in memory, 8 of a boolean; 0 if a compiled model has
/// no such elements.
unsigned getDTypeBits(int32_t dtype);

/// The bytes of that many elements.
uint64_t getDTypeBytes(int32_t dtype, uint64_t elements);

/// The spelling of an element type in messages (`float32`, `int64`, ...).
llvm::StringRef getDTypeName(int32_t dtype);

/// True for floating point of 16 bits and more.
bool isFloatDType(int32_t dtype);

/// The number of elements; none if a dimension is negative or the bytes of the
/// tensor don't fit 63 bits.
std::optional<int64_t> getNumElements(llvm::ArrayRef<int64_t> dims,
                                      int32_t dtype);

/// The number of elements of a tensor that is in memory.
size_t getNumElements(const HostTensor &tensor);

/// `float32[1, 3, 224, 224]`, `?` for a negative dimension.
std::string formatType(int32_t dtype, llvm::ArrayRef<int64_t> dims);

} // namespace dlc

#endif // DLC_SUPPORT_HOSTTENSOR_H
