/* Moving average convergence/divergence as TA-Lib computes it: the MACD line (macd_line.c), and the
 * signal line, which is its EMA, seeded by the mean of its first `signal` values, and the
 * histogram, the line less the signal. The line is defined from bar slow-1, the others from
 * slow+signal-2. */
#include <string.h>

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/recurrence.h"

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

static void fill_difference(double *restrict out, const double *a, const double *b, size_t n)
{
  for (size_t t = 0; t < n; t++) out[t] = a[t] - b[t];
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request wanted = {"macd_line", params, 2, 0};
  const double *line = NULL;
  bt_status status = bt_indicator_get(&line, input->others, &wanted, err);
  if (status) return status;
  size_t n = input->series->n_bars, first = (size_t)fmax(params[0], params[1]) - 1;
  memcpy(outputs[0], line, n * sizeof *line);
  if (first >= n || first + (size_t)params[2] > n)
    bt_indicator__fill_nan(outputs[1], n);
  else
    status = fill_signal(outputs[1], line, n, first, params[2], err);
  if (!status) fill_difference(outputs[2], line, outputs[1], n);
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  size_t line = (size_t)fmax(values[0], values[1]) - 1;
  return output == 0 ? line : line + (size_t)values[2] - 1;
}

static const bt_param params[] = {
    {.name = "fast", .preset = 12, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow", .preset = 26, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "signal", .preset = 9, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"macd", "signal", "histogram"};

extern const bt_indicator bt_indicator_macd;
const bt_indicator bt_indicator_macd = {
    .name = "macd",
    .summary = "EMA(fast) - EMA(slow), the EMA of that over `signal` bars, and their difference",
    .source = "TA-Lib MACD (default compatibility)",
    .params = params,
    .n_params = 3,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = first_bar,
    .compute = compute};
