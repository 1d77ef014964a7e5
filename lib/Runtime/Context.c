/*===- Context.c - Contexts and running -----------------------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*/

#include "Runtime.h"

/* The C library, without its headers. */
extern void *aligned_alloc(size_t alignment, size_t bytes);
extern void free(void *memory);

/* The driver reads these for the sizes it has to know. */
extern const uint64_t dlc_rt_head_bytes;
const uint64_t dlc_rt_head_bytes = DLC_RT_HEAD_BYTES;

const dlc_model_v1 *dlc_dlc_model_v1(void);
dlc_status dlc_create(const dlc_options *options, dlc_context **context);
void dlc_destroy(dlc_context *context);
dlc_status dlc_run_pointers(dlc_context *context, const void *const *inputs,
                            void *const *outputs);
dlc_status dlc_run_tensors(dlc_context *context, const dlc_tensor *inputs,
                           size_t num_inputs, dlc_tensor *outputs,
                           size_t num_outputs);
const char *dlc_last_error(const dlc_context *context);

/*===----------------------------------------------------------------------===*
 * Text
 *===----------------------------------------------------------------------===*/

void dlc_rt_put(struct dlc_rt_text *text, const char *string) {
  while (*string && text->at < text->end)
    *text->at++ = *string++;
  if (text->at)
    *text->at = 0;
}

void dlc_rt_put_number(struct dlc_rt_text *text, int64_t number) {
  char digits[24];
  char *at = digits + sizeof digits - 1;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  *at = 0;
  do
    *--at = (char)('0' + rest % 10);
  while (rest /= 10);
  if (number < 0)
    *--at = '-';
  dlc_rt_put(text, at);
}

struct dlc_rt_text dlc_rt_begin_error(char *buffer, size_t bytes) {
  struct dlc_rt_text text = {0, 0};
  if (buffer && bytes) {
    text.at = buffer;
    text.end = buffer + bytes - 1;
    *buffer = 0;
  }
  dlc_rt_put(&text, dlc_rt_model.model.name);
  dlc_rt_put(&text, ": ");
  return text;
}

/*===----------------------------------------------------------------------===*
 * Contexts
 *===----------------------------------------------------------------------===*/

static void *allocateDefault(void *user, size_t bytes, size_t alignment) {
  (void)user;
  return aligned_alloc(alignment, bytes);
}

static void releaseDefault(void *user, void *memory, size_t bytes) {
  (void)user;
  (void)bytes;
  free(memory);
}

/* What a caller compiled with the first header of version 1 hands over. */
enum { FirstOptionsBytes = offsetof(dlc_options, device) };

/* The caller's options; fields that its header didn't have yet are 0. */
static dlc_options completeOptions(const dlc_options *given) {
  dlc_options options = DLC_OPTIONS_INIT;
  size_t bytes = given->struct_size;
  if (bytes > sizeof options)
    bytes = sizeof options;
  for (size_t i = sizeof options.struct_size; i < bytes; ++i)
    ((char *)&options)[i] = ((const char *)given)[i];
  return options;
}

static dlc_status checkOptions(const dlc_options *options,
                               struct dlc_rt_text *error) {
  if (!options->allocate != !options->release) {
    dlc_rt_put(error, "options.allocate and options.release go together");
    return DLC_INVALID_ARGUMENT;
  }
  if (options->num_threads > DLC_MAX_THREADS) {
    dlc_rt_put(error, "options.num_threads is ");
    dlc_rt_put_number(error, options->num_threads);
    dlc_rt_put(error, ", at most ");
    dlc_rt_put_number(error, DLC_MAX_THREADS);
    dlc_rt_put(error, " are possible");
    return DLC_INVALID_ARGUMENT;
  }
  if (options->device && !dlc_rt_model.create_device) {
    dlc_rt_put(error, "options.device is set, but the library is for a CPU");
    return DLC_INVALID_ARGUMENT;
  }
  if (options->workspace && (uintptr_t)options->workspace % DLC_RT_ALIGNMENT) {
    dlc_rt_put(error, "the workspace isn't aligned to 64 bytes");
    return DLC_INVALID_ARGUMENT;
  }
  return DLC_OK;
}

/* The memory that the context needs, which the workspace must have. */
static dlc_status measureContext(const dlc_options *options, uint64_t *bytes,
                                 struct dlc_rt_text *error) {
  *bytes = dlc_rt_model.model.context_bytes;
  if (dlc_rt_model.measure_arena && options->max_dims) {
    dlc_status status =
        dlc_rt_model.measure_arena(options->max_dims, bytes, error);
    if (status)
      return status;
    *bytes += DLC_RT_HEAD_BYTES + dlc_rt_sizes_bytes();
  }
  if (!options->workspace || options->workspace_bytes >= *bytes)
    return DLC_OK;
  dlc_rt_put(error, "the workspace has ");
  dlc_rt_put_number(error, (int64_t)options->workspace_bytes);
  dlc_rt_put(error, " bytes, needed are ");
  dlc_rt_put_number(error, (int64_t)*bytes);
  return DLC_OUT_OF_MEMORY;
}

/* Sets the fields that say where the context's memory comes from. */
static dlc_context *allocateContext(const dlc_options *options, size_t bytes) {
  if (options->workspace) {
    dlc_context *context = options->workspace;
    context->release = 0;
    return context;
  }
  void *(*allocate)(void *, size_t, size_t) =
      options->allocate ? options->allocate : allocateDefault;
  dlc_context *context = allocate(options->user, bytes, DLC_RT_ALIGNMENT);
  if (!context)
    return 0;
  context->release = options->release ? options->release : releaseDefault;
  context->user = options->user;
  return context;
}

/* Frees what a context has; its device is gone already. */
static void freeContext(dlc_context *context) {
  if (dlc_rt_model.stop_threads)
    dlc_rt_model.stop_threads(context);
  context->owner = 0;
  if (dlc_rt_model.unmap_weights)
    dlc_rt_model.unmap_weights(&context->mapping);
  if (context->release)
    context->release(context->user, context, context->bytes);
}

/* Starts what a context has besides its memory; frees all if that fails. */
static dlc_status startContext(dlc_context *context, const dlc_options *options,
                               struct dlc_rt_text *error) {
  dlc_status status = DLC_OK;
  if (options->num_threads > 1 && dlc_rt_model.start_threads)
    status = dlc_rt_model.start_threads(context, options->num_threads, error);
  if (!status && dlc_rt_model.create_device)
    status = dlc_rt_model.create_device(context->arena, options->device,
                                        context->mapping.weights, error);
  if (status)
    freeContext(context);
  return status;
}

dlc_status dlc_create(const dlc_options *given, dlc_context **result) {
  static const dlc_options defaults = DLC_OPTIONS_INIT;
  if (given && given->struct_size < FirstOptionsBytes)
    return DLC_INVALID_ARGUMENT; /* not from DLC_OPTIONS_INIT */
  const dlc_options complete = completeOptions(given ? given : &defaults);
  const dlc_options *options = &complete;
  struct dlc_rt_text error =
      dlc_rt_begin_error(options->error, options->error_bytes);
  if (!result) {
    dlc_rt_put(&error, "the place for the context is null");
    return DLC_INVALID_ARGUMENT;
  }
  *result = 0;
  dlc_status status = checkOptions(options, &error);
  if (status)
    return status;
  if (!dlc_rt_check_cpu(&dlc_rt_model, &error))
    return DLC_UNSUPPORTED_CPU;
  uint64_t bytes;
  status = measureContext(options, &bytes, &error);
  if (status)
    return status;

  /* Read from memory, where the address may be any: as an operand of code it
   * would have to be within 2 GB. */
  const void *const volatile *weights = &dlc_rt_model.weights;
  struct dlc_rt_mapping mapping = {0, 0, *weights};
  if (dlc_rt_model.map_weights) {
    status = dlc_rt_model.map_weights(&dlc_rt_model, options->weights_path,
                                      &mapping, &error);
    if (status)
      return status;
  }
  dlc_context *context = allocateContext(options, bytes);
  if (!context) {
    dlc_rt_put(&error, "no memory for a context of ");
    dlc_rt_put_number(&error, (int64_t)bytes);
    dlc_rt_put(&error, " bytes");
    if (dlc_rt_model.unmap_weights)
      dlc_rt_model.unmap_weights(&mapping);
    return DLC_OUT_OF_MEMORY;
  }
  size_t arenaOffset = DLC_RT_HEAD_BYTES + dlc_rt_sizes_bytes();
  context->owner = &dlc_rt_model;
  context->arena = (char *)context + arenaOffset;
  context->arena_bytes = bytes - arenaOffset;
  context->bytes = bytes;
  context->has_sizes = 0;
  context->has_content = 0;
  context->has_results = 0;
  if (dlc_rt_model.init_states)
    dlc_rt_model.init_states(context, options->max_dims);
  /* What is chosen by no call is computed here. */
  if (dlc_rt_model.prepare && !dlc_rt_num_all_symbols()) {
    dlc_rt_model.prepare(dlc_rt_get_sizes(context));
    context->has_sizes = 1;
  }
  context->mapping = mapping;
  context->error[0] = 0;
  context->pool.num_threads = 1;
  status = startContext(context, options, &error);
  if (status)
    return status;
  if (options->error && options->error_bytes)
    options->error[0] = 0;
  *result = context;
  return DLC_OK;
}

void dlc_destroy(dlc_context *context) {
  if (!context || context->owner != &dlc_rt_model)
    return;
  if (dlc_rt_model.destroy_device)
    dlc_rt_model.destroy_device(context->arena);
  freeContext(context);
}

const char *dlc_last_error(const dlc_context *context) {
  if (!context)
    return "no context: the error of create is in options.error";
  return context->error;
}

const dlc_model_v1 *dlc_dlc_model_v1(void) { return &dlc_rt_model.model; }

/*===----------------------------------------------------------------------===*
 * Running
 *===----------------------------------------------------------------------===*/

static dlc_status failNull(dlc_context *context, const char *what,
                           const char *kind, const char *name) {
  struct dlc_rt_text error =
      dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
  dlc_rt_put(&error, what);
  dlc_rt_put(&error, kind);
  dlc_rt_put(&error, name);
  dlc_rt_put(&error, " is null");
  return DLC_INVALID_ARGUMENT;
}

static int hasZero(const int64_t *dims, int32_t rank) {
  for (int32_t d = 0; d < rank; ++d)
    if (!dims[d])
      return 1;
  return 0;
}

/* Only what has no elements may have no place. Where sizes are open, `dims` are
 * the chosen ones of all tensors, one after the other; it moves on. */
static dlc_status checkPointers(dlc_context *context,
                                const dlc_tensor_info *infos, uint32_t count,
                                const void *const *pointers,
                                const int64_t **dims, const char *kind) {
  if (count && !pointers)
    return failNull(context, "the pointer of the array of ", kind, "");
  for (uint32_t i = 0; i < count; ++i) {
    int isEmpty = !infos[i].bytes || (*dims && hasZero(*dims, infos[i].rank));
    if (!pointers[i] && !isEmpty)
      return failNull(context, "the pointer of ", kind, infos[i].name);
    if (*dims)
      *dims += infos[i].rank;
  }
  return DLC_OK;
}

static dlc_status checkAllPointers(dlc_context *context,
                                   const void *const *inputs,
                                   void *const *outputs) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  const int64_t *dims = dlc_rt_model.bind_sizes ? dlc_rt_get_sizes(context) +
                                                      dlc_rt_num_all_symbols()
                                                : 0;
  dlc_status status = checkPointers(context, model->inputs, model->num_inputs,
                                    inputs, &dims, "input ");
  return status ? status
                : checkPointers(context, model->outputs, model->num_outputs,
                                (const void *const *)outputs, &dims, "output ");
}

/* Runs the model; all has been checked. */
static dlc_status run(dlc_context *context, const void *const *inputs,
                      void *const *outputs) {
  if (dlc_rt_model.run_device) {
    struct dlc_rt_text error =
        dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
    dlc_status status =
        dlc_rt_model.run_device(context->arena, inputs, outputs, &error);
    if (!status)
      context->error[0] = 0;
    return status;
  }
  if (dlc_rt_model.begin_computing)
    dlc_rt_model.begin_computing(context);
  dlc_rt_model.entry(context->arena, context->mapping.weights,
                     dlc_rt_get_sizes(context), inputs, outputs);
  if (dlc_rt_model.end_computing) {
    dlc_status status = dlc_rt_model.end_computing(context);
    if (status)
      return status;
  }
  if (dlc_rt_model.end_run)
    dlc_rt_model.end_run(context);
  return DLC_OK;
}

dlc_status dlc_run_pointers(dlc_context *context, const void *const *inputs,
                            void *const *outputs) {
  /* A context of another model has another arena: its owner tells. */
  if (!context || context->owner != &dlc_rt_model)
    return DLC_INVALID_ARGUMENT;
  if (dlc_rt_model.bind_sizes && dlc_rt_model.model.num_symbols &&
      !context->has_sizes) {
    struct dlc_rt_text error =
        dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
    dlc_rt_put(&error, "no sizes have been chosen: call run_tensors, "
                       "output_dims or set_dims first");
    return DLC_INVALID_ARGUMENT;
  }
  dlc_status status = DLC_OK;
  if (dlc_rt_model.begin_run)
    status = dlc_rt_model.begin_run(context);
  if (!status)
    status = checkAllPointers(context, inputs, outputs);
  return status ? status : run(context, inputs, outputs);
}

static void putShape(struct dlc_rt_text *text, dlc_dtype dtype, int32_t rank,
                     const int64_t *dims, const char *const *names) {
  dlc_rt_put(text, "element type ");
  dlc_rt_put_number(text, dtype);
  dlc_rt_put(text, " and shape [");
  for (int32_t d = 0; d < rank; ++d) {
    if (d)
      dlc_rt_put(text, ", ");
    if (dims[d] < 0 && names)
      dlc_rt_put(text, names[d]);
    else
      dlc_rt_put_number(text, dims[d]);
  }
  dlc_rt_put(text, "]");
}

static int fits(const dlc_tensor_info *info, const dlc_tensor *tensor,
                int isSet) {
  if (info->dtype != tensor->dtype || info->rank != tensor->rank)
    return 0;
  for (int32_t d = 0; d < info->rank && !isSet; ++d)
    if (info->dims[d] != tensor->dims[d] && info->dims[d] >= 0)
      return 0;
  return 1;
}

/* `isSet`: the call sets the dimensions. */
static dlc_status checkTensors(dlc_context *context,
                               const dlc_tensor_info *infos, size_t count,
                               const dlc_tensor *tensors, size_t given,
                               const char *kind, int isSet) {
  struct dlc_rt_text error =
      dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
  if (given != count) {
    dlc_rt_put_number(&error, (int64_t)given);
    dlc_rt_put(&error, " tensors given as ");
    dlc_rt_put(&error, kind);
    dlc_rt_put(&error, "s, the model has ");
    dlc_rt_put_number(&error, (int64_t)count);
    return DLC_INVALID_ARGUMENT;
  }
  for (size_t i = 0; i < count; ++i) {
    if (tensors[i].rank && !tensors[i].dims)
      return failNull(context, "the array of dimensions of ",
                      kind[0] == 'i' ? "input " : "output ", infos[i].name);
    if (fits(&infos[i], &tensors[i], isSet))
      continue;
    dlc_rt_put(&error, kind);
    dlc_rt_put(&error, " ");
    dlc_rt_put(&error, infos[i].name);
    dlc_rt_put(&error, " has ");
    putShape(&error, tensors[i].dtype, tensors[i].rank, tensors[i].dims, 0);
    dlc_rt_put(&error, ", the model needs ");
    putShape(&error, infos[i].dtype, infos[i].rank, infos[i].dims,
             infos[i].dim_names);
    return DLC_INVALID_ARGUMENT;
  }
  context->error[0] = 0;
  return DLC_OK;
}

dlc_status dlc_rt_check_tensors(dlc_context *context, const dlc_tensor *inputs,
                                size_t num_inputs, const dlc_tensor *outputs,
                                size_t num_outputs) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if ((model->num_inputs && !inputs) || (model->num_outputs && !outputs))
    return failNull(context, "the pointer of the array of ", "tensors", "");
  dlc_status status = checkTensors(context, model->inputs, model->num_inputs,
                                   inputs, num_inputs, "input", 0);
  return status ? status
                : checkTensors(context, model->outputs, model->num_outputs,
                               outputs, num_outputs, "output",
                               dlc_rt_model.bind_sizes != 0);
}

dlc_status dlc_rt_check_outputs(dlc_context *context, const dlc_tensor *outputs,
                                size_t num_outputs) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (model->num_outputs && !outputs)
    return failNull(context, "the pointer of the array of ", "tensors", "");
  return checkTensors(context, model->outputs, model->num_outputs, outputs,
                      num_outputs, "output", 1);
}

dlc_status dlc_run_tensors(dlc_context *context, const dlc_tensor *inputs,
                           size_t num_inputs, dlc_tensor *outputs,
                           size_t num_outputs) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!context || context->owner != &dlc_rt_model)
    return DLC_INVALID_ARGUMENT;
  dlc_status status =
      dlc_rt_check_tensors(context, inputs, num_inputs, outputs, num_outputs);
  if (status)
    return status;
  /* On the stack: a call allocates nothing. */
  const void *data[model->num_inputs + 1];
  void *results[model->num_outputs + 1];
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    data[i] = inputs[i].data;
  for (uint32_t i = 0; i < model->num_outputs; ++i)
    results[i] = outputs[i].data;
  status = checkAllPointers(context, data, results);
  if (!status && dlc_rt_model.bind_sizes)
    status = dlc_rt_model.bind_sizes(context, inputs, outputs);
  if (!status && dlc_rt_model.begin_run)
    status = dlc_rt_model.begin_run(context);
  if (!status)
    status = run(context, data, results);
  if (!status && model->result_dims)
    status = model->result_dims(context, outputs, num_outputs);
  return status;
}
