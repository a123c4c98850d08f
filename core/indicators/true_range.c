/* The true range of each bar from the second one on: what atr averages. */
#include "core/indicators/true_range.h"

#include "core/indicator.h"
#include "core/indicators/undefined.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)params;
  (void)err;
  const bt_series *s = input->series;
  double *restrict out = outputs[0];
  bt_indicator__fill_nan(out, s->n_bars ? 1 : 0);
  for (size_t t = 1; t < s->n_bars; t++)
    out[t] = bt_indicator__true_range(s->high[t], s->low[t], s->close[t - 1]);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)values;
  (void)output;
  return 1;
}

static const char *const outputs[] = {"true_range"};

extern const bt_indicator bt_indicator_true_range;
const bt_indicator bt_indicator_true_range = {
    .name = "true_range",
    .summary = "the widest of high - low, high - close before, close before - low",
    .source = "Wilder 1978; TA-Lib TRANGE",
    .params = NULL,
    .n_params = 0,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
