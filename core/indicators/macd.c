/* Moving average convergence/divergence as TA-Lib computes it: the MACD line (macd_line.c), and the
 * signal line, which is its EMA, seeded by the mean of its first `signal` values, and the
 * histogram, the line less the signal. With fast > slow the two change places. The line is defined
 * from bar slow-1, of what is slow then, the others from signal-1 bars later. */
#include <string.h>

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/recurrence.h"

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
  memcpy(outputs[BT_MACD], line, n * sizeof *line);
  status = bt_indicator__ema_from(outputs[BT_SIGNAL], line, n, first, params[2], err);
  if (!status) fill_difference(outputs[BT_HISTOGRAM], line, outputs[BT_SIGNAL], n);
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  size_t line = (size_t)fmax(values[0], values[1]) - 1;
  return output == BT_MACD ? line : line + (size_t)values[2] - 1;
}

static const bt_param params[] = {
    {.name = "fast", .preset = 12, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "slow", .preset = 26, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "signal", .preset = 9, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"macd", "signal", "histogram"};

extern const bt_indicator bt_indicator_macd;
const bt_indicator bt_indicator_macd = {
    .name = "macd",
    .summary = "moving average convergence/divergence: EMA(fast) - EMA(slow), the EMA of that over "
               "`signal` bars, and their difference; fast > slow change places",
    .source = "TA-Lib MACD (default compatibility)",
    .params = params,
    .n_params = 3,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = first_bar,
    .compute = compute};
