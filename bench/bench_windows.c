/* bench_windows - many windows of one target: from holding to holding, against bar by bar.
 *
 *     bench_windows [ROUNDS]
 *
 * One synthetic ticker of 5040 bars, 105 combinations of sma, long only, 0.1% commission; targets
 * are made once, outside of what is measured. Windows of 504 + 126 bars (a train and a test part,
 * 4 to 144 of them, spread evenly), and 21 and 144 windows of 1260 bars. In turn: all windows by
 * the plain simulator; all from holding to holding, the tables included; and the whole history once
 * in that way. Rounds are interleaved; medians and ratios are printed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bars.h"
#include "bench/bench.h"
#include "core/evaluate.h"
#include "strategies/registry.h"

enum { N_BARS = 5040, N_COMBOS = 105, ROUNDS_MOST = 101, N_WAYS = 3, N_CASES = 7 };
enum { PLAIN, FAST, HISTORY }; /* the ways */

/* Windows of train + test bars; each part is evaluated by itself. */
typedef struct bench_case {
  size_t n_windows, train, test;
} bench_case;

static const bench_case cases[N_CASES] = {{4, 504, 126},  {12, 504, 126},  {36, 504, 126},
                                          {72, 504, 126}, {144, 504, 126}, {21, 1260, 0},
                                          {144, 1260, 0}};

typedef struct bench {
  bt_bars *bars;
  bt_evaluation how;
  bt_evaluator evaluator;
  bt_aim aims[N_COMBOS]; /* with their targets, one a bar */
  size_t n_combos;
  double sink; /* keeps the compiler from dropping work */
} bench;

static void take_aim(bench *b, const bt_strategy *sma, const double *params, bt_signal_host *host)
{
  bt_error err;
  bt_aim *aim = &b->aims[b->n_combos++];
  bt_aim_init(aim);
  stop_on(bt_aim_take(aim, sma, params, host, BT_DIRECTION_LONG, &err), &err);
  stop_on(bt_aim_spread(aim, &err), &err);
}

/* fast 5, 10 .. 50 and slow 20, 36 .. 196 where fast < slow, the first 105 of them. */
static void take_aims(bench *b)
{
  bt_error err;
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  const bt_strategy *sma = NULL;
  stop_on(bt_strategy_find(&sma, "sma", &err), &err);
  stop_on(bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(b->bars)}, NULL, NULL,
                                 &err),
          &err);
  bt_signal_host_init(&host, cache);
  for (int fast = 5; fast <= 50; fast += 5) {
    for (int slow = 20; slow <= 200; slow += 16) {
      const double params[2] = {fast, slow};
      if (fast < slow && b->n_combos < N_COMBOS) take_aim(b, sma, params, &host);
    }
  }
  bt_indicator_cache_free(cache);
}

/* tables NULL: bar by bar. */
static void evaluate(bench *b, const bt_tables *tables, bt_aim *aim, bt_span span)
{
  bt_error err;
  bt_metrics metrics;
  bt_subject subject = {.bars = b->bars, .span = span, .periods_per_year = 252, .tables = tables};
  if (tables)
    stop_on(bt_evaluate_aim(&metrics, &b->evaluator, &subject, aim, &b->how, &err), &err);
  else
    stop_on(bt_evaluate(&metrics, &b->evaluator, &subject, aim->target, &b->how, &err), &err);
  b->sink += metrics.value[BT_METRIC_FINAL_EQUITY];
}

static void evaluate_windows(bench *b, const bt_tables *tables, bt_aim *aim, const bench_case *c)
{
  size_t length = c->train + c->test, n_steps = c->n_windows > 1 ? c->n_windows - 1 : 1;
  for (size_t k = 0; k < c->n_windows; k++) {
    size_t first = (N_BARS - length) * k / n_steps, test = first + c->train;
    evaluate(b, tables, aim, (bt_span){first, test});
    if (c->test > 0) evaluate(b, tables, aim, (bt_span){test, test + c->test});
  }
}

static double run_case(bench *b, int way, const bench_case *c)
{
  bt_error err;
  bt_tables *tables = NULL;
  double start = now_s();
  if (way != PLAIN) stop_on(bt_tables_new(&tables, b->bars, 252, 0, NULL, &err), &err);
  for (size_t i = 0; i < b->n_combos; i++) {
    if (way == HISTORY)
      evaluate(b, tables, &b->aims[i], (bt_span){0, N_BARS});
    else
      evaluate_windows(b, tables, &b->aims[i], c);
  }
  bt_tables_free(tables);
  return now_s() - start;
}

static void report(const bench *b, const bench_case *c, double times_s[N_WAYS][ROUNDS_MOST],
                   size_t n_rounds)
{
  double unit = (double)b->n_combos * N_BARS * 1e-9, medians_s[N_WAYS];
  for (int way = 0; way < N_WAYS; way++) medians_s[way] = sort_to_median(times_s[way], n_rounds);
  (void)printf("%3zu windows of %4zu + %3zu: plain %7.3f, holdings %6.3f ns a bar-combination of "
               "the history; %.2f x, %.2f passes over the history\n",
               c->n_windows, c->train, c->test, medians_s[PLAIN] / unit, medians_s[FAST] / unit,
               medians_s[PLAIN] / medians_s[FAST], medians_s[FAST] / medians_s[HISTORY]);
}

int main(int argc, char **argv)
{
  static double times_s[N_CASES][N_WAYS][ROUNDS_MOST];
  size_t n_rounds = read_rounds(argc, argv, 1, 21, ROUNDS_MOST);
  static bench b = {.how = {.simulation = {.cash = 100000, .costs = {.commission_rate = 0.001}}}};
  bt_error err;
  keep_freed_memory();
  stop_on(bt_bars_new(&b.bars, N_BARS, &err), &err);
  fill_bars(b.bars);
  take_aims(&b);
  bt_evaluator_init(&b.evaluator);
  for (size_t round = 0; round < n_rounds; round++)
    for (int i = 0; i < N_CASES; i++)
      for (int way = 0; way < N_WAYS; way++) times_s[i][way][round] = run_case(&b, way, &cases[i]);
  for (int i = 0; i < N_CASES; i++) report(&b, &cases[i], times_s[i], n_rounds);
  (void)printf("%zu combinations; what had to be done plainly, in all rounds: %zu\n", b.n_combos,
               b.evaluator.n_plain);
  for (size_t i = 0; i < b.n_combos; i++) bt_aim_clear(&b.aims[i]);
  bt_evaluator_clear(&b.evaluator);
  bt_bars_free(b.bars);
  return b.sink == 0;
}
