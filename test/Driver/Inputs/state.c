/* Steps a model with states through its C ABI. */
#include "state.h"
#include <stdio.h>

static float x[4 * 8 * 4], sum[16], old[16];

static int run(dlc_context *context, int64_t batch, int64_t rows) {
  if (state_run(context, x, batch, rows, sum, old) != DLC_OK) {
    printf("refused: %s\n", state_last_error(context));
    return 0;
  }
  printf("sum %g, before %g, length %d\n", sum[0], old[0],
         (int)state_state_length(context, STATE_STATE_PAST_ROWS));
  return 1;
}

static void readCalls(dlc_context *context) {
  int64_t calls = -1, dims[1];
  dlc_tensor tensor = {&calls, DLC_INT64, 1, dims};
  if (state_state_read(context, STATE_STATE_CALLS, &tensor) == DLC_OK)
    printf("calls %d of [%d]\n", (int)calls, (int)dims[0]);
  else
    printf("read: %s\n", state_last_error(context));
}

int main(void) {
  dlc_context *a, *b, *small;
  for (int i = 0; i < 4 * 8 * 4; ++i)
    x[i] = 1;
  if (state_create(NULL, &a) || state_create(NULL, &b))
    return 1;
  readCalls(a);
  run(a, 2, 3);
  run(a, 2, 1);
  readCalls(a);
  run(a, 3, 1); /* another batch */
  run(a, 2, 5); /* no room */
  printf("fork %d\n", state_state_fork(a, b));
  run(b, 2, 4);
  run(a, 2, 1);
  readCalls(b);
  printf("rewind %d: %s\n", state_state_rewind(a, 2), state_last_error(a));
  printf("reset %d, length %d\n", state_state_reset(a),
         (int)state_state_length(a, STATE_STATE_PAST_ROWS));
  run(a, 1, 8);
  printf("length of what doesn't grow: %d\n",
         (int)state_state_length(a, STATE_STATE_CALLS));

  /* What is written must fit, and is what the next call begins with. */
  float rows[3 * 4] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5};
  int64_t rowDims[3] = {1, 3, 4}, callDims[1] = {1}, calls = 41;
  dlc_tensor states[2] = {{rows, DLC_FLOAT32, 3, rowDims},
                          {&calls, DLC_INT64, 1, callDims}};
  printf("write %d\n", state_state_write(a, states, 2));
  run(a, 1, 1);
  readCalls(a);
  printf("%d: %s\n", state_state_write(a, states, 1), state_last_error(a));
  rowDims[1] = 9;
  printf("%d: %s\n", state_state_write(a, states, 2), state_last_error(a));
  rowDims[1] = 3;
  rowDims[2] = 5;
  printf("%d: %s\n", state_state_write(a, states, 2), state_last_error(a));

  /* A context for less needs less, and takes less. */
  int64_t max[STATE_NUM_SIZES] = {0};
  max[STATE_SIZE_PAST] = 2;
  dlc_options options = DLC_OPTIONS_INIT;
  options.max_dims = max;
  if (state_create(&options, &small))
    return 1;
  printf("smaller: %d\n", state_context_bytes_for(max) <
                              state_dlc_model_v1()->context_bytes);
  run(small, 1, 2);
  run(small, 1, 1);
  run(a, 1, 3);
  printf("fork %d: %s\n", state_state_fork(a, small),
         state_last_error(small));
  printf("fork of itself %d\n", state_state_fork(a, a));
  state_destroy(a);
  state_destroy(b);
  state_destroy(small);
  return 0;
}
