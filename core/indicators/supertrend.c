/* Supertrend (Seban), the classic rule of the final bands. The upper band is (high + low) / 2 +
 * multiplier x ATR, the lower one that much below; each stays where it was on the bar before unless
 * it comes nearer to the price, or the close before was beyond it. While the trend is up, the line
 * is the lower band, until a close below it; then the upper band, until a close above it. The ATR
 * is Wilder's as TA-Lib seeds it (others take a plain mean of true ranges). First value on bar
 * `period`, with the trend up; as long as nothing has moved there (ATR 0) there is no trend, and
 * the first value comes with the first move. */
#include <stdbool.h>

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/indicators/period.h"
#include "core/indicators/undefined.h"

typedef struct bands {
  double upper, lower;
} bands;

static inline bands bands_of(const bt_series *s, size_t t, double distance)
{
  double middle = (s->high[t] + s->low[t]) / 2;
  return (bands){middle + distance, middle - distance};
}

/* close is that of the bar before, as old is. */
static inline bands tighten(bands old, bands wanted, double close)
{
  bool upper_moves = wanted.upper < old.upper || close > old.upper;
  bool lower_moves = wanted.lower > old.lower || close < old.lower;
  return (bands){upper_moves ? wanted.upper : old.upper, lower_moves ? wanted.lower : old.lower};
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  const bt_indicator_request wanted = {"atr", params, 1, 0};
  const bt_series *s = input->series;
  const double *atr = NULL, *close = s->close, multiplier = params[1];
  bt_status status = bt_indicator_get(&atr, input->others, &wanted, err);
  if (status) return status;
  double *restrict line = outputs[BT_SUPERTREND], *restrict direction = outputs[BT_DIRECTION];
  size_t n = s->n_bars, t = 0;
  while (t < n && !(atr[t] > 0)) t++;
  bt_indicator__fill_nan(line, t);
  bt_indicator__fill_nan(direction, t);
  bool up = true;
  bands now = {(double)INFINITY, -(double)INFINITY};
  for (; t < n; t++) {
    now = tighten(now, bands_of(s, t, multiplier * atr[t]), t ? close[t - 1] : close[t]);
    up = up ? !(close[t] < now.lower) : close[t] > now.upper;
    line[t] = up ? now.lower : now.upper;
    direction[t] = up ? 1 : -1;
  }
  return BT_OK;
}

static const bt_param params[] = {
    {.name = "period", .preset = 10, .least = 1, .most = 1e6, .whole = 1, .meaning = "bars of ATR"},
    {.name = "multiplier", .preset = 3, .least = 0, .most = 100, .meaning = "ATRs to a band"}};
static const char *const outputs[] = {"supertrend", "direction"};

extern const bt_indicator bt_indicator_supertrend;
const bt_indicator bt_indicator_supertrend = {
    .name = "supertrend",
    .summary = "the band, multiplier x ATR from the middle of the bar, that trails the price; "
               "direction +1 while below it, -1 while above",
    .source = "Seban's Supertrend, classic final bands, with TA-Lib's ATR",
    .params = params,
    .n_params = 2,
    .outputs = outputs,
    .n_outputs = 2,
    .first_bar = bt_indicator__first_changes,
    .compute = compute};
