/* Rolling volume-weighted average price: typical price times volume, summed over the last `period`
 * bars, over the sum of their volumes; TTR's VWAP of the typical price. NaN where no bar of the
 * window has a volume, or one is not known. First value on bar period-1. */
#include <stdlib.h>

#include "core/indicators/money_flow.h"
#include "core/indicators/period.h"
#include "core/indicators/typical_price.h"
#include "core/indicators/window_means.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series s = *input->series;
  size_t n = s.n_bars, period = (size_t)params[0];
  double *typical = malloc(2 * n * sizeof *typical);
  if (!typical) return bt_fail_nomem(err, "vwap");
  double *restrict money = typical + n;
  for (size_t t = 0; t < n; t++) typical[t] = bt_indicator__typical_price(&s, t);
  for (size_t t = 0; t < n; t++) money[t] = typical[t] * s.volume[t];
  bt_status status = bt_indicator__flow_ratio(outputs[0], money, s.volume, n, period, err);
  if (!status) bt_indicator__settle_flat(outputs[0], typical, n, period);
  free(typical);
  return status;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"vwap"};

extern const bt_indicator bt_indicator_vwap;
const bt_indicator bt_indicator_vwap = {
    .name = "vwap",
    .summary = "volume-weighted average price: mean of the last `period` typical prices (high + "
               "low + close) / 3 by volume; undefined without one",
    .source = "TTR VWAP of (high + low + close) / 3",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
