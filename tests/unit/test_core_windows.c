#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "core/windows.h"
#include "tests/support/make_bars.h"

static int64_t day_of(const char *text)
{
  return bt_time_days(instant_of(text));
}

/* Monday to Friday. */
static bt_calendar make_days(const char *first, const char *last)
{
  int64_t from = day_of(first), to = day_of(last);
  int64_t *days = malloc((size_t)(to - from + 1) * sizeof *days);
  size_t n = 0;
  assert_non_null(days);
  for (int64_t day = from; day <= to; day++)
    if (bt_time_weekday(day * BT_NS_PER_DAY) < 5) days[n++] = day;
  return (bt_calendar){days, n};
}

/* Takes the days from first to last out. */
static void drop_days(bt_calendar *over, const char *first, const char *last)
{
  int64_t *days = over->days;
  size_t n = 0;
  for (size_t i = 0; i < over->n_days; i++)
    if (days[i] < day_of(first) || days[i] > day_of(last)) days[n++] = days[i];
  over->n_days = n;
}

static bt_duration duration(const char *text)
{
  bt_duration out;
  bt_error err;
  assert_int_equal(bt_duration_parse(&out, "--train", text, &err), BT_OK);
  return out;
}

static bt_window_rule rule_of(const char *train, const char *gap, const char *test,
                              const char *step)
{
  return (bt_window_rule){duration(train), duration(gap), duration(test), duration(step), false};
}

/* "2013-02-08..2015-02-07 2015-02-08..2015-08-07" */
static const char *text_of(const bt_window *w)
{
  static char text[128];
  char a[BT_TIME_TEXT_SIZE], b[BT_TIME_TEXT_SIZE], c[BT_TIME_TEXT_SIZE], d[BT_TIME_TEXT_SIZE];
  (void)snprintf(text, sizeof text, "%s..%s %s..%s",
                 bt_time_format(a, w->train_first * BT_NS_PER_DAY, true),
                 bt_time_format(b, w->train_last * BT_NS_PER_DAY, true),
                 bt_time_format(c, w->test_first * BT_NS_PER_DAY, true),
                 bt_time_format(d, w->test_last * BT_NS_PER_DAY, true));
  return text;
}

/* The windows over these days, the origin being the first of them. */
static bt_window *make_over(size_t *n, const bt_window_rule *rule, const bt_calendar *over)
{
  bt_window *windows = NULL;
  bt_error err;
  if (bt_windows_make(&windows, n, rule, over, over->days[0], &err)) fail_msg("%s", err.message);
  return windows;
}

/* The windows over Mondays to Fridays from first to last. */
static bt_window *make(size_t *n, const bt_window_rule *rule, const char *first, const char *last)
{
  bt_calendar over = make_days(first, last);
  bt_window *windows = make_over(n, rule, &over);
  free((void *)over.days);
  return windows;
}

/* Over these days there is one window and no other: this one. */
static void expect_one_over(const bt_window_rule *rule, const bt_calendar *over,
                            const char *expected)
{
  size_t n = 0;
  bt_window *windows = make_over(&n, rule, over);
  assert_int_equal(n, 1);
  assert_string_equal(text_of(windows), expected);
  free(windows);
}

/* The same over Mondays to Fridays. */
static void expect_one(const bt_window_rule *rule, const char *first, const char *last,
                       const char *expected)
{
  bt_calendar over = make_days(first, last);
  expect_one_over(rule, &over, expected);
  free((void *)over.days);
}

static void expect_failure(const bt_window_rule *rule, const char *first, const char *last,
                           bt_status status, const char *part)
{
  bt_window *windows = NULL;
  size_t n = 0;
  bt_error err;
  bt_calendar over = make_days(first, last);
  assert_int_equal(bt_windows_make(&windows, &n, rule, &over, over.days[0], &err), status);
  if (!strstr(err.message, part)) fail_msg("'%s' is not in: %s", part, err.message);
  assert_null(windows);
  free((void *)over.days);
}

static void durations_are_read_in_each_unit(void **state)
{
  (void)state;
  assert_int_equal(duration("2y").months, 24);
  assert_int_equal(duration("6m").months, 6);
  assert_int_equal(duration("8w").days, 56);
  assert_int_equal(duration("90d").days, 90);
  assert_int_equal(duration("500b").bars, 500);
  assert_int_equal(duration("500").bars, 500);
  bt_duration zero = duration("0d"), bar = duration("1");
  assert_true(bt_duration_is_zero(&zero));
  assert_false(bt_duration_is_zero(&bar));
}

static void what_is_no_duration_is_refused(void **state)
{
  (void)state;
  const char *const texts[] = {"", "y", "2", "2yy", "2 y", "-2y", "2Y", "1.5y", "2y6m", "x2"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    bt_duration out;
    bt_error err;
    bt_status status = bt_duration_parse(&out, "--test", texts[i], &err);
    assert_int_equal(status, strcmp(texts[i], "2") == 0 ? BT_OK : BT_ERR_USAGE);
    if (status) assert_non_null(strstr(err.message, "--test "));
  }
  bt_duration out;
  bt_error err;
  assert_int_equal(bt_duration_parse(&out, "--gap", "99999999d", &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "--gap 99999999d: more than"));
}

static void five_years_make_six_windows_of_two_years_and_half_a_year(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("2y", "0d", "6m", "6m");
  bt_window *windows = make(&n, &rule, "2013-02-08", "2018-02-07");
  assert_int_equal(n, 6);
  assert_string_equal(text_of(&windows[0]), "2013-02-08..2015-02-07 2015-02-08..2015-08-07");
  assert_string_equal(text_of(&windows[1]), "2013-08-08..2015-08-07 2015-08-08..2016-02-07");
  assert_string_equal(text_of(&windows[5]), "2015-08-08..2017-08-07 2017-08-08..2018-02-07");
  free(windows);
}

static void anchored_windows_all_begin_at_the_origin(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("2y", "0d", "6m", "6m");
  rule.anchored = true;
  bt_window *windows = make(&n, &rule, "2013-02-08", "2018-02-07");
  assert_int_equal(n, 6);
  assert_string_equal(text_of(&windows[5]), "2013-02-08..2017-08-07 2017-08-08..2018-02-07");
  free(windows);
}

static void a_gap_lies_between_train_and_test(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("1y", "5d", "3m", "3m");
  bt_window *windows = make(&n, &rule, "2020-01-01", "2021-12-31");
  assert_string_equal(text_of(&windows[0]), "2020-01-01..2020-12-31 2021-01-06..2021-04-05");
  assert_string_equal(text_of(&windows[1]), "2020-04-01..2021-03-31 2021-04-06..2021-07-05");
  free(windows);
}

static void months_are_cut_at_their_end_and_do_not_drift(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("1m", "0d", "1m", "1m");
  bt_window *windows = make(&n, &rule, "2019-01-31", "2019-07-31");
  assert_string_equal(text_of(&windows[0]), "2019-01-31..2019-02-27 2019-02-28..2019-03-30");
  assert_string_equal(text_of(&windows[1]), "2019-02-28..2019-03-30 2019-03-31..2019-04-29");
  assert_string_equal(text_of(&windows[2]), "2019-03-31..2019-04-29 2019-04-30..2019-05-30");
  for (size_t i = 1; i < n; i++)
    assert_int_equal(windows[i].test_first, windows[i - 1].test_last + 1);
  free(windows);
}

static void bars_are_days_on_which_the_universe_trades(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("10", "0d", "5b", "5");
  bt_window *windows = make(&n, &rule, "2020-01-06", "2020-02-07"); /* five weeks from a Monday */
  assert_int_equal(n, 3);
  assert_string_equal(text_of(&windows[0]), "2020-01-06..2020-01-19 2020-01-20..2020-01-26");
  assert_string_equal(text_of(&windows[2]), "2020-01-20..2020-02-02 2020-02-03..2020-02-07");
  free(windows);
}

static void units_may_differ(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("1y", "2b", "13w", "8w");
  bt_window *windows = make(&n, &rule, "2020-01-01", "2021-06-30");
  /* 2021-01-01 is a Friday: two trading days later it is Tuesday */
  assert_string_equal(text_of(&windows[0]), "2020-01-01..2020-12-31 2021-01-05..2021-04-05");
  assert_string_equal(text_of(&windows[1]), "2020-02-26..2021-02-25 2021-03-02..2021-05-31");
  free(windows);
}

/* Half a year from 2021-01-01 has 181 days: 91 of them end on 2021-04-01. */
static void a_test_part_is_kept_from_half_of_its_length_on(void **state)
{
  (void)state;
  bt_window_rule rule = rule_of("1y", "0d", "6m", "6m");
  expect_one(&rule, "2020-01-01", "2021-04-01", "2020-01-01..2020-12-31 2021-01-01..2021-04-01");
  expect_failure(&rule, "2020-01-01", "2021-03-31", BT_ERR_DATA, "no window: from 2020-01-01 to");
  rule = rule_of("10", "0b", "5", "5");
  expect_one(&rule, "2020-01-06", "2020-01-22", /* 13 days: 3 of 5 */
             "2020-01-06..2020-01-19 2020-01-20..2020-01-22");
  expect_failure(&rule, "2020-01-06", "2020-01-21", BT_ERR_DATA, "no window");
}

/* The end of the test part, a trading day behind 2021-07-01, is a day that the data lack; half a
 * year from 2021-01-04 has 181 days: 91 of them end on 2021-04-04, a Sunday. */
static void half_of_a_calendar_test_counts_where_other_parts_have_bars(void **state)
{
  (void)state;
  bt_window_rule rule = rule_of("1y", "1b", "6m", "6m");
  expect_one(&rule, "2020-01-01", "2021-07-02", "2020-01-01..2020-12-31 2021-01-04..2021-07-01");
  expect_one(&rule, "2020-01-01", "2021-07-01", /* all of it, and nothing behind */
             "2020-01-01..2020-12-31 2021-01-04..2021-07-01");
  expect_one(&rule, "2020-01-01", "2021-04-05", "2020-01-01..2020-12-31 2021-01-04..2021-04-05");
  expect_failure(&rule, "2020-01-01", "2021-04-02", BT_ERR_DATA, "no window");
}

/* 130 trading days are 26 weeks: from 2020-01-01 to 2020-07-01, from 2020-04-01 to 2020-09-30. */
static void a_train_part_in_bars_leaves_the_last_calendar_test(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("130b", "0d", "3m", "3m");
  static const char *const last[] = {"2020-09-30", "2020-09-29", "2020-09-15", "2020-08-17"};
  static const char *const test_last[] = {"2020-09-29", "2020-09-29", "2020-09-15", "2020-08-17"};
  for (size_t i = 0; i < 4; i++) {
    bt_window *windows = make(&n, &rule, "2020-01-01", last[i]);
    assert_int_equal(n, 1);
    assert_int_equal(windows[0].test_first, day_of("2020-07-01"));
    assert_int_equal(windows[0].test_last, day_of(test_last[i]));
    free(windows);
  }
  expect_failure(&rule, "2020-01-01", "2020-08-14", BT_ERR_DATA, "no window"); /* 45 of 92 days */
}

/* Three weeks without trading from 2020-04-01 on shift what is counted in bars: the test part, from
 * 2020-01-29, ends before 2020-05-20. */
static void a_test_part_whose_end_is_not_reached_goes_to_the_last_day(void **state)
{
  (void)state;
  bt_window_rule rule = rule_of("20b", "0d", "3m", "3m");
  bt_calendar over = make_days("2020-01-01", "2020-05-20");
  drop_days(&over, "2020-04-01", "2020-04-21");
  for (size_t n_missing = 0; n_missing < 2; n_missing++, over.n_days--)
    expect_one_over(&rule, &over, "2020-01-01..2020-01-28 2020-01-29..2020-05-19");
  free((void *)over.days);
}

/* From 2020-01-01 on 20 trading days lead to 2020-02-17, from 2020-01-15 on to 2020-02-18: days
 * without trading leave one day of the fourteen of the test part. */
static void a_short_test_part_that_is_complete_is_kept(void **state)
{
  (void)state;
  bt_window_rule rule = rule_of("20b", "0d", "2w", "2w");
  bt_calendar over = make_days("2020-01-01", "2020-02-17");
  drop_days(&over, "2020-01-02", "2020-01-20");
  expect_one_over(&rule, &over, "2020-01-01..2020-02-16 2020-02-17..2020-02-17");
  free((void *)over.days);
}

static void overlapping_tests_may_each_be_cut(void **state)
{
  (void)state;
  size_t n = 0;
  bt_window_rule rule = rule_of("1y", "0d", "6m", "1m");
  bt_window *windows = make(&n, &rule, "2020-01-01", "2021-06-30");
  assert_int_equal(n, 3); /* of the 183 days from April on there are 91: less than half */
  assert_string_equal(text_of(&windows[1]), "2020-02-01..2021-01-31 2021-02-01..2021-06-30");
  assert_string_equal(text_of(&windows[2]), "2020-03-01..2021-02-28 2021-03-01..2021-06-30");
  free(windows);
}

static void a_step_longer_than_the_test_is_refused(void **state)
{
  (void)state;
  bt_window_rule rule = rule_of("1y", "0d", "3m", "6m");
  expect_failure(&rule, "2020-01-01", "2023-12-31", BT_ERR_USAGE, "--step: is longer than --test");
  rule = rule_of("1y", "0d", "30d", "1m");
  expect_failure(&rule, "2020-01-01", "2023-12-31", BT_ERR_USAGE,
                 "one test part ends on 2021-01-30, the next begins on 2021-02-01");
}

static void parts_of_no_length_are_refused(void **state)
{
  (void)state;
  bt_window_rule rule = rule_of("0y", "0d", "3m", "3m");
  expect_failure(&rule, "2020-01-01", "2023-12-31", BT_ERR_USAGE, "--train");
  rule = rule_of("1y", "0d", "0", "3m");
  expect_failure(&rule, "2020-01-01", "2023-12-31", BT_ERR_USAGE, "--test");
  rule = rule_of("1y", "0d", "3m", "0w");
  expect_failure(&rule, "2020-01-01", "2023-12-31", BT_ERR_USAGE, "--step");
}

static void lengths_beyond_the_data_make_no_window(void **state)
{
  (void)state;
  bt_window_rule rule = rule_of("1000000y", "1000000y", "1000000m", "1000000m");
  expect_failure(&rule, "2020-01-01", "2023-12-31", BT_ERR_DATA, "no window");
  rule = rule_of("1000000", "1000000", "1000000", "1000000");
  expect_failure(&rule, "2020-01-01", "2023-12-31", BT_ERR_DATA, "no window");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(durations_are_read_in_each_unit),
      cmocka_unit_test(what_is_no_duration_is_refused),
      cmocka_unit_test(five_years_make_six_windows_of_two_years_and_half_a_year),
      cmocka_unit_test(anchored_windows_all_begin_at_the_origin),
      cmocka_unit_test(a_gap_lies_between_train_and_test),
      cmocka_unit_test(months_are_cut_at_their_end_and_do_not_drift),
      cmocka_unit_test(bars_are_days_on_which_the_universe_trades),
      cmocka_unit_test(units_may_differ),
      cmocka_unit_test(a_test_part_is_kept_from_half_of_its_length_on),
      cmocka_unit_test(half_of_a_calendar_test_counts_where_other_parts_have_bars),
      cmocka_unit_test(a_train_part_in_bars_leaves_the_last_calendar_test),
      cmocka_unit_test(a_test_part_whose_end_is_not_reached_goes_to_the_last_day),
      cmocka_unit_test(a_short_test_part_that_is_complete_is_kept),
      cmocka_unit_test(overlapping_tests_may_each_be_cut),
      cmocka_unit_test(a_step_longer_than_the_test_is_refused),
      cmocka_unit_test(parts_of_no_length_are_refused),
      cmocka_unit_test(lengths_beyond_the_data_make_no_window),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
