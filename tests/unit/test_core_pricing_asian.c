#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"

/* Clewlow and Strickland, Implementing Derivatives Models (1998), page 118: ten fixings. */
static void a_published_price_is_met(void **state)
{
  (void)state;
  bt_vanilla option = {BT_CALL, 100, 100, 0.06, 0.03, 0.2, 1};
  assert_true(fabs(bt_geometric_asian_price(&option, 10) - 5.3425606635) < 6e-11);
}

static void prices_agree_with_quantlib(void **state)
{
  (void)state;
  /* AnalyticDiscreteGeometricAveragePriceAsianEngine */
  static const struct {
    bt_vanilla option;
    size_t n_fixings;
    double price;
  } known[] = {
      {{BT_CALL, 100, 95, 0.02, 0.06, 0.6, 200 / 365.0}, 1, 18.196174293},
      {{BT_PUT, 100, 95, 0.02, 0.06, 0.35, 200 / 365.0}, 1, 8.49147256958},
      {{BT_CALL, 100, 95, 0.02, 0.06, 0.2, 200 / 365.0}, 2, 6.24050329958},
      {{BT_PUT, 100, 95, 0.05, 0.06, 0.6, 200 / 365.0}, 2, 11.5346189723},
      {{BT_CALL, 100, 80, 0.02, 0, 0.6, 365 / 365.0}, 5, 24.5525560162},
      {{BT_PUT, 100, 80, 0.08, 0.03, 0.1, 365 / 365.0}, 5, 9.2881133948e-05},
      {{BT_CALL, 100, 95, 0.05, 0.03, 0.6, 730 / 365.0}, 10, 18.5810185428},
      {{BT_PUT, 100, 120, 0.08, 0, 0.35, 730 / 365.0}, 10, 18.1417627318},
      {{BT_CALL, 100, 80, 0.02, 0.03, 0.2, 100 / 365.0}, 50, 19.6614377419},
      {{BT_PUT, 100, 80, 0.02, 0, 0.35, 100 / 365.0}, 50, 0.065452647983},
      {{BT_CALL, 100, 80, 0.05, 0.03, 0.1, 365 / 365.0}, 365, 19.9032211676},
      {{BT_PUT, 100, 120, 0.02, 0, 0.2, 365 / 365.0}, 365, 19.2959060858},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double got = bt_geometric_asian_price(&known[i].option, known[i].n_fixings);
    if (!(fabs(got - known[i].price) < 2e-10))
      fail_msg("row %zu: got %.12g, expected %.12g", i + 1, got, known[i].price);
  }
}

static void one_fixing_is_the_european_option(void **state)
{
  (void)state;
  for (double strike = 50; strike < 200; strike *= 1.1) {
    bt_vanilla option = {BT_PUT, 100, strike, 0.05, 0.02, 0.3, 0.7};
    double european = bt_black_scholes_price(&option);
    assert_true(fabs(bt_geometric_asian_price(&option, 1) - european) < 1e-13 * (1 + european));
  }
}

/* With many fixings: volatility / sqrt(3) and half of the drift (Kemna and Vorst 1990). */
static void many_fixings_lead_to_the_continuous_average(void **state)
{
  (void)state;
  bt_vanilla option = {BT_CALL, 100, 102, 0.05, 0.02, 0.3, 0.7};
  bt_vanilla average = option;
  average.vol = 0.3 / sqrt(3);
  average.dividend = 0.05 - 0.5 * (0.05 - 0.02 - 0.3 * 0.3 / 6);
  double limit = bt_black_scholes_price(&average), before = 10;
  for (size_t n = 10; n <= 1000000; n *= 10) {
    double error = fabs(bt_geometric_asian_price(&option, n) - limit);
    assert_true(error < before / 9);
    before = error;
  }
  assert_true(before < 1e-5);
}

static void without_volatility_or_time_the_average_is_certain(void **state)
{
  (void)state;
  bt_vanilla option = {BT_CALL, 100, 95, 0.05, 0.01, 0, 1};
  double average = 100 * exp(0.04 * 0.625); /* fixings after 1/4, 1/2, 3/4 and 1 year */
  double expected = (average - 95) * exp(-0.05);
  assert_true(fabs(bt_geometric_asian_price(&option, 4) - expected) < 1e-13);
  option.vol = 0.3;
  option.expiry = 0;
  assert_true(bt_geometric_asian_price(&option, 4) == 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_published_price_is_met),
      cmocka_unit_test(prices_agree_with_quantlib),
      cmocka_unit_test(one_fixing_is_the_european_option),
      cmocka_unit_test(many_fixings_lead_to_the_continuous_average),
      cmocka_unit_test(without_volatility_or_time_the_average_is_certain),
  };
  return cmocka_run_group_tests_name("core/pricing/asian", tests, NULL, NULL);
}
