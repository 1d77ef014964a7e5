/*===- Runtime.h - What the runtime shares with the driver --------*- C -*-===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * The runtime is compiled to LLVM bitcode when dlc is built and linked into the
 * module of each model: `dlc_rt_model` is defined there by the driver, the
 * `dlc_*` functions get the model's prefix, all else becomes internal. It
 * compiles without any system header, so that one compiler serves all targets.
 *
 *===----------------------------------------------------------------------===*/

#ifndef DLC_LIB_RUNTIME_RUNTIME_H
#define DLC_LIB_RUNTIME_RUNTIME_H

#include "dlc/Runtime/ABI.h"

/* Where a CPU says that it has a feature: a bit of a register of cpuid, and the
 * bits of xcr0 that say that the system keeps the registers it needs. */
struct dlc_rt_cpu_feature {
  const char *name;
  uint32_t leaf;
  uint32_t subleaf;
  uint32_t reg; /* 0: eax, ... 3: edx */
  uint32_t bit;
  uint64_t xcr0;
};

/* Text in a buffer of fixed size, always ended by a zero. */
struct dlc_rt_text {
  char *at;
  char *end; /* the last character, kept for the zero */
};

/* Weights mapped from a file. */
struct dlc_rt_mapping {
  void *base;
  size_t bytes;
  const void *weights;
};

enum { DLC_RT_WEIGHTS_ID_BYTES = 32 };

struct dlc_rt_model;

typedef dlc_status dlc_rt_map_weights_fn(const struct dlc_rt_model *model,
                                         const char *path,
                                         struct dlc_rt_mapping *mapping,
                                         struct dlc_rt_text *error);
typedef void dlc_rt_unmap_weights_fn(struct dlc_rt_mapping *mapping);

typedef dlc_status dlc_rt_start_threads_fn(struct dlc_context *context,
                                           uint32_t num_threads,
                                           struct dlc_rt_text *error);
typedef void dlc_rt_stop_threads_fn(struct dlc_context *context);

/* What is different for a GPU; `memory` is that of the context for its arena.
 */
typedef dlc_status dlc_rt_create_device_fn(void *memory,
                                           const struct dlc_device *given,
                                           const void *weights,
                                           struct dlc_rt_text *error);
typedef dlc_status dlc_rt_run_device_fn(void *memory, const void *const *inputs,
                                        void *const *outputs,
                                        struct dlc_rt_text *error);
typedef void dlc_rt_destroy_device_fn(void *memory);

/* Chooses the sizes that the inputs have, sets the dimensions of the outputs.
 * Element types, ranks and constant dimensions have been checked. */
typedef dlc_status dlc_rt_bind_sizes_fn(struct dlc_context *context,
                                        const dlc_tensor *inputs,
                                        dlc_tensor *outputs);
/* The bytes of the arena for sizes up to `max_dims`. */
typedef dlc_status dlc_rt_measure_arena_fn(const int64_t *max_dims,
                                           uint64_t *bytes,
                                           struct dlc_rt_text *error);

/* For models with states alone. Begins a context with the room that `max_dims`,
 * if not null, leaves. */
typedef void dlc_rt_init_states_fn(struct dlc_context *context,
                                   const int64_t *max_dims);
/* Sets those of `symbols` that the context keeps. */
typedef void dlc_rt_keep_symbols_fn(const struct dlc_context *context,
                                    int64_t *symbols);
/* What is wrong with sizes that have been prepared, if the states' dimensions
 * were `before`. */
typedef dlc_status dlc_rt_check_states_fn(const struct dlc_context *context,
                                          const int64_t *before,
                                          struct dlc_rt_text *error);
/* Around a run. The first chooses the sizes of before anew, in which states may
 * be longer by now. */
typedef dlc_status dlc_rt_begin_run_fn(struct dlc_context *context);
typedef void dlc_rt_end_run_fn(struct dlc_context *context);

/* For sizes that a run finds alone, around it. The second says what check has
 * ended the run, if one has. */
typedef void dlc_rt_begin_computing_fn(struct dlc_context *context);
typedef dlc_status dlc_rt_end_computing_fn(struct dlc_context *context);

/* The model as the driver describes it to the runtime. The driver fills this
 * field by field, in this order (lib/Driver/ModelDescriptor.cpp). */
struct dlc_rt_model {
  dlc_model_v1 model;
  void (*entry)(void *arena, const void *weights, const int64_t *sizes,
                const void *const *inputs, void *const *outputs);
  const struct dlc_rt_cpu_feature *cpu_features;
  uint64_t num_cpu_features;
  const void *weights; /* NULL if external */
  /* NULL if no kernel is ever split. */
  dlc_rt_start_threads_fn *start_threads;
  dlc_rt_stop_threads_fn *stop_threads;
  /* The rest is for external weights alone. */
  dlc_rt_map_weights_fn *map_weights;
  dlc_rt_unmap_weights_fn *unmap_weights;
  const char *weights_file;
  const uint8_t *weights_id;
  /* For a GPU alone; there is no entry then. */
  dlc_rt_create_device_fn *create_device;
  dlc_rt_run_device_fn *run_device;
  dlc_rt_destroy_device_fn *destroy_device;
  /* For sizes chosen at calls alone. `prepare` computes the array of sizes
   * behind the symbols: the dimensions of all inputs, outputs and states, the
   * arena's bytes, three numbers for each state, those of ComputedSizes.c, what
   * else the entry reads; it returns the check that fails, or -1.
   */
  dlc_rt_bind_sizes_fn *bind_sizes;
  dlc_rt_measure_arena_fn *measure_arena;
  int64_t (*prepare)(int64_t *sizes);
  uint64_t num_sizes;
  const int32_t *dim_symbols; /* of those dimensions; -1 if none */
  uint64_t num_dims;          /* so many are they */
  const char *const *checks;  /* what must hold, as text */
  /* For states alone. Symbols that say what there is room for follow those of
   * the model in the array of sizes; `state_rooms` has each state's, or -1. */
  uint64_t num_rooms;
  const int32_t *state_rooms;
  dlc_rt_init_states_fn *init_states;
  dlc_rt_keep_symbols_fn *keep_symbols;
  dlc_rt_check_states_fn *check_states;
  dlc_rt_begin_run_fn *begin_run;
  dlc_rt_end_run_fn *end_run;
  /* For sizes that a run finds alone. */
  dlc_rt_begin_computing_fn *begin_computing;
  dlc_rt_end_computing_fn *end_computing;
};

extern const struct dlc_rt_model dlc_rt_model;

enum { DLC_RT_ALIGNMENT = 64, DLC_RT_ERROR_BYTES = 512 };

/* Part of a kernel: chunks `begin` to `end`. */
typedef void dlc_rt_chunks_fn(const void *arguments, int64_t begin,
                              int64_t end);

/* A thread's share of a kernel's chunks. Others help when theirs is done. */
struct dlc_rt_share {
  _Alignas(DLC_RT_ALIGNMENT) int64_t next;
  int64_t end;
};

/* A thread other than the caller's. */
struct dlc_rt_thread {
  unsigned long handle;
  int32_t id;
  int32_t cpu;      /* where it was last */
  uint32_t isMoved; /* the caller has kept it from a CPU */
};

/* A set of CPUs as the system has it; of a machine with more, threads stay
 * where the system puts them. */
struct dlc_rt_cpus {
  unsigned long bits[16];
};

/* A context's threads; the caller's is the first. */
struct dlc_rt_pool {
  /* The epoch of the job in the upper half, which is what threads sleep on;
   * below, whether it is open, and how many other threads are at it. */
  _Alignas(DLC_RT_ALIGNMENT) uint64_t gate;
  uint32_t num_sleeping;
  uint32_t num_threads;
  uint32_t num_started;       /* a thread takes its number of it */
  int32_t caller_cpu;         /* where the job comes from */
  dlc_rt_chunks_fn *function; /* NULL: the end */
  const void *arguments;
  int64_t grain; /* the chunks taken at once */
  struct dlc_rt_share shares[DLC_MAX_THREADS];
  struct dlc_rt_thread threads[DLC_MAX_THREADS];
  struct dlc_rt_cpus allowed; /* the CPUs that threads may use */
};

struct dlc_context {
  const struct dlc_rt_model *owner;
  void *arena;
  uint64_t arena_bytes;
  uint64_t bytes;       /* of all of the context's memory */
  uint32_t has_sizes;   /* whether sizes have been chosen */
  uint32_t has_content; /* whether the states are other than in the begin */
  uint32_t has_results; /* whether the last run has found all sizes */
  struct dlc_rt_mapping mapping;
  void (*release)(void *user, void *memory, size_t bytes);
  void *user;
  char error[DLC_RT_ERROR_BYTES];
  struct dlc_rt_pool pool;
};

/* The bytes at the begin of a context's memory that come before the array of
 * sizes, and the arena behind it. */
enum {
  DLC_RT_HEAD_BYTES = (sizeof(struct dlc_context) + DLC_RT_ALIGNMENT - 1) /
                      DLC_RT_ALIGNMENT * DLC_RT_ALIGNMENT
};

static inline size_t dlc_rt_sizes_bytes(void) {
  return (dlc_rt_model.num_sizes * sizeof(int64_t) + DLC_RT_ALIGNMENT - 1) /
         DLC_RT_ALIGNMENT * DLC_RT_ALIGNMENT;
}
static inline int64_t *dlc_rt_get_sizes(const struct dlc_context *context) {
  return (int64_t *)((char *)context + DLC_RT_HEAD_BYTES);
}
/* The symbols at the begin of the array of sizes. */
static inline uint64_t dlc_rt_num_all_symbols(void) {
  return dlc_rt_model.model.num_symbols + dlc_rt_model.num_rooms;
}

/* A file of external weights: this head, then the weights at
 * DLC_RT_WEIGHTS_OFFSET. */
struct dlc_rt_weights_head {
  char magic[8];
  uint64_t bytes;
  uint8_t id[DLC_RT_WEIGHTS_ID_BYTES]; /* BLAKE3 of the weights */
};
#define DLC_RT_WEIGHTS_MAGIC "dlcwts1"
enum { DLC_RT_WEIGHTS_OFFSET = 4096 };

void dlc_rt_put(struct dlc_rt_text *text, const char *string);
void dlc_rt_put_number(struct dlc_rt_text *text, int64_t number);

/* Begins the text of an error with the model's name. */
struct dlc_rt_text dlc_rt_begin_error(char *buffer, size_t bytes);

/* Checks the tensors of a call: their number, element types, ranks, and those
 * dimensions that are constant. */
dlc_status dlc_rt_check_tensors(struct dlc_context *context,
                                const dlc_tensor *inputs, size_t num_inputs,
                                const dlc_tensor *outputs, size_t num_outputs);

/* The same of the outputs alone, whose dimensions the call sets. */
dlc_status dlc_rt_check_outputs(struct dlc_context *context,
                                const dlc_tensor *outputs, size_t num_outputs);

/* Makes `symbols`, which are in bounds, the sizes of the context; `inputs`, if
 * not null, must have them. After an error those of before stay. */
dlc_status dlc_rt_choose_sizes(struct dlc_context *context,
                               const int64_t *symbols,
                               const dlc_tensor *inputs);
/* Where a symbol got its size from. */
struct dlc_rt_source {
  const char *tensor; /* NULL: from nowhere yet */
  const char *dim_name;
  int32_t dim;
};
/* Takes the symbol `s` from a dimension; another one of its name must agree. */
dlc_status dlc_rt_bind_symbol(int32_t s, struct dlc_rt_source source,
                              int64_t size, int64_t *symbols,
                              struct dlc_rt_source *sources,
                              struct dlc_rt_text *error);
/* `, the model takes 1 to 16` */
dlc_status dlc_rt_fail_bounds(struct dlc_rt_text *error,
                              const dlc_symbol *symbol);

/* False if the machine lacks a feature of the model; says which. */
int dlc_rt_check_cpu(const struct dlc_rt_model *model,
                     struct dlc_rt_text *error);

#endif /* DLC_LIB_RUNTIME_RUNTIME_H */
