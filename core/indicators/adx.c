/* Wilder's average directional index. DX = 100 |P - M| / (P + M) with the sums of the up and the
 * down moves of directional_movement.c, from bar `period` on; ADX is its Wilder average, seeded by
 * the mean of the first `period` of them, so that its first value is on bar 2 period - 1.
 *
 * DX is 0 / 0, and ADX undefined, on a bar until which nothing has moved either way. The average
 * stays as it was, and such a bar counts as 0 in the seed: both as TA-Lib, which gives the average
 * itself there. It is kept as a sum, period times as large (recurrence.h). */
#include "core/indicator.h"
#include "core/indicators/directional.h"
#include "core/indicators/recurrence.h"

static void fill_dx(double *restrict out, const double *plus, const double *minus, size_t n)
{
  for (size_t t = 0; t < n; t++) {
    double both = plus[t] + minus[t];
    out[t] = both >= BT_DM_LEAST ? 100 * (fabs(plus[t] - minus[t]) / both) : (double)NAN;
  }
}

/* Turns dx, from bar `period` on, into its average. */
static void average_dx(double *dx, size_t n, size_t period)
{
  const double kept = (double)(period - 1) / (double)period;
  size_t t = period, first = 2 * period - 1;
  double sum = 0;
  for (; t <= first && t < n; t++) sum += isnan(dx[t]) ? 0 : dx[t];
  if (first < n && !isnan(dx[first])) dx[first] = sum;
  for (; t < n; t++) {
    if (isnan(dx[t])) continue;
    dx[t] = sum = sum * kept + dx[t];
  }
  for (t = first; t < n; t++) dx[t] /= (double)period;
  bt_indicator__fill_nan(dx, first < n ? first : n);
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const double *plus = NULL, *minus = NULL;
  bt_status status = bt_indicator__directional_sum(&plus, input, params, BT_PLUS_DM, err);
  if (!status) status = bt_indicator__directional_sum(&minus, input, params, BT_MINUS_DM, err);
  if (status) return status;
  size_t n = input->series->n_bars;
  fill_dx(outputs[0], plus, minus, n);
  average_dx(outputs[0], n, (size_t)params[0]);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return 2 * (size_t)values[0] - 1;
}

static const bt_param params[] = {
    {.name = "period", .preset = 14, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"adx"};

extern const bt_indicator bt_indicator_adx;
const bt_indicator bt_indicator_adx = {
    .name = "adx",
    .summary = "average directional index, 0 to 100: Wilder's average of 100 |+DI - -DI| / (+DI + "
               "-DI), seeded by the mean of the first `period`; from bar 2 period - 1",
    .source = "Wilder 1978; TA-Lib ADX",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
