#include "core/indicators/rolling_sum.h"

#include <string.h>

enum { PART_LENGTH = 512, PART_PERIODS = 4 };

size_t bt_indicator__part_length(size_t n, size_t period)
{
  size_t length = PART_PERIODS * period;
  if (length < PART_LENGTH) length = PART_LENGTH;
  return length < n ? length : n;
}

/* At every step sum[i] is the sum of `width` values from x[i] on, and out[i] that of the first
 * `taken` of window i. */
static void double_width(double *restrict twice, const double *restrict sum, size_t n, size_t width)
{
  for (size_t i = 0; i + 2 * width <= n; i++) twice[i] = sum[i] + sum[i + width];
}

static void take(double *restrict out, const double *restrict sum, size_t n_windows, size_t taken)
{
  if (taken == 0) {
    memcpy(out, sum, n_windows * sizeof *out);
    return;
  }
  for (size_t i = 0; i < n_windows; i++) out[i] += sum[i + taken];
}

void bt_indicator__window_sums(double *restrict out, double *restrict x, double *restrict spare,
                               size_t n, size_t period)
{
  double *sum = x, *twice = spare;
  for (size_t width = 1, taken = 0;; width *= 2) {
    if (period & width) {
      take(out, sum, n - period + 1, taken);
      taken += width;
    }
    if (taken == period) return;
    double_width(twice, sum, n, width);
    double *done = sum;
    sum = twice;
    twice = done;
  }
}

/* The sums of values, and those with weights 1, 2, ... */
typedef struct sums {
  const double *plain, *weighted;
} sums;

/* Behind k values, the weights of a sum are k more. out holds n values of either kind. */
static sums double_weighted(double *restrict out, const sums *in, size_t n, size_t width)
{
  const double behind = (double)width;
  const double *plain = in->plain, *weighted = in->weighted;
  double *restrict twice = out, *restrict twice_weighted = out + n;
  for (size_t i = 0; i + 2 * width <= n; i++) {
    twice[i] = plain[i] + plain[i + width];
    twice_weighted[i] = weighted[i] + (weighted[i + width] + behind * plain[i + width]);
  }
  return (sums){twice, twice_weighted};
}

static void take_weighted(double *restrict out, const sums *in, size_t n_windows, size_t taken)
{
  const double behind = (double)taken;
  const double *plain = in->plain, *weighted = in->weighted;
  if (taken == 0) {
    memcpy(out, weighted, n_windows * sizeof *out);
    return;
  }
  for (size_t i = 0; i < n_windows; i++) out[i] += weighted[i + taken] + behind * plain[i + taken];
}

void bt_indicator__weighted_window_sums(double *restrict out, const double *restrict x,
                                        double *restrict scratch, size_t n, size_t period)
{
  sums now = {x, x};
  double *next = scratch, *after = scratch + 2 * n;
  for (size_t width = 1, taken = 0;; width *= 2) {
    if (period & width) {
      take_weighted(out, &now, n - period + 1, taken);
      taken += width;
    }
    if (taken == period) return;
    now = double_weighted(next, &now, n, width);
    double *used = next;
    next = after;
    after = used;
  }
}
