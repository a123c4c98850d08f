/* Mean reversion: long once Wilder's RSI is below `lower`, short once it is above `upper`, held
 * until the other one comes. */
#include "backtest/strategy.h"

enum { PERIOD, LOWER, UPPER };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *rsi = bt_rsi(host, params[PERIOD]);
  const double lower = params[LOWER], upper = params[UPPER];
  for (size_t t = 0; t < host->series->n_bars; t++)
    side[t] = rsi[t] > upper ? -1 : rsi[t] < lower ? 1 : BT_AS_BEFORE;
}

static const bt_param params[] = {
    {"period", 14, 5, 30, 5, 1, 1e6, 1, "bars of the RSI"},
    {"lower", 30, 15, 40, 5, 0, 100, 0, "long below this RSI"},
    {"upper", 70, 60, 85, 5, 0, 100, 0, "short above this RSI"},
};

extern const bt_strategy bt_strategy_rsi;
const bt_strategy bt_strategy_rsi = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "rsi",
    .summary = "mean reversion from oversold and overbought RSI",
    .params = params,
    .n_params = 3,
    .rule = NULL,
    .sides = sides,
};
