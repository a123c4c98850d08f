/* Trend following: long while the Supertrend's direction is up, short while it is down. */
#include "backtest/strategy.h"

enum { PERIOD, MULTIPLIER };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *direction = bt_supertrend(host, params[PERIOD], params[MULTIPLIER], BT_DIRECTION);
  for (size_t t = 0; t < host->series->n_bars; t++)
    side[t] = direction[t] > 0 ? 1 : direction[t] < 0 ? -1 : 0;
}

static const bt_param params[] = {
    {"period", 10, 7, 21, 7, 1, 1e6, 1, "bars of the ATR"},
    {"multiplier", 3, 1.5, 4.5, 0.5, 0, 100, 0, "ATRs from the middle of a bar to a band"},
};

extern const bt_strategy bt_strategy_supertrend;
const bt_strategy bt_strategy_supertrend = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "supertrend",
    .summary = "trend following with the Supertrend's direction",
    .params = params,
    .n_params = 2,
    .rule = NULL,
    .sides = sides,
};
