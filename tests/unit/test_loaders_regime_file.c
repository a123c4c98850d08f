/* A file of dated regimes: what is read, and what is refused by line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "loaders/regime_file.h"
#include "tests/support/paths.h"

typedef struct scene {
  char dir[TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  bt_regime_book book;
  bt_error err;
} scene;

static int enter(void **state)
{
  scene *s = calloc(1, sizeof *s);
  if (!s) return -1;
  test_dir_make(s->dir);
  *state = s;
  return 0;
}

static int leave(void **state)
{
  scene *s = *state;
  test_dir_remove(s->dir);
  bt_regime_book_clear(&s->book);
  free(s);
  return 0;
}

static bt_status read_text(scene *s, const char *text)
{
  test_file_write(s->path, s->dir, "r.csv", text);
  bt_regime_book_clear(&s->book);
  return bt_regime_file_read(&s->book, s->path, &s->err);
}

/* The book as text: "FROM/TO=NAME" of each stretch, with blanks between them; an open end is ... */
static void check_read(scene *s, const char *text, const char *expected)
{
  char found[2048] = "", from[BT_TIME_TEXT_SIZE], to[BT_TIME_TEXT_SIZE];
  if (read_text(s, text) != BT_OK) fail_msg("'%s': %s", text, s->err.message);
  for (size_t i = 0; i < s->book.n_stretches; i++) {
    const bt_regime_stretch *stretch = &s->book.stretches[i];
    size_t used = strlen(found);
    bool whole_days = stretch->from_ns % BT_NS_PER_DAY == 0;
    bt_time_format(from, stretch->from_ns, whole_days);
    if (stretch->to_ns == INT64_MAX)
      strcpy(to, "...");
    else if ((stretch->to_ns + 1) % BT_NS_PER_DAY == 0)
      bt_time_format(to, stretch->to_ns + 1 - BT_NS_PER_DAY, true);
    else
      bt_time_format(to, stretch->to_ns, false);
    (void)snprintf(found + used, sizeof found - used, "%s%s/%s=%s", i ? " " : "", from, to,
                   s->book.names[stretch->name]);
  }
  if (strcmp(found, expected) != 0) fail_msg("'%s' gives '%s', not '%s'", text, found, expected);
}

/* The message is the path and `rest`; no book is left. */
static void check_refused(scene *s, const char *text, const char *rest)
{
  char message[2 * TEST_PATH_SIZE];
  assert_int_equal(read_text(s, text), BT_ERR_DATA);
  (void)snprintf(message, sizeof message, "%s%s", s->path, rest);
  if (strcmp(s->err.message, message) != 0)
    fail_msg("'%s' gives '%s', not '%s'", text, s->err.message, message);
  assert_null(s->book.names);
}

/* ---- what is read --------------------------------------------------------------------------- */

static void rows_are_stretches_with_whole_days(void **state)
{
  check_read(*state, "from,to,name\n2007-10-09,2009-03-09,crisis\n2020-02-19,2020-03-23,covid\n",
             "2007-10-09/2009-03-09=crisis 2020-02-19/2020-03-23=covid");
  check_read(*state, "2020-02-19,2020-02-19,one day", "2020-02-19/2020-02-19=one day");
}

static void header_comments_and_blank_lines_may_be_there(void **state)
{
  check_read(*state,
             "# by hand, \"as it was\r\n\r\nFrom,To,NAME\r\n \t\r\n"
             "2020-01-01,2020-01-31,a\r\n  # more\r\n,,\r\n2020-02-01,2020-02-29,b,,\r\n",
             "2020-01-01/2020-01-31=a 2020-02-01/2020-02-29=b");
}

static void an_empty_to_has_no_end(void **state)
{
  check_read(*state, "2020-01-01,2020-01-31,a\n2020-02-01,,b\n",
             "2020-01-01/2020-01-31=a 2020-02-01/...=b");
}

static void rows_in_any_order_are_sorted(void **state)
{
  check_read(*state, "2020-03-01,,late\n2019-01-01,2019-12-31,early\n2020-01-01,2020-02-29,mid\n",
             "2019-01-01/2019-12-31=early 2020-01-01/2020-02-29=mid 2020-03-01/...=late");
}

static void a_name_on_several_rows_is_one_regime(void **state)
{
  scene *s = *state;
  check_read(s, "2020-03-01,,calm\n2019-01-01,2019-12-31,calm\n2020-01-01,2020-02-29,wild\n",
             "2019-01-01/2019-12-31=calm 2020-01-01/2020-02-29=wild 2020-03-01/...=calm");
  assert_int_equal(s->book.n_names, 2);
  assert_string_equal(s->book.names[0], "calm");
  assert_string_equal(s->book.names[1], "wild");
}

static void other_separators_and_quotes_are_read(void **state)
{
  check_read(*state, "2020-01-01;2020-01-31;a, b\n", "2020-01-01/2020-01-31=a, b");
  check_read(*state, "2020-01-01\t2020-01-31\ta\n2020-02-01\t\tb\n",
             "2020-01-01/2020-01-31=a 2020-02-01/...=b");
  check_read(*state, " 2020-01-01 , \"2020-01-31\" ,\"the \"\"a\"\", b\"\n",
             "2020-01-01/2020-01-31=the \"a\", b");
}

static void times_of_day_are_instants(void **state)
{
  check_read(*state, "2020-01-01T09:30,2020-01-01T16:00:00Z,day\n2020-01-01T16:00:01,,night\n",
             "2020-01-01T09:30:00/2020-01-01T16:00:00=day 2020-01-01T16:00:01/...=night");
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void bad_dates_are_refused(void **state)
{
  static const char expected[] = "expected an ISO date such as 2020-02-19, not";
  static const struct {
    const char *text, *place, *cell;
  } cases[] = {
      {"2020-01-01,2020-13-01,a\n", ":1:12: ", " '2020-13-01'"},
      {"from,to,name\n01/02/2020,2020-03-01,a\n", ":2:1: ", " '01/02/2020'"},
      {",2020-03-01,a\n", ":1:1: ", " ''"},
      {"# x\n\"2020-01-01\",  2020-1-31,a\n", ":2:16: ", " '2020-1-31'"},
      {"2020-01-01,2020-01-31,a\nfrom,to,name\n", ":2:1: ", " 'from'"},
      {"start,end,regime\n", ":1:1: ", " 'start'"},
      {"2020-01-01,crisis\n", ":1:12: ", " 'crisis'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char rest[256];
    (void)snprintf(rest, sizeof rest, "%s%s%s", cases[i].place, expected, cases[i].cell);
    check_refused(*state, cases[i].text, rest);
  }
}

static void a_row_that_makes_no_sense_is_refused(void **state)
{
  check_refused(*state, "2020-01-02,2020-01-01,a\n", ":1:12: ends before it begins: '2020-01-01'");
  check_refused(*state, "2020-01-01,2020-01-31,\n", ":1:23: no name (a row is from,to,name)");
  check_refused(*state, "2020-01-01,2020-01-31,\" \"\n", ":1:23: no name (a row is from,to,name)");
  check_refused(*state, "2020-01-01\n", ":1:11: no name (a row is from,to,name)");
  check_refused(*state, "2020-01-01,2020-01-31,a,,b\n", ":1:26: more than from,to,name: 'b'");
  check_refused(*state, "2020-01-01,2020-01-31,\"a\n2020-02-01,,b\"\n",
                ":1:23: a quote is never closed");
}

static void stretches_that_overlap_are_refused_on_the_later_line(void **state)
{
  check_refused(*state, "2020-01-01,2020-01-31,a\n2020-01-31,2020-02-29,b\n",
                ":2:1: overlaps the stretch on line 1");
  check_refused(*state, "2020-03-01,,a\n\n 2019-01-01,2020-03-01,b\n",
                ":3:2: overlaps the stretch on line 1");
  check_refused(*state, "2020-01-01,,a\n2019-01-01,2019-01-02,b\n2021-01-01,2021-01-02,c\n",
                ":3:1: overlaps the stretch on line 1");
}

static void a_file_without_regimes_is_refused(void **state)
{
  scene *s = *state;
  check_refused(s, "from,to,name\n", ": no regime in it");
  check_refused(s, "# nothing yet\n", ": no regime in it");
  check_refused(s, "\n", ": empty");
  assert_int_equal(bt_regime_file_read(&s->book, "/nowhere/r.csv", &s->err), BT_ERR_IO);
  assert_string_equal(s->err.message, "/nowhere/r.csv: no such file");
}

/* Rows of one day each, with as many names. */
static void put_names(char *text, size_t size, size_t n)
{
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    char day[BT_TIME_TEXT_SIZE];
    bt_time_format(day, (int64_t)(18262 + i) * BT_NS_PER_DAY, true);
    used += (size_t)snprintf(text + used, size - used, "%s,%s,n%zu\n", day, day, i);
  }
}

static void two_hundred_names_are_the_most(void **state)
{
  scene *s = *state;
  static char text[16384];
  put_names(text, sizeof text, BT_REGIME_NAMES_MOST);
  assert_int_equal(read_text(s, text), BT_OK);
  assert_int_equal(s->book.n_names, BT_REGIME_NAMES_MOST);
  assert_string_equal(s->book.names[199], "n199");
  put_names(text, sizeof text, BT_REGIME_NAMES_MOST + 1);
  check_refused(s, text, ":201:23: more than 200 names");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(rows_are_stretches_with_whole_days),
      CASE(header_comments_and_blank_lines_may_be_there),
      CASE(an_empty_to_has_no_end),
      CASE(rows_in_any_order_are_sorted),
      CASE(a_name_on_several_rows_is_one_regime),
      CASE(other_separators_and_quotes_are_read),
      CASE(times_of_day_are_instants),
      CASE(bad_dates_are_refused),
      CASE(a_row_that_makes_no_sense_is_refused),
      CASE(stretches_that_overlap_are_refused_on_the_later_line),
      CASE(a_file_without_regimes_is_refused),
      CASE(two_hundred_names_are_the_most),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
