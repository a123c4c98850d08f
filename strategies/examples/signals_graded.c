/* A trend that is followed by degrees: as much of the equity as the close is standard deviations
 * away from its average, long above and short below, in steps of a quarter. */
#include <backtest/strategy.h>

enum { PERIOD, FULL };

static void signals(const bt_host *host, const double *params, double *target)
{
  const double *close = host->series->close;
  const double *mean = bt_sma(host, params[PERIOD]), *spread = bt_stddev(host, params[PERIOD]);
  for (size_t t = 0; t < host->series->n_bars; t++) {
    double away = (close[t] - mean[t]) / (params[FULL] * spread[t]); /* NaN: as before */
    target[t] = isfinite(away) ? fmax(-1, fmin(1, round(4 * away) / 4)) : (double)NAN;
  }
}

static const bt_param params[] = {
    {"period", 100, 50, 200, 50, 2, 1e6, 1, "bars of average and deviation"},
    {"full", 2, 1, 3, 0.5, 0.1, 10, 0, "standard deviations at which all equity is in"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "signals_graded",
    .summary = "exposure by the distance from the average",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .signals = signals,
};
