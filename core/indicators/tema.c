/* Triple exponential moving average of the close: 3 EMA - 3 EMA of EMA + EMA of that (ema_chain.h).
 * First value on bar 3 (period-1), as in TA-Lib. */
#include <stdlib.h>

#include "core/indicators/ema_chain.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/smooth.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  double *thrice = outputs[0], ema[3];
  size_t n = s->n_bars, first = bt_indicator__ema_chain_first(params[0], 3);
  bt_indicator__fill_nan(thrice, first < n ? first : n);
  if (first >= n) return BT_OK;
  double *once = malloc(2 * n * sizeof *once), *twice = once + n;
  if (!once) return bt_fail_nomem(err, "tema");
  bt_status status = bt_indicator__ema_chain_start(ema, 3, once, input, params[0], err);
  if (status) goto cleanup;
  once[first] = ema[0];
  twice[first] = ema[1];
  thrice[first] = ema[2];
  size_t next = first + 1;
  bt_indicator__smooth(once + next, s->close + next, n - next, ema[0], params[0]);
  bt_indicator__smooth(twice + next, once + next, n - next, ema[1], params[0]);
  bt_indicator__smooth(thrice + next, twice + next, n - next, ema[2], params[0]);
  for (size_t t = first; t < n; t++) thrice[t] += 3 * (once[t] - twice[t]);
cleanup:
  free(once);
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return bt_indicator__ema_chain_first(values[0], 3);
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"tema"};

extern const bt_indicator bt_indicator_tema;
const bt_indicator bt_indicator_tema = {
    .name = "tema",
    .summary = "3 EMA - 3 EMA(EMA) + EMA(EMA(EMA)), each seeded by a mean; from bar 3 (period-1)",
    .source = "Mulloy 1994; TA-Lib TEMA (default compatibility)",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
