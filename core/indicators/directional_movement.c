/* Wilder's directional movement, as sums that forget: of the up moves (+DM), the down moves (-DM)
 * and the true ranges, each seeded by its first `period`-1 values and then s = s (period-1)/period
 * + x, as TA-Lib has them. A bar's move is how far its high is above the high before or its low
 * below the low before, whichever is more; none where both are equal or neither is positive. From
 * bar `period` on. An indicator by itself, so that plus_di, minus_di and adx share it. */
#include "core/indicator.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/true_range.h"

enum { PLUS, MINUS, RANGE };

typedef struct moves {
  double plus, minus, range;
} moves;

/* Of one bar, from the second one on. */
static inline moves moves_of(const bt_series *s, size_t t)
{
  double up = s->high[t] - s->high[t - 1], down = s->low[t - 1] - s->low[t];
  double range = bt_indicator__true_range(s->high[t], s->low[t], s->close[t - 1]);
  double most = up > down ? up : down;
  most = most > 0 ? most : 0;
  return (moves){up > down ? most : 0, down > up ? most : 0, range};
}

static void fill_sums(double *const *outputs, const bt_series *s, size_t period)
{
  const double kept = (double)(period - 1) / (double)period;
  double *restrict plus = outputs[PLUS], *restrict minus = outputs[MINUS];
  double *restrict range = outputs[RANGE];
  moves sum = {0, 0, 0};
  for (size_t t = 1; t < s->n_bars; t++) {
    moves now = moves_of(s, t);
    double old = t < period ? 1 : kept;
    plus[t] = sum.plus = sum.plus * old + now.plus;
    minus[t] = sum.minus = sum.minus * old + now.minus;
    range[t] = sum.range = sum.range * old + now.range;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  size_t n = input->series->n_bars, period = (size_t)params[0];
  fill_sums(outputs, input->series, period);
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
