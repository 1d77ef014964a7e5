// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The error function of f32 over every exponent and both signs: within 3.1 units
// in the last place on this sample (math-errors.c bounds it on more).
//
// RUN: rm -rf %t && mkdir -p %t
// RUN: dlc compile -q %S/Inputs/erf.mlir -o %t/liberf.so
// RUN: %cc -std=c99 -Wall -Wextra -Werror -I%t %s -o %t/main -L%t -lerf -lm -Wl,-rpath,%t
// RUN: %t/main | FileCheck %s
// CHECK: numbers {{[0-9]+}}, beyond 3.1 units: 0
// CHECK: nan 1, at infinity 1 1

#include "erf.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SIZE = 4099 };
static float x[SIZE], y[SIZE];

/* The distance between neighbours of the float nearest to value. */
static double unit(double value) {
  float near = fabsf((float)value);
  return (double)nextafterf(near, INFINITY) - near;
}

int main(void) {
  dlc_context *context = NULL;
  if (erf_create(NULL, &context) != 0)
    return 1;
  long numbers = 0, wrong = 0;
  for (uint32_t bits = 0; bits < 0x40c00000u;) {
    for (int i = 0; i < SIZE; ++i, bits += 251) {
      memcpy(&x[i], &bits, sizeof bits);
      x[i] = i % 2 ? -x[i] : x[i];
    }
    erf_run(context, x, y);
    for (int i = 0; i < SIZE; ++i) {
      double want = erf(x[i]);
      ++numbers;
      wrong += !(fabs(y[i] - want) <= 3.1 * unit(want));
    }
  }
  printf("numbers %ld, beyond 3.1 units: %ld\n", numbers, wrong);
  x[0] = NAN;
  x[1] = INFINITY;
  x[2] = -INFINITY;
  erf_run(context, x, y);
  printf("nan %d, at infinity %d %d\n", y[0] != y[0], fabsf(y[1] - 1) < 1e-6f,
         fabsf(y[2] + 1) < 1e-6f);
  erf_destroy(context);
  return 0;
}
