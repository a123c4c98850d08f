/* Wilder's average directional index. DX = 100 |P - M| / (P + M) with the sums of the up and the
 * down moves of directional_movement.c, from bar `period` on; ADX is its Wilder average, seeded by
 * the mean of the first `period` of them, so that its first value is on bar 2 period - 1.
 *
 * DX is 0 / 0, and ADX undefined, on a bar until which nothing has moved either way. The average
 * stays as it was, and such a bar counts as 0 in the seed: both as TA-Lib, which gives the average
 * itself there. It is kept as a sum, period times as large (recurrence.h). */
#include <stdlib.h>

#include "core/indicators/directional.h"
#include "core/indicators/period.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/undefined.h"

static void fill_dx(double *restrict out, const double *plus, const double *minus, size_t n)
{
  for (size_t t = 0; t < n; t++) {
    double both = plus[t] + minus[t];
    out[t] = both >= BT_DM_LEAST ? 100 * (fabs(plus[t] - minus[t]) / both) : (double)NAN;
  }
}

/* The average of dx, which begins on bar `period`. */
static void average_dx(double *restrict out, const double *restrict dx, size_t n, size_t period)
{
  size_t first = 2 * period - 1, t = period;
  double sum = 0;
  bt_indicator__fill_nan(out, first < n ? first : n);
  if (first >= n) return;
  for (; t <= first; t++) sum += isnan(dx[t]) ? 0 : dx[t];
  out[first] = isnan(dx[first]) ? dx[first] : sum;
  while (t < n) { /* a stretch that is defined goes on from the sum before, and one that is not */
    double before = out[t - 1];
    size_t end = t;
    while (end < n && !isnan(dx[end])) end++;
    bt_indicator__wilder_sum(out + t - 1, dx + t - 1, end - t + 1, 0, sum, (double)period);
    sum = out[end - 1];
    out[t - 1] = before;
    for (t = end; t < n && isnan(dx[t]); t++) out[t] = dx[t];
  }
  for (t = first; t < n; t++) out[t] /= (double)period;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const double *plus = NULL, *minus = NULL;
  bt_status status = bt_indicator__directional_sum(&plus, input, params, BT_PLUS_DM, err);
  if (!status) status = bt_indicator__directional_sum(&minus, input, params, BT_MINUS_DM, err);
  if (status) return status;
  size_t n = input->series->n_bars;
  double *dx = malloc(n * sizeof *dx);
  if (!dx) return bt_fail_nomem(err, "adx");
  fill_dx(dx, plus, minus, n);
  average_dx(outputs[0], dx, n, (size_t)params[0]);
  free(dx);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return 2 * (size_t)values[0] - 1;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"adx"};

extern const bt_indicator bt_indicator_adx;
const bt_indicator bt_indicator_adx = {
    .name = "adx",
    .summary = "average directional index, 0 to 100: Wilder's average of 100 |+DI - -DI| / (+DI + "
               "-DI), seeded by the mean of the first `period`",
    .source = "Wilder 1978; TA-Lib ADX",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
