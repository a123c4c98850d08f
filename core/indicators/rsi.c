/* Wilder's relative strength index of the close: 100 G / (G + L) with G and L Wilder averages of
 * the gains and losses, seeded by the first `period` changes: plain sums in order over the period,
 * as TA-Lib has them. First value on bar `period`. NaN where nothing has moved (G + L = 0). */
#include "core/indicator.h"
#include "core/indicators/recurrence.h"

static double strength(double gain, double loss)
{
  return 100 * (gain / (gain + loss)); /* 0 / 0 is NaN: nothing has moved */
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  const double *close = input->series->close;
  size_t n = input->series->n_bars, period = (size_t)params[0];
  double *out = outputs[0], gain = 0, loss = 0;
  bt_indicator__fill_nan(out, n < period ? n : period);
  for (size_t t = 1; t < n; t++) {
    double change = close[t] - close[t - 1];
    double up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
    if (t <= period) { /* sums until the seed is whole */
      gain += up;
      loss += down;
      if (t < period) continue;
      gain /= params[0];
      loss /= params[0];
    } else {
      gain = bt_indicator__wilder_step(gain, up, params[0]);
      loss = bt_indicator__wilder_step(loss, down, params[0]);
    }
    out[t] = strength(gain, loss);
  }
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0];
}

static const bt_param params[] = {
    {.name = "period", .preset = 14, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"rsi"};

extern const bt_indicator bt_indicator_rsi;
const bt_indicator bt_indicator_rsi = {
    .name = "rsi",
    .summary = "relative strength index, 0 to 100; undefined where nothing has moved",
    .source = "Wilder 1978; TA-Lib RSI",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
