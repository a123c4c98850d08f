#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/make_bars.h"
#include "tests/support/store_steps.h"

/* A store with a run and one ticker. */
static scene set_up(void **state)
{
  scene s = {.f = *state};
  s.store = open_store(s.f);
  s.run_id = begin_run(s.f, s.store, &fixture_strategy, 2);
  assert_int_equal(put_ticker(s.f, s.store, s.run_id, 1, "AAA"), BT_OK);
  return s;
}

static const double none = (double)NAN;

static void window_that_is_put_again_takes_the_place_of_the_first(void **state)
{
  scene s = set_up(state);
  bt_window_row row = {1, "2020-01-02", "2021-12-31", "2022-01-01", "2022-06-30"};
  assert_int_equal(bt_store_put_window(s.store, s.run_id, &row, &s.f->err), BT_OK);
  row = (bt_window_row){2, "", "", "2022-07-01", "2022-12-31"};
  assert_int_equal(bt_store_put_window(s.store, s.run_id, &row, &s.f->err), BT_OK);
  row = (bt_window_row){1, "2020-01-02", "2021-12-31", "2022-01-03", "2022-06-30"};
  assert_int_equal(bt_store_put_window(s.store, s.run_id, &row, &s.f->err), BT_OK);
  tear_down(&s);
  assert_string_equal(fixture_query(s.f, "SELECT * FROM windows WHERE window_id > 0"),
                      "1|1|2020-01-02|2021-12-31|2022-01-03|2022-06-30"
                      " 1|2|-|-|2022-07-01|2022-12-31");
}

static void trades_are_numbered_and_an_open_one_says_so(void **state)
{
  scene s = set_up(state);
  const bt_result_key key = {.ticker_id = 1, .phase = "full", .combo_id = 3};
  const bt_trade_row rows[] = {
      {1, instant_of("2024-01-02"), instant_of("2024-01-05"), 10.5, 11, 100, 49.5, 0.047, 3,
       "signal", false},
      {-1, instant_of("2024-01-05"), instant_of("2024-01-09"), 11, 12.5, 80, -120, none, 2, "stop",
       false},
      {1, instant_of("2024-01-10"), instant_of("2024-01-12"), 12, 12.25, 90, 22.5, 0.02, 2, "end",
       true},
  };
  assert_int_equal(bt_store_put_trades(s.store, s.run_id, &key, true, rows, 3, &s.f->err), BT_OK);
  assert_int_equal(bt_store_put_trades(s.store, s.run_id, &key, true, NULL, 0, &s.f->err), BT_OK);
  tear_down(&s);
  assert_string_equal(
      fixture_query(s.f, "SELECT * FROM trades"),
      "1|1|0|full|3|1|long|2024-01-02|10.5|2024-01-05|11.0|100.0|49.5|0.047|3|signal|0"
      " 1|1|0|full|3|2|short|2024-01-05|11.0|2024-01-09|12.5|80.0|-120.0|-|2|stop|0"
      " 1|1|0|full|3|3|long|2024-01-10|12.0|2024-01-12|12.25|90.0|22.5|0.02|2|end|1");
}

static void trade_that_has_overflowed_has_no_row_and_keeps_its_number(void **state)
{
  scene s = set_up(state);
  const bt_result_key key = {.ticker_id = 1, .phase = "full"};
  const int64_t t = instant_of("2024-01-02T14:30:00");
  const bt_trade_row rows[] = {{1, t, t, 10, 11, 100, 1, 1, 0, "signal", false},
                               {1, t, t, 10, 11, (double)INFINITY, 1, 1, 0, "signal", false},
                               {1, t, t, 10, (double)INFINITY, 1, 1, 1, 0, "signal", false}};
  assert_int_equal(bt_store_put_trades(s.store, s.run_id, &key, false, rows, 3, &s.f->err), BT_OK);
  tear_down(&s);
  assert_string_equal(fixture_query(s.f, "SELECT trade, entry_time, exit_price FROM trades"),
                      "1|2024-01-02T14:30:00|11.0 3|2024-01-02T14:30:00|-");
}

static void points_of_equity_keep_order_and_time(void **state)
{
  scene s = set_up(state);
  const bt_result_key oos = {.ticker_id = 1, .phase = "oos"};
  const bt_result_key full = {.ticker_id = 1, .phase = "full", .combo_id = 2};
  const bt_equity_point points[] = {{instant_of("2024-01-02"), 100000, 0},
                                    {instant_of("2024-01-03"), none, 0},
                                    {instant_of("2024-01-04"), 100250.5, -0.5}};
  const bt_equity_point timed = {instant_of("2024-01-02T09:31:00"), 1, 1};
  assert_int_equal(bt_store_put_equity(s.store, s.run_id, &oos, true, points, 3, &s.f->err), BT_OK);
  assert_int_equal(bt_store_put_equity(s.store, s.run_id, &full, false, &timed, 1, &s.f->err),
                   BT_OK);
  tear_down(&s);
  assert_string_equal(fixture_query(s.f, "SELECT * FROM equity"),
                      "1|1|0|oos|-|2024-01-02|100000.0|0.0"
                      " 1|1|0|oos|-|2024-01-04|100250.5|-0.5"
                      " 1|1|0|full|2|2024-01-02T09:31:00|1.0|1.0");
}

static void regimes_have_null_for_what_is_not_defined(void **state)
{
  scene s = set_up(state);
  const bt_result_key key = {.ticker_id = 1, .phase = "full", .combo_id = 1};
  const bt_regime_row rows[] = {{"up", 120, 0.5, 0.25, 0.125, 2, 3, -0.25, 1},
                                {"down", 1, 0.5, none, none, none, none, 0, 0},
                                {"none", none, none, none, none, none, none, none, none}};
  assert_int_equal(bt_store_put_regimes(s.store, s.run_id, &key, rows, 3, &s.f->err), BT_OK);
  tear_down(&s);
  assert_string_equal(fixture_query(s.f, "SELECT * FROM regime_metrics"),
                      "1|1|0|full|1|up|120|0.5|0.25|0.125|2.0|3.0|-0.25|1.0"
                      " 1|1|0|full|1|down|1|0.5|-|-|-|-|0.0|0.0"
                      " 1|1|0|full|1|none|-|-|-|-|-|-|-|-");
}

static void walkforward_and_task_keep_what_they_are_given(void **state)
{
  scene s = set_up(state);
  bt_walkforward_row row = {1, 8, 0.75, 5, 3};
  assert_int_equal(bt_store_put_walkforward(s.store, s.run_id, &row, &s.f->err), BT_OK);
  row = (bt_walkforward_row){2, 0, none, 0, 0};
  assert_int_equal(put_ticker(s.f, s.store, s.run_id, 2, "BBB"), BT_OK);
  assert_int_equal(bt_store_put_walkforward(s.store, s.run_id, &row, &s.f->err), BT_OK);
  assert_int_equal(bt_store_put_task(s.store, s.run_id, 7, &s.f->err), BT_OK);
  tear_down(&s);
  assert_string_equal(fixture_query(s.f, "SELECT * FROM walkforward"),
                      "1|1|8|0.75|5|3 1|2|0|-|0|0");
  assert_string_equal(fixture_query(s.f, "SELECT task, length(done), done >= '2024' FROM tasks"),
                      "7|19|1");
}

static void task_that_is_done_twice_fails_the_run(void **state)
{
  scene s = set_up(state);
  assert_int_equal(bt_store_put_task(s.store, s.run_id, 1, &s.f->err), BT_OK);
  assert_int_equal(bt_store_put_task(s.store, s.run_id, 1, &s.f->err), BT_ERR_DATABASE);
  assert_non_null(strstr(s.f->err.message, "tasks: UNIQUE"));
  assert_int_equal(bt_store_commit(s.store, &s.f->err), BT_ERR_DATABASE);
  close_store(s.f, s.store);
  assert_string_equal(fixture_query(s.f, "SELECT count(*) FROM tickers"), "0");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(window_that_is_put_again_takes_the_place_of_the_first),
      CASE(trades_are_numbered_and_an_open_one_says_so),
      CASE(trade_that_has_overflowed_has_no_row_and_keeps_its_number),
      CASE(points_of_equity_keep_order_and_time),
      CASE(regimes_have_null_for_what_is_not_defined),
      CASE(walkforward_and_task_keep_what_they_are_given),
      CASE(task_that_is_done_twice_fails_the_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
