//===- Values.cpp - Elements of host tensors as numbers -------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Values.h"
#include "dlc/Runtime/ABI.h"
#include "dlc/Support/ElementType.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Format.h"
#include <cmath>
#include <cstring>

using namespace dlc;

template <typename T> static T readAs(const HostTensor &tensor, size_t index) {
  T value;
  std::memcpy(&value, tensor.data.data() + index * sizeof(T), sizeof(T));
  return value;
}

/// The bits of an element of at most 16 bits.
static uint16_t readBits(const HostTensor &tensor, size_t index) {
  unsigned bits = getDTypeBits(tensor.dtype);
  if (bits == 16)
    return readAs<uint16_t>(tensor, index);
  unsigned perByte = 8 / bits;
  uint8_t byte = tensor.data[index / perByte];
  return byte >> (index % perByte * bits) & ((1u << bits) - 1);
}

/// A float of at most 16 bits.
static double readSmallFloat(const HostTensor &tensor, size_t index) {
  const llvm::fltSemantics &format = *getFloatFormat(tensor.dtype);
  unsigned width = getDTypeBits(tensor.dtype);
  uint16_t bits = readBits(tensor, index);
  if (width <= 8)
    return decodeNarrowFloat(bits, format);
  return llvm::APFloat(format, llvm::APInt(width, bits)).convertToDouble();
}

long double dlc::getElement(const HostTensor &tensor, size_t index) {
  switch (tensor.dtype) {
  case DLC_FLOAT32:
    return readAs<float>(tensor, index);
  case DLC_FLOAT64:
    return readAs<double>(tensor, index);
  case DLC_INT2:
    return llvm::SignExtend32<2>(readBits(tensor, index));
  case DLC_INT4:
    return llvm::SignExtend32<4>(readBits(tensor, index));
  case DLC_UINT2:
  case DLC_UINT4:
    return readBits(tensor, index);
  case DLC_INT8:
    return readAs<int8_t>(tensor, index);
  case DLC_INT16:
    return readAs<int16_t>(tensor, index);
  case DLC_INT32:
    return readAs<int32_t>(tensor, index);
  case DLC_INT64:
    return readAs<int64_t>(tensor, index);
  case DLC_UINT16:
    return readAs<uint16_t>(tensor, index);
  case DLC_UINT32:
    return readAs<uint32_t>(tensor, index);
  case DLC_UINT64:
    return readAs<uint64_t>(tensor, index);
  }
  if (getFloatFormat(tensor.dtype))
    return readSmallFloat(tensor, index);
  return readAs<uint8_t>(tensor, index); // uint8 and bool
}

template <typename T> static void append(std::vector<char> &data, T value) {
  const char *bytes = reinterpret_cast<const char *>(&value);
  data.insert(data.end(), bytes, bytes + sizeof(T));
}

/// Appends element `i`, a number of a float of at most 8 bits, or 0 or 1 of an
/// integer.
static void appendSmall(HostTensor &tensor, int64_t i, float number, bool bit) {
  const llvm::fltSemantics *format = getFloatFormat(tensor.dtype);
  unsigned element = format ? encodeNarrowFloat(number, *format) : bit;
  unsigned bits = getDTypeBits(tensor.dtype);
  if (bits >= 8) { // little-endian, whatever the size
    tensor.data.push_back(char(element));
    tensor.data.insert(tensor.data.end(), bits / 8 - 1, 0);
    return;
  }
  unsigned perByte = 8 / bits, place = i % perByte;
  if (place == 0)
    tensor.data.push_back(0);
  tensor.data.back() |= char(element << (place * bits));
}

HostTensor dlc::makeRandomTensor(llvm::StringRef name, int32_t dtype,
                                 llvm::ArrayRef<int64_t> dims,
                                 std::mt19937_64 &random) {
  HostTensor tensor;
  tensor.name = name.str();
  tensor.dtype = dtype;
  tensor.dims.assign(dims.begin(), dims.end());
  int64_t elements = getNumElements(dims, dtype).value_or(0);
  tensor.data.reserve(getDTypeBytes(dtype, elements));
  for (int64_t i = 0; i < elements; ++i) {
    uint64_t bits = random();
    // 24 bits are exact in a float.
    float value = float(bits >> 40) / float(1 << 23) - 1;
    switch (dtype) {
    case DLC_FLOAT32:
      append(tensor.data, value);
      break;
    case DLC_FLOAT64:
      append(tensor.data, double(value));
      break;
    case DLC_FLOAT16:
    case DLC_BFLOAT16: {
      llvm::APFloat half(value);
      bool lost;
      half.convert(*getFloatFormat(dtype), llvm::APFloat::rmNearestTiesToEven,
                   &lost);
      append(tensor.data, uint16_t(half.bitcastToAPInt().getZExtValue()));
      break;
    }
    default:
      appendSmall(tensor, i, value, bits >> 63);
    }
  }
  return tensor;
}

void dlc::printTensor(llvm::raw_ostream &os, const HostTensor &tensor) {
  constexpr size_t kShown = 8;
  size_t elements = getNumElements(tensor);
  os << tensor.name << ": " << formatType(tensor.dtype, tensor.dims);
  if (elements) {
    long double low = getElement(tensor, 0), high = low;
    for (size_t i = 1; i < elements; ++i) {
      low = std::fmin(low, getElement(tensor, i));
      high = std::fmax(high, getElement(tensor, i));
    }
    os << llvm::format("  range %.6Lg .. %.6Lg", low, high);
  }
  os << "\n  [";
  for (size_t i = 0; i < std::min(elements, kShown); ++i)
    os << (i ? ", " : "") << llvm::format("%.6Lg", getElement(tensor, i));
  os << (elements > kShown ? ", ...]\n" : "]\n");
}

Comparison dlc::compareTensors(const HostTensor &got, const HostTensor &want,
                               double rtol, double atol) {
  size_t elements = getNumElements(want);
  long double largest = 0;
  for (size_t i = 0; i < elements; ++i)
    if (long double value = std::fabs(getElement(want, i));
        std::isfinite(value))
      largest = std::fmax(largest, value);
  Comparison worst;
  worst.excess = -1;
  for (size_t i = 0; i < elements; ++i) {
    long double a = getElement(got, i), b = getElement(want, i);
    bool same = a == b || (std::isnan(a) && std::isnan(b));
    long double difference = std::fabs(a - b);
    long double allowed = rtol * std::fabs(b) + atol * largest;
    // An infinite bound says nothing about a value that should be infinite.
    bool fine = same || (std::isfinite(b) && difference <= allowed);
    long double excess = same                         ? 0
                         : !std::isfinite(difference) ? HUGE_VALL
                         : allowed > 0                ? difference / allowed
                                                      : HUGE_VALL;
    worst.numWrong += !fine;
    if (excess > worst.excess)
      worst.index = i, worst.got = a, worst.want = b, worst.excess = excess;
  }
  return worst;
}
