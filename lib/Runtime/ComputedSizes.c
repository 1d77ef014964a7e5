/*===- ComputedSizes.c - Sizes found while a model runs -------------------===*\
|*                                                                            *|
|* Part of the dlc project, under the Apache License v2.0 with LLVM           *|
|* Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception        *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "Runtime.h"

/* Begin with dlc_, and get the model's prefix when the model is linked. */
dlc_status dlc_result_dims(const dlc_context *context, dlc_tensor *outputs,
                           size_t num_outputs);

enum { NumbersOfState = 3 };

/* Of a size that hasn't been found. */
static const int64_t NotFound = INT64_MIN + 0x5a5a5a5a;

/* In the array of sizes: the number of the check that failed, the sizes that
 * have been found, and the dimensions of all inputs and outputs. */
static int64_t *getFound(const dlc_context *context) {
  return dlc_rt_get_sizes(context) + dlc_rt_num_all_symbols() +
         dlc_rt_model.num_dims + 1 +
         NumbersOfState * dlc_rt_model.model.num_states;
}

void dlc_rt_begin_computing(dlc_context *context) {
  int64_t *found = getFound(context);
  context->has_results = 0;
  *found++ = -1;
  for (uint32_t i = 0; i < dlc_rt_model.model.num_computed_sizes; ++i)
    found[i] = NotFound;
}

/* True if `text` has `name` in it. */
static int mentions(const char *text, const char *name) {
  for (; *text; ++text) {
    size_t i = 0;
    while (name[i] && text[i] == name[i])
      ++i;
    if (!name[i])
      return 1;
  }
  return 0;
}

dlc_status dlc_rt_end_computing(dlc_context *context) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  const int64_t *found = getFound(context);
  int64_t failed = *found++;
  if (failed < 0) {
    context->has_results = 1;
    return DLC_OK;
  }
  struct dlc_rt_text error =
      dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
  const char *text = dlc_rt_model.checks[failed];
  dlc_rt_put(&error, text);
  const char *separator = " (";
  for (uint32_t i = 0; i < model->num_computed_sizes; ++i) {
    const char *name = model->computed_sizes[i].name;
    if (found[i] == NotFound || !mentions(text, name))
      continue;
    dlc_rt_put(&error, separator);
    dlc_rt_put(&error, name);
    dlc_rt_put(&error, " is ");
    dlc_rt_put_number(&error, found[i]);
    separator = ", ";
  }
  if (separator[0] == ',')
    dlc_rt_put(&error, ")");
  return DLC_INVALID_ARGUMENT;
}

dlc_status dlc_result_dims(const dlc_context *given, dlc_tensor *outputs,
                           size_t num_outputs) {
  const dlc_model_v1 *model = &dlc_rt_model.model;
  if (!given || given->owner != &dlc_rt_model)
    return DLC_INVALID_ARGUMENT;
  dlc_context *context = (dlc_context *)given; /* for the error alone */
  if (!context->has_results) {
    struct dlc_rt_text error =
        dlc_rt_begin_error(context->error, DLC_RT_ERROR_BYTES);
    dlc_rt_put(&error, "there is no run that has found sizes");
    return DLC_INVALID_ARGUMENT;
  }
  dlc_status status = dlc_rt_check_outputs(context, outputs, num_outputs);
  if (status)
    return status;
  const int64_t *dims =
      getFound(context) + 1 + dlc_rt_model.model.num_computed_sizes;
  for (uint32_t i = 0; i < model->num_inputs; ++i)
    dims += model->inputs[i].rank;
  for (uint32_t i = 0; i < model->num_outputs; ++i)
    for (int32_t d = 0; d < outputs[i].rank; ++d)
      outputs[i].dims[d] = *dims++;
  return DLC_OK;
}
