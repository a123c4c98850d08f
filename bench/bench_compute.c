/* bench_compute - computing alone: a sweep of sma of which nothing is stored.
 *
 *     bench_compute UNIVERSE FAST SLOW [WORKERS]
 *
 * FAST and SLOW are as of --param, such as 5:50:5. Long only, 0.1% commission. Files are loaded,
 * every combination of every ticker is evaluated by a pool, and the best by Sharpe ratio is all
 * that stays. One run; how it compares is the caller's matter.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/sma_job.h"
#include "runners/selection.h"
#include "runners/ticker.h"

enum { WORKERS_MOST = 256, N_PARAMS = 2 };

typedef struct bench {
  sma_job sma;
  bt_ticker_scratch scratches[WORKERS_MOST]; /* one a worker */
  bt_spare spares[WORKERS_MOST];             /* of the tickers that they work on */
  double *best;                              /* one a ticker */
} bench;

/* What the workers that share a ticker see of it. */
typedef struct part {
  bench *bench;
  bt_ticker ticker;
  double *scores; /* one a combination */
} part;

/* A bt_task_fn: one combination of a ticker. */
static bt_status evaluate_combination(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  part *p = context;
  const bt_job *job = &p->bench->sma.job;
  bt_metrics metrics;
  bt_status status = bt_ticker_evaluate(
      &metrics, &p->ticker, &p->bench->scratches[bt_worker_index(worker)], job, index, err);
  if (!status) p->scores[index] = bt_selection_score(&job->selection, &metrics);
  return status;
}

/* A bt_task_fn: one ticker. */
static bt_status evaluate_ticker(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  enum { GRAIN = 16 };
  bench *b = context;
  const bt_scan_entry *entry = &b->sma.scan.entries[index];
  size_t n_combos = bt_grid_count(b->sma.grid), best = 0;
  part p = {.bench = b, .scores = malloc(n_combos * sizeof *p.scores)};
  if (!p.scores) return bt_fail_nomem(err, "scores");
  const bt_ticker_source source = {entry->bars, &b->sma.universe.entries[index],
                                   entry->periods_per_year, false,
                                   &b->spares[bt_worker_index(worker)]};
  bt_status status = bt_ticker_open(&p.ticker, &source, &b->sma.job, err);
  if (!status) {
    status = bt_worker_fork(worker, n_combos, GRAIN, evaluate_combination, &p, err);
    bt_ticker_close(&p.ticker);
  }
  if (!status && bt_selection_top(&best, 1, p.scores, n_combos) > 0)
    b->best[index] = p.scores[best];
  free(p.scores);
  return status;
}

int main(int argc, char **argv)
{
  static bench b;
  bt_error err;
  size_t n_workers = read_rounds(argc, argv, 4, bt_cpu_count(), WORKERS_MOST);
  if (argc < 4) {
    (void)fprintf(stderr, "usage: bench_compute UNIVERSE FAST SLOW [WORKERS]\n");
    return 2;
  }
  keep_freed_memory();
  double start = now_s();
  open_sma_job(&b.sma, argv[1], argv[2], argv[3], n_workers);
  size_t n_bars = load_sma_job(&b.sma), n_tickers = b.sma.scan.n_entries;
  double loaded = now_s();
  b.best = calloc(n_tickers, sizeof *b.best);
  if (!b.best) return 1;
  for (size_t i = 0; i < n_workers; i++)
    stop_on(bt_ticker_scratch_init(&b.scratches[i], N_PARAMS, &err), &err);
  stop_on(bt_pool_run_ordered(b.sma.pool, n_tickers, NULL, evaluate_ticker, &b, &err), &err);
  double end = now_s(), best = 0, n_cells = (double)(n_bars * bt_grid_count(b.sma.grid));
  for (size_t i = 0; i < n_tickers; i++) best = fmax(best, b.best[i]);
  (void)printf("computing %.6f s: loading %.6f, evaluating %.6f, %.0f M bar-combinations/s; best "
               "Sharpe ratio %.2f\n",
               end - start, loaded - start, end - loaded, n_cells / (end - loaded) * 1e-6, best);
  for (size_t i = 0; i < n_workers; i++) {
    bt_ticker_scratch_clear(&b.scratches[i]);
    bt_spare_clear(&b.spares[i]);
  }
  free(b.best);
  close_sma_job(&b.sma);
  return 0;
}
