/* Rolling volume-weighted average price: typical price (high + low + close) / 3 times volume,
 * summed over the last `period` bars, over the sum of their volumes; TTR's VWAP of the typical
 * price. NaN where no bar of the window has a volume, or one is not known. First value on bar
 * period-1. */
#include "core/indicators/money_flow.h"

/* From the close, so that it is exactly the price of a bar that has only one. */
static double typical(const bt_series *s, size_t t)
{
  double close = s->close[t];
  return close + ((s->high[t] - close) + (s->low[t] - close)) / 3;
}

static void fill_flows(double *restrict money, double *restrict volume, const bt_series *series,
                       size_t first, size_t n)
{
  const bt_series s = *series;
  for (size_t i = 0; i < n; i++) {
    volume[i] = s.volume[first + i];
    money[i] = typical(&s, first + i) * volume[i];
  }
}

static bool same_price(const bt_series *s, size_t a, size_t b)
{
  return s->close[a] == s->close[b] && s->high[a] == s->high[b] && s->low[a] == s->low[b];
}

/* A mean of equal prices is that price, whatever the roundings. Looks from the end of a window back
 * as far as prices are equal; the next window that may be flat begins there. */
static void settle_flat(double *restrict out, const bt_series *s, size_t period)
{
  size_t n = s->n_bars;
  for (size_t begin = 0; begin + period <= n;) {
    size_t last = begin + period - 1, t = last;
    while (t > begin && same_price(s, t - 1, last)) t--;
    if (t == begin)
      for (t = last; t < n && same_price(s, t, begin); t++)
        if (!isnan(out[t])) out[t] = typical(s, t);
    begin = t;
  }
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_series *s = input->series;
  size_t period = (size_t)params[0];
  bt_status status = bt_indicator__flow_ratio(outputs[0], s, fill_flows, 0, period, err);
  if (!status) settle_flat(outputs[0], s, period);
  return status;
}

static size_t first_bar(const double *values, size_t output)
{
  (void)output;
  return (size_t)values[0] - 1;
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"}};
static const char *const outputs[] = {"vwap"};

extern const bt_indicator bt_indicator_vwap;
const bt_indicator bt_indicator_vwap = {
    .name = "vwap",
    .summary = "rolling volume-weighted mean of the typical price; undefined without a volume",
    .source = "TTR VWAP of (high + low + close) / 3",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = first_bar,
    .compute = compute};
