/* Greeks of American options against trees on the same dates and closed forms. Seeds are fixed;
 * bounds are four standard errors, which must be small, and what the tree is off by. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/linear_algebra.h"
#include "core/pricing/black_scholes.h"
#include "core/pricing/lattice.h"
#include "tests/support/american_scene.h"
#include "tests/support/slow.h"

static const char *const names[] = {"delta", "gamma", "vega", "theta", "rho"};

static const bt_american usual = {.option = {BT_PUT, 36, 40, 0.06, 0, 0.2, 1},
                                  .n_dates = 50,
                                  .basis = BT_BASIS_POLYNOMIAL,
                                  .degree = BT_AMERICAN_DEGREE,
                                  .n_paths = 25000,
                                  .greeks = true,
                                  .seed = 1};

static bool is_slow(void)
{
  return IS_SLOW || is_below_valgrind();
}

static bt_american usual_job(void)
{
  bt_american job = usual;
  if (is_slow()) job.n_paths = 5000;
  return job;
}

/* The derivative by *term, a member of *option, from trees at either side. */
static double difference(bt_vanilla *option, double *term, double by, size_t n_dates)
{
  const double middle = *term;
  double above = 0, below = 0;
  *term = middle + by;
  assert_int_equal(bt_lattice_price(&above, option, n_dates, BT_LATTICE_STEPS, NULL), BT_OK);
  *term = middle - by;
  assert_int_equal(bt_lattice_price(&below, option, n_dates, BT_LATTICE_STEPS, NULL), BT_OK);
  *term = middle;
  return (above - below) / (2 * by);
}

static void find_on_trees(double out[BT_GREEK_COUNT], const bt_american *job)
{
  const double share = 0.01; /* less is rounding of the tree, more another price */
  bt_vanilla o = job->option;
  bt_lattice_slopes found;
  assert_int_equal(bt_lattice_value(&found, &o, job->n_dates, BT_LATTICE_STEPS, NULL), BT_OK);
  out[BT_DELTA] = found.delta;
  out[BT_GAMMA] = found.gamma;
  out[BT_VEGA] = difference(&o, &o.vol, share * o.vol, job->n_dates);
  out[BT_THETA] = -difference(&o, &o.expiry, share * o.expiry, job->n_dates);
  out[BT_RHO] = difference(&o, &o.rate, fmin(0.002, 0.02 / o.expiry), job->n_dates);
}

/* Each within four standard errors, of which none is more than its share of the Greek. */
static void assert_is_tree(const bt_american *job, const double most[BT_GREEK_COUNT])
{
  const double tree_off = 5e-4, fewer = is_slow() ? 4 : 1;
  double exact[BT_GREEK_COUNT];
  find_on_trees(exact, job);
  const bt_american_result r = price_american(job);
  for (int g = 0; g < BT_GREEK_COUNT; g++) {
    const double value = r.greeks.value[g], std_error = r.greeks.std_error[g];
    if (!(fabs(value - exact[g]) < 4 * std_error + tree_off * fabs(exact[g])))
      fail_msg("%s of spot %g: %.6f (%.6f), tree %.6f", names[g], job->option.spot, value,
               std_error, exact[g]);
    if (!(std_error > 0 && std_error < fewer * most[g] * fabs(exact[g])))
      fail_msg("%s of spot %g: error %.6f of %.6f", names[g], job->option.spot, std_error,
               exact[g]);
  }
}

/* ---- what they are */

static void greeks_are_those_of_the_tree(void **state)
{
  (void)state;
  static const struct {
    bt_vanilla option;
    size_t n_dates;
    double most[BT_GREEK_COUNT]; /* standard errors, as a share */
  } cases[] = {
      {{BT_PUT, 36, 40, 0.06, 0, 0.2, 1}, 50, {0.004, 0.03, 0.007, 0.008, 0.01}},
      {{BT_PUT, 44, 40, 0.06, 0, 0.2, 1}, 50, {0.003, 0.015, 0.003, 0.003, 0.004}},
      {{BT_CALL, 100, 100, 0.03, 0.07, 0.25, 1}, 50, {0.0015, 0.012, 0.001, 0.0015, 0.004}},
      {{BT_CALL, 110, 100, 0.02, 0.06, 0.4, 0.1}, 10, {0.001, 0.002, 0.001, 0.001, 0.004}},
      {{BT_PUT, 100, 110, 0.05, 0.02, 0.3, 10}, 60, {0.006, 0.04, 0.003, 0.012, 0.008}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bt_american job = usual_job();
    job.option = cases[i].option;
    job.n_dates = cases[i].n_dates;
    assert_is_tree(&job, cases[i].most);
  }
}

/* A rule that is off exercises where that is not best: its edges count, and how they move. Without
 * them gamma would be off by ten standard errors; with edges that stay theta has twice the error.
 */
static void greeks_do_not_hang_on_the_rule(void **state)
{
  (void)state;
  static const double most[BT_GREEK_COUNT] = {0.003, 0.015, 0.004, 0.005, 0.006};
  static const size_t degrees[] = {2, 5};
  for (size_t i = 0; i < 2; i++) {
    bt_american job = usual_job();
    job.degree = degrees[i];
    job.n_dates = job.degree == 2 ? 25 : 50;
    job.n_paths *= is_slow() ? 1 : 3;
    assert_is_tree(&job, most);
  }
}

/* Of one set of paths: S^2 gamma of the call is K^2 gamma of the put. */
static void call_has_the_greeks_of_the_put_with_its_terms_exchanged(void **state)
{
  (void)state;
  bt_american call = usual_job(), put = call;
  call.option = (bt_vanilla){BT_CALL, 105, 100, 0.03, 0.07, 0.25, 1.5};
  put.option = (bt_vanilla){BT_PUT, 100, 105, 0.07, 0.03, 0.25, 1.5};
  const bt_american_result c = price_american(&call), p = price_american(&put);
  const double *of_call = c.greeks.value, *of_put = p.greeks.value;
  const double gamma = 105 * 105 * of_call[BT_GAMMA], same = 100 * 100 * of_put[BT_GAMMA];
  assert_true(fabs(gamma - same) < 1e-9 * same);
  assert_true(fabs(of_call[BT_VEGA] - of_put[BT_VEGA]) < 1e-9 * of_put[BT_VEGA]);
  assert_true(fabs(of_call[BT_THETA] - of_put[BT_THETA]) < 1e-9 * -of_put[BT_THETA]);
  /* prices are in proportion to spot and strike together */
  const double together = 105 * of_call[BT_DELTA] + 100 * of_put[BT_DELTA];
  const double error = 105 * c.greeks.std_error[BT_DELTA] + 100 * p.greeks.std_error[BT_DELTA];
  assert_true(fabs(together - c.price) < 4 * error && error < (is_slow() ? 0.6 : 0.2));
}

/* ---- what is known without paths */

static void assert_is_closed_form(const bt_american *job)
{
  const bt_greeks european = bt_black_scholes_greeks(&job->option);
  const double exact[BT_GREEK_COUNT] = {european.delta, european.gamma, european.vega,
                                        european.theta, european.rho};
  const bt_american_result r = price_american(job);
  for (int g = 0; g < BT_GREEK_COUNT; g++)
    if (!(fabs(r.greeks.value[g] - exact[g]) < 1e-9 * fabs(exact[g]) &&
          r.greeks.std_error[g] < 1e-6 * fabs(exact[g])))
      fail_msg("%s %.9g (%.3g), closed form %.9g", names[g], r.greeks.value[g],
               r.greeks.std_error[g], exact[g]);
}

static void never_exercised_early_they_are_those_of_the_european_option(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option = (bt_vanilla){BT_CALL, 100, 95, 0.05, 0, 0.3, 1};
  assert_is_closed_form(&job);
  job.option = (bt_vanilla){BT_PUT, 41, 40, 0.06, 0.01, 0.2, 1};
  job.n_dates = 1;
  assert_is_closed_form(&job);
}

static void exercised_today_they_are_those_of_the_payoff(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.option.spot = 10;
  const bt_american_result put = price_american(&job);
  job.option = (bt_vanilla){BT_CALL, 200, 100, 0.02, 0.2, 0.2, 1};
  const bt_american_result call = price_american(&job);
  assert_true(put.price == 30 && call.price == 100);
  for (int g = 0; g < BT_GREEK_COUNT; g++) {
    assert_true(put.greeks.value[g] == (g == BT_DELTA ? -1 : 0));
    assert_true(call.greeks.value[g] == (g == BT_DELTA ? 1 : 0));
    assert_true(put.greeks.std_error[g] == 0 && call.greeks.std_error[g] == 0);
  }
}

static void a_certain_price_and_a_price_alone_have_none(void **state)
{
  (void)state;
  bt_american certain = usual_job(), alone = usual_job();
  certain.option.vol = 0;
  alone.greeks = false;
  const bt_american_result a = price_american(&certain), b = price_american(&alone);
  for (int g = 0; g < BT_GREEK_COUNT; g++) {
    assert_true(isnan(a.greeks.value[g]) && isnan(a.greeks.std_error[g]));
    assert_true(isnan(b.greeks.value[g]) && isnan(b.greeks.std_error[g]));
  }
}

/* ---- bits */

static void bits_depend_neither_on_workers_nor_on_greeks(void **state)
{
  (void)state;
  bt_american job = usual_job();
  job.n_paths = 10011; /* the last chunk and group of eight are not whole */
  bt_american_result one, other;
  assert_int_equal(try_american(&one, &job, 1, NULL), BT_OK);
  static const size_t n_workers[] = {2, 7};
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(try_american(&other, &job, n_workers[i], NULL), BT_OK);
    assert_memory_equal(&one, &other, offsetof(bt_american_result, is_exercised_now));
  }
  job.greeks = false;
  assert_int_equal(try_american(&other, &job, 2, NULL), BT_OK);
  assert_memory_equal(&one, &other, offsetof(bt_american_result, greeks));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(greeks_are_those_of_the_tree),
      cmocka_unit_test(greeks_do_not_hang_on_the_rule),
      cmocka_unit_test(call_has_the_greeks_of_the_put_with_its_terms_exchanged),
      cmocka_unit_test(never_exercised_early_they_are_those_of_the_european_option),
      cmocka_unit_test(exercised_today_they_are_those_of_the_payoff),
      cmocka_unit_test(a_certain_price_and_a_price_alone_have_none),
      cmocka_unit_test(bits_depend_neither_on_workers_nor_on_greeks),
  };
  bt_blas_use_one_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
