/* Wilder's directional movement, as sums that forget: of the up moves (+DM), the down moves (-DM)
 * and the true ranges, each seeded by its first `period`-1 values and then s = s (period-1)/period
 * + x, as TA-Lib has them. A bar's move is how far its high is above the high before or its low
 * below the low before, whichever is more; none where both are equal or neither is positive. From
 * bar `period` on. An indicator by itself, so that plus_di, minus_di and adx share it. */
#include "core/indicator.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/true_range.h"

enum { PLUS, MINUS, RANGE };

/* Of one bar, from the second one on. */
static void fill_moves(double *restrict plus, double *restrict minus, double *restrict range,
                       const bt_series *s)
{
  const double *high = s->high, *low = s->low, *close = s->close;
  for (size_t t = 1; t < s->n_bars; t++) {
    double up = high[t] - high[t - 1], down = low[t - 1] - low[t];
    double most = up > down ? up : down;
    plus[t] = up > down && most > 0 ? most : 0;
    minus[t] = down > up && most > 0 ? most : 0;
    range[t] = bt_indicator__true_range(high[t], low[t], close[t - 1]);
  }
}

/* Three at a time: each waits for its own bar before alone. */
static void fill_sums(double *const *outputs, size_t n, size_t period)
{
  const double kept = (double)(period - 1) / (double)period;
  double *restrict plus = outputs[PLUS], *restrict minus = outputs[MINUS];
  double *restrict range = outputs[RANGE], of_plus = 0, of_minus = 0, of_range = 0;
  size_t t = 1;
  for (; t < period && t < n; t++) {
    of_plus += plus[t];
    of_minus += minus[t];
    of_range += range[t];
  }
  for (; t < n; t++) {
    plus[t] = of_plus = of_plus * kept + plus[t];
    minus[t] = of_minus = of_minus * kept + minus[t];
    range[t] = of_range = of_range * kept + range[t];
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  size_t n = input->series->n_bars, period = (size_t)params[0];
  fill_moves(outputs[PLUS], outputs[MINUS], outputs[RANGE], input->series);
  fill_sums(outputs, n, period);
  for (size_t k = PLUS; k <= RANGE; k++)
    bt_indicator__fill_nan(outputs[k], n < period ? n : period);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0];
}

static const bt_param params[] = {
    {.name = "period", .preset = 14, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"plus_dm", "minus_dm", "range"};

extern const bt_indicator bt_indicator_directional_movement;
const bt_indicator bt_indicator_directional_movement = {
    .name = "directional_movement",
    .summary = "Wilder's sums of up moves, down moves and true ranges: s (period-1)/period + x; "
               "from bar period",
    .source = "Wilder 1978; TA-Lib PLUS_DM, MINUS_DM",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = first_bar,
    .compute = compute};
