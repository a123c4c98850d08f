/* Simple moving average of the close: the double nearest to the exact mean of the last `period`. */
#include "core/indicator.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  bt_exact_moving_mean(outputs[0], input->close_sums, (size_t)params[0]);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0] - 1;
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
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
    .first_bar = first_bar,
    .compute = compute};
