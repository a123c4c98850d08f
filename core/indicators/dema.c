/* Double exponential moving average of the close: 2 EMA - EMA of EMA, each seeded by the mean of
 * its first `period` values. First value on bar 2 (period-1), as in TA-Lib. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/recurrence.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  size_t n = input->series->n_bars, first = (size_t)params[0] - 1;
  double *twice = outputs[0], *once = malloc(n * sizeof *once);
  if (!once) return bt_fail_nomem(err, "dema");
  bt_status status = bt_indicator__ema_from(once, input->series->close, n, 0, params[0], err);
  if (!status) status = bt_indicator__ema_from(twice, once, n, first, params[0], err);
  for (size_t t = 0; !status && t < n; t++) twice[t] = 2 * once[t] - twice[t];
  free(once);
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return 2 * ((size_t)values[0] - 1);
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"dema"};

extern const bt_indicator bt_indicator_dema;
const bt_indicator bt_indicator_dema = {
    .name = "dema",
    .summary = "double exponential moving average: 2 EMA - EMA(EMA), each seeded by a mean",
    .source = "Mulloy 1994; TA-Lib DEMA (default compatibility)",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
