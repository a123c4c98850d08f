/* Always long: what every other strategy has to beat. */
#include "backtest/strategy.h"

static void signals(const bt_host *host, const double *params, double *target)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) target[t] = 1;
}

extern const bt_strategy bt_strategy_buyhold;
const bt_strategy bt_strategy_buyhold = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "buyhold",
    .summary = "long on every bar",
    .params = NULL,
    .n_params = 0,
    .rule = NULL,
    .signals = signals,
};
