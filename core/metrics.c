#include "core/metrics.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

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

enum { LANES = 2 }; /* what every machine has in one register */

/* Equity after a fill is right to a few units in the last place. Returns, drawdowns and profits
 * (as a fraction) below this are such noise, not money: without the limit a price that stands still
 * would have a Sharpe ratio, and a trade that just pays its commission would win by chance. */
static const double NOISE = 1e-14;

static double without_noise(double x)
{
  return fabs(x) < NOISE ? 0 : x;
}

static double add_lanes(const double lanes[LANES])
{
  return lanes[0] + lanes[1];
}

/* Sums over the returns: of the powers 2 to 4 of x - centre, and of min(x - floor, 0)^2. */
typedef struct moments {
  double second, third, fourth, downside;
} moments;

/* LANES doubles, and LANES masks, at once: compilers turn them into whatever the machine has. */
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef int64_t masks __attribute__((vector_size(LANES * sizeof(int64_t))));

static moments sum_moments(const double *x, size_t n, double centre, double floor)
{
  lanes second = {0}, third = {0}, fourth = {0}, downside = {0}, values;
  size_t whole = n - n % LANES;
  for (size_t i = 0; i < whole; i += LANES) {
    memcpy(&values, x + i, sizeof values);
    lanes d = values - centre, below = values - floor, square = d * d;
    below = (lanes)((masks)below & (below < 0)); /* min(values - floor, 0) */
    second += square;
    third += square * d;
    fourth += square * square;
    downside += below * below;
  }
  moments m = {add_lanes((const double *)&second), add_lanes((const double *)&third),
               add_lanes((const double *)&fourth), add_lanes((const double *)&downside)};
  for (size_t i = whole; i < n; i++) { /* what is left over is added one by one */
    double d = x[i] - centre, below = x[i] < floor ? x[i] - floor : 0;
    m.second += d * d;
    m.third += d * d * d;
    m.fourth += d * d * (d * d);
    m.downside += below * below;
  }
  return m;
}

/* After ruin there is nothing to earn on. */
static void clear_returns_of_nothing(double *returns, const bt_ledger *ledger)
{
  for (size_t t = 1; t < ledger->n_bars; t++)
    if (ledger->equity[t - 1] == 0) returns[t] = 0;
}

/* r[t] = equity[t] / equity[t-1] - 1, with the starting cash before; 0 after ruin. Returns their
 * sum: whole groups of eight lane by lane, which hides the latency of the additions, and what is
 * left over one by one. */
static double fill_returns(double *returns, const bt_ledger *ledger, double cash)
{
  enum { SUM_LANES = 8 };
  const double *equity = ledger->equity;
  size_t n = ledger->n_bars, whole = n - n % SUM_LANES;
  double part[SUM_LANES] = {0}, rest = 0;
  returns[0] = without_noise(equity[0] / cash - 1);
  for (size_t t = 1; t < n; t++) returns[t] = without_noise(equity[t] / equity[t - 1] - 1);
  if (ledger->ruined) clear_returns_of_nothing(returns, ledger);
  for (size_t i = 0; i < whole; i += SUM_LANES)
    for (size_t k = 0; k < SUM_LANES; k++) part[k] += returns[i + k];
  for (size_t i = whole; i < n; i++) rest += returns[i];
  return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7])) +
         rest;
}

static bool is_constant(const double *x, size_t n)
{
  for (size_t i = 1; i < n; i++)
    if (!(fabs(x[i] - x[0]) < NOISE)) return false;
  return true;
}

static double larger(double a, double b)
{
  return a > b ? a : b;
}

/* min over t of equity[t] / running maximum - 1; the starting cash is the first maximum. A division
 * is needed only where a new worst ratio is reached; four bars at a time, so that one does not wait
 * for the maximum of the one before. */
static double find_max_drawdown(const bt_ledger *ledger, double cash)
{
  const double *e = ledger->equity;
  size_t n = ledger->n_bars, t = 0;
  double peak = cash, worst = 1;
  for (; t + 4 <= n; t += 4) {
    double first = larger(e[t], e[t + 1]), both = larger(e[t + 2], e[t + 3]);
    double peaks[4] = {larger(peak, e[t]), larger(peak, first),
                       larger(larger(peak, first), e[t + 2]), larger(larger(peak, first), both)};
    peak = peaks[3];
    for (size_t k = 0; k < 4; k++)
      if (e[t + k] < worst * peaks[k]) worst = e[t + k] / peaks[k];
  }
  for (; t < n; t++) {
    peak = larger(peak, e[t]);
    if (e[t] < worst * peak) worst = e[t] / peak;
  }
  return without_noise(worst - 1);
}

/* Everything that follows from the returns alone; total is their sum. */
static void set_return_metrics(double *value, const double *returns, double total, size_t n,
                               const bt_metrics_config *config)
{
  double ppy = config->periods_per_year, floor = config->rf / ppy, count = (double)n;
  double mean = total / count;
  bool constant = is_constant(returns, n);
  moments m = sum_moments(returns, n, mean, floor);
  double excess = mean - floor, downside = sqrt(m.downside / count);
  if (n < 2) return;
  double deviation = constant ? 0 : sqrt(m.second / (count - 1));
  value[BT_METRIC_VOLATILITY] = deviation * sqrt(ppy);
  if (constant || m.second == 0) return;
  double variance = m.second / count;
  value[BT_METRIC_SHARPE] = excess / deviation * sqrt(ppy);
  value[BT_METRIC_SORTINO] = excess * ppy / (downside * sqrt(ppy));
  value[BT_METRIC_SKEW] = m.third / count / (variance * sqrt(variance));
  value[BT_METRIC_KURTOSIS] = m.fourth / count / (variance * variance) - 3;
}

/* Everything about closed trades. */
static void set_trade_metrics(double *value, const bt_ledger *ledger)
{
  size_t n_closed = 0, n_won = 0;
  double won = 0, lost = 0, returns = 0, bars = 0, best = -(double)INFINITY,
         worst = (double)INFINITY;
  for (size_t i = 0; i < ledger->n_trades; i++) {
    const bt_trade *trade = &ledger->trades[i];
    if (trade->open) continue;
    double ret = without_noise(trade->pnl / trade->entry_value);
    n_closed++;
    n_won += ret > 0;
    won += ret > 0 ? trade->pnl : 0;
    lost += ret < 0 ? trade->pnl : 0;
    returns += ret;
    bars += (double)(trade->exit_bar - trade->entry_bar);
    best = fmax(best, ret);
    worst = fmin(worst, ret);
  }
  double count = (double)n_closed;
  value[BT_METRIC_N_TRADES] = count;
  value[BT_METRIC_WIN_RATE] = (double)n_won / count;
  value[BT_METRIC_PROFIT_FACTOR] = won / fabs(lost);
  value[BT_METRIC_AVG_TRADE] = returns / count;
  value[BT_METRIC_BEST_TRADE] = best;
  value[BT_METRIC_WORST_TRADE] = worst;
  value[BT_METRIC_AVG_BARS] = bars / count;
}

void bt_metrics_compute(bt_metrics *out, double *returns, const bt_ledger *ledger,
                        const bt_bars *bars, bt_span span, const bt_metrics_config *config)
{
  double *value = out->value, count = (double)ledger->n_bars;
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) value[i] = (double)NAN;
  double final_equity = ledger->equity[ledger->n_bars - 1];
  value[BT_METRIC_N_BARS] = count;
  value[BT_METRIC_FINAL_EQUITY] = final_equity;
  value[BT_METRIC_TOTAL_RETURN] = final_equity / config->cash - 1;
  value[BT_METRIC_CAGR] = pow(final_equity / config->cash, config->periods_per_year / count) - 1;
  double total = fill_returns(returns, ledger, config->cash);
  set_return_metrics(value, returns, total, ledger->n_bars, config);
  value[BT_METRIC_MAX_DRAWDOWN] = find_max_drawdown(ledger, config->cash);
  value[BT_METRIC_CALMAR] = value[BT_METRIC_CAGR] / fabs(value[BT_METRIC_MAX_DRAWDOWN]);
  value[BT_METRIC_EXPOSURE] = (double)ledger->n_exposed / count;
  set_trade_metrics(value, ledger);
  value[BT_METRIC_COSTS] = ledger->costs_paid;
  value[BT_METRIC_BUY_HOLD] = bars->close[span.end - 1] / bars->close[span.first] - 1;
  for (size_t i = 0; i < BT_METRIC_COUNT; i++)
    if (!isfinite(value[i])) value[i] = (double)NAN;
}
