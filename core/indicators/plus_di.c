/* Wilder's +DI: the part that up moves have of the true ranges, 0 to 100, from the sums of
 * directional_movement.c. First value on bar `period`. NaN until something has moved; TA-Lib gives
 * 0 there, and leaves out the factor 100 at a period of 1. */
#include "core/indicator.h"
#include "core/indicators/directional.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const double *moves = NULL, *ranges = NULL;
  bt_status status = bt_indicator__directional_sum(&moves, input, params, BT_PLUS_DM, err);
  if (!status) status = bt_indicator__directional_sum(&ranges, input, params, BT_DM_RANGE, err);
  if (status) return status;
  double *restrict out = outputs[0];
  for (size_t t = 0; t < input->series->n_bars; t++)
    out[t] = ranges[t] >= BT_DM_LEAST ? 100 * (moves[t] / ranges[t]) : (double)NAN;
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0];
}

static const bt_param params[] = {
    {.name = "period", .preset = 14, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"plus_di"};

extern const bt_indicator bt_indicator_plus_di;
const bt_indicator bt_indicator_plus_di = {
    .name = "plus_di",
    .summary = "100 x Wilder's average up move / average true range; undefined until something "
               "has moved; from bar period",
    .source = "Wilder 1978; TA-Lib PLUS_DI",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
