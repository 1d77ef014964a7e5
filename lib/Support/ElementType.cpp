//===- ElementType.cpp - Element types ------------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/ElementType.h"
#include "dlc/Runtime/ABI.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace dlc;

template <typename FloatTy> static Type getFloat(MLIRContext *context) {
  return FloatTy::get(context);
}
template <unsigned width> static Type getSigned(MLIRContext *context) {
  return IntegerType::get(context, width);
}
template <unsigned width> static Type getUnsigned(MLIRContext *context) {
  return IntegerType::get(context, width, IntegerType::Unsigned);
}

static constexpr std::pair<int32_t, Type (*)(MLIRContext *)> types[] = {
    {DLC_FLOAT32, getFloat<Float32Type>},
    {DLC_FLOAT64, getFloat<Float64Type>},
    {DLC_FLOAT16, getFloat<Float16Type>},
    {DLC_BFLOAT16, getFloat<BFloat16Type>},
    {DLC_FLOAT8E4M3FN, getFloat<Float8E4M3FNType>},
    {DLC_FLOAT8E4M3FNUZ, getFloat<Float8E4M3FNUZType>},
    {DLC_FLOAT8E5M2, getFloat<Float8E5M2Type>},
    {DLC_FLOAT8E5M2FNUZ, getFloat<Float8E5M2FNUZType>},
    {DLC_FLOAT8E8M0, getFloat<Float8E8M0FNUType>},
    {DLC_FLOAT4E2M1, getFloat<Float4E2M1FNType>},
    {DLC_BOOL, getSigned<1>},
    {DLC_INT2, getSigned<2>},
    {DLC_INT4, getSigned<4>},
    {DLC_INT8, getSigned<8>},
    {DLC_INT16, getSigned<16>},
    {DLC_INT32, getSigned<32>},
    {DLC_INT64, getSigned<64>},
    {DLC_UINT2, getUnsigned<2>},
    {DLC_UINT4, getUnsigned<4>},
    {DLC_UINT8, getUnsigned<8>},
    {DLC_UINT16, getUnsigned<16>},
    {DLC_UINT32, getUnsigned<32>},
    {DLC_UINT64, getUnsigned<64>},
};

int32_t dlc::getDType(Type type) {
  for (auto [dtype, get] : types)
    if (get(type.getContext()) == type)
      return dtype;
  return 0;
}

Type dlc::getElementType(int32_t dtype, MLIRContext *context) {
  for (auto [candidate, get] : types)
    if (candidate == dtype)
      return get(context);
  return {};
}

bool dlc::isNarrowFloat(Type type) {
  auto floatType = dyn_cast<FloatType>(type);
  return floatType && floatType.getWidth() <= 8;
}

bool dlc::isNarrowInteger(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  return integer && (integer.getWidth() == 2 || integer.getWidth() == 4);
}

bool dlc::isPackedType(Type type) {
  return isNarrowInteger(type) || isa<Float4E2M1FNType>(type);
}

std::optional<NarrowFloat>
dlc::getNarrowFloat(const llvm::fltSemantics &format) {
  using llvm::APFloat;
  switch (APFloat::SemanticsToEnum(format)) {
  case APFloat::S_Float8E4M3FN:
    return NarrowFloat{4, 3, 7, 0x7e, 0x7f, 0x7f, true};
  case APFloat::S_Float8E4M3FNUZ:
    return NarrowFloat{4, 3, 8, 0x7f, 0x80, 0x80, false};
  case APFloat::S_Float8E5M2:
    return NarrowFloat{5, 2, 15, 0x7b, 0x7c, 0x7e, true};
  case APFloat::S_Float8E5M2FNUZ:
    return NarrowFloat{5, 2, 16, 0x7f, 0x80, 0x80, false};
  // There are only numbers: what is too large saturates always, NaN is 0.
  case APFloat::S_Float4E2M1FN:
    return NarrowFloat{2, 1, 1, 0x7, 0x7, 0x0, true};
  default:
    return std::nullopt;
  }
}

/// f8E8M0FNU: the exponent of a float without its sign and mantissa.
static uint8_t encodeScale(float number, NarrowingMode mode) {
  constexpr unsigned mantissaBits = 23, largest = 0xfe, nan = 0xff;
  // The exponent of the least number, which is a subnormal float.
  constexpr uint32_t least = 1u << (mantissaBits - 1);
  uint32_t bits = llvm::bit_cast<uint32_t>(std::fabs(number));
  if (std::isnan(number))
    return nan;
  if (std::isinf(number))
    return mode.saturate ? largest : nan;
  if (bits < least)
    return mode.saturate ? 0 : nan;
  uint32_t exponent = bits >> mantissaBits;
  uint32_t power = exponent ? exponent << mantissaBits : least;
  uint32_t half = exponent ? least : least / 2;
  bool isUp =
      (mode.power == NarrowingMode::Power::Up && bits != power) ||
      (mode.power == NarrowingMode::Power::Nearest && bits - power >= half);
  exponent += isUp;
  return mode.saturate ? std::min(exponent, largest) : exponent;
}

uint8_t dlc::encodeNarrowFloat(double number,
                               const llvm::fltSemantics &semantics,
                               NarrowingMode mode) {
  std::optional<NarrowFloat> format = getNarrowFloat(semantics);
  if (!format)
    return encodeScale(static_cast<float>(number), mode);
  unsigned sign = std::signbit(number) ? format->getSignBit() : 0;
  unsigned code;
  if (std::isnan(number)) {
    code = format->nan;
  } else if (std::isinf(number)) {
    code = mode.saturate ? format->largest : format->overflow;
  } else {
    int exponent, least = 1 - format->bias;
    (void)std::frexp(number, &exponent);
    exponent = number == 0 ? least : std::max(exponent - 1, least);
    // In units of the last place; the carry of rounding counts the exponent up.
    double units = std::nearbyint(
        std::ldexp(std::fabs(number), int(format->mantissaBits) - exponent));
    double rounded = std::ldexp(exponent - least, format->mantissaBits) + units;
    code = rounded <= format->largest ? unsigned(rounded)
           : mode.saturate            ? format->largest
                                      : format->overflow;
  }
  return format->hasNegativeZero || (code & (format->getSignBit() - 1))
             ? code | sign
             : code;
}

double dlc::decodeNarrowFloat(uint8_t code,
                              const llvm::fltSemantics &semantics) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  std::optional<NarrowFloat> format = getNarrowFloat(semantics);
  if (!format)
    return code == 0xff ? nan : std::ldexp(1.0, code - 127);
  unsigned magnitude = code & (format->getSignBit() - 1);
  unsigned last = format->hasInfinity() ? format->overflow : format->largest;
  if (format->hasNegativeZero ? format->hasNaN() && magnitude > last
                              : code == format->nan)
    return nan;
  double sign = code & format->getSignBit() ? -1 : 1;
  if (format->hasInfinity() && magnitude == format->overflow)
    return sign * std::numeric_limits<double>::infinity();
  int exponent = magnitude >> format->mantissaBits;
  unsigned hidden = 1u << format->mantissaBits;
  unsigned units = exponent ? magnitude % hidden + hidden : magnitude;
  return sign * std::ldexp(units, std::max(exponent, 1) - format->bias -
                                      int(format->mantissaBits));
}

const llvm::fltSemantics *dlc::getFloatFormat(int32_t dtype) {
  using llvm::APFloat;
  switch (dtype) {
  case DLC_FLOAT16:
    return &APFloat::IEEEhalf();
  case DLC_BFLOAT16:
    return &APFloat::BFloat();
  case DLC_FLOAT32:
    return &APFloat::IEEEsingle();
  case DLC_FLOAT64:
    return &APFloat::IEEEdouble();
  case DLC_FLOAT8E4M3FN:
    return &APFloat::Float8E4M3FN();
  case DLC_FLOAT8E4M3FNUZ:
    return &APFloat::Float8E4M3FNUZ();
  case DLC_FLOAT8E5M2:
    return &APFloat::Float8E5M2();
  case DLC_FLOAT8E5M2FNUZ:
    return &APFloat::Float8E5M2FNUZ();
  case DLC_FLOAT8E8M0:
    return &APFloat::Float8E8M0FNU();
  case DLC_FLOAT4E2M1:
    return &APFloat::Float4E2M1FN();
  }
  return nullptr;
}
