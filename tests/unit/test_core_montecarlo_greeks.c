/* Greeks by paths beside those of closed forms, and beside bumped prices on the same paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/pricing/black_scholes.h"
#include "core/random/normal.h"
#include "tests/support/option_scene.h"

static const char *const names[] = {"delta", "gamma", "vega", "theta", "rho"};

/* The terms with one parameter moved; theta is by time that passes. */
static bt_option_terms bumped(const bt_option_terms *terms, bt_greek greek, double by)
{
  bt_option_terms out = *terms;
  if (greek == BT_DELTA || greek == BT_GAMMA) out.option.spot += by;
  if (greek == BT_VEGA) out.option.vol += by;
  if (greek == BT_THETA) out.option.expiry -= by;
  if (greek == BT_RHO) out.option.rate += by;
  return out;
}

static double closed_greek(const bt_option_terms *terms, bt_greek greek)
{
  const double by = greek == BT_GAMMA ? 0.05 : greek == BT_DELTA ? 1e-3 : 1e-5;
  const bt_option_terms up = bumped(terms, greek, by), down = bumped(terms, greek, -by);
  double above = bt_option_closed_form(&up), below = bt_option_closed_form(&down);
  if (greek == BT_GAMMA) return (above - 2 * bt_option_closed_form(terms) + below) / (by * by);
  return (above - below) / (2 * by);
}

static void expect_closed_greeks(const bt_option_terms *terms, bt_sampling sampling)
{
  char what[120];
  const bt_option_settings settings = {sampling, true, true, 200000, 21};
  bt_option_estimate e = option_estimate(terms, &settings);
  for (int g = 0; g < BT_GREEK_COUNT; g++) {
    double exact = closed_greek(terms, (bt_greek)g);
    (void)snprintf(what, sizeof what, "%s of style %d type %d kind %d lookback %d steps %zu",
                   names[g], terms->style, terms->option.type, terms->barrier.kind, terms->lookback,
                   terms->n_steps);
    if (e.greek_errors[g] == 0) {
      if (!(fabs(e.greeks[g] - exact) < 1e-5)) fail_msg("%s: %g, %g", what, e.greeks[g], exact);
      continue;
    }
    expect_near(e.greeks[g], e.greek_errors[g], exact, what);
  }
}

static void greeks_of_european_options_are_those_of_black_scholes(void **state)
{
  (void)state;
  for (size_t k = 0; k < 12; k++) {
    const bt_option_settings settings = {(bt_sampling)(k / 4), true, true, 200000, 4};
    bt_option_terms terms = option_terms_usual;
    terms.option.type = k % 2 ? BT_PUT : BT_CALL;
    terms.option.strike = k / 2 % 2 ? 120 : 95;
    terms.option.dividend = 0.03;
    const bt_greeks exact = bt_black_scholes_greeks(&terms.option);
    bt_option_estimate e = option_estimate(&terms, &settings);
    const double values[] = {exact.delta, exact.gamma, exact.vega, exact.theta, exact.rho};
    for (int g = 0; g < BT_GREEK_COUNT; g++)
      expect_near(e.greeks[g], e.greek_errors[g], values[g], names[g]);
  }
}

static void greeks_of_geometric_averages_are_those_of_the_closed_form(void **state)
{
  (void)state;
  for (size_t k = 0; k < 4; k++) {
    bt_option_terms terms = option_terms_usual;
    terms.style = BT_ASIAN;
    terms.average = BT_GEOMETRIC;
    terms.option.type = k % 2 ? BT_PUT : BT_CALL;
    terms.n_steps = k / 2 ? 40 : 3;
    expect_closed_greeks(&terms, BT_ANTITHETIC);
  }
}

static void greeks_of_barriers_are_those_of_the_closed_form(void **state)
{
  (void)state;
  for (size_t k = 0; k < 4 * 2 * 2; k++) {
    bt_option_terms terms = option_terms_usual;
    bool up = k % 4 == BT_UP_OUT || k % 4 == BT_UP_IN;
    bool in = k % 4 == BT_UP_IN || k % 4 == BT_DOWN_IN;
    terms.style = BT_BARRIER;
    terms.option.dividend = 0.02;
    terms.option.type = k / 4 % 2 ? BT_PUT : BT_CALL;
    terms.barrier = (bt_barrier){(bt_barrier_kind)(k % 4), up ? 125 : 85, in ? 3 : 0};
    terms.n_steps = k / 8 ? 5 : 1;
    expect_closed_greeks(&terms, k / 8 ? BT_PLAIN : BT_ANTITHETIC);
  }
}

static void greeks_of_lookbacks_are_those_of_the_closed_form(void **state)
{
  (void)state;
  for (size_t k = 0; k < 2 * 2 * 2 * 2; k++) {
    bt_option_terms terms = option_terms_usual;
    terms.style = BT_LOOKBACK;
    terms.lookback = k % 2 ? BT_LOOKBACK_FIXED : BT_LOOKBACK_FLOATING;
    terms.option.type = k / 2 % 2 ? BT_PUT : BT_CALL;
    terms.option.strike = k / 8 ? 110 : 90; /* within today's extremes, or not */
    terms.n_steps = k / 4 % 2 ? 5 : 1;
    expect_closed_greeks(&terms, BT_ANTITHETIC);
  }
}

/* Prices (of gamma: deltas) of two bumped options on the same paths. */
static double bumped_greek(const bt_option_terms *terms, bt_greek greek, double by,
                           const bt_option_settings *settings)
{
  const bt_option_terms up = bumped(terms, greek, by), down = bumped(terms, greek, -by);
  bt_option_estimate above = option_estimate(&up, settings);
  bt_option_estimate below = option_estimate(&down, settings);
  if (greek == BT_GAMMA) return (above.greeks[BT_DELTA] - below.greeks[BT_DELTA]) / (2 * by);
  return (above.price - below.price) / (2 * by);
}

/* A path's difference is nearly its derivative: they lie much nearer than their errors. */
static void greeks_without_a_closed_form_are_those_of_bumped_prices(void **state)
{
  (void)state;
  for (size_t k = 0; k < 6; k++) {
    const bt_option_settings settings = {BT_ANTITHETIC, false, true, 100000, 31};
    bt_option_terms terms = option_terms_usual;
    terms.style = k < 2 ? BT_ASIAN : BT_LOOKBACK;
    terms.discrete = true;
    terms.lookback = k < 4 ? BT_LOOKBACK_FIXED : BT_LOOKBACK_FLOATING;
    terms.option.type = k % 2 ? BT_PUT : BT_CALL;
    terms.option.strike = k % 2 ? 97 : 103;
    terms.n_steps = 12;
    bt_option_estimate e = option_estimate(&terms, &settings);
    for (int g = 0; g < BT_GREEK_COUNT; g++) {
      if (terms.lookback == BT_LOOKBACK_FLOATING && k >= 4 && g == BT_GAMMA) continue; /* 0 */
      double by = g == BT_GAMMA ? 1 : g == BT_DELTA ? 0.01 : 1e-4;
      double bump = bumped_greek(&terms, (bt_greek)g, by, &settings);
      double allowed = g == BT_GAMMA ? 4 * sqrt(2) : 0.2; /* of the errors */
      if (!(fabs(e.greeks[g] - bump) <= allowed * e.greek_errors[g] + 1e-6))
        fail_msg("case %zu %s: %g, bumped %g, error %g", k, names[g], e.greeks[g], bump,
                 e.greek_errors[g]);
    }
  }
}

/* ---- a call with a barrier that is looked at on two dates: by quadrature ----------------------
 */

/* What the last step gives from here, discounted: the call of paths that are not beyond the barrier
 * at its end, and 1 of each such path. */
static void last_step(double out[2], const bt_option_terms *terms, double price)
{
  const bool up = terms->barrier.kind == BT_UP_OUT || terms->barrier.kind == BT_UP_IN;
  const double level = terms->barrier.level, strike = terms->option.strike;
  bt_vanilla o = terms->option;
  o.spot = price;
  o.expiry /= 2;
  double call = bt_black_scholes_price(&o), dt = o.expiry, spread = o.vol * sqrt(dt);
  o.strike = level;
  double nu = o.rate - o.dividend - o.vol * o.vol / 2;
  double above = exp(-o.rate * dt) * bt_normal_cdf((log(price / level) + nu * dt) / spread);
  out[0] = up ? call - bt_black_scholes_price(&o) - (level - strike) * above : call;
  out[1] = up ? exp(-o.rate * dt) - above : above;
}

/* Simpson's rule over the normal number of the first step, up to the barrier. */
static double two_dates(const bt_option_terms *terms)
{
  enum { N = 4000 };
  const bt_vanilla *o = &terms->option;
  const bt_barrier *barrier = &terms->barrier;
  const bool up = barrier->kind == BT_UP_OUT || barrier->kind == BT_UP_IN;
  const bool is_out = barrier->kind == BT_UP_OUT || barrier->kind == BT_DOWN_OUT;
  double dt = o->expiry / 2, spread = o->vol * sqrt(dt), drift = o->rate - o->dividend;
  double mean = (drift - o->vol * o->vol / 2) * dt, discount = exp(-o->rate * dt);
  double edge = (log(barrier->level / o->spot) - mean) / spread, call = 0, alive = 0, part[2];
  double from = up ? -9 : edge, to = up ? edge : 9, width = (to - from) / N;
  for (int i = 0; i <= N; i++) {
    double z = from + i * width, weight = i == 0 || i == N ? 1 : i % 2 ? 4 : 2;
    last_step(part, terms, o->spot * exp(mean + spread * z));
    weight *= width / 3 * bt_normal_pdf(z) * discount;
    call += weight * part[0];
    alive += weight * part[1];
  }
  if (!is_out) return bt_black_scholes_price(o) - call + barrier->rebate * alive;
  double stays = bt_normal_cdf(up ? edge : -edge); /* after the first date */
  double touched = discount * (1 - stays) + discount * discount * stays - alive;
  return call + barrier->rebate * touched;
}

static double two_dates_greek(const bt_option_terms *terms, bt_greek greek)
{
  const double by = greek == BT_GAMMA ? 0.05 : greek == BT_DELTA ? 1e-3 : 1e-5;
  const bt_option_terms up = bumped(terms, greek, by), down = bumped(terms, greek, -by);
  double above = two_dates(&up), below = two_dates(&down);
  if (greek == BT_GAMMA) return (above - 2 * two_dates(terms) + below) / (by * by);
  return (above - below) / (2 * by);
}

static void likelihood_ratios_of_barriers_on_dates_are_those_of_quadrature(void **state)
{
  (void)state;
  for (size_t k = 0; k < 8; k++) {
    const bt_option_settings settings = {BT_ANTITHETIC, true, true, 400000, 41};
    bt_option_terms terms = option_terms_usual;
    const bool up = k % 4 == BT_UP_OUT || k % 4 == BT_UP_IN;
    terms.style = BT_BARRIER;
    terms.discrete = true;
    terms.n_steps = 2;
    terms.barrier = (bt_barrier){(bt_barrier_kind)(k % 4), up ? 125 : 85, k / 4 ? 3 : 0};
    bt_option_estimate e = option_estimate(&terms, &settings);
    expect_near(e.price, e.std_error, two_dates(&terms), "price on two dates");
    for (int g = 0; g < BT_GREEK_COUNT; g++)
      expect_near(e.greeks[g], e.greek_errors[g], two_dates_greek(&terms, (bt_greek)g), names[g]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(greeks_of_european_options_are_those_of_black_scholes),
      cmocka_unit_test(greeks_of_geometric_averages_are_those_of_the_closed_form),
      cmocka_unit_test(greeks_of_barriers_are_those_of_the_closed_form),
      cmocka_unit_test(greeks_of_lookbacks_are_those_of_the_closed_form),
      cmocka_unit_test(greeks_without_a_closed_form_are_those_of_bumped_prices),
      cmocka_unit_test(likelihood_ratios_of_barriers_on_dates_are_those_of_quadrature),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
