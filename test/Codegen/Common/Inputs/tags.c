// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The kernels of random_plan.py, on memref<?xi8>.

#include <stdint.h>

int64_t wrong;

void fill(char *base, char *data, int64_t offset, int64_t size, int64_t stride,
          int8_t tag) {
  (void)base, (void)stride;
  for (int64_t i = 0; i < size; ++i)
    data[offset + i] = tag;
}

void check(char *base, char *data, int64_t offset, int64_t size, int64_t stride,
           int8_t tag) {
  (void)base, (void)stride;
  for (int64_t i = 0; i < size; ++i)
    wrong += data[offset + i] != tag;
}
