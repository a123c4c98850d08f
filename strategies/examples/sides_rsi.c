/* Buys the dip of a rising market: long from an oversold RSI while the close is above a long
 * average, until the RSI is back in the middle. */
#include <backtest/strategy.h>

enum { PERIOD, LOWER, TREND };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *close = host->series->close;
  const double *rsi = bt_rsi(host, params[PERIOD]), *trend = bt_sma(host, params[TREND]);
  for (size_t t = 0; t < host->series->n_bars; t++) {
    int oversold = rsi[t] < params[LOWER] && close[t] > trend[t];
    side[t] = oversold ? 1 : rsi[t] > 50 ? 0 : BT_AS_BEFORE;
  }
}

static const bt_param params[] = {
    {"period", 4, 2, 14, 2, 1, 1e6, 1, "bars of the RSI"},
    {"lower", 30, 20, 40, 5, 0, 50, 0, "long below this RSI"},
    {"trend", 200, 100, 200, 50, 1, 1e6, 1, "bars of the long average"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "sides_rsi",
    .summary = "oversold RSI in a rising market",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .sides = sides,
};
