#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/support/store_steps.h"

static void write_file(const char *path, const char *text)
{
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_not_equal(fputs(text, file), EOF);
  assert_int_equal(fclose(file), 0);
}

static void expect_refused(fixture *f, const char *path, bt_status status, const char *part)
{
  bt_store *store = NULL;
  assert_int_equal(bt_store_open(&store, path, &f->err), status);
  assert_null(store);
  assert_int_equal(f->err.status, status);
  assert_non_null(strstr(f->err.message, path));
  if (!strstr(f->err.message, part)) fail_msg("'%s' lacks '%s'", f->err.message, part);
  assert_null(strchr(f->err.message, '\n'));
}

/* ---- opening -------------------------------------------------------------------------------- */

static void new_file_gets_every_table_and_view(void **state)
{
  fixture *f = *state;
  close_store(f, open_store(f));
  assert_string_equal(
      fixture_query(f, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"),
      "combo_stats combos data_issues equity metric_defs metrics objective_values option_prices"
      " regime_metrics runs selections simulation_moments simulations tasks tickers trades"
      " walkforward windows");
  assert_string_equal(
      fixture_query(f, "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"),
      "best leaderboard prices results results_all");
  assert_string_equal(fixture_query(f, "PRAGMA user_version"), "4");
  assert_string_equal(fixture_query(f, "PRAGMA page_size"), "16384");
  assert_string_equal(fixture_query(f, "SELECT * FROM leaderboard"), "");
  assert_string_equal(fixture_query(f, "SELECT * FROM best"), "");
  assert_string_equal(fixture_query(f, "SELECT * FROM results"), "");
}

static void metric_columns_follow_the_definitions(void **state)
{
  fixture *f = *state;
  static const char expected[] = "run_id|INTEGER ticker_id|INTEGER window_id|INTEGER phase|TEXT"
                                 " combo_id|INTEGER"
#define TYPE_0 "REAL"
#define TYPE_1 "INTEGER"
#define X(id, name, unit, whole, definition, source) " " name "|" TYPE_##whole
#include "core/metrics.def"
#undef X
      ;
  close_store(f, open_store(f));
  assert_string_equal(fixture_query(f, "SELECT name, type FROM pragma_table_info('metrics')"),
                      expected);
}

static void empty_file_is_filled(void **state)
{
  fixture *f = *state;
  write_file(f->path, "");
  close_store(f, open_store(f));
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM runs"), "0");
}

static void file_that_is_no_database_is_refused_and_left_alone(void **state)
{
  fixture *f = *state;
  char lines[2001] = "", kept[2001];
  for (size_t i = 0; i < 2000; i++) lines[i] = i % 40 == 39 ? '\n' : 'a'; /* longer than a page */
  const char *const texts[] = {"x", "Date,Open\n2024-01-02,1\n", lines};
  for (size_t i = 0; i < 3; i++) {
    write_file(f->path, texts[i]);
    expect_refused(f, f->path, BT_ERR_DATABASE, "not a database");
    FILE *file = fopen(f->path, "r");
    assert_non_null(file);
    size_t size = fread(kept, 1, sizeof kept - 1, file);
    (void)fclose(file);
    kept[size] = '\0';
    assert_string_equal(kept, texts[i]);
  }
  assert_int_equal(fixture_count_files(f), 1);
}

static void database_of_another_program_is_refused_and_left_alone(void **state)
{
  fixture *f = *state;
  assert_true(fixture_change(f, "CREATE TABLE runs (a)"));
  expect_refused(f, f->path, BT_ERR_DATABASE, "another program");
  assert_true(fixture_change(f, "PRAGMA user_version = 1"));
  expect_refused(f, f->path, BT_ERR_DATABASE, "another program");
  assert_string_equal(fixture_query(f, "PRAGMA journal_mode"), "delete");
  assert_string_equal(fixture_query(f, "SELECT name FROM sqlite_master"), "runs");
}

static void newer_or_older_schema_is_refused(void **state)
{
  fixture *f = *state;
  close_store(f, open_store(f));
  assert_true(fixture_change(f, "PRAGMA user_version = 7"));
  expect_refused(f, f->path, BT_ERR_DATABASE, "schema version 7");
  assert_true(fixture_change(f, "PRAGMA user_version = 1"));
  expect_refused(f, f->path, BT_ERR_DATABASE,
                 "results.db: has schema version 1 of an older program, this one has 4: sqlite3 "
                 "reads it, new runs go into another file");
  assert_true(fixture_change(f, "PRAGMA user_version = 0"));
  expect_refused(f, f->path, BT_ERR_DATABASE, "unknown schema version 0");
}

static void what_is_no_file_is_refused(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  expect_refused(f, f->folder, BT_ERR_IO, "folder");
  assert_int_equal(mkfifo(f->path, 0600), 0);
  expect_refused(f, f->path, BT_ERR_IO, "regular file");
  (void)snprintf(f->path, sizeof f->path, "%s/none/results.db", f->folder);
  expect_refused(f, f->path, BT_ERR_IO, "/none: No such file or directory");
  assert_int_equal(bt_store_open(&store, "", &f->err), BT_ERR_IO);
  assert_int_equal(bt_store_open(&store, "", NULL), BT_ERR_IO);
}

static void place_without_permission_is_refused(void **state)
{
  fixture *f = *state;
  bool is_root = geteuid() == 0; /* who may write everywhere */
  const uid_t nobody = 65534;
  close_store(f, open_store(f));
  if (is_root) {
    assert_int_equal(chown(f->folder, nobody, (gid_t)-1), 0);
    assert_int_equal(chown(f->path, nobody, (gid_t)-1), 0);
    assert_int_equal(seteuid(nobody), 0);
  }
  assert_int_equal(chmod(f->path, 0400), 0);
  expect_refused(f, f->path, BT_ERR_IO, "cannot be written: Permission denied");
  assert_int_equal(chmod(f->path, 0600), 0);
  assert_int_equal(chmod(f->folder, 0500), 0);
  expect_refused(f, f->path, BT_ERR_IO, "cannot write in the folder /tmp/test_store.");
  expect_refused(f, f->path, BT_ERR_IO, ": Permission denied");
  assert_int_equal(chmod(f->folder, 0700), 0);
  assert_int_equal(unlink(f->path), 0);
  assert_int_equal(chmod(f->folder, 0500), 0);
  expect_refused(f, f->path, BT_ERR_IO, "cannot write in the folder /tmp/test_store.");
  expect_refused(f, f->path, BT_ERR_IO, ": Permission denied");
  assert_int_equal(chmod(f->folder, 0700), 0);
  if (is_root) assert_int_equal(seteuid(0), 0);
}

static void name_that_sqlite_would_interpret_is_a_plain_file(void **state)
{
  fixture *f = *state;
  static const char *const names[] = {"file:a.db?mode=memory", ":memory:"};
  int back = open(".", O_RDONLY);
  assert_true(back >= 0);
  assert_int_equal(chdir(f->folder), 0);
  for (size_t i = 0; i < 2; i++) {
    bt_store *store = NULL;
    bt_status status = bt_store_open(&store, names[i], &f->err);
    if (!status) status = bt_store_close(store, &f->err);
    assert_int_equal(status, BT_OK);
    assert_int_equal(access(names[i], F_OK), 0);
  }
  assert_int_equal(fchdir(back), 0);
  (void)close(back);
  assert_int_equal(fixture_count_files(f), 2);
}

static void close_leaves_one_file_out_of_wal_mode(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_string_equal(fixture_query(f, "PRAGMA journal_mode"), "wal");
  assert_int_equal(put_batch(f, store, run_id, 1, 3), BT_OK);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_OK);
  close_store(f, store);
  assert_int_equal(fixture_count_files(f), 1);
  assert_string_equal(fixture_query(f, "PRAGMA journal_mode"), "delete");
  assert_int_equal(check_whole_batches(f, 3), 1);
  assert_int_equal(bt_store_close(NULL, &f->err), BT_OK);
}

static void reader_that_stays_does_not_fail_the_close(void **state)
{
  fixture *f = *state;
  sqlite3 *reader = NULL;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(sqlite3_open_v2(f->path, &reader, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT * FROM runs", NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(put_batch(f, store, run_id, 1, 3), BT_OK);
  close_store(f, store);
  assert_int_equal(sqlite3_close(reader), SQLITE_OK);
  assert_int_equal(check_whole_batches(f, 3), 1);
  close_store(f, open_store(f));
  assert_int_equal(fixture_count_files(f), 1);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void begin_run_writes_the_frame_of_the_run(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  assert_int_equal(begin_run(f, store, &fixture_strategy, 2), 1);
  assert_string_equal(
      fixture_query(f, "SELECT kind, label, status, finished, strategy, seed, jobs, n_combos,"
                       " length(created), created > '2024-01-01T00:00:00' FROM runs"),
      "sweep|-|running|-|sma|1|2|4|19|1");
  assert_string_equal(fixture_query(f, "SELECT combo_id, params FROM combos"),
                      "1|{\"fast\":5,\"slow\":20} 2|{\"fast\":5,\"slow\":21}"
                      " 3|{\"fast\":10,\"slow\":20} 4|{\"fast\":10,\"slow\":21}");
  assert_string_equal(fixture_query(f, "SELECT * FROM windows"), "1|0|-|-|-|-");
  assert_int_equal(atoi(fixture_query(f, "SELECT count(*) FROM metric_defs")), BT_METRIC_COUNT);
  assert_string_equal(fixture_query(f, "SELECT unit FROM metric_defs WHERE name = 'cagr'"),
                      "fraction per year");
  close_store(f, store);
}

static void end_run_writes_status_and_span(void **state)
{
  static const char *const names[] = {"complete", "interrupted", "failed"};
  fixture *f = *state;
  bt_store *store = open_store(f);
  for (int i = 0; i < 3; i++) {
    int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
    assert_int_equal(end_run(f, store, run_id, (bt_run_status)i), BT_OK);
    assert_string_equal(fixture_query(f, "SELECT status FROM runs ORDER BY run_id DESC LIMIT 1"),
                        names[i]);
  }
  assert_string_equal(fixture_query(f, "SELECT elapsed_s, bar_combos, length(finished) FROM runs"
                                       " WHERE run_id = 1"),
                      "1.5|1000|19");
  assert_string_equal(fixture_query(f, "SELECT * FROM windows WHERE run_id = 3"),
                      "3|0|-|-|2020-01-02|2024-12-31");
  close_store(f, store);
}

static void undefined_metrics_are_null_and_counts_are_integers(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2), combo_ids[2] = {1, 0};
  bt_metrics metrics[2] = {fixture_metrics(0.5), fixture_metrics(0.5)};
  metrics[0].value[BT_METRIC_N_BARS] = 252;
  metrics[0].value[BT_METRIC_SHARPE] = (double)NAN;
  metrics[0].value[BT_METRIC_SORTINO] = (double)INFINITY;
  metrics[0].value[BT_METRIC_CALMAR] = -(double)INFINITY;
  metrics[0].value[BT_METRIC_N_TRADES] = (double)NAN;
  metrics[0].value[BT_METRIC_COSTS] = 0.1;
  bt_metrics_rows rows = {
      .ticker_id = 1, .phase = "full", .combo_ids = combo_ids, .metrics = metrics, .n_rows = 2};
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(bt_store_put_metrics(store, run_id, &rows, &f->err), BT_OK);
  assert_int_equal(bt_store_commit(store, &f->err), BT_OK);
  assert_string_equal(
      fixture_query(f, "SELECT combo_id, n_bars, typeof(n_bars), typeof(volatility), sharpe,"
                       " sortino, calmar, n_trades, costs = 0.1 FROM metrics WHERE combo_id = 1"),
      "1|252|integer|real|-|-|-|-|1");
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM metrics WHERE combo_id IS NULL"), "1");
  close_store(f, store);
}

static void ticker_and_issue_rows_keep_what_they_are_given(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  bt_ticker_row bad = {.ticker_id = 2,
                       .symbol = "BAD",
                       .reason = "BAD.csv: empty",
                       .rejected = true,
                       .first_bar = "",
                       .last_bar = ""};
  bt_issue_row issue = {7, "2024-02-30", "date", "skipped", "no such day"};
  bt_issue_row whole = {0, "", "rejected", "rejected", "BAD.csv: empty"};
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(bt_store_put_ticker(store, run_id, &bad, &f->err), BT_OK);
  assert_int_equal(bt_store_put_issue(store, run_id, 1, &issue, &f->err), BT_OK);
  assert_int_equal(bt_store_put_issue(store, run_id, 2, &whole, &f->err), BT_OK);
  close_store(f, store); /* commits */
  assert_string_equal(fixture_query(f, "SELECT * FROM tickers"),
                      "1|1|AAA|some.csv|ok|-|100|2020-01-02|2024-12-31|0|0000000000abcdef"
                      " 1|2|BAD|-|rejected|BAD.csv: empty|0|-|-|0|-");
  assert_string_equal(fixture_query(f, "SELECT * FROM data_issues"),
                      "1|1|7|2024-02-30|date|skipped|no such day"
                      " 1|2|-|-|rejected|rejected|BAD.csv: empty");
}

static void objective_values_are_little_endian_doubles(void **state)
{
  fixture *f = *state;
  double values[4] = {1, -2.5, -(double)NAN, (double)INFINITY};
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  bt_objectives_row row = {.ticker_id = 1, .phase = "full", .values = values, .n_values = 4};
  assert_int_equal(put_ticker(f, store, run_id, 1, "AAA"), BT_OK);
  assert_int_equal(bt_store_put_objectives(store, run_id, &row, &f->err), BT_OK);
  close_store(f, store);
  assert_string_equal(fixture_query(f, "SELECT phase, hex(value) FROM objective_values"),
                      "full|000000000000F03F00000000000004C0000000000000F87F000000000000F87F");
}

static void rows_are_committed_by_batches_of_ten_thousand(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 3500);
  assert_int_equal(put_batch(f, store, run_id, 1, 7000), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM metrics"), "0");
  assert_int_equal(put_ticker(f, store, run_id, 2, "BBB"), BT_OK);
  for (int64_t i = 1; i <= 7000; i++)
    assert_int_equal(put_metrics(f, store, run_id, 2, i, 0), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM metrics"), "0");
  assert_int_equal(bt_store_end_batch(store, &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT count(*) FROM metrics"), "14000");
  close_store(f, store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(new_file_gets_every_table_and_view),
      CASE(metric_columns_follow_the_definitions),
      CASE(empty_file_is_filled),
      CASE(file_that_is_no_database_is_refused_and_left_alone),
      CASE(database_of_another_program_is_refused_and_left_alone),
      CASE(newer_or_older_schema_is_refused),
      CASE(what_is_no_file_is_refused),
      CASE(place_without_permission_is_refused),
      CASE(name_that_sqlite_would_interpret_is_a_plain_file),
      CASE(close_leaves_one_file_out_of_wal_mode),
      CASE(reader_that_stays_does_not_fail_the_close),
      CASE(begin_run_writes_the_frame_of_the_run),
      CASE(end_run_writes_status_and_span),
      CASE(undefined_metrics_are_null_and_counts_are_integers),
      CASE(ticker_and_issue_rows_keep_what_they_are_given),
      CASE(objective_values_are_little_endian_doubles),
      CASE(rows_are_committed_by_batches_of_ten_thousand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
