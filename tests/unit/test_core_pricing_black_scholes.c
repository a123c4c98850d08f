#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pricing/black_scholes.h"
#include "tests/support/csv_table.h"

/* The columns of the reference data, and where Greeks stand in a row of results. */
static const char *const columns[] = {"price", "delta",        "gamma", "vega", "theta",
                                      "rho",   "dividend_rho", "vanna", "volga"};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void results_of(double out[N_COLUMNS], const bt_vanilla *option)
{
  bt_greeks greeks = bt_black_scholes_greeks(option);
  const double results[N_COLUMNS] = {bt_black_scholes_price(option),
                                     greeks.delta,
                                     greeks.gamma,
                                     greeks.vega,
                                     greeks.theta,
                                     greeks.rho,
                                     greeks.dividend_rho,
                                     greeks.vanna,
                                     greeks.volga};
  memcpy(out, results, sizeof results);
}

static bt_vanilla option_of(const csv_table *table, size_t row)
{
  return (bt_vanilla){.type = strcmp(csv_text(table, row, "type"), "call") == 0 ? BT_CALL : BT_PUT,
                      .spot = csv_number(table, row, "spot"),
                      .strike = csv_number(table, row, "strike"),
                      .rate = csv_number(table, row, "r"),
                      .dividend = csv_number(table, row, "q"),
                      .vol = csv_number(table, row, "vol"),
                      .expiry = csv_number(table, row, "t")};
}

/* Computed to 40 digits. Relative all the way down: the smallest prices are those of no double. */
static void prices_and_greeks_agree_with_40_digits(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/bs_european.csv")) skip();
  for (size_t row = 0; row < table.n_rows; row++) {
    bt_vanilla option = option_of(&table, row);
    double results[N_COLUMNS];
    results_of(results, &option);
    for (size_t i = 0; i < N_COLUMNS; i++) {
      double expected = csv_number(&table, row, columns[i]);
      if (!(fabs(results[i] - expected) <= 1e-12 * fabs(expected) + 1e-300))
        fail_msg("row %zu, %s: got %.17g, expected %.17g", row + 1, columns[i], results[i],
                 expected);
    }
  }
  assert_true(table.n_rows > 200);
  csv_table_free(&table);
}

static double greek_named(const char *name, const bt_vanilla *option)
{
  bt_greeks greeks = bt_black_scholes_greeks(option);
  if (strcmp(name, "elasticity") == 0)
    return greeks.delta * option->spot / bt_black_scholes_price(option);
  if (strcmp(name, "theta_per_day365") == 0) return greeks.theta / 365;
  double results[N_COLUMNS];
  results_of(results, option);
  for (size_t i = 0; i < N_COLUMNS; i++)
    if (strcmp(columns[i], name) == 0) return results[i];
  fail_msg("no Greek '%s'", name);
  return 0;
}

static void greeks_agree_with_haugs_book(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/bs_greeks_haug.csv")) skip();
  for (size_t row = 0; row < table.n_rows; row++) {
    bt_vanilla option = option_of(&table, row);
    double got = greek_named(csv_text(&table, row, "greek"), &option);
    assert_true(fabs(got - csv_number(&table, row, "published")) <= csv_number(&table, row, "tol"));
    double exact = csv_number(&table, row, "exact");
    assert_true(fabs(got - exact) <= 1e-12 * fabs(exact));
  }
  assert_true(table.n_rows > 0);
  csv_table_free(&table);
}

/* A month from expiry the two probabilities of an option at the money agree in most digits. Values
 * computed to 40 digits. */
static void little_time_and_little_volatility_cost_no_digits(void **state)
{
  (void)state;
  static const struct {
    bt_vanilla option;
    double price;
  } known[] = {
      {{BT_CALL, 100.0, 100.0, 0.0, 0.0, 1e-06, 1.0}, 0.000039894228040141603729},
      {{BT_PUT, 100.0, 100.0, 0.0, 0.0, 0.2, 1e-09}, 0.0002523132522015955046},
      {{BT_CALL, 100.0, 100.001, 0.0, 0.0, 0.1, 1e-08}, 0.000083316680440551335307},
      {{BT_PUT, 100.0, 99.75, 0.0, 0.0, 0.2, 1.52587890625e-05}, 0.000014240970149106215632},
      {{BT_CALL, 100.0, 400.0, 0.05, 0.02, 0.1, 0.5}, 3.1477639864434165889e-84},
      {{BT_PUT, 100.0, 20.0, 0.05, 0.02, 0.15, 1.0}, 2.4198821001902365159e-28},
      {{BT_CALL, 100.0, 101.0, 0.01, 0.03, 0.01, 0.25}, 0.00019788696550139443785},
      {{BT_PUT, 100.0, 0.001, 0.05, 0.0, 0.5, 2.0}, 7.8900612071716975765e-63},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double got = bt_black_scholes_price(&known[i].option);
    if (!(fabs(got - known[i].price) <= 1e-13 * known[i].price))
      fail_msg("%zu: got %.17g, expected %.17g", i, got, known[i].price);
  }
}

static const bt_vanilla usual = {BT_CALL, 100, 95, 0.05, 0.02, 0.25, 0.75};

static void a_call_less_a_put_is_a_forward(void **state)
{
  (void)state;
  for (double strike = 20; strike < 500; strike *= 1.1)
    for (double vol = 0; vol < 2; vol += 0.125) {
      bt_vanilla call = usual;
      call.strike = strike;
      call.vol = vol;
      bt_vanilla put = call;
      put.type = BT_PUT;
      double forward = 100 * exp(-0.02 * 0.75) - strike * exp(-0.05 * 0.75);
      double difference = bt_black_scholes_price(&call) - bt_black_scholes_price(&put);
      assert_true(fabs(difference - forward) < 1e-12 * (100 + strike));
    }
}

/* Each Greek against a symmetric difference of prices, or of another Greek. */
static void greeks_are_slopes_of_prices(void **state)
{
  (void)state;
  for (int type = BT_CALL; type <= BT_PUT; type++) {
    double low[N_COLUMNS], high[N_COLUMNS], at[N_COLUMNS];
    bt_vanilla option = usual;
    option.type = type == BT_CALL ? BT_CALL : BT_PUT;
    results_of(at, &option);
    double *const moved[] = {&option.spot,     &option.vol,  &option.expiry, &option.rate,
                             &option.dividend, &option.spot, &option.spot,   &option.vol};
    static const struct {
      size_t slope, of;
      double sign;
    } rules[] = {{1, 0, 1}, {3, 0, 1}, {4, 0, -1}, {5, 0, 1},
                 {6, 0, 1}, {2, 1, 1}, {7, 3, 1},  {8, 3, 1}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
      double before = *moved[i], step = 1e-5 * before;
      *moved[i] = before - step;
      results_of(low, &option);
      *moved[i] = before + step;
      results_of(high, &option);
      *moved[i] = before;
      double slope = rules[i].sign * (high[rules[i].of] - low[rules[i].of]) / (2 * step);
      if (!(fabs(slope - at[rules[i].slope]) < 1e-6 * (1 + fabs(slope))))
        fail_msg("%s: %.10g, slope %.10g", columns[rules[i].slope], at[rules[i].slope], slope);
    }
  }
}

static void without_volatility_or_time_the_outcome_is_certain(void **state)
{
  (void)state;
  bt_vanilla option = usual;
  option.vol = 0;
  double forward = 100 * exp(-0.02 * 0.75) - 95 * exp(-0.05 * 0.75);
  assert_true(fabs(bt_black_scholes_price(&option) - forward) < 1e-13);
  bt_greeks greeks = bt_black_scholes_greeks(&option);
  assert_true(fabs(greeks.delta - exp(-0.02 * 0.75)) < 1e-15);
  assert_true(greeks.gamma == 0 && greeks.vega == 0 && greeks.vanna == 0 && greeks.volga == 0);
  assert_true(fabs(greeks.rho - 0.75 * 95 * exp(-0.05 * 0.75)) < 1e-12);
  option.type = BT_PUT;
  assert_true(bt_black_scholes_price(&option) == 0);
  assert_true(bt_black_scholes_greeks(&option).delta == 0);
  option.vol = 0.25;
  option.expiry = 0;
  assert_true(bt_black_scholes_price(&option) == 0);
  option.type = BT_CALL;
  assert_true(bt_black_scholes_price(&option) == 5);
  assert_true(bt_black_scholes_greeks(&option).delta == 1);
}

static void greeks_at_the_kink_are_undefined(void **state)
{
  (void)state;
  bt_vanilla option = {BT_PUT, 100, 100, 0.05, 0.02, 0.25, 0};
  assert_true(bt_black_scholes_price(&option) == 0);
  double results[N_COLUMNS];
  results_of(results, &option);
  for (size_t i = 1; i < N_COLUMNS; i++) assert_true(isnan(results[i]));
}

/* From one certain outcome to the other, through what a double can hold. */
static void no_volatility_and_no_time_give_what_is_not_a_number(void **state)
{
  (void)state;
  for (int exponent = -300; exponent <= 4; exponent++)
    for (double strike = 1e-3; strike < 1e6; strike *= 10)
      for (int type = BT_CALL; type <= BT_PUT; type++) {
        bt_vanilla option = {type == BT_CALL ? BT_CALL : BT_PUT, 100, strike, 0.05, 0.02, 0, 1};
        double results[N_COLUMNS];
        option.vol = pow(10, exponent);
        results_of(results, &option);
        for (size_t i = 0; i < N_COLUMNS; i++) assert_true(isfinite(results[i]));
        assert_true(results[0] >= 0);
        option.vol = 0.3;
        option.expiry = pow(10, exponent < 2 ? exponent : 2);
        results_of(results, &option);
        for (size_t i = 0; i < N_COLUMNS; i++) assert_true(isfinite(results[i]));
      }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prices_and_greeks_agree_with_40_digits),
      cmocka_unit_test(greeks_agree_with_haugs_book),
      cmocka_unit_test(little_time_and_little_volatility_cost_no_digits),
      cmocka_unit_test(a_call_less_a_put_is_a_forward),
      cmocka_unit_test(greeks_are_slopes_of_prices),
      cmocka_unit_test(without_volatility_or_time_the_outcome_is_certain),
      cmocka_unit_test(greeks_at_the_kink_are_undefined),
      cmocka_unit_test(no_volatility_and_no_time_give_what_is_not_a_number),
  };
  return cmocka_run_group_tests_name("core/pricing/black_scholes", tests, NULL, NULL);
}
