/* Delta and gamma on a tree. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/lattice.h"

static bt_lattice_slopes value_of(const bt_vanilla *option, size_t n_dates)
{
  bt_error err = {0};
  bt_lattice_slopes value = {0};
  double price = -1;
  if (bt_lattice_value(&value, option, n_dates, BT_LATTICE_STEPS, &err) != BT_OK)
    fail_msg("%s", err.message);
  assert_int_equal(bt_lattice_price(&price, option, n_dates, BT_LATTICE_STEPS, NULL), BT_OK);
  assert_true(price == value.price);
  return value;
}

static void expect(double found, double wanted, double share)
{
  if (!(fabs(found - wanted) <= share * fabs(wanted))) fail_msg("%.9g, not %.9g", found, wanted);
}

static const bt_vanilla put = {BT_PUT, 36, 40, 0.06, 0, 0.2, 1};
static const bt_vanilla call = {BT_CALL, 100, 100, 0.03, 0.07, 0.25, 1};

/* QuantLib 1.44, finite differences on a grid of 2000 x 1000. */
static void american_slopes_are_those_of_finite_differences(void **state)
{
  (void)state;
  const bt_lattice_slopes p = value_of(&put, 0), c = value_of(&call, 0);
  expect(p.delta, -0.696783, 1e-4);
  expect(p.gamma, 0.086724, 3e-4);
  expect(c.delta, 0.492744, 1e-4);
  expect(c.gamma, 0.017318, 1e-4);
}

static void on_dates_slopes_are_those_of_bumped_prices(void **state)
{
  (void)state;
  const bt_vanilla *options[] = {&put, &call};
  for (size_t i = 0; i < 2; i++) {
    const bt_lattice_slopes middle = value_of(options[i], 50);
    const double h = 0.02 * options[i]->spot;
    bt_vanilla up = *options[i], down = up;
    up.spot += h;
    down.spot -= h;
    const double above = value_of(&up, 50).price, below = value_of(&down, 50).price;
    expect(middle.delta, (above - below) / (2 * h), 2e-3);
    expect(middle.gamma, (above - 2 * middle.price + below) / (h * h), 5e-3);
  }
}

/* Where hardly anything is gained by exercise, a tree tells what closed forms do. */
static void an_option_that_waits_has_the_slopes_of_the_european_one(void **state)
{
  (void)state;
  const bt_vanilla waits = {BT_CALL, 100, 95, 0.05, 0, 0.3, 1};
  const bt_vanilla hardly_waits = {BT_CALL, 100, 95, 0.05, 1e-9, 0.3, 1};
  const bt_greeks exact = bt_black_scholes_greeks(&waits);
  const bt_lattice_slopes same = value_of(&waits, 12), tree = value_of(&hardly_waits, 12);
  assert_true(same.delta == exact.delta && same.gamma == exact.gamma);
  expect(tree.delta, exact.delta, 1e-5);
  expect(tree.gamma, exact.gamma, 1e-4);
}

static void exercised_now_they_are_those_of_the_payoff(void **state)
{
  (void)state;
  const bt_vanilla deep = {BT_PUT, 10, 40, 0.06, 0, 0.2, 1};
  const bt_vanilla high = {BT_CALL, 200, 100, 0.02, 0.2, 0.2, 1};
  const bt_lattice_slopes p = value_of(&deep, 50), c = value_of(&high, 0);
  const bt_lattice_slopes once = value_of(&put, 1); /* 4 now are more than 3.84 in a year */
  assert_true(p.price == 30 && p.delta == -1 && p.gamma == 0);
  assert_true(c.price == 100 && c.delta == 1 && c.gamma == 0);
  assert_true(once.price == 4 && once.delta == -1 && once.gamma == 0);
}

static void what_a_tree_does_not_tell_is_no_number(void **state)
{
  (void)state;
  bt_vanilla certain = put;
  certain.vol = 0;
  bt_lattice_slopes value = value_of(&certain, 50);
  assert_true(value.price == 4 && isnan(value.delta) && isnan(value.gamma));
  assert_int_equal(bt_lattice_value(&value, &put, 2, 4, NULL), BT_OK); /* two steps, and four */
  assert_true(value.price > 4 && isnan(value.delta) && isnan(value.gamma));
  bt_error err;
  assert_int_equal(bt_lattice_value(&value, &put, 50, 0, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "a tree of 0 steps: there must be 1 to 100000");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(american_slopes_are_those_of_finite_differences),
      cmocka_unit_test(on_dates_slopes_are_those_of_bumped_prices),
      cmocka_unit_test(an_option_that_waits_has_the_slopes_of_the_european_one),
      cmocka_unit_test(exercised_now_they_are_those_of_the_payoff),
      cmocka_unit_test(what_a_tree_does_not_tell_is_no_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
