/*===- peak.c - The multiply-add peak of one core -----------------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * What no kernel on this machine can beat: independent fused multiply-adds of
 * f32 in registers; with VNNI, also sums of products of bytes (vpdpbusd). A
 * burst of steps says what the core can do at that moment, the best and the
 * median of many how far its clock varies.
 *
 *   clang-22 -O2 -march=native -mprefer-vector-width=512 benchmarks/peak.c \
 *     -o build/peak && build/peak
 *
 * share.py takes the bursts from a shared library of this file.
 *
 *===----------------------------------------------------------------------===*/

#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
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

/* Keeps the sums alive. */
static volatile double rest;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Multiply-adds of f32, two operations each: operations per second over `steps`
 * steps of CHAINS vectors. */
double peakFloats(long steps) {
  volatile float seed = 0.999f;
  Vector factor = seed - (Vector){0}, sums[CHAINS];
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = factor;
  double start = seconds();
  for (long step = 0; step < steps; ++step)
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i)
        sums[i] = __builtin_elementwise_fma(sums[i], factor, factor);
  double time = seconds() - start;
  for (int i = 0; i < CHAINS; ++i)
    rest += (double)sums[i][0];
  return 2.0 * LANES * CHAINS * (double)steps / time;
}

/* The same for products of bytes summed by vpdpbusd; 0 without it. */
double peakBytes(long steps) {
#ifdef __AVX512VNNI__
  volatile int seed = 0x01010101;
  __m512i factor = _mm512_set1_epi32(seed), sums[CHAINS];
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = factor;
  double start = seconds();
  for (long step = 0; step < steps; ++step)
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i)
        sums[i] = _mm512_dpbusd_epi32(sums[i], factor, factor);
  double time = seconds() - start;
  for (int i = 0; i < CHAINS; ++i)
    rest += _mm512_reduce_add_epi32(sums[i]);
  return 2.0 * 4 * LANES * CHAINS * (double)steps / time;
#else
  (void)steps;
  return 0;
#endif
}

static int compare(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

static void report(const char *what, double (*measure)(long)) {
  double rates[ROUNDS];
  for (int round = 0; round < ROUNDS; ++round)
    rates[round] = measure(STEPS);
  qsort(rates, ROUNDS, sizeof *rates, compare);
  if (rates[0] > 0)
    printf("%.0f G%s, one core, best of %d bursts; median %.0f\n",
           rates[ROUNDS - 1] / 1e9, what, ROUNDS, rates[ROUNDS / 2] / 1e9);
}

int main(void) {
  report("FLOP/s fp32", peakFloats);
  report("OP/s int8", peakBytes);
  return 0;
}
