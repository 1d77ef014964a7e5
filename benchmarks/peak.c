/*===- peak.c - The multiply-add peak of one core -----------------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * What no kernel on this machine can beat: independent fused multiply-adds of
 * f32 in registers; with VNNI, also sums of products of bytes (vpdpbusd). The
 * best of many short rounds, since clocks vary.
 *
 *   clang-22 -O2 -march=native -mprefer-vector-width=512 benchmarks/peak.c \
 *     -o build/peak && build/peak
 *
 *===----------------------------------------------------------------------===*/

#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <time.h>
#ifdef __AVX512VNNI__
#include <immintrin.h>
#endif

#ifdef __AVX512F__
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

enum { CHAINS = 12, STEPS = 200000, ROUNDS = 200 };

typedef float Vector __attribute__((vector_size(LANES * sizeof(float))));

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Rounds of `operation` on CHAINS independent sums, best operations/second. */
#define MEASURE(best, sums, operations, operation)                             \
  for (int round = 0; round < ROUNDS; ++round) {                               \
    double start = seconds();                                                  \
    for (int step = 0; step < STEPS; ++step)                                   \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i)      \
          sums[i] = operation;                                                 \
    double rate = (double)(operations) * CHAINS * STEPS / (seconds() - start); \
    best = rate > best ? rate : best;                                          \
  }

static void measureFloats(void) {
  volatile float seed = 0.999f;
  Vector factor = seed - (Vector){0}, sums[CHAINS];
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = factor;
  double best = 0;
  MEASURE(best, sums, 2 * LANES,
          __builtin_elementwise_fma(sums[i], factor, factor));
  float rest = 0;
  for (int i = 0; i < CHAINS; ++i)
    rest += sums[i][0];
  printf("%.0f GFLOP/s fp32, one core, vectors of %d (%g)\n", best / 1e9, LANES,
         (double)rest);
}

#ifdef __AVX512VNNI__
static void measureBytes(void) {
  volatile int seed = 0x01010101;
  __m512i factor = _mm512_set1_epi32(seed), sums[CHAINS];
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = factor;
  double best = 0;
  MEASURE(best, sums, 2 * 4 * LANES,
          _mm512_dpbusd_epi32(sums[i], factor, factor));
  int rest = 0;
  for (int i = 0; i < CHAINS; ++i)
    rest += _mm512_reduce_add_epi32(sums[i]);
  printf("%.0f GOP/s int8, one core, vpdpbusd (%d)\n", best / 1e9, rest);
}
#endif

int main(void) {
  measureFloats();
#ifdef __AVX512VNNI__
  measureBytes();
#endif
  return 0;
}
