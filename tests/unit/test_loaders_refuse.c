/* Files that are refused, and files that a stray quote spoils. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/load_scene.h"

#define HEADER "Date,Open,High,Low,Close,Volume\n"

/* ---- files that are refused ----------------------------------------------------------------- */

static const struct {
  const char *text, *reason;
} refused[] = {
    {"", ": empty"},
    {" \n\r\n", ": empty"},
    {HEADER, ":1: header only: no rows follow"},
    {"# note\n" HEADER "\n", ":2: header only"},
    {"Date,Open,High,Low,Volume\n2020-01-02,1,2,1,5\n",
     ":1: no column for close among Date, Open, High, Low, Volume"},
    {"Open,High,Low,Close\n1,2,1,2\n", ":1: no column for date among Open, High, Low, Close"},
    {"Date,AAPL.US\n1985-10-01,0.06\n", ":1: no column for open among Date, AAPL.US"},
    {"Date,Open,High,Low,Close,Close\n2020-01-02,1,2,1,2,2\n",
     ":1: several columns could be close"},
    {"Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\nTicker,A,B,A,B,A,B,A,B,A,B\n"
     "Date,,,,,,,,,,\n2020-01-02,11,21,13,23,9,19,10,20,100,200\n",
     ":1: several columns could be open"},
    {"Attributes,Close,Close,High,Low,Open,Volume\nSymbols,A,B,A,A,A,A\nDate,,,,,,\n"
     "2020-01-03,12.5,1,13,11,11,200\n",
     ":1: several columns could be close"},
    {"Date,Open,High,Low,Close,Close,Adj Close,Volume\n2020-01-02,10,13,9,11,99,11,100\n",
     ":1: several columns could be close"},
    {"Date,Open,High,Low,Close,Adj Close,Adj Close,Volume\n2020-01-02,10,13,9,11,11,22,100\n",
     ":1: several columns could be adjusted close"},
    {"Date,Open,High,Low,Close,Open.1,High.1,Low.1,Close.1\n2020-01-02,1,2,1,2,5,6,5,6\n",
     ":1: several columns could be open"},
    {"Date,Open,High,Low,Close,Adj Close,Volume,Date.1,Open.1,High.1,Low.1,Close.1,Adj Close.1,"
     "Volume.1\n2020-01-02,1,2,1,2,2,9,2020-01-02,5,6,5,6,6,9\n",
     ":1: several columns could be open"},
    {"time,bid.o,bid.h,bid.l,bid.c,ask.o,ask.h,ask.l,ask.c\n2020-01-02,1,2,1,2,1,2,1,2\n",
     ":1: several columns could be open"},
    {"Date,AskOpen,AskHigh,AskLow,AskClose,BidOpen,BidHigh,BidLow,BidClose\n"
     "2020-01-02,1,2,1,2,1,2,1,2\n",
     ":1: several columns could be open"},
    {"# date,high,low,close,volume\n2020-01-02,1,2,1,2\n2020-01-02,1,2,1,2\n",
     ":1: no column for open among # date, high, low, close, volume"},
    {"# date,close,high,low,open\n2020-01-02,1,2,1,2,7,8\n",
     ":2: rows have 7 fields, the header names 5"},
    {"# date close high low open volume\n2020-01-02,1,2,1,2,7\n",
     ":1: this comment has the prices in another order"},
    {"# nothing\n# at all\n", ":1: no rows but comments"},
    {",,,\n,,,\n", ":1: no rows but empty ones"},
    {"date,open,high,low,close,volume,Name\n2020-01-02,1,2,1,2,9,AAL\n2020-01-03,1,2,1,2,9,AAL\n"
     "2020-01-02,1,2,1,2,9,AAP\n",
     ":4: field 7: a row of 'AAP' among rows of 'AAL': one file, one ticker"},
    {"A.US,D,20200102,000000,1,2,1,2,9,0\nB.US,D,20200103,000000,1,2,1,2,9,0\n"
     "A.US,D,20200106,000000,1,2,1,2,9,0\n",
     ":3: field 1: a row of 'A.US' among rows of 'B.US'"},
    {"\"Symbol\",\"Date\",\"Open\",\"High\",\"Low\",\"Close\"\n\"A\",\"2020-01-02\",1,2,1,2\n"
     "\"B\",\"2020-01-02\",1,2,1,2\n",
     ":3: field 1: a row of 'B' among rows of 'A'"},
    {HEADER "2021-01-29 14:30:00 EST,1,2,1,2,9\n",
     ":2: 1 of 1 rows are unusable, more than 5%; here: field 1 (Date): unknown time zone 'EST'"},
    {HEADER "20210129 14:30:00 US/Eastern,1,2,1,2,9\n",
     "field 1 (Date): unknown time zone 'US/Eastern'"},
    {"20200102,1500,10,13,9,11\n20200103,1230,10,13,9,11\n", ":1: no known layout"},
    {"1577919600,1500,10,13,9,11\n1577919660,1500,10,13,9,11\n", ":1: no known layout"},
    {"No data", ":1: no known layout: the row begins with 'No data'"},
    {"1315922016,5.8,1.0\n1315922024,5.83,3.0\n", ":1: no known layout"},
    {"2020-01-02,1,2,3,9\n2020-01-03,1,2,3,9\n", ":1: no known layout"},
    {"<!DOCTYPE html>\n<html>", ":1:1: not CSV but an HTML page"},
    {"\n<HTML><body>", ":1:1: not CSV but an HTML page"},
    {"{\"Information\": \"limit\"}", ":1:1: not CSV but JSON"},
    {"version https://git-lfs.github.com/spec/v1\n", ":1:1: not CSV but a Git LFS pointer"},
    {"Date,Open,High,Low,Close,Volume,OI\n2006-01-02,09:01:00,3,4,3,4,5,0\n"
     "2006-01-02,09:02:00,3,4,3,4,5,0\n",
     ":2: rows have 8 fields, the header names 7"},
    {HEADER "01/02/2020,1,1,1,1,1\n01/03/2020,1,1,1,1,1\n",
     ":2: field 1: ambiguous dates: no row shows whether 01/02/2020 has the day or the month "
     "first"},
    {HEADER "01.02.2020,1,1,1,1,1\n", ":2: field 1: ambiguous dates"},
    {"Date,Note,Open,High,Low,Close\n2020-01-02,\"x,1,1,1,1\n2020-01-03,y,1,1,1,1\n",
     ":2: the quote before field 2 is never closed"},
};

static void each_kind_of_broken_file_is_rejected_with_its_reason(void **state)
{
  load_scene *s = *state;
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    load_text(s, refused[i].text);
    check_rejected(s, refused[i].reason);
  }
}

static void control_bytes_are_not_text(void **state)
{
  load_scene *s = *state;
  static const char nul[] = HEADER "2020-01-02,1,1,1,1,1\n2020\0-01-03,1,1,1,1,1\n";
  load_bytes(s, nul, sizeof nul - 1);
  check_rejected(s, ":3:5: not text: byte 0x00");
}

static void what_is_no_regular_file_is_rejected_without_blocking(void **state)
{
  load_scene *s = *state;
  (void)snprintf(s->path, sizeof s->path, "%s", s->dir);
  load_path(s, s->path);
  check_rejected(s, ": not a regular file but a folder");
  test_file_write(s->path, s->dir, "P.csv", NULL);
  assert_int_equal(remove(s->path), 0);
  load_path(s, s->path);
  check_rejected(s, ": no such file");
  assert_int_equal(s->report.content_hash, 0);
  assert_int_equal(mkfifo(s->path, 0600), 0);
  load_path(s, s->path);
  check_rejected(s, ": not a regular file");
}

static void a_symbol_that_is_no_file_name_is_rejected(void **state)
{
  load_scene *s = *state;
  load_path(s, NULL);
  assert_true(s->report.rejected);
  assert_string_equal(s->report.reason, "the symbol is no file name");
}

static void a_path_of_any_length_leaves_room_for_the_reason(void **state)
{
  load_scene *s = *state;
  char path[6000];
  memset(path, 'x', sizeof path - 1);
  path[sizeof path - 1] = '\0';
  load_path(s, path);
  assert_true(s->report.rejected);
  assert_non_null(strstr(s->report.reason, "xxx: cannot open: "));
}

/* A quote that opens a field in the middle of a file would otherwise hide the rows up to the next.
 */
static void rows_that_a_quote_swallows_are_counted(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.9;
  load_text(s, "Date,Open,High,Low,Close,Note\n2020-01-02,1,1,1,1,a\n2020-01-03,1,1,1,1,\"b\n"
               "2020-01-06,1,1,1,1,c\n2020-01-07,1,1,1,1,d\"\n2020-01-08,1,1,1,1,e\n");
  check_loaded(s, 2, 3);
  assert_int_equal(s->report.n_rows, 5);
  assert_string_equal(s->report.issues[0].detail, "a quoted field runs on over several lines");
}

static void a_last_row_cut_inside_a_quote_is_one_bad_row(void **state)
{
  load_scene *s = *state;
  s->options.max_bad = 0.5;
  load_text(s, "Date,Open,High,Low,Close\n\"2020-01-02\",1,1,1,1\n\"2020-01-03\",1,1,1,\"1");
  check_loaded(s, 1, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(each_kind_of_broken_file_is_rejected_with_its_reason),
      CASE(control_bytes_are_not_text),
      CASE(what_is_no_regular_file_is_rejected_without_blocking),
      CASE(a_symbol_that_is_no_file_name_is_rejected),
      CASE(a_path_of_any_length_leaves_room_for_the_reason),
      CASE(rows_that_a_quote_swallows_are_counted),
      CASE(a_last_row_cut_inside_a_quote_is_one_bad_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
