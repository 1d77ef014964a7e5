// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// How contexts are made, what they refuse, and that they say why.
//
// RUN: rm -rf %t && mkdir -p %t
// RUN: dlc compile -q %S/../Driver/Inputs/scale.mlir -o %t/libscale.so
// RUN: %cc -std=c99 -Wall -Wextra -Werror -I%t %s -o %t/main -L%t -lscale -Wl,-rpath,%t
// RUN: %t/main | FileCheck %s

#include "scale.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[256];

static void tryToCreate(const char *what, dlc_options options) {
  dlc_context *context = NULL;
  options.error = text;
  options.error_bytes = sizeof text;
  text[0] = 0;
  dlc_status status = scale_create(&options, &context);
  printf("%s: %d %s\n", what, status, text);
  scale_destroy(context);
}

static void *allocate(void *user, size_t bytes, size_t alignment) {
  printf("allocate %d\n", bytes >= 64 && alignment == 64);
  void *memory = malloc(bytes + alignment);
  *(void **)user = memory;
  return (void *)(((uintptr_t)memory + alignment - 1) / alignment * alignment);
}

static void release(void *user, void *memory, size_t bytes) {
  printf("release %d\n", memory != NULL && bytes >= 64);
  free(*(void **)user);
}

static void *refuse(void *user, size_t bytes, size_t alignment) {
  (void)user, (void)bytes, (void)alignment;
  return NULL;
}

int main(void) {
  size_t bytes = scale_dlc_model_v1()->context_bytes;
  char *memory = malloc(bytes + 64);
  char *aligned = memory + 64 - (uintptr_t)memory % 64;
  dlc_options options = DLC_OPTIONS_INIT;
  // CHECK: plain: 0
  tryToCreate("plain", options);
  options.workspace = aligned;
  options.workspace_bytes = bytes;
  // CHECK: workspace: 0
  tryToCreate("workspace", options);
  options.workspace_bytes = 8;
  // CHECK: small: 2 scale: the workspace has 8 bytes, needed are {{[0-9]+}}
  tryToCreate("small", options);
  options.workspace = aligned + 4;
  // CHECK: unaligned: 1 scale: the workspace isn't aligned to 64 bytes
  tryToCreate("unaligned", options);
  dlc_options empty;
  memset(&empty, 0, sizeof empty);
  // CHECK: empty: 1
  tryToCreate("empty", empty);
  // A program made with the header of before has no field `device`.
  dlc_options older = DLC_OPTIONS_INIT;
  older.struct_size = offsetof(dlc_options, device);
  older.device = (const struct dlc_device *)memory;
  // CHECK: older: 0
  tryToCreate("older", older);
  older.struct_size = sizeof older;
  // CHECK: device: 1 scale: options.device is set, but the library is for a CPU
  tryToCreate("device", older);
  void *user = NULL;
  dlc_options own = DLC_OPTIONS_INIT;
  own.user = &user;
  own.allocate = refuse;
  // CHECK: half: 1 scale: options.allocate and options.release go together
  tryToCreate("half", own);
  own.release = release;
  // CHECK: refused: 2 scale: no memory for a context of {{[0-9]+}} bytes
  tryToCreate("refused", own);
  own.allocate = allocate;
  // CHECK: allocate 1
  // CHECK: own: 0
  // CHECK: release 1
  tryToCreate("own", own);
  // CHECK: no place: 1
  printf("no place: %d\n", scale_create(NULL, NULL));

  dlc_context *context;
  scale_create(NULL, &context);
  float x[4] = {1, 2, 3, 4}, y[4];
  // CHECK: null: 1 scale: the pointer of input my x is null
  dlc_status status = scale_run(context, NULL, y);
  printf("null: %d %s\n", status, scale_last_error(context));
  int64_t dims[2] = {1, 4}, wrong[2] = {2, 2}, result[2] = {1, 4};
  dlc_tensor in = {x, DLC_FLOAT32, 2, dims}, out = {y, DLC_FLOAT32, 2, result};
  // CHECK: tensors: 0 "" 2 20
  status = scale_run_tensors(context, &in, 1, &out, 1);
  printf("tensors: %d \"%s\" %g %g\n", status, scale_last_error(context), y[0],
         y[3]);
  in.dims = wrong;
  // CHECK: shape: 1 scale: input my x has element type 1 and shape [2, 2], the model needs element type 1 and shape [1, 4]
  status = scale_run_tensors(context, &in, 1, &out, 1);
  printf("shape: %d %s\n", status, scale_last_error(context));
  // CHECK: count: 1 scale: 2 tensors given as inputs, the model has 1
  status = scale_run_tensors(context, &in, 2, &out, 1);
  printf("count: %d %s\n", status, scale_last_error(context));
  scale_destroy(context);
  free(memory);
  return 0;
}
