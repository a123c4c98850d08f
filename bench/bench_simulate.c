/* bench_simulate - the plain simulator against a plain loop written for one strategy.
 *
 *     bench_simulate [ROUNDS]
 *
 * One synthetic ticker of 5040 bars, 174 combinations of sma, long only, 0.1% commission. In turn:
 * the indicators alone; the loop (indicators shared; total return, mean and variance, drawdown,
 * trades: a quarter of the metrics); signals, target, simulator and all metrics. Rounds are
 * interleaved; medians and ratios are printed, the ratio also less what the indicators take in
 * both.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bars.h"
#include "bench/bench.h"
#include "core/evaluate.h"
#include "core/indicator_cache.h"
#include "core/signal_host.h"
#include "core/target.h"
#include "strategies/registry.h"

enum { N_BARS = 5040, N_FAST = 10, N_SLOW = 19, ROUNDS_MOST = 101, N_CASES = 4 };

static const char *const case_names[N_CASES] = {"indicators alone", "plain loop, indicators shared",
                                                "simulator, all metrics",
                                                "from holding to holding"};

typedef struct bench {
  bt_bars *bars;
  bt_indicator_cache *cache;
  bt_signal_host host;
  const bt_strategy *sma;
  bt_evaluator evaluator;
  bt_aim aim;
  bt_tables *tables;
  double *returns;
  double sink; /* keeps the compiler from dropping work */
  size_t n_combos;
} bench;

static void open_cache(bench *b)
{
  bt_error err;
  bt_indicator_cache_free(b->cache);
  stop_on(bt_indicator_cache_new(&b->cache, (const bt_series[]){bt_bars_series(b->bars)}, NULL,
                                 NULL, &err),
          &err);
  bt_signal_host_init(&b->host, b->cache);
}

/* What a researcher writes by hand: the returns of the bars are shared, fees come off the return of
 * the bar that trades, and five numbers come out. */
static double plain_loop(const double *returns, size_t n_bars, const double *fast,
                         const double *slow, double fee)
{
  double equity = 1, level = 1, worst = 1, sum = 0, squares = 0, n_trades = 0;
  int held = 0;
  for (size_t t = 1; t < n_bars; t++) {
    int wanted = fast[t - 1] > slow[t - 1];
    double r = wanted ? returns[t] : 0;
    if (wanted != held) {
      r = (1 + r) * (1 - fee) - 1;
      n_trades++;
      held = wanted;
    }
    equity *= 1 + r;
    sum += r;
    squares += r * r;
    level *= 1 + r; /* equity over its running maximum */
    level = level < 1 ? level : 1;
    worst = level < worst ? level : worst;
  }
  double n = (double)n_bars, mean = sum / n;
  return equity + mean / sqrt(squares / n - mean * mean) + worst + n_trades;
}

static void evaluate_one(bench *b, const double *params, bool plainly)
{
  bt_error err;
  bt_metrics metrics;
  bt_subject subject = {b->bars, {0, b->bars->n_bars}, 252, b->tables, NULL};
  bt_evaluation how = {.simulation = {.cash = 100000, .costs = {.commission_rate = 0.001}}};
  stop_on(bt_aim_take(&b->aim, b->sma, params, &b->host, BT_DIRECTION_LONG, &err), &err);
  if (plainly) {
    stop_on(bt_aim_spread(&b->aim, &err), &err);
    stop_on(bt_evaluate(&metrics, &b->evaluator, &subject, b->aim.target, &how, &err), &err);
  } else {
    stop_on(bt_evaluate_aim(&metrics, &b->evaluator, &subject, &b->aim, &how, &err), &err);
  }
  b->sink += metrics.value[BT_METRIC_SHARPE];
}

/* One case over the whole grid. */
static double run_case(bench *b, int which)
{
  bt_error err;
  open_cache(b);
  double start = now_s();
  bt_tables_free(b->tables);
  stop_on(bt_tables_new(&b->tables, b->bars, 252, 0, NULL, &err), &err);
  b->n_combos = 0;
  for (int i = 0; i < N_FAST; i++) {
    for (int j = 0; j < N_SLOW; j++) {
      const double params[2] = {5 + 5 * i, 20 + 10 * j};
      if (params[0] >= params[1]) continue;
      b->n_combos++;
      const double *fast = bt_sma(&b->host.host, params[0]);
      const double *slow = bt_sma(&b->host.host, params[1]);
      if (which == 1) b->sink += plain_loop(b->returns, N_BARS, fast, slow, 0.001);
      if (which >= 2) evaluate_one(b, params, which == 2);
    }
  }
  return now_s() - start;
}

int main(int argc, char **argv)
{
  static double times_s[N_CASES][ROUNDS_MOST];
  size_t n_rounds = read_rounds(argc, argv, 1, 21, ROUNDS_MOST);
  bench b = {.returns = malloc(N_BARS * sizeof(double))};
  bt_error err;
  keep_freed_memory();
  if (!b.returns) return 1;
  bt_aim_init(&b.aim);
  stop_on(bt_bars_new(&b.bars, N_BARS, &err), &err);
  stop_on(bt_strategy_find(&b.sma, "sma", &err), &err);
  fill_bars(b.bars);
  for (size_t t = 1; t < N_BARS; t++) b.returns[t] = b.bars->close[t] / b.bars->close[t - 1] - 1;
  bt_evaluator_init(&b.evaluator);
  for (size_t round = 0; round < n_rounds; round++)
    for (int i = 0; i < N_CASES; i++) times_s[i][round] = run_case(&b, i);
  double medians_s[N_CASES];
  for (int i = 0; i < N_CASES; i++) {
    double median = medians_s[i] = sort_to_median(times_s[i], n_rounds);
    double bar_combos = (double)b.n_combos * N_BARS; /* sorted: the fastest comes first */
    (void)printf("%-32s %7.3f ns a bar-combination (fastest %.3f)", case_names[i],
                 median / bar_combos * 1e9, times_s[i][0] / bar_combos * 1e9);
    if (i >= 2)
      (void)printf(", %.2f of the loop's rate (%.2f without the indicators)", medians_s[1] / median,
                   (medians_s[1] - medians_s[0]) / (median - medians_s[0]));
    (void)printf("\n");
  }
  bt_evaluator_clear(&b.evaluator);
  bt_indicator_cache_free(b.cache);
  bt_bars_free(b.bars);
  bt_aim_clear(&b.aim);
  bt_tables_free(b.tables);
  free(b.returns);
  return b.sink == 0;
}
