#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "runners/store_runs.h"
#include "tests/support/store_steps.h"

/* A complete run with rows in every table. */
static int64_t put_whole_run(fixture *f, bt_store *store)
{
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  const bt_result_key key = {.ticker_id = 1, .phase = "full", .combo_id = 1};
  const bt_issue_row issue = {3, "2024-01-02", "price", "skipped", "a"};
  const bt_selection_row selection = {1, 0, 1, "sharpe", 1, 1};
  const bt_combo_stats stats = {1, 1, 1, 1, 1, 1, 1, 1};
  const bt_combo_stats_rows stats_row = {0, 1, "full", &stats, 1};
  const bt_walkforward_row walkforward = {1, 1, 1, 1, 1};
  const bt_trade_row trade = {.side = 1, .reason = "signal"};
  const bt_equity_point point = {0, 1, 1};
  const bt_regime_row regime = {.regime = "up"};
  assert_int_equal(put_batch(f, store, run_id, 1, 3), BT_OK);
  assert_int_equal(bt_store_put_issue(store, run_id, 1, &issue, &f->err), BT_OK);
  assert_int_equal(bt_store_put_selection(store, run_id, &selection, &f->err), BT_OK);
  assert_int_equal(bt_store_put_combo_stats(store, run_id, &stats_row, &f->err), BT_OK);
  assert_int_equal(bt_store_put_walkforward(store, run_id, &walkforward, &f->err), BT_OK);
  assert_int_equal(bt_store_put_trades(store, run_id, &key, true, &trade, 1, &f->err), BT_OK);
  assert_int_equal(bt_store_put_equity(store, run_id, &key, true, &point, 1, &f->err), BT_OK);
  assert_int_equal(bt_store_put_regimes(store, run_id, &key, &regime, 1, &f->err), BT_OK);
  assert_int_equal(bt_store_put_task(store, run_id, 1, &f->err), BT_OK);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_OK);
  return run_id;
}

/* Asks every table that has a run_id, whatever their names: "TABLE ROWS" of each that has rows of
 * the run. */
static const char *tables_with_rows(fixture *f, int64_t run_id)
{
  static char names[FIXTURE_TEXT_SIZE];
  static char result[FIXTURE_TEXT_SIZE];
  (void)snprintf(names, sizeof names, "%s",
                 fixture_query(f, "SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name)"
                                  " AS c WHERE m.type = 'table' AND c.name = 'run_id'"
                                  " ORDER BY m.name"));
  result[0] = '\0';
  for (char *rest = NULL, *name = strtok_r(names, " ", &rest); name;
       name = strtok_r(NULL, " ", &rest)) {
    char sql[256];
    (void)snprintf(sql, sizeof sql, "SELECT 1 FROM %s WHERE run_id = %lld LIMIT 1", name,
                   (long long)run_id);
    if (fixture_query(f, sql)[0] == '\0') continue;
    size_t used = strlen(result);
    (void)snprintf(result + used, sizeof result - used, "%s%s", used ? " " : "", name);
  }
  return result;
}

static const char every_table[] =
    "combo_stats combos data_issues equity metrics objective_values regime_metrics runs selections"
    " tasks tickers trades walkforward windows";

static void new_file_has_no_runs(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  bt_run_record *records = NULL;
  size_t n = 7;
  assert_int_equal(bt_store_list_runs(&records, &n, store, &f->err), BT_OK);
  assert_int_equal(n, 0);
  bt_run_records_free(records, n);
  close_store(f, store);
}

static void runs_are_listed_newest_first_with_what_they_are(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  bt_run_record *records = NULL;
  size_t n = 0;
  for (int i = 0; i < 5; i++) {
    int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
    if (i < 4) assert_int_equal(end_run(f, store, run_id, BT_RUN_INTERRUPTED), BT_OK);
  }
  assert_int_equal(bt_store_list_runs(&records, &n, store, &f->err), BT_OK);
  assert_int_equal(n, 5);
  for (size_t i = 0; i < n; i++) assert_int_equal(records[i].run_id, 5 - i);
  assert_string_equal(records[0].status, "running");
  assert_null(records[0].finished);
  assert_true(isnan(records[0].elapsed_s));
  assert_int_equal(records[0].bar_combos, 0);
  assert_string_equal(records[4].kind, "sweep");
  assert_null(records[4].label);
  assert_string_equal(records[4].status, "interrupted");
  assert_int_equal(strlen(records[4].created), 19);
  assert_int_equal(strlen(records[4].finished), 19);
  assert_string_equal(records[4].version, "0.1.0");
  assert_null(records[4].command);
  assert_string_equal(records[4].strategy, "sma");
  assert_null(records[4].universe);
  assert_string_equal(records[4].options, "{\"objective\":\"sharpe\"}");
  assert_true(records[4].elapsed_s == 1.5);
  assert_int_equal(records[4].n_tickers, 2);
  assert_int_equal(records[4].n_combos, 4);
  assert_int_equal(records[4].n_windows, 1);
  assert_int_equal(records[4].bar_combos, 1000);
  bt_run_records_free(records, n);
  close_store(f, store);
}

static void label_is_set_replaced_and_removed(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  (void)begin_run(f, store, &fixture_strategy, 2);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 2);
  assert_int_equal(bt_store_label_run(store, run_id, "first try", &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT label FROM runs"), "- first try");
  assert_int_equal(bt_store_label_run(store, run_id, "it's \"2\"", &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT label FROM runs"), "- it's \"2\"");
  assert_int_equal(bt_store_label_run(store, run_id, "", &f->err), BT_OK);
  assert_string_equal(fixture_query(f, "SELECT label FROM runs"), "- -");
  assert_int_equal(bt_store_label_run(store, 3, "x", &f->err), BT_ERR_NOT_FOUND);
  assert_non_null(strstr(f->err.message, "there is no run 3"));
  close_store(f, store);
}

static void deleted_run_leaves_no_row_and_others_whole(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t first = put_whole_run(f, store), second = put_whole_run(f, store);
  assert_string_equal(tables_with_rows(f, first), every_table);
  assert_string_equal(tables_with_rows(f, second), every_table);
  assert_int_equal(bt_store_delete_run(store, second, &f->err), BT_OK);
  assert_string_equal(tables_with_rows(f, second), "");
  assert_string_equal(tables_with_rows(f, first), every_table);
  assert_string_equal(fixture_query(f, "SELECT DISTINCT run_id FROM results_sma"), "1");
  assert_int_equal(bt_store_delete_run(store, second, &f->err), BT_ERR_NOT_FOUND);
  close_store(f, store);
  expect_sound(f);
}

static void run_that_is_being_written_is_not_deleted(void **state)
{
  fixture *f = *state;
  bt_store *writing = open_store(f), *store = NULL;
  int64_t run_id = begin_run(f, writing, &fixture_strategy, 2);
  store = open_store(f);
  assert_int_equal(bt_store_delete_run(store, run_id, &f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(f->err.message, "run 1 is being written"));
  assert_int_equal(end_run(f, writing, run_id, BT_RUN_COMPLETE), BT_OK);
  assert_int_equal(bt_store_delete_run(store, run_id, &f->err), BT_OK);
  close_store(f, store);
  close_store(f, writing);
}

static off_t size_of(const char *path)
{
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  return info.st_size;
}

static void vacuum_gives_the_room_back(void **state)
{
  fixture *f = *state;
  bt_store *store = open_store(f);
  int64_t run_id = begin_run(f, store, &fixture_strategy, 5000);
  assert_int_equal(put_batch(f, store, run_id, 1, 10000), BT_OK);
  assert_int_equal(end_run(f, store, run_id, BT_RUN_COMPLETE), BT_OK);
  (void)put_whole_run(f, store);
  close_store(f, store);
  off_t before = size_of(f->path);
  store = open_store(f);
  assert_int_equal(bt_store_delete_run(store, run_id, &f->err), BT_OK);
  assert_int_equal(bt_store_vacuum(store, &f->err), BT_OK);
  close_store(f, store);
  assert_true(size_of(f->path) < before / 2);
  assert_string_equal(tables_with_rows(f, 2), every_table);
  assert_string_equal(fixture_query(f, "PRAGMA page_size"), "16384");
  store = open_store(f); /* is still one of ours */
  (void)put_whole_run(f, store);
  close_store(f, store);
  assert_string_equal(fixture_query(f, "PRAGMA integrity_check"), "ok");
}

static void vacuum_beside_another_process_leaves_the_file_alone(void **state)
{
  fixture *f = *state;
  bt_store *other = open_store(f);
  int64_t run_id = put_whole_run(f, other);
  bt_store *store = open_store(f);
  assert_int_equal(bt_store_delete_run(store, run_id, &f->err), BT_OK);
  int64_t next = begin_run(f, other, &fixture_strategy, 2);
  assert_int_equal(bt_store_vacuum(store, &f->err), BT_OK);
  close_store(f, store);
  assert_string_equal(fixture_query(f, "PRAGMA journal_mode"), "wal");
  assert_int_equal(put_batch(f, other, next, 1, 3), BT_OK);
  assert_int_equal(end_run(f, other, next, BT_RUN_COMPLETE), BT_OK);
  close_store(f, other);
  assert_int_equal(check_whole_batches(f, 3), 1);
}

static void missing_and_empty_files_are_not_made(void **state)
{
  fixture *f = *state;
  bt_store *store = NULL;
  assert_int_equal(bt_store_open_existing(&store, f->path, &f->err), BT_ERR_IO);
  assert_non_null(strstr(f->err.message, f->path));
  assert_non_null(strstr(f->err.message, "No such file"));
  assert_int_equal(fixture_count_files(f), 0);
  int file = open(f->path, O_CREAT | O_WRONLY, 0600);
  assert_true(file >= 0);
  (void)close(file);
  assert_int_equal(bt_store_open_existing(&store, f->path, &f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(f->err.message, "is empty"));
  assert_int_equal(size_of(f->path), 0);
  close_store(f, open_store(f));
  assert_int_equal(bt_store_open_existing(&store, f->path, &f->err), BT_OK);
  close_store(f, store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(new_file_has_no_runs),
      CASE(runs_are_listed_newest_first_with_what_they_are),
      CASE(label_is_set_replaced_and_removed),
      CASE(deleted_run_leaves_no_row_and_others_whole),
      CASE(run_that_is_being_written_is_not_deleted),
      CASE(vacuum_gives_the_room_back),
      CASE(vacuum_beside_another_process_leaves_the_file_alone),
      CASE(missing_and_empty_files_are_not_made),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
