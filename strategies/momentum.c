/* Time-series momentum (Moskowitz, Ooi and Pedersen 2012): the sign of the return from `lookback`
 * bars ago to `skip` bars ago. */
#include "backtest/strategy.h"

enum { LOOKBACK, SKIP };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *close = host->series->close;
  size_t n = host->series->n_bars, lookback = (size_t)params[LOOKBACK];
  size_t skip = (size_t)params[SKIP];
  for (size_t t = 0; t < n && t < lookback; t++) side[t] = 0;
  for (size_t t = lookback; t < n; t++) {
    double then = close[t - lookback], later = close[t - skip];
    side[t] = later > then ? 1 : later < then ? -1 : 0;
  }
}

static const bt_param params[] = {
    {"lookback", 252, 63, 252, 21, 1, 1e6, 1, "bars back to the first price"},
    {"skip", 21, 0, 21, 21, 0, 1e6, 1, "latest bars that are left out"},
};

extern const bt_strategy bt_strategy_momentum;
const bt_strategy bt_strategy_momentum = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "momentum",
    .summary = "time-series momentum: the sign of the past return",
    .params = params,
    .n_params = 2,
    .rule = "skip<lookback",
    .sides = sides,
};
