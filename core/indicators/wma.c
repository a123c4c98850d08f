/* Linearly weighted moving average of the close: weights 1 for the oldest of `period` closes to
 * period for the newest, over their sum period (period + 1) / 2. First value on bar period-1, as in
 * TA-Lib, Tulip and TTR. Exactly the price where that stands still. */
#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/window_means.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  return bt_indicator__weighted_window_means(outputs[0], s->close, s->n_bars, (size_t)params[0],
                                             err);
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"wma"};

extern const bt_indicator bt_indicator_wma;
const bt_indicator bt_indicator_wma = {
    .name = "wma",
    .summary = "weighted moving average: mean of the last `period` closes with weights 1 to period",
    .source = "TA-Lib WMA",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
