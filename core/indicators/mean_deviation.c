#include "core/indicators/mean_deviation.h"

#include <math.h>

#include "core/indicators/undefined.h"
#include "core/lanes.h"

enum { AT_ONCE = 16, VECTORS = AT_ONCE / BT_WIDTH }; /* windows; a lane each, so no sum is split */

double bt_indicator__deviation_sum(const double *x, size_t n, double mean)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += fabs(x[i] - mean);
  return sum;
}

/* The same for AT_ONCE windows that begin one bar after the other. */
static void sum_windows(double *out, const double *x, size_t period, const double *means)
{
  bt_vector sum[VECTORS] = {{0}}, mean[VECTORS];
  for (size_t k = 0; k < VECTORS; k++) mean[k] = bt_vector_load(means + k * BT_WIDTH);
  for (size_t i = 0; i < period; i++)
    for (size_t k = 0; k < VECTORS; k++)
      sum[k] += bt_vector_abs(bt_vector_load(x + i + k * BT_WIDTH) - mean[k]);
  for (size_t k = 0; k < VECTORS; k++) bt_vector_store(out + k * BT_WIDTH, sum[k]);
}

void bt_indicator__direct_deviation(double *restrict out, const double *restrict x,
                                    const double *restrict mean, size_t n, size_t period)
{
  size_t first = period - 1, t = first;
  for (; t + AT_ONCE <= n; t += AT_ONCE) sum_windows(out + t, x + t - first, period, mean + t);
  for (; t < n; t++) out[t] = bt_indicator__deviation_sum(x + t - first, period, mean[t]);
  for (t = first; t < n; t++) out[t] /= (double)period;
}

bt_status bt_indicator__mean_deviation(double *restrict out, const double *restrict x,
                                       const double *restrict mean, size_t n, size_t period,
                                       bt_error *err)
{
  bt_indicator__fill_nan(out, period - 1);
  if (period > BT_DEVIATION_DIRECT_MOST)
    return bt_indicator__ranked_deviation(out, x, mean, n, period, err);
  bt_indicator__direct_deviation(out, x, mean, n, period);
  return BT_OK;
}
