/* Wilder's average true range. The true range of a bar is the widest of high - low, high - close
 * before and close before - low, from the second bar on; the average is seeded by the first
 * `period` of them, summed in order, as TA-Lib has it. First value on bar `period`. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/true_range.h"
#include "core/indicators/undefined.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  size_t n = s->n_bars, period = (size_t)params[0];
  double sum = 0;
  bt_indicator__fill_nan(outputs[0], n);
  if (n <= period) return BT_OK;
  double *ranges = malloc(n * sizeof *ranges);
  if (!ranges) return bt_fail_nomem(err, "atr");
  for (size_t t = 1; t < n; t++)
    ranges[t] = bt_indicator__true_range(s->high[t], s->low[t], s->close[t - 1]);
  for (size_t t = 1; t <= period; t++) sum += ranges[t];
  bt_indicator__wilder(outputs[0], ranges, n, period, sum / params[0], params[0]);
  free(ranges);
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"atr"};

extern const bt_indicator bt_indicator_atr;
const bt_indicator bt_indicator_atr = {.name = "atr",
                                       .summary =
                                           "average true range: Wilder's average of true_range",
                                       .source = "Wilder 1978; TA-Lib ATR",
                                       .params = params,
                                       .n_params = 1,
                                       .outputs = outputs,
                                       .n_outputs = 1,
                                       .first_bar = bt_indicator__first_changes,
                                       .compute = compute};
