#include "core/indicators/window_means.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/indicators/undefined.h"
#include "core/indicators/window_sums.h"

/* Looks from the end of a window back as far as values are equal; the next window that may be flat
 * begins there. */
void bt_indicator__settle_flat(double *restrict out, const double *restrict x, size_t n,
                               size_t period)
{
  for (size_t begin = 0; begin + period <= n;) {
    size_t last = begin + period - 1, t = last;
    while (t > begin && x[t - 1] == x[last]) t--;
    if (t == begin)
      for (t = last; t == last || (t < n && x[t] == x[begin]); t++)
        if (!isnan(out[t])) out[t] = x[t];
    begin = t;
  }
}

/* The sums of one part of a series; scratch: 4 n. */
static void sum_part(double *restrict out, const double *restrict x, double *restrict scratch,
                     size_t n, size_t period, bool weighted)
{
  if (weighted) {
    bt_indicator__weighted_window_sums(out, x, scratch, n, period);
    return;
  }
  memcpy(scratch, x, n * sizeof *scratch);
  bt_indicator__window_sums(out, scratch, scratch + n, n, period);
}

/* The sums that end on each value; NaN before the first window. */
static bt_status sum_up(double *restrict out, const double *restrict x, size_t n, size_t period,
                        bool weighted, bt_error *err)
{
  bt_indicator__fill_nan(out, period - 1 < n ? period - 1 : n);
  if (period > n) return BT_OK;
  size_t length = bt_indicator__part_length(n, period);
  double *scratch = malloc(4 * length * sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "means over windows");
  for (size_t first = 0; first + period <= n; first += length - period + 1) {
    size_t taken = length < n - first ? length : n - first;
    sum_part(out + first + period - 1, x + first, scratch, taken, period, weighted);
  }
  free(scratch);
  return BT_OK;
}

bt_status bt_indicator__window_means(double *restrict out, const double *restrict x, size_t n,
                                     size_t period, bt_error *err)
{
  bt_status status = sum_up(out, x, n, period, false, err);
  if (status) return status;
  for (size_t t = period - 1; t < n; t++) out[t] /= (double)period;
  return BT_OK;
}

bt_status bt_indicator__weighted_window_means(double *restrict out, const double *restrict x,
                                              size_t n, size_t period, bt_error *err)
{
  const double share = 2 / ((double)period * ((double)period + 1)); /* of weight 1 */
  bt_status status = sum_up(out, x, n, period, true, err);
  if (status) return status;
  for (size_t t = period - 1; t < n; t++) out[t] *= share;
  bt_indicator__settle_flat(out, x, n, period);
  return BT_OK;
}
