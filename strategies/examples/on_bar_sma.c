/* The built-in strategy sma, written bar by bar: it gives the same results, several times slower.
 */
#include <backtest/strategy.h>

enum { FAST, SLOW };

static void prepare(const bt_host *host, const double *params, const double **lines)
{
  lines[FAST] = bt_sma(host, params[FAST]);
  lines[SLOW] = bt_sma(host, params[SLOW]);
}

static double on_bar(const bt_now *now, const double *params)
{
  double fast = bt_line(now, FAST, 0), slow = bt_line(now, SLOW, 0);
  (void)params;
  return fast > slow ? 1 : fast < slow ? -1 : 0;
}

static const bt_param params[] = {
    {"fast", 20, 5, 50, 5, 1, 1e6, 1, "bars of the fast average"},
    {"slow", 50, 20, 200, 10, 1, 1e6, 1, "bars of the slow average"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "on_bar_sma",
    .summary = "cross of two simple moving averages, bar by bar",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .rule = "fast<slow",
    .on_bar = on_bar,
    .prepare = prepare,
};
