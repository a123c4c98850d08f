/* Slope of the least-squares line through the last `period` closes.
 *
 * It is the sum of (place - middle) (close - pivot) over the window, divided by that of the squares
 * of (place - middle), period (period^2 - 1) / 12. The series is cut into blocks of `period` bars
 * by their absolute index, and a window is the end of one and the beginning of the next; pivot is
 * the first close of the latter. With S the plain sum of close - pivot over one of the two parts,
 * added up from where the blocks meet, and T that of the sums S of all shorter ones, the beginning
 * gives (period - 1) / 2 S - T and the end T - (period + 1) / 2 S. So it is O(n) whatever the
 * period, what is summed never drifts, and a flat price has exactly the slope 0. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/undefined.h"

/* older[i] = what the closes behind x[i] in its block, that of `period` bars ahead of the
 * pivot, add to a window that ends on place i of the next one. */
static void add_backwards(double *restrict older, const double *restrict x, size_t period,
                          double pivot)
{
  double sum = 0, sums = 0, weight = ((double)period + 1) / 2;
  for (size_t i = period; i-- > 0;) {
    older[i] = sums - weight * sum;
    sum += x[i] - pivot;
    sums += sum;
  }
}

/* The numerators of the n windows that end in the block that begins at x. */
static void fill_block(double *restrict out, const double *restrict x, size_t n,
                       const double *restrict older, double period)
{
  double sum = 0, sums = 0, weight = (period - 1) / 2;
  for (size_t i = 0; i < n; i++) {
    sum += x[i] - x[0];
    out[i] = (weight * sum - sums) + older[i];
    sums += sum;
  }
}

static bt_status fill(double *out, const double *close, size_t n, size_t period, bt_error *err)
{
  double count = (double)period, divisor = count * (count * count - 1) / 12;
  double *older = calloc(period, sizeof *older);
  if (!older) return bt_fail_nomem(err, "linreg_slope");
  for (size_t b = 0; b < n; b += period) {
    if (b > 0) add_backwards(older, close + b - period, period, close[b]);
    fill_block(out + b, close + b, n - b < period ? n - b : period, older, count);
  }
  free(older);
  bt_indicator__fill_nan(out, period - 1);
  for (size_t t = period - 1; t < n; t++) out[t] /= divisor;
  return BT_OK;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  size_t n = input->series->n_bars, period = (size_t)params[0];
  if (period <= n) return fill(outputs[0], input->series->close, n, period, err);
  bt_indicator__fill_nan(outputs[0], n);
  return BT_OK;
}

static const bt_param params[] = {
    {.name = "period", .preset = 14, .least = 2, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"linreg_slope"};

extern const bt_indicator bt_indicator_linreg_slope;
const bt_indicator bt_indicator_linreg_slope = {
    .name = "linreg_slope",
    .summary = "slope of the least-squares line through the last `period` closes, in price a bar",
    .source = "TA-Lib LINEARREG_SLOPE, but free of cancellation",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
