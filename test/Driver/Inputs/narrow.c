/* Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

/* Negates numbers of 4 bits. */
#include "narrow.h"
#include <stdio.h>

int main(void) {
  uint8_t x[NARROW_INPUT_X_BYTES] = {0x2f, 0, 0, 0, 0, 0, 0, 0xf7};
  uint8_t f[3] = {1, 2, 3}, y[NARROW_OUTPUT_Y_BYTES], g[3];
  dlc_context *context;
  if (narrow_create(NULL, &context) != DLC_OK ||
      narrow_run(context, x, f, y, g) != DLC_OK || g[2] != 3)
    return 1;
  for (int i = 0; i < NARROW_OUTPUT_Y_BYTES; ++i)
    printf("%02x ", y[i]);
  puts("");
  narrow_destroy(context);
  return 0;
}
