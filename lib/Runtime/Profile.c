/*===- Profile.c - The clock, and the peak to compare with ----------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*/

#include "dlc/Runtime/Profile.h"

/* The C library, without its headers. */
struct timespec {
  long tv_sec;
  long tv_nsec;
};
extern int clock_gettime(int clock, struct timespec *time);
enum { CLOCK_MONOTONIC = 1 };

/* Defined by the driver. */
extern const dlc_profile_v1 dlc_rt_profile;

const dlc_profile_v1 *dlc_dlc_profile_v1(void);
void dlc_rt_start_times(dlc_profile_time *times, uint64_t num_calls);
void dlc_rt_stamp(dlc_profile_time *times, uint64_t call);

const dlc_profile_v1 *dlc_dlc_profile_v1(void) { return &dlc_rt_profile; }

/* The entry behind those of the calls: when the call that runs now began, and
 * which one it is. */
static dlc_profile_time *get_current(dlc_profile_time *times) {
  return &times[dlc_rt_profile.num_calls];
}

void dlc_rt_start_times(dlc_profile_time *times, uint64_t num_calls) {
  for (uint64_t i = 0; i < num_calls; ++i)
    times[i].nanoseconds = times[i].count = 0;
  get_current(times)->count = num_calls; /* none */
}

void dlc_rt_stamp(dlc_profile_time *times, uint64_t call) {
  dlc_profile_time *current = get_current(times);
  struct timespec clock;
  clock_gettime(CLOCK_MONOTONIC, &clock);
  uint64_t now = (uint64_t)clock.tv_sec * 1000000000 + (uint64_t)clock.tv_nsec;
  if (current->count < dlc_rt_profile.num_calls) {
    times[current->count].nanoseconds += now - current->nanoseconds;
    ++times[current->count].count;
  }
  current->nanoseconds = now;
  current->count = call;
}

/* More independent chains than a core has multiply-adds in flight, and fewer
 * than it has registers. The driver compiles the function of the target's
 * vector width for the target. */
enum { CHAINS = 12 };

#define DEFINE_MULTIPLY_ADD(lanes)                                             \
  typedef float Vector##lanes                                                  \
      __attribute__((vector_size(lanes * sizeof(float))));                     \
  uint64_t dlc_rt_multiply_add_##lanes(uint64_t steps);                        \
  uint64_t dlc_rt_multiply_add_##lanes(uint64_t steps) {                       \
    volatile float seed = 0.999f;                                              \
    Vector##lanes factor = seed - (Vector##lanes){0}, sums[CHAINS];            \
    for (int i = 0; i < CHAINS; ++i)                                           \
      sums[i] = factor;                                                        \
    for (uint64_t step = 0; step < steps; ++step)                              \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i)      \
          sums[i] = __builtin_elementwise_fma(sums[i], factor, factor);        \
    for (int i = 0; i < CHAINS; ++i)                                           \
      seed += sums[i][0];                                                      \
    return 2 * steps * CHAINS * lanes;                                         \
  }

DEFINE_MULTIPLY_ADD(4)
DEFINE_MULTIPLY_ADD(8)
DEFINE_MULTIPLY_ADD(16)
