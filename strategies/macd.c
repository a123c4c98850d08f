/* Long while the MACD line is above its signal line, short while below. */
#include "backtest/strategy.h"

enum { FAST, SLOW, SIGNAL };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *line = bt_macd(host, params[FAST], params[SLOW], params[SIGNAL], 0);
  const double *signal = bt_macd(host, params[FAST], params[SLOW], params[SIGNAL], 1);
  for (size_t t = 0; t < host->series->n_bars; t++)
    side[t] = line[t] > signal[t] ? 1 : line[t] < signal[t] ? -1 : 0;
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
    .sides = sides,
};
