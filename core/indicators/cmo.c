/* Chande's momentum oscillator, 100 (G - L) / (G + L), with G and L the averages of gains and
 * losses that rsi has: as TA-Lib, which takes Wilder's averages, so that it is 2 RSI - 100.
 * Chande's own (and Tulip's) takes plain sums over the period. First value on bar `period`; NaN
 * where nothing has moved. */
#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/period.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request wanted = {"rsi", params, 1, 0};
  const double *rsi = NULL;
  bt_status status = bt_indicator_get(&rsi, input->others, &wanted, err);
  if (status) return status;
  double *restrict out = outputs[0];
  for (size_t t = 0; t < input->series->n_bars; t++) out[t] = 2 * rsi[t] - 100;
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"cmo"};

extern const bt_indicator bt_indicator_cmo;
const bt_indicator bt_indicator_cmo = {.name = "cmo",
                                       .summary =
                                           "Chande momentum oscillator with Wilder's averages: 2 "
                                           "RSI - 100; undefined where nothing has moved",
                                       .source = "Chande and Kroll 1994; TA-Lib CMO",
                                       .params = params,
                                       .n_params = 1,
                                       .outputs = outputs,
                                       .n_outputs = 1,
                                       .first_bar = bt_indicator__first_changes,
                                       .compute = compute};
