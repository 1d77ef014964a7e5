/*===- OpenSizes.c - Sizes that are chosen at each call -------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * Linked only into models that leave sizes open.
 *
 *===----------------------------------------------------------------------===*/

#include "Runtime.h"

dlc_rt_bind_sizes_fn dlc_rt_bind_sizes;
dlc_rt_measure_arena_fn dlc_rt_measure_arena;
dlc_status dlc_set_dims(dlc_context *context, const int64_t *dims);
dlc_status dlc_output_dims(dlc_context *context, const dlc_tensor *inputs,
                           size_t num_inputs, dlc_tensor *outputs,
                           size_t num_outputs);
uint64_t dlc_context_bytes_for(const int64_t *max_dims);

/* The arena's bytes in the array of sizes. */
static uint64_t getArenaBytes(const int64_t *sizes) {
  return (
      uint64_t)sizes[dlc_rt_model.model.num_symbols + dlc_rt_model.num_dims];
}

/* The dimensions of all inputs and outputs in the array of sizes. */
static const int64_t *getDims(const int64_t *sizes) {
  return sizes + dlc_rt_model.model.num_symbols;
}

static void copy(int64_t *to, const int64_t *from, size_t count) {
  for (size_t i = 0; i < count; ++i)
    to[i] = from[i];
}

static int isSame(const int64_t *a, const int64_t *b, size_t count) {
  for (size_t i = 0; i < count; ++i)
    if (a[i] != b[i])
      return 0;
  return 1;
}

static void putSize(struct dlc_rt_text *error, const char *name, int64_t size) {
  dlc_rt_put(error, name);
  dlc_rt_put(error, " is ");
  dlc_rt_put_number(error, size);
}

/* Appends `: dimension 1 (sequence) is 7` to what names a tensor. */
static void putDimension(struct dlc_rt_text *error, const dlc_tensor_info *info,
                         int32_t dim, int64_t size) {
  dlc_rt_put(error, info->name);
  dlc_rt_put(error, ": dimension ");
  dlc_rt_put_number(error, dim);
  dlc_rt_put(error, " (");
  dlc_rt_put(error, info->dim_names[dim]);
  putSize(error, ")", size);
}

/*===----------------------------------------------------------------------===*
 * Choosing
 *===----------------------------------------------------------------------===*/

static int isInBounds(const dlc_symbol *symbol, int64_t size) {
  return symbol->min <= size && size <= symbol->max;
}

static dlc_status failBounds(struct dlc_rt_text *error,
                             const dlc_symbol *symbol) {
  dlc_rt_put(error, ", the model takes ");
  dlc_rt_put_number(error, symbol->min);
  dlc_rt_put(error, " to ");
  dlc_rt_put_number(error, symbol->max);
  return DLC_INVALID_ARGUMENT;
}

/* What is wrong with the sizes that have been prepared, if anything is. */
static dlc_status checkPrepared(const dlc_context *context,
                                const int64_t *sizes, int64_t failed,
                                struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (failed < 0 && getArenaBytes(sizes) <= context->arena_bytes)
    return DLC_OK;
  if (failed >= 0) {
    dlc_rt_put(error, dlc_rt_model.checks[failed]);
  } else {
    dlc_rt_put(error, "the context was made for smaller sizes: its arena has ");
    dlc_rt_put_number(error, (int64_t)context->arena_bytes);
    dlc_rt_put(error, " bytes, needed are ");
    dlc_rt_put_number(error, (int64_t)getArenaBytes(sizes));
  }
  dlc_rt_put(error, " (");
  for (uint32_t i = 0; i < model->num_symbols; ++i) {
    if (i)
      dlc_rt_put(error, ", ");
    putSize(error, model->symbols[i].name, sizes[i]);
  }
  dlc_rt_put(error, ")");
  return failed >= 0 ? DLC_INVALID_ARGUMENT : DLC_OUT_OF_MEMORY;
}

/* What is wrong with an input's dimension that follows from symbols. */
static dlc_status checkDerived(const int64_t *sizes, const dlc_tensor *inputs,
                               struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  const int64_t *want = getDims(sizes);
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    for (int32_t d = 0; d < inputs[i].rank; ++d, ++want) {
      if (inputs[i].dims[d] == *want)
        continue;
      dlc_rt_put(error, "input ");
      putDimension(error, &model->inputs[i], d, inputs[i].dims[d]);
      dlc_rt_put(error, ", needed is ");
      dlc_rt_put_number(error, *want);
      return DLC_INVALID_ARGUMENT;
    }
  return DLC_OK;
}

/* Makes `symbols`, which are in bounds, the sizes of the context; `inputs`, if
 * not null, must have them. After an error those of before stay. */
static dlc_status choose(dlc_context *context, const int64_t *symbols,
                         const dlc_tensor *inputs) {
  struct dlc_rt_text error =
      dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
  int64_t *sizes = dlc_rt_get_sizes(context);
  uint32_t count = dlc_rt_model.model.num_symbols;
  int64_t before[count + 1], failed = -1;
  int isNew = !context->has_sizes || !isSame(sizes, symbols, count);
  if (isNew) {
    copy(before, sizes, count);
    copy(sizes, symbols, count);
    failed = dlc_rt_model.prepare(sizes);
  }
  dlc_status status = checkPrepared(context, sizes, failed, &error);
  if (!status && inputs)
    status = checkDerived(sizes, inputs, &error);
  if (!status) {
    context->has_sizes = 1;
    context->error[0] = 0;
  } else if (isNew && context->has_sizes) {
    copy(sizes, before, count);
    dlc_rt_model.prepare(sizes);
  }
  return status;
}

dlc_status dlc_set_dims(dlc_context *context, const int64_t *dims) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!context || context->owner != &dlc_rt_model)
    return DLC_INVALID_ARGUMENT;
  struct dlc_rt_text error =
      dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
  if (!dims) {
    dlc_rt_put(&error, "the pointer of the array of sizes is null");
    return DLC_INVALID_ARGUMENT;
  }
  for (uint32_t i = 0; i < model->num_symbols; ++i)
    if (!isInBounds(&model->symbols[i], dims[i])) {
      putSize(&error, model->symbols[i].name, dims[i]);
      return failBounds(&error, &model->symbols[i]);
    }
  return choose(context, dims, 0);
}

/*===----------------------------------------------------------------------===*
 * From tensors
 *===----------------------------------------------------------------------===*/

/* Where a symbol got its size from. */
struct Source {
  const dlc_tensor_info *input;
  int32_t dim;
};

/* Takes the symbol `s` from an input's dimension; another one of its name must
 * agree. */
static dlc_status bindSymbol(int32_t s, const dlc_tensor_info *input,
                             int32_t dim, int64_t size, int64_t *symbols,
                             struct Source *sources,
                             struct dlc_rt_text *error) {
  const dlc_symbol *symbol = &dlc_rt_model.model.symbols[s];
  if (sources[s].input && symbols[s] == size)
    return DLC_OK;
  if (!sources[s].input && isInBounds(symbol, size)) {
    sources[s] = (struct Source){input, dim};
    symbols[s] = size;
    return DLC_OK;
  }
  dlc_rt_put(error, "input ");
  putDimension(error, input, dim, size);
  if (!sources[s].input)
    return failBounds(error, symbol);
  dlc_rt_put(error, ", input ");
  putDimension(error, sources[s].input, sources[s].dim, symbols[s]);
  return DLC_INVALID_ARGUMENT;
}

static dlc_status bindSymbols(const dlc_tensor *inputs, int64_t *symbols,
                              struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  struct Source sources[model->num_symbols + 1];
  for (uint32_t i = 0; i < model->num_symbols; ++i)
    sources[i].input = 0;
  const int32_t *symbol = dlc_rt_model.dim_symbols;
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    for (int32_t d = 0; d < inputs[i].rank; ++d, ++symbol) {
      if (*symbol < 0)
        continue;
      dlc_status status =
          bindSymbol(*symbol, &model->inputs[i], d, inputs[i].dims[d], symbols,
                     sources, error);
      if (status)
        return status;
    }
  return DLC_OK;
}

dlc_status dlc_rt_bind_sizes(dlc_context *context, const dlc_tensor *inputs,
                             dlc_tensor *outputs) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  struct dlc_rt_text error =
      dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
  int64_t symbols[model->num_symbols + 1];
  dlc_status status = bindSymbols(inputs, symbols, &error);
  if (!status)
    status = choose(context, symbols, inputs);
  if (status)
    return status;
  const int64_t *dims = getDims(dlc_rt_get_sizes(context));
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    dims += inputs[i].rank;
  for (uint32_t i = 0; i < model->num_outputs; ++i) {
    copy(outputs[i].dims, dims, (size_t)outputs[i].rank);
    dims += outputs[i].rank;
  }
  return DLC_OK;
}

dlc_status dlc_output_dims(dlc_context *context, const dlc_tensor *inputs,
                           size_t num_inputs, dlc_tensor *outputs,
                           size_t num_outputs) {
  if (!context || context->owner != &dlc_rt_model)
    return DLC_INVALID_ARGUMENT;
  dlc_status status =
      dlc_rt_check_tensors(context, inputs, num_inputs, outputs, num_outputs);
  return status ? status : dlc_rt_bind_sizes(context, inputs, outputs);
}

/*===----------------------------------------------------------------------===*
 * The memory of a context
 *===----------------------------------------------------------------------===*/

dlc_status dlc_rt_measure_arena(const int64_t *max_dims, uint64_t *bytes,
                                struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  int64_t sizes[dlc_rt_model.num_sizes];
  for (uint32_t i = 0; i < model->num_symbols; ++i) {
    const dlc_symbol *symbol = &model->symbols[i];
    sizes[i] = max_dims[i] ? max_dims[i] : symbol->max;
    if (!isInBounds(symbol, sizes[i])) {
      dlc_rt_put(error, "options.max_dims: ");
      putSize(error, symbol->name, sizes[i]);
      return failBounds(error, symbol);
    }
  }
  /* Whether the largest sizes go together is no matter. */
  dlc_rt_model.prepare(sizes);
  *bytes = getArenaBytes(sizes);
  return DLC_OK;
}

uint64_t dlc_context_bytes_for(const int64_t *max_dims) {
  struct dlc_rt_text error = {0, 0};
  uint64_t bytes;
  if (!max_dims)
    return dlc_rt_model.model.context_bytes;
  if (dlc_rt_measure_arena(max_dims, &bytes, &error))
    return 0;
  return DLC_RT_HEAD_BYTES + dlc_rt_sizes_bytes() + bytes;
}
