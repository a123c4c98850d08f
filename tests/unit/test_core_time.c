#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/time.h"

#define SECONDS(n) ((n)*BT_NS_PER_SECOND)

static void dates_that_do_not_exist_are_invalid(void **state)
{
  (void)state;
  static const bt_date good[] = {{2024, 2, 29}, {2000, 2, 29}, {2023, 12, 31}, {1900, 1, 1}};
  static const bt_date bad[] = {{2023, 2, 29}, {1900, 2, 29}, {2023, 4, 31}, {2023, 13, 1},
                                {2023, 0, 1},  {2023, 1, 0},  {2023, 1, 32}, {2023, -1, 5}};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(bt_date_is_valid(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(bt_date_is_valid(bad[i]));
}

static void known_days_have_their_number(void **state)
{
  (void)state;
  assert_int_equal(bt_date_to_days((bt_date){1970, 1, 1}), 0);
  assert_int_equal(bt_date_to_days((bt_date){1969, 12, 31}), -1);
  assert_int_equal(bt_date_to_days((bt_date){2000, 3, 1}), 11017);
  assert_int_equal(bt_date_to_days((bt_date){2024, 2, 29}), 19782);
}

/* A calendar kept by adding one day at a time must agree on every day of five centuries. */
static void days_and_dates_agree_over_the_whole_range(void **state)
{
  (void)state;
  bt_date date = {1677, 1, 1};
  for (int64_t days = bt_date_to_days(date); date.year < 2263; days++) {
    bt_date back = bt_date_from_days(days);
    assert_true(back.year == date.year && back.month == date.month && back.day == date.day);
    assert_int_equal(bt_date_to_days(date), days);
    date.day++;
    if (bt_date_is_valid(date)) continue;
    date.day = 1;
    date.month = date.month % 12 + 1;
    date.year += date.month == 1;
  }
}

static void the_day_of_an_instant_is_the_floor(void **state)
{
  (void)state;
  assert_int_equal(bt_time_days(0), 0);
  assert_int_equal(bt_time_days(BT_NS_PER_DAY - 1), 0);
  assert_int_equal(bt_time_days(BT_NS_PER_DAY), 1);
  assert_int_equal(bt_time_days(-1), -1);
  assert_int_equal(bt_time_days(-BT_NS_PER_DAY), -1);
  assert_int_equal(bt_time_days(-BT_NS_PER_DAY - 1), -2);
}

static void weekdays_count_from_monday(void **state)
{
  (void)state;
  assert_int_equal(bt_time_weekday(0), 3);                   /* 1970-01-01: Thursday */
  assert_int_equal(bt_time_weekday(-1), 2);                  /* the day before */
  assert_int_equal(bt_time_weekday(2 * BT_NS_PER_DAY), 5);   /* Saturday */
  assert_int_equal(bt_time_weekday(4 * BT_NS_PER_DAY), 0);   /* Monday */
  assert_int_equal(bt_time_weekday(-10 * BT_NS_PER_DAY), 0); /* 1969-12-22: Monday */
}

static void instants_outside_the_range_are_refused(void **state)
{
  (void)state;
  int64_t time_ns = 5;
  assert_true(bt_time_from_date(&time_ns, (bt_date){1677, 9, 23}, 0));
  assert_int_equal(bt_time_days(time_ns), bt_date_to_days((bt_date){1677, 9, 23}));
  assert_true(bt_time_from_date(&time_ns, (bt_date){2262, 4, 10}, BT_NS_PER_DAY - 1));
  assert_int_equal(bt_time_days(time_ns), bt_date_to_days((bt_date){2262, 4, 10}));
  time_ns = 5;
  assert_false(bt_time_from_date(&time_ns, (bt_date){1677, 9, 20}, 0));
  assert_false(bt_time_from_date(&time_ns, (bt_date){2262, 4, 12}, 0));
  assert_false(bt_time_from_date(&time_ns, (bt_date){9999, 12, 31}, 0));
  assert_int_equal(time_ns, 5);
}

static void assert_parses(const char *text, int64_t expected_ns, bool expected_timed)
{
  int64_t time_ns = 0;
  bool timed = !expected_timed;
  if (!bt_time_parse(&time_ns, &timed, text)) fail_msg("'%s' does not parse", text);
  assert_int_equal(time_ns, expected_ns);
  assert_int_equal(timed, expected_timed);
  assert_true(bt_time_parse(&time_ns, NULL, text));
}

static void iso_times_are_read(void **state)
{
  (void)state;
  assert_parses("1970-01-01", 0, false);
  assert_parses("1970-01-02T00:00", BT_NS_PER_DAY, true);
  assert_parses("1970-01-01 01:02", SECONDS(3720), true);
  assert_parses("1970-01-01T01:02:03Z", SECONDS(3723), true);
  assert_parses("1970-01-01T00:00:01.5", SECONDS(1) + 500000000, true);
  assert_parses("1970-01-01T00:00:00.123456789", 123456789, true);
  assert_parses("1970-01-01T00:00:00.1234567899", 123456789, true);
  assert_parses("1969-12-31T23:59:59", SECONDS(-1), true);
}

static void what_is_not_an_iso_time_is_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {"",
                                    "2024",
                                    "2024-1-01",
                                    "2024-01-1",
                                    "2024/01/01",
                                    "2024-02-30",
                                    "2024-01-01T",
                                    "2024-01-01 ",
                                    "2024-01-01T1:00",
                                    "2024-01-01T10",
                                    "2024-01-01x",
                                    " 2024-01-01",
                                    "2024-01-01T24:00",
                                    "2024-01-01T10:60",
                                    "2024-01-01T10:00:60",
                                    "2024-01-01T10:00:",
                                    "2024-01-01T10:00:00.",
                                    "2024-01-01T10:00+01:00",
                                    "9999-01-01",
                                    "20240101"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    int64_t time_ns = 5;
    if (bt_time_parse(&time_ns, NULL, bad[i])) fail_msg("'%s' parses", bad[i]);
    assert_int_equal(time_ns, 5);
  }
}

static void times_are_written_as_short_as_they_are(void **state)
{
  (void)state;
  char text[BT_TIME_TEXT_SIZE];
  assert_string_equal(bt_time_format(text, 0, true), "1970-01-01");
  assert_string_equal(bt_time_format(text, 0, false), "1970-01-01T00:00:00");
  assert_string_equal(bt_time_format(text, SECONDS(3723), true), "1970-01-01T01:02:03");
  assert_string_equal(bt_time_format(text, -1000000, false), "1969-12-31T23:59:59.999");
  assert_string_equal(bt_time_format(text, 1, false), "1970-01-01T00:00:00.000000001");
  assert_string_equal(bt_time_format(text, INT64_MIN, false), "1677-09-21T00:12:43.145224192");
  assert_string_equal(bt_time_format(text, INT64_MAX, false), "2262-04-11T23:47:16.854775807");
}

static void what_is_written_reads_back(void **state)
{
  (void)state;
  static const int64_t times[] = {
      0, 1, -1, 999, 1000000, 86399999999999, INT64_C(1711584000000000000)};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    char text[BT_TIME_TEXT_SIZE];
    int64_t back = 0;
    assert_true(bt_time_parse(&back, NULL, bt_time_format(text, times[i], true)));
    assert_int_equal(back, times[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates_that_do_not_exist_are_invalid),
      cmocka_unit_test(known_days_have_their_number),
      cmocka_unit_test(days_and_dates_agree_over_the_whole_range),
      cmocka_unit_test(the_day_of_an_instant_is_the_floor),
      cmocka_unit_test(weekdays_count_from_monday),
      cmocka_unit_test(instants_outside_the_range_are_refused),
      cmocka_unit_test(iso_times_are_read),
      cmocka_unit_test(what_is_not_an_iso_time_is_refused),
      cmocka_unit_test(times_are_written_as_short_as_they_are),
      cmocka_unit_test(what_is_written_reads_back),
  };
  return cmocka_run_group_tests_name("core/time", tests, NULL, NULL);
}
