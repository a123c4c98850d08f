/* Population standard deviation of the last `period` closes, from the deviations to their exact
 * mean: exactly 0 on a flat price, and free of the cancellation of running sums of squares. */
#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/recurrence.h"

enum { LANES = 4 }; /* a fixed shape of the sum: the same bits whatever the vector width */

static double sum_squares(const double *x, size_t n, double mean)
{
  double lanes[LANES] = {0};
  size_t whole = n - n % LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t k = 0; k < LANES; k++) lanes[k] += (x[i + k] - mean) * (x[i + k] - mean);
  for (size_t i = whole; i < n; i++) lanes[i - whole] += (x[i] - mean) * (x[i] - mean);
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request wanted = {"sma", params, 1, 0};
  const double *close = input->series->close, *mean = NULL;
  bt_status status = bt_indicator_get(&mean, input->others, &wanted, err);
  if (status) return status;
  size_t n = input->series->n_bars, period = (size_t)params[0];
  double *out = outputs[0];
  bt_indicator__fill_nan(out, period - 1 < n ? period - 1 : n);
  for (size_t t = period - 1; t < n; t++)
    out[t] = sqrt(sum_squares(close + t + 1 - period, period, mean[t]) / params[0]);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0] - 1;
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"stddev"};

extern const bt_indicator bt_indicator_stddev;
const bt_indicator bt_indicator_stddev = {
    .name = "stddev",
    .summary = "population standard deviation of the last `period` closes; from bar period-1",
    .source = "TA-Lib STDDEV, but computed from deviations",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
