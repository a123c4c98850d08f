/* Dates as files write them, and what the file as a whole says about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "core/time.h"
#include "loaders/date_order.h"
#include "loaders/stamp.h"

enum { NO_ZONE = 0 };

#define COUNT(texts) (sizeof(texts) / sizeof(texts)[0])

static const struct {
  const char *text;
  const char *local; /* wall clock as ISO text */
  int zone_min;
} dates[] = {
    {"2015-01-06", "2015-01-06", NO_ZONE},
    {"2015/01/06", "2015-01-06", NO_ZONE},
    {"2015.01.06", "2015-01-06", NO_ZONE},
    {"2015-1-6", "2015-01-06", NO_ZONE},
    {"20150106", "2015-01-06", NO_ZONE},
    {"20150106.0", "2015-01-06", NO_ZONE},
    {"1927-12-30", "1927-12-30", NO_ZONE},
    {"2020-02-29", "2020-02-29", NO_ZONE},
    {" 2015-01-06 ", "2015-01-06", NO_ZONE},
    {"2015-01-06 14:30", "2015-01-06T14:30:00", NO_ZONE},
    {"2015-01-06 14:30:05", "2015-01-06T14:30:05", NO_ZONE},
    {"2015-01-06T00:00:00.000Z", "2015-01-06", NO_ZONE},
    {"2015-01-06 14:30:05.250", "2015-01-06T14:30:05.250", NO_ZONE},
    {"2015-01-06 14:30:05,250", "2015-01-06T14:30:05.250", NO_ZONE},
    {"2023-03-12 18:44:59.9999999999", "2023-03-12T18:44:59.999999999", NO_ZONE},
    {"2010.10.07 13:00", "2010-10-07T13:00:00", NO_ZONE},
    {"2015-01-06 9:30", "2015-01-06T09:30:00", NO_ZONE},
    {"2015-01-0609:30", "2015-01-06T09:30:00", NO_ZONE},
    {"2015-01-06,09:30", "2015-01-06T09:30:00", NO_ZONE},
    {"2015-01-06 9:30 AM", "2015-01-06T09:30:00", NO_ZONE},
    {"2015-01-06 12:05 am", "2015-01-06T00:05:00", NO_ZONE},
    {"2015-01-06 12:05 PM", "2015-01-06T12:05:00", NO_ZONE},
    {"2015-01-06 11:59:59PM", "2015-01-06T23:59:59", NO_ZONE},
    {"2020-11-20 06-AM", "2020-11-20T06:00:00", NO_ZONE},
    {"2020-11-20 12-PM", "2020-11-20T12:00:00", NO_ZONE},
    {"20110103 090100", "2011-01-03T09:01:00", NO_ZONE},
    {"20110103T0901", "2011-01-03T09:01:00", NO_ZONE},
    {"20110103 09:01", "2011-01-03T09:01:00", NO_ZONE},
    {"201101030901", "2011-01-03T09:01:00", NO_ZONE},
    {"20110103090105", "2011-01-03T09:01:05", NO_ZONE},
    {"201101032400", "2011-01-04", NO_ZONE},
    {"20110103240000", "2011-01-04", NO_ZONE},
    {"20110103090105250", "2011-01-03T09:01:05.250", NO_ZONE},
    {"2019-12-23 14:55:00-05:00", "2019-12-23T14:55:00", -300},
    {"2020-10-01 00:00:00+05:30", "2020-10-01", 330},
    {"2020-10-01T00:00:00+0530", "2020-10-01", 330},
    {"2020-10-01T10:00:00-05", "2020-10-01T10:00:00", -300},
    {"2021-10-11 00:00:00.000 GMT+0800", "2021-10-11", 480},
    {"2021-10-11 10:00 UTC", "2021-10-11T10:00:00", NO_ZONE},
    {"2021-10-11 10:00 UTC-3", "2021-10-11T10:00:00", -180},
    {"3-Jan-22", "2022-01-03", NO_ZONE},
    {"31-Dec-99", "1999-12-31", NO_ZONE},
    {"31 December 2010", "2010-12-31", NO_ZONE},
    {"27 Mar 2025", "2025-03-27", NO_ZONE},
    {"Mar 18, 2022", "2022-03-18", NO_ZONE},
    {"Mar. 18, 2022", "2022-03-18", NO_ZONE},
    {"Fri Mar 18 2022", "2022-03-18", NO_ZONE},
    {"Friday, March 18, 2022", "2022-03-18", NO_ZONE},
    {"2015-Jan-06", "2015-01-06", NO_ZONE},
    {"06JAN2015", "2015-01-06", NO_ZONE},
    {"6Jan15", "2015-01-06", NO_ZONE},
    {"29JAN2021:14:30:00", "2021-01-29T14:30:00", NO_ZONE},
    {"Fri Jan 29 14:30:00 2021", "2021-01-29T14:30:00", NO_ZONE},
    {"Mon Jan  4 09:05:00 2021", "2021-01-04T09:05:00", NO_ZONE},
    {"Fri Jan 29 14:30:00 UTC 2021", "2021-01-29T14:30:00", NO_ZONE},
    {"20210129143000Z", "2021-01-29T14:30:00", NO_ZONE},
    {"20210129143000.250", "2021-01-29T14:30:00.250", NO_ZONE},
    {"20210129143000+0530", "2021-01-29T14:30:00", 330},
    {"202101291430Z", "2021-01-29T14:30:00", NO_ZONE},
    {"6-Jan-2015 09:30", "2015-01-06T09:30:00", NO_ZONE},
    {"01-Okt-2021", "2021-10-01", NO_ZONE},
    {"1381017600", "2013-10-06", NO_ZONE},
    {"-630927000", "1950-01-03T14:30:00", NO_ZONE},
    {"1614643200000", "2021-03-02", NO_ZONE},
    {"-630927000000", "1950-01-03T14:30:00", NO_ZONE},
    {"1614643200000000", "2021-03-02", NO_ZONE},
    {"1443153600000000000", "2015-09-25T04:00:00", NO_ZONE},
    {"1605852000.0", "2020-11-20T06:00:00", NO_ZONE},
    {"1605852000.25", "2020-11-20T06:00:00.250", NO_ZONE},
};

static bool parse(bt_stamp *out, const char *text)
{
  return bt_stamp__parse(out, text, strlen(text));
}

static void every_form_of_a_date_is_read(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
    bt_stamp stamp;
    char text[BT_TIME_TEXT_SIZE];
    if (!dates[i].local) {
      assert_false(parse(&stamp, dates[i].text));
      continue;
    }
    if (!parse(&stamp, dates[i].text)) fail_msg("'%s' does not parse", dates[i].text);
    bt_time_format(text, stamp.local_ns, true);
    if (strcmp(text, dates[i].local) != 0 || stamp.zone_min != dates[i].zone_min)
      fail_msg("'%s' gives %s, zone %d", dates[i].text, text, stamp.zone_min);
  }
}

static void what_is_no_date_does_not_parse(void **state)
{
  (void)state;
  static const char *const texts[] = {"",
                                      "x",
                                      "Date",
                                      "2001-13-01",
                                      "2001-02-29",
                                      "2001-00-10",
                                      "2001-01-00",
                                      "2015-01-32",
                                      "not a date",
                                      "Jan 23",
                                      "Jan 2023",
                                      "2015-01",
                                      "2015",
                                      "10:02",
                                      "null",
                                      "20151301x",
                                      "1/2",
                                      "1/2/3/4",
                                      "1-2/2015",
                                      "2015-01-06x",
                                      "JAN2015",
                                      "06JANUS2015",
                                      "Jan 29 14:30:00",
                                      "Jan 29 14:30:00 21",
                                      "29 1 14:30:00 2021",
                                      "20210129143000.x",
                                      "2015-01-06 25:00",
                                      "2015-01-06 10:60",
                                      "2015-01-06 10",
                                      "2015-01-06 13:00 PM",
                                      "2015-01-06 10:00 EST",
                                      "2015-01-06 10:00+99:00",
                                      "1.5",
                                      "1.6E12",
                                      "99999999999999999999",
                                      "9223372036854775806",
                                      "-9223372036854775806",
                                      "-9223372035.999",
                                      "9223372035.999",
                                      "-",
                                      "--",
                                      "Foo 3, 2015",
                                      "3-Xyz-22",
                                      "2015-01-06 -",
                                      "12345-01-01",
                                      "0000-00-00",
                                      "2015-01-06 10:00:00 +05:3",
                                      "1.234.567",
                                      "2021-03-04 America/New_York"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    bt_stamp stamp;
    if (parse(&stamp, texts[i]) && stamp.kind != BT_STAMP_SMALL_NUMBER)
      fail_msg("'%s' parses, kind %d", texts[i], stamp.kind);
  }
}

static void small_numbers_wait_for_the_rest_of_the_file(void **state)
{
  (void)state;
  static const char *const texts[] = {"43831", "0", "86400", "-86400", "12345678"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    bt_stamp stamp;
    assert_true(parse(&stamp, texts[i]));
    assert_int_equal(stamp.kind, BT_STAMP_SMALL_NUMBER);
  }
}

static void digits_alone_may_be_a_count(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int64_t local_ns;
  } texts[] = {{"19760504", INT64_C(19760504) * 1000000000},
               {"197605041230", INT64_C(197605041230) * 1000000},
               {"197605042400", INT64_C(197605042400) * 1000000},
               {"19760504123059", INT64_C(19760504123059) * 1000},
               {"20110103240000", INT64_C(20110103240000) * 1000},
               {"19760504123059999", INT64_C(19760504123059999)}};
  for (size_t i = 0; i < COUNT(texts); i++) {
    bt_stamp stamp;
    assert_true(parse(&stamp, texts[i].text));
    assert_int_equal(stamp.kind, BT_STAMP_DATE);
    assert_true(bt_stamp__take_as_count(&stamp));
    assert_int_equal(stamp.local_ns, texts[i].local_ns);
  }
}

static void times_of_day_are_read(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int seconds; /* -1: none */
  } times[] = {{"00:00", 0},       {"09:01:00", 32460},  {"9:30", 34200},
               {"000000", 0},      {"153000", 55800},    {"93000", 34200},
               {"0930", 34200},    {"930", 34200},       {"0", 0},
               {"2:30 PM", 52200}, {"14:30:00Z", 52200}, {"24:00", 86400},
               {"2400", 86400},    {"24:01", -1},        {"5", -1},
               {"45", -1},         {"2015-01-06", -1},   {"", -1},
               {"1.0122", -1},     {"12:60", -1},        {"9999", -1},
               {"0 PM", -1}};
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    int64_t time_ns = -1;
    int16_t zone_min = 0;
    const char *text = times[i].text;
    bool read = bt_stamp__parse_time(&time_ns, &zone_min, text, strlen(text));
    if (read != (times[i].seconds >= 0)) fail_msg("'%s' is %s", text, read ? "read" : "not read");
    if (read) assert_int_equal(time_ns, times[i].seconds * BT_NS_PER_SECOND);
  }
}

/* ---- day and month ------------------------------------------------------------------------ */

static bt_status decide(bt_date_order out[BT_N_DATE_MARKS], const char *const *texts, size_t n,
                        bt_error *err)
{
  bt_date_votes votes = {0};
  for (size_t i = 0; i < n; i++) {
    bt_stamp stamp;
    assert_true(parse(&stamp, texts[i]));
    assert_int_equal(stamp.kind, BT_STAMP_PARTS);
    bt_date_order__vote(&votes, &stamp, i + 2);
  }
  return bt_date_order__decide(out, &votes, n, 0.05, (bt_place){"X.csv", 1}, err);
}

static void check_order(const char *const *texts, size_t n, bt_date_order expected)
{
  bt_date_order orders[BT_N_DATE_MARKS];
  bt_error err;
  bt_stamp first;
  if (decide(orders, texts, n, &err) != BT_OK) fail_msg("%s: %s", texts[0], err.message);
  assert_true(parse(&first, texts[0]));
  assert_int_equal(orders[first.mark], expected);
}

static void check_ambiguous(const char *const *texts, size_t n, const char *message)
{
  bt_date_order orders[BT_N_DATE_MARKS];
  bt_error err = {BT_OK, ""};
  assert_int_equal(decide(orders, texts, n, &err), BT_ERR_DATA);
  if (!strstr(err.message, message)) fail_msg("'%s' lacks '%s'", err.message, message);
}

static void one_number_above_12_settles_the_order(void **state)
{
  (void)state;
  const char *month_first[] = {"01/02/2020", "01/03/2020", "1/13/2020"};
  const char *day_first[] = {"01.02.2020", "13.02.2020"};
  const char *last_row[] = {"2/3/2020", "2/4/2020", "2/5/2020 0:00", "31/5/2020 9:30"};
  check_order(month_first, COUNT(month_first), BT_ORDER_MONTH_FIRST);
  check_order(day_first, COUNT(day_first), BT_ORDER_DAY_FIRST);
  check_order(last_row, COUNT(last_row), BT_ORDER_DAY_FIRST);
}

static void equal_day_and_month_need_no_order(void **state)
{
  (void)state;
  const char *texts[] = {"01/01/2020", "02/02/2020", "12/12/2020"};
  check_order(texts, COUNT(texts), BT_ORDER_MONTH_FIRST);
}

static void dates_that_could_be_either_are_ambiguous(void **state)
{
  (void)state;
  const char *texts[] = {"01/01/2020", "01/02/2020", "01/03/2020"};
  check_ambiguous(texts, COUNT(texts), "X.csv:3: field 1: ambiguous dates");
}

static void dates_of_both_orders_are_ambiguous(void **state)
{
  (void)state;
  const char *texts[] = {"13/01/2020", "01/14/2020", "15/01/2020", "01/16/2020"};
  check_ambiguous(texts, COUNT(texts), "X.csv:3: field 1: ambiguous dates: this row has the month");
}

static void years_of_two_digits_come_last_unless_they_cannot(void **state)
{
  (void)state;
  const char *month_first[] = {"01/13/07", "01/14/07", "1/15/07"};
  const char *day_first[] = {"13.01.21", "14.01.21", "15.01.21"};
  const char *year_first[] = {"99/12/30", "99/12/31"};
  const char *looks_like_either[] = {"15/01/27", "15/01/28", "15/01/29"};
  check_order(month_first, COUNT(month_first), BT_ORDER_MONTH_FIRST);
  check_order(day_first, COUNT(day_first), BT_ORDER_DAY_FIRST);
  check_order(year_first, COUNT(year_first), BT_ORDER_YEAR_FIRST);
  check_ambiguous(looks_like_either, COUNT(looks_like_either),
                  "X.csv:2: field 1: ambiguous dates: no row shows whether 15/01/27 begins or ends "
                  "with the year");
}

static void years_of_two_digits_that_can_be_one_thing_alone_are_that(void **state)
{
  (void)state;
  const char *monthly[] = {"15/11/96", "15/12/96", "15/01/97", "15/02/97"};
  const char *yearly[] = {"12/31/80", "12/31/81", "12/31/82"};
  const char *of_90s[] = {"97-12-30", "97-12-31", "98-01-02"};
  check_order(monthly, COUNT(monthly), BT_ORDER_DAY_FIRST);
  check_order(yearly, COUNT(yearly), BT_ORDER_MONTH_FIRST);
  check_order(of_90s, COUNT(of_90s), BT_ORDER_YEAR_FIRST);
}

/* 21-01-29 may be 2021 or 2029: in the order of the file only one reading goes forward. */
static void a_year_in_front_shows_where_the_month_turns(void **state)
{
  (void)state;
  const char *rising[] = {"21-01-28", "21-01-29", "21-02-01", "21-02-02"};
  const char *falling[] = {"21/02/02", "21/02/01", "21/01/29", "21/01/28"};
  const char *one_month[] = {"21-01-27", "21-01-28", "21-01-29"};
  const char *one_row[] = {"21-01-27"};
  check_order(rising, COUNT(rising), BT_ORDER_YEAR_FIRST);
  check_order(falling, COUNT(falling), BT_ORDER_YEAR_FIRST);
  check_ambiguous(one_month, COUNT(one_month), "whether 21-01-27 begins or ends with the year");
  check_ambiguous(one_row, COUNT(one_row), "whether 21-01-27 begins or ends with the year");
}

/* A spreadsheet that takes 13/01 for no date, and 04/01 for 4 January's other reading. */
static void each_mark_between_the_numbers_has_its_own_order(void **state)
{
  (void)state;
  const char *half_known[] = {"04-01-2021", "05-01-2021", "01/13/2021", "01/14/2021"};
  const char *both_known[] = {"13.01.2021", "14.01.2021", "01/15/2021", "02/01/2021"};
  check_ambiguous(half_known, COUNT(half_known),
                  "X.csv:2: field 1: ambiguous dates: no row shows whether 04-01-2021 has the day");
  check_order(both_known, 4, BT_ORDER_DAY_FIRST);
  check_order(both_known + 2, 2, BT_ORDER_MONTH_FIRST);
}

static void an_order_that_does_not_fit_a_row_leaves_it_undated(void **state)
{
  (void)state;
  bt_stamp stamp;
  int64_t time_ns = 0;
  assert_true(parse(&stamp, "01/14/2020 10:30"));
  assert_false(bt_date_order__resolve(&time_ns, &stamp, BT_ORDER_DAY_FIRST));
  assert_true(bt_date_order__resolve(&time_ns, &stamp, BT_ORDER_MONTH_FIRST));
  char text[BT_TIME_TEXT_SIZE];
  assert_string_equal(bt_time_format(text, time_ns, true), "2020-01-14T10:30:00");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_of_a_date_is_read),
      cmocka_unit_test(what_is_no_date_does_not_parse),
      cmocka_unit_test(small_numbers_wait_for_the_rest_of_the_file),
      cmocka_unit_test(digits_alone_may_be_a_count),
      cmocka_unit_test(times_of_day_are_read),
      cmocka_unit_test(one_number_above_12_settles_the_order),
      cmocka_unit_test(equal_day_and_month_need_no_order),
      cmocka_unit_test(dates_that_could_be_either_are_ambiguous),
      cmocka_unit_test(dates_of_both_orders_are_ambiguous),
      cmocka_unit_test(years_of_two_digits_come_last_unless_they_cannot),
      cmocka_unit_test(years_of_two_digits_that_can_be_one_thing_alone_are_that),
      cmocka_unit_test(a_year_in_front_shows_where_the_month_turns),
      cmocka_unit_test(each_mark_between_the_numbers_has_its_own_order),
      cmocka_unit_test(an_order_that_does_not_fit_a_row_leaves_it_undated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
