/* backtest/strategy.h - the one header that a strategy needs; docs/strategy.md walks through it.
 *
 * A strategy is one const descriptor: name, parameters, a rule on them, and a function that tells
 * the target exposure of every bar. Whole strategies are a few lines:
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

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Grows whenever a struct of this header changes; a strategy built for another one is refused. */
#define BT_STRATEGY_ABI 5u

/* One ticker's bars, oldest first, read-only. Prices > 0 and finite; volume may be NaN. */
typedef struct bt_series {
  size_t n_bars;
  const int64_t *time_ns; /* since 1970-01-01 UTC */
  const double *open, *high, *low, *close;
  const double *volume;
  const double *benchmark; /* return of the --benchmark since the bar before: its close at the time
                              of this bar / that at the time of the bar before - 1; NaN where it has
                              no bar of one of these times, and on bar 0. NULL without one */
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

typedef struct bt_host bt_host;

/* An indicator of your own: fills out[0 .. n_bars-1], NaN while undefined. out[t] may use bars 0..t
 * alone. It may ask the host for other indicators. */
typedef void bt_own_indicator(const bt_host *host, const double *params, double *restrict out);

enum { BT_INDICATOR_PARAMS_MOST = 4 };

/* What a strategy sees of the program while it computes. Series that it gives have n_bars values,
 * NaN while undefined, are computed once per ticker however many combinations ask (again where
 * memory is short), and are valid until the strategy's function returns (for on_bar: until the last
 * bar). A failure gives all NaN, and the ticker then fails with the reason. */
struct bt_host {
  const bt_series *series;
  /* One output of an indicator by name (`backtest list indicators`): see the functions below. */
  const double *(*indicator)(const bt_host *host, const char *name, const double *params,
                             size_t n_params, size_t output);
  /* One of your own, with up to BT_INDICATOR_PARAMS_MOST parameters. */
  const double *(*own)(const bt_host *host, bt_own_indicator *compute, const double *params,
                       size_t n_params);
};

/* ---- what on_bar sees ------------------------------------------------------------------------ */

enum { BT_LINES_MOST = 16, BT_STATE_BYTES_MOST = 1 << 20 };

/* The close of a bar, and the account as it is then: with fills at the close, before the fill that
 * is being decided. Bars and lines are read through the functions below, which reach no later bar.
 */
typedef struct bt_now {
  size_t t;           /* this bar; the ticker's first is 0 */
  double shares;      /* held; < 0 short */
  double position;    /* shares x close / equity: 1 is long with all equity; 0 without one */
  double entry_price; /* average paid for them, slippage included; NaN without a position */
  size_t bars_held; /* bars since the fill that opened the position; 0 on its bar and without one */
  double equity;    /* cash + shares x close */
  void *state;      /* state_bytes of the descriptor, all 0 at first, aligned for any type */
  const bt_series *series;    /* for the functions below */
  const double *const *lines; /* for bt_line */
} bt_now;

/* Values so many bars ago; 0 is this bar. NaN (time: INT64_MIN) from before the first bar. */
static inline double bt_open(const bt_now *now, size_t ago)
{
  return ago <= now->t ? now->series->open[now->t - ago] : (double)NAN;
}
static inline double bt_high(const bt_now *now, size_t ago)
{
  return ago <= now->t ? now->series->high[now->t - ago] : (double)NAN;
}
static inline double bt_low(const bt_now *now, size_t ago)
{
  return ago <= now->t ? now->series->low[now->t - ago] : (double)NAN;
}
static inline double bt_close(const bt_now *now, size_t ago)
{
  return ago <= now->t ? now->series->close[now->t - ago] : (double)NAN;
}
static inline double bt_volume(const bt_now *now, size_t ago)
{
  return ago <= now->t ? now->series->volume[now->t - ago] : (double)NAN;
}
static inline int64_t bt_time_ns(const bt_now *now, size_t ago)
{
  return ago <= now->t ? now->series->time_ns[now->t - ago] : INT64_MIN;
}

/* Of line `index`, which `prepare` has set; NaN of one that it has not. */
static inline double bt_line(const bt_now *now, size_t index, size_t ago)
{
  return ago <= now->t && index < BT_LINES_MOST ? now->lines[index][now->t - ago] : (double)NAN;
}

/* ---- the descriptor -------------------------------------------------------------------------- */

/* What `sides` writes for "as before". */
enum { BT_AS_BEFORE = 2 };

/* The descriptor, with one of four functions that tell the target wanted after every bar; params
 * are in the order declared. Where several would do, the first is the fastest, the second twice as
 * fast as the third, and the fourth several times slower.
 *   cross:   points to two series, an indicator or the closes: +1 (long with all equity) while the
 *            first is above the second, -1 (short with all equity) while it is below, 0 (no
 *            position) where they are equal or one of them is NaN.
 *   sides:   fills +1, -1, 0 or BT_AS_BEFORE. Without `restrict` a compiler must assume that a side
 *            may overwrite a price, and makes no vectors.
 *   signals: fills any exposure from -1 to +1; NaN is as before.
 *   on_bar:  called at the close of one bar after the other, returns the exposure wanted, -1 to +1;
 *            NaN is as before. It sees what is held and what it was paid for. Ahead of a span that
 *            begins later than the ticker's bars (--from, a walk-forward window) it is called on
 *            all bars before, too, with no position, so that its state is that of a strategy which
 *            has watched; so read the position from bt_now, and keep none of your own.
 * Beside on_bar: prepare (NULL: none) sets lines[0], lines[1], ... up to BT_LINES_MOST to the
 * series that it will read with bt_line; state_bytes, up to BT_STATE_BYTES_MOST, is what it needs
 * to remember: a struct of your own behind bt_now.state. */
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
  double (*on_bar)(const bt_now *now, const double *params);
  void (*prepare)(const bt_host *host, const double *params, const double **lines);
  size_t state_bytes;
} bt_strategy;

/* What a plugin defines, and the program looks for in it:
 *     const bt_strategy backtest_strategy = {.abi_version = BT_STRATEGY_ABI, ...}; */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const bt_strategy backtest_strategy;

/* ---- indicators; definitions and sources: `backtest list indicators` --------------------------
 * Made for prices from 1e-150 to 1e150: squares of others are beyond a double, as are products with
 * volumes, and stddev, bollinger, zscore and vwap may be 0 or infinite.
 */

static inline const double *bt_indicator0(const bt_host *host, const char *name, size_t output)
{
  return host->indicator(host, name, NULL, 0, output);
}
static inline const double *bt_indicator1(const bt_host *host, const char *name, double a,
                                          size_t output)
{
  return host->indicator(host, name, &a, 1, output);
}
static inline const double *bt_indicator2(const bt_host *host, const char *name, double a, double b,
                                          size_t output)
{
  const double params[2] = {a, b};
  return host->indicator(host, name, params, 2, output);
}
static inline const double *bt_indicator3(const bt_host *host, const char *name, double a, double b,
                                          double c, size_t output)
{
  const double params[3] = {a, b, c};
  return host->indicator(host, name, params, 3, output);
}

/* One of your own with one parameter. */
static inline const double *bt_own1(const bt_host *host, bt_own_indicator *compute, double a)
{
  return host->own(host, compute, &a, 1);
}

/* Outputs of those that have several. */
enum { BT_UPPER, BT_MIDDLE, BT_LOWER };    /* bollinger, keltner, donchian */
enum { BT_MACD, BT_SIGNAL, BT_HISTOGRAM }; /* macd */
enum { BT_K, BT_D };                       /* stochastic */
enum { BT_AROON_UP, BT_AROON_DOWN, BT_AROON_OSCILLATOR };
enum { BT_SUPERTREND, BT_DIRECTION };

/* Mean of the last `period` closes: the double nearest to their exact mean. */
static inline const double *bt_sma(const bt_host *host, double period)
{
  return bt_indicator1(host, "sma", period, 0);
}

/* Exponential mean, seeded by the SMA of the first `period`. */
static inline const double *bt_ema(const bt_host *host, double period)
{
  return bt_indicator1(host, "ema", period, 0);
}

/* Linearly weighted mean: weights period, period-1, ... 1, the newest first. */
static inline const double *bt_wma(const bt_host *host, double period)
{
  return bt_indicator1(host, "wma", period, 0);
}

/* Double and triple exponential means (Mulloy 1994). */
static inline const double *bt_dema(const bt_host *host, double period)
{
  return bt_indicator1(host, "dema", period, 0);
}
static inline const double *bt_tema(const bt_host *host, double period)
{
  return bt_indicator1(host, "tema", period, 0);
}

/* Hull's moving average: WMA(sqrt(period)) of 2 WMA(period/2) - WMA(period). */
static inline const double *bt_hma(const bt_host *host, double period)
{
  return bt_indicator1(host, "hma", period, 0);
}

/* Kaufman's adaptive moving average with an efficiency ratio over `period` bars, between EMAs of
 * `fast` and `slow` bars (2 and 30 as published). */
static inline const double *bt_kama(const bt_host *host, double period, double fast, double slow)
{
  return bt_indicator3(host, "kama", period, fast, slow, 0);
}

/* Rolling volume-weighted mean of the typical prices of the last `period` bars. */
static inline const double *bt_vwap(const bt_host *host, double period)
{
  return bt_indicator1(host, "vwap", period, 0);
}

/* Wilder's relative strength index of the closes, 0 to 100; NaN where nothing has moved. */
static inline const double *bt_rsi(const bt_host *host, double period)
{
  return bt_indicator1(host, "rsi", period, 0);
}

/* Change of the close over `period` bars: in per cent, and in price. */
static inline const double *bt_roc(const bt_host *host, double period)
{
  return bt_indicator1(host, "roc", period, 0);
}
static inline const double *bt_momentum(const bt_host *host, double period)
{
  return bt_indicator1(host, "momentum", period, 0);
}

/* Slow stochastic oscillator, 0 to 100: %K smoothed over `slow_k` bars, %D its mean over `slow_d`.
 */
static inline const double *bt_stochastic(const bt_host *host, double fast_k, double slow_k,
                                          double slow_d, size_t output)
{
  return bt_indicator3(host, "stochastic", fast_k, slow_k, slow_d, output);
}

/* Williams %R, -100 to 0. */
static inline const double *bt_williams_r(const bt_host *host, double period)
{
  return bt_indicator1(host, "williams_r", period, 0);
}

/* Commodity channel index. */
static inline const double *bt_cci(const bt_host *host, double period)
{
  return bt_indicator1(host, "cci", period, 0);
}

/* Money flow index, 0 to 100. */
static inline const double *bt_mfi(const bt_host *host, double period)
{
  return bt_indicator1(host, "mfi", period, 0);
}

/* Chande's momentum oscillator, -100 to 100. */
static inline const double *bt_cmo(const bt_host *host, double period)
{
  return bt_indicator1(host, "cmo", period, 0);
}

/* MACD line, its signal line and the difference, as TA-Lib defines them: fast > slow change places.
 */
static inline const double *bt_macd(const bt_host *host, double fast, double slow, double signal,
                                    size_t output)
{
  return bt_indicator3(host, "macd", fast, slow, signal, output);
}

/* Wilder's average directional index and his directional indicators, 0 to 100. */
static inline const double *bt_adx(const bt_host *host, double period)
{
  return bt_indicator1(host, "adx", period, 0);
}
static inline const double *bt_plus_di(const bt_host *host, double period)
{
  return bt_indicator1(host, "plus_di", period, 0);
}
static inline const double *bt_minus_di(const bt_host *host, double period)
{
  return bt_indicator1(host, "minus_di", period, 0);
}

/* Aroon: 100 x how recent the highest high and the lowest low of `period` bars are, and up - down.
 */
static inline const double *bt_aroon(const bt_host *host, double period, size_t output)
{
  return bt_indicator1(host, "aroon", period, output);
}

/* Wilder's parabolic stop and reverse; 0.02 and 0.2 as published. */
static inline const double *bt_psar(const bt_host *host, double step, double most)
{
  return bt_indicator2(host, "psar", step, most, 0);
}

/* Supertrend: the line that is in force, and +1 while it is below the price, -1 while above. */
static inline const double *bt_supertrend(const bt_host *host, double period, double multiplier,
                                          size_t output)
{
  return bt_indicator2(host, "supertrend", period, multiplier, output);
}

/* Slope of the least-squares line through the last `period` closes, in price a bar. */
static inline const double *bt_linreg_slope(const bt_host *host, double period)
{
  return bt_indicator1(host, "linreg_slope", period, 0);
}

/* Wilder's average true range, and the true range itself. */
static inline const double *bt_atr(const bt_host *host, double period)
{
  return bt_indicator1(host, "atr", period, 0);
}
static inline const double *bt_true_range(const bt_host *host)
{
  return bt_indicator0(host, "true_range", 0);
}

/* Population standard deviation of the last `period` closes. */
static inline const double *bt_stddev(const bt_host *host, double period)
{
  return bt_indicator1(host, "stddev", period, 0);
}

/* Sample standard deviation of the last `period` log returns x sqrt(per_year). */
static inline const double *bt_hist_vol(const bt_host *host, double period, double per_year)
{
  return bt_indicator2(host, "hist_vol", period, per_year, 0);
}

/* Bollinger bands: SMA +- width x stddev. */
static inline const double *bt_bollinger(const bt_host *host, double period, double width,
                                         size_t output)
{
  return bt_indicator2(host, "bollinger", period, width, output);
}

/* Keltner channel: EMA of the typical prices +- width x ATR, both of `period` bars. */
static inline const double *bt_keltner(const bt_host *host, double period, double width,
                                       size_t output)
{
  return bt_indicator2(host, "keltner", period, width, output);
}

/* Donchian channel: highest high, lowest low, and the middle of both. */
static inline const double *bt_donchian(const bt_host *host, double period, size_t output)
{
  return bt_indicator1(host, "donchian", period, output);
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

/* Greatest and smallest of the last `period` closes. */
static inline const double *bt_max(const bt_host *host, double period)
{
  return bt_indicator1(host, "max", period, 0);
}
static inline const double *bt_min(const bt_host *host, double period)
{
  return bt_indicator1(host, "min", period, 0);
}

/* On-balance volume. */
static inline const double *bt_obv(const bt_host *host)
{
  return bt_indicator0(host, "obv", 0);
}

/* Accumulation/distribution line (Chaikin). */
static inline const double *bt_ad(const bt_host *host)
{
  return bt_indicator0(host, "ad", 0);
}

/* Chaikin money flow, -1 to 1. */
static inline const double *bt_cmf(const bt_host *host, double period)
{
  return bt_indicator1(host, "cmf", period, 0);
}

/* (close - SMA) / stddev. */
static inline const double *bt_zscore(const bt_host *host, double period)
{
  return bt_indicator1(host, "zscore", period, 0);
}

/* Share of the last `period` closes that are below this one, ties and itself by half, 0 to 1. */
static inline const double *bt_percent_rank(const bt_host *host, double period)
{
  return bt_indicator1(host, "percent_rank", period, 0);
}

/* Correlation with, and slope on, the returns of the --benchmark (bt_series.benchmark) over the
 * last `period` bars; an error without one. */
static inline const double *bt_correlation(const bt_host *host, double period)
{
  return bt_indicator1(host, "correlation", period, 0);
}
static inline const double *bt_beta(const bt_host *host, double period)
{
  return bt_indicator1(host, "beta", period, 0);
}

#endif
