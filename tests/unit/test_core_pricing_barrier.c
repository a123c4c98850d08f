#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"

/* All of one market: spot 100, rate 8%, yield 4%, half a year, rebate 3. */
static void barriers_agree_with_haugs_table(void **state)
{
  (void)state;
  /* Haug, 1st ed. (1998), page 72, to 1e-4; each at a volatility of 25% and of 30% */
  static const struct {
    bt_option_type type;
    bt_barrier_kind kind;
    double strike, level, price, price_at_30;
  } known[] = {
      {BT_CALL, BT_DOWN_OUT, 90, 95, 9.0246, 8.8334},
      {BT_CALL, BT_DOWN_OUT, 100, 95, 6.7924, 7.0285},
      {BT_CALL, BT_DOWN_OUT, 110, 95, 4.8759, 5.4137},
      {BT_CALL, BT_DOWN_OUT, 90, 100, 3, 3},
      {BT_CALL, BT_DOWN_OUT, 100, 100, 3, 3},
      {BT_CALL, BT_DOWN_OUT, 110, 100, 3, 3},
      {BT_CALL, BT_UP_OUT, 90, 105, 2.6789, 2.6341},
      {BT_CALL, BT_UP_OUT, 100, 105, 2.358, 2.4389},
      {BT_CALL, BT_UP_OUT, 110, 105, 2.3453, 2.4315},
      {BT_CALL, BT_DOWN_IN, 90, 95, 7.7627, 9.0093},
      {BT_CALL, BT_DOWN_IN, 100, 95, 4.0109, 5.137},
      {BT_CALL, BT_DOWN_IN, 110, 95, 2.0576, 2.8517},
      {BT_CALL, BT_DOWN_IN, 90, 100, 13.8333, 14.8816},
      {BT_CALL, BT_DOWN_IN, 100, 100, 7.8494, 9.2045},
      {BT_CALL, BT_DOWN_IN, 110, 100, 3.9795, 5.3043},
      {BT_CALL, BT_UP_IN, 90, 105, 14.1112, 15.2098},
      {BT_CALL, BT_UP_IN, 100, 105, 8.4482, 9.7278},
      {BT_CALL, BT_UP_IN, 110, 105, 4.591, 5.835},
      {BT_PUT, BT_DOWN_OUT, 90, 95, 2.2798, 2.417},
      {BT_PUT, BT_DOWN_OUT, 100, 95, 2.2947, 2.4258},
      {BT_PUT, BT_DOWN_OUT, 110, 95, 2.6252, 2.6246},
      {BT_PUT, BT_UP_OUT, 90, 105, 3.776, 4.2293},
      {BT_PUT, BT_UP_OUT, 100, 105, 5.4932, 5.8032},
      {BT_PUT, BT_UP_OUT, 110, 105, 7.5187, 7.5649},
      {BT_PUT, BT_DOWN_IN, 90, 95, 2.9586, 3.8769},
      {BT_PUT, BT_DOWN_IN, 100, 95, 6.5677, 7.7989},
      {BT_PUT, BT_DOWN_IN, 110, 95, 11.9752, 13.3078},
      {BT_PUT, BT_UP_IN, 90, 105, 1.4653, 2.0658},
      {BT_PUT, BT_UP_IN, 100, 105, 3.3721, 4.4226},
      {BT_PUT, BT_UP_IN, 110, 105, 7.0846, 8.3686},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    bt_vanilla option = {known[i].type, 100, known[i].strike, 0.08, 0.04, 0.25, 0.5};
    bt_barrier barrier = {known[i].kind, known[i].level, 3};
    double low = bt_barrier_price(&option, &barrier);
    option.vol = 0.3;
    double high = bt_barrier_price(&option, &barrier);
    if (fabs(low - known[i].price) > 1e-4 || fabs(high - known[i].price_at_30) > 1e-4)
      fail_msg("row %zu: got %.6f and %.6f", i + 1, low, high);
  }
}

static void barriers_agree_with_quantlib(void **state)
{
  (void)state;
  /* QuantLib 1.29 or later, AnalyticBarrierEngine */
  static const struct {
    bt_vanilla option;
    bt_barrier barrier;
    double price;
  } known[] = {
      {{BT_CALL, 100, 92, 0.08, 0.03, 0.5, 730 / 365.0}, {BT_DOWN_OUT, 95, 2.5}, 8.03596398589},
      {{BT_CALL, 100, 111, 0.02, 0.06, 0.2, 730 / 365.0}, {BT_DOWN_OUT, 95, 2.5}, 4.05570754045},
      {{BT_PUT, 100, 92, 0.02, 0.03, 0.2, 365 / 365.0}, {BT_DOWN_OUT, 95, 2.5}, 2.06044168835},
      {{BT_PUT, 100, 111, 0.02, 0.06, 0.2, 73 / 365.0}, {BT_DOWN_OUT, 95, 2.5}, 3.69838791925},
      {{BT_CALL, 100, 92, 0.05, 0.06, 0.5, 146 / 365.0}, {BT_UP_OUT, 108, 2.5}, 2.04116736793},
      {{BT_CALL, 100, 111, 0.08, 0, 0.15, 73 / 365.0}, {BT_UP_OUT, 108, 2.5}, 0.778147169896},
      {{BT_PUT, 100, 92, 0.02, 0, 0.15, 73 / 365.0}, {BT_UP_OUT, 108, 2.5}, 0.935995911424},
      {{BT_PUT, 100, 111, 0.05, 0.03, 0.5, 146 / 365.0}, {BT_UP_OUT, 108, 2.5}, 10.1923845134},
      {{BT_CALL, 100, 92, 0.08, 0.03, 0.2, 730 / 365.0}, {BT_DOWN_IN, 95, 2.5}, 12.2837383577},
      {{BT_CALL, 100, 111, 0.08, 0, 0.15, 730 / 365.0}, {BT_DOWN_IN, 95, 2.5}, 4.96757407782},
      {{BT_PUT, 100, 92, 0.05, 0.06, 0.35, 73 / 365.0}, {BT_DOWN_IN, 95, 2.5}, 3.42417715503},
      {{BT_PUT, 100, 111, 0.05, 0, 0.35, 365 / 365.0}, {BT_DOWN_IN, 95, 2.5}, 17.4522994899},
      {{BT_CALL, 100, 92, 0.02, 0.06, 0.15, 73 / 365.0}, {BT_UP_IN, 108, 2.5}, 5.22955495222},
      {{BT_CALL, 100, 111, 0.02, 0.03, 0.5, 730 / 365.0}, {BT_UP_IN, 108, 2.5}, 22.23071405},
      {{BT_PUT, 100, 92, 0.02, 0.06, 0.15, 73 / 365.0}, {BT_UP_IN, 108, 2.5}, 1.96882784907},
      {{BT_PUT, 100, 111, 0.02, 0, 0.2, 730 / 365.0}, {BT_UP_IN, 108, 2.5}, 8.69335720239},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double got = bt_barrier_price(&known[i].option, &known[i].barrier);
    if (!(fabs(got - known[i].price) < 2e-10))
      fail_msg("row %zu: got %.12g, expected %.12g", i + 1, got, known[i].price);
  }
}

static bt_vanilla option_of(int type, double strike, double vol, double expiry)
{
  return (bt_vanilla){type == 0 ? BT_CALL : BT_PUT, 100, strike, 0.05, 0.02, vol, expiry};
}

static void in_and_out_make_the_vanilla_option(void **state)
{
  (void)state;
  for (int type = 0; type < 2; type++)
    for (double strike = 50; strike < 200; strike *= 1.07)
      for (double level = 60; level < 170; level *= 1.05)
        for (double vol = 0.001; vol < 3; vol *= 2) {
          bt_vanilla option = option_of(type, strike, vol, 0.7);
          bt_barrier out = {level < 100 ? BT_DOWN_OUT : BT_UP_OUT, level, 0};
          bt_barrier in = {level < 100 ? BT_DOWN_IN : BT_UP_IN, level, 0};
          double alive = bt_barrier_price(&option, &out), born = bt_barrier_price(&option, &in);
          assert_true(alive >= 0 && born >= 0);
          assert_true(fabs(alive + born - bt_black_scholes_price(&option)) < 3e-13);
        }
}

/* The two rebates of an option without any other worth: paid at expiry if the barrier was not
 * touched, and, at a rate of 0, the same at the touch. Together they are certain. */
static void rebates_at_a_rate_of_0_add_up_to_one_that_is_certain(void **state)
{
  (void)state;
  for (double level = 60; level < 170; level *= 1.05)
    for (double vol = 0.001; vol < 3; vol *= 2)
      for (double dividend = -0.1; dividend < 0.2; dividend += 0.05) {
        bt_vanilla option = {BT_CALL, 100, 110, 0, dividend, vol, 0.7};
        bt_barrier out = {level < 100 ? BT_DOWN_OUT : BT_UP_OUT, level, 10};
        bt_barrier in = {level < 100 ? BT_DOWN_IN : BT_UP_IN, level, 10};
        double both = bt_barrier_price(&option, &out) + bt_barrier_price(&option, &in);
        double vanilla = bt_black_scholes_price(&option);
        assert_true(fabs(both - vanilla - 10) < 3e-13);
      }
}

static void far_barriers_leave_the_vanilla_option_or_nothing(void **state)
{
  (void)state;
  bt_vanilla option = option_of(0, 105, 0.2, 0.5);
  double vanilla = bt_black_scholes_price(&option);
  const bt_barrier far[] = {{BT_DOWN_OUT, 1, 5}, {BT_UP_OUT, 1e5, 5}};
  const bt_barrier far_in[] = {{BT_DOWN_IN, 1, 0}, {BT_UP_IN, 1e5, 0}};
  for (size_t i = 0; i < 2; i++) {
    assert_true(fabs(bt_barrier_price(&option, &far[i]) - vanilla) < 1e-13);
    assert_true(bt_barrier_price(&option, &far_in[i]) < 1e-13);
  }
}

static void beyond_the_barrier_it_has_been_touched(void **state)
{
  (void)state;
  bt_vanilla option = option_of(1, 105, 0.2, 0.5);
  const bt_barrier out[] = {{BT_DOWN_OUT, 100, 5}, {BT_UP_OUT, 90, 5}};
  const bt_barrier in[] = {{BT_DOWN_IN, 120, 5}, {BT_UP_IN, 100, 5}};
  for (size_t i = 0; i < 2; i++) {
    assert_true(bt_barrier_price(&option, &out[i]) == 5);
    assert_true(bt_barrier_price(&option, &in[i]) == bt_black_scholes_price(&option));
  }
}

/* Down to none at all: at 3% a year the price goes from 100 to 103.05 in a straight line. */
static void little_volatility_leads_to_the_certain_path(void **state)
{
  (void)state;
  for (int type = 0; type < 2; type++)
    for (double strike = 90; strike < 111; strike += 4)
      for (double level = 94; level < 110; level += 2.5) {
        bt_barrier barrier = {BT_DOWN_OUT, level, 4};
        for (int kind = BT_DOWN_OUT; kind <= BT_UP_IN; kind++) {
          barrier.kind = (bt_barrier_kind)kind;
          bt_vanilla option = option_of(type, strike, 0, 1);
          double certain = bt_barrier_price(&option, &barrier);
          assert_true(certain >= 0 && certain <= 20);
          for (int exponent = -4; exponent > -310; exponent -= exponent > -12 ? 1 : 30) {
            option.vol = pow(10, exponent);
            double price = bt_barrier_price(&option, &barrier);
            if (!(fabs(price - certain) < 20 * option.vol + 1e-12))
              fail_msg("type %d, strike %g, level %g, kind %d, vol 1e%d: %.12g, certain %.12g",
                       type, strike, level, kind, exponent, price, certain);
          }
        }
      }
}

static void without_time_nothing_is_touched(void **state)
{
  (void)state;
  bt_vanilla option = option_of(0, 90, 0.3, 0);
  bt_barrier barrier = {BT_DOWN_OUT, 95, 4};
  assert_true(bt_barrier_price(&option, &barrier) == 10);
  barrier.kind = BT_DOWN_IN;
  assert_true(bt_barrier_price(&option, &barrier) == 4);
}

static void a_certain_path_that_touches_pays_the_rebate_then(void **state)
{
  (void)state;
  bt_vanilla option = option_of(0, 90, 0, 1);
  bt_barrier barrier = {BT_UP_OUT, 100 * exp(0.015), 4};
  double price = bt_barrier_price(&option, &barrier); /* touched after half a year */
  assert_true(fabs(price - 4 * exp(-0.05 * 0.5)) < 1e-13);
}

/* There the powers of the closed form are complex: its values, computed to 60 digits. */
static void rebates_at_very_negative_rates_are_priced(void **state)
{
  (void)state;
  static const struct {
    bt_vanilla option;
    bt_barrier barrier;
    double price;
  } known[] = {
      {{BT_CALL, 100, 100, -0.05, -0.07, 0.2, 1}, {BT_DOWN_OUT, 95, 4}, 8.23352554323331775},
      {{BT_PUT, 100, 90, -0.01, -0.005, 0.15, 2}, {BT_UP_OUT, 108, 4}, 5.91259427692909265},
      {{BT_PUT, 100, 1, -0.1, -0.1, 0.3, 0.5}, {BT_DOWN_OUT, 99.9, 4}, 3.98761077833717349},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double got = bt_barrier_price(&known[i].option, &known[i].barrier);
    if (!(fabs(got - known[i].price) < 3e-13))
      fail_msg("row %zu: got %.17g, expected %.17g", i + 1, got, known[i].price);
  }
}

/* The example of Broadie, Glasserman and Kou 1997: spot and strike 100, rate 10%, volatility 30%, a
 * down-and-out call of 0.2 years, looked at 50 times. Prices by quadrature from one time to the
 * next (Gauss and Legendre, 1,800 points, beginning at the barrier). */
static void a_shifted_barrier_is_nearly_one_that_is_looked_at_now_and_then(void **state)
{
  (void)state;
  static const struct {
    double level, price;
  } known[] = {{85, 6.32224014}, {87, 6.28119784}, {89, 6.18359732}, {91, 5.97706866},
               {93, 5.58433995}, {95, 4.90678904}, {97, 3.83397771}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    bt_vanilla option = {BT_CALL, 100, 100, 0.1, 0, 0.3, 0.2};
    bt_barrier barrier = {BT_DOWN_OUT, known[i].level, 0};
    double often = bt_barrier_price(&option, &barrier);
    barrier.level = bt_barrier_shifted_level(&option, &barrier, 50);
    double error = fabs(bt_barrier_price(&option, &barrier) - known[i].price);
    assert_true(error < (known[i].level < 96 ? 4e-4 : 3e-3)); /* worse next to the spot */
    assert_true(error < fabs(often - known[i].price) / 300);
  }
}

static void the_shift_goes_away_from_the_spot(void **state)
{
  (void)state;
  bt_vanilla option = option_of(0, 100, 0.3, 1);
  bt_barrier below = {BT_DOWN_IN, 90, 0}, above = {BT_UP_OUT, 110, 0};
  double shift = exp(0.5825971579390107 * 0.3 / 10);
  assert_true(fabs(bt_barrier_shifted_level(&option, &below, 100) - 90 / shift) < 1e-12);
  assert_true(fabs(bt_barrier_shifted_level(&option, &above, 100) - 110 * shift) < 1e-12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(barriers_agree_with_haugs_table),
      cmocka_unit_test(barriers_agree_with_quantlib),
      cmocka_unit_test(in_and_out_make_the_vanilla_option),
      cmocka_unit_test(rebates_at_a_rate_of_0_add_up_to_one_that_is_certain),
      cmocka_unit_test(far_barriers_leave_the_vanilla_option_or_nothing),
      cmocka_unit_test(beyond_the_barrier_it_has_been_touched),
      cmocka_unit_test(little_volatility_leads_to_the_certain_path),
      cmocka_unit_test(without_time_nothing_is_touched),
      cmocka_unit_test(a_certain_path_that_touches_pays_the_rebate_then),
      cmocka_unit_test(rebates_at_very_negative_rates_are_priced),
      cmocka_unit_test(a_shifted_barrier_is_nearly_one_that_is_looked_at_now_and_then),
      cmocka_unit_test(the_shift_goes_away_from_the_spot),
  };
  return cmocka_run_group_tests_name("core/pricing/barrier", tests, NULL, NULL);
}
