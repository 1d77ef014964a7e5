/*===- States.c - What a context keeps from call to call ------------------===*
 *
 * Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===----------------------------------------------------------------------===*
 *
 * Linked only into models with states. These lie at the begin of the arena; the
 * array of sizes says where and how large they are. One that grows has room for
 * more positions than it has: rows that are there stay where they are.
 *
 *===----------------------------------------------------------------------===*/

#include "Runtime.h"

/* The C library, without its headers. */
extern void *memcpy(void *to, const void *from, size_t bytes);
extern void *memset(void *to, int value, size_t bytes);

dlc_status dlc_set_dims(dlc_context *context, const int64_t *dims);
dlc_rt_init_states_fn dlc_rt_init_states;
dlc_rt_keep_symbols_fn dlc_rt_keep_symbols;
dlc_rt_check_states_fn dlc_rt_check_states;
dlc_rt_begin_run_fn dlc_rt_begin_run;
dlc_rt_end_run_fn dlc_rt_end_run;
dlc_status dlc_state_reset(dlc_context *context);
dlc_status dlc_state_fork(const dlc_context *from, dlc_context *to);
int64_t dlc_state_length(const dlc_context *context, size_t state);
dlc_status dlc_state_rewind(dlc_context *context, int64_t length);
dlc_status dlc_state_read(dlc_context *context, size_t state,
                          dlc_tensor *tensor);
dlc_status dlc_state_write(dlc_context *context, const dlc_tensor *tensors,
                           size_t num_tensors);

/*===----------------------------------------------------------------------===*
 * In the array of sizes
 *===----------------------------------------------------------------------===*/

/* The three numbers of a state. */
struct Numbers {
  int64_t offset; /* in the arena */
  int64_t length; /* of one that grows, kept here */
  int64_t next;   /* its length after the call */
};

static struct Numbers *getNumbers(const dlc_context *context, size_t state) {
  int64_t *numbers = dlc_rt_get_sizes(context) + dlc_rt_num_all_symbols() +
                     dlc_rt_model.num_dims + 1;
  return (struct Numbers *)numbers + state;
}

/* Where the dimensions of the states begin among all dimensions. */
static uint64_t getFirstDim(void) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  uint64_t first = dlc_rt_model.num_dims;
  for (uint32_t i = 0; i < model->num_states; ++i)
    first -= (uint64_t)model->states[i].rank;
  return first;
}

/* The dimensions of a state's buffer. */
static const int64_t *getDims(const dlc_context *context, size_t state) {
  const int64_t *dims =
      dlc_rt_get_sizes(context) + dlc_rt_num_all_symbols() + getFirstDim();
  for (size_t i = 0; i < state; ++i)
    dims += dlc_rt_model.model.states[i].rank;
  return dims;
}

static int64_t getElementBytes(dlc_dtype dtype) {
  switch (dtype) {
  case DLC_UINT16:
  case DLC_INT16:
  case DLC_FLOAT16:
  case DLC_BFLOAT16:
    return 2;
  case DLC_FLOAT32:
  case DLC_INT32:
  case DLC_UINT32:
    return 4;
  case DLC_INT64:
  case DLC_UINT64:
  case DLC_FLOAT64:
    return 8;
  }
  return 1;
}

/* A state's memory as `count` pieces, of which the first `used` bytes count;
 * they begin `step` bytes apart. */
struct Pieces {
  char *data;
  int64_t count, used, step;
};

static struct Pieces getPieces(const dlc_context *context, size_t state) {
  const dlc_state_info *info = &dlc_rt_model.model.states[state];
  const int64_t *dims = getDims(context, state);
  const struct Numbers *numbers = getNumbers(context, state);
  struct Pieces pieces = {(char *)context->arena + numbers->offset, 1, 0, 0};
  int64_t bytes = getElementBytes(info->dtype);
  int32_t axis = info->axis < 0 ? 0 : info->axis;
  for (int32_t d = 0; d < axis; ++d)
    pieces.count *= dims[d];
  for (int32_t d = info->rank; d-- > axis + (info->axis >= 0);)
    bytes *= dims[d];
  pieces.used = info->axis < 0 ? bytes : bytes * numbers->length;
  pieces.step = info->axis < 0 ? bytes : bytes * dims[axis];
  return pieces;
}

static int isModel(const dlc_context *context) {
  return context && context->owner == &dlc_rt_model;
}

static struct dlc_rt_text beginError(dlc_context *context) {
  return dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
}

/*===----------------------------------------------------------------------===*
 * Around calls
 *===----------------------------------------------------------------------===*/

static void setEmpty(dlc_context *context) {
  for (uint32_t i = 0; i < dlc_rt_model.model.num_states; ++i)
    getNumbers(context, i)->length = 0;
  context->has_content = 0;
}

void dlc_rt_init_states(dlc_context *context, const int64_t *max_dims) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  int64_t *sizes = dlc_rt_get_sizes(context);
  for (uint32_t i = 0; i < model->num_states; ++i) {
    int32_t symbol = model->states[i].symbol;
    if (symbol >= 0)
      sizes[dlc_rt_model.state_rooms[i]] = max_dims && max_dims[symbol]
                                               ? max_dims[symbol]
                                               : model->symbols[symbol].max;
  }
  setEmpty(context);
}

void dlc_rt_keep_symbols(const dlc_context *context, int64_t *symbols) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  for (uint32_t i = 0; i < model->num_states; ++i) {
    int32_t room = dlc_rt_model.state_rooms[i];
    if (room < 0)
      continue;
    symbols[model->states[i].symbol] = getNumbers(context, i)->length;
    symbols[room] = dlc_rt_get_sizes(context)[room];
  }
}

/* A state stays where it is, and as wide. */
dlc_status dlc_rt_check_states(const dlc_context *context,
                               const int64_t *before,
                               struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!context->has_content)
    return DLC_OK;
  before += getFirstDim();
  for (uint32_t i = 0; i < model->num_states; ++i) {
    const dlc_state_info *info = &model->states[i];
    const int64_t *now = getDims(context, i);
    for (int32_t d = 0; d < info->rank; ++d, ++before) {
      if (now[d] == *before)
        continue;
      dlc_rt_put(error, "state ");
      dlc_rt_put(error, info->input);
      dlc_rt_put(error, ": dimension ");
      dlc_rt_put_number(error, d);
      dlc_rt_put(error, " (");
      dlc_rt_put(error, info->dim_names[d]);
      dlc_rt_put(error, ") is ");
      dlc_rt_put_number(error, *before);
      dlc_rt_put(error, ", not ");
      dlc_rt_put_number(error, now[d]);
      dlc_rt_put(error, ", until the state is reset");
      return DLC_INVALID_ARGUMENT;
    }
  }
  return DLC_OK;
}

/* Zeros all states that don't grow. */
static void clearStates(dlc_context *context) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  for (uint32_t i = 0; i < model->num_states; ++i)
    if (model->states[i].axis < 0) {
      struct Pieces pieces = getPieces(context, i);
      memset(pieces.data, 0, (size_t)pieces.used);
    }
}

dlc_status dlc_rt_begin_run(dlc_context *context) {
  dlc_status status = dlc_set_dims(context, dlc_rt_get_sizes(context));
  if (!status && !context->has_content)
    clearStates(context);
  return status;
}

void dlc_rt_end_run(dlc_context *context) {
  for (uint32_t i = 0; i < dlc_rt_model.model.num_states; ++i) {
    struct Numbers *numbers = getNumbers(context, i);
    if (dlc_rt_model.model.states[i].axis >= 0)
      numbers->length = numbers->next;
  }
  context->has_content = 1;
}

/*===----------------------------------------------------------------------===*
 * The interface
 *===----------------------------------------------------------------------===*/

dlc_status dlc_state_reset(dlc_context *context) {
  if (!isModel(context))
    return DLC_INVALID_ARGUMENT;
  setEmpty(context);
  context->error[0] = 0;
  return DLC_OK;
}

int64_t dlc_state_length(const dlc_context *context, size_t state) {
  if (!isModel(context) || state >= dlc_rt_model.model.num_states ||
      dlc_rt_model.model.states[state].axis < 0)
    return -1;
  return getNumbers(context, state)->length;
}

dlc_status dlc_state_rewind(dlc_context *context, int64_t length) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!isModel(context))
    return DLC_INVALID_ARGUMENT;
  struct dlc_rt_text error = beginError(context);
  for (uint32_t i = 0; i < model->num_states; ++i) {
    int64_t now = getNumbers(context, i)->length;
    int grows = model->states[i].axis >= 0;
    if (grows && 0 <= length && length <= now)
      continue;
    dlc_rt_put(&error, "state ");
    dlc_rt_put(&error, model->states[i].input);
    if (!grows) {
      dlc_rt_put(&error, " is replaced by each call: it has no positions");
    } else {
      dlc_rt_put(&error, " has ");
      dlc_rt_put_number(&error, now);
      dlc_rt_put(&error, " positions, not ");
      dlc_rt_put_number(&error, length);
    }
    return DLC_INVALID_ARGUMENT;
  }
  for (uint32_t i = 0; i < model->num_states; ++i)
    getNumbers(context, i)->length = length;
  context->error[0] = 0;
  return DLC_OK;
}

/* Gives a context without content the sizes `symbols` (of which it keeps its
 * own room), of which only those of states matter. */
static dlc_status placeStates(dlc_context *context, int64_t *symbols,
                              struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  int64_t *sizes = dlc_rt_get_sizes(context);
  for (uint32_t i = 0; i < model->num_states; ++i) {
    int32_t room = dlc_rt_model.state_rooms[i];
    int64_t length = room < 0 ? 0 : symbols[model->states[i].symbol];
    if (room >= 0)
      symbols[room] = sizes[room];
    if (room < 0 || length <= sizes[room])
      continue;
    dlc_rt_put(error, "state ");
    dlc_rt_put(error, model->states[i].input);
    dlc_rt_put(error, ": there is room for ");
    dlc_rt_put_number(error, sizes[room]);
    dlc_rt_put(error, " positions, not for ");
    dlc_rt_put_number(error, length);
    return DLC_OUT_OF_MEMORY;
  }
  for (uint64_t i = 0; i < dlc_rt_num_all_symbols(); ++i)
    sizes[i] = symbols[i];
  dlc_rt_model.prepare(sizes);
  context->has_sizes = 0; /* those of the next call aren't known */
  for (uint32_t i = 0; i < model->num_states; ++i) {
    struct Pieces pieces = getPieces(context, i);
    uint64_t end = (uint64_t)(pieces.data - (char *)context->arena) +
                   (uint64_t)(pieces.count * pieces.step);
    if (end <= context->arena_bytes)
      continue;
    dlc_rt_put(error, "the context was made for smaller states");
    return DLC_OUT_OF_MEMORY;
  }
  return DLC_OK;
}

dlc_status dlc_state_fork(const dlc_context *from, dlc_context *to) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!isModel(from) || !isModel(to) || from == to)
    return DLC_INVALID_ARGUMENT;
  setEmpty(to);
  to->error[0] = 0;
  if (!from->has_content)
    return DLC_OK;
  struct dlc_rt_text error = beginError(to);
  int64_t symbols[dlc_rt_num_all_symbols() + 1];
  for (uint64_t i = 0; i < dlc_rt_num_all_symbols(); ++i)
    symbols[i] = dlc_rt_get_sizes(from)[i];
  dlc_rt_keep_symbols(from, symbols);
  dlc_status status = placeStates(to, symbols, &error);
  if (status)
    return status;
  for (uint32_t i = 0; i < model->num_states; ++i) {
    getNumbers(to, i)->length = getNumbers(from, i)->length;
    struct Pieces source = getPieces(from, i), target = getPieces(to, i);
    for (int64_t k = 0; k < source.count; ++k)
      memcpy(target.data + k * target.step, source.data + k * source.step,
             (size_t)source.used);
  }
  to->has_content = 1;
  to->error[0] = 0;
  return DLC_OK;
}

static dlc_status failTensor(struct dlc_rt_text *error,
                             const dlc_state_info *info) {
  dlc_rt_put(error, "state ");
  dlc_rt_put(error, info->input);
  dlc_rt_put(error, ": the tensor has another element type or rank, or no "
                    "place for its dimensions");
  return DLC_INVALID_ARGUMENT;
}

static int fitsState(const dlc_state_info *info, const dlc_tensor *tensor) {
  return tensor->dtype == info->dtype && tensor->rank == info->rank &&
         (!tensor->rank || tensor->dims);
}

dlc_status dlc_state_read(dlc_context *context, size_t state,
                          dlc_tensor *tensor) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!isModel(context))
    return DLC_INVALID_ARGUMENT;
  struct dlc_rt_text error = beginError(context);
  if (state >= model->num_states || !tensor) {
    dlc_rt_put(&error, tensor ? "there is no state " : "the tensor is null");
    if (tensor)
      dlc_rt_put_number(&error, (int64_t)state);
    return DLC_INVALID_ARGUMENT;
  }
  const dlc_state_info *info = &model->states[state];
  if (!fitsState(info, tensor))
    return failTensor(&error, info);
  if (!context->has_content) {
    dlc_rt_put(&error, "nothing is kept before the first call");
    return DLC_INVALID_ARGUMENT;
  }
  const int64_t *dims = getDims(context, state);
  for (int32_t d = 0; d < info->rank; ++d)
    tensor->dims[d] =
        d == info->axis ? getNumbers(context, state)->length : dims[d];
  struct Pieces pieces = getPieces(context, state);
  for (int64_t k = 0; k < pieces.count && tensor->data; ++k)
    memcpy((char *)tensor->data + k * pieces.used,
           pieces.data + k * pieces.step, (size_t)pieces.used);
  context->error[0] = 0;
  return DLC_OK;
}

/* Takes the symbols of the states' dimensions from tensors. */
static dlc_status bindStates(const dlc_tensor *tensors, int64_t *symbols,
                             struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  struct dlc_rt_source sources[model->num_symbols + 1];
  for (uint32_t i = 0; i < model->num_symbols; ++i) {
    sources[i].tensor = 0;
    symbols[i] = model->symbols[i].min;
  }
  const int32_t *symbol = dlc_rt_model.dim_symbols + getFirstDim();
  for (uint32_t i = 0; i < model->num_states; ++i) {
    const dlc_state_info *info = &model->states[i];
    if (!fitsState(info, &tensors[i]))
      return failTensor(error, info);
    for (int32_t d = 0; d < info->rank; ++d, ++symbol) {
      struct dlc_rt_source source = {info->input, info->dim_names[d], d};
      if (*symbol < 0)
        continue;
      dlc_status status = dlc_rt_bind_symbol(
          *symbol, source, tensors[i].dims[d], symbols, sources, error);
      if (status)
        return status;
    }
  }
  return DLC_OK;
}

/* The dimensions that don't follow from symbols. */
static dlc_status checkDims(const dlc_context *context,
                            const dlc_tensor *tensors,
                            struct dlc_rt_text *error) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  for (uint32_t i = 0; i < model->num_states; ++i) {
    const dlc_state_info *info = &model->states[i];
    const int64_t *dims = getDims(context, i);
    int64_t count = 1;
    for (int32_t d = 0; d < info->rank; ++d) {
      count *= tensors[i].dims[d];
      if (d == info->axis || tensors[i].dims[d] == dims[d])
        continue;
      dlc_rt_put(error, "state ");
      dlc_rt_put(error, info->input);
      dlc_rt_put(error, ": dimension ");
      dlc_rt_put_number(error, d);
      dlc_rt_put(error, " is ");
      dlc_rt_put_number(error, tensors[i].dims[d]);
      dlc_rt_put(error, ", needed is ");
      dlc_rt_put_number(error, dims[d]);
      return DLC_INVALID_ARGUMENT;
    }
    if (count && !tensors[i].data) {
      dlc_rt_put(error, "the pointer of state ");
      dlc_rt_put(error, info->input);
      dlc_rt_put(error, " is null");
      return DLC_INVALID_ARGUMENT;
    }
  }
  return DLC_OK;
}

dlc_status dlc_state_write(dlc_context *context, const dlc_tensor *tensors,
                           size_t num_tensors) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!isModel(context))
    return DLC_INVALID_ARGUMENT;
  struct dlc_rt_text error = beginError(context);
  if (!tensors || num_tensors != model->num_states) {
    dlc_rt_put_number(&error, (int64_t)num_tensors);
    dlc_rt_put(&error, " tensors given as states, the model has ");
    dlc_rt_put_number(&error, model->num_states);
    return DLC_INVALID_ARGUMENT;
  }
  int64_t symbols[dlc_rt_num_all_symbols() + 1];
  dlc_status status = bindStates(tensors, symbols, &error);
  if (status)
    return status;
  setEmpty(context);
  status = placeStates(context, symbols, &error);
  if (!status)
    status = checkDims(context, tensors, &error);
  if (status)
    return status;
  for (uint32_t i = 0; i < model->num_states; ++i) {
    if (model->states[i].axis >= 0)
      getNumbers(context, i)->length = symbols[model->states[i].symbol];
    struct Pieces pieces = getPieces(context, i);
    for (int64_t k = 0; k < pieces.count; ++k)
      memcpy(pieces.data + k * pieces.step,
             (const char *)tensors[i].data + k * pieces.used,
             (size_t)pieces.used);
  }
  context->has_content = 1;
  context->error[0] = 0;
  return DLC_OK;
}
