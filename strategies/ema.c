/* Two exponential moving averages: long while the fast one is above the slow one, short while
 * below. */
#include "backtest/strategy.h"

enum { FAST, SLOW };

static void cross(const bt_host *host, const double *params, const double *pair[2])
{
  pair[0] = bt_ema(host, params[FAST]);
  pair[1] = bt_ema(host, params[SLOW]);
}

static const bt_param params[] = {
    {"fast", 12, 5, 50, 5, 1, 1e6, 1, "bars of the fast average"},
    {"slow", 26, 20, 200, 10, 1, 1e6, 1, "bars of the slow average"},
};

extern const bt_strategy bt_strategy_ema;
const bt_strategy bt_strategy_ema = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "ema",
    .summary = "cross of two exponential moving averages",
    .params = params,
    .n_params = 2,
    .rule = "fast<slow",
    .cross = cross,
};
