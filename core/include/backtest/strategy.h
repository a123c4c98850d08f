/* backtest/strategy.h - the one header that a strategy needs.
 *
 * A strategy is one const descriptor: name, parameters, a rule on them, and a function that fills
 * the target of every bar. Whole strategies are a few lines:
 *
 *     #include <backtest/strategy.h>
 *
 *     static void sides(const bt_host *host, const double *p, signed char *restrict side)
 *     {
 *       const double *rsi = bt_rsi(host, p[0]);
 *       for (size_t t = 0; t < host->series->n_bars; t++)
 *         side[t] = rsi[t] < 30 ? 1 : rsi[t] > 70 ? -1 : BT_AS_BEFORE;
 *     }
 *
 * The target of bar t may use bars 0..t alone. One descriptor serves thousands of combinations on
 * many threads at once: keep no state in globals.
 */
#ifndef BACKTEST_STRATEGY_H
#define BACKTEST_STRATEGY_H

#include <stddef.h>
#include <stdint.h>

/* Grows whenever a struct of this header changes; a strategy built for another one is refused. */
#define BT_STRATEGY_ABI 3u

/* One ticker's bars, oldest first, read-only. Prices > 0 and finite; volume may be NaN. */
typedef struct bt_series {
  size_t n_bars;
  const int64_t *time_ns; /* since 1970-01-01 UTC */
  const double *open, *high, *low, *close;
  const double *volume;
} bt_series;

/* A parameter with the range that --grid sweeps: first, first + step, ... up to last. */
typedef struct bt_param {
  const char *name; /* a letter, then letters, digits, _ */
  double preset;    /* the default value */
  double sweep_first, sweep_last, sweep_step;
  double least, most; /* values outside are refused */
  int whole;          /* 1: only whole numbers, as for a number of bars */
  const char *meaning;
} bt_param;

/* What a strategy sees of the program while it computes. */
typedef struct bt_host bt_host;
struct bt_host {
  const bt_series *series;
  /* One output of an indicator over the whole series: n_bars values, NaN while undefined. Computed
   * once per ticker however many combinations ask (again where memory is short), and valid until
   * the strategy's function returns. An unknown name or a failure gives all NaN, and the run then
   * fails with the reason. */
  const double *(*indicator)(const bt_host *host, const char *name, const double *params,
                             size_t n_params, size_t output);
};

/* What `sides` writes for "as before". */
enum { BT_AS_BEFORE = 2 };

/* The descriptor, with one of three functions that tell the target wanted after every bar; params
 * are in the order declared. Where several would do, the first is the fastest, and the second twice
 * as fast as the third.
 *   cross:   points to two series, an indicator or the closes: +1 (long with all equity) while the
 *            first is above the second, -1 (short with all equity) while it is below, 0 (no
 *            position) where they are equal or one of them is NaN.
 *   sides:   fills +1, -1, 0 or BT_AS_BEFORE. Without `restrict` a compiler must assume that a side
 *            may overwrite a price, and makes no vectors.
 *   signals: fills any exposure from -1 to +1; NaN is as before. */
typedef struct bt_strategy {
  unsigned abi_version; /* BT_STRATEGY_ABI */
  const char *name;     /* lower case letters, digits, _ */
  const char *summary;  /* one line */
  const bt_param *params;
  size_t n_params;
  const char *rule; /* an expression over the names that combinations must satisfy, such as
                       "fast<slow"; NULL for none */
  void (*signals)(const bt_host *host, const double *params, double *target);
  void (*sides)(const bt_host *host, const double *params, signed char *restrict side);
  void (*cross)(const bt_host *host, const double *params, const double *pair[2]);
} bt_strategy;

/* ---- indicators by name; definitions and sources: `backtest list indicators` -------------- */

static inline const double *bt_indicator1(const bt_host *host, const char *name, double a,
                                          size_t output)
{
  return host->indicator(host, name, &a, 1, output);
}

/* Mean of the last `period` closes: the double nearest to their exact mean. */
static inline const double *bt_sma(const bt_host *host, double period)
{
  return bt_indicator1(host, "sma", period, 0);
}

/* Exponential mean of the closes, seeded by the SMA of the first `period`. */
static inline const double *bt_ema(const bt_host *host, double period)
{
  return bt_indicator1(host, "ema", period, 0);
}

/* Wilder's relative strength index of the closes, 0 to 100; NaN where nothing has moved. */
static inline const double *bt_rsi(const bt_host *host, double period)
{
  return bt_indicator1(host, "rsi", period, 0);
}

/* Population standard deviation of the last `period` closes. */
static inline const double *bt_stddev(const bt_host *host, double period)
{
  return bt_indicator1(host, "stddev", period, 0);
}

/* Wilder's average true range of the bars. */
static inline const double *bt_atr(const bt_host *host, double period)
{
  return bt_indicator1(host, "atr", period, 0);
}

/* Highest high and lowest low of the last `period` bars, the current one included. */
static inline const double *bt_highest(const bt_host *host, double period)
{
  return bt_indicator1(host, "highest", period, 0);
}
static inline const double *bt_lowest(const bt_host *host, double period)
{
  return bt_indicator1(host, "lowest", period, 0);
}

/* MACD line (output 0) and its signal line (output 1) as TA-Lib defines them. */
static inline const double *bt_macd(const bt_host *host, double fast, double slow, double signal,
                                    size_t output)
{
  const double params[3] = {fast, slow, signal};
  return host->indicator(host, "macd", params, 3, output);
}

#endif
