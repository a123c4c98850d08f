/* Hull's moving average of the close: the WMA over sqrt(period) bars of 2 WMA(period / 2) -
 * WMA(period). Both period / 2 and sqrt(period) are cut off to whole numbers, as in TTR and Tulip
 * (others round the root). First value on bar period - 1 + sqrt(period) - 1. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/window_means.h"

static size_t smoothing(double period)
{
  return (size_t)sqrt(period);
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const double half = floor(params[0] / 2);
  const bt_indicator_request quick = {"wma", &half, 1, 0}, slow = {"wma", params, 1, 0};
  const double *near = NULL, *far = NULL;
  bt_status status = bt_indicator_get(&near, input->others, &quick, err);
  if (!status) status = bt_indicator_get(&far, input->others, &slow, err);
  if (status) return status;
  size_t n = input->series->n_bars;
  double *ahead = malloc(n * sizeof *ahead);
  if (!ahead) return bt_fail_nomem(err, "hma");
  for (size_t t = 0; t < n; t++) ahead[t] = 2 * near[t] - far[t];
  status = bt_indicator__weighted_window_means(outputs[0], ahead, n, smoothing(params[0]), err);
  free(ahead);
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0] - 1 + smoothing(values[0]) - 1;
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 2, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"hma"};

extern const bt_indicator bt_indicator_hma;
const bt_indicator bt_indicator_hma = {
    .name = "hma",
    .summary = "Hull's moving average: WMA(sqrt(period)) of 2 WMA(period/2) - WMA(period), both "
               "cut off to whole bars",
    .source = "Hull 2005; TTR HMA, Tulip hma",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
