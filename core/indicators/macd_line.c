/* The MACD line as TA-Lib computes it: both EMAs start on bar slow-1, the fast one seeded by the
 * mean of the `fast` closes up to that bar. With fast > slow the two change places before anything
 * else, as in TA-Lib: the line is defined from bar fast-1 then.
 * An indicator by itself, so that all signal lines share it. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/undefined.h"

static void subtract(double *restrict from, const double *restrict x, size_t n)
{
  for (size_t t = 0; t < n; t++) from[t] -= x[t];
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  double fast = fmin(params[0], params[1]), slow = fmax(params[0], params[1]), *line = outputs[0];
  size_t n = s->n_bars, start = (size_t)slow - 1;
  bt_indicator__fill_nan(line, n);
  if (start >= n) return BT_OK;
  double *slow_ema = malloc(n * sizeof *slow_ema);
  if (!slow_ema) return bt_fail_nomem(err, "macd_line");
  double fast_seed = bt_exact_mean(input->close_sums, start + 1 - (size_t)fast, start + 1);
  bt_indicator__ema(line, s->close, n, start, fast_seed, fast);
  bt_indicator__ema(slow_ema, s->close, n, start, bt_exact_mean(input->close_sums, 0, start + 1),
                    slow);
  subtract(line, slow_ema, n);
  free(slow_ema);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)fmax(values[0], values[1]) - 1;
}

static const bt_param params[] = {
    {.name = "fast", .preset = 12, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow", .preset = 26, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"macd"};

extern const bt_indicator bt_indicator_macd_line;
const bt_indicator bt_indicator_macd_line = {
    .name = "macd_line",
    .summary =
        "EMA(fast) - EMA(slow), what macd makes its signal line of; fast > slow change places",
    .source = "TA-Lib MACD (default compatibility)",
    .params = params,
    .n_params = 2,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .is_part = true,
    .compute = compute};
