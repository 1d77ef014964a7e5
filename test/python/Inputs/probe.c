/* Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A library with the C ABI of a compiled model that tells what it was handed:
 * where its input and output lie, how many calls were in this context and in
 * any at a time. It sleeps for as many seconds as x[0] says.
 */
#include "dlc/Runtime/ABI.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct dlc_context {
  atomic_int running;
};

static atomic_int running;

static dlc_status create(const dlc_options *options, dlc_context **context) {
  (void)options;
  *context = calloc(1, sizeof **context);
  return *context ? DLC_OK : DLC_OUT_OF_MEMORY;
}

static void destroy(dlc_context *context) { free(context); }

static dlc_status runTensors(dlc_context *context, const dlc_tensor *inputs,
                             size_t numInputs, dlc_tensor *outputs,
                             size_t numOutputs) {
  (void)numInputs;
  (void)numOutputs;
  const float *x = inputs[0].data;
  int64_t *told = outputs[0].data;
  if (x[0] < 0)
    return DLC_DEVICE_ERROR;
  told[0] = (int64_t)(intptr_t)x;
  told[1] = (int64_t)(intptr_t)told;
  int here = ++context->running, anywhere = ++running;
  for (int i = 0; i < (int)(x[0] * 1000); ++i) {
    usleep(1000);
    if (running > anywhere)
      anywhere = running;
    if (context->running > here)
      here = context->running;
  }
  told[2] = here;
  told[3] = anywhere;
  --running;
  --context->running;
  return DLC_OK;
}

static const char *lastError(const dlc_context *context) {
  (void)context;
  return "probe: it was told to fail";
}

static const int64_t dims[] = {2, 2};
static const char *const names[] = {"", ""};
static const dlc_tensor_info input = {"x", DLC_FLOAT32, 2, dims, names, 16};
static const dlc_tensor_info output = {"told", DLC_INT64, 2, dims, names, 32};
static const dlc_model_v1 model = {.struct_size = sizeof model,
                                   .abi_version = DLC_ABI_V1,
                                   .name = "probe",
                                   .producer = "test/python",
                                   .triple = "",
                                   .cpu = "",
                                   .num_inputs = 1,
                                   .num_outputs = 1,
                                   .inputs = &input,
                                   .outputs = &output,
                                   .create = create,
                                   .destroy = destroy,
                                   .run_tensors = runTensors,
                                   .last_error = lastError};

const dlc_model_v1 *probe_dlc_model_v1(void) { return &model; }
