#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/lattice.h"
#include "tests/support/csv_table.h"

static double price_in(const bt_vanilla *option, size_t n_dates, size_t n_steps)
{
  bt_error err = {0};
  double price = -1;
  if (bt_lattice_price(&price, option, n_dates, n_steps, &err) != BT_OK)
    fail_msg("%s", err.message);
  return price;
}

static double price_of(const bt_vanilla *option, size_t n_dates)
{
  return price_in(option, n_dates, BT_LATTICE_STEPS);
}

/* The largest difference from a column of the table of Longstaff and Schwartz 2001. */
static double largest_error(const csv_table *table, const char *column, bool dates, size_t n_steps)
{
  double largest = 0;
  for (size_t row = 0; row < table->n_rows; row++) {
    bt_vanilla option = {BT_PUT,
                         csv_number(table, row, "S"),
                         csv_number(table, row, "K"),
                         csv_number(table, row, "r"),
                         0,
                         csv_number(table, row, "sigma"),
                         csv_number(table, row, "T")};
    double n_dates = dates ? csv_number(table, row, "steps_per_year") * option.expiry : 0;
    double price = price_in(&option, (size_t)n_dates, n_steps);
    largest = fmax(largest, fabs(price - csv_number(table, row, column)));
  }
  return largest;
}

static void american_puts_agree_with_the_reference_data(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/american_put_ls2001.csv")) skip();
  assert_int_equal(table.n_rows, 20);
  double error = largest_error(&table, "american_exact_qdfp", false, BT_LATTICE_STEPS);
  assert_true(error < 2e-5);
  assert_true(largest_error(&table, "american_exact_qdfp", false, 1000) < 1.1e-4);
  csv_table_free(&table);
}

static void bermudan_puts_agree_with_the_reference_data(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/american_put_ls2001.csv")) skip();
  assert_int_equal(table.n_rows, 20);
  assert_true(largest_error(&table, "bermudan50_exact", true, BT_LATTICE_STEPS) < 3e-5);
  assert_true(largest_error(&table, "bermudan50_exact", true, 1000) < 4e-4);
  csv_table_free(&table);
}

static const struct {
  bt_vanilla option;
  size_t n_dates;
  double price;
} known[] = {
    /* QuantLib's QdFpAmericanEngine, of high precision */
    {{BT_CALL, 100, 100, 0.03, 0.07, 0.2, 365 / 365.0}, 0, 6.29451902},
    {{BT_CALL, 100, 90, 0.05, 0.12, 0.3, 730 / 365.0}, 0, 15.4136891},
    {{BT_CALL, 100, 120, 0.02, 0.05, 0.4, 1095 / 365.0}, 0, 16.4814611},
    {{BT_PUT, 100, 110, 0.08, 0.12, 0.25, 182 / 365.0}, 0, 14.2279307},
    {{BT_PUT, 100, 95, 0.1, 0.02, 0.15, 365 / 365.0}, 0, 1.81844743},
    {{BT_PUT, 100, 130, 0.05, 0, 0.6, 1825 / 365.0}, 0, 58.4621536},
    /* by quadrature from date to date (Gauss and Legendre, from the price of exercise up) */
    {{BT_PUT, 100, 105, 0.1, 0.02, 0.1, 3}, 2, 5}, /* now: the dates are worth 2.15761042 */
    {{BT_PUT, 100, 100, 0.05, 0.02, 0.3, 1}, 4, 10.3664196},
    {{BT_CALL, 100, 95, 0.03, 0.08, 0.25, 1}, 4, 9.91093323},
    {{BT_CALL, 100, 100, 0.1, 0.12, 0.2, 3}, 12, 9.51243846},
    {{BT_PUT, 100, 120, 0.1, 0.05, 0.8, 3}, 12, 52.9796541},
};

static void options_with_dividends_agree_with_other_methods(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double got = price_of(&known[i].option, known[i].n_dates);
    if (!(fabs(got - known[i].price) < 1e-4))
      fail_msg("row %zu: got %.9g, expected %.9g", i + 1, got, known[i].price);
  }
}

static void calls_without_dividends_and_puts_without_interest_wait(void **state)
{
  (void)state;
  for (double strike = 50; strike < 200; strike *= 1.2)
    for (size_t n_dates = 0; n_dates < 4; n_dates++) {
      bt_vanilla call = {BT_CALL, 100, strike, 0.05, 0, 0.3, 1.5};
      bt_vanilla put = {BT_PUT, 100, strike, 0, 0.05, 0.3, 1.5};
      assert_true(price_of(&call, n_dates) == bt_black_scholes_price(&call));
      assert_true(price_of(&put, n_dates) == fmax(strike - 100, bt_black_scholes_price(&put)));
    }
}

/* Next to them, where the tree is asked. */
static void little_dividends_and_little_interest_change_little(void **state)
{
  (void)state;
  for (double strike = 60; strike < 160; strike *= 1.2)
    for (size_t n_dates = 0; n_dates < 4; n_dates += 3) {
      bt_vanilla call = {BT_CALL, 100, strike, 0.05, 1e-9, 0.3, 1.5};
      bt_vanilla put = {BT_PUT, 100, strike, 1e-9, 0.05, 0.3, 1.5};
      assert_true(fabs(price_of(&call, n_dates) - bt_black_scholes_price(&call)) < 3e-5);
      double held = fmax(strike - 100, bt_black_scholes_price(&put));
      assert_true(fabs(price_of(&put, n_dates) - held) < 3e-5);
    }
}

static void more_dates_are_worth_more(void **state)
{
  (void)state;
  for (int type = BT_CALL; type <= BT_PUT; type++) {
    bt_vanilla option = {(bt_option_type)type, 100, 100, 0.06, 0.07, 0.25, 1};
    double before = bt_black_scholes_price(&option), american = price_of(&option, 0);
    assert_true(price_of(&option, 1) == before);
    for (size_t n_dates = 2; n_dates <= 512; n_dates *= 2) {
      double price = price_of(&option, n_dates);
      assert_true(price > before);
      /* what is missing to any time falls like 1 / n_dates */
      assert_true(american - price > 0 && american - price < 0.5 / (double)n_dates);
      before = price;
    }
  }
}

static void an_option_that_is_exercised_now_is_worth_its_gain(void **state)
{
  (void)state;
  bt_vanilla put = {BT_PUT, 30, 100, 0.1, 0, 0.2, 1};
  for (size_t n_dates = 0; n_dates < 5; n_dates++) assert_true(price_of(&put, n_dates) == 70);
}

/* At -2% a strike that is received later is worth more; at a yield of -5% so is what is paid. */
static void below_0_there_are_two_prices_to_exercise_at(void **state)
{
  (void)state;
  bt_vanilla put = {BT_PUT, 100, 100, -0.02, -0.05, 0.2, 3};
  double american = price_of(&put, 0), european = bt_black_scholes_price(&put);
  double bermudan = price_of(&put, 6);
  assert_true(american > bermudan && bermudan > european + 0.1);
  assert_true(fabs(american - price_in(&put, 0, 12000)) < 1e-4);
  assert_true(fabs(bermudan - price_in(&put, 6, 12000)) < 1e-4);
}

static void without_volatility_the_best_date_counts(void **state)
{
  (void)state;
  bt_vanilla put = {BT_PUT, 100, 104, 0.05, 0, 0, 1};
  assert_true(price_of(&put, 0) == 4);
  assert_true(price_of(&put, 4) == 4);
  bt_vanilla growing = {BT_PUT, 100, 104, 0.02, 0.09, 0, 1}; /* its gain rises to the last date */
  double last = 104 * exp(-0.02) - 100 * exp(-0.09);
  assert_true(fabs(price_of(&growing, 4) - last) < 1e-12);
  /* The gain 150 e^(-0.02 t) - 100 e^(-0.1 t) of a call is largest where 3 e^(-0.02 t) = 10 e^(-0.1
   * t), after log(10 / 3) / 0.08 years. */
  bt_vanilla call = {BT_CALL, 150, 100, 0.1, 0.02, 0, 40};
  double years = log(10.0 / 3) / 0.08, best = 150 * exp(-0.02 * years) - 100 * exp(-0.1 * years);
  assert_true(fabs(price_of(&call, 0) - best) < 1e-12);
  assert_true(price_of(&call, 10) < best && price_of(&call, 10) > best - 0.1);
  put.vol = 0.3;
  put.expiry = 0;
  assert_true(price_of(&put, 0) == 4 && price_of(&put, 3) == 4);
}

/* Through volatilities at which the tree has to move with the drift. */
static void little_volatility_leads_to_the_best_date(void **state)
{
  (void)state;
  const bt_vanilla options[] = {{BT_PUT, 100, 104, 0.05, 0, 0, 1},
                                {BT_PUT, 100, 104, 0.02, 0.09, 0, 1},
                                {BT_CALL, 100, 97, 0.01, 0.06, 0, 1},
                                {BT_CALL, 150, 100, 0.1, 0.02, 0, 40}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    for (size_t n_dates = 0; n_dates < 5; n_dates += 4) {
      bt_vanilla option = options[i];
      double certain = price_of(&option, n_dates);
      for (int exponent = -3; exponent > -200; exponent -= exponent > -9 ? 1 : 19) {
        option.vol = pow(10, exponent);
        double price = price_in(&option, n_dates, 1000);
        if (!(fabs(price - certain) < 30 * option.vol + 2e-4))
          fail_msg("option %zu, %zu dates, vol 1e%d: %.9g, certain %.9g", i, n_dates, exponent,
                   price, certain);
      }
    }
}

static void any_volatility_gives_a_price_within_its_bounds(void **state)
{
  (void)state;
  size_t n_priced = 0;
  for (int type = BT_CALL; type <= BT_PUT; type++)
    for (size_t n_dates = 0; n_dates < 8; n_dates = 2 * n_dates + 1)
      for (double vol = 1e-6; vol < 1e6; vol *= 10)
        for (size_t n_steps = 1; n_steps < 200; n_steps *= 5) {
          bt_vanilla option = {(bt_option_type)type, 100, 90, 0.05, 0.03, vol, 10};
          double price = 0;
          bt_status status = bt_lattice_price(&price, &option, n_dates, n_steps, NULL);
          if (status == BT_ERR_DATA) continue; /* too few steps */
          assert_int_equal(status, BT_OK);
          n_priced++;
          assert_true(price >= bt_black_scholes_price(&option));
          assert_true(price <= 100);
        }
  assert_true(n_priced > 300);
}

/* A price that triples each year, and a volatility that lets it fall by some percent before. */
static void steps_that_pass_by_what_waiting_is_worth_are_refused(void **state)
{
  (void)state;
  const bt_vanilla put = {BT_PUT, 100, 100, 1, -1, 0.2, 100};
  bt_error err = {0};
  double price = 7;
  assert_int_equal(bt_lattice_price(&price, &put, 0, 4000, &err), BT_ERR_DATA);
  assert_string_equal(
      err.message, "a tree of 4000 steps: over 100 years too few for vol 0.2 beside a drift of 2");
  assert_int_equal(bt_lattice_price(&price, &put, 5000, 4000, &err), BT_ERR_DATA);
  assert_true(price == 7);

  /* All there is to gain comes in the first year: the perpetual put of Merton 1973. */
  const bt_vanilla sooner = {BT_PUT, 100, 100, 1, -1, 0.2, 1};
  assert_int_equal(bt_lattice_price(&price, &sooner, 0, 4000, &err), BT_OK);
  const double fall = (1.98 + sqrt(1.98 * 1.98 + 2 * 0.04)) / 0.04, edge = fall / (1 + fall);
  assert_true(fabs(price - 100 / (1 + fall) * pow(edge, fall)) < 1e-3);
}

/* Both trees of an extrapolation treat a date in the same way, also where it has few steps. With
 * 70,000 steps the prices are 9.07 and 8.73. */
static void dates_as_dense_as_steps_are_worth_less_than_any_time(void **state)
{
  (void)state;
  const bt_vanilla put = {BT_PUT, 100, 100, 1, -1, 1, 100};
  for (size_t n_steps = 9000; n_steps < 14000; n_steps += 4500) {
    const double american = price_in(&put, 0, n_steps), bermudan = price_in(&put, 5000, n_steps);
    assert_true(fabs(american - 9.07) < 0.1 && fabs(bermudan - 8.73) < 0.2);
    assert_true(bermudan < american);
  }
}

static void numbers_of_steps_and_dates_that_cannot_be_are_refused(void **state)
{
  (void)state;
  bt_vanilla put = {BT_PUT, 100, 104, 0.05, 0, 0.2, 1};
  bt_error err = {0};
  double price = 7;
  assert_int_equal(bt_lattice_price(&price, &put, 0, 0, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "a tree of 0 steps: there must be 1 to 100000");
  assert_int_equal(bt_lattice_price(&price, &put, 0, 100001, &err), BT_ERR_USAGE);
  assert_int_equal(bt_lattice_price(&price, &put, 50001, 100, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "a tree with 50001 exercise dates: there must be at most 50000");
  assert_true(price == 7);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(american_puts_agree_with_the_reference_data),
      cmocka_unit_test(bermudan_puts_agree_with_the_reference_data),
      cmocka_unit_test(options_with_dividends_agree_with_other_methods),
      cmocka_unit_test(calls_without_dividends_and_puts_without_interest_wait),
      cmocka_unit_test(little_dividends_and_little_interest_change_little),
      cmocka_unit_test(more_dates_are_worth_more),
      cmocka_unit_test(an_option_that_is_exercised_now_is_worth_its_gain),
      cmocka_unit_test(below_0_there_are_two_prices_to_exercise_at),
      cmocka_unit_test(without_volatility_the_best_date_counts),
      cmocka_unit_test(little_volatility_leads_to_the_best_date),
      cmocka_unit_test(any_volatility_gives_a_price_within_its_bounds),
      cmocka_unit_test(steps_that_pass_by_what_waiting_is_worth_are_refused),
      cmocka_unit_test(dates_as_dense_as_steps_are_worth_less_than_any_time),
      cmocka_unit_test(numbers_of_steps_and_dates_that_cannot_be_are_refused),
  };
  return cmocka_run_group_tests_name("core/pricing/lattice", tests, NULL, NULL);
}
