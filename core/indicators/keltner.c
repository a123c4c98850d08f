/* Keltner channel: an exponential mean of the typical prices (high + low + close) / 3, seeded by
 * the mean of the first `period` of them, and `width` of Wilder's average true ranges above and
 * below. The middle begins on bar period - 1, the other two with the ATR on bar `period`. On a flat
 * price all three are exactly that price. */
#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/recurrence.h"

enum { UPPER, MIDDLE, LOWER };

/* (high + low + close) / 3, exactly the price where all three are equal. */
static void fill_typical(double *restrict out, const bt_series *s)
{
  for (size_t t = 0; t < s->n_bars; t++) {
    double close = s->close[t];
    out[t] = close + ((s->high[t] - close) + (s->low[t] - close)) / 3;
  }
}

static bt_status fill_middle(double *out, const bt_series *s, double period, bt_error *err)
{
  size_t seed_bars = (size_t)period;
  bt_exact_sums *sums = NULL;
  if (seed_bars > s->n_bars) {
    bt_indicator__fill_nan(out, s->n_bars);
    return BT_OK;
  }
  fill_typical(out, s);
  bt_status status = bt_exact_sums_new(&sums, out, seed_bars, err);
  if (status) return status;
  double seed = bt_exact_mean(sums, 0, seed_bars);
  bt_exact_sums_free(sums);
  bt_indicator__ema(out, out, s->n_bars, seed_bars - 1, seed, period);
  return BT_OK;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request of_range = {"atr", params, 1, 0};
  const double *range = NULL;
  bt_status status = bt_indicator_get(&range, input->others, &of_range, err);
  if (!status) status = fill_middle(outputs[MIDDLE], input->series, params[0], err);
  if (status) return status;
  double *restrict upper = outputs[UPPER], *restrict lower = outputs[LOWER], width = params[1];
  const double *middle = outputs[MIDDLE];
  for (size_t t = 0, n = input->series->n_bars; t < n; t++) {
    double distance = width * range[t];
    upper[t] = middle[t] + distance;
    lower[t] = middle[t] - distance;
  }
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  return output == MIDDLE ? (size_t)values[0] - 1 : (size_t)values[0];
}

static const bt_param params[] = {
    {.name = "period", .preset = 20, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars"},
    {.name = "width", .preset = 2, .least = 0, .most = 1e6, .meaning = "average true ranges"}};
static const char *const outputs[] = {"upper", "middle", "lower"};

extern const bt_indicator bt_indicator_keltner;
const bt_indicator bt_indicator_keltner = {
    .name = "keltner",
    .summary =
        "EMA of (high + low + close) / 3, and `width` ATR of as many bars above and below it",
    .source = "TTR keltnerChannels; its parts as TA-Lib EMA and ATR",
    .params = params,
    .n_params = 2,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = first_bar,
    .compute = compute};
