/* Double exponential moving average of the close: 2 EMA - EMA of EMA (ema_chain.h). First value on
 * bar 2 (period-1), as in TA-Lib. */
#include <stdlib.h>

#include "core/indicators/ema_chain.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/smooth.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  double *twice = outputs[0], ema[2];
  size_t n = s->n_bars, first = bt_indicator__ema_chain_first(params[0], 2);
  bt_indicator__fill_nan(twice, first < n ? first : n);
  if (first >= n) return BT_OK;
  double *once = malloc(n * sizeof *once);
  if (!once) return bt_fail_nomem(err, "dema");
  bt_status status = bt_indicator__ema_chain_start(ema, 2, once, input, params[0], err);
  if (status) goto cleanup;
  once[first] = ema[0];
  twice[first] = ema[1];
  size_t next = first + 1;
  bt_indicator__smooth(once + next, s->close + next, n - next, ema[0], params[0]);
  bt_indicator__smooth(twice + next, once + next, n - next, ema[1], params[0]);
  for (size_t t = first; t < n; t++) twice[t] = 2 * once[t] - twice[t];
cleanup:
  free(once);
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return bt_indicator__ema_chain_first(values[0], 2);
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"dema"};

extern const bt_indicator bt_indicator_dema;
const bt_indicator bt_indicator_dema = {
    .name = "dema",
    .summary = "2 EMA - EMA(EMA), each seeded by a mean; from bar 2 (period-1)",
    .source = "Mulloy 1994; TA-Lib DEMA (default compatibility)",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
