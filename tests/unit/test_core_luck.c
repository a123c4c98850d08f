#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/luck.h"
#include "core/random/streams.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"
#include "tests/support/paths.h"

static bt_spread spread_of(const double *values, size_t n)
{
  bt_spread spread = {0};
  for (size_t i = 0; i < n; i++) bt_spread_add(&spread, values[i]);
  return spread;
}

static void check_same(const bt_spread *a, const bt_spread *b)
{
  assert_int_equal(a->count, b->count);
  assert_true(a->mean == b->mean);
  assert_true(a->sum_squares == b->sum_squares);
}

static void mean_and_variance_of_a_few_values(void **state)
{
  (void)state;
  const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
  bt_spread spread = spread_of(values, 8);
  assert_int_equal(spread.count, 8);
  assert_close(spread.mean, 5, "mean");
  assert_close(bt_spread_variance(&spread), 32.0 / 7, "variance");
}

static void undefined_values_are_not_counted(void **state)
{
  (void)state;
  const double values[] = {(double)NAN, 1, (double)NAN, 3}, alone[] = {1, 3};
  bt_spread spread = spread_of(values, 4), expected = spread_of(alone, 2);
  check_same(&spread, &expected);
}

static void variance_of_fewer_than_two_is_undefined(void **state)
{
  (void)state;
  const double one[] = {3};
  bt_spread none = {0}, single = spread_of(one, 1);
  assert_true(isnan(bt_spread_variance(&none)));
  assert_true(isnan(bt_spread_variance(&single)));
}

/* The textbook formula, sum of squares less n mean^2, has no right digit here. */
static void a_small_spread_around_a_large_mean_keeps_its_digits(void **state)
{
  (void)state;
  const double values[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  bt_spread spread = spread_of(values, 4);
  assert_close(bt_spread_variance(&spread), 30, "variance");
}

static void merging_with_nothing_changes_no_bit(void **state)
{
  (void)state;
  const bt_spread none = {0};
  test_random random = {19};
  double values[7];
  for (int round = 0; round < 1000; round++) {
    for (size_t i = 0; i < 7; i++) values[i] = random_between(&random, -1, 3);
    bt_spread spread = spread_of(values, random_below(&random, 8)), merged = spread;
    bt_spread_merge(&merged, &none);
    check_same(&merged, &spread);
    merged = none;
    bt_spread_merge(&merged, &spread);
    check_same(&merged, &spread);
  }
}

static void parts_merge_to_the_whole(void **state)
{
  (void)state;
  enum { N = 1000 };
  double values[N];
  test_random random = {20};
  for (int round = 0; round < 200; round++) {
    size_t n = 2 + random_below(&random, N - 2), at = 0;
    bt_spread merged = {0};
    for (size_t i = 0; i < n; i++) values[i] = random_between(&random, -1, 3);
    while (at < n) {
      size_t part = random_below(&random, n - at + 1);
      bt_spread piece = spread_of(values + at, part);
      bt_spread_merge(&merged, &piece);
      at += part;
    }
    bt_spread whole = spread_of(values, n);
    assert_int_equal(merged.count, n);
    assert_close(merged.mean, whole.mean, "mean");
    assert_close(merged.sum_squares, whole.sum_squares, "sum of squares");
  }
}

/* ---- the best of many ----------------------------------------------------------------------- */

static void the_best_of_fewer_than_two_is_undefined(void **state)
{
  (void)state;
  assert_true(isnan(bt_luck_expected_max(0, 1)));
  assert_true(isnan(bt_luck_expected_max(1, 1)));
  assert_true(isnan(bt_luck_expected_max(10, (double)NAN)));
}

/* The papers' own numbers: 100 trials whose yearly Sharpe ratios have variance 1/2, per day (2014);
 * ten trials (Pseudo-Mathematics and Financial Charlatanism, 2014). */
static void published_examples_are_met(void **state)
{
  (void)state;
  assert_true(fabs(bt_luck_expected_max(100, 1 / (2 * 250.0)) - 0.1132) < 6e-5);
  assert_true(fabs(bt_luck_expected_max(10, 1) - 1.57) < 0.01);
}

static void expected_maxima_agree_with_the_reference_data(void **state)
{
  (void)state;
  static const char prefix[] = "Emax,\"E[max of N std normals], BLdP approx\",";
  char path[TEST_PATH_SIZE], line[512];
  int n_checked = 0;
  if (!test_reference_path(path, "reference/quant/sharpe_psr_dsr.csv")) skip();
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file)) {
    size_t n_trials = 0;
    double expected = 0;
    if (strncmp(line, prefix, sizeof prefix - 1) != 0) continue;
    /* inputs, published (empty), its tolerance, value */
    assert_int_equal(sscanf(line + sizeof prefix - 1, "N=%zu,,0,%lf", &n_trials, &expected), 2);
    double got = bt_luck_expected_max(n_trials, 1);
    if (fabs(got - expected) > 1e-12 * expected)
      fail_msg("N = %zu: got %.17g, expected %.17g", n_trials, got, expected);
    n_checked++;
  }
  (void)fclose(file);
  assert_true(n_checked >= 8);
}

static void it_scales_with_the_standard_deviation_and_rises_with_the_trials(void **state)
{
  (void)state;
  double before = 0;
  assert_close(bt_luck_expected_max(50, 4), 2 * bt_luck_expected_max(50, 1), "two deviations");
  assert_true(bt_luck_expected_max(50, 0) == 0);
  for (size_t n = 2; n <= (size_t)1 << 40; n *= 2) {
    double now = bt_luck_expected_max(n, 1);
    assert_true(now > before);
    before = now;
  }
}

/* The formula is an approximation; it is within 4% of what simulated trials show. */
static void simulated_trials_show_what_is_expected(void **state)
{
  (void)state;
  enum { N_TRIALS = 40, N_ROUNDS = 4000 };
  double total = 0;
  for (uint64_t round = 0; round < N_ROUNDS; round++) {
    double best = -1e9;
    for (uint64_t i = 0; i < N_TRIALS; i++) best = fmax(best, bt_random_normal(5, round, i));
    total += best;
  }
  double expected = bt_luck_expected_max(N_TRIALS, 1);
  assert_true(fabs(total / N_ROUNDS - expected) < 0.04 * expected);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mean_and_variance_of_a_few_values),
      cmocka_unit_test(undefined_values_are_not_counted),
      cmocka_unit_test(variance_of_fewer_than_two_is_undefined),
      cmocka_unit_test(a_small_spread_around_a_large_mean_keeps_its_digits),
      cmocka_unit_test(merging_with_nothing_changes_no_bit),
      cmocka_unit_test(parts_merge_to_the_whole),
      cmocka_unit_test(the_best_of_fewer_than_two_is_undefined),
      cmocka_unit_test(published_examples_are_met),
      cmocka_unit_test(expected_maxima_agree_with_the_reference_data),
      cmocka_unit_test(it_scales_with_the_standard_deviation_and_rises_with_the_trials),
      cmocka_unit_test(simulated_trials_show_what_is_expected),
  };
  return cmocka_run_group_tests_name("core/luck", tests, NULL, NULL);
}
