#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runners/combo_stats.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

/* The expected quantiles are those of numpy.percentile with its default, linear. */
static const struct {
  size_t n;
  double values[8];
  bt_combo_stats expected; /* n_tickers, mean, median, p25, p75, lowest, highest, share_positive */
} known[] = {
    {8, {3, -1, 4, 1, -5, 9, 2, 6}, {8, 2.375, 2.5, 0.5, 4.5, -5, 9, 0.75}},
    {7, {1.5, 2.25, -3.5, 8, 0.125, -0.75, 2}, {7, 1.375, 1.5, -0.3125, 2.125, -3.5, 8, 5.0 / 7}},
    {3, {7, 1, 2}, {3, 10.0 / 3, 2, 1.5, 4.5, 1, 7, 1}},
    {2, {0.3, 0.1}, {2, 0.2, 0.2, 0.15, 0.25, 0.1, 0.3, 1}},
    {1, {-2}, {1, -2, -2, -2, -2, -2, -2, 0}},
};

static void check_stats(const bt_combo_stats *got, const bt_combo_stats *expected)
{
  assert_int_equal(got->n_tickers, expected->n_tickers);
  assert_close(got->mean, expected->mean, "mean");
  assert_close(got->median, expected->median, "median");
  assert_close(got->p25, expected->p25, "p25");
  assert_close(got->p75, expected->p75, "p75");
  assert_close(got->lowest, expected->lowest, "lowest");
  assert_close(got->highest, expected->highest, "highest");
  assert_close(got->share_positive, expected->share_positive, "share_positive");
}

static void quantiles_are_those_of_numpy(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double values[8];
    memcpy(values, known[i].values, sizeof values);
    bt_combo_stats got = bt_combo_stats_compute(values, known[i].n);
    check_stats(&got, &known[i].expected);
  }
}

static void undefined_values_are_left_out(void **state)
{
  (void)state;
  const double none = (double)NAN;
  double values[] = {none, 7, 1, none, 2, none};
  bt_combo_stats got = bt_combo_stats_compute(values, 6);
  check_stats(&got, &known[2].expected);
}

static void without_values_all_is_undefined(void **state)
{
  (void)state;
  const double none = (double)NAN;
  const bt_combo_stats expected = {0, none, none, none, none, none, none, none};
  double values[] = {none, none};
  bt_combo_stats got = bt_combo_stats_compute(values, 2);
  check_stats(&got, &expected);
  got = bt_combo_stats_compute(values, 0);
  check_stats(&got, &expected);
}

static void zero_is_not_positive(void **state)
{
  (void)state;
  double values[] = {0, 0, 1, -1};
  assert_true(bt_combo_stats_compute(values, 4).share_positive == 0.25);
}

/* A plain sum of ten times 0.1 is no longer 1. */
static void equal_values_have_exactly_their_value_as_mean(void **state)
{
  (void)state;
  double values[97];
  test_random random = {41};
  for (int round = 0; round < 200; round++) {
    double value = round == 0 ? 0.1 : random_between(&random, -3, 3);
    size_t n = round == 0 ? 10 : 1 + random_below(&random, 97);
    for (size_t i = 0; i < n; i++) values[i] = value;
    bt_combo_stats got = bt_combo_stats_compute(values, n);
    assert_true(got.mean == value && got.median == value);
    assert_true(got.p25 == value && got.p75 == value);
  }
}

static void the_order_of_the_tickers_changes_no_bit(void **state)
{
  (void)state;
  enum { N = 60 };
  double values[N], shuffled[N];
  test_random random = {43};
  for (int round = 0; round < 200; round++) {
    for (size_t i = 0; i < N; i++) values[i] = random_between(&random, -2, 2);
    memcpy(shuffled, values, sizeof shuffled);
    for (size_t i = N; i > 1; i--) {
      size_t j = random_below(&random, i);
      double swapped = shuffled[i - 1];
      shuffled[i - 1] = shuffled[j];
      shuffled[j] = swapped;
    }
    bt_combo_stats a = bt_combo_stats_compute(values, N), b = bt_combo_stats_compute(shuffled, N);
    assert_memory_equal(&a, &b, sizeof a);
  }
}

static void quantiles_stay_in_order(void **state)
{
  (void)state;
  double values[40];
  test_random random = {47};
  for (int round = 0; round < 2000; round++) {
    size_t n = 1 + random_below(&random, 40);
    for (size_t i = 0; i < n; i++) values[i] = random_between(&random, -1, 1);
    bt_combo_stats s = bt_combo_stats_compute(values, n);
    assert_true(s.lowest <= s.p25 && s.p25 <= s.median && s.median <= s.p75);
    assert_true(s.p75 <= s.highest && s.lowest <= s.mean && s.mean <= s.highest);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_are_those_of_numpy),
      cmocka_unit_test(undefined_values_are_left_out),
      cmocka_unit_test(without_values_all_is_undefined),
      cmocka_unit_test(zero_is_not_positive),
      cmocka_unit_test(equal_values_have_exactly_their_value_as_mean),
      cmocka_unit_test(the_order_of_the_tickers_changes_no_bit),
      cmocka_unit_test(quantiles_stay_in_order),
  };
  return cmocka_run_group_tests_name("runners/combo_stats", tests, NULL, NULL);
}
