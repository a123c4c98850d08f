/* Highest high of the last `period` bars, the current one included. */
#include "core/indicator.h"
#include "core/indicators/extremes.h"
#include "core/indicators/period.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  const bt_series *s = input->series;
  bt_indicator__rolling_max(outputs[0], s->high, s->n_bars, (size_t)params[0]);
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"highest"};

extern const bt_indicator bt_indicator_highest;
const bt_indicator bt_indicator_highest = {.name = "highest",
                                           .summary = "highest high of the last `period` bars",
                                           .source = "TA-Lib MAX on the high",
                                           .params = params,
                                           .n_params = 1,
                                           .outputs = outputs,
                                           .n_outputs = 1,
                                           .first_bar = bt_indicator__first_window,
                                           .compute = compute};
