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
  return (uint64_t)sizes[dlc_rt_num_all_symbols() + dlc_rt_model.num_dims];
}

/* The dimensions of all inputs and outputs in the array of sizes. */
static const int64_t *getDims(const int64_t *sizes) {
  return sizes + dlc_rt_num_all_symbols();
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
static void putDimension(struct dlc_rt_text *error, struct dlc_rt_source source,
                         int64_t size) {
  dlc_rt_put(error, source.tensor);
  dlc_rt_put(error, ": dimension ");
  dlc_rt_put_number(error, source.dim);
  dlc_rt_put(error, " (");
  dlc_rt_put(error, source.dim_name);
  putSize(error, ")", size);
}

static struct dlc_rt_source getSource(const dlc_tensor_info *info,
                                      int32_t dim) {
  return (struct dlc_rt_source){info->name, info->dim_names[dim], dim};
}

/*===----------------------------------------------------------------------===*
 * Choosing
 *===----------------------------------------------------------------------===*/

static int isInBounds(const dlc_symbol *symbol, int64_t size) {
  return symbol->min <= size && size <= symbol->max;
}

dlc_status dlc_rt_fail_bounds(struct dlc_rt_text *error,
                              const dlc_symbol *symbol) {
  dlc_rt_put(error, ", the model takes ");
  dlc_rt_put_number(error, symbol->min);
  dlc_rt_put(error, " to ");
  dlc_rt_put_number(error, symbol->max);
  return DLC_INVALID_ARGUMENT;
}

/* Appends `, at most 64` for each length that the context keeps. */
static void putRooms(struct dlc_rt_text *error, const int64_t *sizes) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  for (uint64_t room = model->num_symbols; room < dlc_rt_num_all_symbols();
       ++room)
    for (uint32_t i = 0; i < model->num_states; ++i) {
      if (dlc_rt_model.state_rooms[i] != (int32_t)room)
        continue;
      dlc_rt_put(error, ", room for ");
      putSize(error, model->symbols[model->states[i].symbol].name, sizes[room]);
      break;
    }
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
  putRooms(error, sizes);
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
      putDimension(error, getSource(&model->inputs[i], d), inputs[i].dims[d]);
      dlc_rt_put(error, ", needed is ");
      dlc_rt_put_number(error, *want);
      return DLC_INVALID_ARGUMENT;
    }
  return DLC_OK;
}

dlc_status dlc_rt_choose_sizes(dlc_context *context, const int64_t *symbols,
                               const dlc_tensor *inputs) {
  struct dlc_rt_text error =
      dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
  int64_t *sizes = dlc_rt_get_sizes(context);
  uint64_t count = dlc_rt_num_all_symbols();
  uint64_t total = count + dlc_rt_model.num_dims;
  int64_t before[total + 1], failed = -1;
  int isNew = !context->has_sizes || !isSame(sizes, symbols, count);
  if (isNew) {
    copy(before, sizes, total);
    copy(sizes, symbols, count);
    failed = dlc_rt_model.prepare(sizes);
  }
  dlc_status status = checkPrepared(context, sizes, failed, &error);
  if (!status && isNew && dlc_rt_model.check_states)
    status = dlc_rt_model.check_states(context, before + count, &error);
  if (!status && inputs)
    status = checkDerived(sizes, inputs, &error);
  if (!status) {
    context->has_sizes = 1;
    context->error[0] = 0;
  } else if (isNew && (context->has_sizes || context->has_content)) {
    copy(sizes, before, count);
    dlc_rt_model.prepare(sizes);
  }
  return status;
}

static dlc_status checkBounds(const int64_t *symbols,
                              struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  for (uint32_t i = 0; i < model->num_symbols; ++i)
    if (!isInBounds(&model->symbols[i], symbols[i])) {
      putSize(error, model->symbols[i].name, symbols[i]);
      return dlc_rt_fail_bounds(error, &model->symbols[i]);
    }
  return DLC_OK;
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
  int64_t symbols[dlc_rt_num_all_symbols() + 1];
  copy(symbols, dims, model->num_symbols);
  if (dlc_rt_model.keep_symbols)
    dlc_rt_model.keep_symbols(context, symbols);
  dlc_status status = checkBounds(symbols, &error);
  return status ? status : dlc_rt_choose_sizes(context, symbols, 0);
}

/*===----------------------------------------------------------------------===*
 * From tensors
 *===----------------------------------------------------------------------===*/

dlc_status dlc_rt_bind_symbol(int32_t s, struct dlc_rt_source source,
                              int64_t size, int64_t *symbols,
                              struct dlc_rt_source *sources,
                              struct dlc_rt_text *error) {
  const dlc_symbol *symbol = &dlc_rt_model.model.symbols[s];
  if (sources[s].tensor && symbols[s] == size)
    return DLC_OK;
  if (!sources[s].tensor && isInBounds(symbol, size)) {
    sources[s] = source;
    symbols[s] = size;
    return DLC_OK;
  }
  dlc_rt_put(error, "input ");
  putDimension(error, source, size);
  if (!sources[s].tensor)
    return dlc_rt_fail_bounds(error, symbol);
  dlc_rt_put(error, ", input ");
  putDimension(error, sources[s], symbols[s]);
  return DLC_INVALID_ARGUMENT;
}

/* True if the context keeps a symbol. */
static int isKept(int32_t symbol) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  for (uint32_t i = 0; i < model->num_states; ++i)
    if (model->states[i].symbol == symbol)
      return 1;
  return 0;
}

static dlc_status bindSymbols(const dlc_tensor *inputs, int64_t *symbols,
                              struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  struct dlc_rt_source sources[model->num_symbols + 1];
  for (uint32_t i = 0; i < model->num_symbols; ++i)
    sources[i].tensor = 0;
  const int32_t *symbol = dlc_rt_model.dim_symbols;
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    for (int32_t d = 0; d < inputs[i].rank; ++d, ++symbol) {
      /* What must be as long as a state is compared when all is known. */
      if (*symbol < 0 || isKept(*symbol))
        continue;
      dlc_status status =
          dlc_rt_bind_symbol(*symbol, getSource(&model->inputs[i], d),
                             inputs[i].dims[d], symbols, sources, error);
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
  int64_t symbols[dlc_rt_num_all_symbols() + 1];
  if (dlc_rt_model.keep_symbols)
    dlc_rt_model.keep_symbols(context, symbols);
  dlc_status status = bindSymbols(inputs, symbols, &error);
  if (!status) /* those that the context keeps */
    status = checkBounds(symbols, &error);
  if (!status)
    status = dlc_rt_choose_sizes(context, symbols, inputs);
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
      return dlc_rt_fail_bounds(error, symbol);
    }
  }
  for (uint32_t i = 0; i < model->num_states; ++i)
    if (dlc_rt_model.state_rooms[i] >= 0)
      sizes[dlc_rt_model.state_rooms[i]] = sizes[model->states[i].symbol];
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
