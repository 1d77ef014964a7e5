/*===- GPU.h - How a model runs on a device -----------------------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * A model for a GPU is data to the runtime: the kernels as PTX, and the list of
 * their launches. The driver fills `dlc_rt_program` field by field.
 *
 *===----------------------------------------------------------------------===*/

#ifndef DLC_LIB_RUNTIME_GPU_H
#define DLC_LIB_RUNTIME_GPU_H

#include "Runtime.h"
#include "dlc/Runtime/Device.h"

struct dlc_rt_kernel {
  const char *name;
  uint32_t grid[3];
  uint32_t threads;
};

/* A parameter of a launch: a place in the arena or in the weights. */
struct dlc_rt_place {
  uint64_t in_weights;
  uint64_t offset;
};

struct dlc_rt_launch {
  uint64_t kernel;
  uint64_t num_places;
  const struct dlc_rt_place *places;
};

struct dlc_rt_program {
  const char *ptx;
  uint64_t ptx_bytes;
  uint64_t arena_bytes;
  const uint64_t *argument_offsets; /* of inputs and outputs in the arena */
  uint64_t num_kernels;
  const struct dlc_rt_kernel *kernels;
  uint64_t num_launches;
  const struct dlc_rt_launch *launches;
};

extern const struct dlc_rt_program dlc_rt_program;

/* The CUDA driver as a device. */
struct dlc_rt_cuda {
  dlc_device device;
  void *library;
  void *functions[20];
  void *context;
  void *stream;
  int32_t ordinal;
  char error[768];
};

/* Loads the driver and takes its first device; 0 on failure, and says why. */
int dlc_rt_open_cuda(struct dlc_rt_cuda *cuda, struct dlc_rt_text *error);
void dlc_rt_close_cuda(struct dlc_rt_cuda *cuda);

#endif /* DLC_LIB_RUNTIME_GPU_H */
