/*===- Device.c - Running a model on a device -----------------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * Linked only into models for a GPU.
 *
 *===----------------------------------------------------------------------===*/

#include "GPU.h"

/* What a context keeps where models for a CPU have their arena. */
struct DeviceState {
  const dlc_device *device;
  struct dlc_rt_cuda cuda; /* used unless the caller has a device */
  void *module;
  dlc_device_memory arena;
  dlc_device_memory weights;
  void *functions[];
};

/* The driver reads these for the sizes it has to know. */
extern const uint64_t dlc_rt_device_bytes;
const uint64_t dlc_rt_device_bytes = sizeof(struct DeviceState);

dlc_rt_create_device_fn dlc_rt_create_device;
dlc_rt_run_device_fn dlc_rt_run_device;
dlc_rt_destroy_device_fn dlc_rt_destroy_device;

static dlc_status fail(const dlc_device *device, struct dlc_rt_text *error,
                       const char *what, const char *name) {
  dlc_rt_put(error, what);
  dlc_rt_put(error, name);
  dlc_rt_put(error, ": ");
  dlc_rt_put(error, device->last_error(device->self));
  return DLC_DEVICE_ERROR;
}

static dlc_status loadKernels(struct DeviceState *state,
                              struct dlc_rt_text *error) {
  const struct dlc_rt_program *program = &dlc_rt_program;
  const dlc_device *device = state->device;
  state->module =
      device->load_module(device->self, program->ptx, program->ptx_bytes);
  if (!state->module)
    return fail(device, error, "loading the kernels", "");
  for (uint64_t i = 0; i < program->num_kernels; ++i) {
    const char *name = program->kernels[i].name;
    state->functions[i] =
        device->get_function(device->self, state->module, name);
    if (!state->functions[i])
      return fail(device, error, "finding kernel ", name);
  }
  return DLC_OK;
}

static dlc_status allocateMemory(struct DeviceState *state, const void *weights,
                                 struct dlc_rt_text *error) {
  const dlc_device *device = state->device;
  uint64_t weightsBytes = dlc_rt_model.model.weights_bytes;
  state->arena = device->allocate(device->self, dlc_rt_program.arena_bytes
                                                    ? dlc_rt_program.arena_bytes
                                                    : 1);
  if (!state->arena)
    return fail(device, error, "allocating the arena", "");
  if (!weightsBytes)
    return DLC_OK;
  state->weights = device->allocate(device->self, weightsBytes);
  if (!state->weights)
    return fail(device, error, "allocating the weights", "");
  if (device->copy_to_device(device->self, state->weights, weights,
                             weightsBytes) ||
      device->synchronize(device->self))
    return fail(device, error, "uploading the weights", "");
  return DLC_OK;
}

dlc_status dlc_rt_create_device(void *memory, const dlc_device *given,
                                const void *weights,
                                struct dlc_rt_text *error) {
  struct DeviceState *state = memory;
  state->device = given;
  state->module = 0;
  state->arena = state->weights = 0;
  if (given && given->struct_size < sizeof(dlc_device)) {
    dlc_rt_put(error, "options.device has no struct_size, or an old one");
    return DLC_INVALID_ARGUMENT;
  }
  if (!given) {
    if (!dlc_rt_open_cuda(&state->cuda, error))
      return DLC_DEVICE_ERROR;
    state->device = &state->cuda.device;
  }
  dlc_status status = loadKernels(state, error);
  if (!status)
    status = allocateMemory(state, weights, error);
  if (status)
    dlc_rt_destroy_device(state);
  return status;
}

void dlc_rt_destroy_device(void *memory) {
  struct DeviceState *state = memory;
  const dlc_device *device = state->device;
  if (state->arena)
    device->release(device->self, state->arena);
  if (state->weights)
    device->release(device->self, state->weights);
  if (state->module)
    device->unload_module(device->self, state->module);
  if (device == &state->cuda.device)
    dlc_rt_close_cuda(&state->cuda);
}

static int launch(const struct DeviceState *state,
                  const struct dlc_rt_launch *launch) {
  const struct dlc_rt_kernel *kernel = &dlc_rt_program.kernels[launch->kernel];
  const dlc_device *device = state->device;
  uint32_t block[3] = {kernel->threads, 1, 1};
  dlc_device_memory values[launch->num_places + 1];
  void *pointers[launch->num_places + 1];
  for (uint64_t i = 0; i < launch->num_places; ++i) {
    const struct dlc_rt_place *place = &launch->places[i];
    values[i] =
        (place->in_weights ? state->weights : state->arena) + place->offset;
    pointers[i] = &values[i];
  }
  return device->launch(device->self, state->functions[launch->kernel],
                        kernel->grid, block, 0, pointers,
                        (uint32_t)launch->num_places);
}

dlc_status dlc_rt_run_device(void *memory, const void *const *inputs,
                             void *const *outputs, struct dlc_rt_text *error) {
  const struct DeviceState *state = memory;
  const struct dlc_rt_program *program = &dlc_rt_program;
  const dlc_model_v1 *model = &dlc_rt_model.model;
  const dlc_device *device = state->device;
  const uint64_t *offsets = program->argument_offsets;
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    if (model->inputs[i].bytes &&
        device->copy_to_device(device->self, state->arena + offsets[i],
                               inputs[i], model->inputs[i].bytes))
      return fail(device, error, "copying input ", model->inputs[i].name);
  for (uint64_t i = 0; i < program->num_launches; ++i)
    if (launch(state, &program->launches[i]))
      return fail(device, error, "launching kernel ",
                  program->kernels[program->launches[i].kernel].name);
  for (uint32_t i = 0; i < model->num_outputs; ++i)
    if (model->outputs[i].bytes &&
        device->copy_to_host(device->self, outputs[i],
                             state->arena + offsets[model->num_inputs + i],
                             model->outputs[i].bytes))
      return fail(device, error, "copying output ", model->outputs[i].name);
  if (device->synchronize(device->self))
    return fail(device, error, "waiting for the device", "");
  return DLC_OK;
}
