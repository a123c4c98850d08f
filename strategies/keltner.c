/* Channel breakout: long from a close above the upper Keltner channel until one below its middle;
 * short the other way round. */
#include "backtest/strategy.h"

enum { PERIOD, WIDTH };

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *close = host->series->close;
  const double *upper = bt_keltner(host, params[PERIOD], params[WIDTH], BT_UPPER);
  const double *middle = bt_keltner(host, params[PERIOD], params[WIDTH], BT_MIDDLE);
  const double *lower = bt_keltner(host, params[PERIOD], params[WIDTH], BT_LOWER);
  int held = 0;
  for (size_t t = 0; t < host->series->n_bars; t++) {
    if (held > 0 && close[t] < middle[t]) held = 0;
    if (held < 0 && close[t] > middle[t]) held = 0;
    if (close[t] > upper[t]) held = 1;
    if (close[t] < lower[t]) held = -1;
    side[t] = (signed char)held;
  }
}

static const bt_param params[] = {
    {"period", 20, 10, 50, 5, 1, 1e6, 1, "bars of mean and ATR"},
    {"width", 2, 1, 3, 0.5, 0, 100, 0, "ATRs from the mean to a channel"},
};

extern const bt_strategy bt_strategy_keltner;
const bt_strategy bt_strategy_keltner = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "keltner",
    .summary = "breakout from the Keltner channel, held to its middle",
    .params = params,
    .n_params = 2,
    .rule = NULL,
    .sides = sides,
};
