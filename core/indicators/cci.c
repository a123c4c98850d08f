/* Lambert's commodity channel index: the typical price less its mean over the last `period` bars,
 * divided by 0.015 x the mean distance of those from that mean. First value on bar period-1 (Tulip
 * needs period-1 bars more). NaN where the typical price of the window stands still, but for
 * rounding: other libraries answer with its noise. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/mean_deviation.h"
#include "core/indicators/period.h"
#include "core/indicators/typical_price.h"
#include "core/indicators/undefined.h"

/* scratch holds 2 n values. */
static bt_status fill(double *restrict out, const bt_series *s, size_t period,
                      double *restrict scratch, bt_error *err)
{
  size_t n = s->n_bars;
  double *typical = scratch, *deviation = scratch + n;
  bt_exact_sums *sums = NULL;
  for (size_t t = 0; t < n; t++) typical[t] = bt_indicator__typical_price(s, t);
  bt_status status = bt_exact_sums_new(&sums, typical, n, err);
  if (status) return status;
  bt_exact_moving_mean(out, sums, period);
  bt_exact_sums_free(sums);
  status = bt_indicator__mean_deviation(deviation, typical, out, n, period, err);
  if (status) return status;
  for (size_t t = 0; t < n; t++) {
    double index = (typical[t] - out[t]) / (0.015 * deviation[t]);
    out[t] = bt_indicator__has_moved(deviation[t], out[t]) ? index : (double)NAN;
  }
  return BT_OK;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  size_t n = input->series->n_bars, period = (size_t)params[0];
  if (n < period) {
    bt_indicator__fill_nan(outputs[0], n);
    return BT_OK;
  }
  double *scratch = malloc(2 * n * sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "cci");
  bt_status status = fill(outputs[0], input->series, period, scratch, err);
  free(scratch);
  return status;
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 2, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"cci"};

extern const bt_indicator bt_indicator_cci;
const bt_indicator bt_indicator_cci = {
    .name = "cci",
    .summary = "commodity channel index: (typical price - its mean) / (0.015 x its mean deviation) "
               "over `period` bars, typical price being (high + low + close) / 3; undefined where "
               "it stands still",
    .source = "Lambert 1980; TA-Lib CCI",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
