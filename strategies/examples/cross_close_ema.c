/* The close against its exponential average: long above, short below. */
#include <backtest/strategy.h>

enum { PERIOD };

static void cross(const bt_host *host, const double *params, const double *pair[2])
{
  pair[0] = host->series->close;
  pair[1] = bt_ema(host, params[PERIOD]);
}

static const bt_param params[] = {
    {"period", 50, 10, 200, 10, 1, 1e6, 1, "bars of the average"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "cross_close_ema",
    .summary = "close against its exponential average",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .cross = cross,
};
