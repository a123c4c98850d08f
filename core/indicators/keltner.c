/* Keltner channel: an exponential mean of the typical prices, seeded by the mean of the first
 * `period` of them, and `width` of Wilder's average true ranges above and
 * below. The middle begins on bar period - 1, the other two with the ATR on bar `period`. On a flat
 * price all three are exactly that price. */
#include <stdlib.h>

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/period.h"
#include "core/indicators/recurrence.h"
#include "core/indicators/typical_price.h"

static bt_status fill_middle(double *out, const bt_series *s, double period, bt_error *err)
{
  double *typical = malloc(s->n_bars * sizeof *typical);
  if (!typical) return bt_fail_nomem(err, "keltner");
  for (size_t t = 0; t < s->n_bars; t++) typical[t] = bt_indicator__typical_price(s, t);
  bt_status status = bt_indicator__ema_from(out, typical, s->n_bars, 0, period, err);
  free(typical);
  return status;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request of_range = {"atr", params, 1, 0};
  const double *range = NULL;
  bt_status status = bt_indicator_get(&range, input->others, &of_range, err);
  if (!status) status = fill_middle(outputs[BT_MIDDLE], input->series, params[0], err);
  if (status) return status;
  double *restrict upper = outputs[BT_UPPER], *restrict lower = outputs[BT_LOWER],
                   width = params[1];
  const double *middle = outputs[BT_MIDDLE];
  for (size_t t = 0, n = input->series->n_bars; t < n; t++) {
    double distance = width * range[t];
    upper[t] = middle[t] + distance;
    lower[t] = middle[t] - distance;
  }
  return BT_OK;
}

static size_t first_bar(const double *values, size_t output)
{
  return output == BT_MIDDLE ? (size_t)values[0] - 1 : (size_t)values[0];
}

static const bt_param params[] = {
    BT_INDICATOR_PERIOD(20),
    {.name = "width", .preset = 2, .least = 0, .most = 1e6, .meaning = "average true ranges"}};
static const char *const outputs[] = {"upper", "middle", "lower"};

extern const bt_indicator bt_indicator_keltner;
const bt_indicator bt_indicator_keltner = {
    .name = "keltner",
    .summary = "Keltner channel: EMA of (high + low + close) / 3, and `width` ATR of as many bars "
               "above and below it",
    .source = "TTR keltnerChannels; its parts as TA-Lib EMA and ATR",
    .params = params,
    .n_params = 2,
    .outputs = outputs,
    .n_outputs = 3,
    .first_bar = first_bar,
    .compute = compute};
