/* Channel breakout: long from a close above the highest high of the `entry` bars before until one
 * below the lowest low of the `exit` bars before; short the other way round. */
#include "backtest/strategy.h"

enum { ENTRY, EXIT };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *close = host->series->close;
  const double *entry_high = bt_highest(host, params[ENTRY]);
  const double *entry_low = bt_lowest(host, params[ENTRY]);
  const double *exit_high = bt_highest(host, params[EXIT]);
  const double *exit_low = bt_lowest(host, params[EXIT]);
  int held = 0;
  side[0] = 0;
  for (size_t t = 1; t < host->series->n_bars; t++) { /* the channels end on the bar before */
    if (held > 0 && close[t] < exit_low[t - 1]) held = 0;
    if (held < 0 && close[t] > exit_high[t - 1]) held = 0;
    if (close[t] > entry_high[t - 1]) held = 1;
    if (close[t] < entry_low[t - 1]) held = -1;
    side[t] = (signed char)held;
  }
}

static const bt_param params[] = {
    {"entry", 20, 10, 100, 10, 1, 1e6, 1, "bars of the channel that is broken"},
    {"exit", 10, 5, 50, 5, 1, 1e6, 1, "bars of the channel that ends the position"},
};

extern const bt_strategy bt_strategy_donchian;
const bt_strategy bt_strategy_donchian = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "donchian",
    .summary = "breakout from the Donchian channel (the turtle rule)",
    .params = params,
    .n_params = 2,
    .rule = "exit<=entry",
    .sides = sides,
};
