/* bench_overlap - windows that overlap five times, against one pass over the whole history.
 *
 *     bench_overlap UNIVERSE [ROUNDS]
 *
 * UNIVERSE: one ticker of 5040 daily bars. 174 combinations of sma, long only, 0.1% commission, one
 * worker, bars in memory. In turn: the history once, as a sweep evaluates it; the history by the
 * plain simulator; 21 windows of 1260 bars, as a walk-forward evaluates its train parts; the same
 * windows by the plain simulator. Each from the bars on. Rounds are interleaved; medians, the
 * fastest and ratios to the first are printed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/sma_job.h"
#include "runners/ticker.h"

enum { N_BARS = 5040, N_WINDOWS = 21, LENGTH = 1260, N_PARAMS = 2, ROUNDS_MOST = 101 };
enum { SWEEP, PLAIN_SWEEP, WINDOWS, PLAIN_WINDOWS, N_WAYS };

static const char *const way_names[N_WAYS] = {
    "the history, evaluator", "the history, plain simulator", "21 windows, evaluator",
    "21 windows, plain simulator"};

typedef struct bench {
  sma_job sma;
  bt_ticker ticker; /* while it is evaluated */
  bt_ticker_scratch scratch;
  double sink; /* keeps the compiler from dropping work */
} bench;

/* A span of what the scratch aims at. */
static void measure(bench *b, bool plainly, bt_span span)
{
  bt_error err;
  bt_metrics metrics;
  bt_ticker_scratch *scratch = &b->scratch;
  bt_subject subject = b->ticker.subject;
  subject.span = span;
  if (plainly)
    stop_on(bt_evaluate(&metrics, &scratch->evaluator, &subject, scratch->aim.target, &scratch->how,
                        &err),
            &err);
  else
    stop_on(bt_ticker_measure(&metrics, &b->ticker, scratch, span, &err), &err);
  b->sink += metrics.value[BT_METRIC_FINAL_EQUITY];
}

static void evaluate(bench *b, int way, size_t combo)
{
  bt_error err;
  bool plainly = way == PLAIN_SWEEP || way == PLAIN_WINDOWS;
  stop_on(bt_ticker_aim(&b->ticker, &b->scratch, &b->sma.job, combo, &err), &err);
  if (plainly) stop_on(bt_aim_spread(&b->scratch.aim, &err), &err);
  if (way == SWEEP || way == PLAIN_SWEEP) {
    measure(b, plainly, b->ticker.subject.span);
    return;
  }
  for (size_t k = 0; k < N_WINDOWS; k++) {
    size_t first = (N_BARS - LENGTH) * k / (N_WINDOWS - 1);
    measure(b, plainly, (bt_span){first, first + LENGTH});
  }
}

static double run_way(bench *b, int way)
{
  bt_error err;
  const bt_scan_entry *entry = &b->sma.scan.entries[0];
  double start = now_s();
  const bt_ticker_source source = {entry->bars, &b->sma.universe.entries[0],
                                   entry->periods_per_year, false, NULL};
  stop_on(bt_ticker_open(&b->ticker, &source, &b->sma.job, &err), &err);
  for (size_t i = 0; i < bt_grid_count(b->sma.grid); i++) evaluate(b, way, i);
  bt_ticker_close(&b->ticker);
  return now_s() - start;
}

int main(int argc, char **argv)
{
  static double times_s[N_WAYS][ROUNDS_MOST];
  static bench b;
  bt_error err;
  size_t n_rounds = read_rounds(argc, argv, 2, 21, ROUNDS_MOST);
  if (argc < 2) {
    (void)fprintf(stderr, "usage: bench_overlap UNIVERSE [ROUNDS]\n");
    return 2;
  }
  keep_freed_memory();
  open_sma_job(&b.sma, argv[1], SMA_FAST, SMA_SLOW, 1);
  if (load_sma_job(&b.sma) != N_BARS || b.sma.scan.n_entries != 1) {
    (void)fprintf(stderr, "bench_overlap: the universe is not one ticker of 5040 bars\n");
    return 1;
  }
  stop_on(bt_ticker_scratch_init(&b.scratch, N_PARAMS, &err), &err);
  for (int way = 0; way < N_WAYS; way++) (void)run_way(&b, way); /* memory warms up */
  for (size_t round = 0; round < n_rounds; round++)
    for (int way = 0; way < N_WAYS; way++) times_s[way][round] = run_way(&b, way);
  for (int way = 0; way < N_WAYS; way++) {
    double median_s = sort_to_median(times_s[way], n_rounds);
    (void)printf("%-34s %10.6f s, fastest %.6f s, %.2f x the history\n", way_names[way], median_s,
                 times_s[way][0], median_s / times_s[SWEEP][n_rounds / 2]);
  }
  bt_ticker_scratch_clear(&b.scratch);
  close_sma_job(&b.sma);
  return b.sink == 0;
}
