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
  unsigned size;
  const char *name;
};
} // namespace

static const DType dtypes[] = {
    {DLC_FLOAT32, 4, "float32"},   {DLC_UINT8, 1, "uint8"},
    {DLC_INT8, 1, "int8"},         {DLC_UINT16, 2, "uint16"},
    {DLC_INT16, 2, "int16"},       {DLC_INT32, 4, "int32"},
    {DLC_INT64, 8, "int64"},       {DLC_BOOL, 1, "bool"},
    {DLC_FLOAT16, 2, "float16"},   {DLC_FLOAT64, 8, "float64"},
    {DLC_UINT32, 4, "uint32"},     {DLC_UINT64, 8, "uint64"},
    {DLC_BFLOAT16, 2, "bfloat16"},
};

static const DType *find(int32_t dtype) {
  for (const DType &entry : dtypes)
    if (entry.dtype == dtype)
      return &entry;
  return nullptr;
}

unsigned dlc::getDTypeSize(int32_t dtype) {
  const DType *entry = find(dtype);
  return entry ? entry->size : 0;
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
  if (llvm::MulOverflow(elements, int64_t(getDTypeSize(dtype)), bytes))
    return std::nullopt;
  return elements;
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
