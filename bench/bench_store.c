/* bench_store - rows a second into the result database.
 *
 *     bench_store [FOLDER [COMBINATIONS [TICKERS [ROUNDS]]]]
 *
 * Each round writes, in turn: a fresh file by put calls; a fresh file through the writer's thread;
 * a second run of the same size into a file that has the index. Rounds are interleaved and medians
 * printed, because disks drift. Then a few queries, and points of equity by put calls.
 */
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "runners/store.h"
#include "runners/writer.h"

typedef struct plan {
  char path[512];
  size_t n_combos, n_tickers, n_rounds;
  bt_strategy strategy;
  bt_grid *grid;
} plan;

/* Seconds of the parts of one run. */
typedef struct timing {
  double begin, rows, end, close;
} timing;

enum { FRESH, FRESH_WRITER, SECOND_RUN, N_VARIANTS, ROUNDS_MOST = 99 };

static const char *const variant_names[N_VARIANTS] = {"fresh file", "fresh file, writer thread",
                                                      "second run"};

/* All metrics but the five against a benchmark, with full mantissas. */
static bt_metrics make_metrics(size_t ticker, size_t combo)
{
  bt_metrics m;
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) {
    bool whole = bt_metric_describe((bt_metric)i).whole;
    double value = sin((double)(ticker * 7919 + combo * 104729 + i));
    m.value[i] = i >= BT_METRIC_ALPHA ? (double)NAN : whole ? floor(5000 + 100 * value) : value;
  }
  return m;
}

static bt_batch *make_batch(const plan *p, size_t ticker)
{
  bt_error err;
  bt_batch *batch = NULL;
  stop_on(bt_batch_new(&batch, ticker, &err), &err);
  bt_result_key key = {.ticker_id = (int64_t)ticker + 1, .phase = "full"};
  bt_section *section = NULL;
  stop_on(bt_batch_add_section(&section, batch, &key, &err), &err);
  section->n_values = section->n_metrics = p->n_combos;
  section->values = calloc(p->n_combos, sizeof *section->values);
  section->combo_ids = calloc(p->n_combos, sizeof *section->combo_ids);
  section->metrics = calloc(p->n_combos, sizeof *section->metrics);
  if (!section->values || !section->combo_ids || !section->metrics) exit(1);
  for (size_t i = 0; i < p->n_combos; i++) {
    section->combo_ids[i] = (int64_t)i + 1;
    section->metrics[i] = make_metrics(ticker, i);
    section->values[i] = section->metrics[i].value[BT_METRIC_SHARPE];
  }
  bt_selection_row selection = {.ticker_id = key.ticker_id,
                                .combo_id = 1,
                                .objective = "sharpe",
                                .train_value = section->values[0],
                                .test_value = (double)NAN};
  stop_on(bt_batch_add_selection(batch, &selection, &err), &err);
  batch->task = ticker + 1;
  return batch;
}

static void put_tickers(const plan *p, bt_store *store, int64_t run_id)
{
  bt_error err;
  for (size_t ticker = 0; ticker < p->n_tickers; ticker++) {
    char symbol[32];
    (void)snprintf(symbol, sizeof symbol, "T%zu", ticker);
    bt_ticker_row row = {.ticker_id = (int64_t)ticker + 1,
                         .symbol = symbol,
                         .path = "bench.csv",
                         .n_bars = 5040,
                         .first_bar = "2004-12-15",
                         .last_bar = "2024-12-31",
                         .content_hash = ticker + 1};
    stop_on(bt_store_put_ticker(store, run_id, &row, &err), &err);
  }
  stop_on(bt_store_commit(store, &err), &err);
}

static void put_batch(bt_store *store, int64_t run_id, const bt_batch *batch)
{
  bt_error err;
  const bt_section *section = batch->sections;
  bt_objectives_row objectives = {.ticker_id = section->key.ticker_id,
                                  .phase = "full",
                                  .values = section->values,
                                  .n_values = section->n_values};
  bt_metrics_rows rows = {.ticker_id = section->key.ticker_id,
                          .phase = "full",
                          .combo_ids = section->combo_ids,
                          .metrics = section->metrics,
                          .n_rows = section->n_metrics};
  stop_on(bt_store_put_metrics(store, run_id, &rows, &err), &err);
  stop_on(bt_store_put_objectives(store, run_id, &objectives, &err), &err);
  stop_on(bt_store_put_selection(store, run_id, batch->selections, &err), &err);
  stop_on(bt_store_put_task(store, run_id, batch->task, &err), &err);
  stop_on(bt_store_end_batch(store, &err), &err);
}

static void put_stats(const plan *p, bt_store *store, int64_t run_id)
{
  bt_error err;
  for (size_t i = 0; i < p->n_combos; i++) {
    bt_combo_stats stats = {p->n_tickers, 0, sin((double)i), 0, 0, 0, 0, 0};
    bt_combo_stats_rows row = {0, (int64_t)i + 1, "full", &stats, 1};
    stop_on(bt_store_put_combo_stats(store, run_id, &row, &err), &err);
  }
}

static void pause_ms(long ms)
{
  const struct timespec wait = {0, ms * 1000000L};
  (void)nanosleep(&wait, NULL);
}

static void write_rows(const plan *p, bt_store *store, int64_t run_id, bt_batch **batches,
                       bool threaded)
{
  bt_error err;
  bt_writer *writer = NULL;
  if (threaded) stop_on(bt_writer_new(&writer, store, run_id, (size_t)64 << 20, NULL, &err), &err);
  for (size_t i = 0; i < p->n_tickers; i++) {
    if (!threaded) {
      put_batch(store, run_id, batches[i]);
      bt_batch_free(batches[i]);
      continue;
    }
    while (!bt_writer_has_room(writer, i)) pause_ms(1);
    stop_on(bt_writer_push(writer, batches[i], &err), &err);
  }
  stop_on(threaded ? bt_writer_finish(writer, &err) : bt_store_commit(store, &err), &err);
}

/* One run into the file; batches are made before the clock starts. */
static timing write_run(const plan *p, bool threaded)
{
  bt_error err;
  bt_store *store = NULL;
  int64_t run_id = 0;
  bt_batch **batches = calloc(p->n_tickers, sizeof(bt_batch *));
  if (!batches) exit(1);
  for (size_t i = 0; i < p->n_tickers; i++) batches[i] = make_batch(p, i);
  double t0 = now_s();
  bt_run_info info = {
      .kind = "sweep", .strategy = p->strategy.name, .options_json = "{\"objective\":\"sharpe\"}"};
  stop_on(bt_store_open(&store, p->path, &err), &err);
  stop_on(bt_store_begin_run(store, &run_id, &info, &p->strategy, p->grid, &err), &err);
  put_tickers(p, store, run_id);
  double t1 = now_s();
  write_rows(p, store, run_id, batches, threaded);
  double t2 = now_s();
  put_stats(p, store, run_id);
  bt_run_end end = {BT_RUN_COMPLETE, 1, 1, "2004-12-15", "2024-12-31"};
  stop_on(bt_store_end_run(store, run_id, &end, &err), &err);
  double t3 = now_s();
  stop_on(bt_store_close(store, &err), &err);
  free(batches);
  return (timing){t1 - t0, t2 - t1, t3 - t2, now_s() - t3};
}

static timing measure(const plan *p, int variant)
{
  (void)unlink(p->path);
  if (variant == SECOND_RUN) (void)write_run(p, false);
  return write_run(p, variant == FRESH_WRITER);
}

static double median(const timing *timings, size_t n, size_t offset)
{
  double values[ROUNDS_MOST];
  for (size_t i = 0; i < n; i++) memcpy(&values[i], (const char *)&timings[i] + offset, 8);
  return sort_to_median(values, n);
}

static void print_variant(const char *name, const timing *timings, size_t n, double n_rows)
{
  double begin = median(timings, n, offsetof(timing, begin));
  double rows = median(timings, n, offsetof(timing, rows));
  double end = median(timings, n, offsetof(timing, end));
  double closing = median(timings, n, offsetof(timing, close));
  printf("%-26s %9.0f rows/s  all %9.0f rows/s  (begin %.3f, rows %.3f, end %.3f, close %.3f s)\n",
         name, n_rows / rows, n_rows / (begin + rows + end + closing), begin, rows, end, closing);
}

static void print_query(const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  double start = now_s();
  int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  printf("%7.3f s  %s%s\n", now_s() - start, sql, rc == SQLITE_OK ? "" : "  FAILED");
  sqlite3_close(db);
}

enum { POINTS_A_TICKER = 5040 };

/* One equity curve a ticker, committed as batches are. */
static double write_points(const plan *p)
{
  bt_error err;
  bt_store *store = NULL;
  int64_t run_id = 0;
  bt_run_info info = {.kind = "sweep"};
  bt_equity_point *points = calloc(POINTS_A_TICKER, sizeof *points);
  if (!points) exit(1);
  for (size_t i = 0; i < POINTS_A_TICKER; i++)
    points[i] = (bt_equity_point){(int64_t)i * BT_NS_PER_DAY, 1e5 + sin((double)i), 0.5};
  (void)unlink(p->path);
  stop_on(bt_store_open(&store, p->path, &err), &err);
  stop_on(bt_store_begin_run(store, &run_id, &info, NULL, NULL, &err), &err);
  double start = now_s();
  for (size_t i = 0; i < p->n_tickers; i++) {
    bt_result_key key = {.ticker_id = (int64_t)i + 1, .phase = "full", .combo_id = 1};
    stop_on(bt_store_put_equity(store, run_id, &key, true, points, POINTS_A_TICKER, &err), &err);
    stop_on(bt_store_end_batch(store, &err), &err);
  }
  stop_on(bt_store_commit(store, &err), &err);
  double elapsed = now_s() - start;
  stop_on(bt_store_close(store, &err), &err);
  free(points);
  return elapsed;
}

static void print_points(const plan *p)
{
  double values[ROUNDS_MOST], n_points = (double)p->n_tickers * POINTS_A_TICKER;
  for (size_t i = 0; i < p->n_rounds; i++) values[i] = write_points(p);
  printf("%-26s %9.0f points/s\n", "equity", n_points / sort_to_median(values, p->n_rounds));
}

static void make_grid(plan *p)
{
  static const bt_param params[] = {{.name = "fast", .most = 1e9}, {.name = "slow", .most = 1e9}};
  bt_error err;
  bt_axis axes[2] = {{calloc(1, sizeof(double)), 1},
                     {calloc(p->n_combos, sizeof(double)), p->n_combos}};
  if (!axes[0].values || !axes[1].values) exit(1);
  for (size_t i = 0; i < p->n_combos; i++) axes[1].values[i] = (double)(i + 1);
  p->strategy = (bt_strategy){
      .abi_version = BT_STRATEGY_ABI, .name = "bench", .params = params, .n_params = 2};
  stop_on(bt_grid_new(&p->grid, &p->strategy, axes, NULL, 0, &err), &err);
  free(axes[0].values);
  free(axes[1].values);
}

static void print_queries(const char *path)
{
  static const char *const queries[] = {
      "SELECT * FROM leaderboard LIMIT 10",
      "SELECT symbol, fast, slow, sharpe FROM results_bench ORDER BY sharpe DESC LIMIT 10",
      "SELECT * FROM results ORDER BY sharpe DESC LIMIT 10",
      "SELECT * FROM results WHERE symbol = 'T3'",
      "SELECT * FROM best",
      "SELECT symbol, max(sharpe) FROM results_all GROUP BY symbol",
      "PRAGMA foreign_key_check",
  };
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) print_query(path, queries[i]);
}

int main(int argc, char **argv)
{
  plan p = {.n_combos = argc > 2 ? strtoul(argv[2], NULL, 10) : 174,
            .n_tickers = argc > 3 ? strtoul(argv[3], NULL, 10) : 505,
            .n_rounds = argc > 4 ? strtoul(argv[4], NULL, 10) : 5};
  (void)snprintf(p.path, sizeof p.path, "%s/bench_store.%ld.db", argc > 1 ? argv[1] : "/tmp",
                 (long)getpid());
  if (p.n_rounds < 1 || p.n_rounds > ROUNDS_MOST) p.n_rounds = 5;
  static timing timings[N_VARIANTS][ROUNDS_MOST];
  double n_rows = (double)(p.n_combos * p.n_tickers), bytes_a_row = 0;
  keep_freed_memory();
  make_grid(&p);
  printf("%.0f rows of %d columns a run, medians of %zu rounds\n", n_rows, BT_METRIC_COUNT + 5,
         p.n_rounds);
  for (size_t round = 0; round < p.n_rounds; round++) {
    for (int variant = 0; variant < N_VARIANTS; variant++) {
      timings[variant][round] = measure(&p, variant);
      struct stat info;
      if (variant == FRESH && stat(p.path, &info) == 0) bytes_a_row = (double)info.st_size / n_rows;
    }
  }
  for (int i = 0; i < N_VARIANTS; i++)
    print_variant(variant_names[i], timings[i], p.n_rounds, n_rows);
  printf("%.0f bytes a row with all indices; queries on a file of two runs:\n", bytes_a_row);
  print_queries(p.path);
  print_points(&p);
  (void)unlink(p.path);
  bt_grid_free(p.grid);
  return 0;
}
