/* What standard errors and intervals say: over many seeds, where payoffs are rare, where volatility
 * is large or tiny. Bounds are four standard errors of the binomial or normal distribution. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/pricing/black_scholes.h"
#include "tests/support/option_scene.h"

enum { N_SEEDS = 400 };

/* What the intervals of many seeds have come to. */
typedef struct coverage {
  size_t n, covered; /* those that have an interval */
  bt_sample prices;  /* of all seeds */
} coverage;

static coverage cover(const bt_option_terms *terms, const bt_option_settings *how, size_t n_seeds)
{
  coverage c = {0};
  bt_option_settings settings = *how;
  const double exact = bt_option_closed_form(terms);
  for (size_t seed = 1; seed <= n_seeds; seed++) {
    settings.seed = seed;
    const bt_option_estimate e = option_estimate(terms, &settings);
    bt_sample_add(&c.prices, &e.price, 1);
    assert_true(isnan(e.std_error) == isnan(e.low) && isnan(e.low) == isnan(e.high));
    if (isnan(e.std_error)) continue;
    c.n++;
    c.covered += e.low <= exact && exact <= e.high;
  }
  return c;
}

static void expect_covered(const coverage *c, const char *what)
{
  const double n = (double)c->n, least = 0.95 * n - 4 * sqrt(n * 0.95 * 0.05);
  if (!((double)c->covered >= least)) fail_msg("%s: %zu of %zu covered", what, c->covered, c->n);
}

static void expect_unbiased(const coverage *c, double exact, const char *what)
{
  const double apart = (c->prices.mean - exact) / bt_sample_std_error(&c->prices);
  if (!(fabs(apart) <= 4)) fail_msg("%s: %.2f standard errors of bias", what, apart);
}

static void check_case(const bt_option_terms *terms, const bt_option_settings *how)
{
  char what[120];
  const coverage c = cover(terms, how, N_SEEDS);
  (void)snprintf(what, sizeof what, "style %d, strike %g, sampling %d, control %d, %d paths",
                 terms->style, terms->option.strike, how->sampling, how->control,
                 (int)how->n_paths);
  assert_true(c.n >= N_SEEDS * 9 / 10);
  expect_covered(&c, what);
  expect_unbiased(&c, bt_option_closed_form(terms), what);
}

static void intervals_cover_and_few_paths_are_unbiased(void **state)
{
  (void)state;
  const double strikes[] = {85, 100, 105};
  for (size_t k = 0; k < 3 * 3 * 2; k++) {
    const bt_sampling sampling = (bt_sampling)(k % 3);
    const bool sobol = sampling == BT_SOBOL;
    const bt_option_settings how = {sampling, k / 9 == 0, false, sobol ? 16384 : 1000, 0};
    bt_option_terms terms = option_terms_usual;
    terms.option.strike = strikes[k / 3 % 3];
    check_case(&terms, &how);
  }
}

static void intervals_of_other_styles_cover(void **state)
{
  (void)state;
  for (size_t k = 0; k < 3 * 2; k++) {
    const bool sobol = k / 3;
    const bt_option_settings how = {sobol ? BT_SOBOL : BT_ANTITHETIC, true, false,
                                    sobol ? 16384 : 2000, 0};
    bt_option_terms terms = option_terms_usual;
    terms.style = k % 3 == 0 ? BT_BARRIER : k % 3 == 1 ? BT_LOOKBACK : BT_ASIAN;
    terms.average = BT_GEOMETRIC;
    terms.barrier = (bt_barrier){BT_UP_OUT, 130, 0};
    terms.option.type = k % 3 == 0 ? BT_PUT : BT_CALL;
    terms.lookback = BT_LOOKBACK_FIXED;
    terms.n_steps = terms.style == BT_ASIAN ? 6 : 1;
    check_case(&terms, &how);
  }
}

/* 0.3% of paths end in the money: some seeds have too few of them, the others cover. With few paths
 * and their like in the pilot hardly a seed has an interval. */
static void rare_payoffs_have_intervals_that_cover_or_none(void **state)
{
  (void)state;
  bt_option_terms terms = option_terms_usual;
  for (int strike = 50; strike < 160; strike += 5) {
    const bt_option_settings few = {BT_ANTITHETIC, true, false, 1000, 0};
    terms.option.strike = strike;
    const coverage c = cover(&terms, &few, N_SEEDS);
    expect_covered(&c, "1000 paths");
  }
  terms.option = (bt_vanilla){BT_CALL, 100, 150, 0, 0, 0.15, 1};
  for (int sampling = BT_PLAIN; sampling <= BT_SOBOL; sampling++) {
    const bt_option_settings how = {(bt_sampling)sampling, true, false, 20000, 0};
    const coverage c = cover(&terms, &how, N_SEEDS);
    assert_true(c.n > 50);
    expect_covered(&c, "rare");
    expect_unbiased(&c, bt_black_scholes_price(&terms.option), "rare");
  }
}

/* Far out of the money nobody pays, far in it all are their control: no error is known. */
static void what_no_path_shows_has_no_error(void **state)
{
  (void)state;
  const double strikes[] = {200, 50};
  for (size_t k = 0; k < 2 * 3; k++) {
    const bt_option_settings how = {(bt_sampling)(k / 2), true, false, 1000, 0};
    bt_option_terms terms = option_terms_usual;
    terms.option.vol = 0.15;
    terms.option.strike = strikes[k % 2];
    const coverage c = cover(&terms, &how, 50);
    assert_int_equal(c.n, 0);
    assert_true(fabs(c.prices.mean - bt_black_scholes_price(&terms.option)) < 1e-3);
  }
}

/* A put on the highest price of a path that hardly moves pays rounding. */
static void rounding_has_no_error(void **state)
{
  (void)state;
  const bt_option_settings how = {BT_ANTITHETIC, true, false, 10000, 3};
  bt_option_terms terms = option_terms_usual;
  terms.style = BT_LOOKBACK;
  terms.lookback = BT_LOOKBACK_FLOATING;
  terms.option.type = BT_PUT;
  terms.option.vol = 1e-9;
  const bt_option_estimate e = option_estimate(&terms, &how);
  assert_true(fabs(e.price) < 1e-12 && isnan(e.std_error));
  terms.option.vol = 1e-4; /* and so little has */
  terms.option.rate = 0;
  const bt_option_estimate f = option_estimate(&terms, &how);
  expect_near(f.price, f.std_error, bt_option_closed_form(&terms), "small volatility");
}

static void intervals_of_prices_begin_at_0(void **state)
{
  (void)state;
  const bt_option_settings how = {BT_PLAIN, false, false, 1000, 3};
  bt_option_terms terms = option_terms_usual;
  terms.option.strike = 140;
  const bt_option_estimate e = option_estimate(&terms, &how);
  assert_true(e.price > 0 && (isnan(e.low) || e.low >= 0));
}

/* Calls are taken as puts, of which every payoff is below the strike. */
static void large_volatilities_have_accurate_prices(void **state)
{
  (void)state;
  const double vols[] = {1.1, 2, 3, 4, 6, 8, 10};
  for (size_t k = 0; k < 7 * 2 * 3; k++) {
    const bt_option_settings how = {(bt_sampling)(k / 14), true, true, 100000, 7};
    bt_option_terms terms = option_terms_usual;
    terms.option.vol = vols[k % 7];
    terms.option.type = k / 7 % 2 ? BT_PUT : BT_CALL;
    terms.option.dividend = 0.02;
    const bt_option_estimate e = option_estimate(&terms, &how);
    const double exact = bt_black_scholes_price(&terms.option);
    const double delta = bt_black_scholes_greeks(&terms.option).delta;
    if (terms.option.vol < 4) expect_near(e.price, e.std_error, exact, "large volatility");
    if (terms.option.vol < 3)
      expect_near(e.greeks[BT_DELTA], e.greek_errors[BT_DELTA], delta, "its delta");
    assert_true(fabs(e.price - exact) < 0.4 && fabs(e.greeks[BT_DELTA] - delta) < 0.02);
  }
}

static void bounded_lookbacks_take_large_volatilities(void **state)
{
  (void)state;
  const bt_option_settings how = {BT_ANTITHETIC, true, false, 100000, 7};
  bt_option_terms terms = option_terms_usual;
  terms.style = BT_LOOKBACK;
  terms.lookback = BT_LOOKBACK_FIXED;
  terms.option.type = BT_PUT;
  terms.option.vol = 2;
  bt_option_estimate e = option_estimate(&terms, &how);
  expect_near(e.price, e.std_error, bt_option_closed_form(&terms), "lookback put");
  terms.option.vol = 8; /* hardly a path that is not worth the discounted strike */
  e = option_estimate(&terms, &how);
  assert_true(fabs(e.price - bt_option_closed_form(&terms)) < 0.01);
}

/* No digits cancel as the volatility goes to 0: the path is nearly certain, and so is the touch. */
static void a_rebate_at_the_touch_keeps_its_digits(void **state)
{
  (void)state;
  const bt_option_settings how = {BT_ANTITHETIC, true, false, 2000, 7};
  bt_option_terms terms = option_terms_usual;
  terms.style = BT_BARRIER;
  terms.barrier = (bt_barrier){BT_UP_OUT, 103, 4};
  const double exact = 4 * exp(-log(1.03)); /* the forward grows at the rate that discounts */
  for (int power = -7; power > -90; power--) {
    const double vol = pow(10, power);
    terms.option.vol = vol;
    const bt_option_estimate e = option_estimate(&terms, &how);
    if (!(fabs(e.price - exact) < 1e-6 * exact + 10 * vol))
      fail_msg("vol %g: %.15g, not %.15g", vol, e.price, exact);
  }
  terms.option.vol = 1e-200;
  assert_true(bt_option_is_certain(&terms));
  assert_true(fabs(bt_option_certain_price(&terms) - exact) < 1e-12);
}

/* How many are farther away than 4 standard errors. */
static size_t far_greeks(const bt_option_estimate *e, const bt_vanilla *option)
{
  const bt_greeks exact = bt_black_scholes_greeks(option);
  const double all[BT_GREEK_COUNT] = {exact.delta, exact.gamma, exact.vega, exact.theta, exact.rho};
  size_t n = 0;
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) {
    assert_true(e->greek_errors[g] > 0 && e->greek_errors[g] < 0.01 * fabs(all[g]));
    n += fabs(e->greeks[g] - all[g]) > 4 * e->greek_errors[g];
  }
  return n;
}

/* Where the replicates have as many points in the money their means hardly differ, and rho is off
 * by a part of a point all the same. */
static void greeks_by_sobol_points_are_as_near_as_their_errors_say(void **state)
{
  (void)state;
  size_t n_far = 0, n = 0;
  for (int k = 0; k < 200; k++, n += BT_GREEK_COUNT) {
    const bt_option_settings how = {BT_SOBOL, true, true, 32768, (uint64_t)k};
    bt_option_terms terms = option_terms_usual;
    terms.option.type = k % 2 ? BT_PUT : BT_CALL;
    terms.option.strike = 90 + 0.1 * k;
    const bt_option_estimate e = option_estimate(&terms, &how);
    n_far += far_greeks(&e, &terms.option);
  }
  if (n_far > n / 200) fail_msg("%zu of %zu Greeks", n_far, n);
}

/* 0.34% of the points of a replicate are in the money, seven of them with hardly an exception. */
static void greeks_of_few_sobol_points_are_so_too(void **state)
{
  (void)state;
  bt_option_terms terms = option_terms_usual;
  terms.option.type = BT_PUT;
  terms.option.strike = 60;
  const double rho = bt_black_scholes_greeks(&terms.option).rho;
  size_t n_far = 0, n_seeds = 40;
  for (size_t seed = 1; seed <= n_seeds; seed++) {
    const bt_option_settings how = {BT_SOBOL, true, true, 65536, seed};
    const bt_option_estimate e = option_estimate(&terms, &how);
    assert_true(e.greek_errors[BT_RHO] > 0 && e.greek_errors[BT_RHO] < 0.05 * fabs(rho));
    n_far += fabs(e.greeks[BT_RHO] - rho) > 2 * e.greek_errors[BT_RHO];
  }
  if (n_far > 4) fail_msg("rho of %zu seeds of %zu", n_far, n_seeds);
}

/* The errors of replicates are to be nearly normal, of points that all move on their own. */
static void intervals_of_sobol_points_cover_where_volatility_is_large(void **state)
{
  (void)state;
  const bt_option_settings how = {BT_SOBOL, true, false, 65536, 0};
  bt_option_terms terms = option_terms_usual;
  terms.option.vol = 2;
  const coverage c = cover(&terms, &how, 200);
  assert_int_equal(c.n, 200);
  expect_covered(&c, "vol 2");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(intervals_cover_and_few_paths_are_unbiased),
      cmocka_unit_test(intervals_of_other_styles_cover),
      cmocka_unit_test(rare_payoffs_have_intervals_that_cover_or_none),
      cmocka_unit_test(what_no_path_shows_has_no_error),
      cmocka_unit_test(greeks_by_sobol_points_are_as_near_as_their_errors_say),
      cmocka_unit_test(greeks_of_few_sobol_points_are_so_too),
      cmocka_unit_test(intervals_of_sobol_points_cover_where_volatility_is_large),
      cmocka_unit_test(rounding_has_no_error),
      cmocka_unit_test(intervals_of_prices_begin_at_0),
      cmocka_unit_test(large_volatilities_have_accurate_prices),
      cmocka_unit_test(bounded_lookbacks_take_large_volatilities),
      cmocka_unit_test(a_rebate_at_the_touch_keeps_its_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
