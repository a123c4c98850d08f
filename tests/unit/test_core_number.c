/* Doubles as text and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "tests/support/make_bars.h"

static void check_text(double value, const char *expected)
{
  char text[BT_NUMBER_TEXT_SIZE];
  assert_string_equal(bt_number_format(text, value), expected);
}

static void whole_numbers_have_no_point_and_no_exponent(void **state)
{
  (void)state;
  check_text(0, "0");
  check_text(20, "20");
  check_text(-7, "-7");
  check_text(100000000, "100000000");
  check_text(999999999999999.0, "999999999999999");
  check_text(1e15, "1e+15");
}

static void minus_zero_is_zero(void **state)
{
  (void)state;
  volatile double zero = 0;
  check_text(-zero, "0");
}

static void fractions_are_as_short_as_they_can_be(void **state)
{
  (void)state;
  check_text(0.1, "0.1");
  check_text(0.1 + 0.2, "0.30000000000000004");
  check_text(12345678.9, "12345678.9");
  check_text(1e-5, "1e-05");
  check_text(-2.5, "-2.5");
  check_text(1.0 / 3, "0.3333333333333333");
  check_text(5e-324, "5e-324");
  check_text(1.7976931348623157e308, "1.7976931348623157e+308");
}

static void what_is_not_finite_has_a_name(void **state)
{
  (void)state;
  check_text((double)NAN, "nan");
  check_text((double)INFINITY, "inf");
  check_text(-(double)INFINITY, "-inf");
}

static void any_double_reads_back_to_its_bits(void **state)
{
  (void)state;
  test_random random = {7};
  for (int i = 0; i < 200000; i++) {
    uint64_t bits = random_bits(&random);
    double value, back = 0;
    char text[BT_NUMBER_TEXT_SIZE];
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) continue;
    assert_true(bt_number_parse(&back, bt_number_format(text, value)));
    assert_memory_equal(&back, &value, sizeof value);
  }
}

static void numbers_of_every_form_are_read(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    double value;
  } cases[] = {{"20", 20}, {"-0.5", -0.5}, {"+3", 3},       {".5", 0.5},
               {"5.", 5},  {"1e-3", 1e-3}, {"1E3", 1000},   {"2.5e+2", 250},
               {"007", 7}, {"0.1", 0.1},   {"1e-400", 0.0}, {"4.9406564584124654e-324", 5e-324}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double value = -99;
    assert_true(bt_number_parse(&value, cases[i].text));
    assert_true(value == cases[i].value);
  }
}

static void other_text_is_refused_and_leaves_the_value_alone(void **state)
{
  (void)state;
  static const char *const texts[] = {"",    " 1",    "1 ",  "1,5",  "0x10",     "nan", "inf",
                                      "1e",  "1e+",   "--1", "1.2.", "infinity", ".",   "+",
                                      "1_0", "1e999", "e5",  "-",    "٣"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    double value = 42;
    assert_false(bt_number_parse(&value, texts[i]));
    assert_true(value == 42);
  }
}

static void a_number_of_five_hundred_digits_is_refused(void **state)
{
  (void)state;
  char text[502];
  double value = 42;
  memset(text, '0', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  assert_false(bt_number_parse(&value, text));
  text[480] = '\0';
  assert_true(bt_number_parse(&value, text));
  assert_true(value == 0);
}

static void a_number_times_a_power_of_ten_is_rounded_once(void **state)
{
  (void)state;
  double value = 0;
  assert_true(bt_number_parse_scaled(&value, "5%", 1, -2) && value == 0.05);
  assert_true(bt_number_parse_scaled(&value, "7", 1, -2) && value == 0.07);
  assert_true(bt_number_parse_scaled(&value, "0.1xyz", 3, -2) && value == 0.001);
  assert_true(bt_number_parse_scaled(&value, "-2.5", 4, -4) && value == -0.00025);
  assert_true(bt_number_parse_scaled(&value, "1e3", 3, 0) && value == 1000);
  value = 42;
  assert_false(bt_number_parse_scaled(&value, "5", 0, 0));
  assert_false(bt_number_parse_scaled(&value, "5", 0, -2));
  assert_false(bt_number_parse_scaled(&value, "1e3", 3, -2));
  assert_false(bt_number_parse_scaled(&value, "x", 1, -2));
  char digits[600];
  memset(digits, '0', sizeof digits);
  assert_false(bt_number_parse_scaled(&value, digits, sizeof digits, -2));
  assert_true(value == 42);
}

static void a_comma_locale_changes_nothing(void **state)
{
  (void)state;
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8"};
  const char *set = NULL;
  for (size_t i = 0; i < 4 && !set; i++) set = setlocale(LC_NUMERIC, names[i]);
  if (!set) {
    printf("skipped: no locale with a decimal comma is installed (de_DE, fr_FR)\n");
    skip();
  }
  char text[BT_NUMBER_TEXT_SIZE];
  double value = 0;
  bt_number_format(text, 1.25);
  bool read = bt_number_parse(&value, "2.5e1"), comma = bt_number_parse(&value, "2,5");
  (void)setlocale(LC_NUMERIC, "C");
  assert_string_equal(text, "1.25");
  assert_true(read && value == 25);
  assert_false(comma);
}

static void commas_group_by_thousands(void **state)
{
  (void)state;
  static const struct {
    const char *digits, *grouped;
  } cases[] = {{"", ""},
               {"7", "7"},
               {"123", "123"},
               {"1234", "1,234"},
               {"12345", "12,345"},
               {"123456", "123,456"},
               {"1234567", "1,234,567"},
               {"1000000000000", "1,000,000,000,000"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[32];
    (void)snprintf(text, sizeof text, "%s", cases[i].digits);
    assert_string_equal(bt_number_group(text, sizeof text), cases[i].grouped);
  }
}

static void digits_stay_as_they_are_where_commas_do_not_fit(void **state)
{
  (void)state;
  char text[9] = "1234567";
  assert_string_equal(bt_number_group(text, sizeof text), "1234567");
  char wider[10] = "1234567";
  assert_string_equal(bt_number_group(wider, sizeof wider), "1,234,567");
}

static void a_bare_number_in_per_cent_has_no_digits_from_rounding(void **state)
{
  (void)state;
  static const char *const cases[][2] = {
      {"15", "1500"}, {"1.1", "110"}, {"0.07", "7"}, {"1e2", "10000"}, {"2.5", "250"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[BT_NUMBER_TEXT_SIZE];
    assert_string_equal(bt_number_format_percent(text, cases[i][0]), cases[i][1]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_numbers_have_no_point_and_no_exponent),
      cmocka_unit_test(minus_zero_is_zero),
      cmocka_unit_test(fractions_are_as_short_as_they_can_be),
      cmocka_unit_test(what_is_not_finite_has_a_name),
      cmocka_unit_test(any_double_reads_back_to_its_bits),
      cmocka_unit_test(numbers_of_every_form_are_read),
      cmocka_unit_test(other_text_is_refused_and_leaves_the_value_alone),
      cmocka_unit_test(a_number_of_five_hundred_digits_is_refused),
      cmocka_unit_test(a_number_times_a_power_of_ten_is_rounded_once),
      cmocka_unit_test(a_comma_locale_changes_nothing),
      cmocka_unit_test(commas_group_by_thousands),
      cmocka_unit_test(digits_stay_as_they_are_where_commas_do_not_fit),
      cmocka_unit_test(a_bare_number_in_per_cent_has_no_digits_from_rounding),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
