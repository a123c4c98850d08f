/* Two simple moving averages: long while the fast one is above the slow one, short while below. */
#include "backtest/strategy.h"

enum { FAST, SLOW };

static void cross(const bt_host *host, const double *params, const double *pair[2])
{
  pair[0] = bt_sma(host, params[FAST]);
  pair[1] = bt_sma(host, params[SLOW]);
}

static const bt_param params[] = {
    {"fast", 20, 5, 50, 5, 1, 1e6, 1, "bars of the fast average"},
    {"slow", 50, 20, 200, 10, 1, 1e6, 1, "bars of the slow average"},
};

extern const bt_strategy bt_strategy_sma;
const bt_strategy bt_strategy_sma = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "sma",
    .summary = "cross of two simple moving averages",
    .params = params,
    .n_params = 2,
    .rule = "fast<slow",
    .cross = cross,
};
