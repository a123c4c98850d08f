#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "runners/store_resume.h"
#include "tests/support/writer_scene.h"

enum { N_TASKS = 5000 };

/* ---- reading back --------------------------------------------------------------------------- */

static void tasks_that_are_done_are_known(void **state)
{
  fixture *f = *state;
  bool done[4] = {true, true, true, true};
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  int64_t other = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(bt_store_put_task(store, run_id, 1, &f->err), BT_OK);
  assert_int_equal(bt_store_put_task(store, run_id, 4, &f->err), BT_OK);
  assert_int_equal(bt_store_put_task(store, other, 2, &f->err), BT_OK);
  assert_int_equal(bt_store_read_tasks(done, 4, store, run_id, &f->err), BT_OK);
  assert_true(done[0] && !done[1] && !done[2] && done[3]);
  assert_int_equal(bt_store_read_tasks(done, 3, store, run_id, &f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(f->err.message, "task 4 of 3"));
  close_store(f, store);
}

static void tickers_come_back_as_they_were_put(void **state)
{
  fixture *f = *state;
  bt_ticker_record *records = NULL;
  size_t n = 0;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  bt_ticker_row bad = {.ticker_id = 3,
                       .symbol = "BAD",
                       .reason = "BAD.csv: empty",
                       .rejected = true,
                       .rows_skipped = 4};
  assert_int_equal(bt_store_read_tickers(&records, &n, store, run_id, &f->err), BT_OK);
  assert_int_equal(n, 0);
  assert_int_equal(bt_store_put_ticker(store, run_id, &bad, &f->err), BT_OK);
  assert_int_equal(put_ticker(f, store, run_id, 0, "*"), BT_OK);
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(bt_store_read_tickers(&records, &n, store, run_id, &f->err), BT_OK);
  assert_int_equal(n, 2);
  assert_int_equal(records[0].ticker_id, 1);
  assert_string_equal(records[0].symbol, "AAA");
  assert_string_equal(records[0].path, "some.csv");
  assert_int_equal(records[0].n_bars, 100);
  assert_string_equal(records[0].content_hash, "0000000000abcdef");
  assert_int_equal(records[1].ticker_id, 3);
  assert_null(records[1].path);
  assert_string_equal(records[1].content_hash, "");
  bt_ticker_records_free(records, n);
  bt_ticker_records_free(NULL, 0);
  close_store(f, store);
  static const char others[] = "SELECT status, reason, rows_skipped, first_bar, last_bar"
                               " FROM tickers WHERE ticker_id > 0 ORDER BY ticker_id";
  assert_string_equal(fixture_query(f, others), "ok|-|0|2020-01-02|2024-12-31"
                                                " rejected|BAD.csv: empty|4|-|-");
}

static void objectives_come_back_to_the_last_bit(void **state)
{
  fixture *f = *state;
  const double values[3] = {0.1, (double)NAN, -1e-300};
  double read[3] = {7, 7, 7};
  bool found = true;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  bt_objectives_row row = {
      .ticker_id = 1, .window_id = 2, .phase = "train", .values = values, .n_values = 3};
  const bt_result_key key = {.ticker_id = 1, .window_id = 2, .phase = "train"};
  const bt_result_key none[] = {{2, 2, "train", 0}, {1, 1, "train", 0}, {1, 2, "test", 0}};
  assert_int_equal(bt_store_put_objectives(store, run_id, &row, &f->err), BT_OK);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(bt_store_read_objectives(read, &found, 3, store, run_id, &none[i], &f->err),
                     BT_OK);
    assert_false(found);
    assert_true(read[0] == 7);
  }
  assert_int_equal(bt_store_read_objectives(read, &found, 3, store, run_id, &key, &f->err), BT_OK);
  assert_true(found);
  assert_true(read[0] == 0.1 && isnan(read[1]) && read[2] == -1e-300);
  assert_int_equal(bt_store_read_objectives(read, &found, 2, store, run_id, &key, &f->err),
                   BT_ERR_DATABASE);
  assert_non_null(strstr(f->err.message, "24 bytes are not 2 values"));
  close_store(f, store);
}

static void selections_come_back_by_ticker_and_window(void **state)
{
  fixture *f = *state;
  const bt_selection_row put[] = {{1, 1, 3, "sharpe", 1.5, 2.5},
                                  {2, 2, 0, "sharpe", (double)NAN, 0},
                                  {0, 0, 1, "sharpe", 9, 0},
                                  {1, 0, 1, "sharpe", 9, 0},
                                  {3, 1, 1, "sharpe", 9, 0}};
  bt_selection_row rows[4];
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(bt_store_put_selection(store, run_id, &put[i], &f->err), BT_OK);
  assert_int_equal(bt_store_read_selections(rows, 2, 2, store, run_id, &f->err), BT_OK);
  assert_int_equal(rows[0].combo_id, 3);
  assert_int_equal(rows[1].combo_id, -1);
  assert_int_equal(rows[2].combo_id, -1);
  assert_int_equal(rows[3].combo_id, 0);
  assert_true(rows[0].train_value == 1.5 && rows[0].test_value == 2.5);
  assert_true(isnan(rows[1].train_value) && isnan(rows[2].test_value));
  close_store(f, store);
}

/* ---- going on ------------------------------------------------------------------------------- */

static void reopened_run_has_lost_what_its_end_writes_and_nothing_else(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  int64_t other = begin_run(f, store, &fixture_strategy, 2);
  const bt_combo_stats stats = {1, 1, 1, 1, 1, 1, 1, 1};
  const bt_combo_stats_rows stats_row = {0, 1, "full", &stats, 1};
  const bt_issue_row gap = {0, "", "gap", "suspect", "x"}, price = {1, "", "price", "skipped", "x"};
  const bt_equity_point point = {0, 1, 1};
  for (int64_t id = run_id; id <= other; id++) {
    for (int64_t ticker = 0; ticker <= 1; ticker++) {
      const bt_result_key key = {.ticker_id = ticker, .phase = "full"};
      const bt_selection_row selection = {ticker, 0, 1, "sharpe", 1, 1};
      assert_int_equal(put_batch(f, store, id, ticker, 3), BT_OK);
      assert_int_equal(bt_store_put_selection(store, id, &selection, &f->err), BT_OK);
      assert_int_equal(bt_store_put_equity(store, id, &key, true, &point, 1, &f->err), BT_OK);
    }
    assert_int_equal(bt_store_put_issue(store, id, 1, &gap, &f->err), BT_OK);
    assert_int_equal(bt_store_put_issue(store, id, 1, &price, &f->err), BT_OK);
    assert_int_equal(bt_store_put_combo_stats(store, id, &stats_row, &f->err), BT_OK);
    assert_int_equal(end_run(f, store, id, BT_RUN_INTERRUPTED), BT_OK);
  }
  assert_int_equal(bt_store_reopen_run(store, run_id, &f->err), BT_OK);
  static const char of_run[] =
      "SELECT status, finished IS NULL, (SELECT count(*) FROM combo_stats WHERE run_id = r.run_id),"
      " (SELECT group_concat(ticker_id) FROM tickers WHERE run_id = r.run_id),"
      " (SELECT count(*) FROM metrics WHERE run_id = r.run_id),"
      " (SELECT count(*) FROM objective_values WHERE run_id = r.run_id),"
      " (SELECT count(*) FROM equity WHERE run_id = r.run_id),"
      " (SELECT count(*) FROM selections WHERE run_id = r.run_id),"
      " (SELECT group_concat(kind) FROM data_issues WHERE run_id = r.run_id) FROM runs AS r";
  assert_string_equal(fixture_query(f, of_run), "running|1|0|1|3|1|1|1|gap,price"
                                                " interrupted|0|1|0,1|6|2|2|2|gap,price");
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_OK);
  assert_int_equal(bt_store_reopen_run(store, other, &f->err), BT_OK);
  close_store(f, store);
}

static void run_that_cannot_go_on_is_refused(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(bt_store_reopen_run(store, run_id + 1, &f->err), BT_ERR_NOT_FOUND);
  assert_int_equal(bt_store_reopen_run(store, run_id, &f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(f->err.message, "run 1 is being written"));
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_OK);
  assert_int_equal(bt_store_reopen_run(store, run_id, &f->err), BT_ERR_USAGE);
  assert_non_null(strstr(f->err.message, "run 1 is complete"));
  run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_FAILED), BT_OK);
  assert_int_equal(bt_store_reopen_run(store, run_id, &f->err), BT_OK);
  close_store(f, store);
}

static void view_of_a_newer_run_stays(void **state)
{
  fixture *f = *state;
  static const bt_param other_params[] = {{.name = "length", .least = 1, .most = 1e9}};
  bt_strategy other = fixture_strategy;
  bt_grid *grid = NULL;
  double length = 5;
  bt_axis axis = {&length, 1};
  bt_run_info info = {.kind = "sweep", .strategy = "sma"};
  int64_t newer = 0;
  other.params = other_params;
  other.n_params = 1;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_INTERRUPTED), BT_OK);
  assert_int_equal(bt_grid_new(&grid, &other, &axis, NULL, 0, &f->err), BT_OK);
  assert_int_equal(bt_store_begin_run(store, &newer, &info, &other, grid, &f->err), BT_OK);
  bt_grid_free(grid);
  assert_int_equal(bt_store_reopen_run(store, run_id, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT length FROM results_sma"), "");
  close_store(f, store);
}

/* ---- a process that was killed -------------------------------------------------------------- */

/* The batch of task sequence + 1: everything of one ticker. NULL when memory is out. */
static bt_batch *make_task(size_t sequence)
{
  bt_batch *batch = make_batch(sequence);
  if (!batch) return NULL;
  bt_section *section = batch->sections;
  section->points = calloc(N_COMBOS, sizeof *section->points);
  if (!section->points) {
    bt_batch_free(batch);
    return NULL;
  }
  section->n_points = N_COMBOS;
  return batch;
}

/* Pushes the tasks that are not done, slowly enough to be killed in the middle. */
static void write_tasks(fixture *f, bt_store *store, int64_t run_id, const bool *done, bool slowly)
{
  const struct timespec wait = {0, 300000};
  bt_writer *writer = NULL;
  assert_int_equal(bt_writer_new(&writer, store, run_id, 1 << 20, NULL, &f->err), BT_OK);
  for (size_t i = 0; i < N_TASKS; i++) {
    bt_batch *batch = done[i] ? NULL : make_task(i);
    if (done[i]) continue;
    assert_non_null(batch);
    assert_int_equal(bt_writer_push(writer, batch, &f->err), BT_OK);
    if (slowly) (void)nanosleep(&wait, NULL);
  }
  assert_int_equal(bt_writer_finish(writer, &f->err), BT_OK);
}

static int64_t begin_run_of_tasks(fixture *f, bt_store *store)
{
  int64_t run_id = begin_run(f, store, &fixture_strategy, N_COMBOS / 2);
  for (int64_t i = 1; i <= N_TASKS; i++)
    assert_int_equal(put_ticker(f, store, run_id, i, "T"), BT_OK);
  assert_int_equal(bt_store_commit(store, &f->err), BT_OK);
  return run_id;
}

/* Begins a run in a child and kills it once some tasks are there. */
static void kill_in_the_middle(fixture *f)
{
  static const bool none[N_TASKS];
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    bt_store *store = open_store(f);
    write_tasks(f, store, begin_run_of_tasks(f, store), none, true);
    for (;;) (void)pause();
  }
  for (int i = 0; i < 1500 && atoi(fixture_query(f, "SELECT count(*) FROM tasks")) == 0; i++)
    sleep_ms(20);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, NULL, 0), child);
}

/* What is there of a ticker whose task is not done, in any table; and what a done task lacks. */
static void expect_rows_of_done_tasks_alone(fixture *f)
{
  expect_sound(f);
  static const char *const counts[][2] = {
      {"selections", "1"}, {"objective_values", "1"}, {"metrics", "8"}, {"equity", "8"}};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    char sql[256];
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM (SELECT ticker_id FROM %s GROUP BY ticker_id"
                   " HAVING count(*) <> %s OR ticker_id NOT IN (SELECT task FROM tasks))",
                   counts[i][0], counts[i][1]);
    assert_string_equal(fixture_query(f, sql), "0");
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM tasks WHERE task NOT IN (SELECT ticker_id FROM %s)",
                   counts[i][0]);
    assert_string_equal(fixture_query(f, sql), "0");
  }
}

static void killed_run_has_the_rows_of_its_tasks_and_goes_on(void **state)
{
  fixture *f = *state;
  static bool done[N_TASKS];
  size_t n_done = 0;
  kill_in_the_middle(f);
  bt_store *store = open_store(f);
  assert_string_equal(fixture_query(f, "SELECT status, n_combos FROM runs"), "interrupted|8");
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM combos"), "8");
  expect_rows_of_done_tasks_alone(f);
  assert_int_equal(bt_store_reopen_run(store, 1, &f->err), BT_OK);
  assert_int_equal(bt_store_read_tasks(done, N_TASKS, store, 1, &f->err), BT_OK);
  for (size_t i = 0; i < N_TASKS; i++) n_done += done[i];
  assert_true(n_done > 0 && n_done < N_TASKS);
  write_tasks(f, store, 1, done, false);
  assert_int_equal(end_run(f, store, 1, BT_RUN_COMPLETE), BT_OK);
  close_store(f, store);
  expect_rows_of_done_tasks_alone(f);
  assert_string_equal(fixture_query(f, "SELECT status, (SELECT count(*) FROM tasks) FROM runs"),
                      "complete|5000");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(tasks_that_are_done_are_known),
      CASE(tickers_come_back_as_they_were_put),
      CASE(objectives_come_back_to_the_last_bit),
      CASE(selections_come_back_by_ticker_and_window),
      CASE(reopened_run_has_lost_what_its_end_writes_and_nothing_else),
      CASE(run_that_cannot_go_on_is_refused),
      CASE(view_of_a_newer_run_stays),
      CASE(killed_run_has_the_rows_of_its_tasks_and_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
