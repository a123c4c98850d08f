/* Rate of change: by how many per cent the close is above the one `period` bars before. First value
 * on bar `period`. Others (Tulip, TTR) give it as a fraction. */
#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/undefined.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)err;
  const double *close = input->series->close;
  size_t n = input->series->n_bars, period = (size_t)params[0];
  double *restrict out = outputs[0];
  bt_indicator__fill_nan(out, n < period ? n : period);
  for (size_t t = period; t < n; t++) out[t] = (close[t] / close[t - period] - 1) * 100;
  return BT_OK;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(10)};
static const char *const outputs[] = {"roc"};

extern const bt_indicator bt_indicator_roc;
const bt_indicator bt_indicator_roc = {
    .name = "roc",
    .summary = "rate of change: 100 (close / close `period` bars before - 1), in per cent",
    .source = "TA-Lib ROC",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_changes,
    .compute = compute};
