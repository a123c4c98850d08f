/* Simple moving average of the close: the double nearest to the exact mean of the last `period`. */
#include "core/indicator.h"
#include "core/indicators/period.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  bt_exact_moving_mean(outputs[0], input->close_sums, (size_t)params[0]);
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"sma"};

extern const bt_indicator bt_indicator_sma;
const bt_indicator bt_indicator_sma = {
    .name = "sma",
    .summary = "simple moving average: mean of the last `period` closes, correctly rounded",
    .source = "TA-Lib SMA, but exact",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
