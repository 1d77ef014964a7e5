// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Sizes that are chosen at each call: the runtime alone, on a model written by
// hand. scores[2 * n - 1] of ids[n, m] and mask[n, 4], where m > n and n isn't 7;
// the arena takes 64 * n bytes.
//
// RUN: rm -rf %t && mkdir -p %t
// RUN: %cc -std=c11 -Wall -Wextra -Werror -I%S/../../include -I%S/../../lib/Runtime %s %S/../../lib/Runtime/Context.c %S/../../lib/Runtime/OpenSizes.c %S/../../lib/Runtime/CPU.c -o %t/main
// RUN: %t/main | FileCheck %s

#include "Runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

dlc_rt_bind_sizes_fn dlc_rt_bind_sizes;
dlc_rt_measure_arena_fn dlc_rt_measure_arena;
dlc_status dlc_create(const dlc_options *options, dlc_context **context);
void dlc_destroy(dlc_context *context);
dlc_status dlc_run_pointers(dlc_context *context, const void *const *inputs,
                            void *const *outputs);
dlc_status dlc_run_tensors(dlc_context *context, const dlc_tensor *inputs,
                           size_t num_inputs, dlc_tensor *outputs,
                           size_t num_outputs);
const char *dlc_last_error(const dlc_context *context);
dlc_status dlc_set_dims(dlc_context *context, const int64_t *dims);
dlc_status dlc_output_dims(dlc_context *context, const dlc_tensor *inputs,
                           size_t num_inputs, dlc_tensor *outputs,
                           size_t num_outputs);
uint64_t dlc_context_bytes_for(const int64_t *max_dims);

enum { MAX_N = 8,
       MAX_M = 32,
       NUM_SIZES = 8 };

static int prepared;
static int64_t prepare(int64_t *sizes) {
  ++prepared;
  int64_t n = sizes[0], m = sizes[1];
  int64_t values[] = {n, m, n, 4, 2 * n - 1, 64 * n};
  memcpy(sizes + 2, values, sizeof values);
  return n == 7 ? 0 : m <= n ? 1
                             : -1;
}

static void entry(void *arena, const void *weights, const int64_t *sizes,
                  const void *const *inputs, void *const *outputs) {
  (void)weights;
  memset(arena, 1, sizes[7]);
  const int32_t *ids = inputs[0];
  for (int64_t i = 0; i < sizes[6]; ++i)
    ((float *)outputs[0])[i] = (float)ids[sizes[0] * sizes[1] - 1];
}

#define HEAD (DLC_RT_HEAD_BYTES + 64)
static const int64_t idsDims[] = {-1, -1}, maskDims[] = {-1, 4}, outDims[] = {-1};
static const char *const idsNames[] = {"batch", "sequence"};
static const char *const maskNames[] = {"batch", ""};
static const char *const outNames[] = {"2 * batch - 1"};
static const dlc_tensor_info ins[] = {
    {"ids", DLC_INT32, 2, idsDims, idsNames, 4 * MAX_N * MAX_M},
    {"mask", DLC_FLOAT32, 2, maskDims, maskNames, 16 * MAX_N}};
static const dlc_tensor_info outs[] = {
    {"scores", DLC_FLOAT32, 1, outDims, outNames, 4 * (2 * MAX_N - 1)}};
static const dlc_symbol symbols[] = {{"batch", 1, MAX_N, 2},
                                     {"sequence", 2, MAX_M, 16}};
static const int32_t dimSymbols[] = {0, 1, 0, -1, -1};
static const char *const checks[] = {"Reshape 'r': 7 rows don't fit",
                                     "Slice 's': the sequence is too short"};

const struct dlc_rt_model dlc_rt_model = {
    .model = {.struct_size = sizeof(dlc_model_v1),
              .name = "open",
              .context_bytes = HEAD + 64 * MAX_N,
              .arena_bytes = 64 * MAX_N,
              .num_inputs = 2,
              .num_outputs = 1,
              .inputs = ins,
              .outputs = outs,
              .num_symbols = 2,
              .symbols = symbols},
    .entry = entry,
    .bind_sizes = dlc_rt_bind_sizes,
    .measure_arena = dlc_rt_measure_arena,
    .prepare = prepare,
    .num_sizes = NUM_SIZES,
    .dim_symbols = dimSymbols,
    .num_dims = 5,
    .checks = checks};

static int32_t ids[MAX_N * MAX_M];
static float mask[MAX_N * 4], scores[2 * MAX_N];
static int64_t idsShape[2], maskShape[2] = {0, 4}, scoresShape[1];
static dlc_tensor in[] = {{ids, DLC_INT32, 2, idsShape},
                          {mask, DLC_FLOAT32, 2, maskShape}};
static dlc_tensor out = {scores, DLC_FLOAT32, 1, scoresShape};

static void run(const char *what, dlc_context *context, int64_t n, int64_t m,
                int64_t maskN) {
  idsShape[0] = n;
  idsShape[1] = m;
  maskShape[0] = maskN;
  scoresShape[0] = -9;
  scores[0] = -9;
  prepared = 0;
  dlc_status status = dlc_run_tensors(context, in, 2, &out, 1);
  printf("%s: %d %d [%d] %g %s\n", what, status, prepared, (int)scoresShape[0],
         scores[0], dlc_last_error(context));
}

static void runPointers(const char *what, dlc_context *context) {
  const void *inputs[] = {ids, mask};
  void *outputs[] = {scores};
  dlc_status status = dlc_run_pointers(context, inputs, outputs);
  printf("%s: %d %s\n", what, status, dlc_last_error(context));
}

static void chooseDims(const char *what, dlc_context *context, int64_t n,
                       int64_t m) {
  int64_t dims[] = {n, m};
  dlc_status status = dlc_set_dims(context, dims);
  printf("%s: %d %s\n", what, status, dlc_last_error(context));
}

static void testRuns(void) {
  dlc_context *context;
  printf("create: %d\n", dlc_create(NULL, &context));
  // CHECK: before: 1 open: no sizes have been chosen: call run_tensors, output_dims or set_dims first
  runPointers("before", context);
  ids[2 * 16 - 1] = 5, ids[3 * 4 - 1] = 6;
  // CHECK: first: 0 1 [3] 5
  run("first", context, 2, 16, 2);
  // CHECK: again: 0 0 [3] 5
  run("again", context, 2, 16, 2);
  // CHECK: other: 0 1 [5] 6
  run("other", context, 3, 4, 3);
  // CHECK: large: 1 0 [-9] -9 open: input ids: dimension 1 (sequence) is 33, the model takes 2 to 32
  run("large", context, 2, 33, 2);
  // CHECK: zero: 1 0 [-9] -9 open: input ids: dimension 0 (batch) is 0, the model takes 1 to 8
  run("zero", context, 0, 4, 0);
  // CHECK: disagree: 1 0 [-9] -9 open: input mask: dimension 0 (batch) is 3, input ids: dimension 0 (batch) is 2
  run("disagree", context, 2, 4, 3);
  // What fails keeps the sizes of before.
  // CHECK: check 0: 1 2 [-9] -9 open: Reshape 'r': 7 rows don't fit (batch is 7, sequence is 9)
  run("check 0", context, 7, 9, 7);
  // CHECK: check 1: 1 2 [-9] -9 open: Slice 's': the sequence is too short (batch is 6, sequence is 5)
  run("check 1", context, 6, 5, 6);
  // CHECK: kept: 0 0 [5] 6
  run("kept", context, 3, 4, 3);
  // CHECK: pointers: 0
  runPointers("pointers", context);

  maskShape[1] = 5;
  // CHECK: constant: 1 0 [-9] -9 open: input mask has element type 1 and shape [3, 5], the model needs element type 1 and shape [batch, 4]
  run("constant", context, 3, 4, 3);
  maskShape[1] = 4;
  in[0].dtype = DLC_INT64;
  // CHECK: type: 1 0 [-9] -9 open: input ids has element type 7 and shape [3, 4], the model needs element type 6 and shape [batch, sequence]
  run("type", context, 3, 4, 3);
  in[0].dtype = DLC_INT32;
  out.rank = 2;
  // CHECK: rank: 1 0 [-9] -9 open: output scores has element type 1 and shape
  int64_t two[] = {1, 1};
  out.dims = two;
  run("rank", context, 3, 4, 3);
  out.rank = 1;
  out.dims = NULL;
  // CHECK: no dims: 1 0 [-9] -9 open: the array of dimensions of output scores is null
  run("no dims", context, 3, 4, 3);
  out.dims = scoresShape;
  out.data = NULL;
  // CHECK: no data: 1 0 [-9] -9 open: the pointer of output scores is null
  run("no data", context, 2, 4, 2);
  // Without data, the dimensions are still known.
  in[0].data = NULL;
  // CHECK: output dims: 0 [3]
  dlc_status status = dlc_output_dims(context, in, 2, &out, 1);
  printf("output dims: %d [%d]\n", status, (int)scoresShape[0]);
  in[0].data = ids;
  out.data = scores;
  dlc_destroy(context);
}

static void testChoice(void) {
  dlc_context *context;
  dlc_create(NULL, &context);
  // CHECK: set: 0
  chooseDims("set", context, 3, 4);
  // CHECK: set and run: 0
  runPointers("set and run", context);
  // CHECK: bounds: 1 open: batch is 9, the model takes 1 to 8
  chooseDims("bounds", context, 9, 4);
  // CHECK: together: 1 open: Reshape 'r': 7 rows don't fit (batch is 7, sequence is 9)
  chooseDims("together", context, 7, 9);
  dlc_destroy(context);
}

static void tryToCreate(const char *what, int64_t n, size_t workspaceBytes) {
  static _Alignas(64) char workspace[1 << 15];
  char text[256] = "";
  int64_t dims[] = {n, 0};
  dlc_options options = DLC_OPTIONS_INIT;
  options.max_dims = dims;
  options.error = text;
  options.error_bytes = sizeof text;
  if (workspaceBytes) {
    options.workspace = workspace;
    options.workspace_bytes = workspaceBytes;
  }
  dlc_context *context;
  dlc_status status = dlc_create(&options, &context);
  printf("%s: %d %s\n", what, status, text);
  if (status)
    return;
  run("fits", context, n, 16, n);
  run("does not", context, n + 1, 16, n + 1);
  dlc_destroy(context);
}

static void testMaxDims(void) {
  int64_t small[] = {2, 0}, large[] = {9, 0}, all[] = {0, 0};
  // CHECK: bytes: 128 512 0
  printf("bytes: %d %d %d\n", (int)(dlc_context_bytes_for(small) - HEAD),
         (int)(dlc_context_bytes_for(all) - HEAD),
         (int)dlc_context_bytes_for(large));
  // CHECK: limited: 0
  // CHECK: fits: 0 1 [3]
  // CHECK: does not: 2 2 [-9] -9 open: the context was made for smaller sizes: its arena has 128 bytes, needed are 192 (batch is 3, sequence is 16)
  tryToCreate("limited", 2, 0);
  // CHECK: workspace: 0
  tryToCreate("workspace", 2, HEAD + 128);
  // CHECK: small workspace: 2 open: the workspace has {{[0-9]+}} bytes, needed are
  tryToCreate("small workspace", 2, HEAD + 64);
  // CHECK: too large: 1 open: options.max_dims: batch is 9, the model takes 1 to 8
  tryToCreate("too large", 9, 0);
  // The largest sizes needn't go together.
  // CHECK: seven: 0
  tryToCreate("seven", 7, 0);
}

int main(void) {
  testRuns();
  testChoice();
  testMaxDims();
  return 0;
}
