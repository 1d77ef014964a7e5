/*===- Cuda.c - The CUDA driver as a device -------------------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * The driver is loaded when a context is made: neither compiling nor linking a
 * model needs anything of CUDA.
 *
 *===----------------------------------------------------------------------===*/

#include "GPU.h"

/* The C library, without its headers. */
extern void *dlopen(const char *path, int flags);
extern void *dlsym(void *library, const char *name);
extern int dlclose(void *library);
enum { BindNow = 2 };

/* Of the driver's enumerations. */
enum { StreamNonBlocking = 1, JitErrorLog = 5, JitErrorLogBytes = 6 };

/* The driver's functions that are used; `names` has the same order. */
enum {
  Init,
  GetErrorString,
  DeviceGet,
  PrimaryCtxRetain,
  PrimaryCtxRelease,
  CtxPush,
  CtxPop,
  StreamCreate,
  StreamSynchronize,
  StreamDestroy,
  ModuleLoadDataEx,
  ModuleUnload,
  ModuleGetFunction,
  MemAlloc,
  MemFree,
  MemcpyToDevice,
  MemcpyToHost,
  MemsetD8,
  LaunchKernel,
  NumFunctions
};

static const char *const names[NumFunctions] = {"cuInit",
                                                "cuGetErrorString",
                                                "cuDeviceGet",
                                                "cuDevicePrimaryCtxRetain",
                                                "cuDevicePrimaryCtxRelease_v2",
                                                "cuCtxPushCurrent_v2",
                                                "cuCtxPopCurrent_v2",
                                                "cuStreamCreate",
                                                "cuStreamSynchronize",
                                                "cuStreamDestroy_v2",
                                                "cuModuleLoadDataEx",
                                                "cuModuleUnload",
                                                "cuModuleGetFunction",
                                                "cuMemAlloc_v2",
                                                "cuMemFree_v2",
                                                "cuMemcpyHtoDAsync_v2",
                                                "cuMemcpyDtoHAsync_v2",
                                                "cuMemsetD8Async",
                                                "cuLaunchKernel"};

/* Calls a function of the driver, whose result is 0 if all went well. */
#define CALL(cuda, function, types, ...)                                       \
  (((int32_t(*) types)(cuda)->functions[function])(__VA_ARGS__))

static int32_t note(struct dlc_rt_cuda *cuda, int function, int32_t result) {
  if (!result)
    return 0;
  const char *reason = "unknown error";
  CALL(cuda, GetErrorString, (int32_t, const char **), result, &reason);
  struct dlc_rt_text text = {cuda->error, cuda->error + sizeof cuda->error - 1};
  dlc_rt_put(&text, names[function]);
  dlc_rt_put(&text, ": ");
  dlc_rt_put(&text, reason ? reason : "unknown error");
  return result;
}

/* The driver works on the thread's current context, which is the caller's. */
static int32_t enter(struct dlc_rt_cuda *cuda) {
  return note(cuda, CtxPush, CALL(cuda, CtxPush, (void *), cuda->context));
}

static int32_t leave(struct dlc_rt_cuda *cuda, int function, int32_t result) {
  void *context;
  CALL(cuda, CtxPop, (void **), &context);
  return note(cuda, function, result);
}

/* What the driver's compiler says of the kernels follows its error. */
static void *loadModule(void *self, const char *ptx, size_t bytes) {
  struct dlc_rt_cuda *cuda = self;
  void *module = 0;
  char log[512];
  int32_t options[] = {JitErrorLog, JitErrorLogBytes};
  void *values[] = {log, (void *)sizeof log};
  log[0] = 0;
  (void)bytes; /* ended by a zero */
  if (enter(cuda))
    return 0;
  int32_t result = CALL(cuda, ModuleLoadDataEx,
                        (void **, const void *, unsigned, int32_t *, void **),
                        &module, ptx, 2, options, values);
  if (!leave(cuda, ModuleLoadDataEx, result))
    return module;
  if (log[0]) {
    struct dlc_rt_text text = {cuda->error,
                               cuda->error + sizeof cuda->error - 1};
    while (*text.at)
      ++text.at;
    dlc_rt_put(&text, "; ");
    dlc_rt_put(&text, log);
  }
  return 0;
}

static void unloadModule(void *self, void *module) {
  struct dlc_rt_cuda *cuda = self;
  if (!enter(cuda))
    leave(cuda, ModuleUnload, CALL(cuda, ModuleUnload, (void *), module));
}

static void *getFunction(void *self, void *module, const char *name) {
  struct dlc_rt_cuda *cuda = self;
  void *function = 0;
  if (enter(cuda))
    return 0;
  int32_t result =
      CALL(cuda, ModuleGetFunction, (void **, void *, const char *), &function,
           module, name);
  return leave(cuda, ModuleGetFunction, result) ? 0 : function;
}

static dlc_device_memory allocate(void *self, size_t bytes) {
  struct dlc_rt_cuda *cuda = self;
  dlc_device_memory memory = 0;
  if (enter(cuda))
    return 0;
  int32_t result =
      CALL(cuda, MemAlloc, (dlc_device_memory *, size_t), &memory, bytes);
  return leave(cuda, MemAlloc, result) ? 0 : memory;
}

static void release(void *self, dlc_device_memory memory) {
  struct dlc_rt_cuda *cuda = self;
  if (!enter(cuda))
    leave(cuda, MemFree, CALL(cuda, MemFree, (dlc_device_memory), memory));
}

static int32_t copyToDevice(void *self, dlc_device_memory to, const void *from,
                            size_t bytes) {
  struct dlc_rt_cuda *cuda = self;
  int32_t result = enter(cuda);
  if (result)
    return result;
  result = CALL(cuda, MemcpyToDevice,
                (dlc_device_memory, const void *, size_t, void *), to, from,
                bytes, cuda->stream);
  return leave(cuda, MemcpyToDevice, result);
}

static int32_t copyToHost(void *self, void *to, dlc_device_memory from,
                          size_t bytes) {
  struct dlc_rt_cuda *cuda = self;
  int32_t result = enter(cuda);
  if (result)
    return result;
  int function = MemcpyToHost;
  result = CALL(cuda, MemcpyToHost, (void *, dlc_device_memory, size_t, void *),
                to, from, bytes, cuda->stream);
  if (!result) {
    function = StreamSynchronize;
    result = CALL(cuda, StreamSynchronize, (void *), cuda->stream);
  }
  return leave(cuda, function, result);
}

static int32_t fill(void *self, dlc_device_memory to, uint8_t value,
                    size_t bytes) {
  struct dlc_rt_cuda *cuda = self;
  int32_t result = enter(cuda);
  if (result)
    return result;
  result =
      CALL(cuda, MemsetD8, (dlc_device_memory, unsigned char, size_t, void *),
           to, value, bytes, cuda->stream);
  return leave(cuda, MemsetD8, result);
}

static int32_t launch(void *self, void *function, const uint32_t grid[3],
                      const uint32_t block[3], uint32_t shared, void **params,
                      uint32_t numParams) {
  struct dlc_rt_cuda *cuda = self;
  (void)numParams; /* the driver knows */
  int32_t result = enter(cuda);
  if (result)
    return result;
  result = CALL(cuda, LaunchKernel,
                (void *, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t,
                 uint32_t, uint32_t, void *, void **, void **),
                function, grid[0], grid[1], grid[2], block[0], block[1],
                block[2], shared, cuda->stream, params, 0);
  return leave(cuda, LaunchKernel, result);
}

static int32_t synchronize(void *self) {
  struct dlc_rt_cuda *cuda = self;
  int32_t result = enter(cuda);
  if (result)
    return result;
  result = CALL(cuda, StreamSynchronize, (void *), cuda->stream);
  return leave(cuda, StreamSynchronize, result);
}

static const char *lastError(void *self) {
  return ((struct dlc_rt_cuda *)self)->error;
}

static int loadDriver(struct dlc_rt_cuda *cuda, struct dlc_rt_text *error) {
  cuda->library = dlopen("libcuda.so.1", BindNow);
  if (!cuda->library) {
    dlc_rt_put(error, "no NVIDIA driver: libcuda.so.1 not found; the library "
                      "was compiled for a GPU");
    return 0;
  }
  for (int i = 0; i < NumFunctions; ++i) {
    cuda->functions[i] = dlsym(cuda->library, names[i]);
    if (cuda->functions[i])
      continue;
    dlc_rt_put(error, "the NVIDIA driver is too old: libcuda.so.1 has no ");
    dlc_rt_put(error, names[i]);
    return 0;
  }
  return 1;
}

static int32_t openDevice(struct dlc_rt_cuda *cuda) {
  int32_t result = note(cuda, Init, CALL(cuda, Init, (unsigned), 0));
  if (!result)
    result = note(cuda, DeviceGet,
                  CALL(cuda, DeviceGet, (int32_t *, int), &cuda->ordinal, 0));
  if (!result)
    result = note(cuda, PrimaryCtxRetain,
                  CALL(cuda, PrimaryCtxRetain, (void **, int32_t),
                       &cuda->context, cuda->ordinal));
  if (!result)
    result = enter(cuda);
  if (!result)
    result = leave(cuda, StreamCreate,
                   CALL(cuda, StreamCreate, (void **, unsigned), &cuda->stream,
                        StreamNonBlocking));
  return result;
}

int dlc_rt_open_cuda(struct dlc_rt_cuda *cuda, struct dlc_rt_text *error) {
  cuda->library = cuda->context = cuda->stream = 0;
  cuda->error[0] = 0;
  int opened = loadDriver(cuda, error);
  if (opened && openDevice(cuda)) {
    dlc_rt_put(error, "no GPU: ");
    dlc_rt_put(error, cuda->error);
    opened = 0;
  }
  if (!opened) {
    dlc_rt_close_cuda(cuda);
    return 0;
  }
  cuda->device =
      (dlc_device){sizeof(dlc_device), cuda,     loadModule, unloadModule,
                   getFunction,        allocate, release,    copyToDevice,
                   copyToHost,         fill,     launch,     synchronize,
                   lastError};
  return 1;
}

void dlc_rt_close_cuda(struct dlc_rt_cuda *cuda) {
  if (cuda->stream && !enter(cuda))
    leave(cuda, StreamDestroy,
          CALL(cuda, StreamDestroy, (void *), cuda->stream));
  if (cuda->context)
    CALL(cuda, PrimaryCtxRelease, (int32_t), cuda->ordinal);
  if (cuda->library)
    dlclose(cuda->library);
}
