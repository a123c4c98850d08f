/* Long while the MACD line is above its signal line, short while below. */
#include "backtest/strategy.h"

enum { FAST, SLOW, SIGNAL };

static void cross(const bt_host *host, const double *params, const double *pair[2])
{
  for (size_t output = 0; output < 2; output++)
    pair[output] = bt_macd(host, params[FAST], params[SLOW], params[SIGNAL], output);
}

static const bt_param params[] = {
    {"fast", 12, 6, 18, 2, 1, 1e6, 1, "bars of the fast average"},
    {"slow", 26, 20, 40, 4, 1, 1e6, 1, "bars of the slow average"},
    {"signal", 9, 5, 13, 2, 1, 1e6, 1, "bars of the signal line"},
};

extern const bt_strategy bt_strategy_macd;
const bt_strategy bt_strategy_macd = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "macd",
    .summary = "moving average convergence/divergence against its signal line",
    .params = params,
    .n_params = 3,
    .rule = "fast<slow",
    .cross = cross,
};
