/* Mean reversion in standard deviations from the mean: long from a z-score below -entry until one
 * at or above -exit; short from one above entry until one at or below exit. */
#include "backtest/strategy.h"

enum { PERIOD, ENTRY, EXIT };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *z = bt_zscore(host, params[PERIOD]), entry = params[ENTRY], exit = params[EXIT];
  int held = 0;
  for (size_t t = 0; t < host->series->n_bars; t++) {
    if (held > 0 && z[t] >= -exit) held = 0;
    if (held < 0 && z[t] <= exit) held = 0;
    if (z[t] < -entry) held = 1;
    if (z[t] > entry) held = -1;
    side[t] = (signed char)held;
  }
}

static const bt_param params[] = {
    {"period", 20, 10, 50, 10, 2, 1e6, 1, "bars of mean and deviation"},
    {"entry", 2, 1, 3, 0.5, 0, 100, 0, "standard deviations from the mean that are traded"},
    {"exit", 0.5, 0, 1, 0.5, 0, 100, 0, "standard deviations from the mean that end it"},
};

extern const bt_strategy bt_strategy_zscore;
const bt_strategy bt_strategy_zscore = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "zscore",
    .summary = "mean reversion from a distance in standard deviations",
    .params = params,
    .n_params = 3,
    .rule = "exit<entry",
    .sides = sides,
};
