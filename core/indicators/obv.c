/* On-balance volume: the running total of the volumes of bars that close higher, less those of bars
 * that close lower. It starts with the volume of the first bar, as in TA-Lib and TTR (Tulip starts
 * with 0). A bar without a volume is NaN and adds nothing. */
#include "core/indicators/money_flow.h"

static void fill_flows(double *restrict flow, const bt_series *s)
{
  const double *close = s->close, *volume = s->volume;
  if (s->n_bars > 0) flow[0] = volume[0];
  for (size_t t = 1; t < s->n_bars; t++) {
    double moved = close[t] > close[t - 1] ? volume[t] : -volume[t];
    double still = isnan(volume[t]) ? volume[t] : 0;
    flow[t] = close[t] != close[t - 1] ? moved : still;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)params;
  (void)err;
  fill_flows(outputs[0], input->series);
  bt_indicator__running_total(outputs[0], input->series->n_bars);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)values;
  (void)output;
  return 0;
}

static const char *const outputs[] = {"obv"};

extern const bt_indicator bt_indicator_obv;
const bt_indicator bt_indicator_obv = {
    .name = "obv",
    .summary = "on-balance volume: + volume where the close rises, - where it falls",
    .source = "Granville 1963; TA-Lib OBV, which starts with the first volume",
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
