/* my_strategy - buys when the close is above the highest high of some bars before, and sells so
 * many bars later, or when it has lost too much.
 *
 * Change `on_bar`, `prepare` and the table of parameters, and run it:
 *
 *     backtest --universe demo.txt --strategy ./my_strategy.c --grid -o demo.db
 *
 * `backtest list indicators` shows what a strategy can ask for, beside bt_highest below.
 */
#include <backtest/strategy.h>

/* The parameters by number, and the lines, in the order in which they are set. */
enum { ENTRY, HOLD, LOSS };
enum { HIGHEST };

/* Called once for each ticker and combination: the indicators that on_bar reads. */
static void prepare(const bt_host *host, const double *params, const double **lines)
{
  lines[HIGHEST] = bt_highest(host, params[ENTRY]);
}

/* Called at the close of each bar: returns the share of equity that is wanted in the position, from
 * -1 (short) to 1; NaN is no change. It sees what is held, and no later bar. An indicator is NaN
 * until it has enough bars, and a comparison with NaN is false. */
static double on_bar(const bt_now *now, const double *params)
{
  double close = bt_close(now, 0);
  if (now->position == 0) return close > bt_line(now, HIGHEST, 1) ? 1 : 0; /* 1 bar ago */
  if ((double)now->bars_held >= params[HOLD]) return 0;
  if (close < now->entry_price * (1 - params[LOSS] / 100)) return 0;
  return (double)NAN;
}

/* name, default, what --grid sweeps: first, last, step; what is allowed: least, most; 1: whole
 * numbers alone; meaning */
static const bt_param params[] = {
    {"entry", 20, 10, 100, 10, 1, 1e6, 1, "bars whose high is broken"},
    {"hold", 10, 5, 20, 5, 1, 1e6, 1, "bars that it is held"},
    {"loss", 5, 2, 10, 4, 0, 100, 0, "per cent below the entry price that ends it"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "my_strategy",
    .summary = "breakout that is held for some bars",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .rule = NULL, /* of two parameters such as "fast<slow" */
    .on_bar = on_bar,
    .prepare = prepare,
};
