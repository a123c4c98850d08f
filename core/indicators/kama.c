/* Kaufman's adaptive moving average of the close: k = k + c (close - k), where c is the square of a
 * value between the gains of EMAs of `slow` and of `fast` bars, as far from the former as the price
 * is efficient: |change over `period` bars| / sum of the `period` |changes| of a bar.
 *
 * As TA-Lib (which has fast = 2 and slow = 30 alone): the state before the first value, on bar
 * `period`, is the close before, and a price that has not moved in `period` bars, of which the
 * efficiency is 0 / 0, counts as efficient, so the average is defined there, too.
 *
 * How: y[t] = k[t] y[t-1] + c[t] put into itself gives y[t] = (k[t] k[t-1]) y[t-2] + (k[t] c[t-1] +
 * c[t]), and twice more y[t] from y[t-8]: eight bars at a time, as vectors. The products have
 * nothing to cancel, so it is as exact as going from bar to bar. Where the price has not moved yet,
 * the average stays where it is. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/undefined.h"
#include "core/indicators/window_sums.h"

/* ---- averages in which each value waits for the one before, without the waiting ---------------
 */

/* BACK values are needed before the first that is made from the value BACK before it; BLOCK more
 * are made at once, in the fastest cache. */
enum { BACK = 8, BLOCK = 128 };

/* How many values from the first on are `before`; fills these. */
static size_t stand_still(double *restrict y, const double *restrict x, size_t n, double before)
{
  size_t t = 0;
  for (; t < n && x[t] == before; t++) y[t] = before;
  return t;
}

static inline double step(double before, double x, double gain)
{
  return (1 - gain) * before + gain * x;
}

/* The products of so many k up to i - BACK, and what c comes to with them. */
typedef struct steps {
  double keep[BLOCK + BACK], add[BLOCK + BACK];
} steps;

/* Steps that are `length` each become twice as long; the first that is known is at `first`. */
static void join(steps *restrict out, const steps *restrict in, size_t length, size_t first,
                 size_t n)
{
  for (size_t i = first + length; i < n + BACK; i++) {
    out->add[i] = in->keep[i] * in->add[i - length] + in->add[i];
    out->keep[i] = in->keep[i] * in->keep[i - length];
  }
}

/* y[0 .. n-1], n <= BLOCK, from the BACK values of x, of gains and of y before. */
static void smooth_block(double *restrict y, const double *restrict x, const double *restrict gain,
                         size_t n)
{
  steps one, two;
  const double *from = x - BACK, *gains = gain - BACK;
  for (size_t i = 1; i < n + BACK; i++) {
    one.keep[i] = 1 - gains[i];
    one.add[i] = gains[i] * from[i];
  }
  join(&two, &one, 1, 1, n);
  join(&one, &two, 2, 2, n);
  double *restrict last = y - BACK;
  for (size_t i = BACK; i < n + BACK; i++)
    last[i] = one.keep[i] * one.keep[i - 4] * last[i - BACK] +
              (one.keep[i] * one.add[i - 4] + one.add[i]);
}

/* y[t] = (1 - gain[t]) y[t-1] + gain[t] x[t] behind `before` in the place of y[-1], n values. */
static void smooth(double *restrict y, const double *restrict x, const double *restrict gain,
                   size_t n, double before)
{
  size_t t = stand_still(y, x, n, before);
  for (size_t i = 0; i < BACK && t < n; i++, t++)
    y[t] = step(t > 0 ? y[t - 1] : before, x[t], gain[t]);
  for (size_t length; t < n; t += length) {
    length = n - t < BLOCK ? n - t : BLOCK;
    smooth_block(y + t, x + t, gain + t, length);
  }
}

/* ---- the indicator --------------------------------------------------------------------------- */

static double gain_of(double period)
{
  return 2 / (period + 1);
}

/* gain[i], which belongs to close[i + period], from the sum of its changes, in the same place. */
static void fill_gains(double *restrict gain, const double *restrict close, size_t n,
                       const double *params)
{
  const size_t period = (size_t)params[0];
  const double slow = gain_of(params[2]), spread = gain_of(params[1]) - slow;
  for (size_t i = 0; i < n; i++) {
    double change = fabs(close[i + period] - close[i]);
    double root = slow + spread * (change < gain[i] ? change / gain[i] : 1);
    gain[i] = root * root;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const double *close = input->series->close;
  double *out = outputs[0];
  size_t n = input->series->n_bars, period = (size_t)params[0];
  bt_indicator__fill_nan(out, n < period ? n : period);
  if (n <= period) return BT_OK;
  size_t n_changes = n - 1, n_values = n - period;
  double *restrict changes = malloc(2 * n_changes * sizeof *changes);
  if (!changes) return bt_fail_nomem(err, "kama");
  double *sums = changes + n_changes, *gain = sums + period - 1;
  for (size_t i = 0; i < n_changes; i++) changes[i] = fabs(close[i + 1] - close[i]);
  bt_status status = bt_indicator__window_sums(sums, changes, n_changes, period, err);
  if (!status) {
    fill_gains(gain, close, n_values, params);
    smooth(out + period, close + period, gain, n_values, close[period - 1]);
  }
  free(changes);
  return status;
}

static const bt_param params[] = {
    BT_INDICATOR_PERIOD(10),
    {.name = "fast", .preset = 2, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow", .preset = 30, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"kama"};

extern const bt_indicator bt_indicator_kama;
const bt_indicator bt_indicator_kama = {.name = "kama",
                                        .summary =
                                            "Kaufman's adaptive moving average: an EMA whose gain "
                                            "follows how straight the last `period` closes went",
                                        .source = "Kaufman 1995; TA-Lib KAMA",
                                        .params = params,
                                        .n_params = 3,
                                        .outputs = outputs,
                                        .n_outputs = 1,
                                        .first_bar = bt_indicator__first_changes,
                                        .compute = compute};
