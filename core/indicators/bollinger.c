/* Bollinger bands: the mean of the last `period` closes, and `width` of their population standard
 * deviations above and below it. On a flat price all three are exactly that price. */
#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/period.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request of_mean = {"sma", params, 1, 0}, of_spread = {"stddev", params, 1, 0};
  const double *mean = NULL, *spread = NULL;
  bt_status status = bt_indicator_get(&mean, input->others, &of_mean, err);
  if (!status) status = bt_indicator_get(&spread, input->others, &of_spread, err);
  if (status) return status;
  double *restrict upper = outputs[BT_UPPER], *restrict lower = outputs[BT_LOWER];
  double *restrict middle = outputs[BT_MIDDLE], width = params[1];
  for (size_t t = 0, n = input->series->n_bars; t < n; t++) {
    double distance = width * spread[t];
    middle[t] = mean[t];
    upper[t] = mean[t] + distance;
    lower[t] = mean[t] - distance;
  }
  return BT_OK;
}

static const bt_param params[] = {
    BT_INDICATOR_PERIOD(20),
    {.name = "width", .preset = 2, .least = 0, .most = 1e6, .meaning = "standard deviations"}};
static const char *const outputs[] = {"upper", "middle", "lower"};

extern const bt_indicator bt_indicator_bollinger;
const bt_indicator bt_indicator_bollinger = {
    .name = "bollinger",
    .summary = "Bollinger bands: SMA, and `width` standard deviations above and below it",
    .source = "Bollinger 2001; TA-Lib BBANDS (SMA), but from exact means and deviations",
    .params = params,
    .n_params = 2,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
