/* Moving average convergence/divergence as TA-Lib computes it: both EMAs start on bar slow-1, the
 * fast one seeded by the mean of the `fast` closes up to that bar; the signal line is the EMA of
 * the MACD line, seeded by the mean of its first `signal` values. With fast > slow the two change
 * places, as in TA-Lib. The line is defined from bar slow-1, the signal from slow+signal-2. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/recurrence.h"

/* Seeds both EMAs on bar slow-1 and leaves fast minus slow in line; scratch holds the slow one. */
static void fill_line(double *line, double *scratch, const bt_indicator_input *input, double fast,
                      double slow)
{
  const bt_series *s = input->series;
  size_t start = (size_t)slow - 1, n_fast = (size_t)fast;
  double fast_seed = bt_exact_mean(input->close_sums, start + 1 - n_fast, start + 1);
  double slow_seed = bt_exact_mean(input->close_sums, 0, start + 1);
  bt_indicator__ema(line, s->close, s->n_bars, start, fast_seed, fast);
  bt_indicator__ema(scratch, s->close, s->n_bars, start, slow_seed, slow);
  for (size_t t = start; t < s->n_bars; t++) line[t] -= scratch[t];
}

static bt_status fill_signal(double *out, const double *line, size_t n, size_t first, double signal,
                             bt_error *err)
{
  size_t n_signal = (size_t)signal;
  bt_exact_sums *sums = NULL;
  bt_status status = bt_exact_sums_new(&sums, line + first, n_signal, err);
  if (status) return status;
  double seed = bt_exact_mean(sums, 0, n_signal);
  bt_exact_sums_free(sums);
  bt_indicator__ema(out, line, n, first + n_signal - 1, seed, signal);
  return BT_OK;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  double fast = fmin(params[0], params[1]), slow = fmax(params[0], params[1]);
  size_t n = input->series->n_bars, first = (size_t)slow - 1;
  bt_indicator__fill_nan(outputs[0], n);
  bt_indicator__fill_nan(outputs[1], n);
  if (first >= n) return BT_OK;
  fill_line(outputs[0], outputs[1], input, fast, slow);
  bt_indicator__fill_nan(outputs[1], n);
  if (first + (size_t)params[2] > n) return BT_OK;
  return fill_signal(outputs[1], outputs[0], n, first, params[2], err);
}

static const bt_param params[] = {
    {.name = "fast", .preset = 12, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow", .preset = 26, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "signal", .preset = 9, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"macd", "signal"};

extern const bt_indicator bt_indicator_macd;
const bt_indicator bt_indicator_macd = {
    .name = "macd",
    .summary = "EMA(fast) - EMA(slow), and the EMA of that over `signal` bars",
    .source = "TA-Lib MACD (default compatibility)",
    .params = params,
    .n_params = 3,
    .outputs = outputs,
    .n_outputs = 2,
    .compute = compute};
