// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Two models in one program: as shared libraries, as objects, as static
// libraries.
//
// RUN: rm -rf %t && mkdir -p %t/so %t/o %t/a
// RUN: dlc compile -q %S/../Driver/Inputs/scale.mlir -o %t/so/libscale.so
// RUN: dlc compile -q %S/../Driver/Inputs/negate.mlir -o %t/so/libnegate.so
// RUN: %cc -std=c99 -Wall -Wextra -Werror -I%t/so %s -o %t/so/main -L%t/so -lscale -lnegate -Wl,-rpath,%t/so
// RUN: %t/so/main | FileCheck %s
//
// RUN: dlc compile -q %S/../Driver/Inputs/scale.mlir -o %t/o/scale.o
// RUN: dlc compile -q %S/../Driver/Inputs/negate.mlir -o %t/o/negate.o
// RUN: %cc -std=c99 -I%t/o %s %t/o/scale.o %t/o/negate.o -lm -o %t/o/main
// RUN: %t/o/main | FileCheck %s
//
// RUN: dlc compile -q %S/../Driver/Inputs/scale.mlir -o %t/a/libscale.a
// RUN: dlc compile -q %S/../Driver/Inputs/negate.mlir -o %t/a/libnegate.a
// RUN: %cc -std=c99 -I%t/a %s -L%t/a -lscale -lnegate -lm -o %t/a/main
// RUN: %t/a/main | FileCheck %s

#include "negate.h"
#include "scale.h"
#include <stdio.h>

int main(void) {
  dlc_context *scale, *negate;
  if (scale_create(NULL, &scale) || negate_create(NULL, &negate))
    return 1;
  float x[SCALE_INPUT_MY_X_ELEMENTS] = {1, 2, 3, 4}, y[4], z[3];
  int32_t b[2] = {5, -6}, c[2];
  if (scale_run(scale, x, y) || negate_run(negate, y, b, z, c))
    return 2;
  // CHECK: -2 -6 -12, -5 6
  printf("%g %g %g, %d %d\n", z[0], z[1], z[2], c[0], c[1]);

  // A context works with its own model only.
  // CHECK-NEXT: 1 1
  printf("%d %d\n", scale_run(negate, x, y), scale_run(NULL, x, y));

  // CHECK-NEXT: scale: my x [1, 4], 64 bytes of weights
  const dlc_model_v1 *model = scale_dlc_model_v1();
  printf("%s: %s [%d, %d], %d bytes of weights\n", model->name,
         model->inputs[0].name, (int)model->inputs[0].dims[0],
         (int)model->inputs[0].dims[1], (int)model->weights_bytes);
  scale_destroy(scale);
  negate_destroy(negate);
  scale_destroy(NULL);
  return 0;
}
