/* Columns of the bar cache: whatever numbers are packed, the very same bits come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "loaders/bar_cache_column.h"
#include "loaders/decimal.h"
#include "tests/support/make_bars.h"

enum { MOST = 1000 };

/* Lengths around those of blocks and vectors. */
static const size_t lengths[] = {1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 200, 1000};
enum { N_LENGTHS = sizeof lengths / sizeof lengths[0] };

/* The bytes of a column in a block of that size alone, so that a sanitizer sees what is read behind
 * it. The caller frees it. */
static void *exact_copy(const void *bytes, size_t n_bytes)
{
  void *copy = malloc(n_bytes + (n_bytes == 0));
  assert_non_null(copy);
  memcpy(copy, bytes, n_bytes);
  return copy;
}

/* There and back; the form that was chosen. */
static bt_column_form pass(const double *numbers, size_t n)
{
  static uint64_t bytes[MOST];
  double *back = malloc(n * sizeof *back);
  bt_column column;
  size_t size = 0;
  assert_non_null(back);
  memset(bytes, 0xa5, sizeof bytes);
  memset(back, 0x5a, n * sizeof *back);
  size_t used = bt_column__pack_numbers(&column, bytes, numbers, n);
  assert_true(used <= n * sizeof(double));
  if (n < MOST) assert_true(bytes[n] == UINT64_C(0xa5a5a5a5a5a5a5a5));
  assert_true(bt_column__size_numbers(&size, &column, n));
  assert_int_equal(size, used);
  void *packed = exact_copy(bytes, used);
  bt_column__unpack_numbers(back, &column, packed, n);
  assert_memory_equal(back, numbers, n * sizeof *back);
  free(packed);
  free(back);
  return (bt_column_form)column.form;
}

static bt_column_form pass_times(const int64_t *times_ns, size_t n)
{
  static uint64_t bytes[MOST];
  int64_t *back = malloc(n * sizeof *back);
  bt_column column;
  size_t size = 0;
  assert_non_null(back);
  size_t used = bt_column__pack_times(&column, bytes, times_ns, n);
  assert_true(used <= n * sizeof *times_ns);
  assert_true(bt_column__size_times(&size, &column, n));
  assert_int_equal(size, used);
  void *packed = exact_copy(bytes, used);
  bt_column__unpack_times(back, &column, packed, n);
  assert_memory_equal(back, times_ns, n * sizeof *back);
  free(packed);
  free(back);
  return (bt_column_form)column.form;
}

/* A count with so many decimals as a file has it, and as loading reads it. */
static double read_count(uint64_t count, int n_decimals)
{
  char text[64];
  double value;
  uint64_t unit = 1;
  for (int i = 0; i < n_decimals; i++) unit *= 10;
  int length = snprintf(text, sizeof text, "%llu", (unsigned long long)(count / unit));
  if (n_decimals > 0)
    length += snprintf(text + length, sizeof text - (size_t)length, ".%0*llu", n_decimals,
                       (unsigned long long)(count % unit));
  assert_int_equal(bt_decimal__parse(&value, text, (size_t)length, '.'), BT_DECIMAL_OK);
  return value;
}

static void decimals_of_every_number_of_places_come_back(void **state)
{
  test_random random = {1};
  double numbers[MOST];
  (void)state;
  for (int n_decimals = 0; n_decimals <= 12; n_decimals++)
    for (size_t i = 0; i < 40 * N_LENGTHS; i++) {
      size_t n = lengths[i % N_LENGTHS];
      uint64_t most = random_bits(&random) >> random_below(&random, 62);
      for (size_t k = 0; k < n; k++)
        numbers[k] = read_count(random_bits(&random) % (most + 1), n_decimals);
      (void)pass(numbers, n);
    }
}

/* Up to six decimals no count below 2^31 is rounded in another way than a division rounds it. */
static void short_decimals_are_always_counts(void **state)
{
  test_random random = {2};
  double numbers[MOST];
  (void)state;
  for (int n_decimals = 0; n_decimals <= 6; n_decimals++)
    for (int round = 0; round < 200; round++) {
      uint64_t most = INT32_MAX - 2;
      for (size_t k = 0; k < MOST; k++)
        numbers[k] = read_count(1 + random_bits(&random) % most, n_decimals);
      assert_int_equal(pass(numbers, MOST), BT_COLUMN_COUNTS);
    }
}

static void near_counts_take_two_bytes(void **state)
{
  test_random random = {3};
  double numbers[MOST];
  (void)state;
  for (size_t i = 0; i < N_LENGTHS; i++) {
    uint64_t from = 1 + random_below(&random, 1000000000);
    for (size_t k = 0; k < lengths[i]; k++) numbers[k] = read_count(from + (k % 2) * UINT16_MAX, 4);
    bt_column_form form = pass(numbers, lengths[i]);
    assert_int_equal(form, lengths[i] == 1 ? BT_COLUMN_SAME : BT_COLUMN_NEAR);
    if (lengths[i] < 2) continue;
    numbers[1] = read_count(from + UINT16_MAX + 1, 4);
    assert_int_equal(pass(numbers, lengths[i]), BT_COLUMN_COUNTS);
  }
}

/* Each alone, repeated, and among numbers that have a short form. */
static void numbers_at_the_ends_come_back(void **state)
{
  static const uint64_t nan_bits[] = {UINT64_C(0x7ff8000000000000), UINT64_C(0xfff8000000000000),
                                      UINT64_C(0x7ff8000000000001), UINT64_C(0x7ff0000000000001)};
  double odd[] = {0.0,
                  -0.0,
                  1,
                  -1,
                  DBL_MIN,
                  DBL_MAX,
                  -DBL_MAX,
                  (double)FLT_MAX,
                  (double)FLT_MIN,
                  1e-45,
                  5e-324,
                  0.1,
                  1.0 / 3,
                  HUGE_VAL,
                  -HUGE_VAL,
                  2147483646,
                  1e300,
                  2147483647,
                  2147483648.0,
                  1e9,
                  4294967295.0,
                  4294967296.0,
                  3.4028236e38,
                  0,
                  0,
                  0,
                  0};
  enum { N_ODD = sizeof odd / sizeof odd[0], N_NANS = sizeof nan_bits / sizeof nan_bits[0] };
  double numbers[MOST];
  (void)state;
  memcpy(odd + N_ODD - N_NANS, nan_bits, sizeof nan_bits);
  for (size_t i = 0; i < N_ODD; i++)
    for (size_t k = 0; k < N_LENGTHS; k++) {
      size_t n = lengths[k];
      for (size_t t = 0; t < n; t++) numbers[t] = odd[i];
      assert_int_equal(pass(numbers, n), BT_COLUMN_SAME);
      for (size_t t = 0; t < n; t++) numbers[t] = 12.25 + (double)t;
      numbers[n - 1] = odd[i];
      (void)pass(numbers, n);
      numbers[n / 2] = odd[(i + 1) % N_ODD];
      (void)pass(numbers, n);
    }
}

static void floats_and_any_other_bits_come_back(void **state)
{
  test_random random = {4};
  double numbers[MOST];
  (void)state;
  for (size_t i = 0; i < N_LENGTHS; i++) {
    size_t n = lengths[i];
    for (size_t k = 0; k < n; k++) numbers[k] = (double)(float)random_between(&random, 1, 1000);
    if (n > 1) assert_int_equal(pass(numbers, n), BT_COLUMN_FLOAT);
    for (size_t k = 0; k < n; k++) numbers[k] = random_between(&random, 1, 1000);
    if (n > 1) assert_int_equal(pass(numbers, n), BT_COLUMN_PLAIN);
    for (size_t k = 0; k < n; k++) {
      uint64_t bits = random_bits(&random);
      memcpy(&numbers[k], &bits, sizeof bits);
    }
    (void)pass(numbers, n);
  }
}

/* One number of another kind anywhere among counts. */
static void one_of_another_kind_is_seen_wherever_it_stands(void **state)
{
  static const double others[] = {0.001, 1e-7, 0.1 + 0.2, 123456.789, 3e9, (double)NAN, -5};
  double numbers[200];
  (void)state;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    for (size_t at = 0; at < 200; at++) {
      for (size_t k = 0; k < 200; k++) numbers[k] = read_count(5000 + k, 2);
      numbers[at] = others[i];
      (void)pass(numbers, 200);
    }
}

/* The volume of an exchange is whole; that of hundreds may be more than 32 bits hold. */
static void round_volumes_are_counts(void **state)
{
  test_random random = {5};
  double numbers[MOST];
  (void)state;
  for (size_t k = 0; k < MOST; k++)
    numbers[k] = 100 * (double)(1 + random_below(&random, 1u << 30));
  assert_int_equal(pass(numbers, MOST), BT_COLUMN_COUNTS);
  for (size_t k = 0; k < MOST; k++) numbers[k] = (double)random_below(&random, 1u << 30);
  numbers[17] = 0;
  assert_int_equal(pass(numbers, MOST), BT_COLUMN_COUNTS);
  numbers[17] = (double)NAN;
  assert_int_equal(pass(numbers, MOST), BT_COLUMN_PLAIN);
}

/* Raw prices as a file has them, with adjusted closes: whether both are found again. */
static bool pass_adjusted(const double *raw, const double *raw_close, const double *close, size_t n)
{
  static uint64_t bytes[MOST];
  double prices[MOST], factors[MOST], back[MOST];
  bt_column column;
  size_t size = 0;
  for (size_t i = 0; i < n; i++) {
    factors[i] = close[i] / raw_close[i];
    prices[i] = raw[i] * factors[i];
  }
  size_t used = bt_column__pack_raw(&column, bytes, prices, factors, n);
  if (used == 0) return false;
  assert_true(used <= n * sizeof(uint32_t) + sizeof(uint32_t));
  assert_int_equal(column.sense, BT_COLUMN_RAW);
  assert_true(bt_column__size_numbers(&size, &column, n) && size == used);
  bt_column__unpack_numbers(back, &column, bytes, n);
  for (size_t i = 0; i < n; i++) back[i] *= factors[i];
  assert_memory_equal(back, prices, n * sizeof *back);

  used = bt_column__pack_divisors(&column, bytes, close, factors, n);
  if (used == 0) return false;
  assert_int_equal(column.sense, BT_COLUMN_DIVISOR);
  assert_true(bt_column__size_numbers(&size, &column, n) && size == used);
  bt_column__unpack_numbers(back, &column, bytes, n);
  for (size_t i = 0; i < n; i++) back[i] = close[i] / back[i];
  assert_memory_equal(back, factors, n * sizeof *back);
  return true;
}

static void raw_prices_are_found_behind_adjusted_ones(void **state)
{
  test_random random = {7};
  double raw[MOST], raw_close[MOST], close[MOST];
  (void)state;
  for (int round = 0; round < 300; round++) {
    size_t n = lengths[random_below(&random, N_LENGTHS)];
    int n_decimals = (int)random_below(&random, 7);
    bool floats = round % 3 == 0;
    for (size_t i = 0; i < n; i++) {
      raw[i] = read_count(1 + random_below(&random, 1u << 30), n_decimals);
      raw_close[i] = read_count(1 + random_below(&random, 1u << 30), n_decimals);
      close[i] = raw_close[i] * random_between(&random, 1e-3, 10);
      if (floats) raw[i] = (double)(float)raw[i], raw_close[i] = (double)(float)raw_close[i];
    }
    assert_true(pass_adjusted(raw, raw_close, close, n));
  }
}

static void raw_prices_of_many_digits_are_not_made_up(void **state)
{
  test_random random = {8};
  double raw[MOST], close[MOST];
  (void)state;
  for (size_t i = 0; i < MOST; i++) {
    raw[i] = random_between(&random, 1, 1000);
    close[i] = raw[i] * random_between(&random, 0.1, 1);
  }
  assert_false(pass_adjusted(raw, raw, close, MOST));
  for (size_t i = 0; i < MOST; i++) close[i] = 0.0; /* no factor to speak of */
  assert_false(pass_adjusted(raw, raw, close, MOST));
}

static void times_of_every_unit_come_back(void **state)
{
  static const int64_t units[] = {BT_NS_PER_DAY,
                                  3600 * BT_NS_PER_SECOND,
                                  60 * BT_NS_PER_SECOND,
                                  BT_NS_PER_SECOND,
                                  1000000,
                                  1000,
                                  1,
                                  7,
                                  1000003};
  test_random random = {6};
  int64_t times_ns[MOST];
  (void)state;
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
    for (size_t k = 0; k < N_LENGTHS; k++)
      for (size_t widest = 1; widest < 20; widest += 6) {
        times_ns[0] = (int64_t)(random_bits(&random) >> 3) - (INT64_C(1) << 60);
        for (size_t t = 1; t < lengths[k]; t++)
          times_ns[t] = times_ns[t - 1] + units[i] * (int64_t)(1 + random_below(&random, widest));
        bt_column_form form = pass_times(times_ns, lengths[k]);
        if (units[i] >= 60 * BT_NS_PER_SECOND) assert_int_equal(form, BT_COLUMN_NEAR);
        times_ns[lengths[k] - 1] += 1;
        (void)pass_times(times_ns, lengths[k]);
      }
}

static void times_from_end_to_end_come_back(void **state)
{
  int64_t times_ns[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
  (void)state;
  for (size_t i = 0; i < 7; i++)
    for (size_t n = 1; n + i <= 7; n++) (void)pass_times(times_ns + i, n);
  int64_t far[] = {0, BT_NS_PER_DAY * 70000, BT_NS_PER_DAY * 70001};
  assert_int_equal(pass_times(far, 3), BT_COLUMN_COUNTS);
}

/* What a damaged head may say: no size, or one that holds all that is read. */
static void a_form_that_is_none_is_refused(void **state)
{
  size_t size;
  (void)state;
  for (uint32_t form = 0; form < 12; form++)
    for (int32_t decimals = -12; decimals < 20; decimals++) {
      bt_column column = {(uint16_t)form, 0, decimals, 1, INT64_MAX};
      bool ok = bt_column__size_numbers(&size, &column, 130);
      assert_int_equal(ok, form < BT_COLUMN_FORMS && decimals >= -3 && decimals <= 9);
      bool is_time = ok && form != BT_COLUMN_SAME && form != BT_COLUMN_FLOAT;
      double numbers[130];
      int64_t times_ns[130];
      char noise[130 * sizeof(double)];
      memset(noise, 0xfe, sizeof noise);
      assert_int_equal(bt_column__size_times(&size, &column, 130), is_time);
      if (!ok) continue;
      assert_true(bt_column__size_numbers(&size, &column, 130));
      void *packed = exact_copy(noise, size);
      bt_column__unpack_numbers(numbers, &column, packed, 130);
      if (is_time) bt_column__unpack_times(times_ns, &column, packed, 130);
      free(packed);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decimals_of_every_number_of_places_come_back),
      cmocka_unit_test(short_decimals_are_always_counts),
      cmocka_unit_test(near_counts_take_two_bytes),
      cmocka_unit_test(numbers_at_the_ends_come_back),
      cmocka_unit_test(floats_and_any_other_bits_come_back),
      cmocka_unit_test(one_of_another_kind_is_seen_wherever_it_stands),
      cmocka_unit_test(round_volumes_are_counts),
      cmocka_unit_test(raw_prices_are_found_behind_adjusted_ones),
      cmocka_unit_test(raw_prices_of_many_digits_are_not_made_up),
      cmocka_unit_test(times_of_every_unit_come_back),
      cmocka_unit_test(times_from_end_to_end_come_back),
      cmocka_unit_test(a_form_that_is_none_is_refused),
  };
  return cmocka_run_group_tests_name("loaders/bar_cache_column", tests, NULL, NULL);
}
