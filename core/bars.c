#include "core/bars.h"

#include <stdlib.h>

#include "core/block.h"
#include "core/time.h"

enum { N_PRICE_ARRAYS = 6 }; /* open, high, low, close, volume, adjust_factor */

size_t bt_bars_size_bytes(size_t n_bars)
{
  return sizeof(bt_bars) + n_bars * (sizeof(int64_t) + N_PRICE_ARRAYS * sizeof(double));
}

bt_status bt_bars_new(bt_bars **out, size_t n_bars, bt_error *err)
{
  if (n_bars > SIZE_MAX / 64) return bt_fail_nomem(err, "bars");
  bt_bars *bars = bt_block_take(NULL, bt_bars_size_bytes(n_bars));
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
  bt_block_give(NULL, bars);
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

bt_span bt_bars_find_span(const bt_bars *bars, int64_t from_ns, int64_t to_ns)
{
  bt_span span = {bt_time_find(bars->time_ns, bars->n_bars, from_ns), bars->n_bars};
  if (to_ns < INT64_MAX) span.end = bt_time_find(bars->time_ns, bars->n_bars, to_ns + 1);
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

static int64_t minimum(const int64_t *values, size_t n)
{
  int64_t least = values[0];
  for (size_t i = 1; i < n; i++) least = values[i] < least ? values[i] : least;
  return least;
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

/* Bars by the median distance of two of them. */
typedef enum bar_kind { INTRADAY, DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY } bar_kind;

static bar_kind kind_of(double gap_days)
{
  if (gap_days < 0.8) return INTRADAY; /* a daily bar may be an hour early where clocks change */
  if (gap_days < 5) return DAILY;
  if (gap_days < 20) return WEEKLY;
  if (gap_days < 60) return MONTHLY;
  return gap_days < 200 ? QUARTERLY : YEARLY;
}

/* Scratch for one value a bar, and the kind of bars; for fewer than two bars no scratch. */
static bt_status find_kind(bar_kind *out, double *gap_days, int64_t **scratch, const bt_bars *bars,
                           bt_error *err)
{
  *scratch = NULL;
  *out = DAILY;
  if (bars->n_bars < 2) return BT_OK;
  size_t n_gaps = bars->n_bars - 1;
  int64_t *gaps = malloc(bars->n_bars * sizeof *gaps);
  if (!gaps) return bt_fail_nomem(err, "bar frequency");
  for (size_t t = 0; t < n_gaps; t++) gaps[t] = bars->time_ns[t + 1] - bars->time_ns[t];
  *gap_days = median(gaps, n_gaps) / (double)BT_NS_PER_DAY;
  *out = kind_of(*gap_days);
  *scratch = gaps;
  return BT_OK;
}

bt_status bt_bars_periods_per_year(double *out, const bt_bars *bars, bt_error *err)
{
  static const double periods[] = {[WEEKLY] = 52, [MONTHLY] = 12, [QUARTERLY] = 4, [YEARLY] = 1};
  double gap_days = 0;
  int64_t *scratch = NULL;
  bar_kind kind = DAILY;
  bt_status status = find_kind(&kind, &gap_days, &scratch, bars, err);
  if (status) return status;
  *out = kind > DAILY ? periods[kind] : trading_days_per_year(bars);
  if (kind == INTRADAY) *out *= median(scratch, count_bars_per_day(scratch, bars));
  free(scratch);
  return BT_OK;
}

/* Writes the distances of adjacent bars on one day; returns how many. */
static size_t find_gaps_within_days(int64_t *gaps, const bt_bars *bars)
{
  size_t n = 0;
  for (size_t t = 1; t < bars->n_bars; t++)
    if (bt_time_days(bars->time_ns[t]) == bt_time_days(bars->time_ns[t - 1]))
      gaps[n++] = bars->time_ns[t] - bars->time_ns[t - 1];
  return n;
}

bt_status bt_bars_length_days(double *out, const bt_bars *bars, bt_error *err)
{
  static const double most[] = {
      [DAILY] = 1, [WEEKLY] = 7, [MONTHLY] = 31, [QUARTERLY] = 92, [YEARLY] = 366};
  double gap_days = 0;
  int64_t *scratch = NULL;
  bar_kind kind = DAILY;
  bt_status status = find_kind(&kind, &gap_days, &scratch, bars, err);
  if (status) return status;
  *out = most[kind];
  if (kind >= DAILY && scratch) {
    double shortest = (double)minimum(scratch, bars->n_bars - 1) / (double)BT_NS_PER_DAY;
    if (shortest > 1.5 * *out || (shortest > *out && kind > DAILY)) *out = shortest;
  }
  if (kind == INTRADAY) {
    size_t n_gaps = find_gaps_within_days(scratch, bars);
    double within = n_gaps > 0 ? median(scratch, n_gaps) / (double)BT_NS_PER_DAY : gap_days;
    *out = within < gap_days ? within : gap_days;
  }
  free(scratch);
  return BT_OK;
}
