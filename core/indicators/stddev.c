/* Population standard deviation of the last `period` closes, from the deviations to their exact
 * mean: exactly 0 on a flat price, and free of the cancellation of running sums of squares. Eight
 * windows at a time, each bar of which adds to the sums of all eight. Long windows go by sums that
 * grow from bar to bar (window_moments.h): O(n) whatever the period, and exactly 0 on a flat price,
 * too. */
#include <string.h>

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/period.h"
#include "core/indicators/undefined.h"
#include "core/indicators/window_moments.h"
#include "core/lanes.h"

enum { LONG_PERIOD = 512 };
enum { SUMS = 4 }; /* a fixed shape of the sum: the same bits whatever the vector width */

static double deviate(const double *x, size_t n, double mean)
{
  double sum[SUMS] = {0};
  for (size_t i = 0; i < n; i++) sum[i % SUMS] += (x[i] - mean) * (x[i] - mean);
  return sqrt(((sum[0] + sum[2]) + (sum[1] + sum[3])) / (double)n);
}

static inline void add_square(bt_vector *sum, const double *x, bt_vector mean)
{
  bt_vector deviation = bt_vector_load(x) - mean;
  *sum += deviation * deviation;
}

/* The same of the windows that begin at x, x + 1, ... x + BT_LANES - 1. */
static inline void deviate_lanes(double *out, const double *x, size_t n, size_t rest,
                                 const double *means)
{
  enum { VECTORS = BT_LANES_VECTORS };
  bt_vector sum[VECTORS][SUMS] = {{{0}}}, mean[VECTORS];
  for (size_t v = 0; v < VECTORS; v++) mean[v] = bt_vector_load(means + v * BT_WIDTH);
  size_t i = 0;
  for (; i + SUMS <= n; i += SUMS)
    for (size_t k = 0; k < SUMS; k++)
      for (size_t v = 0; v < VECTORS; v++)
        add_square(&sum[v][k], x + i + k + v * BT_WIDTH, mean[v]);
  for (size_t k = 0; k < rest; k++)
    for (size_t v = 0; v < VECTORS; v++) add_square(&sum[v][k], x + i + k + v * BT_WIDTH, mean[v]);
  for (size_t v = 0; v < VECTORS; v++) {
    bt_vector all = (sum[v][0] + sum[v][2]) + (sum[v][1] + sum[v][3]);
    bt_vector_store(out + v * BT_WIDTH, bt_vector_sqrt(all / (double)n));
  }
}

/* Called with rest = n % SUMS as a constant, so that the sums stay in registers. */
static inline void fill(double *out, const double *close, const double *mean, size_t n,
                        size_t period, size_t rest)
{
  size_t t = period - 1;
  for (; t + BT_LANES <= n; t += BT_LANES)
    deviate_lanes(out + t, close + t + 1 - period, period, rest, mean + t);
  for (; t < n; t++) out[t] = deviate(close + t + 1 - period, period, mean[t]);
}

static bt_status fill_long(double *out, const bt_series *series, double period, bt_error *err)
{
  memcpy(out, series->close, series->n_bars * sizeof *out);
  bt_status status = bt_indicator__squares(out, series->n_bars, (size_t)period, err);
  for (size_t t = 0; t < series->n_bars && !status; t++) out[t] = sqrt(out[t] / period);
  return status;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  if (params[0] > LONG_PERIOD) return fill_long(outputs[0], input->series, params[0], err);
  const bt_indicator_request wanted = {"sma", params, 1, 0};
  const double *close = input->series->close, *mean = NULL;
  bt_status status = bt_indicator_get(&mean, input->others, &wanted, err);
  if (status) return status;
  size_t n = input->series->n_bars, period = (size_t)params[0];
  double *out = outputs[0];
  bt_indicator__fill_nan(out, period - 1 < n ? period - 1 : n);
  switch (period % SUMS) {
  case 0:
    fill(out, close, mean, n, period, 0);
    break;
  case 1:
    fill(out, close, mean, n, period, 1);
    break;
  case 2:
    fill(out, close, mean, n, period, 2);
    break;
  default:
    fill(out, close, mean, n, period, 3);
    break;
  }
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"stddev"};

extern const bt_indicator bt_indicator_stddev;
const bt_indicator bt_indicator_stddev = {
    .name = "stddev",
    .summary = "population standard deviation of the last `period` closes",
    .source = "TA-Lib STDDEV, but computed from deviations",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
