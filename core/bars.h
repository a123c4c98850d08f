/* bars.h - one ticker's price history.
 *
 * Bars are sorted by strictly rising time, immutable once loaded, and shared between threads.
 * Every price is finite and > 0 and low <= open, close <= high to within 0.01%.
 */
#ifndef BT_CORE_BARS_H
#define BT_CORE_BARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backtest/strategy.h"
#include "core/status.h"

/* Arrays of n_bars values each, all in one allocation with the struct itself. Prices are adjusted
 * where the file has an adjusted close and adjustment is on. */
typedef struct bt_bars {
  size_t n_bars;
  int64_t *time_ns; /* opening instant of the bar, or midnight UTC of the date of a daily bar */
  double *open, *high, *low, *close;
  double *volume;        /* as traded; NaN where the file has none */
  double *adjust_factor; /* adjusted / raw price, 1 where unadjusted: raw price = price / factor,
                            raw shares = shares * factor */
  bool daily;            /* every bar stands at midnight: times print as dates */
} bt_bars;

/* Bars for n_bars > 0 rows, contents undefined except adjust_factor = 1. The caller frees *out with
 * bt_bars_free. Errors: NOMEM. */
bt_status bt_bars_new(bt_bars **out, size_t n_bars, bt_error *err);

void bt_bars_free(bt_bars *bars); /* NULL is fine */

/* Bytes that bars of this length occupy. */
size_t bt_bars_size_bytes(size_t n_bars);

/* The read-only view that strategies and indicators get. */
bt_series bt_bars_series(const bt_bars *bars);

/* A stretch of bars [first, end). */
typedef struct bt_span {
  size_t first, end;
} bt_span;

/* The bars whose time lies in [from_ns, to_ns] (both inclusive); first == end where there is none.
 * Pass INT64_MIN / INT64_MAX for an open end. */
bt_span bt_bars_find_span(const bt_bars *bars, int64_t from_ns, int64_t to_ns);

/* Periods per year for annualisation, found from all the bars: 252 for daily bars, 365 where at
 * least 5% of the bars are Saturdays; 52 weekly, 12 monthly, 4 quarterly, 1 yearly by the median
 * distance of two bars; intraday 252 (365) times the median number of bars on a day that has
 * bars. One bar alone counts as daily. Scratch memory only. Errors: NOMEM. */
bt_status bt_bars_periods_per_year(double *out, const bt_bars *bars, bt_error *err);

/* How long a bar lasts at most, in days: 1, 7, 31, 92 or 366 for daily to yearly bars by the same
 * median, or the shortest distance of two bars where that is more (bars of 3 or of 10 days; daily
 * ones with holes are daily); of intraday bars the part of a day that is the median distance of two
 * bars on one day. Holes and the hours of trading do not matter. Only time_ns and n_bars are looked
 * at. One bar alone counts as daily. Errors: NOMEM. */
bt_status bt_bars_length_days(double *out, const bt_bars *bars, bt_error *err);

#endif
