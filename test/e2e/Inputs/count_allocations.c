/* Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Counts the heap allocations while a compiled model (digits) runs: this
 * program's malloc and its kin stand before the C library's. */

#include "digits.h"
#include <stdio.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static long allocations;

void *malloc(size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void *calloc(size_t count, size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void *realloc(void *memory, size_t bytes) {
  ++allocations;
  return __libc_realloc(memory, bytes);
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  ++allocations;
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : 12;
}

int main(void) {
  static float image[28 * 28], probabilities[10];
  dlc_context *context;
  if (digits_create(NULL, &context) != DLC_OK)
    return 1;
  long toCreate = allocations;
  for (int i = 0; i < 100; ++i)
    if (digits_run(context, image, probabilities) != DLC_OK)
      return 1;
  long toRun = allocations - toCreate;
  digits_destroy(context);
  /* That creating allocates shows that the counter counts. */
  printf("create %s, 100 runs %ld\n", toCreate ? "some" : "none", toRun);
  return 0;
}
