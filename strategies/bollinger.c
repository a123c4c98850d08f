/* Mean reversion inside Bollinger bands: long from a close below the lower band until one at or
 * above the middle; short from a close above the upper band until one at or below the middle. */
#include "backtest/strategy.h"

enum { PERIOD, WIDTH };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *close = host->series->close;
  const double *middle = bt_sma(host, params[PERIOD]), *std = bt_stddev(host, params[PERIOD]);
  int held = 0;
  for (size_t t = 0; t < host->series->n_bars; t++) {
    if (held > 0 && close[t] >= middle[t]) held = 0;
    if (held < 0 && close[t] <= middle[t]) held = 0;
    if (close[t] < middle[t] - params[WIDTH] * std[t]) held = 1;
    if (close[t] > middle[t] + params[WIDTH] * std[t]) held = -1;
    side[t] = (signed char)held;
  }
}

static const bt_param params[] = {
    {"period", 20, 10, 50, 5, 1, 1e6, 1, "bars of mean and deviation"},
    {"width", 2, 1, 3, 0.5, 0, 100, 0, "standard deviations from the mean to a band"},
};

extern const bt_strategy bt_strategy_bollinger;
const bt_strategy bt_strategy_bollinger = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "bollinger",
    .summary = "mean reversion from the Bollinger bands to their middle",
    .params = params,
    .n_params = 2,
    .rule = NULL,
    .sides = sides,
};
