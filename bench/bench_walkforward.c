/* bench_walkforward - a walk-forward on one ticker, whole and in parts, and what more windows cost.
 *
 *     bench_walkforward UNIVERSE [FOLDER [ROUNDS]]
 *
 * UNIVERSE: one ticker of 5040 daily bars. 105 combinations of sma, long only, 0.1% commission,
 * windows of 504 + 126 bars, one worker but where it says otherwise, bars in memory. Measured: one
 * sweep pass over the whole history, and its targets alone; for each number of windows the targets
 * and every train part ("evaluation"), and bt_walk_run into a fresh file in FOLDER ("run"), with
 * the time to open and close that file apart. Windows lie evenly over the history: 36 are those of
 * --step 126; of fewer the test parts leave holes, of more they overlap. Rounds are interleaved;
 * medians and ratios are printed, and which combination each of the 36 windows has chosen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "runners/selection.h"
#include "runners/store_resume.h"
#include "runners/ticker_rows.h"
#include "runners/walkforward.h"
#include "strategies/registry.h"

enum { N_BARS = 5040, TRAIN = 504, TEST = 126, N_COMBOS = 105, N_PARAMS = 2, ROUNDS_MOST = 101 };
enum { N_COUNTS = 6, STEP_COUNT = 3, WINDOWS_MOST = 144, KEPT_BYTES = 64 << 20 };
enum { WORKERS_MOST = 64 };

static const size_t counts[N_COUNTS] = {4, 9, 18, 36, 72, WINDOWS_MOST};

/* Seconds of one round. */
typedef struct timing {
  double sweep, targets, shared; /* shared: 36 windows, a worker a CPU */
  double evaluation[N_COUNTS], walk[N_COUNTS], file[N_COUNTS];
} timing;

typedef struct bench {
  char path[512];
  bt_universe universe;
  bt_strategy strategy;
  bt_grid *grid;
  bt_job job;
  bt_pool *pool;
  bt_scan scan;
  bt_pool *all;                              /* a worker a CPU */
  bt_ticker_scratch scratches[WORKERS_MOST]; /* one a worker */
  bt_spare spare;
  bt_ticker ticker; /* while it is evaluated */
  const bt_span *spans;
  size_t n_spans;
  bt_span train[WINDOWS_MOST]; /* bars of the windows at hand */
  double scores[WINDOWS_MOST * N_COMBOS];
  bt_selection_row selections[WINDOWS_MOST]; /* of the last walk-forward of 36 windows */
} bench;

static void stop(const char *why)
{
  (void)fprintf(stderr, "bench_walkforward: %s\n", why);
  exit(1);
}

/* ---- the job ----------------------------------------------------------------------------------
 */

/* Every pair of 15 lengths. */
static void make_grid(bench *b)
{
  bt_error err;
  bt_axis axes[N_PARAMS];
  const bt_strategy *sma = NULL;
  stop_on(bt_strategy_find(&sma, "sma", &err), &err);
  b->strategy = *sma;
  for (size_t i = 0; i < N_PARAMS; i++)
    stop_on(bt_axis_parse(&axes[i], &sma->params[i], "10:150:10", &err), &err);
  stop_on(bt_grid_new(&b->grid, sma, axes, NULL, 0, &err), &err);
  for (size_t i = 0; i < N_PARAMS; i++) bt_axis_clear(&axes[i]);
  if (bt_grid_count(b->grid) != N_COMBOS) stop("the grid has not 105 combinations");
}

static void open_bench(bench *b, const char *universe_path)
{
  bt_error err;
  stop_on(bt_universe_read(&b->universe, universe_path, NULL, &err), &err);
  make_grid(b);
  b->job =
      (bt_job){.universe = &b->universe,
               .load = BT_LOAD_OPTIONS_DEFAULT,
               .strategy = &b->strategy,
               .grid = b->grid,
               .direction = BT_DIRECTION_LONG,
               .evaluation.simulation = {.cash = 100000, .costs.commission_rate = 0.001, .size = 1},
               .size.fraction = 1,
               .from_ns = INT64_MIN,
               .to_ns = INT64_MAX,
               .selection.objective = BT_METRIC_SHARPE,
               .keep.kind = BT_KEEP_SELECTED,
               .windows = {.train.bars = TRAIN, .test.bars = TEST, .step.bars = TEST},
               .select = BT_SELECT_TICKER};
  stop_on(bt_pool_new(&b->pool, 1, &err), &err);
  stop_on(bt_scan_run(&b->scan, &b->job, KEPT_BYTES, b->pool, &err), &err);
  size_t n_cpus = bt_cpu_count() < WORKERS_MOST ? bt_cpu_count() : WORKERS_MOST;
  stop_on(bt_pool_new(&b->all, n_cpus, &err), &err);
  for (size_t i = 0; i < n_cpus; i++)
    stop_on(bt_ticker_scratch_init(&b->scratches[i], N_PARAMS, &err), &err);
  if (b->scan.n_entries != 1) stop("the universe has not one ticker");
  if (b->scan.entries[0].report->rejected) stop(b->scan.entries[0].report->reason);
  if (b->scan.calendar.n_days != N_BARS) stop("the ticker has not 5040 daily bars");
}

static void close_bench(bench *b)
{
  (void)unlink(b->path);
  for (size_t i = 0; i < bt_pool_size(b->all); i++) bt_ticker_scratch_clear(&b->scratches[i]);
  bt_pool_free(b->all);
  bt_spare_clear(&b->spare);
  bt_scan_clear(&b->scan);
  bt_pool_free(b->pool);
  bt_grid_free(b->grid);
  bt_universe_clear(&b->universe);
}

/* n windows from the first day to the last, the space between them as even as days allow. *out is
 * the caller's, as from bt_walk_windows. */
static void lay_windows(bt_window **out, size_t n, const bench *b)
{
  const int64_t *days = b->scan.calendar.days;
  const size_t room = N_BARS - TRAIN - TEST;
  bt_window *windows = malloc(n * sizeof *windows);
  if (!windows) stop("out of memory");
  for (size_t k = 0; k < n; k++) {
    size_t first = k * room / (n - 1), test = first + TRAIN, end = test + TEST;
    int64_t last = end < N_BARS ? days[end] - 1 : days[N_BARS - 1];
    windows[k] = (bt_window){days[first], days[test] - 1, days[test], last};
  }
  *out = windows;
}

/* Those of the rule, which fill the history exactly, are what lay_windows gives. */
static void check_windows(const bench *b)
{
  bt_error err;
  bt_window *ruled = NULL, *laid = NULL;
  size_t n = 0;
  stop_on(bt_walk_windows(&ruled, &n, &b->job, &b->scan, &err), &err);
  lay_windows(&laid, counts[STEP_COUNT], b);
  if (n != counts[STEP_COUNT] || memcmp(ruled, laid, n * sizeof *ruled) != 0)
    stop("--step 126 makes other windows");
  free(ruled);
  free(laid);
}

/* ---- what is measured -------------------------------------------------------------------------
 */

static void set_train(bench *b, size_t n)
{
  bt_window *windows = NULL;
  lay_windows(&windows, n, b);
  for (size_t k = 0; k < n; k++)
    b->train[k] = bt_bars_find_span(b->scan.entries[0].bars, windows[k].train_first * BT_NS_PER_DAY,
                                    (windows[k].train_last + 1) * BT_NS_PER_DAY - 1);
  free(windows);
}

/* The spans of one combination, as a walk-forward measures its train parts. */
static void measure(bench *b, size_t combo, size_t worker)
{
  bt_error err;
  bt_metrics metrics;
  bt_ticker_scratch *scratch = &b->scratches[worker];
  stop_on(bt_ticker_aim(&b->ticker, scratch, &b->job, combo, &err), &err);
  scratch->how.wanted = bt_selection_wanted(&b->job.selection);
  for (size_t k = 0; k < b->n_spans; k++) {
    stop_on(bt_ticker_measure(&metrics, &b->ticker, scratch, b->spans[k], &err), &err);
    b->scores[k * N_COMBOS + combo] = bt_selection_score(&b->job.selection, &metrics);
  }
}

/* A bt_task_fn. */
static bt_status measure_task(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)err;
  measure(context, index, bt_worker_index(worker));
  return BT_OK;
}

/* The targets of every combination, each measured on n of the spans; pool NULL: by this thread. */
static double evaluate(bench *b, const bt_span *spans, size_t n, bt_pool *pool)
{
  bt_error err;
  const bt_bars *bars = b->scan.entries[0].bars;
  double start = now_s();
  b->spans = spans;
  b->n_spans = n;
  const bt_ticker_source source = {bars, &b->universe.entries[0],
                                   b->scan.entries[0].periods_per_year, false, &b->spare};
  stop_on(bt_ticker_open(&b->ticker, &source, &b->job, &err), &err);
  if (pool)
    stop_on(bt_pool_run(pool, N_COMBOS, 1, measure_task, b, &err), &err);
  else
    for (size_t i = 0; i < N_COMBOS; i++) measure(b, i, 0);
  bt_ticker_close(&b->ticker);
  return now_s() - start;
}

/* What was chosen must be what evaluate has found best. */
static void check_chosen(bench *b, bt_store *store, int64_t run_id, size_t n)
{
  bt_error err;
  bt_selection_row rows[WINDOWS_MOST];
  stop_on(bt_store_read_selections(rows, 1, n, store, run_id, &err), &err);
  for (size_t k = 0; k < n; k++) {
    size_t best = 0;
    bool any = bt_selection_top(&best, 1, b->scores + k * N_COMBOS, N_COMBOS) > 0;
    if (rows[k].combo_id != (any ? (int64_t)best + 1 : 0)) stop("evaluation and run disagree");
  }
  if (n == counts[STEP_COUNT]) memcpy(b->selections, rows, n * sizeof *rows);
}

/* A walk-forward into a fresh file; the parts that evaluate has measured just before. */
static void walk(timing *out, bench *b, size_t which)
{
  bt_error err;
  bt_walk_result result;
  bt_window *windows = NULL;
  size_t n = counts[which];
  const bt_run_info info = {.kind = "walkforward",
                            .strategy = "sma",
                            .jobs = 1,
                            .n_tickers = 1,
                            .n_combos = N_COMBOS,
                            .n_windows = n};
  bt_run_means means = {.pool = b->pool, .scan = &b->scan};
  (void)unlink(b->path);
  lay_windows(&windows, n, b);
  double t0 = now_s();
  stop_on(bt_store_open(&means.store, b->path, &err), &err);
  stop_on(bt_store_begin_run(means.store, &means.run_id, &info, &b->strategy, b->grid, &err), &err);
  stop_on(bt_ticker_rows_put(means.store, means.run_id, &b->job, &b->scan, &err), &err);
  double t1 = now_s();
  stop_on(bt_walk_run(&result, windows, n, &b->job, &means, &err), &err);
  double t2 = now_s();
  bt_walk_result_clear(&result);
  check_chosen(b, means.store, means.run_id, n);
  double t3 = now_s();
  stop_on(bt_store_close(means.store, &err), &err);
  out->walk[which] = t2 - t1;
  out->file[which] = t1 - t0 + now_s() - t3;
}

static timing run_round(bench *b)
{
  const bt_span whole = {0, b->scan.entries[0].bars->n_bars};
  timing t;
  t.targets = evaluate(b, NULL, 0, NULL);
  t.sweep = evaluate(b, &whole, 1, NULL);
  for (size_t i = 0; i < N_COUNTS; i++) {
    set_train(b, counts[i]);
    if (i == STEP_COUNT) t.shared = evaluate(b, b->train, counts[i], b->all);
    t.evaluation[i] = evaluate(b, b->train, counts[i], NULL);
    walk(&t, b, i);
  }
  return t;
}

/* ---- what is printed --------------------------------------------------------------------------
 */

/* The value at `place` of the n sorted ones, of every member, each a double. */
static timing find_ordered(const timing *timings, size_t n, size_t place)
{
  double values[ROUNDS_MOST];
  timing found;
  for (size_t offset = 0; offset < sizeof found; offset += sizeof(double)) {
    for (size_t i = 0; i < n; i++)
      memcpy(&values[i], (const char *)&timings[i] + offset, sizeof(double));
    qsort(values, n, sizeof *values, compare_doubles);
    memcpy((char *)&found + offset, &values[place], sizeof(double));
  }
  return found;
}

static void print_part(const char *name, double median_s, double fastest_s)
{
  (void)printf("%-32s %8.3f ms, fastest %8.3f ms", name, median_s * 1e3, fastest_s * 1e3);
}

static void print_parts(const timing *m, const timing *fastest)
{
  const double train = m->evaluation[STEP_COUNT], run = m->walk[STEP_COUNT];
  print_part("one sweep pass over the history", m->sweep, fastest->sweep);
  (void)printf("\n");
  print_part("its targets", m->targets, fastest->targets);
  (void)printf(", %.2f sweep passes\n", m->targets / m->sweep);
  print_part("36 windows, evaluation", train, fastest->evaluation[STEP_COUNT]);
  (void)printf(", %.2f sweep passes\n", train / m->sweep);
  print_part("36 windows, a worker a CPU", m->shared, fastest->shared);
  (void)printf(", %.2f x as fast\n", train / m->shared);
  print_part("36 windows, run", run, fastest->walk[STEP_COUNT]);
  (void)printf(", %.2f sweep passes, %.2f x evaluation\n", run / m->sweep, run / train);
  print_part("its file, opened and closed", m->file[STEP_COUNT], fastest->file[STEP_COUNT]);
  (void)printf(", %.2f sweep passes\n", m->file[STEP_COUNT] / m->sweep);
}

static void print_curve(const timing *m)
{
  (void)printf("%8s | %-34s | %s\n%8s |", "", "evaluation", "run", "windows");
  for (int i = 0; i < 2; i++)
    (void)printf(" %8s %11s %11s%s", "ms", "4 windows", "sweep pass", i ? "\n" : "   |");
  for (size_t i = 0; i < N_COUNTS; i++)
    (void)printf("%8zu | %8.3f %9.2f x %9.2f x   | %8.3f %9.2f x %9.2f x\n", counts[i],
                 m->evaluation[i] * 1e3, m->evaluation[i] / m->evaluation[0],
                 m->evaluation[i] / m->sweep, m->walk[i] * 1e3, m->walk[i] / m->walk[0],
                 m->walk[i] / m->sweep);
}

/* As bench/peers print them. */
static void print_selections(const bench *b)
{
  (void)printf("chosen");
  for (size_t k = 0; k < counts[STEP_COUNT]; k++)
    (void)printf(" %lld", (long long)b->selections[k].combo_id);
  (void)printf("\ntest");
  for (size_t k = 0; k < counts[STEP_COUNT]; k++)
    (void)printf(" %.6f", b->selections[k].test_value);
  (void)printf("\n");
}

int main(int argc, char **argv)
{
  static timing timings[ROUNDS_MOST];
  static bench b;
  size_t n_rounds = read_rounds(argc, argv, 3, 11, ROUNDS_MOST);
  if (argc < 2) {
    (void)fprintf(stderr, "usage: bench_walkforward UNIVERSE [FOLDER [ROUNDS]]\n");
    return 2;
  }
  (void)snprintf(b.path, sizeof b.path, "%s/bench_walkforward.%ld.db", argc > 2 ? argv[2] : "/tmp",
                 (long)getpid());
  keep_freed_memory();
  open_bench(&b, argv[1]);
  check_windows(&b);
  (void)run_round(&b); /* memory and the file system warm up */
  for (size_t i = 0; i < n_rounds; i++) timings[i] = run_round(&b);
  const timing medians = find_ordered(timings, n_rounds, n_rounds / 2);
  const timing fastest = find_ordered(timings, n_rounds, 0);
  print_parts(&medians, &fastest);
  print_curve(&medians);
  print_selections(&b);
  close_bench(&b);
  return 0;
}
