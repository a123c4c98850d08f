/* Two exponential moving averages: long while the fast one is above the slow one, short while
 * below. */
#include "backtest/strategy.h"

enum { FAST, SLOW };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *fast = bt_ema(host, params[FAST]), *slow = bt_ema(host, params[SLOW]);
  for (size_t t = 0; t < host->series->n_bars; t++)
    side[t] = fast[t] > slow[t] ? 1 : fast[t] < slow[t] ? -1 : 0;
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
    .sides = sides,
};
