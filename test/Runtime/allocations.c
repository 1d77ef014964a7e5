// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// REQUIRES: x86_64
// Running allocates nothing; contexts run concurrently on shared weights.
//
// RUN: rm -rf %t && mkdir -p %t
// RUN: dlc compile -q %S/Inputs/network.mlir -o %t/libnetwork.so
// RUN: %cc -std=gnu99 -Wall -Wextra -Werror -I%t %s -o %t/main -L%t -lnetwork -pthread -Wl,-rpath,%t
// RUN: %t/main | FileCheck %s

#include "network.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// The program's own allocator comes before the C library's, for libraries, too.
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);
static volatile int allocations;

void *malloc(size_t bytes) {
  __sync_fetch_and_add(&allocations, 1);
  return __libc_malloc(bytes);
}
void *calloc(size_t count, size_t bytes) {
  __sync_fetch_and_add(&allocations, 1);
  return __libc_calloc(count, bytes);
}
void *realloc(void *memory, size_t bytes) {
  __sync_fetch_and_add(&allocations, 1);
  return __libc_realloc(memory, bytes);
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  __sync_fetch_and_add(&allocations, 1);
  return __libc_memalign(alignment, bytes);
}

static float x[NETWORK_INPUT_X_ELEMENTS], want[NETWORK_OUTPUT_Y_ELEMENTS];

static void *work(void *argument) {
  dlc_context *context = argument;
  float y[NETWORK_OUTPUT_Y_ELEMENTS];
  for (int i = 0; i < 2000; ++i)
    if (network_run(context, x, y) || memcmp(y, want, sizeof y))
      return "differs";
  return NULL;
}

int main(void) {
  dlc_context *contexts[3];
  for (int i = 0; i < 3; ++i)
    if (network_create(NULL, &contexts[i]))
      return 1;
  // CHECK: one each: 1
  printf("one each: %d\n", allocations >= 3);
  for (int i = 0; i < NETWORK_INPUT_X_ELEMENTS; ++i)
    x[i] = (float)(i % 7) - 3;
  int before = allocations;
  for (int i = 0; i < 100; ++i)
    network_run(contexts[0], x, want);
  int during = allocations - before;
  // CHECK: allocations of runs: 0
  printf("allocations of runs: %d\n", during);

  // Data need no more than the alignment of their elements.
  static float unalignedX[NETWORK_INPUT_X_ELEMENTS + 1];
  static float unalignedY[NETWORK_OUTPUT_Y_ELEMENTS + 1];
  memcpy(unalignedX + 1, x, sizeof x);
  network_run(contexts[0], unalignedX + 1, unalignedY + 1);
  // CHECK: unaligned: 0
  printf("unaligned: %d\n", memcmp(unalignedY + 1, want, sizeof want));

  pthread_t threads[2];
  for (int i = 0; i < 2; ++i)
    pthread_create(&threads[i], NULL, work, contexts[1 + i]);
  for (int i = 0; i < 2; ++i) {
    void *result;
    pthread_join(threads[i], &result);
    // CHECK: same
    // CHECK: same
    puts(result ? "differs" : "same");
  }
  for (int i = 0; i < 3; ++i)
    network_destroy(contexts[i]);
  return 0;
}
