/* Wilder's directional movement, as sums that forget: of the up moves (+DM), the down moves (-DM)
 * and the true ranges, each seeded by its first `period`-1 values and then s = s (period-1)/period
 * + x, as TA-Lib has them. A bar's move is how far its high is above the high before or its low
 * below the low before, whichever is more; none where both are equal or neither is positive. From
 * bar `period` on, where the first range is that is whole (TA-Lib's PLUS_DM begins a bar earlier).
 * An indicator by itself, so that plus_di, minus_di and adx share it. */
#include <stdlib.h>

#include "core/indicators/directional.h"
#include "core/indicators/period.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/true_range.h"
#include "core/indicators/undefined.h"

/* Of the bars from the second one on. */
static void fill_moves(double *restrict plus, double *restrict minus, double *restrict range,
                       const bt_series *series)
{
  const bt_series s = *series;
  for (size_t t = 1; t < s.n_bars; t++) {
    double up = s.high[t] - s.high[t - 1], down = s.low[t - 1] - s.low[t];
    double most = up > down ? up : down;
    most = most > 0 ? most : 0;
    plus[t] = up > down ? most : 0;
    minus[t] = down > up ? most : 0;
    range[t] = bt_indicator__true_range(s.high[t], s.low[t], s.close[t - 1]);
  }
}

static void fill_sum(double *restrict out, const double *restrict x, size_t n, double period)
{
  double sum = 0;
  size_t seeded = (size_t)period - 1;
  for (size_t t = 1; t <= seeded; t++) sum += x[t];
  bt_indicator__wilder_sum(out, x, n, seeded, sum, period);
  out[seeded] = (double)NAN;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  size_t n = input->series->n_bars, period = (size_t)params[0];
  if (n <= period) {
    for (size_t k = 0; k < BT_DM_SUMS; k++) bt_indicator__fill_nan(outputs[k], n);
    return BT_OK;
  }
  double *moves = malloc(BT_DM_SUMS * n * sizeof *moves);
  if (!moves) return bt_fail_nomem(err, "directional_movement");
  fill_moves(moves + BT_PLUS_DM * n, moves + BT_MINUS_DM * n, moves + BT_DM_RANGE * n,
             input->series);
  for (size_t k = 0; k < BT_DM_SUMS; k++) fill_sum(outputs[k], moves + k * n, n, params[0]);
  free(moves);
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"plus_dm", "minus_dm", "range"};

extern const bt_indicator bt_indicator_directional_movement;
const bt_indicator bt_indicator_directional_movement = {
    .name = "directional_movement",
    .summary = "Wilder's sums of up moves, down moves and true ranges, s (period-1)/period + x, of "
               "which plus_di, minus_di and adx are made",
    .source = "Wilder 1978; TA-Lib PLUS_DM, MINUS_DM",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = BT_DM_SUMS,
    .first_bar = bt_indicator__first_changes,
    .is_part = true,
    .compute = compute};
