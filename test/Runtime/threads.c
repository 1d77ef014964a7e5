// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// REQUIRES: x86_64
// A context's threads: the same bits for any number of them, no allocation in
// runs, contexts with threads beside each other, and an end to them all.
//
// RUN: rm -rf %t && mkdir -p %t
// RUN: dlc compile -q %S/../Driver/Inputs/work.mlir -o %t/libwork.so
// RUN: %cc -std=gnu99 -Wall -Wextra -Werror -I%t %s -o %t/main -L%t -lwork -pthread -Wl,-rpath,%t
// RUN: %t/main | FileCheck %s
// RUN: llvm-readelf -d %t/libwork.so | FileCheck %s --check-prefix=NEEDED
// NEEDED-NOT: NEEDED{{.*}}[{{lib[^cm]}}

#include "work.h"
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t bytes);
static volatile int allocations;

void *malloc(size_t bytes) {
  __sync_fetch_and_add(&allocations, 1);
  return __libc_malloc(bytes);
}

static float x[WORK_INPUT_X_ELEMENTS], wantY[WORK_OUTPUT_Y_ELEMENTS],
    wantZ[WORK_OUTPUT_Z_ELEMENTS];

static dlc_context *create(uint32_t num_threads, char *error) {
  dlc_context *context = NULL;
  dlc_options options = DLC_OPTIONS_INIT;
  options.num_threads = num_threads;
  options.error = error;
  options.error_bytes = error ? 256 : 0;
  work_create(&options, &context);
  return context;
}

static int differs(dlc_context *context) {
  static __thread float y[WORK_OUTPUT_Y_ELEMENTS], z[WORK_OUTPUT_Z_ELEMENTS];
  memset(y, 0, sizeof y);
  return work_run(context, x, y, z) || memcmp(y, wantY, sizeof y) ||
         memcmp(z, wantZ, sizeof z);
}

static void *work(void *context) {
  for (int i = 0; i < 100; ++i)
    if (differs(context))
      return "differs";
  return NULL;
}

static int countThreads(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/task");
  for (struct dirent *entry; (entry = readdir(folder));)
    count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

int main(void) {
  for (int i = 0; i < WORK_INPUT_X_ELEMENTS; ++i)
    x[i] = (float)(i % 71) * 0.03f - 1;
  dlc_context *one = create(0, NULL);
  work_run(one, x, wantY, wantZ);
  // CHECK: alone: 1
  printf("alone: %d\n", countThreads());
  for (uint32_t threads = 1; threads <= 7; ++threads) {
    dlc_context *context = create(threads, NULL);
    int started = countThreads(), wrong = 0, before = allocations;
    for (int i = 0; i < 50; ++i)
      wrong += differs(context);
    // Asleep by now: each has to be woken.
    usleep(20000);
    wrong += differs(context);
    int during = allocations - before;
    work_destroy(context);
    // CHECK: 1 of 1: 0 differ, 0 allocations
    // CHECK: 2 of 2: 0 differ, 0 allocations
    // CHECK: 3 of 3: 0 differ, 0 allocations
    // CHECK: 4 of 4: 0 differ, 0 allocations
    // CHECK: 7 of 7: 0 differ, 0 allocations
    printf("%d of %u: %d differ, %d allocations\n", started, threads, wrong,
           during);
  }
  pthread_t callers[3];
  dlc_context *contexts[3];
  for (uint32_t i = 0; i < 3; ++i) {
    contexts[i] = create(1 + i, NULL);
    pthread_create(&callers[i], NULL, work, contexts[i]);
  }
  for (int i = 0; i < 3; ++i) {
    void *result;
    pthread_join(callers[i], &result);
    work_destroy(contexts[i]);
    // CHECK: same
    // CHECK: same
    // CHECK: same
    puts(result ? "differs" : "same");
  }
  // CHECK: ended: 1
  printf("ended: %d\n", countThreads());
  char error[256];
  // CHECK: too many: 1 work: options.num_threads is 65, at most 64 are possible
  dlc_context *none = create(65, error);
  printf("too many: %d %s\n", none == NULL, error);
  work_destroy(one);
  return 0;
}
