/*===- Profile.h - What a profiling library tells -----------------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * A library compiled for profiling exports `<prefix>_dlc_profile_v1`, which
 * returns a dlc_profile_v1. Other libraries know nothing of this.
 *
 *===----------------------------------------------------------------------===*/

#ifndef DLC_RUNTIME_PROFILE_H
#define DLC_RUNTIME_PROFILE_H

#include <stddef.h>
#include <stdint.h>

/* One call of a kernel. */
typedef struct dlc_profile_call {
  const char *kernel;
  uint64_t flops; /* a multiplication and an addition are two; of sizes that */
                  /* each call chooses: at the likely ones */
  uint64_t num_nodes;
  const char *const *nodes; /* the ONNX nodes, `OpType:name` each */
} dlc_profile_call;

/* What a call took in the last run: in a loop, all times together. */
typedef struct dlc_profile_time {
  uint64_t nanoseconds;
  uint64_t count; /* how many times it ran */
} dlc_profile_time;

typedef struct dlc_profile_v1 {
  size_t struct_size;
  /* Where a context keeps the times of its last run, in bytes from its begin:
   * one dlc_profile_time for each call. (Behind them the runtime notes, while
   * it runs, when which call began.) */
  uint64_t times_offset;
  uint64_t num_calls;
  const dlc_profile_call *calls;
  /* Multiplies and adds in registers, in vectors of the target's width, as fast
   * as one core can. Returns the number of operations. */
  uint64_t (*multiply_add)(uint64_t steps);
} dlc_profile_v1;

#endif /* DLC_RUNTIME_PROFILE_H */
