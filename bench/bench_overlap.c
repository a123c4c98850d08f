/* bench_overlap - windows that overlap five times, against one pass over the whole history.
 *
 *     bench_overlap UNIVERSE [ROUNDS]
 *
 * UNIVERSE: one ticker of 5040 daily bars. 174 combinations of sma, long only, 0.1% commission, one
 * worker, bars in memory. In turn: the history once, as a sweep evaluates it; the history by the
 * plain simulator; targets and 21 windows of 1260 bars, as a walk-forward evaluates its train
 * parts; the same windows by the plain simulator. Rounds are interleaved; medians, the fastest and
 * ratios to the first are printed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/sma_job.h"
#include "core/course.h"
#include "runners/ticker.h"

enum { N_BARS = 5040, N_WINDOWS = 21, LENGTH = 1260, N_PARAMS = 2, ROUNDS_MOST = 101 };
enum { SWEEP, PLAIN_SWEEP, WINDOWS, PLAIN_WINDOWS, N_WAYS };

static const char *const way_names[N_WAYS] = {"the history, evaluator",
                                              "the history, plain simulator", "21 windows, course",
                                              "21 windows, plain simulator"};

typedef struct bench {
  sma_job sma;
  bt_ticker ticker; /* while it is evaluated */
  bt_ticker_scratch scratch;
  bt_course *course;
  double sink; /* keeps the compiler from dropping work */
} bench;

/* Every window of what the scratch aims at; tables NULL: plainly. */
static void measure_windows(bench *b, const bt_tables *tables)
{
  bt_error err;
  bt_metrics metrics;
  if (tables)
    stop_on(bt_course_follow(b->course, tables, &b->ticker.subject, b->scratch.target,
                             &b->scratch.how, &err),
            &err);
  for (size_t k = 0; k < N_WINDOWS; k++) {
    size_t first = (N_BARS - LENGTH) * k / (N_WINDOWS - 1);
    bt_subject subject = b->ticker.subject;
    subject.span = (bt_span){first, first + LENGTH};
    if (tables)
      stop_on(bt_course_evaluate(&metrics, b->course, subject.span, &err), &err);
    else
      stop_on(bt_evaluate(&metrics, &b->scratch.evaluator, &subject, b->scratch.target,
                          &b->scratch.how, &err),
              &err);
    b->sink += metrics.value[BT_METRIC_FINAL_EQUITY];
  }
}

static void evaluate(bench *b, int way, size_t combo, const bt_tables *tables)
{
  bt_error err;
  bt_metrics metrics = {{0}};
  const bt_job *job = &b->sma.job;
  if (way == SWEEP) {
    stop_on(bt_ticker_evaluate(&metrics, &b->ticker, &b->scratch, job, combo, &err), &err);
  } else {
    stop_on(bt_ticker_aim(&b->ticker, &b->scratch, job, combo, &err), &err);
    if (way == PLAIN_SWEEP)
      stop_on(bt_evaluate(&metrics, &b->scratch.evaluator, &b->ticker.subject, b->scratch.target,
                          &b->scratch.how, &err),
              &err);
    else
      measure_windows(b, tables);
  }
  b->sink += metrics.value[BT_METRIC_FINAL_EQUITY];
}

static double run_way(bench *b, int way)
{
  bt_error err;
  bt_tables *tables = NULL;
  const bt_scan_entry *entry = &b->sma.scan.entries[0];
  double start = now_s();
  stop_on(bt_ticker_open(&b->ticker, entry->bars, &b->sma.universe.entries[0], &b->sma.job,
                         entry->periods_per_year, &err),
          &err);
  if (way == WINDOWS)
    stop_on(bt_tables_new(&tables, entry->bars, entry->periods_per_year, 0, &err), &err);
  for (size_t i = 0; i < bt_grid_count(b->sma.grid); i++) evaluate(b, way, i, tables);
  bt_tables_free(tables);
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
  open_sma_job(&b.sma, argv[1], SMA_FAST, SMA_SLOW, 1);
  if (load_sma_job(&b.sma) != N_BARS || b.sma.scan.n_entries != 1) {
    (void)fprintf(stderr, "bench_overlap: the universe is not one ticker of 5040 bars\n");
    return 1;
  }
  stop_on(bt_ticker_scratch_init(&b.scratch, N_PARAMS, &err), &err);
  stop_on(bt_course_new(&b.course, &err), &err);
  for (int way = 0; way < N_WAYS; way++) (void)run_way(&b, way); /* memory warms up */
  for (size_t round = 0; round < n_rounds; round++)
    for (int way = 0; way < N_WAYS; way++) times_s[way][round] = run_way(&b, way);
  for (int way = 0; way < N_WAYS; way++) {
    double median_s = sort_to_median(times_s[way], n_rounds);
    (void)printf("%-34s %10.6f s, fastest %.6f s, %.2f x the history\n", way_names[way], median_s,
                 times_s[way][0], median_s / times_s[SWEEP][n_rounds / 2]);
  }
  bt_course_free(b.course);
  bt_ticker_scratch_clear(&b.scratch);
  close_sma_job(&b.sma);
  return b.sink == 0;
}
