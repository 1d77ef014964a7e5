/* Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A CUDA driver that runs nothing: memory is the host's. The function that
 * FAKE_CUDA_FAILS names fails. What isn't given back is told at the end. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int live, pushed;

static int fails(const char *name) {
  const char *failing = getenv("FAKE_CUDA_FAILS");
  return failing && !strcmp(failing, name) ? 218 : 0;
}

static int make(const char *name, void *made) {
  int result = fails(name);
  live += !result;
  *(void **)made = result ? NULL : (void *)8;
  return result;
}

static int end(void) {
  --live;
  return 0;
}

__attribute__((destructor)) static void finish(void) {
  fprintf(stderr, "fake driver: %d not given back, %d contexts left\n", live,
          pushed);
}

int cuInit(unsigned flags) { return fails("cuInit"); }
int cuGetErrorString(int error, const char **text) {
  *text = "made to fail";
  return 0;
}
int cuDeviceGet(int *device, int ordinal) {
  *device = 0;
  return fails("cuDeviceGet");
}
int cuDevicePrimaryCtxRetain(void **context, int device) {
  return make("cuDevicePrimaryCtxRetain", context);
}
int cuDevicePrimaryCtxRelease_v2(int device) { return end(); }
int cuCtxPushCurrent_v2(void *context) {
  int result = fails("cuCtxPushCurrent_v2");
  pushed += !result;
  return result;
}
int cuCtxPopCurrent_v2(void **context) {
  --pushed;
  return 0;
}
int cuStreamCreate(void **stream, unsigned flags) {
  return make("cuStreamCreate", stream);
}
int cuStreamSynchronize(void *stream) { return fails("cuStreamSynchronize"); }
int cuStreamDestroy_v2(void *stream) { return end(); }
int cuModuleLoadDataEx(void **module, const void *text, unsigned count,
                       int *options, void **values) {
  int result = make("cuModuleLoadDataEx", module);
  for (unsigned i = 0; result && i < count; ++i)
    if (options[i] == 5) /* CU_JIT_ERROR_LOG_BUFFER */
      strcpy(values[i], "line 7: what is this?");
  return result;
}
int cuModuleUnload(void *module) { return end(); }
int cuModuleGetFunction(void **function, void *module, const char *name) {
  *function = (void *)8;
  return fails("cuModuleGetFunction");
}
int cuMemAlloc_v2(uint64_t *memory, size_t bytes) {
  int result = make("cuMemAlloc_v2", memory);
  if (!result)
    *memory = (uintptr_t)calloc(bytes, 1);
  return result;
}
int cuMemFree_v2(uint64_t memory) {
  free((void *)(uintptr_t)memory);
  return end();
}
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes,
                         void *stream) {
  memcpy((void *)(uintptr_t)to, from, bytes);
  return fails("cuMemcpyHtoDAsync_v2");
}
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
  memcpy(to, (void *)(uintptr_t)from, bytes);
  return fails("cuMemcpyDtoHAsync_v2");
}
int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes,
                    void *stream) {
  memset((void *)(uintptr_t)to, value, bytes);
  return fails("cuMemsetD8Async");
}
int cuLaunchKernel(void *function, unsigned gridX, unsigned gridY,
                   unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned shared, void *stream,
                   void **parameters, void **extra) {
  return fails("cuLaunchKernel");
}
