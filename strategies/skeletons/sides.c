/* my_strategy - long while the close is above its average, else out of the market.
 *
 * Change `sides` and the table of parameters, and run it:
 *
 *     backtest --universe demo.txt --strategy ./my_strategy.c --grid -o demo.db
 *
 * `backtest list indicators` shows what a strategy can ask for, beside bt_sma below.
 */
#include <backtest/strategy.h>

/* The parameters by number, in the order of the table below. */
enum { PERIOD };

/* Called once for each ticker and combination of parameters. side[t] is what is wanted from the
 * close of bar t on: +1 long, -1 short (with --direction both), 0 out, BT_AS_BEFORE no change. It
 * may look at bars 0 .. t alone. An indicator is NaN until it has enough bars, and a comparison
 * with NaN is false. */
static void sides(const bt_host *host, const double *params, signed char *restrict side)
{
  const double *close = host->series->close;
  const double *average = bt_sma(host, params[PERIOD]);
  for (size_t t = 0; t < host->series->n_bars; t++) side[t] = close[t] > average[t] ? 1 : 0;
}

/* name, default, what --grid sweeps: first, last, step; what is allowed: least, most; 1: whole
 * numbers alone; meaning */
static const bt_param params[] = {
    {"period", 50, 10, 200, 10, 1, 1e6, 1, "bars of the average"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "my_strategy",
    .summary = "long while the close is above its average",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .rule = NULL, /* of two parameters such as "fast<slow" */
    .sides = sides,
};
