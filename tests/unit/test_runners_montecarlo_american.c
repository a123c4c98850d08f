/* American options against exact prices, and against each other. Seeds are fixed; bounds are four
 * standard errors unless the case says what else. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/linear_algebra.h"
#include "core/montecarlo/exercise.h"
#include "core/montecarlo/sample.h"
#include "core/pricing/black_scholes.h"
#include "core/pricing/lattice.h"
#include "tests/support/american_scene.h"
#include "tests/support/csv_table.h"
#include "tests/support/slow.h"

static const bt_american usual = {.option = {BT_PUT, 36, 40, 0.06, 0, 0.2, 1},
                                  .n_dates = 50,
                                  .basis = BT_BASIS_POLYNOMIAL,
                                  .degree = BT_AMERICAN_DEGREE,
                                  .n_paths = BT_AMERICAN_PATHS,
                                  .n_bound_paths = BT_AMERICAN_BOUND_PATHS,
                                  .seed = 1};
static const double usual_exact = 4.4778111111; /* ls2001, by quadrature */

static bool is_slow(void)
{
  return IS_SLOW || is_below_valgrind();
}

/* Fewer paths where everything is slow. */
static bt_american usual_job(void)
{
  bt_american job = usual;
  if (is_slow()) job.n_paths = 5000, job.n_bound_paths = 500;
  return job;
}

static double european_price(const bt_american *job)
{
  const double today = 0, price = job->option.spot / job->option.strike;
  bt_exercise e;
  double european = 0;
  assert_int_equal(bt_exercise_init(&e, &job->option, job->n_dates, NULL), BT_OK);
  bt_exercise_europeans(&european, &e, &today, &price, 1);
  bt_exercise_clear(&e);
  return job->option.strike * european;
}

static void assert_is_near(const bt_american_result *r, double exact, double n_std_errors)
{
  if (!(fabs(r->price - exact) < n_std_errors * r->std_error))
    fail_msg("price %.5f (%.5f), exact %.5f", r->price, r->std_error, exact);
  if (!(r->high > exact - n_std_errors * r->high_std_error))
    fail_msg("high bound %.5f (%.5f), exact %.5f", r->high, r->high_std_error, exact);
}

/* What holds of any result, to the last bit. */
static void assert_is_in_order(const bt_american_result *r, double intrinsic)
{
  if (!(r->interval_low <= r->price && r->price <= r->interval_high && r->price >= intrinsic &&
        r->interval_low >= intrinsic && r->high >= intrinsic))
    fail_msg("interval %.9g to %.9g, price %.9g, intrinsic %.9g", r->interval_low, r->interval_high,
             r->price, intrinsic);
}

static void assert_is_inside(const bt_american_result *r, double exact)
{
  if (!(r->interval_low < exact && exact < r->interval_high))
    fail_msg("interval %.5f to %.5f, exact %.5f", r->interval_low, r->interval_high, exact);
}

/* ---- exact prices */

static void table_of_longstaff_and_schwartz_is_met_within_three_standard_errors(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/american_put_ls2001.csv")) skip();
  const size_t every = is_below_valgrind() ? table.n_rows : is_slow() ? 5 : 1;
  for (size_t row = 0; row < table.n_rows; row += every) {
    bt_american job = usual_job();
    job.option = (bt_vanilla){BT_PUT,
                              csv_number(&table, row, "S"),
                              csv_number(&table, row, "K"),
                              csv_number(&table, row, "r"),
                              0,
                              csv_number(&table, row, "sigma"),
                              csv_number(&table, row, "T")};
    job.n_dates = (size_t)(csv_number(&table, row, "steps_per_year") * job.option.expiry);
    const double exact = csv_number(&table, row, "bermudan50_exact");
    const bt_american_result r = price_american(&job);
    assert_is_near(&r, exact, is_slow() ? 4 : 3);
    if (is_slow()) continue; /* so few paths are not the default, of which this is said */
    assert_is_inside(&r, exact);
    assert_true((r.high - exact) / exact < 0.0015);
    assert_is_in_order(&r, bt_payoff(BT_PUT, job.option.spot, job.option.strike));
  }
  csv_table_free(&table);
}

static void every_basis_and_degree_holds_the_price_between_its_bounds(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_paths = job.n_paths / 5;
  const size_t step = is_slow() ? 3 : 1;
  for (int basis = BT_BASIS_POLYNOMIAL; basis <= BT_BASIS_CHEBYSHEV; basis++)
    for (job.degree = 1; job.degree <= BT_AMERICAN_DEGREE_MOST; job.degree += step) {
      job.basis = (bt_basis)basis;
      const bt_american_result r = price_american(&job);
      assert_true(r.low < usual_exact + 4 * r.low_std_error);
      assert_true(r.high > usual_exact - 4 * r.high_std_error);
      assert_true(r.high - r.low > -4 * (r.high_std_error + r.low_std_error));
      /* a degree of 1 is two parts in a thousand too low at most */
      assert_true(r.low > usual_exact * 0.998 - 4 * r.low_std_error);
    }
}

/* An American call is the put with spot and strike, and rate and dividend, exchanged: McDonald and
 * Schroder 1998. */
static void call_is_the_put_with_its_terms_exchanged(void **state)
{
  (void)state;
  bt_american call = usual_job(), put = call;
  call.option = (bt_vanilla){BT_CALL, 105, 100, 0.03, 0.07, 0.25, 1.5};
  put.option = (bt_vanilla){BT_PUT, 100, 105, 0.07, 0.03, 0.25, 1.5};
  const bt_american_result c = price_american(&call), p = price_american(&put);
  assert_memory_equal(&c, &p, offsetof(bt_american_result, is_exercised_now));
  double exact = 0;
  assert_int_equal(bt_lattice_price(&exact, &call.option, call.n_dates, BT_LATTICE_STEPS, NULL),
                   BT_OK);
  assert_is_near(&c, exact, 4);
  assert_true(exact > european_price(&call) + 10 * c.low_std_error);
}

/* ---- what is known without simulation */

static void call_without_dividends_is_the_european_one(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option = (bt_vanilla){BT_CALL, 100, 95, 0.05, 0, 0.3, 1};
  const bt_american_result r = price_american(&job);
  assert_true(fabs(r.price - european_price(&job)) < 1e-9);
  assert_true(fabs(r.in_sample - r.price) < 1e-9 && r.std_error == 0 && r.is_held);
  assert_true(fabs(r.high - r.price) < 1e-9);
}

static void single_date_is_the_european_option(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_dates = 1;
  job.option.spot = 41; /* out of the money, so it is not exercised today */
  const bt_american_result r = price_american(&job);
  const double european = european_price(&job);
  assert_true(fabs(r.price - european) < 1e-9 && r.std_error == 0 && r.is_held);
  assert_true(fabs(r.high - european) < 1e-9 && fabs(r.in_sample - european) < 1e-9);
}

static void deep_in_the_money_is_exercised_today(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option.spot = 10;
  const bt_american_result r = price_american(&job);
  assert_true(r.is_exercised_now && !r.is_held);
  assert_true(r.price == 30 && r.std_error == 0 && r.low == 30 && r.interval_low == 30);
  assert_true(r.in_sample == 30 && r.in_sample_std_error == 0);
  assert_true(r.high >= 30 && r.high < 30 + 1e-9 && r.interval_high < 30 + 1e-9);
}

/* Where holding on and exercise are worth nearly the same, chance decides, and says nothing wrong.
 */
static void no_price_is_below_what_exercise_pays(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_paths = BT_AMERICAN_PATHS_LEAST;
  job.n_bound_paths = 500;
  size_t n_exercised = 0, n_held = 0;
  for (job.option.spot = 31; job.option.spot < 35; job.option.spot += 0.5)
    for (job.seed = 1; job.seed <= 4; job.seed++) {
      const bt_american_result r = price_american(&job);
      const double intrinsic = bt_payoff(BT_PUT, job.option.spot, job.option.strike);
      assert_is_in_order(&r, intrinsic);
      if (r.std_error == 0) assert_true(r.price == intrinsic);
      n_exercised += r.std_error == 0;
      n_held += r.std_error > 0;
    }
  assert_true(n_exercised > 4 && n_held > 4);
}

static void far_out_of_the_money_is_worth_nothing(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option.spot = 1000;
  const bt_american_result r = price_american(&job);
  assert_true(r.price >= 0 && r.price < 1e-12 && r.high < 1e-9);
}

/* Ten paths of a thousand gain by early exercise: what others would is anybody's guess. */
static void few_paths_exercised_early_tell_no_error(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option = (bt_vanilla){BT_PUT, 100, 65, 0.06, 0, 0.2, 0.5};
  job.n_paths = 1000;
  job.greeks = true;
  const bt_american_result few = price_american(&job);
  assert_true(isnan(few.std_error) && isfinite(few.price) && !few.is_held);
  assert_true(few.greeks.value[BT_DELTA] < 0 && isnan(few.greeks.std_error[BT_DELTA]));
  assert_is_inside(&few, 0.001698); /* by a tree */
  job.option.strike = 20; /* no path is worth anything: the European price, and its delta */
  const bt_american_result none = price_american(&job);
  assert_true(isnan(none.std_error) && none.price < 1e-9);
  assert_true(none.greeks.value[BT_DELTA] == bt_black_scholes_greeks(&job.option).delta);
}

static void without_volatility_or_time_the_price_is_certain(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option.vol = 0;
  /* 40 exp(-r t) - 36 falls with t: today */
  const bt_american_result flat = price_american(&job);
  assert_true(flat.price == 4 && flat.std_error == 0);
  assert_true(flat.interval_low == flat.price && flat.interval_high == flat.price);
  assert_true(flat.in_sample == flat.price && flat.low == flat.price && flat.high == flat.price);

  job.option = (bt_vanilla){BT_CALL, 36, 40, 0.2, 0, 0, 1};
  /* 36 - 40 exp(-r t) rises: the last */
  assert_true(fabs(price_american(&job).price - (36 - 40 * exp(-0.2))) < 1e-12);

  job = usual_job();
  job.option.expiry = 0;
  assert_true(price_american(&job).price == 4);
  job.option.spot = 41;
  assert_true(price_american(&job).price == 0);
}

static void small_volatility_comes_near_the_certain_price(void **state)
{
  (void)state;
  bt_american job = usual_job();
  for (job.option.vol = 1e-3; job.option.vol > 1e-17; job.option.vol *= 1e-2) {
    job.option.dividend = 0;
    const bt_american_result now = price_american(&job);
    assert_true(now.price == 4 && now.std_error == 0 && now.high >= 4 && now.high < 4 + 1e-9);

    job.option.dividend = 0.2; /* the gain rises to the last date */
    const double last = 40 * exp(-0.06) - 36 * exp(-0.2);
    const bt_american_result later = price_american(&job);
    assert_true(fabs(later.price - last) < 1e-9);
    assert_true(isnan(later.std_error)); /* no path is exercised early: none tells */
    assert_true(fabs(later.high - last) < 4 * later.high_std_error + 1e-9);
  }
}

/* ---- bias, bits, and what is left out */

/* Of few paths a rule of high degree learns the noise: what it earns on the paths that taught it is
 * too much, and on others too little. */
static void paths_that_were_fitted_are_biased_high(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_paths = BT_AMERICAN_PATHS_LEAST;
  job.n_bound_paths = 0;
  job.degree = 10;
  bt_sample excess = {0}, shortfall = {0};
  const size_t n_seeds = is_slow() ? 40 : 200;
  const double clear = is_slow() ? 1 : 4; /* standard errors; of fewer seeds fewer */
  for (job.seed = 1; job.seed <= n_seeds; job.seed++) {
    const bt_american_result r = price_american(&job);
    const double over = r.in_sample - r.low, below = usual_exact - r.low;
    bt_sample_add(&excess, &over, 1);
    bt_sample_add(&shortfall, &below, 1);
  }
  assert_true(excess.mean > clear * bt_sample_std_error(&excess));
  assert_true(shortfall.mean > clear * bt_sample_std_error(&shortfall));
}

static void bits_do_not_depend_on_workers(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_paths = 30011; /* the last chunk and group of eight are not whole */
  job.n_bound_paths = 9001;
  bt_american_result one, other;
  assert_int_equal(try_american(&one, &job, 1, NULL), BT_OK);
  static const size_t n_workers[] = {2, 7};
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(try_american(&other, &job, n_workers[i], NULL), BT_OK);
    assert_memory_equal(&one, &other, offsetof(bt_american_result, is_exercised_now));
  }
}

static void seeds_differ(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_paths = 5000;
  const bt_american_result a = price_american(&job);
  job.seed = 2;
  const bt_american_result b = price_american(&job);
  assert_true(a.price != b.price && a.high != b.high && a.in_sample != b.in_sample);
}

static void bound_is_left_out_where_no_paths_are_for_it(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_bound_paths = 0;
  const bt_american_result r = price_american(&job);
  assert_true(isnan(r.high) && isnan(r.high_std_error) && isnan(r.interval_high));
  assert_true(fabs(r.price - usual_exact) < 4 * r.std_error && isfinite(r.interval_low));
}

static void fewest_paths_give_numbers(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_paths = BT_AMERICAN_PATHS_LEAST;
  job.n_bound_paths = 2;
  const bt_american_result r = price_american(&job);
  assert_true(isfinite(r.price) && isfinite(r.std_error) && isfinite(r.interval_high));
  assert_true(r.price >= 4 && r.price < 40);
}

/* ---- refusals */

static void what_is_not_possible_is_refused(void **state)
{
  (void)state;
  static const struct {
    size_t n_dates, degree, n_paths, n_bound_paths;
    double spot, vol;
    const char *message;
  } cases[] = {
      {0, 3, 1000, 0, 36, 0.2, "0 exercise dates: 1 to 10000 are possible"},
      {10001, 3, 1000, 0, 36, 0.2, "10001 exercise dates: 1 to 10000 are possible"},
      {50, 0, 1000, 0, 36, 0.2, "regression of degree 0: 1 to 10 are possible"},
      {50, 11, 1000, 0, 36, 0.2, "regression of degree 11: 1 to 10 are possible"},
      {50, 3, 999, 0, 36, 0.2, "999 paths: an American option needs at least 1000"},
      {50, 3, 1000, 1, 36, 0.2, "1 path for the bound: none, or at least 2"},
      {50, 3, 1000, 0, 0, 0.2, "spot 0 and strike 40: both must be above 0"},
      {50, 3, 1000, 0, 36, -0.2, "vol -0.2 and expiry 1: neither may be negative"},
      {50, 3, 1000, 0, 36, (double)NAN, "vol nan and expiry 1: neither may be negative"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bt_american job = {.option = {BT_PUT, cases[i].spot, 40, 0.06, 0, cases[i].vol, 1},
                       .n_dates = cases[i].n_dates,
                       .degree = cases[i].degree,
                       .n_paths = cases[i].n_paths,
                       .n_bound_paths = cases[i].n_bound_paths};
    bt_american_result r;
    bt_error err;
    assert_int_equal(try_american(&r, &job, 1, &err), BT_ERR_USAGE);
    assert_string_equal(err.message, cases[i].message);
    assert_true(r.price == 0); /* as it was */
  }
}

static void rates_that_make_prices_rounding_are_refused(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option = (bt_vanilla){BT_CALL, 100, 100, -1, 1, 0.2, 100};
  bt_american_result r;
  bt_error err;
  assert_int_equal(try_american(&r, &job, 1, &err), BT_ERR_DATA);
  assert_string_equal(err.message, "--rate -1, --dividend 1: over 100 years an American option has "
                                   "a price by paths down to -0.05");
  job.option = (bt_vanilla){BT_PUT, 100, 100, 1, -1, 1, 100};
  assert_int_equal(try_american(&r, &job, 1, NULL), BT_ERR_DATA);
  job.option = (bt_vanilla){BT_PUT, 100, 90, 400, 3, 0.2, 100};
  assert_int_equal(try_american(&r, &job, 1, &err), BT_OK);
  assert_is_in_order(&r, 0);
}

/* Prices with a pool that is cancelled before the fork. */
static bt_status cancel_and_price(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)index;
  bt_pool_cancel(context);
  bt_american_result r;
  return bt_american_price(&r, &usual, worker, err);
}

static void cancelled_pool_ends_it(void **state)
{
  (void)state;
  bt_pool *pool = NULL;
  assert_int_equal(bt_pool_new(&pool, 2, NULL), BT_OK);
  assert_int_equal(bt_pool_run(pool, 1, 1, cancel_and_price, pool, NULL), BT_ERR_CANCELLED);
  bt_pool_free(pool);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(table_of_longstaff_and_schwartz_is_met_within_three_standard_errors),
      cmocka_unit_test(every_basis_and_degree_holds_the_price_between_its_bounds),
      cmocka_unit_test(call_is_the_put_with_its_terms_exchanged),
      cmocka_unit_test(call_without_dividends_is_the_european_one),
      cmocka_unit_test(single_date_is_the_european_option),
      cmocka_unit_test(deep_in_the_money_is_exercised_today),
      cmocka_unit_test(no_price_is_below_what_exercise_pays),
      cmocka_unit_test(far_out_of_the_money_is_worth_nothing),
      cmocka_unit_test(few_paths_exercised_early_tell_no_error),
      cmocka_unit_test(without_volatility_or_time_the_price_is_certain),
      cmocka_unit_test(small_volatility_comes_near_the_certain_price),
      cmocka_unit_test(paths_that_were_fitted_are_biased_high),
      cmocka_unit_test(bits_do_not_depend_on_workers),
      cmocka_unit_test(seeds_differ),
      cmocka_unit_test(bound_is_left_out_where_no_paths_are_for_it),
      cmocka_unit_test(fewest_paths_give_numbers),
      cmocka_unit_test(what_is_not_possible_is_refused),
      cmocka_unit_test(rates_that_make_prices_rounding_are_refused),
      cmocka_unit_test(cancelled_pool_ends_it),
  };
  bt_blas_use_one_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
