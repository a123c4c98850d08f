/* The symbols of a universe file: a list with one a line, or a column of a CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/list_scene.h"

/* The symbols read, in their order, with blanks between them. */
static void check_symbols(const char *text, const char *expected)
{
  bt_universe universe;
  bt_error err;
  char found[1024] = "";
  if (read_list(&universe, text, &err) != BT_OK) fail_msg("'%s': %s", text, err.message);
  for (size_t i = 0; i < universe.n_entries; i++) {
    size_t used = strlen(found);
    (void)snprintf(found + used, sizeof found - used, "%s%s", i ? " " : "",
                   universe.entries[i].symbol);
    assert_null(universe.entries[i].path);
  }
  if (strcmp(found, expected) != 0) fail_msg("'%s' gives '%s', not '%s'", text, found, expected);
  bt_universe_clear(&universe);
}

/* ---- one symbol a line ---------------------------------------------------------------------- */

static void a_list_keeps_its_order(void **state)
{
  (void)state;
  check_symbols("MSFT\nAAPL\nBRK.B\n", "MSFT AAPL BRK.B");
  check_symbols("MSFT", "MSFT");
}

static void blanks_comments_and_line_ends_are_no_part_of_a_symbol(void **state)
{
  (void)state;
  check_symbols("# three\r\n\r\nBRK.B\r\n  ^GSPC  \r\n\t\n# next\r\nBF-B # behind",
                "BRK.B ^GSPC BF-B");
  check_symbols("\tAAPL\t\n", "AAPL");
}

static void quotes_around_a_symbol_are_taken_off(void **state)
{
  (void)state;
  check_symbols("\"AAPL\"\n \"MSFT\" # quoted\nIBM\n", "AAPL MSFT IBM");
  check_symbols("\" AAPL \"\n\"\"\nMSFT\n", "AAPL MSFT");
  check_refused("AAPL\n \"MSFT\nIBM\"\n", "list.txt:2:2: a quote is never closed: '\"MSFT'");
  check_refused("AAPL\n\"\n", "list.txt:2:1: a quote is never closed: '\"'");
  check_refused("AAPL\n\"AAPL\"\n", "list.txt:2: AAPL is in the list already, on line 1");
}

static void a_line_with_more_than_a_symbol_is_refused(void **state)
{
  (void)state;
  static const char rest[] = " (a list has one symbol a line, a CSV a Symbol column)";
  static const struct {
    const char *text, *start;
  } cases[] = {
      {"AAPL\nMSFT,Microsoft\n", "list.txt:2:5: more than a symbol: 'MSFT,Microsoft'"},
      {"AAPL;Apple\n", "list.txt:1:5: more than a symbol: 'AAPL;Apple'"},
      {"# a\n AAPL\tApple\n", "list.txt:2:6: more than a symbol: 'AAPL Apple'"},
      {"\"BRK,B\"\n", "list.txt:1:5: more than a symbol: '\"BRK,B\"'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char message[256];
    (void)snprintf(message, sizeof message, "%s%s", cases[i].start, rest);
    check_refused(cases[i].text, message);
  }
}

static void a_line_cut_in_a_message_is_short(void **state)
{
  (void)state;
  bt_universe universe;
  bt_error err;
  assert_int_equal(
      read_list(&universe, "AAPL,Apple,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n", &err),
      BT_ERR_DATA);
  assert_non_null(strstr(err.message, "'AAPL,Apple,1,2,3,4,5,6,7,8,9,10,11,1...' ("));
  bt_universe_clear(&universe);
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static void a_csv_has_its_symbols_in_the_symbol_column(void **state)
{
  (void)state;
  check_symbols("Symbol,Name\nAAPL,Apple\nMSFT,Microsoft\n", "AAPL MSFT");
  check_symbols("Name;SYMBOL\r\nApple;AAPL\r\n", "AAPL");
  check_symbols("Rank|symbol |Name\n1|AAPL|Apple\n", "AAPL");
  check_symbols("Name\tSymbol\nApple\tAAPL\n", "AAPL");
  check_symbols("Symbol\nAAPL\nMSFT", "AAPL MSFT");
  check_symbols("\"Symbol\"\n\"AAPL\"\n", "AAPL");
}

static void a_separator_inside_quotes_splits_no_header(void **state)
{
  (void)state;
  check_symbols("\"Company, long name\",Symbol,Sector\n\"Apple, Inc\",AAPL,Tech\n", "AAPL");
  check_symbols("\"Name, \"\"short\"\"\",\"Symbol\"\nApple,AAPL\n", "AAPL");
  check_symbols("\"Symbol, old\",Symbol\nX,AAPL\n", "AAPL");
}

static void a_header_may_run_over_lines(void **state)
{
  (void)state;
  check_symbols("\"Company\nname\",Symbol\nApple,AAPL\n", "AAPL");
  check_refused("\"Company\nname\",Symbol\nApple,AAPL\nApple,AAPL\n",
                "list.txt:4: AAPL is in the list already, on line 3");
}

static void comments_and_blank_lines_stand_before_a_header_and_between_rows(void **state)
{
  (void)state;
  check_symbols("# from the web\n\nName,Symbol\n\nApple,AAPL\n\n# Cash,#\nMicrosoft,MSFT\n",
                "AAPL MSFT");
}

static void rows_without_a_symbol_are_no_ticker(void **state)
{
  (void)state;
  check_symbols("Name,Symbol\nApple, AAPL \nCash,\nTotal\nMicrosoft,MSFT\n", "AAPL MSFT");
}

static void a_field_that_runs_over_lines_does_not_shift_the_count(void **state)
{
  (void)state;
  check_refused("Name,Symbol\n\"Apple\nInc\",AAPL\nM,MSFT\r\nM,MSFT\n",
                "list.txt:5: MSFT is in the list already, on line 4");
}

static void a_quote_never_closed_is_refused(void **state)
{
  (void)state;
  check_refused("Name,Symbol\nApple,AAPL\nMicrosoft,\"MSFT\nIBM,IBM\n",
                "list.txt:3: a quote is never closed: 'MSFT IBM,IBM '");
}

/* A list may begin with a company of that name, or with a word that only looks like it. */
static void a_header_without_symbol_is_no_header(void **state)
{
  (void)state;
  check_symbols("SYMBOLS\nAAPL\n", "SYMBOLS AAPL");
  check_refused("Ticker,Name\nAAPL,Apple\n",
                "list.txt:1:7: more than a symbol: 'Ticker,Name' (a list has one symbol a line, a "
                "CSV a Symbol column)");
}

/* ---- both ----------------------------------------------------------------------------------- */

static void a_symbol_twice_names_both_lines(void **state)
{
  (void)state;
  check_refused("BRK.B\nBF-B\nBRK.B\n", "list.txt:3: BRK.B is in the list already, on line 1");
  /* of several the first that comes again */
  check_refused("C\nB\nA\n\nB\nA\nC\nB\n", "list.txt:5: B is in the list already, on line 2");
  check_symbols("aapl\nAAPL\n", "aapl AAPL");
}

static void the_star_is_the_portfolio(void **state)
{
  (void)state;
  check_refused("AAPL\n  *\n", "list.txt:2: '*' stands for the portfolio, it is no symbol");
  check_refused("Name,Symbol\nAll,*\n",
                "list.txt:2: '*' stands for the portfolio, it is no symbol");
}

static void a_list_without_symbols_is_refused(void **state)
{
  (void)state;
  check_refused("# nothing\n\n  # here\n", "list.txt: no symbol in it");
  check_refused("\n\nName,Symbol\nCash,\n", "list.txt:3: no symbol in it, below this header");
  check_refused("Symbol\n", "list.txt:1: no symbol in it, below this header");
}

/* More entries than any first allocation holds. */
static void a_long_list_is_read_whole(void **state)
{
  (void)state;
  enum { N_SYMBOLS = 2600 };
  char text[8 * N_SYMBOLS + 1] = "";
  bt_universe universe;
  bt_error err;
  for (size_t i = 0; i < N_SYMBOLS; i++) { /* AAA, AAB, ... */
    const char name[] = {(char)('A' + i / 676), (char)('A' + i / 26 % 26), (char)('A' + i % 26),
                         '\n'};
    memcpy(text + i * sizeof name, name, sizeof name);
  }
  assert_int_equal(read_list(&universe, text, &err), BT_OK);
  assert_int_equal(universe.n_entries, N_SYMBOLS);
  assert_string_equal(universe.entries[N_SYMBOLS - 1].symbol, "DVZ");
  bt_universe_clear(&universe);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_list_keeps_its_order),
      cmocka_unit_test(blanks_comments_and_line_ends_are_no_part_of_a_symbol),
      cmocka_unit_test(quotes_around_a_symbol_are_taken_off),
      cmocka_unit_test(a_line_with_more_than_a_symbol_is_refused),
      cmocka_unit_test(a_line_cut_in_a_message_is_short),
      cmocka_unit_test(a_csv_has_its_symbols_in_the_symbol_column),
      cmocka_unit_test(a_separator_inside_quotes_splits_no_header),
      cmocka_unit_test(a_header_may_run_over_lines),
      cmocka_unit_test(comments_and_blank_lines_stand_before_a_header_and_between_rows),
      cmocka_unit_test(rows_without_a_symbol_are_no_ticker),
      cmocka_unit_test(a_field_that_runs_over_lines_does_not_shift_the_count),
      cmocka_unit_test(a_quote_never_closed_is_refused),
      cmocka_unit_test(a_header_without_symbol_is_no_header),
      cmocka_unit_test(a_symbol_twice_names_both_lines),
      cmocka_unit_test(the_star_is_the_portfolio),
      cmocka_unit_test(a_list_without_symbols_is_refused),
      cmocka_unit_test(a_long_list_is_read_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
