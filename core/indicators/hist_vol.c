/* Historical volatility: sample standard deviation of the last `period` logarithms of close[t] /
 * close[t-1], times sqrt(per_year). First value on bar `period`, the first one with so many
 * returns: what TTR's volatility(n, calc = "close") counts are closes, n = period + 1. Exactly 0 on
 * a flat price. */
#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/window_moments.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const double *close = input->series->close;
  size_t n = input->series->n_bars;
  double *restrict out = outputs[0];
  out[0] = (double)NAN;
  for (size_t t = 1; t < n; t++) out[t] = log(close[t] / close[t - 1]);
  bt_status status = bt_indicator__squares(out, n, (size_t)params[0], err);
  for (size_t t = 0; t < n && !status; t++) out[t] = sqrt(out[t] / (params[0] - 1) * params[1]);
  return status;
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 2, .most = 1e6, .whole = 1, .meaning = "returns"},
    {.name = "per_year", .preset = 252, .least = 1, .most = 1e9, .meaning = "bars a year"}};
static const char *const outputs[] = {"hist_vol"};

extern const bt_indicator bt_indicator_hist_vol;
const bt_indicator bt_indicator_hist_vol = {
    .name = "hist_vol",
    .summary = "historical volatility: sample standard deviation of the last `period` log returns "
               "x sqrt(per_year)",
    .source = "TTR volatility (calc = \"close\", n = period + 1)",
    .params = params,
    .n_params = 2,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_changes,
    .compute = compute};
