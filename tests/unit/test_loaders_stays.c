/* Universe files with dates of membership: SYMBOL<tab>start<tab>end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "tests/support/list_scene.h"

static void append_day(char *text, size_t size, int64_t day)
{
  char day_text[BT_TIME_TEXT_SIZE] = "";
  if (day != INT64_MIN && day != INT64_MAX) bt_time_format(day_text, day * BT_NS_PER_DAY, true);
  size_t used = strlen(text);
  (void)snprintf(text + used, size - used, "%s", day_text);
}

/* The list read: "AAPL 2010-01-04..2015-06-30 2018-01-01..; MSFT ..". */
static void check(const char *text, const char *expected)
{
  bt_universe universe;
  bt_error err;
  char found[1024] = "";
  if (read_list(&universe, text, &err) != BT_OK) fail_msg("'%s': %s", text, err.message);
  for (size_t i = 0; i < universe.n_entries; i++) {
    const bt_universe_entry *entry = &universe.entries[i];
    if (i > 0) strcat(found, "; ");
    strcat(found, entry->symbol);
    for (size_t k = 0; k < entry->n_stretches; k++) {
      strcat(found, " ");
      append_day(found, sizeof found, entry->stretches[k].from_day);
      strcat(found, "..");
      append_day(found, sizeof found, entry->stretches[k].to_day);
    }
    assert_true((entry->stretches != NULL) == (entry->n_stretches > 0));
  }
  if (strcmp(found, expected) != 0) fail_msg("'%s' gives '%s', not '%s'", text, found, expected);
  bt_universe_clear(&universe);
}

/* ---- what is read --------------------------------------------------------------------------- */

static void a_line_has_a_symbol_and_its_dates(void **state)
{
  (void)state;
  check("AAPL\t2010-01-04\t2015-06-30\n", "AAPL 2010-01-04..2015-06-30");
  check("MSFT\t2010-01-04\t2010-01-04\nAAPL\t1969-12-31\t2030-01-01",
        "MSFT 2010-01-04..2010-01-04; AAPL 1969-12-31..2030-01-01");
}

static void an_empty_date_is_open(void **state)
{
  (void)state;
  check("AAPL\t\t2015-06-30\n", "AAPL ..2015-06-30");
  check("AAPL\t2010-01-04\t\n", "AAPL 2010-01-04..");
  check("AAPL\t2010-01-04\n", "AAPL 2010-01-04..");
  check("AAPL\t2010-01-04\nMSFT\t\t\nIBM\t\n", "AAPL 2010-01-04..; MSFT ..; IBM ..");
  check("MSFT\t\t\nAAPL\t2010-01-04\n", "MSFT ..; AAPL 2010-01-04..");
}

static void tabs_with_nothing_behind_them_make_no_dates(void **state)
{
  (void)state;
  check("MSFT\t\t\nAAPL\t\n", "MSFT; AAPL");
  check("MSFT\t\t\nAAPL\n", "MSFT; AAPL");
}

static void a_header_may_stand_above(void **state)
{
  (void)state;
  check("symbol\tstart\tend\nAAPL\t2010-01-04\t\n", "AAPL 2010-01-04..");
  check("# members\n\nSymbol\tStart date\tEnd date\r\nAAPL\t\t\r\n", "AAPL ..");
  check("\"Symbol\"\t\"start\"\t\"end\"\n\"AAPL\"\t\"2010-01-04\"\t\"\"\n", "AAPL 2010-01-04..");
}

/* Without reading the dates of such a file its symbols would always be members. */
static void below_a_header_a_comma_parts_as_well(void **state)
{
  (void)state;
  check("symbol,start,end\nAAPL,2010-01-04,\nAAPL,,2005-01-03\n", "AAPL ..2005-01-03 2010-01-04..");
  check("Symbol;Start;End\nAAPL;2010-01-04;2011-01-04\n", "AAPL 2010-01-04..2011-01-04");
  check("SYMBOL|START\nAAPL|2010-01-04\n", "AAPL 2010-01-04..");
  check_refused("symbol,start,end\n,2010-01-04,\n", "list.txt:2:1: no symbol before the dates");
  check_refused("symbol,start,end\nAAPL,2010-01-04,x\n", "list.txt:2:17: end 'x' is no date");
}

/* Where they stand among other columns is told by their names. */
static void a_csv_has_its_dates_in_the_columns_start_and_end(void **state)
{
  (void)state;
  check("Symbol,Name,start,end\nAAPL,Apple,2010-01-04,2015-06-30\nMSFT,Microsoft,,\n",
        "AAPL 2010-01-04..2015-06-30; MSFT ..");
  check("symbol\tstart\tend\tname\nA\t\t2011-01-04\tApple\n", "A ..2011-01-04");
  check("Symbol,start,end,name\nA,2010-01-04\nB,,2011-01-04,Bee\n",
        "A 2010-01-04..; B ..2011-01-04");
  check("END;Name;START;Symbol\r\n2011-01-04;\"A; Inc\";2010-01-04;A\r\n;A;2012-01-04;A",
        "A 2010-01-04..2011-01-04 2012-01-04..");
  check("Name,Symbol,Start date\nApple, AAPL , 4-Jan-2010 \n", "AAPL 2010-01-04..");
  check("Name,Symbol,end_date\nApple,AAPL,20100104\n", "AAPL ..2010-01-04");
  check("\"Name\",\"Symbol\",\"StartDate\"\n\"A\",\"AAPL\",\"2010-01-04\"\n", "AAPL 2010-01-04..");
  check("Name,Symbol,start,end\nCash,,,\nTotal\n\nx,#AAPL,2010-01-04,\nM,MSFT,2010-01-04,\n",
        "MSFT 2010-01-04..");
  check("Symbol,Name,Started,Trend,Weekend\nAAPL,Apple,x,y,z\n", "AAPL");
}

static void wrong_dates_of_a_csv_name_the_line(void **state)
{
  (void)state;
  check_refused("Symbol,Name,start,end\nA,\"A\nInc\",,\nB,x,2010-02-30,\n",
                "list.txt:4: start '2010-02-30' is no date");
  check_refused("Symbol,Name,start,end\nA,x,2010-01-04,2010-01-03",
                "list.txt:2: the end 2010-01-03 is before the start 2010-01-04");
  check_refused("Symbol,Name,start,end\nA,x,,2010-01-04 and a text that is rather long\n",
                "list.txt:2: end '2010-01-04 and a text that is rather...' is no date");
  check_refused("Symbol,Name,start,end\nA,x,2010-01-04,\nB,x,,\nA,y,2011-01-03,\n",
                "list.txt:4: A: these dates overlap those on line 2");
  check_refused("Symbol,Name,start,end\nA,x,,\n,x,2010-01-04,\n",
                "list.txt:3: no symbol beside the dates");
  check_refused("Name,Symbol,start\nA,*,\n",
                "list.txt:2: '*' stands for the portfolio, it is no symbol");
}

static void comments_blanks_and_line_ends_are_no_part_of_it(void **state)
{
  (void)state;
  check(
      "# members\r\n\r\n  AAPL \t 2010-01-04 \t2015-06-30\t # left\r\n\t\n#\tx\nMSFT\t\t2012-01-03"
      "# gone\n",
      "AAPL 2010-01-04..2015-06-30; MSFT ..2012-01-03");
}

static void stretches_are_sorted_and_belong_to_the_first_line(void **state)
{
  (void)state;
  check("AAPL\t2018-01-02\t\nMSFT\t2001-01-02\t\nAAPL\t2010-01-04\t2015-06-30\nIBM\t\t2001-01-02\n"
        "AAPL\t\t2001-01-02\n",
        "AAPL ..2001-01-02 2010-01-04..2015-06-30 2018-01-02..; MSFT 2001-01-02..; IBM "
        "..2001-01-02");
  check("A\t2010-01-04\t2010-01-05\nA\t2010-01-06\t2010-01-07\n",
        "A 2010-01-04..2010-01-05 2010-01-06..2010-01-07");
}

static void other_forms_that_say_which_day_they_are_are_read(void **state)
{
  (void)state;
  check("A\t20100104\t2015/06/30\n", "A 2010-01-04..2015-06-30");
  check("A\t4-Jan-2010\tJun 30, 2015\n", "A 2010-01-04..2015-06-30");
  check("A\t30/06/2010\t06/30/2015\n", "A 2010-06-30..2015-06-30");
  check("A\t05.05.2010\t2015-06-30 00:00:00\n", "A 2010-05-05..2015-06-30");
  check("A\t2010-01-04T00:00:00+05:30\t\n", "A 2010-01-04..");
}

/* Any number of symbols, each with stays on lines far apart. */
static void a_long_list_is_joined(void **state)
{
  (void)state;
  enum { N_SYMBOLS = 700, N_STAYS = 3, LINE_SIZE = 32 };
  char *text = malloc((size_t)N_SYMBOLS * N_STAYS * LINE_SIZE + 1);
  bt_universe universe;
  bt_error err;
  assert_non_null(text);
  size_t used = 0;
  for (int k = N_STAYS; k-- > 0;)
    for (int i = 0; i < N_SYMBOLS; i++)
      used += (size_t)snprintf(text + used, LINE_SIZE, "S%d\t%d-01-01\t%d-12-31\n", i, 2000 + k,
                               2000 + k);
  if (read_list(&universe, text, &err) != BT_OK) fail_msg("%s", err.message);
  assert_int_equal(universe.n_entries, N_SYMBOLS);
  for (size_t i = 0; i < N_SYMBOLS; i++) {
    const bt_universe_entry *entry = &universe.entries[i];
    assert_int_equal(atoi(entry->symbol + 1), i);
    assert_int_equal(entry->n_stretches, N_STAYS);
    for (int k = 0; k < N_STAYS; k++)
      assert_true(entry->stretches[k].from_day == bt_date_to_days((bt_date){2000 + k, 1, 1}) &&
                  entry->stretches[k].to_day == bt_date_to_days((bt_date){2000 + k, 12, 31}));
  }
  bt_universe_clear(&universe);
  free(text);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void a_text_that_is_no_date_is_refused(void **state)
{
  (void)state;
  check_refused("A\t2010-01-04\nAAPL\t2010-02-30\t\n",
                "list.txt:2:6: start '2010-02-30' is no date");
  check_refused("AAPL\t2010-02-30\t\n", "list.txt:1:6: start '2010-02-30' is no date");
  check_refused("AAPL\t2010-01-04\tnow\n", "list.txt:1:17: end 'now' is no date");
  check_refused("A\t\t2010-01-04\nB\tnever\n", "list.txt:2:3: start 'never' is no date");
  check_refused("A\t1262563200\t2010-01-04\n", "list.txt:1:3: start '1262563200' is no date");
  check_refused("A\t13/13/2010\t\n", "list.txt:1:3: start '13/13/2010' is no date");
  check_refused("A\t31/02/2010\t\n", "list.txt:1:3: start '31/02/2010' is no date");
  check_refused(
      "A\t2010-01-04\t2015-06-30 16:00\n",
      "list.txt:1:14: end '2015-06-30 16:00' has a time of day; membership is by the day");
  check_refused(
      "A\t2010-01-04\t2015-06-30 24:00\n",
      "list.txt:1:14: end '2015-06-30 24:00' has a time of day; membership is by the day");
}

static void a_date_that_may_be_two_days_is_refused(void **state)
{
  (void)state;
  check_refused("A\t03/04/2010\t\n", "list.txt:1:3: start '03/04/2010' may be more than one day; "
                                     "write it as 2021-03-25");
  check_refused("A\t25.03.10\t\n", "list.txt:1:3: start '25.03.10' may be more than one day; write "
                                   "it as 2021-03-25");
}

static void an_end_before_its_start_is_refused(void **state)
{
  (void)state;
  check_refused("A\t\t\nAAPL\t2010-01-04\t2010-01-03\n",
                "list.txt:2:17: the end 2010-01-03 is before the start 2010-01-04");
}

static void stretches_that_overlap_name_both_lines(void **state)
{
  (void)state;
  check_refused("A\t2010-01-04\t2012-01-04\nB\t2010-01-04\nA\t2012-01-04\t\n",
                "list.txt:3:3: A: these dates overlap those on line 1");
  check_refused("A\t2012-01-04\t\nA\t2010-01-04\t2012-01-04\n",
                "list.txt:2:3: A: these dates overlap those on line 1");
  check_refused("A\t2010-01-04\t\nA\t2010-01-04\t\n",
                "list.txt:2:3: A: these dates overlap those on line 1");
  check_refused("A\t\t\nB\t2001-01-01\t\nA\t\t\n",
                "list.txt:3:1: A: these dates overlap those on line 1");
  /* a short one inside of a long one, and one behind it that the long one reaches as well */
  check_refused("A\t2000-01-01\t2009-01-01\nA\t2005-01-01\t2006-01-01\nA\t2008-01-01\t\n",
                "list.txt:2:3: A: these dates overlap those on line 1");
  check_refused("A\t2000-01-01\t2009-01-01\nA\t2008-01-01\t\nA\t2005-01-01\t2006-01-01\n",
                "list.txt:2:3: A: these dates overlap those on line 1");
  /* of two symbols that whose second line comes first */
  check_refused("Z\t2001-01-01\t\nA\t2001-01-01\t\nZ\t2002-01-01\t\nA\t2002-01-01\t\n",
                "list.txt:3:3: Z: these dates overlap those on line 1");
}

static void dates_stand_on_every_line_or_on_none(void **state)
{
  (void)state;
  static const char hint[] = "; write SYMBOL<tab>start<tab>end, where start or end may be empty";
  char message[256];
  (void)snprintf(message, sizeof message,
                 "list.txt:2:1: a line without dates, but line 1 has some%s", hint);
  check_refused("A\t2010-01-04\nB\n", message);
  check_refused("symbol\tstart\tend\nB\n", message);
  (void)snprintf(message, sizeof message, "list.txt:3:2: a line with dates, but line 1 has none%s",
                 hint);
  check_refused("B\n\n A\t2010-01-04\n", message);
}

static void a_fourth_field_is_refused(void **state)
{
  (void)state;
  check_refused("A\t2010-01-04\t\tApple\n",
                "list.txt:1:15: a fourth field: 'Apple' (SYMBOL, start, end)");
  check_refused("A\t2010-01-04\t2011-01-04\tApple\tTech\n",
                "list.txt:1:25: a fourth field: 'Apple' (SYMBOL, start, end)");
}

static void dates_without_a_symbol_are_refused(void **state)
{
  (void)state;
  check_refused("A\t2010-01-04\n\t2010-01-04\t2011-01-04\n",
                "list.txt:2:1: no symbol before the dates");
  check_refused("\"\"\t2010-01-04\t2011-01-04\n", "list.txt:1:1: no symbol before the dates");
  check_refused("symbol\tstart\tend\n", "list.txt:1: no symbol in it, below this header");
  check_refused("*\t2010-01-04\n", "list.txt:1: '*' stands for the portfolio, it is no symbol");
}

/* A weight or a name is no date that went wrong. */
static void other_columns_make_no_dates(void **state)
{
  (void)state;
  static const char *const texts[] = {"A\tApple\n", "A\t6.25\n", "A\t3M Company\n",
                                      "A\t1262563200\n"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    bt_universe universe;
    bt_error err;
    assert_int_equal(read_list(&universe, texts[i], &err), BT_ERR_DATA);
    assert_non_null(strstr(err.message, "list.txt:1:2: more than a symbol: "));
    bt_universe_clear(&universe);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_line_has_a_symbol_and_its_dates),
      cmocka_unit_test(an_empty_date_is_open),
      cmocka_unit_test(tabs_with_nothing_behind_them_make_no_dates),
      cmocka_unit_test(a_header_may_stand_above),
      cmocka_unit_test(below_a_header_a_comma_parts_as_well),
      cmocka_unit_test(a_csv_has_its_dates_in_the_columns_start_and_end),
      cmocka_unit_test(wrong_dates_of_a_csv_name_the_line),
      cmocka_unit_test(comments_blanks_and_line_ends_are_no_part_of_it),
      cmocka_unit_test(stretches_are_sorted_and_belong_to_the_first_line),
      cmocka_unit_test(other_forms_that_say_which_day_they_are_are_read),
      cmocka_unit_test(a_long_list_is_joined),
      cmocka_unit_test(a_text_that_is_no_date_is_refused),
      cmocka_unit_test(a_date_that_may_be_two_days_is_refused),
      cmocka_unit_test(an_end_before_its_start_is_refused),
      cmocka_unit_test(stretches_that_overlap_name_both_lines),
      cmocka_unit_test(dates_stand_on_every_line_or_on_none),
      cmocka_unit_test(a_fourth_field_is_refused),
      cmocka_unit_test(dates_without_a_symbol_are_refused),
      cmocka_unit_test(other_columns_make_no_dates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
