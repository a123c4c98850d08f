#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pricing/black_scholes.h"
#include "tests/support/csv_table.h"

static double implied(const bt_vanilla *option, double price)
{
  bt_error err = {0};
  double vol = -1;
  if (bt_implied_vol(&vol, option, price, &err) != BT_OK) fail_msg("%s", err.message);
  return vol;
}

static void volatilities_agree_with_the_reference_data(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/bs_implied_vol.csv")) skip();
  for (size_t row = 0; row < table.n_rows; row++) {
    bt_vanilla option = {.type =
                             strcmp(csv_text(&table, row, "type"), "call") == 0 ? BT_CALL : BT_PUT,
                         .spot = csv_number(&table, row, "spot"),
                         .strike = csv_number(&table, row, "strike"),
                         .rate = csv_number(&table, row, "r"),
                         .dividend = csv_number(&table, row, "q"),
                         .expiry = csv_number(&table, row, "t")};
    double got = implied(&option, csv_number(&table, row, "price"));
    double expected = csv_number(&table, row, "implied_vol");
    if (!(fabs(got - expected) <= csv_number(&table, row, "abs_tol_vol")))
      fail_msg("row %zu: got %.17g, expected %.17g", row + 1, got, expected);
  }
  assert_int_equal(table.n_rows, 380);
  csv_table_free(&table);
}

/* What the rounding of the price to a double allows, as in the reference data, and in the money
 * also that of the underlying and the strike, of which the price has the difference. */
static double most_error(const bt_vanilla *option, double price)
{
  double spot = option->spot * exp(-option->dividend * option->expiry);
  double strike = option->strike * exp(-option->rate * option->expiry);
  double intrinsic = bt_payoff(option->type, spot, strike);
  double size = 4 * (price + intrinsic) + (intrinsic > 0 ? spot + strike : 0);
  return DBL_EPSILON * (size / bt_black_scholes_greeks(option).vega + 8 * option->vol);
}

static bool goes_round(const bt_vanilla *option, size_t *n_to_12_digits)
{
  double price = bt_black_scholes_price(option);
  double tolerance = most_error(option, price);
  /* no volatility shows in the price, or the price has fewer digits than others */
  if (!(price > DBL_MIN) || !(tolerance < 0.01 * option->vol)) return false;
  double got = implied(option, price);
  if (!(fabs(got - option->vol) <= tolerance))
    fail_msg("%s of strike %.17g, %.17g years, vol %.17g: got %.17g, tolerance %g",
             option->type == BT_CALL ? "call" : "put", option->strike, option->expiry, option->vol,
             got, tolerance);
  *n_to_12_digits += tolerance <= 1e-12;
  return true;
}

static void prices_go_back_to_their_volatility(void **state)
{
  (void)state;
  size_t n_round = 0, n_to_12_digits = 0;
  for (double expiry = 1.0 / 365; expiry < 40; expiry *= 2.7)
    for (double strike = 1; strike < 10000; strike *= 1.17)
      for (double vol = 0.001; vol < 8; vol *= 1.3)
        for (int type = BT_CALL; type <= BT_PUT; type++) {
          bt_vanilla option = {
              type == BT_CALL ? BT_CALL : BT_PUT, 100, strike, 0.03, 0.01, vol, expiry};
          n_round += goes_round(&option, &n_to_12_digits);
        }
  assert_true(n_round > 10000);
  assert_true(n_to_12_digits > n_round / 2);
}

static void at_the_money_forward_every_volatility_is_found(void **state)
{
  (void)state;
  size_t n_round = 0, n_to_12_digits = 0;
  for (double vol = 1e-14; vol < 7; vol *= 1.1) {
    bt_vanilla option = {BT_PUT, 100, 100, 0, 0, vol, 1};
    n_round += goes_round(&option, &n_to_12_digits);
  }
  assert_true(n_round > 350);
  assert_int_equal(n_to_12_digits, n_round);
}

/* Prices of which most are smaller than any that has a meaning. */
static void far_out_of_the_money_the_volatility_is_as_exact(void **state)
{
  (void)state;
  size_t n_round = 0, n_to_12_digits = 0;
  for (double vol = 0.05; vol < 0.2; vol *= 1.01) {
    bt_vanilla option = {BT_CALL, 100, 600, 0.03, 0.01, vol, 1};
    n_round += goes_round(&option, &n_to_12_digits);
  }
  assert_true(n_round > 100);
  assert_int_equal(n_to_12_digits, n_round);
}

static void intrinsic_value_alone_implies_no_volatility(void **state)
{
  (void)state;
  bt_vanilla option = {BT_CALL, 100, 90, 0, 0, 0, 1};
  assert_true(implied(&option, 10) == 0);
  option.strike = 110;
  assert_true(implied(&option, 0) == 0);
  option.rate = 0.04;
  option.dividend = 0.01;
  option.type = BT_PUT;
  option.strike = 150;
  assert_true(implied(&option, bt_black_scholes_price(&option)) == 0);
}

/* The smallest price above the bound, and the largest below the other. */
static void prices_next_to_their_bounds_imply_a_number(void **state)
{
  (void)state;
  bt_vanilla option = {BT_CALL, 100, 100, 0, 0, 0, 1};
  double smallest = implied(&option, DBL_TRUE_MIN);
  assert_true(smallest >= 0 && smallest < 1e-300);
  double largest = implied(&option, nextafter(100, 0));
  option.vol = largest;
  assert_true(largest > 10 && largest < 100);
  assert_true(fabs(bt_black_scholes_price(&option) - 100) < 1e-13);
  option.strike = 130;
  smallest = implied(&option, DBL_TRUE_MIN);
  assert_true(smallest > 0 && smallest < 0.01);
  option.strike = 70;
  assert_true(implied(&option, nextafter(30, 100)) > 0);
}

static void check_refused(const bt_vanilla *option, double price, const char *message)
{
  bt_error err = {0};
  double vol = 7;
  assert_int_equal(bt_implied_vol(&vol, option, price, &err), BT_ERR_DATA);
  assert_string_equal(err.message, message);
  assert_true(vol == 7);
}

static void an_arbitrage_is_refused_with_the_bound_and_the_price(void **state)
{
  (void)state;
  bt_vanilla call = {BT_CALL, 100, 90, 0, 0, 0, 1}, put = {BT_PUT, 100, 120, 0, 0, 0, 1};
  check_refused(&call, 9.5,
                "price 9.5 is below the discounted intrinsic value 10: no volatility implies it");
  check_refused(&put, 19,
                "price 19 is below the discounted intrinsic value 20: no volatility implies it");
  check_refused(&call, 100,
                "price 100 is not below the underlying's discounted value 100: no volatility "
                "implies it");
  check_refused(&put, 120.5,
                "price 120.5 is not below the strike's discounted value 120: no volatility "
                "implies it");
  check_refused(&call, -1, "price -1 is below 0: no volatility implies it");
  check_refused(&call, (double)NAN, "price nan is no number: no volatility implies it");
  call.expiry = 0;
  check_refused(&call, 12, "price 12 at an expiry of 0: no volatility is implied");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(volatilities_agree_with_the_reference_data),
      cmocka_unit_test(prices_go_back_to_their_volatility),
      cmocka_unit_test(at_the_money_forward_every_volatility_is_found),
      cmocka_unit_test(far_out_of_the_money_the_volatility_is_as_exact),
      cmocka_unit_test(intrinsic_value_alone_implies_no_volatility),
      cmocka_unit_test(prices_next_to_their_bounds_imply_a_number),
      cmocka_unit_test(an_arbitrage_is_refused_with_the_bound_and_the_price),
  };
  return cmocka_run_group_tests_name("core/pricing/implied_vol", tests, NULL, NULL);
}
