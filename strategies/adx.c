/* Moving average cross in trends alone: the side of the fast EMA from the slow one while Wilder's
 * ADX is above `threshold`, else no position. */
#include "backtest/strategy.h"

enum { FAST, SLOW, PERIOD, THRESHOLD };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *fast = bt_ema(host, params[FAST]), *slow = bt_ema(host, params[SLOW]);
  const double *adx = bt_adx(host, params[PERIOD]), threshold = params[THRESHOLD];
  for (size_t t = 0; t < host->series->n_bars; t++) {
    int cross = (fast[t] > slow[t]) - (fast[t] < slow[t]);
    side[t] = (signed char)(adx[t] > threshold ? cross : 0);
  }
}

static const bt_param params[] = {
    {"fast", 12, 6, 18, 6, 1, 1e6, 1, "bars of the fast average"},
    {"slow", 26, 20, 40, 10, 1, 1e6, 1, "bars of the slow average"},
    {"period", 14, 7, 21, 7, 1, 1e6, 1, "bars of the ADX"},
    {"threshold", 25, 15, 35, 5, 0, 100, 0, "ADX above which there is a trend"},
};

extern const bt_strategy bt_strategy_adx;
const bt_strategy bt_strategy_adx = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "adx",
    .summary = "crossing exponential averages while the ADX shows a trend",
    .params = params,
    .n_params = 4,
    .rule = "fast<slow",
    .sides = sides,
};
