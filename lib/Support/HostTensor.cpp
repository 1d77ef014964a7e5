//===- HostTensor.cpp - Tensors of the host -------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/HostTensor.h"
#include "dlc/Runtime/ABI.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace dlc;

namespace {
struct DType {
  int32_t dtype;
  unsigned bits;
  const char *name;
};
} // namespace

static const DType dtypes[] = {
    {DLC_FLOAT32, 32, "float32"},
    {DLC_UINT8, 8, "uint8"},
    {DLC_INT8, 8, "int8"},
    {DLC_UINT16, 16, "uint16"},
    {DLC_INT16, 16, "int16"},
    {DLC_INT32, 32, "int32"},
    {DLC_INT64, 64, "int64"},
    {DLC_BOOL, 8, "bool"},
    {DLC_FLOAT16, 16, "float16"},
    {DLC_FLOAT64, 64, "float64"},
    {DLC_UINT32, 32, "uint32"},
    {DLC_UINT64, 64, "uint64"},
    {DLC_BFLOAT16, 16, "bfloat16"},
    {DLC_FLOAT8E4M3FN, 8, "float8e4m3fn"},
    {DLC_FLOAT8E4M3FNUZ, 8, "float8e4m3fnuz"},
    {DLC_FLOAT8E5M2, 8, "float8e5m2"},
    {DLC_FLOAT8E5M2FNUZ, 8, "float8e5m2fnuz"},
    {DLC_FLOAT8E8M0, 8, "float8e8m0"},
    {DLC_FLOAT4E2M1, 4, "float4e2m1"},
    {DLC_UINT4, 4, "uint4"},
    {DLC_INT4, 4, "int4"},
    {DLC_UINT2, 2, "uint2"},
    {DLC_INT2, 2, "int2"},
};

static const DType *find(int32_t dtype) {
  for (const DType &entry : dtypes)
    if (entry.dtype == dtype)
      return &entry;
  return nullptr;
}

unsigned dlc::getDTypeBits(int32_t dtype) {
  const DType *entry = find(dtype);
  return entry ? entry->bits : 0;
}

uint64_t dlc::getDTypeBytes(int32_t dtype, uint64_t elements) {
  uint64_t bits = getDTypeBits(dtype);
  return bits >= 8 ? elements * (bits / 8)
                   : llvm::divideCeil(elements * bits, 8);
}

llvm::StringRef dlc::getDTypeName(int32_t dtype) {
  const DType *entry = find(dtype);
  return entry ? entry->name : "unsupported";
}

bool dlc::isFloatDType(int32_t dtype) {
  return dtype == DLC_FLOAT32 || dtype == DLC_FLOAT64 || dtype == DLC_FLOAT16 ||
         dtype == DLC_BFLOAT16;
}

std::optional<int64_t> dlc::getNumElements(llvm::ArrayRef<int64_t> dims,
                                           int32_t dtype) {
  int64_t elements = 1, bytes;
  for (int64_t dim : dims)
    if (dim < 0 || llvm::MulOverflow(elements, dim, elements))
      return std::nullopt;
  // A limit to elements of fewer bits, too.
  if (llvm::MulOverflow(elements, std::max<int64_t>(getDTypeBits(dtype) / 8, 1),
                        bytes))
    return std::nullopt;
  return elements;
}

size_t dlc::getNumElements(const HostTensor &tensor) {
  return getNumElements(tensor.dims, tensor.dtype).value_or(0);
}

std::string dlc::formatType(int32_t dtype, llvm::ArrayRef<int64_t> dims) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << getDTypeName(dtype) << '[';
  for (size_t i = 0; i < dims.size(); ++i) {
    os << (i ? ", " : "");
    if (dims[i] < 0)
      os << '?';
    else
      os << dims[i];
  }
  os << ']';
  return text;
}
