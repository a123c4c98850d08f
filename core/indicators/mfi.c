/* Money flow index: 100 times the share of the money that flowed on bars whose typical price rose
 * in that of all bars whose typical price moved, over the last `period` bars. The money is typical
 * price times volume. As TA-Lib MFI, also in that a difference of typical prices which roundings
 * can make is none; but where no money has flowed, TA-Lib gives 0, and this NaN, as where a volume
 * is not known. First value on bar `period`. */
#include <stdlib.h>

#include "core/indicators/money_flow.h"
#include "core/indicators/period.h"
#include "core/indicators/typical_price.h"

/* Of the bars from the second one on; the first has none. */
static void fill_flows(double *restrict rising, double *restrict moving,
                       const double *restrict typical, const double *restrict volume, size_t n)
{
  rising[0] = moving[0] = (double)NAN;
  for (size_t t = 1; t < n; t++) {
    double change = typical[t] - typical[t - 1], money = typical[t] * volume[t];
    double none = isnan(money) ? money : 0;
    moving[t] = bt_indicator__has_moved(change, typical[t]) ? money : none;
    rising[t] = change > 0 ? moving[t] : none;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series s = *input->series;
  size_t n = s.n_bars;
  double *rising = malloc(3 * n * sizeof *rising), *out = outputs[0];
  if (!rising) return bt_fail_nomem(err, "mfi");
  double *moving = rising + n, *typical = moving + n;
  for (size_t t = 0; t < n; t++) typical[t] = bt_indicator__typical_price(&s, t);
  fill_flows(rising, moving, typical, s.volume, n);
  bt_status status = bt_indicator__flow_ratio(out, rising, moving, n, (size_t)params[0], err);
  for (size_t t = 0; t < n && !status; t++) out[t] *= 100;
  free(rising);
  return status;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(14)};
static const char *const outputs[] = {"mfi"};

extern const bt_indicator bt_indicator_mfi;
const bt_indicator bt_indicator_mfi = {
    .name = "mfi",
    .summary = "money flow index, 0 to 100: of typical price (high + low + close) / 3 x volume, "
               "the share of bars whose typical price rose; undefined where no money has flowed",
    .source = "Quong and Soudack 1989; TA-Lib MFI",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_changes,
    .compute = compute};
