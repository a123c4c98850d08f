/* bench_features - the columns of feature matrices.
 *
 *     bench_features known SPEC...
 *     bench_features UNIVERSE DIR ROUNDS WORKERS SPEC...
 *
 * A SPEC is as of --indicator, such as rsi:14 or all. The first prints those that this program has.
 * The second loads the universe into memory, whose first ticker is the benchmark, and then, in
 * turn: computes the columns of every ticker; the same and puts them into rows; the same and writes
 * them to DIR. Rounds are interleaved; medians, the fastest and parts of a whole are printed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "core/benchmark.h"
#include "core/indicator_cache.h"
#include "runners/feature_ticker.h"
#include "runners/features.h"

enum { COMPUTE, AS_ROWS, WRITTEN, N_WAYS, ROUNDS_MOST = 101, WORKERS_MOST = 256 };

static const char *const way_names[N_WAYS] = {"columns alone", "columns, as rows",
                                              "columns, as rows, written"};

typedef struct bench {
  bt_universe universe;
  bt_job job;
  bt_scan scan;
  bt_pool *pool;
  bt_feature_list columns;
  bt_feature_plan plan;
  bt_spare spares[WORKERS_MOST]; /* one a worker */
} bench;

static bool has_indicator(const char *spec)
{
  char name[64] = "";
  size_t length = strcspn(spec, ":");
  if (length < sizeof name) memcpy(name, spec, length);
  return bt_indicator_find(name) != NULL;
}

static void open_bench(bench *b, const char *universe, size_t n_workers)
{
  const bt_load_options load = BT_LOAD_OPTIONS_DEFAULT;
  bt_error err;
  stop_on(bt_pool_new(&b->pool, n_workers, &err), &err);
  stop_on(bt_universe_read(&b->universe, universe, NULL, &err), &err);
  b->job =
      (bt_job){.universe = &b->universe, .load = load, .from_ns = INT64_MIN, .to_ns = INT64_MAX};
  stop_on(bt_scan_run(&b->scan, &b->job, SIZE_MAX, b->pool, &err), &err);
  for (size_t i = 0; i < b->scan.n_entries; i++) {
    if (b->scan.entries[i].bars) continue;
    (void)fprintf(stderr, "bench_features: %s is rejected\n", b->universe.entries[i].symbol);
    exit(1);
  }
  b->job.benchmark = b->scan.entries[0].bars;
  b->plan = (bt_feature_plan){
      .universe = &b->universe, .columns = &b->columns, .job = "{\n  \"from\": null\n}"};
}

static void close_bench(bench *b)
{
  for (size_t i = 0; i < WORKERS_MOST; i++) bt_spare_clear(&b->spares[i]);
  bt_feature_list_clear(&b->columns);
  bt_scan_clear(&b->scan);
  bt_universe_clear(&b->universe);
  bt_pool_free(b->pool);
}

/* Every column, one after the other, held until all are there. */
static bt_status get_columns(const bench *b, const bt_series *series, bt_spare *spare,
                             bt_error *err)
{
  bt_indicator_cache *cache = NULL;
  bt_indicator_hold hold;
  const double *values = NULL;
  bt_status status = bt_indicator_cache_new(&cache, series, NULL, spare, err);
  if (status) return status;
  bt_indicator_hold_init(&hold, cache);
  for (size_t k = 0; k < b->columns.n && !status; k++) {
    const bt_feature *f = &b->columns.columns[k];
    const bt_indicator_request wanted = {f->indicator->name, f->params, f->indicator->n_params,
                                         f->output};
    status = bt_indicator_get(&values, &hold, &wanted, err);
  }
  bt_indicator_hold_release(&hold);
  bt_indicator_cache_free(cache);
  return status;
}

/* A bt_task_fn. */
static bt_status compute_ticker(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  bench *b = context;
  const bt_bars *bars = b->scan.entries[index].bars;
  bt_spare *spare = &b->spares[bt_worker_index(worker)];
  bt_series series = bt_bars_series(bars);
  double *benchmark = NULL;
  bt_status status = BT_OK;
  bt_spare_age(spare);
  if (bt_feature_list_needs_benchmark(&b->columns)) {
    benchmark = malloc(bars->n_bars * sizeof *benchmark);
    if (!benchmark) return bt_fail_nomem(err, "benchmark");
    status = bt_benchmark_follow(benchmark, bars, b->job.benchmark, err);
    series.benchmark = benchmark;
  }
  if (!status) status = get_columns(b, &series, spare, err);
  free(benchmark);
  return status;
}

/* A bt_task_fn. */
static bt_status lay_out_ticker(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  bench *b = context;
  bt_feature_part part;
  const bt_feature_ticker ticker = {b->scan.entries[index].bars,         index, &b->job, &b->plan,
                                    &b->spares[bt_worker_index(worker)], NULL};
  bt_status status = bt_feature_ticker_compute(&part, &ticker, err);
  if (!status) bt_feature_part_clear(&part, ticker.spare);
  return status;
}

static double run_way(bench *b, int way)
{
  bt_error err;
  bt_feature_result result;
  const bt_feature_means means = {b->pool, &b->scan, NULL, NULL};
  double start = now_s();
  if (way == WRITTEN)
    stop_on(bt_features_run(&result, &b->job, &b->plan, &means, &err), &err);
  else
    stop_on(bt_pool_run_ordered(b->pool, b->scan.n_entries, NULL,
                                way == COMPUTE ? compute_ticker : lay_out_ticker, b, &err),
            &err);
  return now_s() - start;
}

static int print_known(int n, char **specs)
{
  for (int i = 0; i < n; i++)
    if (has_indicator(specs[i])) (void)printf("%s\n", specs[i]);
  return 0;
}

static bt_status add_columns(bt_feature_list *columns, const char *spec, bt_error *err)
{
  return strcmp(spec, "all") == 0 ? bt_feature_list_add_all(columns, true, err)
                                  : bt_feature_list_add_indicator(columns, spec, true, err);
}

static void print_times(double times_s[N_WAYS][ROUNDS_MOST], size_t n_rounds, const bench *b)
{
  double n_values = 0;
  for (size_t i = 0; i < b->scan.n_entries; i++)
    n_values += (double)b->scan.entries[i].report->n_bars * (double)b->columns.n;
  for (int way = 0; way < N_WAYS; way++) {
    double median_s = sort_to_median(times_s[way], n_rounds);
    (void)printf("%-34s %10.6f s, fastest %.6f s, %.2f ns a value of %zu columns\n", way_names[way],
                 median_s, times_s[way][0], median_s / n_values * 1e9, b->columns.n);
  }
}

int main(int argc, char **argv)
{
  static double times_s[N_WAYS][ROUNDS_MOST];
  static bench b;
  bt_error err;
  if (argc > 1 && strcmp(argv[1], "known") == 0) return print_known(argc - 2, argv + 2);
  if (argc < 6) {
    (void)fprintf(stderr, "usage: bench_features UNIVERSE DIR ROUNDS WORKERS SPEC...\n");
    return 2;
  }
  keep_freed_memory();
  size_t n_rounds = read_rounds(argc, argv, 3, 5, ROUNDS_MOST);
  open_bench(&b, argv[1], read_rounds(argc, argv, 4, bt_cpu_count(), WORKERS_MOST));
  b.plan.path = argv[2];
  for (int i = 5; i < argc; i++) stop_on(add_columns(&b.columns, argv[i], &err), &err);
  for (int way = 0; way < N_WAYS; way++) (void)run_way(&b, way); /* memory warms up */
  for (size_t round = 0; round < n_rounds; round++)
    for (int way = 0; way < N_WAYS; way++) times_s[way][round] = run_way(&b, way);
  print_times(times_s, n_rounds, &b);
  close_bench(&b);
  return 0;
}
