// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// REQUIRES: x86_64
// One library for all sizes: called at each of them, as a shared and as a static
// library, by the typed function and with tensors, in a context for small sizes.
//
// RUN: rm -rf %t && mkdir -p %t
// RUN: dlc compile -q %S/../Driver/Inputs/open.mlir -o %t/libopen.so
// RUN: %cc -std=c99 -Wall -Wextra -Werror -I%t %s -o %t/main -L%t -lopen -Wl,-rpath,%t
// RUN: %t/main | FileCheck %s
// RUN: dlc compile -q %S/../Driver/Inputs/open.mlir -o %t/open.a
// RUN: %cc -std=c99 -Wall -Wextra -Werror -I%t %s -o %t/static %t/open.a
// RUN: %t/static | FileCheck %s
// RUN: cp %s %t/main.cpp
// RUN: %cc -x c++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only -I%t %t/main.cpp

#include "open.h"
#include <stdio.h>
#include <string.h>

static float x[OPEN_INPUT_X_ELEMENTS], scale[OPEN_INPUT_SCALE_ELEMENTS];
static float y[OPEN_OUTPUT_Y_ELEMENTS];

static int isRight(int64_t batch, int64_t sequence) {
  for (int64_t i = 0; i < batch; ++i)
    for (int64_t j = 0; j < sequence; ++j) {
      float sum = 0;
      for (int64_t k = 0; k < batch; ++k)
        sum += x[k * sequence + j];
      if (y[i * sequence + j] != x[i * sequence + j] * scale[i] + sum)
        return 0;
    }
  return 1;
}

static void runAll(dlc_context *context) {
  int right = 0, refused = 0;
  for (int64_t batch = 1; batch <= OPEN_SIZE_BATCH_MAX; ++batch)
    for (int64_t sequence = 1; sequence <= OPEN_SIZE_SEQUENCE_MAX; ++sequence) {
      memset(y, 0, sizeof y);
      if (open_run(context, x, scale, batch, sequence, y))
        ++refused;
      else
        right += isRight(batch, sequence);
    }
  printf("right %d, refused %d\n", right, refused);
  printf("%s\n", open_last_error(context));
}

static void runTensors(dlc_context *context, int64_t batch, int64_t sequence) {
  int64_t xDims[2], scaleDims[1], yDims[1] = {-1};
  xDims[0] = scaleDims[0] = batch;
  xDims[1] = sequence;
  dlc_tensor inputs[] = {{x, DLC_FLOAT32, 2, xDims},
                         {scale, DLC_FLOAT32, 1, scaleDims}};
  dlc_tensor output = {y, DLC_FLOAT32, 1, yDims};
  memset(y, 0, sizeof y);
  dlc_status status = open_run_tensors(context, inputs, 2, &output, 1);
  printf("tensors: %d [%d] %d %s\n", status, (int)yDims[0],
         isRight(batch, sequence), open_last_error(context));
}

int main(void) {
  const dlc_model_v1 *model = open_dlc_model_v1();
  // CHECK: batch 1 8 2, sequence 1 32 4: 2
  for (uint32_t i = 0; i < model->num_symbols; ++i)
    printf("%s%s %d %d %d", i ? ", " : "", model->symbols[i].name,
           (int)model->symbols[i].min, (int)model->symbols[i].max,
           (int)model->symbols[i].likely);
  printf(": %d\n", OPEN_NUM_SIZES);
  // CHECK: x -1 batch, y -1 batch * sequence, 1024 bytes
  printf("x %d %s, y %d %s, %d bytes\n", (int)model->inputs[0].dims[0],
         model->inputs[0].dim_names[0], (int)model->outputs[0].dims[0],
         model->outputs[0].dim_names[0], (int)model->outputs[0].bytes);
  for (int i = 0; i < OPEN_INPUT_X_ELEMENTS; ++i)
    x[i] = (float)(i % 11) - 5;
  for (int i = 0; i < OPEN_INPUT_SCALE_ELEMENTS; ++i)
    scale[i] = (float)i;
  dlc_context *context;
  if (open_create(NULL, &context))
    return 1;
  // 5, 2, 1, 1 and 1 products are below 6.
  // CHECK: right 246, refused 10
  runAll(context);
  // CHECK: tensors: 0 [12] 1
  runTensors(context, 3, 4);
  // CHECK: tensors: 1 [-1] 0 open: Slice 'part': it takes 6 elements (batch is 1, sequence is 5)
  runTensors(context, 1, 5);
  open_destroy(context);

  int64_t maxDims[OPEN_NUM_SIZES] = {0, 16};
  dlc_options options = DLC_OPTIONS_INIT;
  options.max_dims = maxDims;
  // CHECK: 64 bytes less
  printf("%d bytes less\n",
         (int)(model->context_bytes - open_context_bytes_for(maxDims)));
  if (open_create(&options, &context))
    return 1;
  // CHECK: tensors: 0 [128] 1
  runTensors(context, 8, 16);
  // CHECK: tensors: 2 [-1] 0 open: the context was made for smaller sizes: its arena has 64 bytes, needed are 128 (batch is 1, sequence is 17)
  runTensors(context, 1, 17);
  open_destroy(context);
  return 0;
}
