/* Moments of samples that come in blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "core/montecarlo/shape.h"

/* 1 2 4 8 9: mean 4.8, deviations -3.8 -2.8 -0.8 3.2 4.2; squares sum to 50.8, cubes to 29.52,
 * fourth powers to 686.416. scipy.stats: skew 0.1823080252724258, kurtosis -1.67006634013268. */
static void moments_are_those_by_hand(void **state)
{
  (void)state;
  const double x[] = {1, 2, 4, 8, 9};
  bt_shape s = {0};
  bt_shape_add(&s, x, 5);
  assert_true(s.n == 5 && fabs(s.mean - 4.8) < 1e-15);
  assert_true(s.lowest == 1 && s.highest == 9);
  assert_true(fabs(s.second - 50.8) < 1e-13 && fabs(s.third - 29.52) < 1e-12);
  assert_true(fabs(s.fourth - 686.416) < 1e-11);
  assert_true(fabs(bt_shape_std(&s) - sqrt(12.7)) < 1e-14);
  assert_true(fabs(bt_shape_std_error(&s) - sqrt(12.7 / 5)) < 1e-14);
  assert_true(fabs(bt_shape_skew(&s) - 0.1823080252724258) < 1e-14);
  assert_true(fabs(bt_shape_kurtosis(&s) + 1.67006634013268) < 1e-14);
}

static void blocks_join_to_the_whole(void **state)
{
  (void)state;
  double x[1000], seed = 0.37;
  bt_shape whole = {0}, parts = {0};
  for (size_t i = 0; i < 1000; i++) {
    seed = fmod(seed * 997.1 + 0.123, 1);
    x[i] = 1e6 + seed * seed * seed;
  }
  bt_shape_add(&whole, x, 1000);
  for (size_t first = 0, n = 1; first < 1000; first += n, n += 3) {
    bt_shape block = {0};
    bt_shape_add(&block, x + first, first + n > 1000 ? 1000 - first : n);
    bt_shape_join(&parts, &block);
  }
  assert_true(whole.n == parts.n && whole.lowest == parts.lowest);
  assert_true(whole.highest == parts.highest);
  assert_true(fabs(whole.mean - parts.mean) < 1e-9);
  assert_true(fabs(bt_shape_std(&whole) - bt_shape_std(&parts)) < 1e-9);
  assert_true(fabs(bt_shape_skew(&whole) - bt_shape_skew(&parts)) < 1e-8);
  assert_true(fabs(bt_shape_kurtosis(&whole) - bt_shape_kurtosis(&parts)) < 1e-8);
}

static void equal_samples_have_exactly_their_value(void **state)
{
  (void)state;
  double x[37];
  bt_shape s = {0};
  for (size_t i = 0; i < 37; i++) x[i] = 0.1;
  bt_shape_add(&s, x, 37);
  bt_shape_add(&s, x, 11);
  assert_true(s.mean == 0.1 && bt_shape_std(&s) == 0 && bt_shape_std_error(&s) == 0);
  assert_true(bt_shape_std_std_error(&s) == 0);
  assert_true(isnan(bt_shape_skew(&s)) && isnan(bt_shape_kurtosis(&s)));
}

static void one_sample_has_no_spread(void **state)
{
  (void)state;
  const double x = 3;
  bt_shape s = {0};
  bt_shape_add(&s, &x, 0);
  assert_true(s.n == 0);
  bt_shape_add(&s, &x, 1);
  assert_true(s.mean == 3 && isnan(bt_shape_std(&s)) && isnan(bt_shape_std_error(&s)));
  assert_true(isnan(bt_shape_std_std_error(&s)));
}

/* Two samples are equally far from their mean: m4 = m2^2, which would be an error of 0. */
static void few_samples_have_no_error_of_the_deviation(void **state)
{
  (void)state;
  const double x[] = {1, 2, 4, 8};
  for (size_t n = 2; n < 4; n++) {
    bt_shape s = {0};
    bt_shape_add(&s, x, n);
    assert_true(bt_shape_std(&s) > 0 && isnan(bt_shape_std_std_error(&s)));
  }
  bt_shape s = {0};
  bt_shape_add(&s, x, 4);
  assert_true(bt_shape_std_std_error(&s) > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_those_by_hand),
      cmocka_unit_test(blocks_join_to_the_whole),
      cmocka_unit_test(equal_samples_have_exactly_their_value),
      cmocka_unit_test(one_sample_has_no_spread),
      cmocka_unit_test(few_samples_have_no_error_of_the_deviation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
