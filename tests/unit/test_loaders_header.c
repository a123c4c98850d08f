/* Which field of a row holds what: the cases that names alone do not tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "core/time.h"
#include "tests/support/load_scene.h"

/* Two bars each: closes 11 and 12.5, the first open 10, the first high 13. `first` and `last` are
 * the wall clocks. */
static const struct {
  const char *text, *first, *last;
} samples[] = {
    /* a time of day beside the date, whatever else the header holds */
    {"date,time,open,high,low,close,volume,Name\n2020-01-02,10:00,10,13,9,11,100,X\n"
     "2020-01-02,15:00,11,13,11,12.5,200,X\n",
     "2020-01-02T10:00:00", "2020-01-02T15:00:00"},
    {"Date,Time,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,10:00,10,13,9,11,11,100\n"
     "2020-01-02,15:00,11,13,11,12.5,12.5,200\n",
     "2020-01-02T10:00:00", "2020-01-02T15:00:00"},
    {"Symbol,Date,Timestamp,Open,High,Low,Close,Volume\nX,01/13/2020,10:00,10,13,9,11,100\n"
     "X,01/13/2020,15:00,11,13,11,12.5,200\n",
     "2020-01-13T10:00:00", "2020-01-13T15:00:00"},
    {"Date,Time,Close/Last,Volume,Open,High,Low\n01/02/2020,15:00,12.5,200,11,13,11\n"
     "01/02/2020,10:00,11,100,10,13,9\n",
     "2020-01-02T10:00:00", "2020-01-02T15:00:00"},
    {"date,timestamp,open,high,low,close,volume,Name\n"
     "2020-01-02,2020-01-02 10:00,10,13,9,11,100,X\n"
     "2020-01-02,2020-01-02 15:00,11,13,11,12.5,200,X\n",
     "2020-01-02T10:00:00", "2020-01-02T15:00:00"},
    /* a time stamp of another day is that of the download */
    {"Date,Open,High,Low,Close,Volume,Timestamp\n2020-01-02,10,13,9,11,100,2020-02-01 12:00:00\n"
     "2020-01-03,11,13,11,12.5,200,2020-02-01 12:00:00\n",
     "2020-01-02", "2020-01-03"},
    {"date,open,high,low,close,volume,Name,Timestamp\n02/01/2020,10,13,9,11,100,X,1700000000\n"
     "13/01/2020,11,13,11,12.5,200,X,1700000100\n",
     "2020-01-02", "2020-01-13"},
    /* the zone may put a time stamp on the day before */
    {"date,timestamp,open,high,low,close\n2020-01-02,2020-01-01 23:00,10,13,9,11\n"
     "2020-01-03,2020-01-02 23:00,11,13,11,12.5\n",
     "2020-01-01T23:00:00", "2020-01-02T23:00:00"},
    /* numbers below a name of dates are no times of day */
    {"date,timeframe,open,high,low,close\n2020-01-02,240,10,13,9,11\n"
     "2020-01-03,240,11,13,11,12.5\n",
     "2020-01-02", "2020-01-03"},
    /* lines between the names and the bars */
    {"Date,Close,High,Low,Open,Volume\n,X,X,X,X,X\n2020-01-02,11,13,9,10,100\n"
     "2020-01-03,12.5,13,11,11,200\n",
     "2020-01-02", "2020-01-03"},
    {",Close,High,Low,Open,Volume\n,X,X,X,X,X\nDate,,,,,\n2020-01-02,11,13,9,10,100\n"
     "2020-01-03,12.5,13,11,11,200\n",
     "2020-01-02", "2020-01-03"},
    {"Price,Date,Close,High,Low,Open,Volume\nTicker,,X,X,X,X,X\n0,2020-01-02,11,13,9,10,100\n"
     "1,2020-01-03,12.5,13,11,11,200\n",
     "2020-01-02", "2020-01-03"},
    {"Date,Open,High,Low,Close,Volume\n(UTC),(USD),(USD),(USD),(USD),(shares)\n"
     "2020-01-02,10,13,9,11,100\n2020-01-03,11,13,11,12.5,200\n",
     "2020-01-02", "2020-01-03"},
    /* names with an addition, and other vendors' names */
    {"Date,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME\n2020-01-02,10,13,9,11,100\n"
     "2020-01-03,11,13,11,12.5,200\n",
     "2020-01-02", "2020-01-03"},
    {"time,complete,volume,mid.o,mid.h,mid.l,mid.c\n2020-01-02T10:00:00.000000000Z,True,9,10,13,9,"
     "11\n"
     "2020-01-02T10:01:00.000000000Z,True,9,11,13,11,12.5\n",
     "2020-01-02T10:00:00", "2020-01-02T10:01:00"},
    {"Time,Open,High,Low,Latest,Change,Volume\n2020-01-02,10,13,9,11,1,100\n"
     "2020-01-03,11,13,11,12.5,1,200\n",
     "2020-01-02", "2020-01-03"},
    {"date\touv\thaut\tbas\tclot\tvol\tdevise\n2020-01-02\t10\t13\t9\t11\t100\tEUR\n"
     "2020-01-03\t11\t13\t11\t12.5\t200\tEUR\n",
     "2020-01-02", "2020-01-03"},
    {"Date,Open,High,Low,Close Close price adjusted for splits.,Adj Close Adjusted close price "
     "adjusted for splits and dividend and/or capital gain distributions.,Volume\n"
     "2020-01-02,10,13,9,11,11,100\n2020-01-03,11,13,11,12.5,12.5,200\n",
     "2020-01-02", "2020-01-03"},
    /* adjusted prices alone: there is nothing left to adjust */
    {"Date,Adj Open,Adj High,Adj Low,Adj Close,Adj Volume\n2020-01-02,10,13,9,11,100\n"
     "2020-01-03,11,13,11,12.5,200\n",
     "2020-01-02", "2020-01-03"},
    /* names behind a # */
    {"# made by hand\n# date,close,high,low,open,volume\n# in USD\n2020-01-02,11,13,9,10,100\n"
     "2020-01-03,12.5,13,11,11,200\n",
     "2020-01-02", "2020-01-03"},
    {"#Date;Close;High;Low;Open\n2020-01-02;11;13;9;10\n2020-01-03;12.5;13;11;11\n", "2020-01-02",
     "2020-01-03"},
    {"# date,close,high,low,open\nDate,Open,High,Low,Close\n2020-01-02,10,13,9,11\n"
     "2020-01-03,11,13,11,12.5\n",
     "2020-01-02", "2020-01-03"},
    {"# a table of date, open, high and low\n2020-01-02,10,13,9,11\n2020-01-03,11,13,11,12.5\n",
     "2020-01-02", "2020-01-03"},
};

static void the_rows_settle_date_and_time(void **state)
{
  load_scene *s = *state;
  for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
    char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE];
    load_text(s, samples[i].text);
    if (s->report.rejected) fail_msg("sample %zu: %s", i, s->report.reason);
    if (s->report.n_bars != 2 || s->report.rows_skipped != 0)
      fail_msg("sample %zu: %zu bars, %zu skipped", i, s->report.n_bars, s->report.rows_skipped);
    const bt_bars *b = s->bars;
    if (b->open[0] != 10 || b->high[0] != 13 || b->low[0] != 9 || b->close[0] != 11)
      fail_msg("sample %zu: %g %g %g %g", i, b->open[0], b->high[0], b->low[0], b->close[0]);
    bt_time_format(first, s->report.first_local_ns, true);
    bt_time_format(last, s->report.last_local_ns, true);
    if (strcmp(first, samples[i].first) != 0 || strcmp(last, samples[i].last) != 0)
      fail_msg("sample %zu: from %s to %s", i, first, last);
  }
}

static void most_rows_decide_what_a_column_is(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.4;
  load_text(s, "Date,Time,Open,High,Low,Close\n2020-01-02,,1,1,1,1\n2020-01-02,10:00,1,1,1,1\n"
               "2020-01-02,11:00,1,1,1,1\n");
  assert_int_equal(s->report.n_bars, 2);
  assert_int_equal(s->report.rows_skipped, 1);
  assert_string_equal(s->report.issues[0].detail, "field 2 (Time) is empty");
  assert_false(s->bars->daily);
}

static void check_clocks(load_scene *s, const char *text, const char *const *expected, size_t n)
{
  char clock[BT_TIME_TEXT_SIZE];
  load_text(s, text);
  if (s->report.rejected) fail_msg("%s", s->report.reason);
  assert_int_equal(s->report.n_bars, n);
  assert_int_equal(s->report.rows_skipped, 0);
  for (size_t i = 0; i < n; i++)
    assert_string_equal(bt_time_format(clock, s->bars->time_ns[i], true), expected[i]);
}

/* 30 is half past midnight beside 930, and 30 seconds past it beside 93000. */
static void whole_numbers_as_times_of_day_are_read_alike(void **state)
{
  static const char *const with_minutes[] = {"2020-01-02", "2020-01-02T00:15:00",
                                             "2020-01-02T01:00:00", "2020-01-02T09:30:00",
                                             "2020-01-03"};
  static const char *const with_seconds[] = {
      "2020-01-02T00:00:30", "2020-01-02T00:05:00", "2020-01-02T00:10:00", "2020-01-02T01:00:00",
      "2020-01-02T09:30:00", "2020-01-02T10:00:00", "2020-01-02T11:00:00"};
  load_scene *s = *state;
  check_clocks(s,
               "Date,Time,Open,High,Low,Close\n20200102,0,1,1,1,1\n20200102,15,1,1,1,1\n"
               "20200102,100,1,1,1,1\n20200102,930,1,1,1,1\n20200102,2400,1,1,1,1\n",
               with_minutes, 5);
  check_clocks(s,
               "Date,Time,Open,High,Low,Close\n20200102,30,1,1,1,1\n20200102,500,1,1,1,1\n"
               "20200102,1000,1,1,1,1\n20200102,10000,1,1,1,1\n20200102,93000,1,1,1,1\n"
               "20200102,100000,1,1,1,1\n20200102,110000,1,1,1,1\n",
               with_seconds, 7);
}

/* 0, 1, 2, ... and 0, 5, 10, ...: the first rows of a day have one digit or two. */
static void whole_numbers_from_midnight_on_are_times_of_day(void **state)
{
  load_scene *s = *state;
  for (int step = 1; step <= 5; step += 4) {
    char text[8192];
    int used = sprintf(text, "Date,Time,Open,High,Low,Close\n");
    for (int minute = 0; minute < 200; minute += step)
      used += sprintf(text + used, "20200102,%d,1,1,1,1\n", minute / 60 * 100 + minute % 60);
    load_text(s, text);
    if (s->report.rejected) fail_msg("%s", s->report.reason);
    assert_int_equal(s->report.n_bars, 200 / step);
    for (size_t i = 1; i < s->bars->n_bars; i++)
      assert_int_equal(s->bars->time_ns[i] - s->bars->time_ns[i - 1], step * 60 * BT_NS_PER_SECOND);
  }
}

/* A column that holds times in most of the first rows, and in few of all. */
static void quotes_do_not_change_what_a_column_is(void **state)
{
  load_scene *s = *state;
  int64_t first_ns[2], last_ns[2];
  for (size_t quoted = 0; quoted < 2; quoted++) {
    char text[4096];
    int used = sprintf(text, "Date,Time,Open,High,Low,Close%s\n", quoted ? ",\"Note\"" : "");
    for (int day = 1; day <= 28; day++)
      used += sprintf(text + used, "2020-01-%02d,%s,1,1,1,1\n", day, day < 10 ? "10:00" : "x");
    s->options.max_bad = 1;
    load_text(s, text);
    if (s->report.rejected) fail_msg("%s", s->report.reason);
    first_ns[quoted] = s->report.first_ns;
    last_ns[quoted] = s->report.last_ns;
  }
  assert_int_equal(first_ns[0], first_ns[1]);
  assert_int_equal(last_ns[0], last_ns[1]);
}

static void bars_that_all_end_at_24_are_days(void **state)
{
  static const char *const days[] = {"2020-01-02", "2020-01-03"};
  load_scene *s = *state;
  check_clocks(s, "Date,Open,High,Low,Close\n2020-01-02 24:00,1,1,1,1\n2020-01-03 24:00,1,1,1,1\n",
               days, 2);
  check_clocks(s,
               "Date,Time,Open,High,Low,Close\n01/02/2020,24:00,1,1,1,1\n"
               "01/03/2020,24:00,1,1,1,1\n01/13/2020,24:00,1,1,1,1\n",
               (const char *const[]){"2020-01-02", "2020-01-03", "2020-01-13"}, 3);
  load_text(s,
            "Date,Time,Open,High,Low,Close\n2020-01-02,23:00,1,1,1,1\n2020-01-02,24:00,1,1,1,1\n");
  assert_int_equal(s->bars->time_ns[1] - s->bars->time_ns[0], 3600 * BT_NS_PER_SECOND);
}

/* However many: they count neither as rows before the header nor as rows at hand. */
static void comments_stand_before_a_header(void **state)
{
  static char text[8192];
  load_scene *s = *state;
  text[0] = '\0';
  for (int i = 0; i < 100; i++) strcat(text, "# one of many\n,,,,\n");
  strcat(text, "Date,Close,High,Low,Open\n2020-01-02,11,13,9,10\n");
  load_text(s, text);
  if (s->report.rejected) fail_msg("%s", s->report.reason);
  assert_true(s->bars->open[0] == 10);
  strcpy(strstr(text, "Date"), "2020-01-02,10,13,9,11\n");
  load_text(s, text);
  if (s->report.rejected) fail_msg("%s", s->report.reason);
  assert_true(s->bars->open[0] == 10);
}

/* Each name is taken apart once, and no further than its key needs. */
static void many_long_names_cost_little(void **state)
{
  enum { N_NAMES = 1000, LENGTH = 4000 };
  load_scene *s = *state;
  size_t size = (size_t)N_NAMES * (LENGTH + 8) + 64, used = 0;
  char *text = malloc(size);
  if (!text) abort();
  for (int i = 0; i < N_NAMES; i++) {
    text[used++] = 'o';
    memset(text + used, i % 2 ? 'x' : '-', LENGTH);
    used += LENGTH;
    used += (size_t)snprintf(text + used, size - used, "%d,", i);
  }
  (void)snprintf(text + used, size - used, "\n1,2,3\n1,2,3\n");
  clock_t before = clock();
  load_text(s, text);
  assert_true(s->report.rejected);
  assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 10);
  free(text);
}

/* Names are compared with one another: only so many of them may be. */
static void fields_past_the_first_thousand_have_no_names(void **state)
{
  enum { WIDE = 20000 };
  static char text[WIDE * 24 + 256];
  load_scene *s = *state;
  size_t used = (size_t)snprintf(text, sizeof text, "Date,Open,High,Low,Close");
  for (int i = 0; i < WIDE; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, ",open%dx", i);
  (void)snprintf(text + used, sizeof text - used, ",Volume\n2020-01-02,1,1,1,1\n");
  load_text(s, text);
  assert_int_equal(s->report.n_bars, 1);
  text[8] = 'l'; /* Opel: now the price is looked for among all of them */
  load_text(s, text);
  assert_non_null(strstr(s->report.reason, ":1: no column for open among Date, Opel"));
}

/* Rows that stand for a bar are counted, whatever they lack. */
static void a_first_row_without_a_bar_is_a_bad_row(void **state)
{
  static const char *const rows[] = {"x,null,null,null,null\n", "Date,Open,High,Low,Close\n",
                                     ",-,-,-,-\n", "2020-13-01,,,,\n", "Week 1,,,,\n"};
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[256] = "Date,Open,High,Low,Close\n";
    strcat(text, rows[i]);
    strcat(text, "2020-01-02,1,1,1,1\n");
    load_text(s, text);
    if (s->report.rejected) fail_msg("%s: %s", rows[i], s->report.reason);
    assert_int_equal(s->report.n_bars, 1);
    assert_int_equal(s->report.rows_skipped, 1);
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(the_rows_settle_date_and_time),
      CASE(most_rows_decide_what_a_column_is),
      CASE(whole_numbers_as_times_of_day_are_read_alike),
      CASE(whole_numbers_from_midnight_on_are_times_of_day),
      CASE(quotes_do_not_change_what_a_column_is),
      CASE(bars_that_all_end_at_24_are_days),
      CASE(comments_stand_before_a_header),
      CASE(many_long_names_cost_little),
      CASE(fields_past_the_first_thousand_have_no_names),
      CASE(a_first_row_without_a_bar_is_a_bad_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
