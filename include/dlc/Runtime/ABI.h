/*===- ABI.h - The C ABI of a compiled model, version 1 -----------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * What all compiled models share. This text stands at the top of every header
 * that dlc generates, so that such a header needs no other file; the guard lets
 * the headers of several models be included together.
 *
 * Nothing below changes within version 1: fields are only ever added at the
 * end of the structures that begin with their own size.
 *
 *===----------------------------------------------------------------------===*/

#ifndef DLC_ABI_V1
#define DLC_ABI_V1 1

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a function returns. */
typedef int32_t dlc_status;
enum {
  DLC_OK = 0,
  DLC_INVALID_ARGUMENT = 1, /* a null pointer, a wrong shape, ... */
  DLC_OUT_OF_MEMORY = 2,    /* the allocator failed, the workspace is small */
  DLC_UNSUPPORTED_CPU = 3,  /* the machine lacks instructions of the library */
  DLC_BAD_WEIGHTS = 4,      /* the external weights are missing or others */
  DLC_DEVICE_ERROR = 5      /* no GPU or driver, or one of its calls failed */
};

/* Element types, numbered as in ONNX. Those of 4 and 2 bits lie two and four to
 * a byte, across all dimensions, the first in the lowest bits; unused bits of
 * the last byte are zero. */
typedef int32_t dlc_dtype;
enum {
  DLC_FLOAT32 = 1,
  DLC_UINT8 = 2,
  DLC_INT8 = 3,
  DLC_UINT16 = 4,
  DLC_INT16 = 5,
  DLC_INT32 = 6,
  DLC_INT64 = 7,
  DLC_BOOL = 9, /* one byte, 0 or 1 */
  DLC_FLOAT16 = 10,
  DLC_FLOAT64 = 11,
  DLC_UINT32 = 12,
  DLC_UINT64 = 13,
  DLC_BFLOAT16 = 16,
  DLC_FLOAT8E4M3FN = 17,
  DLC_FLOAT8E4M3FNUZ = 18,
  DLC_FLOAT8E5M2 = 19,
  DLC_FLOAT8E5M2FNUZ = 20,
  DLC_UINT4 = 21,
  DLC_INT4 = 22,
  DLC_FLOAT4E2M1 = 23,
  DLC_FLOAT8E8M0 = 24,
  DLC_UINT2 = 25,
  DLC_INT2 = 26
};

/* An input or an output as the model declares it. Elements are dense, the last
 * dimension varies fastest. */
typedef struct dlc_tensor_info {
  const char *name;
  dlc_dtype dtype;
  int32_t rank;
  const int64_t *dims;          /* -1: chosen at each call */
  const char *const *dim_names; /* the model's names of dimensions, or ""; of */
                                /* one that is chosen at each call: its */
                                /* symbol, or how it follows from symbols */
  uint64_t bytes;               /* of the data; of the most it can be if a */
                                /* dimension is chosen at each call */
} dlc_tensor_info;

/* A tensor that a caller hands over with its shape. */
typedef struct dlc_tensor {
  void *data;
  dlc_dtype dtype;
  int32_t rank;
  int64_t *dims; /* of an output: set by the call */
} dlc_tensor;

/* Everything that running a model needs besides the library: the memory for
 * intermediate values and the way to the weights. Contexts are independent; one
 * context serves one thread at a time. */
typedef struct dlc_context dlc_context;

/* How a context is made. Start from DLC_OPTIONS_INIT; NULL options mean that
 * too. */
struct dlc_device;
typedef struct dlc_options {
  size_t struct_size; /* sizeof(dlc_options) */

  /* All of the context's memory, aligned to 64; `context_bytes` of the model
   * say how much. NULL: allocated. */
  void *workspace;
  size_t workspace_bytes;

  /* The allocator if there is no workspace. NULL: the C library's. */
  void *(*allocate)(void *user, size_t bytes, size_t alignment);
  void (*release)(void *user, void *memory, size_t bytes);
  void *user;

  /* The file with external weights. NULL: the one that was written with the
   * library, in the library's folder. */
  const char *weights_path;

  /* Gets the text of an error of create. May be NULL. */
  char *error;
  size_t error_bytes;

  /* What runs the kernels of a library for a GPU, see Device.h. NULL: the CUDA
   * driver's first device. */
  const struct dlc_device *device;

  /* How many threads a run may use, the caller's one of them, at most
   * DLC_MAX_THREADS. 0: 1. The others belong to the context. Results are the
   * same bits for any number. */
  uint32_t num_threads;

  /* The largest sizes that the context has to serve, for a smaller arena: one
   * for each of the model's symbols, 0 for the model's own bound. NULL: its own
   * bounds. */
  const int64_t *max_dims;
} dlc_options;

enum { DLC_MAX_THREADS = 64 };

#define DLC_OPTIONS_INIT {sizeof(dlc_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

/* A size that is chosen at each call: all dimensions of its name have it. */
typedef struct dlc_symbol {
  const char *name;
  int64_t min, max; /* what it may be */
  int64_t likely;   /* what the library was made to be fast at */
} dlc_symbol;

/* A state: an input and the output that is its next value, which the context
 * keeps. It is empty in a new context if it grows, and zero otherwise. */
typedef struct dlc_state_info {
  const char *input; /* the names that the model has for them */
  const char *output;
  dlc_dtype dtype;
  int32_t rank;
  const int64_t *dims;          /* as of a dlc_tensor_info */
  const char *const *dim_names; /* likewise */
  uint64_t bytes;               /* of the data, at most */
  int32_t axis;   /* the dimension in which it grows; -1: each call replaces */
                  /* all of it */
  int32_t symbol; /* its length, one of `symbols`: the context keeps it; -1 */
} dlc_state_info;

/* A compiled model: what it is and its functions, for programs that load models
 * by name. A library exports one function that returns this,
 * `<prefix>_dlc_model_v1`. */
typedef struct dlc_model_v1 {
  size_t struct_size;
  uint32_t abi_version; /* 1 */
  uint32_t reserved;
  const char *name;       /* the prefix of the functions */
  const char *producer;   /* the compiler and its version */
  const char *triple;     /* the target it was compiled for */
  const char *cpu;        /* the target CPU it was compiled for */
  uint64_t context_bytes; /* memory of a context: the workspace's size; for */
                          /* the largest sizes, if any are chosen at calls */
  uint64_t arena_bytes;   /* its part for intermediate values */
  uint64_t weights_bytes; /* shared by all contexts */
  uint32_t num_inputs;
  uint32_t num_outputs;
  const dlc_tensor_info *inputs;
  const dlc_tensor_info *outputs;
  dlc_status (*create)(const dlc_options *options, dlc_context **context);
  void (*destroy)(dlc_context *context);
  dlc_status (*run_pointers)(dlc_context *context, const void *const *inputs,
                             void *const *outputs);
  dlc_status (*run_tensors)(dlc_context *context, const dlc_tensor *inputs,
                            size_t num_inputs, dlc_tensor *outputs,
                            size_t num_outputs);
  const char *(*last_error)(const dlc_context *context);

  /* The sizes that are chosen at each call. If there are none, the functions
   * below are NULL. */
  uint32_t num_symbols;
  uint32_t reserved2;
  const dlc_symbol *symbols;
  /* Chooses the sizes for run_pointers, one for each symbol. run_tensors and
   * output_dims choose them, too. After an error the old ones stay. */
  dlc_status (*set_dims)(dlc_context *context, const int64_t *dims);
  /* Sets the dimensions of the outputs as run_tensors would for these inputs.
   * Data are not looked at and may be NULL. */
  dlc_status (*output_dims)(dlc_context *context, const dlc_tensor *inputs,
                            size_t num_inputs, dlc_tensor *outputs,
                            size_t num_outputs);
  /* Memory of a context that is made with these `max_dims`; 0 if one of them is
   * no size of the model. */
  uint64_t (*context_bytes_for)(const int64_t *max_dims);

  /* What a context keeps from call to call; neither among the inputs nor among
   * the outputs. The length of a state that grows is one of the `symbols`: what
   * a caller says of it is not looked at, its bound (or that in `max_dims`) is
   * how long the state may become. If there are no states, the functions below
   * are NULL. */
  uint32_t num_states;
  uint32_t reserved3;
  const dlc_state_info *states;
  /* As in a new context. */
  dlc_status (*state_reset)(dlc_context *context);
  /* Makes the states of `to`, another context of the model, those of `from`.
   * Either may go on alone. */
  dlc_status (*state_fork)(const dlc_context *from, dlc_context *to);
  /* The length of a state that grows; of any other -1. */
  int64_t (*state_length)(const dlc_context *context, size_t state);
  /* Forgets the positions from `length` on, of all states that grow. An error
   * if there are others. */
  dlc_status (*state_rewind)(dlc_context *context, int64_t length);
  /* Sets the tensor's dimensions and, unless they are NULL, its data. */
  dlc_status (*state_read)(dlc_context *context, size_t state,
                           dlc_tensor *tensor);
  /* Sets all states, in order. */
  dlc_status (*state_write)(dlc_context *context, const dlc_tensor *tensors,
                            size_t num_tensors);

  /* The sizes that the model finds while it runs, with their bounds. Outputs
   * have them as dimensions: -1 in `dims`, and in `dim_names` by name. Until
   * the run, set_dims and output_dims take them to be the largest they can be,
   * which is what an output's data must have room for; run_tensors sets the
   * dimensions that the outputs have come to have. Their elements are dense. */
  uint32_t num_computed_sizes;
  uint32_t reserved4;
  const dlc_symbol *computed_sizes;
  /* Sets the dimensions that the outputs have come to have in the last run, for
   * callers of run_pointers. NULL if the model finds no sizes. */
  dlc_status (*result_dims)(const dlc_context *context, dlc_tensor *outputs,
                            size_t num_outputs);
} dlc_model_v1;

#ifdef __cplusplus
}
#endif

#endif /* DLC_ABI_V1 */
