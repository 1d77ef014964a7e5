// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// REQUIRES: x86_64
// The functions that models compute by polynomials, against the C library's of
// double, on a sample of all floats (STEP 1: on all of them): the largest error
// in units in the last place of the correct result, and infinities, NaN and
// results too small for a normal float.
//
// RUN: rm -rf %t && mkdir -p %t
// RUN: dlc compile -q %S/Inputs/functions.mlir -o %t/libfunctions.so
// RUN: %cc -std=gnu99 -O2 -Wall -Wextra -Werror -I%t %s -o %t/main -L%t -lfunctions -lm -Wl,-rpath,%t
// RUN: %t/main

#include "functions.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = FUNCTIONS_INPUT_X_ELEMENTS,
       KINDS = 5 };

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

// Subnormal arguments of log count as the smallest normal number.
static double logOfNormal(double x) {
  return log(x > 0 && x < 0x1p-126 ? 0x1p-126 : x);
}

static const struct Function {
  const char *name;
  double (*correct)(double);
  double bound; // as stated at dlc-approximate-math
} functions[KINDS] = {{"exp", exp, 6},
                      {"log", logOfNormal, 1},
                      {"tanh", tanh, 5},
                      {"erf", erf, 5},
                      {"sigmoid", sigmoid, 3}};

static double worst[KINDS];
static float where[KINDS];

static float fromBits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The distance in units in the last place of the correct result; subnormal
// results count as 0, which they may be flushed to.
static double getError(float got, double want) {
  if (isnan(want))
    return isnan(got) ? 0 : INFINITY;
  float nearest = (float)want;
  if (isinf(nearest) || isinf(got))
    return got == nearest ? 0 : isinf(nearest) && fabsf(got) > 3.4e38f ? 1
                                                                       : INFINITY;
  double smallest = 0x1p-126;
  if (fabs(want) < smallest)
    return fabs(got - want) <= smallest ? 0 : INFINITY;
  int exponent;
  frexp(want, &exponent);
  return fabs(got - want) / ldexp(1, exponent - 24);
}

int main(int argc, char **argv) {
  uint64_t step = argc > 1 ? strtoull(argv[1], NULL, 10) : 4099;
  static float x[COUNT], y[KINDS][COUNT];
  dlc_context *context;
  if (functions_create(NULL, &context))
    return 1;
  for (uint64_t bits = 0; bits < (uint64_t)1 << 32;) {
    for (int i = 0; i < COUNT; ++i, bits += step)
      x[i] = fromBits((uint32_t)bits);
    functions_run(context, x, y[0], y[1], y[2], y[3], y[4]);
    for (int k = 0; k < KINDS; ++k)
      for (int i = 0; i < COUNT; ++i) {
        double error = getError(y[k][i], functions[k].correct(x[i]));
        if (error > worst[k]) {
          worst[k] = error;
          where[k] = x[i];
        }
      }
  }
  int wrong = 0;
  for (int k = 0; k < KINDS; ++k) {
    int bad = !(worst[k] <= functions[k].bound);
    printf("%s: %.3g units at %.9g%s\n", functions[k].name, worst[k],
           (double)where[k], bad ? ": WRONG" : "");
    wrong |= bad;
  }
  functions_destroy(context);
  return wrong;
}
