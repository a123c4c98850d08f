/* Good rows into bars: their times, their order, one ticker a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/load_scene.h"
#include "tests/support/make_bars.h"

#define HEADER "Date,Open,High,Low,Close,Volume\n"

static void bars_at_local_midnight_are_days_of_the_local_date(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "2020-03-06 00:00:00-05:00,1,1,1,1,1\n2020-03-09 00:00:00-04:00,1,1,1,1,1\n");
  check_loaded(s, 2, 0);
  assert_true(s->bars->daily);
  assert_int_equal(s->bars->time_ns[0], instant_of("2020-03-06"));
  assert_int_equal(s->bars->time_ns[1], instant_of("2020-03-09"));
}

/* The clock goes back: 01:30 comes twice, an hour apart. */
static void other_bars_are_turned_to_utc(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "2020-11-01 01:30:00-05:00,2,2,2,2,1\n2020-11-01 01:30:00-04:00,1,1,1,1,1\n");
  check_loaded(s, 2, 0);
  assert_false(s->bars->daily);
  assert_int_equal(s->bars->time_ns[0], instant_of("2020-11-01T05:30:00"));
  assert_int_equal(s->bars->time_ns[1], instant_of("2020-11-01T06:30:00"));
  assert_true(s->bars->close[0] == 1 && s->bars->close[1] == 2);
  assert_int_equal(s->report.first_ns, instant_of("2020-11-01T05:30:00"));
  assert_int_equal(s->report.first_local_ns, instant_of("2020-11-01T01:30:00"));
}

static void one_date_with_two_offsets_is_one_day(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, HEADER "2020-03-08 00:00:00-05:00,1,1,1,1,1\n2020-03-08 00:00:00-04:00,2,2,2,2,1\n"
                      "2020-03-09 00:00:00-04:00,3,3,3,3,1\n");
  check_loaded(s, 2, 1);
  assert_true(s->bars->close[0] == 1);
}

static void counts_of_seconds_may_pass_through_1970(void **state)
{
  load_scene *s = *state;
  load_text(s, HEADER "-172800,1,1,1,1,1\n-86400,1,1,1,1,1\n0,1,1,1,1,1\n86400,1,1,1,1,1\n"
                      "1577836800,1,1,1,1,1\n");
  check_loaded(s, 5, 0);
  assert_true(s->bars->daily);
  assert_int_equal(s->bars->time_ns[2], 0);
  assert_int_equal(s->bars->time_ns[4], instant_of("2020-01-01"));
}

static void a_layout_may_tell_the_order_of_day_and_month(void **state)
{
  load_scene *s = *state;
  s->options.layout = "dmy";
  load_text(s, HEADER "03/04/2021,1,1,1,1,1\n");
  check_loaded(s, 1, 0);
  assert_int_equal(s->bars->time_ns[0], instant_of("2021-04-03"));
  s->options.layout = "mdy";
  load_text(s, HEADER "03/04/2021,1,1,1,1,1\n");
  assert_int_equal(s->bars->time_ns[0], instant_of("2021-03-04"));
  assert_string_equal(s->report.layout, "mdy");
  s->options.layout = "ymd";
  load_text(s, HEADER "03/04/21,1,1,1,1,1\n");
  assert_int_equal(s->bars->time_ns[0], instant_of("2003-04-21"));
}

static void rows_of_the_rarer_order_are_bad_dates(void **state)
{
  load_scene *s = *state;
  char text[4096] = HEADER;
  for (int i = 1; i <= 28; i++)
    (void)snprintf(text + strlen(text), 64, "%02d/01/2020,1,1,1,1,1\n", i);
  strcat(text, "02/15/2020,1,1,1,1,1\n");
  load_text(s, text);
  check_loaded(s, 28, 1);
  assert_string_equal(s->report.issues[0].time_text, "02/15/2020");
}

/* Dates with one mark below n_stray of them with another one. */
static void put_us_dates(char *out, int n_stray)
{
  int used = sprintf(out, "%s", HEADER);
  for (int i = 0; i < n_stray; i++) used += sprintf(out + used, "%02d-09-2021,1,1,1,1,1\n", i + 1);
  for (int i = 0; i < 59; i++)
    used += sprintf(out + used, "%02d/%02d/2021,1,1,1,1,1\n", i / 28 + 1, i % 28 + 1);
}

/* One row with another mark cannot tell its order; it need not stop the other 59. */
static void a_few_dates_with_another_mark_are_bad_dates(void **state)
{
  load_scene *s = *state;
  char text[4096];
  put_us_dates(text, 1);
  load_text(s, text);
  check_loaded(s, 59, 1);
  assert_int_equal(s->report.counts[BT_ROW_BAD_DATE], 1);
  put_us_dates(text, 4);
  load_text(s, text);
  check_rejected(s, ":2: field 1: ambiguous dates: no row shows whether 01-09-2021");
}

/* As exchanges write it: the name of the day, whichever end the file begins with. */
static void a_ticker_may_get_another_name(void **state)
{
  load_scene *s = *state;
  load_text(s, "Date,Symbol,Open,High,Low,Close\n2020-01-02,UTIBANK,1,2,1,2\n"
               "2020-01-03,UtiBank,1,2,1,2\n2020-01-06,AXISBANK,1,2,1,2\n"
               "2020-01-07,AXISBANK,1,2,1,2\n");
  check_loaded(s, 4, 0);
  load_text(s, "Date,Symbol,Open,High,Low,Close\n2022-06-09,META,1,2,1,2\n"
               "2022-06-08,,1,2,1,2\n2022-06-07,FB,1,2,1,2\n2022-06-06,FB,1,2,1,2\n");
  check_loaded(s, 4, 0);
}

/* Newest first, so that the symbols without room in the list are the first in time. */
static void more_symbols_than_are_told_apart_are_several_tickers(void **state)
{
  load_scene *s = *state;
  char text[8192];
  size_t used = (size_t)snprintf(text, sizeof text, "date,symbol,open,high,low,close\n");
  for (int i = 0; i < 40; i++)
    used +=
        (size_t)snprintf(text + used, sizeof text - used, "%04d-06-01,S%d,1,1,1,1\n", 2020 - i, i);
  load_text(s, text);
  check_rejected(s, ":41: field 2: more than 32 symbols: one file, one ticker");
}

static void rows_that_are_no_bars_may_have_another_symbol(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, "Symbol,Date,Open,High,Low,Close\nSymbol,Date,Open,High,Low,Close\n"
               "a,2020-01-02,1,1,1,1\nTotal,,,,,\n,2020-01-03,1,1,1,1\nA,2020-01-06,1,1,1,1\n");
  check_loaded(s, 3, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(bars_at_local_midnight_are_days_of_the_local_date),
      CASE(other_bars_are_turned_to_utc),
      CASE(one_date_with_two_offsets_is_one_day),
      CASE(counts_of_seconds_may_pass_through_1970),
      CASE(a_layout_may_tell_the_order_of_day_and_month),
      CASE(rows_of_the_rarer_order_are_bad_dates),
      CASE(a_few_dates_with_another_mark_are_bad_dates),
      CASE(a_ticker_may_get_another_name),
      CASE(more_symbols_than_are_told_apart_are_several_tickers),
      CASE(rows_that_are_no_bars_may_have_another_symbol),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
