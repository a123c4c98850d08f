#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"

static bt_vanilla option_of(int type, double strike, double rate, double vol)
{
  return (bt_vanilla){type == 0 ? BT_CALL : BT_PUT, 100, strike, rate, 0.02, vol, 0.7};
}

static void fixed_strikes_agree_with_haugs_table(void **state)
{
  (void)state;
  /* Haug, 1st ed. (1998), page 64, to 1e-4: spot 100, rate 10%, no yield; at 10%, 20% and 30% */
  static const struct {
    bt_option_type type;
    double expiry, strike, prices[3];
  } known[] = {
      {BT_CALL, 0.5, 95, {13.2687, 18.9263, 24.9857}},
      {BT_CALL, 0.5, 100, {8.5126, 14.1702, 20.2296}},
      {BT_CALL, 0.5, 105, {4.3908, 9.8905, 15.8512}},
      {BT_CALL, 1, 95, {18.3241, 26.0731, 34.7116}},
      {BT_CALL, 1, 100, {13.8, 21.5489, 30.1874}},
      {BT_PUT, 0.5, 95, {0.6899, 4.4448, 8.9213}},
      {BT_PUT, 0.5, 100, {3.3917, 8.3177, 13.1579}},
      {BT_PUT, 0.5, 105, {8.1478, 13.0739, 17.914}},
      {BT_PUT, 1, 95, {1.0534, 6.2813, 12.2376}},
      {BT_PUT, 1, 100, {3.8079, 10.1294, 16.3889}},
      {BT_PUT, 1, 105, {8.3321, 14.6536, 20.913}},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    for (int k = 0; k < 3; k++) {
      bt_vanilla option = {known[i].type,  100, known[i].strike, 0.1, 0, 0.1 * (k + 1),
                           known[i].expiry};
      double got = bt_lookback_price(&option, BT_LOOKBACK_FIXED);
      if (fabs(got - known[i].prices[k]) > 1e-4) fail_msg("row %zu, %d: got %.6f", i + 1, k, got);
    }
}

static void lookbacks_agree_with_quantlib(void **state)
{
  (void)state;
  /* AnalyticContinuousFloatingLookbackEngine and AnalyticContinuousFixedLookbackEngine */
  static const struct {
    bt_vanilla option;
    bt_lookback_strike strike;
    double price;
  } known[] = {
      {{BT_CALL, 100, 100, 0.08, 0.03, 0.6, 730 / 365.0}, BT_LOOKBACK_FLOATING, 50.9819017913},
      {{BT_CALL, 100, 100, 0.08, 0.06, 0.1, 146 / 365.0}, BT_LOOKBACK_FLOATING, 5.21255883775},
      {{BT_CALL, 100, 100, 0.05, 0, 0.35, 365 / 365.0}, BT_LOOKBACK_FLOATING, 26.9234238939},
      {{BT_PUT, 100, 100, 0.02, 0.03, 0.35, 73 / 365.0}, BT_LOOKBACK_FLOATING, 13.1485496575},
      {{BT_PUT, 100, 100, 0.02, 0.06, 0.2, 73 / 365.0}, BT_LOOKBACK_FLOATING, 7.68667670881},
      {{BT_PUT, 100, 100, 0.02, 0.03, 0.1, 730 / 365.0}, BT_LOOKBACK_FLOATING, 12.2052963207},
      {{BT_CALL, 100, 85, 0.08, 0.06, 0.2, 146 / 365.0}, BT_LOOKBACK_FIXED, 25.1324921588},
      {{BT_CALL, 100, 85, 0.08, 0, 0.6, 146 / 365.0}, BT_LOOKBACK_FIXED, 49.6579602484},
      {{BT_CALL, 100, 100, 0.08, 0.03, 0.6, 73 / 365.0}, BT_LOOKBACK_FIXED, 23.518626298},
      {{BT_CALL, 100, 100, 0.05, 0, 0.6, 73 / 365.0}, BT_LOOKBACK_FIXED, 23.660162239},
      {{BT_CALL, 100, 120, 0.08, 0.03, 0.35, 73 / 365.0}, BT_LOOKBACK_FIXED, 2.33285008746},
      {{BT_CALL, 100, 120, 0.02, 0.03, 0.2, 73 / 365.0}, BT_LOOKBACK_FIXED, 0.143586351995},
      {{BT_PUT, 100, 85, 0.02, 0, 0.1, 730 / 365.0}, BT_LOOKBACK_FIXED, 0.960707977125},
      {{BT_PUT, 100, 85, 0.02, 0.06, 0.35, 365 / 365.0}, BT_LOOKBACK_FIXED, 13.225541377},
      {{BT_PUT, 100, 100, 0.05, 0, 0.35, 73 / 365.0}, BT_LOOKBACK_FIXED, 11.3408353724},
      {{BT_PUT, 100, 100, 0.02, 0.06, 0.1, 146 / 365.0}, BT_LOOKBACK_FIXED, 5.70877501873},
      {{BT_PUT, 100, 120, 0.08, 0.03, 0.1, 365 / 365.0}, BT_LOOKBACK_FIXED, 23.7262279282},
      {{BT_PUT, 100, 120, 0.02, 0.06, 0.6, 730 / 365.0}, BT_LOOKBACK_FIXED, 70.7624345918},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double got = bt_lookback_price(&known[i].option, known[i].strike);
    if (!(fabs(got - known[i].price) < 2e-10))
      fail_msg("row %zu: got %.12g, expected %.12g", i + 1, got, known[i].price);
  }
}

/* At rate = dividend the printed formula is 0 / 0, near it it loses its digits: by it a difference
 * of 1e-9 leaves 7 of them. Values of the formula computed to 400 digits. */
static void prices_at_and_near_a_rate_that_is_the_yield(void **state)
{
  (void)state;
  static const struct {
    bt_option_type type;
    bt_lookback_strike strike;
    double rate, price;
  } known[] = {
      {BT_CALL, BT_LOOKBACK_FLOATING, 0.0625, 15.3976058503846828},
      {BT_CALL, BT_LOOKBACK_FLOATING, 0.0625 + 0x1p-40, 15.3976058504119755},
      {BT_CALL, BT_LOOKBACK_FLOATING, 0.0625 - 0x1p-30, 15.3976058224369517},
      {BT_CALL, BT_LOOKBACK_FLOATING, 0.0625 + 0x1p-10, 15.4269313655916633},
      {BT_CALL, BT_LOOKBACK_FIXED, 0.0625, 14.1292777061379682},
      {BT_CALL, BT_LOOKBACK_FIXED, 0.0625 + 0x1p-40, 14.1292777061658315},
      {BT_CALL, BT_LOOKBACK_FIXED, 0.0625 - 0x1p-30, 14.1292776776059547},
      {BT_CALL, BT_LOOKBACK_FIXED, 0.0625 + 0x1p-10, 14.1592170648752218},
      {BT_PUT, BT_LOOKBACK_FLOATING, 0.0625, 17.6340277237499679},
      {BT_PUT, BT_LOOKBACK_FLOATING, 0.0625 + 0x1p-40, 17.6340277237114094},
      {BT_PUT, BT_LOOKBACK_FLOATING, 0.0625 - 0x1p-30, 17.6340277632338638},
      {BT_PUT, BT_LOOKBACK_FLOATING, 0.0625 + 0x1p-10, 17.5926718407483515},
      {BT_PUT, BT_LOOKBACK_FIXED, 0.0625, 19.2144325142614361},
      {BT_PUT, BT_LOOKBACK_FIXED, 0.0625 + 0x1p-40, 19.2144325142210368},
      {BT_PUT, BT_LOOKBACK_FIXED, 0.0625 - 0x1p-30, 19.2144325556302933},
      {BT_PUT, BT_LOOKBACK_FIXED, 0.0625 + 0x1p-10, 19.1711009296567083},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    bt_vanilla option = {known[i].type, 100, 104, known[i].rate, 0.0625, 0.25, 0.75};
    double got = bt_lookback_price(&option, known[i].strike);
    if (!(fabs(got - known[i].price) < 1e-13 * known[i].price))
      fail_msg("row %zu: got %.17g, expected %.17g", i + 1, got, known[i].price);
  }
}

/* max - S(T) and max(max - S, 0) differ by a forward; so do the minimum's. */
static void floating_and_fixed_strikes_differ_by_a_forward(void **state)
{
  (void)state;
  for (double rate = -0.1; rate < 0.2; rate += 0.03)
    for (double vol = 0.001; vol < 3; vol *= 2) {
      bt_vanilla call = option_of(0, 100, rate, vol), put = option_of(1, 100, rate, vol);
      double forward = 100 * exp(-0.02 * 0.7) - 100 * exp(-rate * 0.7);
      double of_maximum = bt_lookback_price(&call, BT_LOOKBACK_FIXED) - forward;
      double of_minimum = bt_lookback_price(&put, BT_LOOKBACK_FIXED) + forward;
      assert_true(fabs(bt_lookback_price(&put, BT_LOOKBACK_FLOATING) - of_maximum) < 1e-11);
      assert_true(fabs(bt_lookback_price(&call, BT_LOOKBACK_FLOATING) - of_minimum) < 1e-11);
    }
}

/* E[max(max - K, 0)] is the integral over levels above K of the probability to touch them; an
 * up-and-in option that is worth 1 at expiry is a rebate less one that is not touched. */
static void a_fixed_call_is_the_sum_of_touches(void **state)
{
  (void)state;
  enum { N_LEVELS = 20000 };
  bt_vanilla option = option_of(0, 110, 0.05, 0.3);
  double total = 0, step = 900.0 / N_LEVELS;
  for (int i = 0; i < N_LEVELS; i++) { /* by the middle of each step */
    bt_barrier barrier = {BT_UP_IN, 110 + (i + 0.5) * step, 1};
    bt_vanilla nothing = option;
    nothing.strike = 1e9; /* so that the rebate alone counts */
    total += (exp(-0.05 * 0.7) - bt_barrier_price(&nothing, &barrier)) * step;
  }
  assert_true(fabs(bt_lookback_price(&option, BT_LOOKBACK_FIXED) - total) < 1e-4);
}

static void prices_rise_with_volatility_and_stay_above_the_vanilla_option(void **state)
{
  (void)state;
  for (int type = 0; type < 2; type++)
    for (int strike = BT_LOOKBACK_FLOATING; strike <= BT_LOOKBACK_FIXED; strike++)
      for (double k = 60; k < 170; k += 10) {
        double before = 0;
        for (double vol = 0; vol < 2; vol += 0.0625) {
          bt_vanilla option = option_of(type, k, 0.05, vol), vanilla = option;
          if (strike == BT_LOOKBACK_FLOATING) vanilla.strike = 100;
          double price = bt_lookback_price(&option, (bt_lookback_strike)strike);
          assert_true(price >= before - 1e-13);
          assert_true(price >= bt_black_scholes_price(&vanilla) - 1e-13);
          before = price;
        }
      }
}

static void little_volatility_leads_to_the_certain_path(void **state)
{
  (void)state;
  for (int type = 0; type < 2; type++)
    for (int strike = BT_LOOKBACK_FLOATING; strike <= BT_LOOKBACK_FIXED; strike++)
      for (double k = 90; k < 111; k += 5)
        for (double rate = -0.03; rate < 0.1; rate += 0.025) {
          bt_vanilla option = option_of(type, k, rate, 0);
          double end = 100 * exp((rate - 0.02) * 0.7), discount = exp(-rate * 0.7);
          double most = fmax(end, 100), least = fmin(end, 100), payoff;
          if (strike == BT_LOOKBACK_FLOATING)
            payoff = type == 0 ? end - least : most - end;
          else
            payoff = type == 0 ? fmax(most - k, 0) : fmax(k - least, 0);
          for (int exponent = -4; exponent > -320; exponent -= exponent > -12 ? 1 : 30) {
            option.vol = pow(10, exponent);
            double price = bt_lookback_price(&option, (bt_lookback_strike)strike);
            assert_true(fabs(price - payoff * discount) < 100 * option.vol + 1e-12);
          }
        }
}

static void without_time_the_extremes_are_the_spot(void **state)
{
  (void)state;
  bt_vanilla option = option_of(0, 90, 0.05, 0.3);
  option.expiry = 0;
  assert_true(bt_lookback_price(&option, BT_LOOKBACK_FIXED) == 10);
  assert_true(bt_lookback_price(&option, BT_LOOKBACK_FLOATING) == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fixed_strikes_agree_with_haugs_table),
      cmocka_unit_test(lookbacks_agree_with_quantlib),
      cmocka_unit_test(prices_at_and_near_a_rate_that_is_the_yield),
      cmocka_unit_test(floating_and_fixed_strikes_differ_by_a_forward),
      cmocka_unit_test(a_fixed_call_is_the_sum_of_touches),
      cmocka_unit_test(prices_rise_with_volatility_and_stay_above_the_vanilla_option),
      cmocka_unit_test(little_volatility_leads_to_the_certain_path),
      cmocka_unit_test(without_time_the_extremes_are_the_spot),
  };
  return cmocka_run_group_tests_name("core/pricing/lookback", tests, NULL, NULL);
}
