#include "core/indicators/moving_mean.h"

#include "core/indicators/recurrence.h"

enum { SHORT = 16, CHUNK = 256 }; /* bars: up to SHORT every window is summed by itself */

/* out[i] = x[i] + ... + x[i + period - 1], for so many i that all stay in the nearest cache. */
static void sum_windows(double *restrict out, const double *restrict x, size_t n, size_t period)
{
  for (size_t begin = 0; begin < n; begin += CHUNK) {
    size_t m = n - begin < CHUNK ? n - begin : CHUNK;
    for (size_t i = 0; i < m; i++) out[begin + i] = x[begin + i];
    for (size_t k = 1; k < period; k++)
      for (size_t i = 0; i < m; i++) out[begin + i] += x[begin + i + k];
  }
}

/* The same through blocks of `period` values: a window is the end of one and the beginning of the
 * next. n windows, of which the last ends on x[n + period - 2]. */
static void sum_blocks(double *restrict out, const double *restrict x, size_t n, size_t period)
{
  for (size_t begin = 0; begin < n; begin += period) {
    const double *block = x + begin, *next = block + period;
    size_t m = n - begin < period ? n - begin : period; /* windows that begin in this block */
    double sum = 0;
    for (size_t i = period; i-- > 0;) {
      sum += block[i];
      if (i < m) out[begin + i] = sum;
    }
    sum = 0;
    for (size_t i = 1; i < m; i++) {
      sum += next[i - 1];
      out[begin + i] += sum;
    }
  }
}

void bt_indicator__moving_mean(double *restrict out, const double *restrict x, size_t n,
                               size_t first, size_t period)
{
  size_t start = first + period - 1;
  bt_indicator__fill_nan(out, start < n ? start : n);
  if (start >= n) return;
  if (period <= SHORT)
    sum_windows(out + start, x + first, n - start, period);
  else
    sum_blocks(out + start, x + first, n - start, period);
  for (size_t t = start; t < n; t++) out[t] /= (double)period;
}
