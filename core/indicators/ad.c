/* Accumulation/distribution line: the running total of Chaikin's flow of money, from 0 before the
 * first bar, as in TA-Lib, TTR and Tulip. A bar whose high is its low adds nothing. A bar without a
 * volume is NaN and adds nothing either. */
#include "core/indicators/money_flow.h"

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  (void)params;
  (void)err;
  bt_indicator__fill_money_flow(outputs[0], input->series);
  bt_indicator__running_total(outputs[0], input->series->n_bars);
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)values;
  (void)output;
  return 0;
}

static const char *const outputs[] = {"ad"};

extern const bt_indicator bt_indicator_ad;
const bt_indicator bt_indicator_ad = {
    .name = "ad",
    .summary = "accumulation/distribution line: total of volume x place of the close in the range",
    .source = "Chaikin; TA-Lib AD",
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
