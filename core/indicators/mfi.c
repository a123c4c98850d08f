/* Money flow index: 100 times the share of the money that flowed on bars whose typical price rose
 * in that of all bars whose typical price moved, over the last `period` bars. Typical price is
 * (high + low + close) / 3, the money is that times the volume. As TA-Lib MFI, also in that a
 * difference of typical prices which roundings can make is none; but where no money has flowed,
 * TA-Lib gives 0, and this NaN, as where a volume is not known. First value on bar `period`. */
#include "core/indicators/money_flow.h"

/* A typical price has moved if by more than this part of itself. Sums of prices of two decimals
 * that are equal often differ in their last bits, by up to two thirds of this. */
static const double ROUNDING = 1e-15;

static double typical(const bt_series *s, size_t t)
{
  return (s->high[t] + s->low[t] + s->close[t]) / 3;
}

static void fill_flows(double *restrict rising, double *restrict moving, const bt_series *series,
                       size_t first, size_t n)
{
  const bt_series s = *series;
  for (size_t i = 0; i < n; i++) {
    double before = typical(&s, first + i - 1), price = typical(&s, first + i);
    double money = price * s.volume[first + i], none = isnan(money) ? money : 0;
    double change = price - before, least = ROUNDING * price;
    rising[i] = change > least ? money : none;
    moving[i] = fabs(change) > least ? money : none;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  double *out = outputs[0];
  bt_status status = bt_indicator__flow_ratio(out, s, fill_flows, 1, (size_t)params[0], err);
  for (size_t t = 0; !status && t < s->n_bars; t++) out[t] *= 100;
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0];
}

static const bt_param params[] = {
    {.name = "period", .preset = 14, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"mfi"};

extern const bt_indicator bt_indicator_mfi;
const bt_indicator bt_indicator_mfi = {
    .name = "mfi",
    .summary = "money flow index, 0 to 100; undefined where no money has flowed",
    .source = "Quong and Soudack 1989; TA-Lib MFI",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
