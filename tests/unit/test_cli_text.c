#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cli/shell_word.h"
#include "cli/text.h"

static void counts_have_a_comma_every_three_digits(void **state)
{
  (void)state;
  char text[BT_TEXT_SIZE];
  assert_string_equal(bt_text_count(text, 0), "0");
  assert_string_equal(bt_text_count(text, 999), "999");
  assert_string_equal(bt_text_count(text, 1000), "1,000");
  assert_string_equal(bt_text_count(text, 123456), "123,456");
  assert_string_equal(bt_text_count(text, UINT64_MAX), "18,446,744,073,709,551,615");
}

static void one_thing_is_singular(void **state)
{
  (void)state;
  char text[BT_TEXT_SIZE];
  assert_string_equal(bt_text_counted(text, 0, "row"), "0 rows");
  assert_string_equal(bt_text_counted(text, 1, "row"), "1 row");
  assert_string_equal(bt_text_counted(text, 99179, "combination"), "99,179 combinations");
  assert_string_equal(bt_text_counted(text, UINT64_MAX, "combination"),
                      "18,446,744,073,709,551,615 combinations");
}

static void bytes_have_two_digits_at_least(void **state)
{
  (void)state;
  char text[BT_TEXT_SIZE];
  assert_string_equal(bt_text_bytes(text, 0), "0 B");
  assert_string_equal(bt_text_bytes(text, 999), "999 B");
  assert_string_equal(bt_text_bytes(text, 1000), "1.0 kB");
  assert_string_equal(bt_text_bytes(text, 12345678), "12 MB");
  assert_string_equal(bt_text_bytes(text, 999499999), "999 MB");
  assert_string_equal(bt_text_bytes(text, 999500000), "1.0 GB");
  assert_string_equal(bt_text_bytes(text, 9960), "10 kB");
  assert_string_equal(bt_text_bytes(text, UINT64_MAX), "18446744 TB");
}

static void durations_change_their_unit(void **state)
{
  (void)state;
  char text[BT_TEXT_SIZE];
  assert_string_equal(bt_text_duration(text, 0), "0.00 s");
  assert_string_equal(bt_text_duration(text, 9.994), "9.99 s");
  assert_string_equal(bt_text_duration(text, 9.996), "10 s");
  assert_string_equal(bt_text_duration(text, 59.4), "59 s");
  assert_string_equal(bt_text_duration(text, 59.6), "1 min 0 s");
  assert_string_equal(bt_text_duration(text, 119.7), "2 min 0 s");
  assert_string_equal(bt_text_duration(text, 200), "3 min 20 s");
  assert_string_equal(bt_text_duration(text, 3599.9), "1 h 0 min");
  assert_string_equal(bt_text_duration(text, 7500), "2 h 5 min");
}

static void rates_are_short(void **state)
{
  (void)state;
  char text[BT_TEXT_SIZE];
  assert_string_equal(bt_text_rate(text, 0), "0.0");
  assert_string_equal(bt_text_rate(text, 12), "12");
  assert_string_equal(bt_text_rate(text, 1500), "1.5 k");
  assert_string_equal(bt_text_rate(text, 207e6), "207 M");
  assert_string_equal(bt_text_rate(text, 5e12), "5000 G");
}

static void control_characters_do_not_break_a_line(void **state)
{
  (void)state;
  char text[8];
  assert_string_equal(bt_text_line(text, sizeof text, "a\nb\x1b\x7f"), "a?b??");
  assert_string_equal(bt_text_line(text, sizeof text, "\xc3\xa9"), "\xc3\xa9");
  assert_string_equal(bt_text_line(text, sizeof text, "123456789"), "1234567");
}

static void a_shell_reads_a_word_as_it_was(void **state)
{
  (void)state;
  char out[64];
  static const char *const words[][2] = {
      {"r.db", "r.db"},       {"", "''"},         {"my results.db", "'my results.db'"},
      {"it's", "'it'\\''s'"}, {"a$b", "'a$b'"},   {"--rf=2%", "--rf=2%"},
      {"''", "''\\'''\\'''"}, {"a\nb", "'a\nb'"},
  };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    char *end = bt_shell_word_write(out, words[i][0]);
    assert_string_equal(out, words[i][1]);
    assert_ptr_equal(end, out + strlen(out));
    assert_true(strlen(out) < bt_shell_word_size(strlen(words[i][0])));
  }
}

static void a_line_of_words_is_what_a_shell_takes(void **state)
{
  (void)state;
  char words[][16] = {"-o", "my results.db", "it's", "--grid"};
  char *line = bt_shell_line("backtest", (char *[]){words[0], words[1], words[2], words[3], NULL});
  assert_string_equal(line, "backtest -o 'my results.db' 'it'\\''s' --grid");
  free(line);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_have_a_comma_every_three_digits),
      cmocka_unit_test(one_thing_is_singular),
      cmocka_unit_test(bytes_have_two_digits_at_least),
      cmocka_unit_test(durations_change_their_unit),
      cmocka_unit_test(rates_are_short),
      cmocka_unit_test(control_characters_do_not_break_a_line),
      cmocka_unit_test(a_shell_reads_a_word_as_it_was),
      cmocka_unit_test(a_line_of_words_is_what_a_shell_takes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
