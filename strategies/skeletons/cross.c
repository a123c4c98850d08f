/* my_strategy - long while a fast average is above a slow one, short while it is below.
 *
 * Change `cross` and the table of parameters, and run it:
 *
 *     backtest --universe demo.txt --strategy ./my_strategy.c --grid -o demo.db
 *
 * `backtest list indicators` shows what a strategy can ask for, beside bt_ema below.
 */
#include <backtest/strategy.h>

/* The parameters by number, in the order of the table below. */
enum { FAST, SLOW };

/* Called once for each ticker and combination of parameters. Names two series, such as indicators
 * or host->series->close: long while the first is above the second, short (with --direction both)
 * while it is below, out while one of them is NaN. */
static void cross(const bt_host *host, const double *params, const double *pair[2])
{
  pair[0] = bt_ema(host, params[FAST]);
  pair[1] = bt_ema(host, params[SLOW]);
}

/* name, default, what --grid sweeps: first, last, step; what is allowed: least, most; 1: whole
 * numbers alone; meaning */
static const bt_param params[] = {
    {"fast", 20, 5, 50, 5, 1, 1e6, 1, "bars of the fast average"},
    {"slow", 50, 20, 200, 10, 1, 1e6, 1, "bars of the slow average"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "my_strategy",
    .summary = "cross of two exponential averages",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .rule = "fast<slow", /* combinations that break it are left out */
    .cross = cross,
};
