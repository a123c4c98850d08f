/* my_strategy - long while the close is above its average, with less of the equity the more the
 * price moves in a day.
 *
 * Change `signals` and the table of parameters, and run it:
 *
 *     backtest --universe demo.txt --strategy ./my_strategy.c --grid -o demo.db
 *
 * `backtest list indicators` shows what a strategy can ask for, beside bt_sma and bt_atr below.
 */
#include <backtest/strategy.h>

/* The parameters by number, in the order of the table below. */
enum { PERIOD, RISK };

/* Called once for each ticker and combination of parameters. target[t] is the share of equity that
 * is wanted in the position from the close of bar t on, from -1 (short) to 1; NaN is no change. It
 * may look at bars 0 .. t alone. An indicator is NaN until it has enough bars, and a comparison
 * with NaN is false. Each change is an order: round, or trade less often, where costs matter. */
static void signals(const bt_host *host, const double *params, double *target)
{
  const double *close = host->series->close;
  const double *average = bt_sma(host, params[PERIOD]);
  const double *range = bt_atr(host, params[PERIOD]);
  for (size_t t = 0; t < host->series->n_bars; t++) {
    double share = floor(params[RISK] / 100 * close[t] / range[t] * 10) / 10; /* steps of a tenth */
    target[t] = close[t] > average[t] ? fmin(share, 1) : 0;
  }
}

/* name, default, what --grid sweeps: first, last, step; what is allowed: least, most; 1: whole
 * numbers alone; meaning */
static const bt_param params[] = {
    {"period", 50, 10, 200, 10, 1, 1e6, 1, "bars of the average and of the range"},
    {"risk", 1, 0.5, 2, 0.5, 0, 100, 0, "per cent of equity that an average day moves"},
};

const bt_strategy backtest_strategy = {
    .abi_version = BT_STRATEGY_ABI,
    .name = "my_strategy",
    .summary = "long above the average, with less where prices move more",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .rule = NULL, /* of two parameters such as "fast<slow" */
    .signals = signals,
};
