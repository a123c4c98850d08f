#include "runners/combo_stats.h"

#include <math.h>
#include <stdlib.h>

static int compare_double(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Place (n - 1) * share, between two values their weighted mean. */
static double quantile(const double *sorted, size_t n, double share)
{
  double place = share * (double)(n - 1);
  size_t below = (size_t)place;
  double weight = place - (double)below;
  if (below + 1 >= n) return sorted[n - 1];
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

/* Summed as distances from one of the values: equal values have exactly their value as mean. The
 * order is that of the sorted values, so it does not depend on the order of the tickers. */
static double mean(const double *sorted, size_t n)
{
  double origin = sorted[n / 2], total = 0;
  for (size_t i = 0; i < n; i++) total += sorted[i] - origin;
  double value = origin + total / (double)n;
  return isfinite(value) ? value : (double)NAN;
}

bt_combo_stats bt_combo_stats_compute(double *values, size_t n)
{
  size_t count = 0, n_positive = 0;
  for (size_t i = 0; i < n; i++)
    if (!isnan(values[i])) values[count++] = values[i];
  const double none = (double)NAN;
  bt_combo_stats stats = {0, none, none, none, none, none, none, none};
  if (count == 0) return stats;
  for (size_t i = 0; i < count; i++) n_positive += values[i] > 0;
  qsort(values, count, sizeof *values, compare_double);
  stats.n_tickers = count;
  stats.mean = mean(values, count);
  stats.median = quantile(values, count, 0.5);
  stats.p25 = quantile(values, count, 0.25);
  stats.p75 = quantile(values, count, 0.75);
  stats.lowest = values[0];
  stats.highest = values[count - 1];
  stats.share_positive = (double)n_positive / (double)count;
  return stats;
}
