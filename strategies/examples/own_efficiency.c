/* Has an indicator of its own: Kaufman's efficiency ratio, how far the close has come in `period`
 * bars against all the way that it went. Long while it rises efficiently, short while it falls so.
 */
#include <backtest/strategy.h>

enum { PERIOD, LEVEL };

/* -1 (straight down) to 1 (straight up). The host computes it once for each period, however many
 * levels are tried with it. */
static void efficiency(const bt_host *host, const double *params, double *restrict out)
{
  const double *close = host->series->close;
  size_t n = host->series->n_bars, period = (size_t)params[0];
  for (size_t t = 0; t < n; t++) {
    double way = 0;
    out[t] = (double)NAN; /* not yet, or nothing has moved */
    if (t < period) continue;
    for (size_t i = t - period + 1; i <= t; i++) way += fabs(close[i] - close[i - 1]);
    if (way > 0) out[t] = (close[t] - close[t - period]) / way;
  }
}

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *ratio = bt_own1(host, efficiency, params[PERIOD]);
  for (size_t t = 0; t < host->series->n_bars; t++)
    side[t] = ratio[t] > params[LEVEL] ? 1 : ratio[t] < -params[LEVEL] ? -1 : 0;
}

static const bt_param params[] = {
    {"period", 20, 10, 60, 10, 1, 1e6, 1, "bars that are looked back"},
    {"level", 0.3, 0.1, 0.5, 0.1, 0, 1, 0, "efficiency above which it is followed"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "own_efficiency",
    .summary = "follows moves that are efficient",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .sides = sides,
};
