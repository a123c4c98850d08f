/* bench_sweep - evaluation alone: every combination of sma on every ticker, one worker.
 *
 *     bench_sweep UNIVERSE [ROUNDS]
 *
 * 174 combinations, 0.1% commission, bars in memory; long only, and long and short. In turn: the
 * plain simulator, indicators shared; what the runner calls (bt_ticker_evaluate); the same for a
 * strategy compiled outside of the library, and for one that is called bar by bar. Everything from
 * bars to metrics counts. Rounds are interleaved; medians, the fastest and ratios are printed. All
 * ways must give the same metrics.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/sma_job.h"
#include "runners/ticker.h"

enum { ROUNDS_MOST = 101, N_CASES = 7, N_PARAMS = 2, PLAIN_LONG = 0 };

extern const bt_strategy outside_sma, outside_on_bar; /* outside_sma.c, outside_on_bar.c */

/* Those of one direction follow each other, the plain simulator first. */
typedef struct bench_case {
  const char *name;
  bt_direction direction;
  bool plain;
  const bt_strategy *outside; /* NULL: that of the library */
} bench_case;

static const bench_case cases[N_CASES] = {
    {"long, plain simulator", BT_DIRECTION_LONG, true, NULL},
    {"long, evaluator", BT_DIRECTION_LONG, false, NULL},
    {"long, evaluator, strategy outside", BT_DIRECTION_LONG, false, &outside_sma},
    {"long, on_bar", BT_DIRECTION_LONG, false, &outside_on_bar},
    {"both, plain simulator", BT_DIRECTION_BOTH, true, NULL},
    {"both, evaluator", BT_DIRECTION_BOTH, false, NULL},
    {"both, on_bar", BT_DIRECTION_BOTH, false, &outside_on_bar}};

typedef struct bench {
  sma_job sma;
  bt_ticker_scratch scratch;
  bt_spare spare;
  bt_metrics *metrics[N_CASES]; /* [case][ticker x combination] */
} bench;

/* The plain way: the target, then the simulator whatever else there may be. */
static bt_status evaluate_plainly(bt_metrics *out, bench *b, bt_ticker *ticker, const bt_job *job,
                                  size_t combo, bt_error *err)
{
  bt_ticker_scratch *scratch = &b->scratch;
  bt_status status = bt_ticker_aim(ticker, scratch, job, combo, err);
  if (!status) status = bt_aim_spread(&scratch->aim, err);
  if (status) return status;
  return bt_evaluate(out, &scratch->evaluator, &ticker->subject, scratch->aim.target, &scratch->how,
                     err);
}

static void run_ticker(bench *b, const bench_case *c, size_t index, const bt_job *job,
                       bt_metrics *out)
{
  bt_error err;
  bt_ticker ticker;
  const bt_scan_entry *entry = &b->sma.scan.entries[index];
  const bt_ticker_source source = {entry->bars, &b->sma.universe.entries[index],
                                   entry->periods_per_year, false, &b->spare};
  stop_on(bt_ticker_open(&ticker, &source, job, &err), &err);
  for (size_t i = 0; i < bt_grid_count(job->grid); i++) {
    if (c->plain)
      stop_on(evaluate_plainly(&out[i], b, &ticker, job, i, &err), &err);
    else
      stop_on(bt_ticker_evaluate(&out[i], &ticker, &b->scratch, job, i, &err), &err);
  }
  bt_ticker_close(&ticker);
}

static double run_case(bench *b, size_t which)
{
  const bench_case *c = &cases[which];
  bt_job job = b->sma.job;
  job.direction = c->direction;
  if (c->outside) job.strategy = c->outside;
  double start = now_s();
  for (size_t i = 0; i < b->sma.scan.n_entries; i++)
    run_ticker(b, c, i, &job, b->metrics[which] + i * bt_grid_count(job.grid));
  return now_s() - start;
}

/* Counts exactly, numbers to 1e-9; undefined is undefined. */
static bool are_same(const bt_metrics *a, const bt_metrics *b)
{
  for (size_t k = 0; k < BT_METRIC_COUNT; k++) {
    double x = a->value[k], y = b->value[k];
    double allowed = 1e-9 * fmax(1, fmax(fabs(x), fabs(y)));
    if (bt_metric_describe((bt_metric)k).whole) allowed = 0;
    if (isnan(x) != isnan(y) || fabs(x - y) > allowed) return false;
  }
  return true;
}

static void check_metrics(const bench *b, size_t n_results)
{
  size_t plain = PLAIN_LONG;
  for (size_t i = 0; i < N_CASES; i++) {
    if (cases[i].plain) plain = i;
    for (size_t k = 0; k < n_results; k++) {
      if (are_same(&b->metrics[plain][k], &b->metrics[i][k])) continue;
      (void)fprintf(stderr, "bench_sweep: %s and %s disagree\n", cases[plain].name, cases[i].name);
      exit(1);
    }
  }
}

static void print_case(size_t which, double times_s[N_CASES][ROUNDS_MOST], size_t n_rounds,
                       double n_cells)
{
  size_t plain = which;
  while (!cases[plain].plain) plain--;
  double median_s = times_s[which][n_rounds / 2];
  (void)printf("%-34s %10.6f s, fastest %.6f s, %5.0f M bar-combinations/s, %.2f x plain\n",
               cases[which].name, median_s, times_s[which][0], n_cells / median_s * 1e-6,
               times_s[plain][n_rounds / 2] / median_s);
}

int main(int argc, char **argv)
{
  static double times_s[N_CASES][ROUNDS_MOST];
  static bench b;
  bt_error err;
  size_t n_rounds = read_rounds(argc, argv, 2, 7, ROUNDS_MOST);
  if (argc < 2) {
    (void)fprintf(stderr, "usage: bench_sweep UNIVERSE [ROUNDS]\n");
    return 2;
  }
  keep_freed_memory();
  open_sma_job(&b.sma, argv[1], SMA_FAST, SMA_SLOW, 1);
  size_t n_combos = bt_grid_count(b.sma.grid), n_bars = load_sma_job(&b.sma);
  size_t n_results = n_combos * b.sma.scan.n_entries;
  stop_on(bt_ticker_scratch_init(&b.scratch, N_PARAMS, &err), &err);
  for (size_t i = 0; i < N_CASES; i++) {
    b.metrics[i] = malloc(n_results * sizeof *b.metrics[i]);
    if (!b.metrics[i]) return 1;
    (void)run_case(&b, i); /* memory warms up */
  }
  check_metrics(&b, n_results);
  for (size_t round = 0; round < n_rounds; round++)
    for (size_t i = 0; i < N_CASES; i++) times_s[i][round] = run_case(&b, i);
  for (size_t i = 0; i < N_CASES; i++) (void)sort_to_median(times_s[i], n_rounds);
  for (size_t i = 0; i < N_CASES; i++)
    print_case(i, times_s, n_rounds, (double)(n_bars * n_combos));
  for (size_t i = 0; i < N_CASES; i++) free(b.metrics[i]);
  bt_ticker_scratch_clear(&b.scratch);
  bt_spare_clear(&b.spare);
  close_sma_job(&b.sma);
  return 0;
}
