#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/progress_line.h"

static const bt_progress_state middle = {.n_done = 5,
                                         .n_tickers = 20,
                                         .n_workers = 2,
                                         .bar_combos = 3e8,
                                         .planned = 1e9,
                                         .elapsed_s = 2};

static void tickers_in_work_count_between_those_done_and_all_in_work(void **state)
{
  (void)state;
  bt_progress_state s = middle;
  assert_true(bt_progress_share(&s) == 0.3);
  s.bar_combos = 1e8; /* less than the tickers that are done say */
  assert_true(bt_progress_share(&s) == 0.25);
  s.bar_combos = 9e8; /* more than the two in work can hold */
  assert_true(bt_progress_share(&s) == 0.35);
  s.planned = 0;
  assert_true(bt_progress_share(&s) == 0.25);
}

static void the_end_is_told_when_all_are_done(void **state)
{
  (void)state;
  bt_progress_state s = middle;
  s.n_tickers = 1;
  s.n_done = 0;
  s.bar_combos = 2e9;
  assert_true(bt_progress_share(&s) == 0.99);
  s.n_done = 1;
  assert_true(bt_progress_share(&s) == 1);
}

static void a_wide_line_holds_everything(void **state)
{
  (void)state;
  char line[BT_PROGRESS_LINE_SIZE];
  assert_string_equal(bt_progress_line(line, &middle, 120),
                      "[#########.....................] 5/20 tickers  4.67 s left  "
                      "150 M bar-combinations/s");
}

static void parts_are_left_out_where_room_is_short(void **state)
{
  (void)state;
  char line[BT_PROGRESS_LINE_SIZE];
  assert_string_equal(bt_progress_line(line, &middle, 80),
                      "[#######..................] 5/20 tickers  4.67 s left  "
                      "150 M bar-combinations/s");
  assert_string_equal(bt_progress_line(line, &middle, 50),
                      "[######...............] 5/20 tickers  4.67 s left");
  assert_string_equal(bt_progress_line(line, &middle, 30), "5/20 tickers  4.67 s left");
  assert_string_equal(bt_progress_line(line, &middle, 10), "5/20 tick");
}

static void no_line_is_as_long_as_the_terminal_is_wide(void **state)
{
  (void)state;
  char line[BT_PROGRESS_LINE_SIZE];
  bt_progress_state s = middle;
  s.n_tickers = SIZE_MAX;
  for (size_t columns = 1; columns < 400; columns++) {
    assert_true(strlen(bt_progress_line(line, &middle, columns)) < columns);
    assert_true(strlen(bt_progress_line(line, &s, columns)) < columns);
  }
  assert_string_equal(bt_progress_line(line, &middle, 0), "");
}

/* Of ten files the one of half of all bytes is known. */
static void a_long_file_does_not_stand_for_short_ones(void **state)
{
  (void)state;
  assert_true(bt_progress_extrapolate(600, 50, 100) == 1200);
  assert_true(bt_progress_extrapolate(1200, 100, 100) == 1200);
  assert_true(bt_progress_extrapolate(0, 0, 100) == 0);
  assert_true(bt_progress_extrapolate(0, 0, 0) == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tickers_in_work_count_between_those_done_and_all_in_work),
      cmocka_unit_test(the_end_is_told_when_all_are_done),
      cmocka_unit_test(a_wide_line_holds_everything),
      cmocka_unit_test(parts_are_left_out_where_room_is_short),
      cmocka_unit_test(a_long_file_does_not_stand_for_short_ones),
      cmocka_unit_test(no_line_is_as_long_as_the_terminal_is_wide),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
