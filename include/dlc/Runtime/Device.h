/*===- Device.h - What runs a model's GPU kernels -----------------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * A library compiled with --target=nvptx reaches its device through this table
 * alone. By default the library makes one over the CUDA driver; a program may
 * hand over another in `dlc_options.device`, for example an emulator. The table
 * must outlive the contexts made with it.
 *
 * Work is done in the order of the calls, as on one stream; the functions may
 * return before it is done, except `copy_to_host` and `synchronize`. Functions
 * that return int32_t return 0 if all went well; `last_error` then says what
 * went wrong last.
 *
 *===----------------------------------------------------------------------===*/

#ifndef DLC_DEVICE_V1
#define DLC_DEVICE_V1 1

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An address in the device's memory; 0 is none. */
typedef uint64_t dlc_device_memory;

typedef struct dlc_device {
  size_t struct_size; /* sizeof(dlc_device) */
  void *self;         /* handed to every function */

  /* Loads a module of kernels: PTX text, ended by a zero that `bytes` doesn't
   * count. NULL on failure. */
  void *(*load_module)(void *self, const char *ptx, size_t bytes);
  void (*unload_module)(void *self, void *module);
  /* NULL if the module has no such kernel. */
  void *(*get_function)(void *self, void *module, const char *name);

  /* Memory aligned to 256; 0 on failure. */
  dlc_device_memory (*allocate)(void *self, size_t bytes);
  void (*release)(void *self, dlc_device_memory memory);
  int32_t (*copy_to_device)(void *self, dlc_device_memory to, const void *from,
                            size_t bytes);
  int32_t (*copy_to_host)(void *self, void *to, dlc_device_memory from,
                          size_t bytes);
  int32_t (*fill)(void *self, dlc_device_memory to, uint8_t value,
                  size_t bytes);

  /* `params` points to one pointer per parameter, each to the value, as in
   * cuLaunchKernel. */
  int32_t (*launch)(void *self, void *function, const uint32_t grid[3],
                    const uint32_t block[3], uint32_t dynamic_shared_bytes,
                    void **params, uint32_t num_params);
  int32_t (*synchronize)(void *self);

  const char *(*last_error)(void *self);
} dlc_device;

#ifdef __cplusplus
}
#endif

#endif /* DLC_DEVICE_V1 */
