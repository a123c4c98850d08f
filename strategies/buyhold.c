/* Always long: what every other strategy has to beat. */
#include "backtest/strategy.h"

static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) side[t] = 1;
}

extern const bt_strategy bt_strategy_buyhold;
const bt_strategy bt_strategy_buyhold = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "buyhold",
    .summary = "long on every bar",
    .params = NULL,
    .n_params = 0,
    .rule = NULL,
    .sides = sides,
};
