#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/random/normal.h"

/* Probability and quantile, computed to 30 digits by bisection on an arbitrary-precision erfc. */
static const struct {
  double p, x;
} known[] = {
    {1e-300, -37.047096299361199237},      {1e-100, -21.273453560965324294},
    {1e-20, -9.2623400897984075796},       {1.3887943864964e-11, -6.6579046435011038061},
    {1e-11, -6.7060231554951362961},       {1.4e-11, -6.6567230915181836356},
    {1e-6, -4.7534243088228989573},        {0.001, -3.0902323061678135354},
    {0.01, -2.3263478740408410931},        {0.025, -1.9599639845400542118},
    {0.05, -1.644853626951472688},         {0.0749999, -1.4395321773759005864},
    {0.0750001, -1.4395307645017296865},   {0.1, -1.2815515655446004353},
    {0.25, -0.6744897501960817432},        {0.4, -0.25334710313579974132},
    {0.49, -0.025068908258711058033},      {0.51, 0.025068908258711058033},
    {0.75, 0.6744897501960817432},         {0.9249999, 1.4395307645017295885},
    {0.9250001, 1.4395321773759004884},    {0.95, 1.6448536269514722843},
    {0.975, 1.9599639845400538556},        {0.99, 2.3263478740408407676},
    {0.999, 3.0902323061678132778},        {0.999999, 4.7534243088170877657},
    {0.9999999999, 6.3613408896974218642},
};

static void quantiles_agree_with_high_precision_values(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double got = bt_normal_quantile(known[i].p);
    if (fabs(got - known[i].x) > 2e-15 * fabs(known[i].x))
      fail_msg("p = %.17g: got %.17g, expected %.17g", known[i].p, got, known[i].x);
  }
}

/* erfc of the C library as the referee, on both sides of every seam of the approximation. */
static void the_distribution_of_the_quantile_is_the_probability(void **state)
{
  (void)state;
  for (int i = 1; i < 20000; i++) {
    double p = i < 10000 ? i / 10000.0 : pow(10, -(i - 10000) / 35.0);
    if (p >= 1) continue;
    double back = 0.5 * erfc(-bt_normal_quantile(p) / sqrt(2));
    /* the derivative of log p grows like x, hence the tolerance in the tail */
    if (fabs(back - p) > 1e-13 * p * (1 + fabs(log(p)))) fail_msg("p = %.17g: back %.17g", p, back);
  }
}

static void quantiles_rise(void **state)
{
  (void)state;
  double before = bt_normal_quantile(DBL_MIN);
  for (int exponent = -1020; exponent < -1; exponent++) {
    double now = bt_normal_quantile(ldexp(1, exponent));
    assert_true(now > before);
    before = now;
  }
  for (int i = 1; i < 4096; i++) {
    double now = bt_normal_quantile(0.5 + i / 8192.0);
    assert_true(now > before);
    before = now;
  }
}

/* Halves of 1 are exact, so that both sides have the same distance to the middle. */
static void quantiles_are_symmetric(void **state)
{
  (void)state;
  assert_true(bt_normal_quantile(0.5) == 0);
  for (int i = 1; i < 1024; i++) {
    double p = i / 2048.0;
    assert_true(bt_normal_quantile(p) == -bt_normal_quantile(1 - p));
  }
  assert_true(bt_normal_quantile(0x1p-50) == -bt_normal_quantile(1 - 0x1p-50));
}

static void the_ends_are_infinite_and_outside_is_undefined(void **state)
{
  (void)state;
  assert_true(isinf(bt_normal_quantile(0)) && bt_normal_quantile(0) < 0);
  assert_true(isinf(bt_normal_quantile(1)) && bt_normal_quantile(1) > 0);
  assert_true(isnan(bt_normal_quantile(-0.1)));
  assert_true(isnan(bt_normal_quantile(1.1)));
  assert_true(isnan(bt_normal_quantile((double)NAN)));
  assert_true(isnan(bt_normal_quantile((double)INFINITY)));
  assert_true(isnan(bt_normal_quantile(-(double)INFINITY)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_agree_with_high_precision_values),
      cmocka_unit_test(the_distribution_of_the_quantile_is_the_probability),
      cmocka_unit_test(quantiles_rise),
      cmocka_unit_test(quantiles_are_symmetric),
      cmocka_unit_test(the_ends_are_infinite_and_outside_is_undefined),
  };
  return cmocka_run_group_tests_name("core/normal", tests, NULL, NULL);
}
