#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/average_rank.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

enum { N_MOST = 200 };

static void check(const double *values, const double *expected, size_t n)
{
  double ranks[N_MOST];
  size_t scratch[N_MOST];
  bt_rank_average(ranks, scratch, values, n);
  assert_all_close(ranks, expected, n, "rank");
}

static void the_least_is_first_and_the_greatest_last(void **state)
{
  (void)state;
  static const double values[] = {0.3, -2, 7, 1}, expected[] = {2, 1, 4, 3};
  check(values, expected, 4);
}

static void equal_values_share_the_average_of_their_places(void **state)
{
  (void)state;
  static const double values[] = {5, 1, 5, 0, 5, 1}, expected[] = {5, 2.5, 5, 1, 5, 2.5};
  static const double zeros[] = {0, -0.0, 1}, of_zeros[] = {1.5, 1.5, 3};
  check(values, expected, 6);
  check(zeros, of_zeros, 3);
}

static void nothing_defined_is_below_every_number(void **state)
{
  (void)state;
  static const double values[] = {NAN, -1e300, NAN, 2, NAN}, expected[] = {2, 4, 2, 5, 2};
  static const double none[] = {NAN, NAN}, of_none[] = {1.5, 1.5};
  check(values, expected, 5);
  check(none, of_none, 2);
}

static void one_value_has_rank_one_and_none_has_no_rank(void **state)
{
  (void)state;
  static const double one[] = {3}, expected[] = {1};
  check(one, expected, 1);
  check(NULL, NULL, 0);
}

/* The rank by definition: how many are below, and half of how many others are equal. */
static double plain_rank(const double *values, size_t i, size_t n)
{
  double rank = 1;
  for (size_t k = 0; k < n; k++) {
    bool equal = values[k] == values[i] || (isnan(values[k]) && isnan(values[i]));
    bool below = isnan(values[k]) ? !isnan(values[i]) : values[k] < values[i];
    rank += below + (equal && k != i ? 0.5 : 0);
  }
  return rank;
}

static void every_order_agrees_with_counting(void **state)
{
  (void)state;
  double values[N_MOST], expected[N_MOST];
  test_random random = {23};
  for (size_t round = 0; round < 500; round++) {
    size_t n = random_below(&random, N_MOST), n_values = 1 + random_below(&random, 300);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
      size_t k = random_below(&random, n_values);
      values[i] = k == 0 ? (double)NAN : (double)k / 7;
    }
    for (size_t i = 0; i < n; i++) sum += expected[i] = plain_rank(values, i, n);
    check(values, expected, n);
    assert_true(sum == (double)(n * (n + 1)) / 2);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_least_is_first_and_the_greatest_last),
      cmocka_unit_test(equal_values_share_the_average_of_their_places),
      cmocka_unit_test(nothing_defined_is_below_every_number),
      cmocka_unit_test(one_value_has_rank_one_and_none_has_no_rank),
      cmocka_unit_test(every_order_agrees_with_counting),
  };
  return cmocka_run_group_tests_name("core/average_rank", tests, NULL, NULL);
}
