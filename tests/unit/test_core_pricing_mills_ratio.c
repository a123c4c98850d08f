#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pricing/mills_ratio.h"

static void check(double got, double expected, double tolerance, size_t row)
{
  if (!(fabs(got - expected) <= tolerance * expected))
    fail_msg("row %zu: got %.17g, expected %.17g", row + 1, got, expected);
}

/* Computed to 60 digits, on both sides of where the method changes. */
static void ratios_agree_with_high_precision_values(void **state)
{
  (void)state;
  static const struct {
    double z, ratio;
  } known[] = {
      {8.0, 197930788642469.18},
      {2.0, 18.1002477111261527},
      {0.5, 1.96401749535799375},
      {0.0, 1.25331413731550025},
      {-0.5, 0.876364456453692347},
      {-1.0, 0.655679542418798472},
      {-1.5, 0.515815638217963355},
      {-1.5000000000000002, 0.515815638217963305},
      {-2.0, 0.421369229288054473},
      {-3.0, 0.304590298710103296},
      {-5.0, 0.192808104715315765},
      {-10.0, 0.0990285964717319214},
      {-40.0, 0.0249844042057205711},
      {-1000.0, 0.000999999000002999985},
      {-100000000.0, 9.999999999999999e-9},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    check(bt_mills_ratio(known[i].z), known[i].ratio, known[i].z > 4 ? 1e-14 : 2e-15, i);
}

static void differences_keep_their_digits(void **state)
{
  (void)state;
  static const struct {
    double h, t, spread;
  } known[] = {
      {0.0, 1e-09, 2.00000000000000013e-9},   {0.0, 0.25, 0.510548045693931368},
      {0.0, 3.0, 225.030305921639017},        {-0.5, 1e-100, 1.12363554354630768e-100},
      {-0.75, 0.3, 0.266372234598766426},     {-1.5, 0.01, 0.00452559350471227465},
      {-1.5, 0.6, 0.285572683245774295},      {-1.5000000000000002, 0.01, 0.00452559350471227386},
      {-1.75, 0.6, 0.235114016687643786},     {-4.0, 0.125, 0.0133570101366550135},
      {-4.0, 1.5, 0.177942125572690962},      {-4.0, 5.0, 3.36726452912538618},
      {-30.0, 1e-06, 2.21485565016719943e-9}, {-30.0, 9.0, 0.0218875934985778049},
      {-30.0, 20.0, 0.0790365868908783541},   {-10000.0, 1.0, 1.9999999600000012e-8},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    check(bt_mills_spread(known[i].h, known[i].t), known[i].spread, 5e-15, i);
}

/* The ratio's derivative is 1 + z ratio(z), which the difference over 2 t becomes. */
static void a_small_difference_is_the_slope(void **state)
{
  (void)state;
  for (double h = 0; h > -4; h -= 0.01)
    check(bt_mills_spread(h, 1e-8) / 2e-8, 1 + h * bt_mills_ratio(h), 1e-13, 0);
}

static void differences_rise_through_every_change_of_method(void **state)
{
  (void)state;
  for (double h = 0; h > -40; h -= 0.125) {
    double before = 0;
    for (double t = 1e-12; h + t < 8; t *= 1.01) {
      double now = bt_mills_spread(h, t);
      assert_true(now > before);
      before = now;
    }
  }
}

/* exp(z^2 / 2 - 3) N(z) = exp(-3) ratio(z) / sqrt(2 pi): far out N(z) is 0 in double precision. */
static void what_is_huge_and_what_is_tiny_meet(void **state)
{
  (void)state;
  for (double z = 3; z > -1000; z -= 0.37) {
    double expected = exp(-3) * bt_mills_ratio(z) / sqrt(2 * acos(-1));
    check(bt_mills_tilted(z * z / 2 - 3, z, -3), expected, 1e-13, 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ratios_agree_with_high_precision_values),
      cmocka_unit_test(differences_keep_their_digits),
      cmocka_unit_test(a_small_difference_is_the_slope),
      cmocka_unit_test(differences_rise_through_every_change_of_method),
      cmocka_unit_test(what_is_huge_and_what_is_tiny_meet),
  };
  return cmocka_run_group_tests_name("core/pricing/mills_ratio", tests, NULL, NULL);
}
