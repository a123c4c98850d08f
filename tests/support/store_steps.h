/* store_steps.h - what most cases of the store do: begin a run, put rows, check that batches are
 * whole. To be included after cmocka.h. */
#ifndef BT_TESTS_STORE_STEPS_H
#define BT_TESTS_STORE_STEPS_H

#include <time.h>

#include "tests/support/store_fixture.h"

static inline void sleep_ms(int ms)
{
  struct timespec wait = {ms / 1000, (ms % 1000) * 1000000L};
  (void)nanosleep(&wait, NULL);
}

static inline bt_store *open_store(fixture *f)
{
  bt_store *store = NULL;
  if (bt_store_open(&store, f->path, &f->err)) fail_msg("%s", f->err.message);
  return store;
}

static inline void close_store(fixture *f, bt_store *store)
{
  if (bt_store_close(store, &f->err)) fail_msg("%s", f->err.message);
}

static inline int64_t begin_run(fixture *f, bt_store *store, const bt_strategy *strategy,
                                size_t n_slow)
{
  int64_t run_id = 0;
  bt_grid *grid = fixture_grid(strategy, n_slow);
  bt_run_info info = {.kind = "sweep",
                      .strategy = strategy->name,
                      .version = "0.1.0",
                      .options_json = "{\"objective\":\"sharpe\"}",
                      .seed = 1,
                      .jobs = 2,
                      .n_tickers = 2,
                      .n_combos = 2 * n_slow,
                      .n_windows = 1};
  assert_non_null(grid);
  if (bt_store_begin_run(store, &run_id, &info, strategy, grid, &f->err))
    fail_msg("%s", f->err.message);
  bt_grid_free(grid);
  return run_id;
}

static inline bt_status end_run(fixture *f, bt_store *store, int64_t run_id, bt_run_status status)
{
  bt_run_end end = {status, 1.5, 1000, "2020-01-02", "2024-12-31"};
  return bt_store_end_run(store, run_id, &end, &f->err);
}

static inline bt_status put_ticker(fixture *f, bt_store *store, int64_t run_id, int64_t ticker_id,
                                   const char *symbol)
{
  bt_ticker_row row = {.ticker_id = ticker_id,
                       .symbol = symbol,
                       .path = "some.csv",
                       .n_bars = 100,
                       .first_bar = "2020-01-02",
                       .last_bar = "2024-12-31",
                       .content_hash = UINT64_C(0xabcdef)};
  return bt_store_put_ticker(store, run_id, &row, &f->err);
}

static inline bt_status put_metrics(fixture *f, bt_store *store, int64_t run_id, int64_t ticker_id,
                                    int64_t combo_id, double base)
{
  bt_metrics metrics = fixture_metrics(base);
  bt_metrics_rows rows = {.ticker_id = ticker_id,
                          .phase = combo_id ? "full" : "oos",
                          .combo_ids = &combo_id,
                          .metrics = &metrics,
                          .n_rows = 1};
  return bt_store_put_metrics(store, run_id, &rows, &f->err);
}

/* A whole batch: ticker, n_rows metrics of combinations 1 .. n_rows, objective values. */
static inline bt_status put_batch(fixture *f, bt_store *store, int64_t run_id, int64_t ticker_id,
                                  int64_t n_rows)
{
  char symbol[32];
  double values[3] = {1, 2, 3};
  bt_objectives_row objectives = {
      .ticker_id = ticker_id, .phase = "full", .values = values, .n_values = 3};
  (void)snprintf(symbol, sizeof symbol, "T%lld", (long long)ticker_id);
  bt_status status = put_ticker(f, store, run_id, ticker_id, symbol);
  for (int64_t i = 1; i <= n_rows && !status; i++)
    status = put_metrics(f, store, run_id, ticker_id, i, (double)i);
  if (!status) status = bt_store_put_objectives(store, run_id, &objectives, &f->err);
  return status ? status : bt_store_end_batch(store, &f->err);
}

/* The file is whole, and what its rows refer to is there. */
static inline void expect_sound(fixture *f)
{
  assert_string_equal(fixture_query(f, "PRAGMA integrity_check"), "ok");
  assert_string_equal(fixture_query(f, "PRAGMA foreign_key_check"), "");
}

/* Every ticker has n_rows rows and one blob, nothing else is there; returns the number of tickers.
 */
static inline int check_whole_batches(fixture *f, int64_t n_rows)
{
  char sql[256];
  expect_sound(f);
  (void)snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM (SELECT ticker_id FROM metrics GROUP BY run_id, ticker_id"
                 " HAVING count(*) <> %lld)",
                 (long long)n_rows);
  assert_string_equal(fixture_query(f, sql), "0");
  int n_tickers = atoi(fixture_query(f, "SELECT count(*) FROM tickers"));
  assert_int_equal(atoi(fixture_query(f, "SELECT count(*) FROM objective_values")), n_tickers);
  (void)snprintf(sql, sizeof sql, "SELECT count(*) / %lld FROM metrics", (long long)n_rows);
  assert_int_equal(atoi(fixture_query(f, sql)), n_tickers);
  return n_tickers;
}

/* A store with one run begun. */
typedef struct scene {
  fixture *f;
  bt_store *store;
  int64_t run_id;
} scene;

static inline void tear_down(scene *s)
{
  assert_int_equal(end_run(s->f, s->store, s->run_id, BT_RUN_COMPLETE), BT_OK);
  close_store(s->f, s->store);
  expect_sound(s->f);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_new, fixture_free)

#endif
