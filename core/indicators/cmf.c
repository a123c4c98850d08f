/* Chaikin money flow: the flow of money of the last `period` bars over their volume, as TTR has it.
 * A bar whose high is its low flows nowhere, and its volume counts. NaN where no bar of the window
 * has a volume or none has a range (TTR gives 0 for the latter), and where a volume is not known.
 * First value on bar period-1. */
#include <stdlib.h>

#include "core/indicators/money_flow.h"
#include "core/indicators/period.h"

/* Undefined where none of the last `period` bars has a range. */
static void leave_out_flat(double *restrict out, const bt_series *s, size_t period)
{
  size_t n_flat = 0; /* bars without a range up to this one */
  for (size_t t = 0; t < s->n_bars; t++) {
    n_flat = s->high[t] > s->low[t] ? 0 : n_flat + 1;
    if (n_flat >= period) out[t] = (double)NAN;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  size_t n = s->n_bars, period = (size_t)params[0];
  double *flow = malloc(n * sizeof *flow);
  if (!flow) return bt_fail_nomem(err, "cmf");
  bt_indicator__fill_money_flow(flow, s);
  bt_status status = bt_indicator__flow_ratio(outputs[0], flow, s->volume, n, period, err);
  free(flow);
  if (!status) leave_out_flat(outputs[0], s, period);
  return status;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"cmf"};

extern const bt_indicator bt_indicator_cmf;
const bt_indicator bt_indicator_cmf = {
    .name = "cmf",
    .summary = "Chaikin money flow, -1 to 1; undefined without a volume or a range",
    .source = "Chaikin; TTR CMF, but undefined on a flat price",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
