/* Aroon (Chande 1995): 100 x how near the highest high (the lowest low) of the last period+1 bars
 * is to the end of them, and up - down. Of equal ones the latest counts, as in TA-Lib, so a price
 * that stands still has 100, 100 and 0. First value on bar `period` (TTR looks at one bar less).
 *
 * How: where the extreme of 2, 4, 8, ... bars lies is made from where those of half as many lie, in
 * log2(period) passes of vectors. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/undefined.h"
#include "core/lanes.h"

/* Window i of so many bars begins on bar i; its greatest value is top[i], the latest of them
 * place[i] bars from its beginning. Joins window i with the one that begins `later` bars behind it,
 * for i < n_windows. */
static void join_windows(double *top, double *place, size_t n_windows, size_t later)
{
  const bt_vector behind = bt_vector_of((double)later);
  size_t i = 0;
  for (; i + BT_WIDTH <= n_windows; i += BT_WIDTH) {
    bt_vector first = bt_vector_load(top + i), second = bt_vector_load(top + i + later);
    bt_vector at_first = bt_vector_load(place + i);
    bt_vector at_second = bt_vector_load(place + i + later) + behind;
    /* if it counts, it lies behind what the first window has */
    at_second = bt_vector_where_at_least(second, first, at_second);
    bt_vector_store(top + i, bt_vector_larger(first, second));
    bt_vector_store(place + i, bt_vector_larger(at_first, at_second));
  }
  for (; i < n_windows; i++) {
    if (top[i + later] < top[i]) continue;
    top[i] = top[i + later];
    place[i] = place[i + later] + (double)later;
  }
}

/* Turns sign * x, of so many bars, into the places of windows of n_bars. */
static void find_places(double *restrict place, double *restrict top, const double *restrict x,
                        size_t n, size_t n_bars, double sign)
{
  size_t width = 1;
  for (size_t i = 0; i < n; i++) {
    top[i] = sign * x[i];
    place[i] = 0;
  }
  for (; 2 * width <= n_bars; width *= 2) join_windows(top, place, n - 2 * width + 1, width);
  if (width < n_bars) join_windows(top, place, n - n_bars + 1, n_bars - width);
}

/* So many windows at a time, which stay in the nearest cache where periods are short. */
static size_t windows_at_once(size_t period)
{
  return period < 128 ? 1024 : 8 * period;
}

/* out[t] = 100 x the place of the greatest of sign * x in the period + 1 bars up to t, from 0 for
 * the first of them to 100 for the last. scratch: 2 (period + windows_at_once); n > period. */
static void fill_recency(double *restrict out, const double *restrict x, size_t n, size_t period,
                         double sign, double *restrict scratch)
{
  size_t n_windows = n - period, at_once = windows_at_once(period);
  double *restrict place = scratch, *restrict top = scratch + period + at_once;
  bt_indicator__fill_nan(out, period);
  for (size_t begin = 0; begin < n_windows; begin += at_once) {
    size_t m = n_windows - begin < at_once ? n_windows - begin : at_once;
    find_places(place, top, x + begin, m + period, period + 1, sign);
    for (size_t i = 0; i < m; i++) out[begin + period + i] = 100 * place[i] / (double)period;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  size_t n = s->n_bars, period = (size_t)params[0];
  const double *up = outputs[BT_AROON_UP], *down = outputs[BT_AROON_DOWN];
  double *restrict difference = outputs[BT_AROON_OSCILLATOR];
  if (n <= period) {
    for (size_t k = 0; k < 3; k++) bt_indicator__fill_nan(outputs[k], n);
    return BT_OK;
  }
  double *scratch = malloc(2 * (period + windows_at_once(period)) * sizeof *scratch);
  if (!scratch) return bt_fail_nomem(err, "aroon");
  fill_recency(outputs[BT_AROON_UP], s->high, n, period, 1, scratch);
  fill_recency(outputs[BT_AROON_DOWN], s->low, n, period, -1, scratch);
  for (size_t t = 0; t < n; t++) difference[t] = up[t] - down[t];
  free(scratch);
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(25)};
static const char *const outputs[] = {"up", "down", "oscillator"};

extern const bt_indicator bt_indicator_aroon;
const bt_indicator bt_indicator_aroon = {
    .name = "aroon",
    .summary = "100 (period - bars since the highest high of period+1 bars) / period; the same of "
               "the lowest low; up - down",
    .source = "Chande 1995; TA-Lib AROON, AROONOSC",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = bt_indicator__first_changes,
    .compute = compute};
