#include "core/indicators/window_means.h"

#include <math.h>

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

bt_status bt_indicator__window_means(double *restrict out, const double *restrict x, size_t n,
                                     size_t period, bt_error *err)
{
  bt_status status = bt_indicator__window_sums(out, x, n, period, err);
  if (status) return status;
  for (size_t t = period - 1; t < n; t++) out[t] /= (double)period;
  return BT_OK;
}

bt_status bt_indicator__weighted_window_means(double *restrict out, const double *restrict x,
                                              size_t n, size_t period, bt_error *err)
{
  const double share = 2 / ((double)period * ((double)period + 1)); /* of weight 1 */
  bt_status status = bt_indicator__weighted_window_sums(out, x, n, period, err);
  if (status) return status;
  for (size_t t = period - 1; t < n; t++) out[t] *= share;
  bt_indicator__settle_flat(out, x, n, period);
  return BT_OK;
}
