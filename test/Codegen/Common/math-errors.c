// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// REQUIRES: x86_64
// The functions that models compute by polynomials, against the C library's of
// double, on a sample of all floats (argument 1: on all of them) and on all where
// something changes: the largest error in units in the last place of the correct
// result, which is a subnormal number at times, infinity or NaN.
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
       KINDS = 7 };

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double elu(double x) { return x < 0 ? expm1(x) : x; }
static double softplus(double x) {
  return (x < 0 ? 0 : x) + log1p(exp(-fabs(x)));
}

static const struct Function {
  const char *name;
  double (*correct)(double);
  double bound; // as stated at dlc-approximate-math
  // 1 / (1 + e^-x) is 0 where e^-x is infinity.
  int flushes;
} functions[KINDS] = {{"exp", exp, 1, 0},
                      {"log", log, 1, 0},
                      {"tanh", tanh, 2.6, 0},
                      {"erf", erf, 3.1, 0},
                      {"sigmoid", sigmoid, 2.6, 1},
                      {"elu", elu, 1.5, 0},
                      {"softplus", softplus, 2.5, 0}};

// Where results begin to be infinite, subnormal, 0 or 1, and arguments to be
// subnormal or infinite; the numbers around them are tried as well.
static const float borders[] = {
    0, 0x1p-149f, 0x1p-126f, 0x1p-24f, 0x1.fffffep127f, INFINITY,
    1, 0.346573591f, 0.66666669f, 88.7228394f, 87.3365479f, 103.278931f,
    103.972084f, 16.6355324f, 18, 9.01091385f, 9.02f, 3.75f,
    3.91920590f, 104, 89};
static const uint32_t nans[] = {0x7fc00000, 0xffc00000, 0x7f800001, 0xff812345,
                                0x7fffffff};

static double worst[KINDS];
static float where[KINDS];

static float fromBits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The distance in units in the last place of the correct result.
static double getError(float got, double want, int flushes) {
  if (isnan(want))
    return isnan(got) ? 0 : INFINITY;
  if (want == 0)
    return got == 0 && !signbit(got) == !signbit(want) ? 0 : INFINITY;
  float nearest = (float)want;
  if (isinf(nearest) || isinf(got))
    return got == nearest ? 0 : isinf(nearest) && fabsf(got) > 3.4e38f ? 1
                                                                       : INFINITY;
  if (fabs(want) < 0x1p-126)
    return flushes && got == 0 ? 0 : fabs(got - want) / 0x1p-149;
  int exponent;
  frexp(want, &exponent);
  return fabs(got - want) / ldexp(1, exponent - 24);
}

static void check(dlc_context *context, const float *x) {
  static float y[KINDS][COUNT];
  functions_run(context, x, y[0], y[1], y[2], y[3], y[4], y[5], y[6]);
  for (int k = 0; k < KINDS; ++k)
    for (int i = 0; i < COUNT; ++i) {
      double error = getError(y[k][i], functions[k].correct(x[i]),
                              functions[k].flushes);
      if (error > worst[k]) {
        worst[k] = error;
        where[k] = x[i];
      }
    }
}

int main(int argc, char **argv) {
  uint64_t step = argc > 1 ? strtoull(argv[1], NULL, 10) : 997;
  static float x[COUNT];
  dlc_context *context;
  if (functions_create(NULL, &context))
    return 1;
  int count = 0;
  for (size_t b = 0; b < sizeof borders / sizeof *borders; ++b)
    for (int i = -40; i <= 40; ++i) {
      uint32_t bits;
      memcpy(&bits, &borders[b], sizeof bits);
      x[count++] = fromBits(bits + (uint32_t)i);
      x[count++] = fromBits((bits + (uint32_t)i) ^ 0x80000000);
    }
  for (size_t n = 0; n < sizeof nans / sizeof *nans; ++n)
    x[count++] = fromBits(nans[n]);
  check(context, x);
  for (uint64_t bits = 0; bits < (uint64_t)1 << 32;) {
    for (int i = 0; i < COUNT; ++i, bits += step)
      x[i] = fromBits((uint32_t)bits);
    check(context, x);
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
