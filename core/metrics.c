#include "core/metrics.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/benchmark.h"
#include "core/lanes.h"
#include "core/outcome.h"
#include "core/suggest.h"

static const bt_metric_info infos[BT_METRIC_COUNT] = {
#define X(id, name, unit, whole, definition, source) {name, unit, definition, source, (whole) != 0},
#include "core/metrics.def"
#undef X
};

static const char *const names[BT_METRIC_COUNT] = {
#define X(id, name, unit, whole, definition, source) name,
#include "core/metrics.def"
#undef X
};

bt_metric_info bt_metric_describe(bt_metric metric)
{
  return infos[metric];
}

bt_status bt_metric_find(bt_metric *out, const char *name, bt_error *err)
{
  for (int i = 0; i < BT_METRIC_COUNT; i++) {
    if (strcmp(names[i], name) != 0) continue;
    *out = (bt_metric)i;
    return BT_OK;
  }
  const char *nearest = bt_suggest(name, names, BT_METRIC_COUNT);
  if (nearest)
    return bt_fail(err, BT_ERR_NOT_FOUND, "no metric is called '%s'; did you mean '%s'?", name,
                   nearest);
  return bt_fail(err, BT_ERR_NOT_FOUND, "no metric is called '%s'", name);
}

/* ---- computing ------------------------------------------------------------------------------ */

static void add_moments(bt_return_sums *out, const double *x, size_t n, double mean)
{
  bt_lanes second = {0}, third = {0}, fourth = {0};
  size_t i = 0;
  for (; i + BT_LANES <= n; i += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      bt_vector d = bt_vector_load(x + i + k * BT_WIDTH) - mean, square = d * d;
      second.part[k] += square;
      third.part[k] += square * d;
      fourth.part[k] += square * square;
    }
  }
  out->second = bt_lanes_sum(&second);
  out->third = bt_lanes_sum(&third);
  out->fourth = bt_lanes_sum(&fourth);
  for (; i < n; i++) { /* what is left over is added one by one */
    double d = x[i] - mean, square = d * d;
    out->second += square;
    out->third += square * d;
    out->fourth += square * square;
  }
}

static bt_vector vector_without_noise(bt_vector x)
{
  return bt_vector_where_at_least(bt_vector_abs(x), bt_vector_of(BT_NOISE), x);
}

/* min(x - floor, 0)^2 */
static bt_vector vector_square_below(bt_vector x, double floor)
{
  bt_vector below = bt_vector_smaller(x - floor, bt_vector_of(0));
  return below * below;
}

/* r[t] = equity[t] / equity[t-1] - 1, with the starting cash before; 0 after ruin. Adds up `first`
 * and `downside` on the way: the first return and those past whole groups of lanes one by one. */
static void fill_returns(double *returns, bt_return_sums *out, const bt_ledger *ledger, double cash,
                         double floor)
{
  const double *equity = ledger->equity;
  bt_lanes first = {0}, downside = {0};
  size_t t = 1;
  returns[0] = bt_without_noise(equity[0] / cash - 1);
  for (; t + BT_LANES <= ledger->n_bars; t += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      size_t i = t + k * BT_WIDTH;
      bt_vector ratio = bt_vector_load(equity + i) / bt_vector_load(equity + i - 1);
      bt_vector r = vector_without_noise(ratio - 1);
      bt_vector_store(returns + i, r);
      first.part[k] += r;
      downside.part[k] += vector_square_below(r, floor);
    }
  }
  out->first = bt_lanes_sum(&first) + returns[0];
  out->downside = bt_lanes_sum(&downside) + bt_square_below(returns[0], floor);
  for (; t < ledger->n_bars; t++) {
    returns[t] = bt_without_noise(equity[t] / equity[t - 1] - 1);
    out->first += returns[t];
    out->downside += bt_square_below(returns[t], floor);
  }
}

/* The same two sums, of the same shape, for returns that are given. */
static void add_returns(bt_return_sums *out, const double *r, size_t n, double floor)
{
  bt_lanes first = {0}, downside = {0};
  size_t t = 1;
  for (; t + BT_LANES <= n; t += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      bt_vector value = bt_vector_load(r + t + k * BT_WIDTH);
      first.part[k] += value;
      downside.part[k] += vector_square_below(value, floor);
    }
  }
  out->first = bt_lanes_sum(&first) + r[0];
  out->downside = bt_lanes_sum(&downside) + bt_square_below(r[0], floor);
  for (; t < n; t++) {
    out->first += r[t];
    out->downside += bt_square_below(r[t], floor);
  }
}

static bool is_constant(const double *x, size_t n)
{
  for (size_t i = 1; i < n; i++)
    if (!(fabs(x[i] - x[0]) < BT_NOISE)) return false;
  return true;
}

typedef struct extremes {
  double high, low;
} extremes;

enum { BLOCK_BARS = 64 }; /* looked at together in find_max_drawdown */

static extremes find_extremes(const double x[BLOCK_BARS])
{
  bt_lanes high, low;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++)
    high.part[k] = low.part[k] = bt_vector_load(x + k * BT_WIDTH);
  for (size_t i = BT_LANES; i < BLOCK_BARS; i += BT_LANES) {
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
      bt_vector value = bt_vector_load(x + i + k * BT_WIDTH);
      high.part[k] = bt_vector_larger(high.part[k], value);
      low.part[k] = bt_vector_smaller(low.part[k], value);
    }
  }
  return (extremes){.high = bt_lanes_largest(&high), .low = bt_lanes_smallest(&low)};
}

/* A fall on its way: the running maximum, the lowest equity since, and the worst ratio of two such
 * before. */
typedef struct fall {
  double peak, trough, worst;
} fall;

/* Ends the fall below the old peak: one division, where it counts. */
static void set_peak(fall *f, double peak)
{
  if (f->trough < f->worst * f->peak) f->worst = f->trough / f->peak;
  f->peak = f->trough = peak;
}

static void follow(fall *f, const double *equity, size_t n)
{
  for (size_t t = 0; t < n; t++) {
    if (equity[t] > f->peak) set_peak(f, equity[t]);
    if (equity[t] < f->trough) f->trough = equity[t];
  }
}

/* min over t of equity[t] / running maximum - 1; the starting cash is the first maximum. Most
 * blocks lie below the peak, and then only their lowest bar counts; or they rise above it, and even
 * their lowest bar below their highest would be no new worst. The others are gone through. */
static double find_max_drawdown(const double *equity, size_t n, double cash)
{
  fall f = {.peak = cash, .trough = cash, .worst = 1};
  size_t t = 0;
  for (; t + BLOCK_BARS <= n; t += BLOCK_BARS) {
    extremes block = find_extremes(equity + t);
    if (block.high <= f.peak)
      f.trough = block.low < f.trough ? block.low : f.trough;
    else if (block.low >= f.worst * block.high)
      set_peak(&f, block.high); /* the fall from the peak before ends here */
    else
      follow(&f, equity + t, BLOCK_BARS);
  }
  follow(&f, equity + t, n - t);
  set_peak(&f, f.peak);
  return bt_without_noise(f.worst - 1);
}

void bt_metrics__set_equity(double *value, double final_equity, double max_drawdown, size_t n,
                            const bt_metrics_config *config)
{
  double growth = final_equity / config->cash;
  double total = isnan(growth) ? growth : bt_without_noise(growth - 1);
  value[BT_METRIC_FINAL_EQUITY] = final_equity;
  value[BT_METRIC_TOTAL_RETURN] = total;
  value[BT_METRIC_CAGR] = total == 0 ? 0 : pow(growth, config->periods_per_year / (double)n) - 1;
  value[BT_METRIC_MAX_DRAWDOWN] = max_drawdown;
  value[BT_METRIC_CALMAR] = value[BT_METRIC_CAGR] / fabs(max_drawdown);
}

/* Everything that follows from the equity alone. */
static void set_equity_metrics(double *value, const double *equity, size_t n,
                               const bt_metrics_config *config)
{
  bt_metrics__set_equity(value, equity[n - 1], find_max_drawdown(equity, n, config->cash), n,
                         config);
}

static void set_benchmark_metrics(double *value, const double *returns, size_t n,
                                  const bt_metrics_config *config)
{
  if (!config->benchmark) return;
  double ppy = config->periods_per_year;
  bt_benchmark_metrics against =
      bt_benchmark_compare(returns, config->benchmark, n, config->rf / ppy, ppy);
  value[BT_METRIC_ALPHA] = against.alpha;
  value[BT_METRIC_BETA] = against.beta;
  value[BT_METRIC_CORRELATION] = against.correlation;
  value[BT_METRIC_TRACKING_ERROR] = against.tracking_error;
  value[BT_METRIC_INFORMATION_RATIO] = against.information_ratio;
}

void bt_metrics__set_returns(double *value, const bt_return_sums *sums, size_t n, bool shape,
                             const bt_metrics_config *config)
{
  if (n < 2) return;
  double ppy = config->periods_per_year, floor = config->rf / ppy, count = (double)n;
  double excess = sums->first / count - floor, variance = sums->second / count;
  double deviation = sums->constant ? 0 : sqrt(sums->second / (count - 1));
  value[BT_METRIC_VOLATILITY] = deviation * sqrt(ppy);
  if (sums->constant) return;
  value[BT_METRIC_SHARPE] = excess / deviation * sqrt(ppy);
  if (!shape) return;
  value[BT_METRIC_SORTINO] = excess * ppy / (sqrt(sums->downside / count) * sqrt(ppy));
  value[BT_METRIC_SKEW] = sums->third / count / (variance * sqrt(variance));
  value[BT_METRIC_KURTOSIS] = sums->fourth / count / (variance * variance) - 3;
}

/* Everything that follows from the returns alone; s->first and s->downside are known. */
static void set_return_metrics(double *value, bt_return_sums *s, const double *returns, size_t n,
                               const bt_metrics_config *config)
{
  set_benchmark_metrics(value, returns, n, config);
  if (n < 2) return;
  add_moments(s, returns, n, s->first / (double)n);
  s->constant = s->second == 0 || is_constant(returns, n);
  bt_metrics__set_returns(value, s, n, true, config);
}

void bt_trade_sums__init(bt_trade_sums *sums)
{
  *sums = (bt_trade_sums){.best = -(double)INFINITY, .worst = (double)INFINITY};
}

void bt_trade_sums__add(bt_trade_sums *sums, const bt_trade *trade)
{
  bt_trade_sums__add_one(sums, trade->pnl, trade->pnl / trade->entry_value,
                         trade->exit_bar - trade->entry_bar);
}

void bt_metrics__set_trades(double *value, const bt_trade_sums *sums)
{
  double count = (double)sums->n_closed;
  value[BT_METRIC_N_TRADES] = count;
  value[BT_METRIC_WIN_RATE] = (double)sums->n_won / count;
  value[BT_METRIC_PROFIT_FACTOR] = sums->won / fabs(sums->lost);
  value[BT_METRIC_AVG_TRADE] = sums->returns / count;
  value[BT_METRIC_BEST_TRADE] = sums->best;
  value[BT_METRIC_WORST_TRADE] = sums->worst;
  value[BT_METRIC_AVG_BARS] = sums->bars / count;
}

/* Everything about closed trades. */
static void set_trade_metrics(double *value, const bt_ledger *ledger)
{
  bt_trade_sums sums;
  bt_trade_sums__init(&sums);
  for (size_t i = 0; i < ledger->n_trades; i++)
    if (!ledger->trades[i].open) bt_trade_sums__add(&sums, &ledger->trades[i]);
  bt_metrics__set_trades(value, &sums);
}

void bt_metrics__begin(double *value, size_t n_bars)
{
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) value[i] = (double)NAN;
  value[BT_METRIC_N_BARS] = (double)n_bars;
}

void bt_metrics__finish(double *value)
{
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) /* x - x is 0 or, of what is not finite, NaN */
    value[i] = value[i] - value[i] == 0 ? value[i] : (double)NAN;
}

void bt_metrics_compute(bt_metrics *out, double *returns, const bt_ledger *ledger,
                        const bt_bars *bars, bt_span span, const bt_metrics_config *config)
{
  bt_return_sums s;
  double *value = out->value;
  size_t n = ledger->n_bars;
  bt_metrics__begin(value, n);
  fill_returns(returns, &s, ledger, config->cash, config->rf / config->periods_per_year);
  set_return_metrics(value, &s, returns, n, config);
  set_equity_metrics(value, ledger->equity, n, config);
  value[BT_METRIC_EXPOSURE] = (double)ledger->n_exposed / (double)n;
  set_trade_metrics(value, ledger);
  value[BT_METRIC_COSTS] = ledger->costs_paid;
  value[BT_METRIC_BUY_HOLD] = bars->close[span.end - 1] / bars->close[span.first] - 1;
  bt_metrics__finish(value);
}

void bt_metrics_of_returns(bt_metrics *out, double *equity, const double *r, size_t n,
                           const bt_metrics_config *config)
{
  bt_return_sums s;
  double *value = out->value, worth = config->cash;
  bt_metrics__begin(value, n);
  if (n == 0) return;
  for (size_t t = 0; t < n; t++) equity[t] = worth *= 1 + r[t];
  add_returns(&s, r, n, config->rf / config->periods_per_year);
  set_return_metrics(value, &s, r, n, config);
  set_equity_metrics(value, equity, n, config);
  bt_metrics__finish(value);
}
