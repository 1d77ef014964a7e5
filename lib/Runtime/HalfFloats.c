/*===- HalfFloats.c - Conversions of 16-bit floats ------------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * Code generation calls these by name where the target has no instruction. They
 * live in the compiler's own library elsewhere; a model needs libc and libm
 * only. Rounding is to nearest even. All work on bits: a conversion in C would
 * call itself.
 *
 *===----------------------------------------------------------------------===*/

#include <stdint.h>

_Float16 __truncsfhf2(float x);
_Float16 __truncdfhf2(double x);
float __extendhfsf2(_Float16 x);
__bf16 __truncsfbf2(float x);
__bf16 __truncdfbf2(double x);

#define BITS(To, x)                                                            \
  __extension__({                                                              \
    union {                                                                    \
      __typeof__(x) from;                                                      \
      To to;                                                                   \
    } pun_ = {x};                                                              \
    pun_.to;                                                                   \
  })

/* Rounds the binary64 `bits` to a format with `exponentBits` and
 * `mantissaBits`, given as the low bits of the result. Any binary32 is a
 * binary64 exactly, so that one function serves both. */
static uint16_t round64(uint64_t bits, int exponentBits, int mantissaBits) {
  uint16_t sign = (uint16_t)(bits >> 63 << 15);
  int exponent = (int)(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & 0xfffffffffffffull;
  uint16_t infinity = (uint16_t)(((1 << exponentBits) - 1) << mantissaBits);
  if (exponent == 0x7ff) {
    uint16_t quiet = mantissa ? (uint16_t)(1 << (mantissaBits - 1)) : 0;
    return sign | infinity | quiet |
           (uint16_t)(mantissa >> (52 - mantissaBits));
  }
  if (!exponent) /* below everything that either format can say */
    return sign;
  int result = exponent - 1023 + (1 << (exponentBits - 1)) - 1;
  int shift = 52 - mantissaBits;
  mantissa |= 1ull << 52;
  if (result <= 0) { /* subnormal */
    shift += 1 - result;
    if (shift > 54)
      return sign;
    result = 0;
  } else {
    /* The leading one adds itself to the exponent below. */
    --result;
  }
  uint64_t rest = mantissa & ((1ull << shift) - 1);
  uint64_t half = 1ull << (shift - 1);
  uint64_t rounded = mantissa >> shift;
  rounded += rest > half || (rest == half && (rounded & 1));
  uint64_t value = ((uint64_t)result << mantissaBits) + rounded;
  return sign | (value > infinity ? infinity : (uint16_t)value);
}

_Float16 __truncsfhf2(float x) {
  return BITS(_Float16, round64(BITS(uint64_t, (double)x), 5, 10));
}

_Float16 __truncdfhf2(double x) {
  return BITS(_Float16, round64(BITS(uint64_t, x), 5, 10));
}

__bf16 __truncsfbf2(float x) {
  return BITS(__bf16, round64(BITS(uint64_t, (double)x), 8, 7));
}

__bf16 __truncdfbf2(double x) {
  return BITS(__bf16, round64(BITS(uint64_t, x), 8, 7));
}

float __extendhfsf2(_Float16 x) {
  uint32_t bits = BITS(uint16_t, x);
  uint32_t sign = bits >> 15 << 31;
  uint32_t magnitude = bits & 0x7fff;
  if (magnitude >= 0x7c00) /* infinities and NaNs */
    return BITS(float, sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
  /* Scaling by 2^112 moves the exponent's bias, subnormals included. */
  float scaled = BITS(float, magnitude << 13) * 0x1p112f;
  return BITS(float, sign | BITS(uint32_t, scaled));
}
