#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "runners/store_internal.h"
#include "runners/store_resume.h"
#include "tests/support/store_steps.h"

/* ---- a process that was killed -------------------------------------------------------------- */

/* Begins a run in a child that then waits to be killed; returns once the run is there. */
static pid_t begin_in_child(fixture *f)
{
  int ready[2];
  char byte = 0;
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)begin_run(f, open_store(f), &fixture_strategy, 2);
    (void)write(ready[1], &byte, 1);
    for (;;) (void)pause();
  }
  assert_int_equal(read(ready[0], &byte, 1), 1);
  (void)close(ready[0]);
  (void)close(ready[1]);
  return child;
}

static void kill_child(pid_t child)
{
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, NULL, 0), child);
}

static void run_of_a_killed_process_becomes_interrupted(void **state)
{
  fixture *f = *state;
  kill_child(begin_in_child(f));
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "running");
  bt_store *store = open_store(f);
  assert_string_equal(fixture_query(f, "SELECT status, finished FROM runs"), "interrupted|-");
  close_store(f, store);
}

static void run_of_a_living_process_stays_running(void **state)
{
  fixture *f = *state;
  kill_child(begin_in_child(f));
  pid_t child = begin_in_child(f);
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "interrupted running");
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "interrupted running running");
  kill_child(child);
  /* the run of this process is alive, too: nothing can be told apart */
  bt_store *second = open_store(f);
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "interrupted running running");
  close_store(f, second);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_OK);
  close_store(f, store);
  close_store(f, open_store(f));
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"),
                      "interrupted interrupted complete");
}

/* ---- uniqueness ----------------------------------------------------------------------------- */

static void row_stored_twice_fails_at_once(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  for (size_t run = 0; run < 2; run++) {
    int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
    assert_int_equal(put_batch(f, store, run_id, 1, 3), BT_OK);
    assert_int_equal(bt_store_commit(store, &f->err), BT_OK);
    assert_int_equal(put_metrics(f, store, run_id, 1, 2, 8), BT_ERR_DATABASE);
    assert_non_null(strstr(f->err.message, "UNIQUE"));
    assert_non_null(strstr(f->err.message, f->path));
    assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_ERR_DATABASE);
  }
  close_store(f, store);
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "failed failed");
  assert_int_equal(check_whole_batches(f, 3), 2);
}

static void row_without_combination_stored_twice_fails_at_once(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(put_metrics(f, store, run_id, 1, 0, 7), BT_OK);
  assert_int_equal(put_metrics(f, store, run_id, 1, 0, 8), BT_ERR_DATABASE);
  close_store(f, store);
}

static size_t count_keys(fixture *f)
{
  const char *sql = "SELECT sum(\"unique\") FROM pragma_index_list('metrics') WHERE name ="
                    " 'metrics_key'";
  return (size_t)strtoul(fixture_query(f, sql), NULL, 10);
}

/* Older programs built the index at the end of a file's first run. */
static void index_that_a_killed_run_did_not_build_comes_with_the_next(void **state)
{
  fixture *f = *state;
  for (int resumes = 0; resumes < 2; resumes++) {
    bt_store *store = open_store(f);
    int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
    assert_int_equal(put_batch(f, store, run_id, 1, 3), BT_OK);
    assert_int_equal(bt_store_commit(store, &f->err), BT_OK);
    assert_int_equal(sqlite3_exec(store->db, "DROP INDEX metrics_key", NULL, NULL, NULL),
                     SQLITE_OK);
    close_store(f, store); /* no end_run */
    assert_int_equal(count_keys(f), 0);
    store = open_store(f);
    if (resumes)
      assert_int_equal(bt_store_reopen_run(store, run_id, &f->err), BT_OK);
    else
      run_id = begin_run(f, store, &fixture_strategy, 2);
    close_store(f, store);
    assert_int_equal(count_keys(f), 1);
  }
}

/* ---- failures ------------------------------------------------------------------------------- */

static void full_database_keeps_whole_batches_and_says_so(void **state)
{
  fixture *f = *state;
  bt_error first;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 300), ticker = 0;
  assert_int_equal(sqlite3_exec(store->db, "PRAGMA max_page_count = 120", NULL, NULL, NULL),
                   SQLITE_OK);
  bt_status status = BT_OK;
  while (!status && ticker < 1000) {
    status = put_batch(f, store, run_id, ++ticker, 600);
    if (!status && ticker % 3 == 0) status = bt_store_commit(store, &f->err);
  }
  first = f->err;
  assert_int_equal(status, BT_ERR_DATABASE);
  assert_non_null(strstr(first.message, "full"));
  assert_non_null(strstr(first.message, f->path));
  assert_int_equal(put_ticker(f, store, run_id, 5000, "LATER"), BT_ERR_DATABASE);
  assert_string_equal(f->err.message, first.message);
  assert_int_equal(bt_store_commit(store, &f->err), BT_ERR_DATABASE);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_ERR_DATABASE);
  assert_string_equal(f->err.message, first.message);
  close_store(f, store);
  assert_int_equal(fixture_count_files(f), 1);
  assert_true(check_whole_batches(f, 600) >= 3);
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "failed");
}

/* A child process that writes batches until something stops it. 0: nothing did; 1: DATABASE. */
static int write_until_stopped(fixture *f, int64_t n_tickers)
{
  bt_store *store = NULL;
  int64_t run_id = 0;
  bt_grid *grid = fixture_grid(&fixture_strategy, 50);
  bt_run_info info = {.kind = "sweep", .strategy = "sma", .n_windows = 1};
  bt_status status = bt_store_open(&store, f->path, &f->err);
  if (status) return 2;
  status = bt_store_begin_run(store, &run_id, &info, &fixture_strategy, grid, &f->err);
  bt_grid_free(grid);
  for (int64_t i = 1; i <= n_tickers && !status; i++) {
    status = put_batch(f, store, run_id, i, 100);
    if (!status && i % 5 == 0) status = bt_store_commit(store, &f->err);
  }
  bool named = strstr(f->err.message, f->path) && !strchr(f->err.message, '\n');
  (void)bt_store_close(store, NULL);
  return status == BT_OK ? 0 : status == BT_ERR_DATABASE && named ? 1 : 2;
}

static void file_system_that_takes_no_more_keeps_whole_batches(void **state)
{
  fixture *f = *state;
  close_store(f, open_store(f));
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct rlimit limit = {2000000, 2000000};
    (void)signal(SIGXFSZ, SIG_IGN);
    _exit(setrlimit(RLIMIT_FSIZE, &limit) == 0 ? write_until_stopped(f, 1000) : 3);
  }
  int result = 0;
  assert_int_equal(waitpid(child, &result, 0), child);
  assert_true(WIFEXITED(result));
  assert_int_equal(WEXITSTATUS(result), 1);
  close_store(f, open_store(f)); /* takes over what the WAL still holds */
  assert_true(check_whole_batches(f, 100) >= 5);
  assert_int_equal(fixture_count_files(f), 1);
}

/* Waits until so many tickers are in the file; false after a minute. */
static bool await_tickers(fixture *f, int n_tickers)
{
  for (int i = 0; i < 6000; i++) {
    if (atoi(fixture_query(f, "SELECT count(*) FROM tickers")) >= n_tickers) return true;
    sleep_ms(10);
  }
  return false;
}

static void kill_in_the_middle_keeps_whole_batches(void **state)
{
  fixture *f = *state;
  int n_tickers = 0;
  for (int round = 0; round < 4; round++) {
    int result = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(write_until_stopped(f, INT64_C(1) << 40));
    bool written = await_tickers(f, n_tickers + 10);
    sleep_ms(7 * round);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result));
    assert_true(written);
    close_store(f, open_store(f));
    assert_true(check_whole_batches(f, 100) >= n_tickers + 10);
    n_tickers = atoi(fixture_query(f, "SELECT count(*) FROM tickers"));
  }
}

static void database_locked_by_another_process_is_an_error(void **state)
{
  fixture *f = *state;
  sqlite3 *other = NULL;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  (void)sqlite3_busy_timeout(store->db, 10);
  assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
  assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_ERR_DATABASE);
  assert_non_null(strstr(f->err.message, f->path));
  assert_non_null(strstr(f->err.message, "locked"));
  assert_int_equal(sqlite3_close(other), SQLITE_OK);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_ERR_DATABASE);
  assert_string_equal(fixture_query(f, "SELECT status FROM runs"), "failed");
  /* The next run of the same store begins afresh. */
  run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  close_store(f, store);
}

static void two_stores_write_their_runs_into_one_file(void **state)
{
  fixture *f = *state;
  bt_store *stores[2] = {open_store(f), open_store(f)};
  int64_t run_ids[2] = {begin_run(f, stores[0], &fixture_strategy, 2),
                        begin_run(f, stores[1], &fixture_strategy, 2)};
  assert_int_not_equal(run_ids[0], run_ids[1]);
  for (int64_t i = 1; i <= 4; i++) {
    for (size_t k = 0; k < 2; k++) {
      assert_int_equal(put_batch(f, stores[k], run_ids[k], i, 4), BT_OK);
      assert_int_equal(bt_store_commit(stores[k], &f->err), BT_OK);
    }
  }
  for (size_t k = 0; k < 2; k++)
    assert_int_equal(end_run(f, stores[k], run_ids[k], BT_RUN_COMPLETE), BT_OK);
  for (size_t k = 0; k < 2; k++) close_store(f, stores[k]);
  assert_int_equal(fixture_count_files(f), 1);
  assert_int_equal(check_whole_batches(f, 4), 8);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(run_of_a_killed_process_becomes_interrupted),
      CASE(run_of_a_living_process_stays_running),
      CASE(row_stored_twice_fails_at_once),
      CASE(row_without_combination_stored_twice_fails_at_once),
      CASE(index_that_a_killed_run_did_not_build_comes_with_the_next),
      CASE(full_database_keeps_whole_batches_and_says_so),
      CASE(file_system_that_takes_no_more_keeps_whole_batches),
      CASE(kill_in_the_middle_keeps_whole_batches),
      CASE(database_locked_by_another_process_is_an_error),
      CASE(two_stores_write_their_runs_into_one_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
