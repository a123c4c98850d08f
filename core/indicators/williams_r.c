/* Williams' %R: where the close lies between the highest high (0) and the lowest low (-100) of the
 * last `period` bars. First value on bar period-1. NaN where both are equal, even if the close lies
 * a rounding beside them: TA-Lib gives 0 there. */
#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/period.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request tops = {"highest", params, 1, 0}, bottoms = {"lowest", params, 1, 0};
  const double *close = input->series->close, *highest = NULL, *lowest = NULL;
  bt_status status = bt_indicator_get(&highest, input->others, &tops, err);
  if (!status) status = bt_indicator_get(&lowest, input->others, &bottoms, err);
  if (status) return status;
  double *restrict out = outputs[0];
  for (size_t t = 0; t < input->series->n_bars; t++) {
    double range = highest[t] - lowest[t];
    out[t] = range > 0 ? 100 * ((close[t] - highest[t]) / range) : (double)NAN;
  }
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"williams_r"};

extern const bt_indicator bt_indicator_williams_r;
const bt_indicator bt_indicator_williams_r = {
    .name = "williams_r",
    .summary = "Williams' %R: 100 (close - highest high) / (highest high - lowest low) of `period` "
               "bars; undefined where these are equal",
    .source = "Larry Williams; TA-Lib WILLR",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
