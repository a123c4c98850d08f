/* Two simple moving averages: long while the fast one is above the slow one, short while below. */
#include "backtest/strategy.h"

enum { FAST, SLOW };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *fast = bt_sma(host, params[FAST]), *slow = bt_sma(host, params[SLOW]);
  for (size_t t = 0; t < host->series->n_bars; t++)
    side[t] = fast[t] > slow[t] ? 1 : fast[t] < slow[t] ? -1 : 0;
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
    .sides = sides,
};
