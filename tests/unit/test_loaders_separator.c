/* Which of , ; tab | parts the fields, and which decimal mark the numbers have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "loaders/separator.h"

static void the_separator_is_the_one_that_splits_lines_evenly(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    char separator;
  } cases[] = {
      {"Date,Open\n2020-01-02,1\n", ','},
      {"Date;Open\n2020-01-02;1\n", ';'},
      {"Date\tOpen\n2020-01-02\t1\n", '\t'},
      {"Date|Open\r\n2020-01-02|1\r\n", '|'},
      /* decimal commas are as many as semicolons, but for the header */
      {"Date;Open;Close\n2020-01-02;1,5;2,5\n2020-01-03;1,5;2,5\n", ';'},
      /* one name with commas against rows with tabs */
      {"a, b, c, d\n1\t2\t3\n4\t5\t6\n", '\t'},
      /* a comment with semicolons, a blank line */
      {"# a;b;c;d;e;f\n\nDate,Open\n2020-01-02,1\n", ','},
      /* separators inside quotes are none */
      {"Name,Open\n\"a;b;c;d\",1\n\"a;b;c;d\",1\n", ','},
      {"AAPL\nMSFT\n", ','},
      {"", ','},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (bt_separator__find(cases[i].text) != cases[i].separator)
      fail_msg("'%c' for: %s", bt_separator__find(cases[i].text), cases[i].text);
}

static void excel_names_it_on_a_line_of_its_own(void **state)
{
  (void)state;
  assert_int_equal(bt_separator__find("sep=;\nDate,Open\n1,2\n"), ';');
  assert_int_equal(bt_separator__find("sep=\t\nDate,Open\n1,2\n"), '\t');
  assert_int_equal(bt_separator__find("sep=x\nDate,Open\n1,2\n"), ',');
  assert_int_equal(bt_separator__find("sep="), ',');
}

static void lines_end_in_lf_and_the_last_one_in_nothing(void **state)
{
  (void)state;
  const char *text = "a\r\n\nb";
  const char *second = bt_separator__next_line(text), *third = bt_separator__next_line(second);
  assert_ptr_equal(second, text + 3);
  assert_ptr_equal(third, text + 4);
  assert_ptr_equal(bt_separator__next_line(third), text + 5);
  assert_ptr_equal(bt_separator__next_line(text + 5), text + 5);
}

/* The mark of the numbers in rows first, first + 1, ... of a text. */
static char mark_of(const char *text, char separator, size_t first)
{
  struct csv_parser parser;
  bt_cells cells = {0};
  if (csv_init(&parser, CSV_APPEND_NULL | CSV_REPALL_NL) != 0) abort();
  csv_set_delim(&parser, (unsigned char)separator);
  assert_true(bt_cells__read(&cells, &parser, text, strlen(text), BT_CELLS_ROWS_MOST, 1));
  bool shown;
  char mark = bt_separator__decimal_mark(&shown, &cells, first, separator);
  bt_cells__clear(&cells);
  csv_free(&parser);
  return mark;
}

static void the_decimal_mark_is_what_most_numbers_show(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    char separator, mark;
  } cases[] = {
      {"2020-01-02;1,5;2,25\n", ';', ','},
      {"2020-01-02;1.5;2.25\n", ';', '.'},
      {"2020-01-02;1.234,5;2\n", ';', ','},
      {"2020-01-02,\"1,234.5\",2\n", ',', '.'},
      {"2020-01-02,\"1,5\",\"2,25\"\n", ',', ','},
      {"2020-01-02;1;2\n", ';', '.'},
      {"$1,5;x.y;2,5\n", ';', ','},   /* signs around numbers; words count for nothing */
      {"02.01.2020;1,5\n", ';', ','}, /* nor do dates */
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (mark_of(cases[i].text, cases[i].separator, 0) != cases[i].mark)
      fail_msg("not '%c': %s", cases[i].mark, cases[i].text);
}

/* 1,234 may be a thousand or one and a bit: it is the latter where commas are free to be marks. */
static void a_comma_before_three_digits_is_unclear(void **state)
{
  (void)state;
  assert_int_equal(mark_of("2020-01-02;1,234\n", ';', 0), ',');
  assert_int_equal(mark_of("2020-01-02,\"1,234\"\n", ',', 0), '.');
}

static void the_header_says_nothing_about_the_mark(void **state)
{
  (void)state;
  assert_int_equal(mark_of("1,5;2,5;3,5\n1.5;2;3\n", ';', 1), '.');
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_separator_is_the_one_that_splits_lines_evenly),
      cmocka_unit_test(excel_names_it_on_a_line_of_its_own),
      cmocka_unit_test(lines_end_in_lf_and_the_last_one_in_nothing),
      cmocka_unit_test(the_decimal_mark_is_what_most_numbers_show),
      cmocka_unit_test(a_comma_before_three_digits_is_unclear),
      cmocka_unit_test(the_header_says_nothing_about_the_mark),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
