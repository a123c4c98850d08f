#include "core/indicators/weighted_mean.h"

#include <stdlib.h>

#include "core/indicators/recurrence.h"
#include "core/indicators/rolling_sum.h"

/* A mean of equal values is that value, whatever the roundings. Looks from the end of a window back
 * as far as values are equal; the next window that may be flat begins there. */
static void settle_flat(double *restrict out, const double *restrict x, size_t n, size_t period)
{
  for (size_t begin = 0; begin + period <= n;) {
    size_t last = begin + period - 1, t = last;
    while (t > begin && x[t - 1] == x[last]) t--;
    if (t == begin)
      for (t = last; t < n && x[t] == x[begin]; t++) out[t] = x[t];
    begin = t;
  }
}

bt_status bt_indicator__weighted_mean(double *restrict out, const double *restrict x, size_t n,
                                      size_t period, bt_error *err)
{
  bt_indicator__fill_nan(out, period - 1 < n ? period - 1 : n);
  if (period > n) return BT_OK;
  const double share = 2 / ((double)period * ((double)period + 1)); /* of weight 1 */
  size_t length = bt_indicator__part_length(n, period);
  double *scratch = malloc(4 * length * sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "weighted mean");
  for (size_t first = 0; first + period <= n; first += length - period + 1) {
    size_t taken = length < n - first ? length : n - first;
    double *restrict mean = out + first + period - 1;
    bt_indicator__weighted_window_sums(mean, x + first, scratch, taken, period);
    for (size_t i = 0; i + period <= taken; i++) mean[i] *= share;
  }
  free(scratch);
  settle_flat(out, x, n, period);
  return BT_OK;
}
