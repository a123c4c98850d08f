/* Numbers as vendors write them: against strtod, bit for bit, and by table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loaders/decimal.h"

/* A fixed sequence of 64 random bits (SplitMix64). */
static uint64_t next_random(uint64_t *state)
{
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static void check_like_strtod(const char *text)
{
  double got = -1, expected = strtod(text, NULL);
  bt_decimal result = bt_decimal__parse(&got, text, strlen(text), '.');
  if (isinf(expected)) {
    assert_int_equal(result, BT_DECIMAL_INFINITE);
    return;
  }
  if (result != BT_DECIMAL_OK || memcmp(&got, &expected, sizeof got) != 0)
    fail_msg("%s: read as %a (%d), strtod gives %a", text, got, (int)result, expected);
}

/* Writes n_digits random digits with a point behind n_whole of them. */
static void put_digits(char *out, uint64_t *state, int n_digits, int n_whole)
{
  for (int i = 0; i < n_digits; i++) {
    if (i == n_whole) *out++ = '.';
    *out++ = (char)('0' + next_random(state) % 10);
  }
  *out = '\0';
}

/* Reads a number with other fields behind it, and at the very end of a text. */
static void check_scan(const char *number, char mark)
{
  char text[128];
  double expected = strtod(number, NULL), got = -1;
  int length = snprintf(text, sizeof text, "%s;12345678,9", number);
  char *point = strchr(text, '.');
  if (point) *point = mark;
  for (int i = 0; i < 2; i++) { /* with room for eight bytes, and without */
    const char *end = i == 0 ? text + length : text + strlen(number);
    if (bt_decimal__scan(&got, text, end, mark) != text + strlen(number) ||
        memcmp(&got, &expected, sizeof got) != 0)
      fail_msg("%s: scanned as %a, strtod gives %a", text, got, expected);
  }
}

static void numbers_are_scanned_up_to_what_follows(void **state)
{
  (void)state;
  uint64_t random = 2;
  char text[64];
  for (int round = 0; round < 20000; round++)
    for (int n_digits = 1; n_digits <= 19; n_digits++) {
      put_digits(text, &random, n_digits, (int)(next_random(&random) % (uint64_t)(n_digits + 1)));
      check_scan(text, round % 2 ? '.' : ',');
    }
}

static void what_is_no_plain_number_is_not_scanned(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "-1,2345678",       "+1,2345678",
      " 1,2345678",       "x1,2345678",
      "\xc3\xa4,2345678", ".,12345678",
      ",12345678",        "12345678901234567890,",
      "nan,12345",        "1.00000000000000000000,",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    double value = -7;
    if (bt_decimal__scan(&value, texts[i], texts[i] + strlen(texts[i]), '.'))
      fail_msg("'%s' was scanned", texts[i]);
  }
}

static void a_scan_ends_where_the_number_does(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    double value;
    size_t length;
  } cases[] = {{"1.2.3,45678", 1.2, 3},  {"12e3,456789", 12, 2},   {"7,8901234", 7, 1},
               {"5.,1234567", 5, 2},     {".5,1234567", 0.5, 2},   {"007\n123456", 7, 3},
               {"1.50x,45678", 1.5, 4},  {"0.0,1234567", 0, 3},    {"1234567,", 1234567, 7},
               {"12.3456,", 12.3456, 7}, {"3\xc3\xa4,23456", 3, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *text = cases[i].text;
    double value = -7;
    const char *after = bt_decimal__scan(&value, text, text + strlen(text), '.');
    if (after != text + cases[i].length || value != cases[i].value)
      fail_msg("'%s' gives %g and ends at %td", text, value, after ? after - text : -1);
  }
}

static void plain_decimals_of_1_to_20_digits_are_as_strtod_reads_them(void **state)
{
  (void)state;
  uint64_t random = 1;
  char text[64];
  for (int round = 0; round < 20000; round++)
    for (int n_digits = 1; n_digits <= 20; n_digits++) {
      put_digits(text, &random, n_digits, (int)(next_random(&random) % (uint64_t)(n_digits + 1)));
      if (strcmp(text, ".") != 0) check_like_strtod(text);
    }
}

static void decimals_with_exponents_are_as_strtod_reads_them(void **state)
{
  (void)state;
  uint64_t random = 2;
  char text[64];
  for (int round = 0; round < 100000; round++) {
    int n_digits = 1 + (int)(next_random(&random) % 20);
    put_digits(text, &random, n_digits, 1 + (int)(next_random(&random) % (uint64_t)n_digits));
    size_t length = strlen(text);
    int exponent = (int)(next_random(&random) % 640) - 320;
    (void)snprintf(text + length, sizeof text - length, "e%d", exponent);
    check_like_strtod(text);
  }
}

/* Random doubles in 15 to 20 digits: where a price was a double or a float before it was text. */
static void doubles_printed_in_full_come_back_as_they_were(void **state)
{
  (void)state;
  uint64_t random = 3;
  char text[64];
  for (int round = 0; round < 200000; round++) {
    double value = (double)(next_random(&random) >> 11) * 0x1p-53 * 5000;
    if (round % 2) value = (double)(float)value;
    (void)snprintf(text, sizeof text, "%.*g", 15 + round % 4, value);
    check_like_strtod(text);
    (void)snprintf(text, sizeof text, "%.17f", value);
    check_like_strtod(text);
  }
}

/* Decimal types write doubles with all the digits they have, and more. */
static void digits_without_end_are_rounded_correctly(void **state)
{
  (void)state;
  uint64_t random = 5;
  static char text[1200];
  for (int round = 0; round < 20000; round++) {
    double value = (double)(next_random(&random) >> 11) * 0x1p-53 * 5000;
    (void)snprintf(text, sizeof text, "%.*f", 40 + round % 80, value);
    check_like_strtod(text);
  }
  /* the middle between two doubles, and a last digit behind zeros that puts it above */
  for (int zeros = 30; zeros < 1000; zeros += 40) {
    (void)snprintf(text, sizeof text, "4503599627370496.5%0*d1", zeros, 0);
    check_like_strtod(text);
  }
  memset(text, '7', 600);
  text[600] = '\0';
  double value = 1;
  assert_int_equal(bt_decimal__parse(&value, text, 600, '.'), BT_DECIMAL_INFINITE);
  text[0] = '.';
  check_like_strtod(text);
  text[0] = '7', text[300] = '.';
  check_like_strtod(text);
}

/* Numbers with 64 bits and a few decimals lie on the middle between two doubles quite often. */
static void the_middle_between_two_doubles_goes_to_the_even_one(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "9007199254740993",      "9007199254740995",     "9007199254740992.5",
      "9007199254740993.0",    "4503599627370496.5",   "4503599627370497.5",
      "2251799813685248.25",   "2251799813685248.75",  "9007199254740991.5",
      "18014398509481986",     "1801439850948198.75",  "36028797018963970",
      "1125899906842624.125",  "1125899906842624.375", "18446744073709551615",
      "9223372036854776833",   "562949953421312.0625", "0.5000000000000000555",
      "0.50000000000000005551"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) check_like_strtod(texts[i]);
  uint64_t random = 4;
  char text[64];
  for (int round = 0; round < 100000; round++) {
    uint64_t odd = (UINT64_C(1) << 53) + 1 + 2 * (next_random(&random) % 1000000);
    (void)snprintf(text, sizeof text, "%" PRIu64 "%s", odd, round % 2 ? ".0" : "");
    check_like_strtod(text);
  }
}

/* ---- forms -------------------------------------------------------------------------------- */

static const struct {
  const char *text;
  char mark;
  double value;
} numbers[] = {
    {"12.5", '.', 12.5},
    {".5", '.', 0.5},
    {"5.", '.', 5},
    {"-3.25", '.', -3.25},
    {"+3.25", '.', 3.25},
    {"007.50", '.', 7.5},
    {"$287.1", '.', 287.1},
    {" $ 1,287.10 ", '.', 1287.1},
    {"-$4.20", '.', -4.2},
    {"$-4.20", '.', -4.2},
    {"(12.50)", '.', -12.5},
    {"1,234,567.89", '.', 1234567.89},
    {"1 234 567.89", '.', 1234567.89},
    {"1'234'567.89", '.', 1234567.89},
    {"1\xc2\xa0"
     "234.5",
     '.', 1234.5},
    {"1.917,00", ',', 1917},
    {"6.099.101", ',', 6099101},
    {"0,5", ',', 0.5},
    {"255,29 \xe2\x82\xac", ',', 255.29},
    {"R$ 17,22", ',', 17.22},
    {"12.50 EUR", '.', 12.5},
    {"12.50 USD", '.', 12.5},
    {"2.11e-05", '.', 2.11e-05},
    {"1.122500E+02", '.', 112.25},
    {"1e2", '.', 100},
    {"0.00002853", '.', 0.00002853},
    {"12.950000000000000000000000000000000000000000000000000000000000", '.', 12.95},
    {"00000000000000000000000000000000000000000000000000000000000012.5", '.', 12.5},
    {"1,00,000.50", '.', 100000.5},
    {"12,34,567", '.', 1234567},
    {"1.00.00.000,5", ',', 10000000.5},
    {"1e-400", '.', 0},
    {"0e99999999", '.', 0},
};

static void decorated_numbers_are_read(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    double value = -1;
    const char *text = numbers[i].text;
    bt_decimal result = bt_decimal__parse(&value, text, strlen(text), numbers[i].mark);
    if (result != BT_DECIMAL_OK || value != numbers[i].value)
      fail_msg("'%s' gives %d and %.17g", text, (int)result, value);
  }
}

static void check_refused(const char *text, char mark, bt_decimal expected)
{
  double value = 42;
  bt_decimal result = bt_decimal__parse(&value, text, strlen(text), mark);
  if (result != expected) fail_msg("'%s' gives %d, not %d", text, (int)result, (int)expected);
  assert_true(value == 42);
}

static void what_is_unclear_is_refused(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "a",  "1.2.3", "12,34", "1,2345", "12e", "0x1p3", "1.5f",  "--5",        "5-",
      "(5", "5)",    "1..5",  "12:30",  "5 %", "5%",    "4.24M", "2015-01-06", "1,234,5",
      ",5", "1_000", "1.5.",  "1 23",   "e5",  "infin", "nanx",  "1,",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    check_refused(texts[i], '.', BT_DECIMAL_BAD);
  check_refused("255.2", ',', BT_DECIMAL_BAD);
  check_refused("1.23,5", ',', BT_DECIMAL_BAD);
}

static void missing_and_infinite_values_have_names(void **state)
{
  (void)state;
  static const char *const missing[] = {"",     "null", "NULL",   "N/A",  "n/a",
                                        "#N/A", "NaN",  "nan",    "None", "-",
                                        "--",   ".",    " null ", "NA",   "<NA>"};
  static const char *const infinite[] = {
      "inf",         "-inf",  "Infinity", "-Infinity",
      "+INF",        "1e400", "-1e400",   "1e99999999999999999999",
      "\xe2\x88\x9e"};
  for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
    check_refused(missing[i], '.', BT_DECIMAL_MISSING);
  for (size_t i = 0; i < sizeof infinite / sizeof infinite[0]; i++)
    check_refused(infinite[i], '.', BT_DECIMAL_INFINITE);
}

static void amounts_may_end_in_a_power_of_ten(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    double value;
  } amounts[] = {{"55.74M", 55740000}, {"102.62K", 102620},   {"2.31B", 2310000000},
                 {"1.5T", 1.5e12},     {"4.24 M", 4240000},   {"463146", 463146},
                 {"1.1k", 1100},       {"1,234.5K", 1234500}, {"0.1b", 100000000}};
  for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
    double value = -1;
    const char *text = amounts[i].text;
    assert_int_equal(bt_decimal__parse_amount(&value, text, strlen(text), '.'), BT_DECIMAL_OK);
    assert_true(value == amounts[i].value);
  }
}

static void the_mark_shows_where_it_can_only_be_one(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    char mark;
  } marks[] = {{"123", 0},        {"1,234", 0},       {"1.234", 0},       {"1.234,50", ','},
               {"1,234.50", '.'}, {"1.234.567", ','}, {"1,234,567", '.'}, {"17,22", ','},
               {"17.2", '.'},     {"0,123", ','},     {"0.123", '.'},     {"1234,567", ','},
               {"1234.567", '.'}, {"-0,123", ','},    {"10,123", 0}};
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
    char shown = bt_decimal__mark_shown(marks[i].text, strlen(marks[i].text));
    if (shown != marks[i].mark) fail_msg("'%s' shows '%c'", marks[i].text, shown);
  }
}

/* Where the system has no locale with a decimal comma there is nothing to try. */
static void a_locale_with_a_decimal_comma_changes_nothing(void **state)
{
  (void)state;
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "pl_PL"};
  const char *found = NULL;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++)
    found = setlocale(LC_ALL, names[i]);
  if (!found) {
    printf("skipped: no locale with a decimal comma is installed\n");
    skip();
  }
  static const char *const texts[] = {"12.5", "1.5e-200", "123456789012345678901234.5", "1e300"};
  double values[4], expected[] = {12.5, 1.5e-200, 123456789012345678901234.5, 1e300};
  bt_decimal results[4];
  for (size_t i = 0; i < 4; i++)
    results[i] = bt_decimal__parse(&values[i], texts[i], strlen(texts[i]), '.');
  (void)setlocale(LC_ALL, "C");
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(results[i], BT_DECIMAL_OK);
    assert_true(values[i] == expected[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_scanned_up_to_what_follows),
      cmocka_unit_test(what_is_no_plain_number_is_not_scanned),
      cmocka_unit_test(a_scan_ends_where_the_number_does),
      cmocka_unit_test(plain_decimals_of_1_to_20_digits_are_as_strtod_reads_them),
      cmocka_unit_test(decimals_with_exponents_are_as_strtod_reads_them),
      cmocka_unit_test(doubles_printed_in_full_come_back_as_they_were),
      cmocka_unit_test(digits_without_end_are_rounded_correctly),
      cmocka_unit_test(the_middle_between_two_doubles_goes_to_the_even_one),
      cmocka_unit_test(decorated_numbers_are_read),
      cmocka_unit_test(what_is_unclear_is_refused),
      cmocka_unit_test(missing_and_infinite_values_have_names),
      cmocka_unit_test(amounts_may_end_in_a_power_of_ten),
      cmocka_unit_test(the_mark_shows_where_it_can_only_be_one),
      cmocka_unit_test(a_locale_with_a_decimal_comma_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
