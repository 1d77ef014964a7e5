/*===- peak.c - The multiply-add peak of one core -----------------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * What no fp32 kernel on this machine can beat: independent fused multiply-adds
 * in registers. The best of many short rounds, since clocks vary.
 *
 *   clang-22 -O2 -march=native -mprefer-vector-width=512 benchmarks/peak.c \
 *     -o build/peak && build/peak
 *
 *===----------------------------------------------------------------------===*/

#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <time.h>

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

int main(void) {
  volatile float seed = 0.999f;
  Vector factor = seed - (Vector){0}, sums[CHAINS];
  for (int i = 0; i < CHAINS; ++i)
    sums[i] = factor;
  double best = 0;
  for (int round = 0; round < ROUNDS; ++round) {
    double start = seconds();
    for (int step = 0; step < STEPS; ++step)
#pragma clang loop unroll(full)
      for (int i = 0; i < CHAINS; ++i)
        sums[i] = __builtin_elementwise_fma(sums[i], factor, factor);
    double flops = 2.0 * LANES * CHAINS * STEPS / (seconds() - start);
    best = flops > best ? flops : best;
  }
  float rest = 0;
  for (int i = 0; i < CHAINS; ++i)
    rest += sums[i][0];
  printf("%.0f GFLOP/s fp32, one core, vectors of %d (%g)\n", best / 1e9, LANES,
         (double)rest);
  return 0;
}
