#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/mean.h"
#include "tests/support/make_bars.h"

/* ---- an independent exact referee ------------------------------------------------------------ */

/* The exact sum of doubles as a list of doubles that do not overlap, in rising order of size
 * (Shewchuk 1997, "Adaptive precision floating-point arithmetic", grow-expansion). */
enum { MOST_PARTS = 64 };
typedef struct expansion {
  double part[MOST_PARTS];
  size_t n;
} expansion;

static void expand(expansion *e, double x)
{
  size_t kept = 0;
  for (size_t i = 0; i < e->n; i++) {
    double big = fabs(x) > fabs(e->part[i]) ? x : e->part[i];
    double small = fabs(x) > fabs(e->part[i]) ? e->part[i] : x;
    volatile double high = big + small;
    volatile double moved = high - big;
    double low = small - moved;
    if (low != 0) e->part[kept++] = low;
    x = high;
  }
  assert_true(kept < MOST_PARTS);
  e->part[kept++] = x;
  e->n = kept;
}

/* Sign of the exact value: that of its largest part. */
static int sign_of(const expansion *e)
{
  for (size_t i = e->n; i-- > 0;)
    if (e->part[i] != 0) return e->part[i] > 0 ? 1 : -1;
  return 0;
}

/* Sign of sum(x) - n * (a + b) / 2, exactly: every term is added by itself. */
static int compare_with_middle(const double *x, size_t n, double a, double b)
{
  expansion e = {.n = 0};
  for (size_t i = 0; i < n; i++) {
    expand(&e, x[i]);
    expand(&e, -a / 2);
    expand(&e, -b / 2);
  }
  return sign_of(&e);
}

static bool is_even(double x)
{
  uint64_t bits = 0;
  memcpy(&bits, &x, sizeof bits);
  return (bits & 1) == 0;
}

/* Is `mean` the double nearest to the exact mean, ties to even? True where the exact mean lies
 * between the middles to its two neighbours. */
static bool is_nearest(double mean, const double *x, size_t n)
{
  int above = compare_with_middle(x, n, mean, nextafter(mean, HUGE_VAL));
  int below = compare_with_middle(x, n, nextafter(mean, -HUGE_VAL), mean);
  return (above < 0 || (above == 0 && is_even(mean))) &&
         (below > 0 || (below == 0 && is_even(mean)));
}

static void check_series(const double *x, size_t n, size_t period)
{
  bt_exact_sums *sums = NULL;
  double out[256];
  assert_true(n <= 256);
  assert_int_equal(bt_exact_sums_new(&sums, x, n, NULL), BT_OK);
  bt_exact_moving_mean(out, sums, period);
  for (size_t t = 0; t < n; t++) {
    if (t + 1 < period) {
      assert_true(isnan(out[t]));
      continue;
    }
    const double *window = x + t + 1 - period;
    if (!is_nearest(out[t], window, period))
      fail_msg("bar %zu, period %zu: %a is not the nearest double", t, period, out[t]);
    double alone = bt_exact_mean(sums, t + 1 - period, t + 1);
    assert_memory_equal(&alone, &out[t], sizeof alone);
  }
  bt_exact_sums_free(sums);
}

/* ---- kinds of series ------------------------------------------------------------------------- */

static double price_with_cents(test_random *random)
{
  return round(random_between(random, 1, 20000)) / 100;
}

static double one_of_two_neighbours(test_random *random)
{
  return random_below(random, 2) ? 33.33 : nextafter(33.33, 34);
}

/* Around a power of two, where the doubles below lie twice as dense as those above. */
static double neighbour_of_a_power_of_two(test_random *random)
{
  const double values[] = {nextafter(64, 0), nextafter(64, 0), 64, nextafter(64, 100)};
  return random_choice(random, values, 4);
}

static double price_that_was_float(test_random *random)
{
  return (double)(float)random_between(random, 1, 500);
}

static double signed_number(test_random *random)
{
  return random_between(random, -1, 1);
}

static double wide_number(test_random *random)
{
  return ldexp(random_between(random, -1, 1), (int)random_below(random, 400) - 200);
}

/* Too wide for two doubles, narrow enough for integers of 128 bits. */
static double number_of_middling_width(test_random *random)
{
  return ldexp(random_between(random, 1, 2), (int)random_below(random, 60) - 30);
}

static double whole_number(test_random *random)
{
  return (double)random_below(random, 1000);
}

static double number_with_many_bits(test_random *random)
{
  return 1 + random_unit(random);
}

static double huge_or_tiny(test_random *random)
{
  static const double values[] = {1e16, -1e16, 1, 0, -1, 1e-16};
  return random_choice(random, values, 6);
}

static void check_kind(double (*next)(test_random *), uint64_t seed)
{
  test_random random = {seed};
  double x[60];
  for (int i = 0; i < 150; i++) {
    size_t n = 1 + random_below(&random, 60);
    for (size_t t = 0; t < n; t++) x[t] = next(&random);
    check_series(x, n, 1 + random_below(&random, n));
  }
}

static void moving_means_of_prices_are_the_nearest_doubles(void **state)
{
  (void)state;
  check_kind(price_with_cents, 11);
  check_kind(price_that_was_float, 12);
  check_kind(number_with_many_bits, 13);
}

static void moving_means_at_ties_and_neighbours_are_the_nearest_doubles(void **state)
{
  (void)state;
  check_kind(one_of_two_neighbours, 14);
  check_kind(whole_number, 15);
  check_kind(neighbour_of_a_power_of_two, 19);
}

static void moving_means_of_both_signs_and_any_width_are_the_nearest_doubles(void **state)
{
  (void)state;
  check_kind(signed_number, 16);
  check_kind(wide_number, 17);
  check_kind(huge_or_tiny, 18);
  check_kind(number_of_middling_width, 20);
}

static void equal_prices_have_exactly_their_price_as_mean(void **state)
{
  (void)state;
  static const double prices[] = {0.1, 1.94, 33.33, 101.25000762939453, 1e-300, DBL_MAX, 5e-324};
  double x[250], out[250];
  for (size_t i = 0; i < sizeof prices / sizeof *prices; i++) {
    bt_exact_sums *sums = NULL;
    for (size_t t = 0; t < 250; t++) x[t] = prices[i];
    assert_int_equal(bt_exact_sums_new(&sums, x, 250, NULL), BT_OK);
    for (size_t period = 1; period <= 250; period++) {
      bt_exact_moving_mean(out, sums, period);
      for (size_t t = period - 1; t < 250; t++) assert_true(out[t] == prices[i]);
    }
    bt_exact_sums_free(sums);
  }
}

/* 1 + 2^-53 lies in the middle between two doubles: what is far below decides. */
static void a_tie_is_broken_by_the_smallest_part_of_a_wide_series(void **state)
{
  (void)state;
  static const double parts[] = {0x1p-300, -0x1p-300, 0};
  static const double expected[] = {1 + 0x1p-52, 1, 1};
  for (size_t i = 0; i < 3; i++) {
    const double x[] = {4, 0x1p-51, parts[i], 0};
    bt_exact_sums *sums = NULL;
    assert_int_equal(bt_exact_sums_new(&sums, x, 4, NULL), BT_OK);
    assert_true(bt_exact_mean(sums, 0, 4) == expected[i]);
    bt_exact_sums_free(sums);
  }
}

static void a_mean_below_the_normal_range_is_rounded_once(void **state)
{
  (void)state;
  const double least = 5e-324;
  const double third[] = {least, 0, 0}, two_thirds[] = {least, least, 0}, half[] = {least, 0};
  const double wide[] = {1, -1, least, least, 0};
  /* odd + 1/3 of the least double: 53 bits would make it odd + 1/2, and that the even one above */
  const double odd = nextafter(0x1p-1023, 1), above = nextafter(odd, 1);
  const double subnormal[] = {odd, odd, above};
  bt_exact_sums *sums = NULL;
  struct {
    const double *x;
    size_t n;
    double expected;
  } cases[] = {
      {third, 3, 0}, {two_thirds, 3, least}, {half, 2, 0}, {wide, 5, 0}, {subnormal, 3, odd}};
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(bt_exact_sums_new(&sums, cases[i].x, cases[i].n, NULL), BT_OK);
    assert_true(bt_exact_mean(sums, 0, cases[i].n) == cases[i].expected);
    bt_exact_sums_free(sums);
  }
}

static void a_period_longer_than_the_series_is_undefined(void **state)
{
  (void)state;
  const double x[] = {1, 2, 3};
  double out[3] = {0};
  bt_exact_sums *sums = NULL;
  assert_int_equal(bt_exact_sums_new(&sums, x, 3, NULL), BT_OK);
  bt_exact_moving_mean(out, sums, 4);
  for (size_t t = 0; t < 3; t++) assert_true(isnan(out[t]));
  bt_exact_moving_mean(out, sums, 1000000);
  for (size_t t = 0; t < 3; t++) assert_true(isnan(out[t]));
  bt_exact_moving_mean(out, sums, 3);
  assert_true(isnan(out[1]) && out[2] == 2);
  bt_exact_sums_free(sums);
  bt_exact_sums_free(NULL);
}

static void a_wrong_mean_is_noticed_by_the_referee(void **state)
{
  (void)state;
  const double x[] = {0.1, 0.2, 0.4};
  bt_exact_sums *sums = NULL;
  assert_int_equal(bt_exact_sums_new(&sums, x, 3, NULL), BT_OK);
  double mean = bt_exact_mean(sums, 0, 3);
  assert_true(is_nearest(mean, x, 3));
  assert_false(is_nearest(nextafter(mean, 1), x, 3));
  assert_false(is_nearest(nextafter(mean, 0), x, 3));
  bt_exact_sums_free(sums);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moving_means_of_prices_are_the_nearest_doubles),
      cmocka_unit_test(moving_means_at_ties_and_neighbours_are_the_nearest_doubles),
      cmocka_unit_test(moving_means_of_both_signs_and_any_width_are_the_nearest_doubles),
      cmocka_unit_test(equal_prices_have_exactly_their_price_as_mean),
      cmocka_unit_test(a_tie_is_broken_by_the_smallest_part_of_a_wide_series),
      cmocka_unit_test(a_mean_below_the_normal_range_is_rounded_once),
      cmocka_unit_test(a_period_longer_than_the_series_is_undefined),
      cmocka_unit_test(a_wrong_mean_is_noticed_by_the_referee),
  };
  return cmocka_run_group_tests_name("core/mean", tests, NULL, NULL);
}
