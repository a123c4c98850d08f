/* Wilder's relative strength index of the close: 100 G / (G + L) with G and L Wilder averages of
 * the gains and losses, seeded by the first `period` changes: plain sums in order over the period,
 * as TA-Lib has them. First value on bar `period`. NaN where nothing has moved (G + L = 0). */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/undefined.h"

/* Of the bars from the second one on. */
static void fill_moves(double *restrict up, double *restrict down, const double *close, size_t n)
{
  for (size_t t = 1; t < n; t++) {
    double change = close[t] - close[t - 1];
    up[t] = change > 0 ? change : 0;
    down[t] = change < 0 ? -change : 0;
  }
}

/* The mean of the first moves. */
static double seed_of(const double *moves, size_t period)
{
  double sum = 0;
  for (size_t t = 1; t <= period; t++) sum += moves[t];
  return sum / (double)period;
}

/* Of gains, which the strength takes the place of, and losses; NaN where they are, and 0 / 0 is,
 * too: nothing has moved. */
static void fill_strength(double *restrict gain, const double *restrict loss, size_t n)
{
  /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): they are all there */
  for (size_t t = 0; t < n; t++) gain[t] = 100 * (gain[t] / (gain[t] + loss[t]));
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  size_t n = input->series->n_bars, period = (size_t)params[0];
  double *out = outputs[0];
  bt_indicator__fill_nan(out, n);
  if (n <= period) return BT_OK;
  double *loss = malloc(3 * n * sizeof *loss);
  if (!loss) return bt_fail_nomem(err, "rsi");
  double *up = loss + n, *down = up + n;
  fill_moves(up, down, input->series->close, n);
  bt_indicator__wilder(out, up, n, period, seed_of(up, period), params[0]);
  bt_indicator__wilder(loss, down, n, period, seed_of(down, period), params[0]);
  fill_strength(out, loss, n);
  free(loss);
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"rsi"};

extern const bt_indicator bt_indicator_rsi;
const bt_indicator bt_indicator_rsi = {
    .name = "rsi",
    .summary = "relative strength index, 0 to 100; undefined where nothing has moved",
    .source = "Wilder 1978; TA-Lib RSI",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_changes,
    .compute = compute};
