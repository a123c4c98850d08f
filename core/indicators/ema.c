/* Exponential moving average of the close, seeded by the SMA of its first `period` values. */
#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/undefined.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  const bt_series *s = input->series;
  size_t period = (size_t)params[0];
  if (period > s->n_bars) {
    bt_indicator__fill_nan(outputs[0], s->n_bars);
    return BT_OK;
  }
  double seed = bt_exact_mean(input->close_sums, 0, period);
  bt_indicator__ema(outputs[0], s->close, s->n_bars, period - 1, seed, params[0]);
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"ema"};

extern const bt_indicator bt_indicator_ema;
const bt_indicator bt_indicator_ema = {.name = "ema",
                                       .summary =
                                           "exponential moving average: e += 2/(period+1) (close - "
                                           "e), seeded by the mean of the first `period` closes",
                                       .source = "TA-Lib EMA (default compatibility)",
                                       .params = params,
                                       .n_params = 1,
                                       .outputs = outputs,
                                       .n_outputs = 1,
                                       .first_bar = bt_indicator__first_window,
                                       .compute = compute};
