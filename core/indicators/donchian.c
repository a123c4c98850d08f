/* Donchian channel: highest high and lowest low of the last `period` bars, the current one
 * included, and the middle of both. */
#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/period.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request of_high = {"highest", params, 1, 0}, of_low = {"lowest", params, 1, 0};
  const double *high = NULL, *low = NULL;
  bt_status status = bt_indicator_get(&high, input->others, &of_high, err);
  if (!status) status = bt_indicator_get(&low, input->others, &of_low, err);
  if (status) return status;
  double *restrict upper = outputs[BT_UPPER], *restrict lower = outputs[BT_LOWER];
  double *restrict middle = outputs[BT_MIDDLE];
  for (size_t t = 0, n = input->series->n_bars; t < n; t++) {
    upper[t] = high[t];
    lower[t] = low[t];
    middle[t] = (high[t] + low[t]) / 2;
  }
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"upper", "middle", "lower"};

extern const bt_indicator bt_indicator_donchian;
const bt_indicator bt_indicator_donchian = {
    .name = "donchian",
    .summary =
        "Donchian channel: highest high and lowest low of the last `period` bars, and their middle",
    .source = "Donchian; TTR DonchianChannel (include.lag = FALSE)",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
