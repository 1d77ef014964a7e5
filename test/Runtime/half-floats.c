// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// REQUIRES: x86_64
// The runtime's conversions of 16-bit floats: all of float16, and a walk over
// float32 and float64 that meets every exponent, ties and neighbours of ties.
//
// RUN: %cc -std=gnu11 -O1 -mf16c -I%S/../../lib/Runtime %s -o %t && %t | FileCheck %s
// CHECK: wrong: 0 0 0 0

#define __truncsfhf2 truncFloatToHalf
#define __truncdfhf2 truncDoubleToHalf
#define __extendhfsf2 extendHalf
#define __truncsfbf2 truncFloatToBFloat
#define __truncdfbf2 truncDoubleToBFloat
#include "HalfFloats.c"

#include <immintrin.h>
#include <stdio.h>
#include <string.h>

static uint32_t bitsOf(float x) { return BITS(uint32_t, x); }
static uint16_t halfBits(_Float16 x) { return BITS(uint16_t, x); }

static int sameHalf(uint16_t a, uint16_t b) {
  int nanA = (a & 0x7fff) > 0x7c00, nanB = (b & 0x7fff) > 0x7c00;
  return nanA || nanB ? nanA && nanB : a == b;
}

int main(void) {
  int wrongExtends = 0, wrongTruncs = 0, wrongBFloats = 0, wrongDoubles = 0;
  for (uint32_t i = 0; i < 0x10000; ++i) {
    float want = _cvtsh_ss((uint16_t)i);
    float got = extendHalf(BITS(_Float16, (uint16_t)i));
    wrongExtends += want == want ? bitsOf(got) != bitsOf(want) : got == got;
  }
  for (uint64_t i = 0; i < 0x100000000u; i += 251) {
    // Mostly zeros at the end, so that ties come up.
    uint32_t bits = (uint32_t)i;
    if (i % 3)
      bits &= ~0xfffu;
    float x = BITS(float, bits);
    uint16_t half = halfBits(truncFloatToHalf(x));
    wrongTruncs += !sameHalf(half, _cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT));
    wrongDoubles += !sameHalf(half, halfBits(truncDoubleToHalf((double)x)));
    uint16_t got = BITS(uint16_t, truncFloatToBFloat(x));
    uint16_t want = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    wrongBFloats += x == x ? got != want : (got & 0x7fff) <= 0x7f80;
  }
  printf("wrong: %d %d %d %d\n", wrongExtends, wrongTruncs, wrongBFloats,
         wrongDoubles);
  return 0;
}
