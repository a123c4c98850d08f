/* Distance of the close from the mean of the last `period`, in their population standard
 * deviations. NaN where the price has stood still (0 / 0), which mean and deviation show exactly.
 */
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
  const double *close = input->series->close;
  double *restrict out = outputs[0];
  for (size_t t = 0, n = input->series->n_bars; t < n; t++)
    out[t] = (close[t] - mean[t]) / spread[t];
  return BT_OK;
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 2, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"zscore"};

extern const bt_indicator bt_indicator_zscore;
const bt_indicator bt_indicator_zscore = {
    .name = "zscore",
    .summary = "(close - SMA) / standard deviation; undefined on a flat price",
    .source = "TA-Lib SMA and STDDEV, but from exact means and deviations",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
