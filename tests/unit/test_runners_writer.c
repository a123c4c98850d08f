/* What the writer puts into the file: all of a batch, in the order of the tickers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/writer_scene.h"

/* ---- order ---------------------------------------------------------------------------------- */

static void rows_do_not_depend_on_the_order_of_arrival(void **state)
{
  static const size_t order[] = {3, 0, 5, 4, 1, 9, 8, 7, 2, 6};
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  for (size_t i = 0; i < 10; i++) push(&s, writer, order[i]);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 10);
  assert_string_equal(fixture_query(s.f, "SELECT n_bars FROM metrics WHERE ticker_id = 4"
                                         " AND combo_id = 3"),
                      "302");
}

static void finish_writes_what_lies_behind_gaps(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  push(&s, writer, 7);
  push(&s, writer, 0);
  push(&s, writer, 3);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 3);
  assert_string_equal(fixture_query(s.f, "SELECT DISTINCT ticker_id FROM metrics"), "1 4 8");
}

static void nothing_pushed_is_nothing_written(void **state)
{
  scene s = set_up(state);
  finish(&s, start(&s, PLENTY));
  assert_int_equal(bt_writer_finish(NULL, &s.f->err), BT_OK);
  tear_down(&s);
  expect_whole_in_order(s.f, 0);
}

/* Two windows and phases of one ticker, as walk-forward has them. */
static void sections_keep_their_window_and_phase(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  bt_batch *batch = make_batch(0);
  bt_section *section = NULL;
  const bt_result_key keys[] = {{1, 1, "test", 3}, {1, 0, "oos", 0}};
  const bt_selection_row selection = {1, 1, 3, "sharpe", 1.5, 0.5};
  const bt_window_row window = {.window_id = 1};
  assert_non_null(batch);
  assert_int_equal(bt_store_put_window(s.store, s.run_id, &window, &s.f->err), BT_OK);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(bt_batch_add_section(&section, batch, &keys[i], &s.f->err), BT_OK);
    section->daily = true;
    section->trades = calloc(1, sizeof *section->trades);
    section->points = calloc(1, sizeof *section->points);
    section->regimes = calloc(1, sizeof *section->regimes);
    assert_true(section->trades && section->points && section->regimes);
    section->trades[0].reason = "signal";
    section->regimes[0].regime = "up";
    section->n_trades = section->n_points = section->n_regimes = 1;
  }
  section->combo_ids = calloc(1, sizeof *section->combo_ids);
  section->metrics = calloc(1, sizeof *section->metrics);
  assert_true(section->combo_ids && section->metrics);
  section->n_metrics = 1;
  assert_int_equal(bt_batch_add_selection(batch, &selection, &s.f->err), BT_OK);
  batch->walkforward = (bt_walkforward_row){1, 1, 0.5, 1, 1};
  assert_int_equal(bt_writer_push(writer, batch, &s.f->err), BT_OK);
  finish(&s, writer);
  tear_down(&s);
  static const char rows[] = "1|test|3|1970-01-01 0|oos|-|1970-01-01";
  assert_string_equal(
      fixture_query(s.f, "SELECT window_id, phase, combo_id, entry_time FROM trades"), rows);
  assert_string_equal(fixture_query(s.f, "SELECT window_id, phase, combo_id, time FROM equity"),
                      rows);
  assert_string_equal(
      fixture_query(s.f, "SELECT window_id, phase, combo_id, regime FROM regime_metrics"),
      "1|test|3|up 0|oos|-|up");
  assert_string_equal(
      fixture_query(s.f, "SELECT phase, combo_id, count(*) FROM metrics WHERE phase = 'oos'"),
      "oos|-|1");
  assert_string_equal(fixture_query(s.f, "SELECT window_id, combo_id, train_value FROM selections"),
                      "0|2|1.0 1|3|1.5");
  assert_string_equal(fixture_query(s.f, "SELECT ticker_id, efficiency FROM walkforward"), "1|0.5");
  assert_string_equal(fixture_query(s.f, "SELECT task FROM tasks"), "1");
}

static void batch_without_a_task_has_no_row_of_it(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  bt_batch *batch = NULL;
  bt_section *section = NULL;
  const bt_result_key key = {.ticker_id = 1, .phase = "full"};
  push(&s, writer, 0);
  assert_int_equal(bt_batch_new(&batch, 1, &s.f->err), BT_OK);
  assert_int_equal(bt_batch_add_section(&section, batch, &key, &s.f->err), BT_OK);
  section->points = calloc(2, sizeof *section->points);
  assert_non_null(section->points);
  section->n_points = 2;
  assert_int_equal(bt_writer_push(writer, batch, &s.f->err), BT_OK);
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 1);
  assert_string_equal(fixture_query(s.f, "SELECT count(*) FROM equity"), "2");
}

static void size_of_a_batch_covers_its_arrays(void **state)
{
  bt_batch *batch = make_batch(0);
  (void)state;
  assert_non_null(batch);
  size_t arrays = N_COMBOS * (sizeof(double) + sizeof(bt_metrics) + sizeof(int64_t));
  assert_true(bt_batch_size_bytes(batch) > arrays + sizeof *batch + sizeof(bt_selection_row));
  bt_batch_free(batch);
  bt_batch_free(NULL);
}

static void what_is_written_is_soon_committed(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, PLENTY);
  push(&s, writer, 0);
  int n_waits = 0;
  while (n_waits < 100 && strcmp(fixture_query(s.f, "SELECT count(*) FROM metrics"), "8") != 0) {
    sleep_ms(100);
    n_waits++;
  }
  assert_true(n_waits < 100);
  push(&s, writer, 1); /* wakes it again */
  finish(&s, writer);
  tear_down(&s);
  expect_whole_in_order(s.f, 2);
}

static void after_a_failure_there_is_room_for_all(void **state)
{
  scene s = set_up(state);
  bt_writer *writer = start(&s, 1);
  bt_batch *broken = make_batch(0);
  assert_non_null(broken);
  broken->sections->key.ticker_id = 2; /* as that of the batch 1: the key is taken */
  push(&s, writer, 1);
  assert_false(bt_writer_has_room(writer, 3));
  assert_int_equal(bt_writer_push(writer, broken, &s.f->err), BT_OK);
  assert_true(room_comes(writer, 3));
  assert_int_equal(bt_writer_check(writer, &s.f->err), BT_ERR_DATABASE);
  assert_int_equal(bt_writer_finish(writer, &s.f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(s.f->err.message, "UNIQUE"));
  assert_int_equal(bt_store_close(s.store, &s.f->err), BT_OK);
  assert_string_equal(fixture_query(s.f, "SELECT count(*) FROM metrics"), "0");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(rows_do_not_depend_on_the_order_of_arrival), CASE(finish_writes_what_lies_behind_gaps),
      CASE(nothing_pushed_is_nothing_written),          CASE(sections_keep_their_window_and_phase),
      CASE(batch_without_a_task_has_no_row_of_it),      CASE(size_of_a_batch_covers_its_arrays),
      CASE(what_is_written_is_soon_committed),          CASE(after_a_failure_there_is_room_for_all),
  };
  (void)alarm(120); /* what is lost in the writer's thread never ends */
  return cmocka_run_group_tests_name("runners/writer", tests, NULL, NULL);
}
