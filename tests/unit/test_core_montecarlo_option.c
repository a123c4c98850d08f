/* Prices by paths beside closed forms: four standard errors, with seeds that are fixed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"
#include "tests/support/option_scene.h"

static const bt_option_settings usual = {BT_ANTITHETIC, true, false, 100000, 7};

/* A call that hardly a path leaves out of the money is its control but for a constant: it has no
 * error, and what is left is worth next to nothing. */
static void expect_closed_form(const bt_option_terms *terms, const bt_option_settings *settings)
{
  char what[200];
  const bt_vanilla *o = &terms->option;
  bt_option_estimate e = option_estimate(terms, settings);
  (void)snprintf(what, sizeof what,
                 "style %d type %d strike %g vol %g expiry %g kind %d steps %zu sampling %d",
                 terms->style, o->type, o->strike, o->vol, o->expiry, terms->barrier.kind,
                 terms->n_steps, settings->sampling);
  double exact = bt_option_closed_form(terms);
  if (isnan(e.std_error) && fabs(e.price - exact) < 1e-4) return;
  expect_near(e.price, e.std_error, exact, what);
}

static void european_prices_are_black_scholes(void **state)
{
  (void)state;
  const double strikes[] = {60, 90, 100, 110, 150}, vols[] = {0.05, 0.2, 0.8};
  bt_option_settings settings = usual;
  for (size_t k = 0; k < 5 * 3 * 2 * 3; k++) {
    bt_option_terms terms = option_terms_usual;
    terms.option.strike = strikes[k % 5];
    terms.option.vol = vols[k / 5 % 3];
    terms.option.type = k / 15 % 2 ? BT_PUT : BT_CALL;
    terms.option.dividend = 0.02;
    settings.sampling = (bt_sampling)(k / 30);
    if (bt_black_scholes_price(&terms.option) < 1e-4) continue; /* no path of these ends there */
    expect_closed_form(&terms, &settings);
  }
}

static double variance(bt_sampling sampling, bool control)
{
  const bt_option_settings settings = {sampling, control, false, 400000, 3};
  double error = option_estimate(&option_terms_usual, &settings).std_error;
  return error * error * 400000;
}

/* 14.72^2 is the variance of the discounted payoff of this case. */
static void controls_and_mirror_images_reduce_the_variance(void **state)
{
  (void)state;
  double plain = variance(BT_PLAIN, false);
  assert_true(fabs(sqrt(plain) - 14.72) < 0.1);
  double antithetic = plain / variance(BT_ANTITHETIC, false);
  double control = plain / variance(BT_PLAIN, true);
  if (fabs(antithetic - 2) > 0.05) fail_msg("antithetic: %g times less variance", antithetic);
  if (control < 6.3 || control > 7.7) fail_msg("control: %g times less variance", control);
  assert_true(plain / variance(BT_ANTITHETIC, true) > 2.5);
}

static void four_million_sobol_points_are_right_to_2e_5(void **state)
{
  (void)state;
  const bt_option_settings settings = {BT_SOBOL, true, false, 4194304, 1};
  bt_option_estimate e = option_estimate(&option_terms_usual, &settings);
  if (fabs(e.price - 10.450583572185565) >= 2e-5 || e.std_error >= 2e-5)
    fail_msg("%.9g from the price, error %.3g", e.price - 10.450583572185565, e.std_error);
  expect_near(e.price, e.std_error, 10.450583572185565, "Sobol");
}

static void averages_are_their_closed_form(void **state)
{
  (void)state;
  bt_option_settings settings = usual;
  for (size_t k = 0; k < 12; k++) {
    bt_option_terms terms = option_terms_usual;
    terms.style = BT_ASIAN;
    terms.average = BT_GEOMETRIC;
    terms.option.strike = k % 2 ? 95 : 108;
    terms.option.type = k / 2 % 2 ? BT_PUT : BT_CALL;
    terms.n_steps = k % 2 ? 12 : 50;
    settings.sampling = (bt_sampling)(k / 4);
    expect_closed_form(&terms, &settings);
  }
}

/* The arithmetic average has no closed form; with one fixing it is the European option. */
static void the_geometric_average_controls_the_arithmetic_one(void **state)
{
  (void)state;
  bt_option_terms terms = option_terms_usual;
  terms.style = BT_ASIAN;
  terms.n_steps = 12;
  bt_option_settings settings = {BT_PLAIN, false, false, 200000, 11};
  bt_option_estimate plain = option_estimate(&terms, &settings);
  settings.control = true;
  settings.seed = 12;
  bt_option_estimate controlled = option_estimate(&terms, &settings);
  assert_true(plain.std_error > 20 * controlled.std_error);
  expect_near(controlled.price, hypot(plain.std_error, controlled.std_error), plain.price, "asian");
  terms.n_steps = 1;
  settings.control = false;
  bt_option_estimate one = option_estimate(&terms, &settings);
  expect_near(one.price, one.std_error, bt_black_scholes_price(&terms.option), "one fixing");
}

static bt_option_terms barrier_terms(size_t kind, double rebate, size_t n_steps)
{
  bt_option_terms terms = option_terms_usual;
  bool up = kind == BT_UP_OUT || kind == BT_UP_IN;
  terms.style = BT_BARRIER;
  terms.option.dividend = 0.01;
  terms.barrier = (bt_barrier){(bt_barrier_kind)kind, up ? 125 : 85, rebate};
  terms.n_steps = n_steps;
  return terms;
}

static void continuous_barriers_are_their_closed_form_with_any_steps(void **state)
{
  (void)state;
  bt_option_settings settings = usual;
  for (size_t k = 0; k < 4 * 2 * 2 * 2 * 2; k++) {
    bt_option_terms terms = barrier_terms(k % 4, k / 4 % 2 ? 5 : 0, k / 8 % 2 ? 7 : 1);
    terms.option.type = k / 16 % 2 ? BT_PUT : BT_CALL;
    settings.sampling = k / 32 ? BT_SOBOL : BT_ANTITHETIC;
    expect_closed_form(&terms, &settings);
  }
}

static void lookbacks_are_their_closed_form_with_any_steps(void **state)
{
  (void)state;
  bt_option_settings settings = usual;
  for (size_t k = 0; k < 2 * 2 * 2 * 3; k++) {
    bt_option_terms terms = option_terms_usual;
    terms.style = BT_LOOKBACK;
    terms.lookback = k % 2 ? BT_LOOKBACK_FIXED : BT_LOOKBACK_FLOATING;
    terms.option.type = k / 2 % 2 ? BT_PUT : BT_CALL;
    terms.option.strike = 105;
    terms.n_steps = k / 4 % 2 ? 6 : 1;
    settings.sampling = (bt_sampling)(k / 8);
    expect_closed_form(&terms, &settings);
  }
}

/* Broadie, Glasserman and Kou 1997, table 2.1 has their approximation within 0.001 of the price of
 * a down-and-out call with 50 dates where the barrier is not next to the spot. */
static void barriers_on_dates_are_near_the_approximation(void **state)
{
  (void)state;
  bt_option_terms terms = option_terms_usual;
  const bt_option_settings settings = {BT_ANTITHETIC, true, false, 400000, 5};
  terms.style = BT_BARRIER;
  terms.discrete = true;
  terms.n_steps = 50;
  terms.option = (bt_vanilla){BT_CALL, 100, 100, 0.1, 0, 0.3, 0.2};
  terms.barrier = (bt_barrier){BT_DOWN_OUT, 91, 0};
  bt_option_estimate e = option_estimate(&terms, &settings);
  assert_true(fabs(e.price - bt_option_closed_form(&terms)) < 4 * e.std_error + 0.001);
  terms.discrete = false; /* and far from that of continuous monitoring */
  assert_true(fabs(e.price - bt_option_closed_form(&terms)) > 20 * e.std_error);
}

static void values_of(double *out, const bt_option_terms *terms, bool antithetic)
{
  static double normals[8 * 128], control[128];
  bt_cell cell;
  for (size_t i = 0; i < 8 * 128; i++) normals[i] = sin(0.7 * (double)i) * 2;
  bt_path_rows rows = {.value = out, .control = control};
  const bt_draws draws = {.normals = normals, .stride = 128, .n = 128, .antithetic = antithetic};
  bt_cell_init(&cell, terms);
  bt_engine_of(terms)(&rows, &cell, &draws);
}

static double normal_of(size_t step, size_t i)
{
  return sin(0.7 * (double)(step * 128 + i)) * 2; /* those of values_of */
}

/* What a path pays by the words of option.h, one price after the other. */
static double plain_value(const bt_option_terms *terms, size_t i)
{
  const bt_vanilla *o = &terms->option;
  const double dt = o->expiry / (double)terms->n_steps;
  double x = 0, most = o->spot, least = o->spot, price = o->spot, touch = -1;
  for (size_t t = 0; t < terms->n_steps; t++) {
    x += (o->rate - o->dividend - o->vol * o->vol / 2) * dt + o->vol * sqrt(dt) * normal_of(t, i);
    price = o->spot * exp(x);
    most = price > most ? price : most;
    least = price < least ? price : least;
    bool up = bt_barrier_is_up(&terms->barrier);
    bool beyond = up ? price >= terms->barrier.level : price <= terms->barrier.level;
    if (touch < 0 && beyond) touch = (double)(t + 1) * dt;
  }
  const double discount = exp(-o->rate * o->expiry), paid = bt_payoff(o->type, price, o->strike);
  if (terms->style == BT_LOOKBACK && terms->lookback == BT_LOOKBACK_FLOATING)
    return discount * (o->type == BT_CALL ? price - least : most - price);
  if (terms->style == BT_LOOKBACK)
    return discount * bt_payoff(o->type, o->type == BT_CALL ? most : least, o->strike);
  if (bt_barrier_is_out(&terms->barrier))
    return touch < 0 ? discount * paid : terms->barrier.rebate * exp(-o->rate * touch);
  return discount * (touch < 0 ? terms->barrier.rebate : paid);
}

static void what_is_looked_at_on_dates_is_a_plain_simulation(void **state)
{
  (void)state;
  for (size_t k = 0; k < 8 * 2; k++) {
    double values[128];
    bt_option_terms terms = barrier_terms(k % 4, 3, 8);
    terms.discrete = true;
    terms.style = k / 4 % 2 ? BT_LOOKBACK : BT_BARRIER;
    terms.lookback = k % 2 ? BT_LOOKBACK_FIXED : BT_LOOKBACK_FLOATING;
    terms.option.type = k / 8 ? BT_PUT : BT_CALL;
    values_of(values, &terms, false);
    for (size_t i = 0; i < 128; i++)
      if (!(fabs(values[i] - plain_value(&terms, i)) <= 1e-11))
        fail_msg("case %zu path %zu: %.15g, %.15g", k, i, values[i], plain_value(&terms, i));
  }
}

static void in_and_out_are_the_european_option_path_by_path(void **state)
{
  (void)state;
  for (size_t k = 0; k < 8; k++) {
    double in[128], out[128], sum;
    static double european[128];
    bt_option_terms terms = barrier_terms(k % 2 ? BT_UP_OUT : BT_DOWN_OUT, 0, 8);
    terms.discrete = k / 2 % 2;
    terms.option.vol = 0.4;
    values_of(out, &terms, k / 4);
    terms.barrier.kind = k % 2 ? BT_UP_IN : BT_DOWN_IN;
    values_of(in, &terms, k / 4);
    terms.barrier.level = k % 2 ? 1e9 : 1e-6; /* never reached */
    terms.barrier.kind = k % 2 ? BT_UP_OUT : BT_DOWN_OUT;
    values_of(european, &terms, k / 4);
    size_t n_both = 0;
    for (size_t i = 0; i < 128; i++) {
      sum = in[i] + out[i];
      assert_true(fabs(sum - european[i]) <= 1e-12 * (1 + european[i]));
      n_both += in[i] > 0;
    }
    assert_true(n_both > 10);
  }
}

static void a_spot_beyond_the_barrier_has_touched_it(void **state)
{
  (void)state;
  bt_option_terms terms = barrier_terms(BT_DOWN_OUT, 4, 3);
  terms.barrier.level = 110;
  assert_true(bt_option_begins_beyond(&terms) && bt_option_is_certain(&terms));
  assert_true(bt_option_certain_price(&terms) == 4);
  terms.barrier.kind = BT_DOWN_IN;
  assert_false(bt_option_is_certain(&terms));
  bt_option_estimate e = option_estimate(&terms, &usual);
  expect_near(e.price, e.std_error, bt_black_scholes_price(&terms.option), "born at once");
}

/* Neither time nor volatility: the one path there is, by closed forms and by hand. */
static void a_certain_path_has_a_certain_price(void **state)
{
  (void)state;
  bt_option_terms terms = option_terms_usual;
  for (int k = 0; k < 2; k++) {
    terms.option.vol = k ? 0.2 : 0;
    terms.option.expiry = k ? 0 : 1;
    terms.option.strike = 90;
    assert_true(bt_option_is_certain(&terms));
    for (size_t kind = 0; kind < 4; kind++) {
      bt_option_terms b = barrier_terms(kind, 3, 1);
      b.option = terms.option;
      b.barrier.level = kind == BT_UP_IN || kind == BT_UP_OUT ? 103 : 95;
      double price = bt_option_certain_price(&b), form = bt_option_closed_form(&b);
      if (!(fabs(price - form) < 1e-12 * 100))
        fail_msg("kind %zu: %.15g, %.15g", kind, price, form);
    }
    terms.style = BT_EUROPEAN;
    assert_true(fabs(bt_option_certain_price(&terms) - bt_option_closed_form(&terms)) < 1e-12);
    terms.style = BT_LOOKBACK;
    terms.lookback = BT_LOOKBACK_FIXED;
    assert_true(fabs(bt_option_certain_price(&terms) - bt_option_closed_form(&terms)) < 1e-12);
    terms.style = BT_ASIAN;
    terms.average = BT_GEOMETRIC;
    terms.n_steps = 4;
    assert_true(fabs(bt_option_certain_price(&terms) - bt_option_closed_form(&terms)) < 1e-12);
    terms.n_steps = 1;
  }
  terms.option = (bt_vanilla){BT_CALL, 100, 100, 0.05, 0, 0, 1};
  terms.average = BT_ARITHMETIC;
  terms.n_steps = 2;
  double mean = 50 * (exp(0.025) + exp(0.05));
  assert_true(fabs(bt_option_certain_price(&terms) - exp(-0.05) * (mean - 100)) < 1e-12);
}

static void what_no_path_can_price_is_refused(void **state)
{
  (void)state;
  bt_error err;
  bt_option_terms terms = option_terms_usual;
  terms.option.vol = 5;
  terms.option.expiry = 9;
  assert_int_equal(bt_option_terms_check(&terms, 1e6, &err), BT_ERR_DATA);
  assert_string_equal(
      err.message,
      "--vol, --expiry: vol x sqrt(expiry) is 15; 1000000 paths tell such a price up to 10");
  terms.option.expiry = 1;
  assert_int_equal(bt_option_terms_check(&terms, 1e3, &err), BT_OK);
  terms.style = BT_LOOKBACK; /* no bound holds what it pays */
  assert_int_equal(bt_option_terms_check(&terms, 1e6, &err), BT_ERR_DATA);
  assert_string_equal(
      err.message,
      "--vol, --expiry: vol x sqrt(expiry) is 5; 1000000 paths tell such a price up to 2.13");
  terms.lookback = BT_LOOKBACK_FIXED;
  terms.option.type = BT_PUT;
  assert_int_equal(bt_option_terms_check(&terms, 1e6, &err), BT_OK);
  terms = barrier_terms(BT_DOWN_OUT, 1, 1);
  terms.option.rate = -0.5;
  terms.option.dividend = -0.48;
  assert_int_equal(bt_option_terms_check(&terms, 1e6, &err), BT_ERR_DATA);
  terms.barrier.rebate = 0;
  assert_int_equal(bt_option_terms_check(&terms, 1e6, &err), BT_OK);
}

static void a_cell_has_the_same_bits_alone_and_in_a_grid(void **state)
{
  (void)state;
  const bt_sampling samplings[] = {BT_PLAIN, BT_ANTITHETIC, BT_SOBOL};
  for (size_t k = 0; k < 3; k++) {
    bt_option_settings settings = {samplings[k], true, true, 5001, 9};
    bt_cell cells[3];
    bt_option_plan plan;
    bt_error err;
    bt_option_terms terms = option_terms_usual;
    terms.style = BT_LOOKBACK;
    terms.n_steps = 5;
    for (size_t i = 0; i < 3; i++) {
      terms.option.vol = 0.1 * (double)(i + 1);
      bt_cell_init(&cells[i], &terms);
    }
    assert_int_equal(bt_option_plan_init(&plan, &settings, cells, 3, &err), BT_OK);
    bt_option_estimate in_grid = option_plan_run(&plan, 1);
    bt_option_plan_clear(&plan);
    bt_option_estimate alone = option_estimate(&cells[1].terms, &settings);
    assert_memory_equal(&in_grid, &alone, sizeof alone);
    settings.seed = 10;
    alone = option_estimate(&cells[1].terms, &settings);
    assert_true(alone.price != in_grid.price);
  }
}

/* More dimensions than Sobol points have: the rest is drawn plainly, and the mean stays right. */
static void sobol_points_go_on_beyond_their_dimensions(void **state)
{
  (void)state;
  bt_option_terms terms = option_terms_usual;
  const bt_option_settings settings = {BT_SOBOL, false, false, 16384, 2};
  terms.style = BT_ASIAN;
  terms.average = BT_GEOMETRIC;
  terms.n_steps = 600;
  expect_closed_form(&terms, &settings);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(european_prices_are_black_scholes),
      cmocka_unit_test(controls_and_mirror_images_reduce_the_variance),
      cmocka_unit_test(four_million_sobol_points_are_right_to_2e_5),
      cmocka_unit_test(averages_are_their_closed_form),
      cmocka_unit_test(the_geometric_average_controls_the_arithmetic_one),
      cmocka_unit_test(continuous_barriers_are_their_closed_form_with_any_steps),
      cmocka_unit_test(lookbacks_are_their_closed_form_with_any_steps),
      cmocka_unit_test(barriers_on_dates_are_near_the_approximation),
      cmocka_unit_test(what_is_looked_at_on_dates_is_a_plain_simulation),
      cmocka_unit_test(in_and_out_are_the_european_option_path_by_path),
      cmocka_unit_test(a_spot_beyond_the_barrier_has_touched_it),
      cmocka_unit_test(a_certain_path_has_a_certain_price),
      cmocka_unit_test(what_no_path_can_price_is_refused),
      cmocka_unit_test(a_cell_has_the_same_bits_alone_and_in_a_grid),
      cmocka_unit_test(sobol_points_go_on_beyond_their_dimensions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
