/* Mean reversion: long once Wilder's RSI is below `lower`, short once it is above `upper`, held
 * until the other one comes. */
#include <math.h>

#include "backtest/strategy.h"

enum { PERIOD, LOWER, UPPER };

static void signals(const bt_host *host, const double *params, double *target)
{
  const double *rsi = bt_rsi(host, params[PERIOD]);
  for (size_t t = 0; t < host->series->n_bars; t++) {
    target[t] = (double)NAN; /* as before */
    if (rsi[t] < params[LOWER]) target[t] = 1;
    if (rsi[t] > params[UPPER]) target[t] = -1;
  }
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
    .signals = signals,
};
