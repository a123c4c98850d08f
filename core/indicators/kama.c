/* Kaufman's adaptive moving average of the close: k = k + c (close - k), where c is the square of a
 * value between the gains of EMAs of `slow` and of `fast` bars, as far from the former as the price
 * is efficient: |change over `period` bars| / sum of the `period` |changes| of a bar.
 *
 * As TA-Lib (which has fast = 2 and slow = 30 alone): the state before the first value, on bar
 * `period`, is the close before, and a price that has not moved in `period` bars, of which the
 * efficiency is 0 / 0, counts as efficient, so the average is defined there, too. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/rolling_sum.h"
#include "core/indicators/smooth.h"

static double gain_of(double period)
{
  return 2 / (period + 1);
}

/* The gains of n values, of which the first comes `period` after close[0]; in the place of the sums
 * of changes. */
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

/* Room for a value of each of the changes that are taken at once. */
typedef struct scratch {
  double *changes, *spare, *gain;
} scratch;

/* What the first n changes from close[0] on lead to, behind out[period - 1]. */
static void fill_part(double *restrict out, const scratch *s, const double *close, size_t n,
                      const double *params)
{
  size_t period = (size_t)params[0], n_values = n - period + 1;
  double *restrict changes = s->changes;
  for (size_t i = 0; i < n; i++) changes[i] = fabs(close[i + 1] - close[i]);
  bt_indicator__window_sums(s->gain, changes, s->spare, n, period);
  fill_gains(s->gain, close, n_values, params);
  bt_indicator__smooth_by(out + period, close + period, s->gain, n_values, out[period - 1]);
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const double *close = input->series->close;
  double *out = outputs[0];
  size_t n = input->series->n_bars, period = (size_t)params[0];
  bt_indicator__fill_nan(out, n < period ? n : period);
  if (n <= period) return BT_OK;
  size_t length = bt_indicator__part_length(n - 1, period);
  double *memory = malloc(3 * length * sizeof *memory);
  if (!memory) return bt_fail_nomem(err, "kama");
  const scratch s = {memory, memory + length, memory + 2 * length};
  out[period - 1] = close[period - 1];
  for (size_t first = 0; first + period < n; first += length - period + 1) {
    size_t taken = length < n - 1 - first ? length : n - 1 - first;
    fill_part(out + first, &s, close + first, taken, params);
  }
  out[period - 1] = (double)NAN;
  free(memory);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0];
}

static const bt_param params[] = {
    {.name = "period", .preset = 10, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "fast", .preset = 2, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow", .preset = 30, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"kama"};

extern const bt_indicator bt_indicator_kama;
const bt_indicator bt_indicator_kama = {
    .name = "kama",
    .summary = "EMA whose gain follows how straight the last `period` closes went; from bar period",
    .source = "Kaufman 1995; TA-Lib KAMA",
    .params = params,
    .n_params = 3,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
