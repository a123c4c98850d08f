#include "core/bars.h"

#include <stdlib.h>

#include "core/time.h"

enum { N_PRICE_ARRAYS = 6 }; /* open, high, low, close, volume, adjust_factor */

size_t bt_bars_size_bytes(size_t n_bars)
{
  return sizeof(bt_bars) + n_bars * (sizeof(int64_t) + N_PRICE_ARRAYS * sizeof(double));
}

bt_status bt_bars_new(bt_bars **out, size_t n_bars, bt_error *err)
{
  if (n_bars > SIZE_MAX / 64) return bt_fail_nomem(err, "bars");
  bt_bars *bars = malloc(bt_bars_size_bytes(n_bars));
  if (!bars) return bt_fail_nomem(err, "bars");
  bars->n_bars = n_bars;
  bars->daily = true;
  bars->time_ns = (int64_t *)(bars + 1);
  double *block = (double *)(bars->time_ns + n_bars);
  bars->open = block;
  bars->high = block + n_bars;
  bars->low = block + 2 * n_bars;
  bars->close = block + 3 * n_bars;
  bars->volume = block + 4 * n_bars;
  bars->adjust_factor = block + 5 * n_bars;
  for (size_t t = 0; t < n_bars; t++) bars->adjust_factor[t] = 1.0;
  *out = bars;
  return BT_OK;
}

void bt_bars_free(bt_bars *bars)
{
  free(bars);
}

bt_series bt_bars_series(const bt_bars *bars)
{
  return (bt_series){.n_bars = bars->n_bars,
                     .time_ns = bars->time_ns,
                     .open = bars->open,
                     .high = bars->high,
                     .low = bars->low,
                     .close = bars->close,
                     .volume = bars->volume};
}

/* The first index whose time is >= time_ns. */
static size_t lower_bound(const bt_bars *bars, int64_t time_ns)
{
  size_t low = 0, high = bars->n_bars;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (bars->time_ns[middle] < time_ns)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bt_span bt_bars_find_span(const bt_bars *bars, int64_t from_ns, int64_t to_ns)
{
  bt_span span = {lower_bound(bars, from_ns), bars->n_bars};
  if (to_ns < INT64_MAX) span.end = lower_bound(bars, to_ns + 1);
  if (span.end < span.first) span.end = span.first;
  return span;
}

/* Puts the value of rank k (0: the least) at values[k], none greater before and none less behind it
 * (Hoare 1961, Algorithm 65: Find). */
static void put_rank(int64_t *values, size_t n, size_t k)
{
  size_t first = 0, last = n - 1;
  while (first < last) {
    int64_t pivot = values[first + (last - first) / 2];
    size_t i = first, j = last + 1; /* j: one behind the place it stands for, so that 0 has room */
    while (i < j) {
      while (values[i] < pivot) i++;
      while (values[j - 1] > pivot) j--;
      if (i >= j) break;
      int64_t swapped = values[i];
      values[i++] = values[j - 1];
      values[--j] = swapped;
    }
    if (k < j)
      last = j - 1;
    else if (k >= i)
      first = i;
    else
      return;
  }
}

/* Median of n >= 1 values, whose order changes; the mean of the middle two when n is even. */
static double median(int64_t *values, size_t n)
{
  put_rank(values, n, n / 2);
  double upper = (double)values[n / 2];
  if (n % 2) return upper;
  int64_t lower = values[0];
  for (size_t i = 1; i < n / 2; i++) lower = values[i] > lower ? values[i] : lower;
  return ((double)lower + upper) / 2;
}

/* Writes the number of bars of each day that has any; returns the number of such days. */
static size_t count_bars_per_day(int64_t *counts, const bt_bars *bars)
{
  size_t n_days = 0;
  int64_t day = 0;
  for (size_t t = 0; t < bars->n_bars; t++) {
    int64_t today = bt_time_days(bars->time_ns[t]);
    if (t == 0 || today != day) counts[n_days++] = 0;
    day = today;
    counts[n_days - 1]++;
  }
  return n_days;
}

static double trading_days_per_year(const bt_bars *bars)
{
  size_t n_saturdays = 0;
  for (size_t t = 0; t < bars->n_bars; t++) n_saturdays += bt_time_weekday(bars->time_ns[t]) == 5;
  return n_saturdays * 20 >= bars->n_bars ? 365.0 : 252.0;
}

bt_status bt_bars_periods_per_year(double *out, const bt_bars *bars, bt_error *err)
{
  if (bars->n_bars < 2) {
    *out = trading_days_per_year(bars);
    return BT_OK;
  }
  size_t n_gaps = bars->n_bars - 1;
  int64_t *scratch = malloc(bars->n_bars * sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "bar frequency");
  for (size_t t = 0; t < n_gaps; t++) scratch[t] = bars->time_ns[t + 1] - bars->time_ns[t];
  double gap_days = median(scratch, n_gaps) / (double)BT_NS_PER_DAY;
  if (gap_days < 0.8) /* a daily bar may be an hour early or late where clocks change */
    *out = trading_days_per_year(bars) * median(scratch, count_bars_per_day(scratch, bars));
  else if (gap_days < 5)
    *out = trading_days_per_year(bars);
  else if (gap_days < 20)
    *out = 52;
  else if (gap_days < 60)
    *out = 12;
  else
    *out = gap_days < 200 ? 4 : 1;
  free(scratch);
  return BT_OK;
}
