/* Paths at exercise dates, European prices at them, and the martingale of the high bound. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/linear_algebra.h"
#include "core/montecarlo/american_martingale.h"
#include "core/montecarlo/exercise.h"
#include "core/montecarlo/sample.h"
#include "tests/support/csv_table.h"

enum { N = BT_EXERCISE_BLOCK, N_BLOCKS = 100 };

static const bt_vanilla put = {BT_PUT, 36, 40, 0.06, 0.02, 0.3, 1};
static const bt_vanilla call = {BT_CALL, 36, 40, 0.03, 0.07, 0.3, 1};

/* The mean lies within four standard errors. */
static void assert_mean(const bt_sample *sample, double expected)
{
  const double apart = fabs(sample->mean - expected);
  if (!(apart < 4 * bt_sample_std_error(sample)))
    fail_msg("mean %.6f, expected %.6f, standard error %.6f", sample->mean, expected,
             bt_sample_std_error(sample));
}

static void paths_have_the_covariance_of_brownian_motion(void **state)
{
  (void)state;
  enum { DATES = 6 };
  bt_exercise e;
  assert_int_equal(bt_exercise_init(&e, &put, DATES, NULL), BT_OK);
  bt_sample products[DATES + 1][DATES + 1] = {0}, means[DATES + 1] = {0};
  const bt_stream stream = {7, 3};
  for (size_t block = 0; block < N_BLOCKS; block++) {
    double b[DATES + 1][N], product[N];
    for (size_t date = DATES; date > 0; date--) {
      if (date < DATES)
        for (size_t i = 0; i < N; i++) b[date][i] = b[date + 1][i];
      bt_exercise_walk(b[date], &e, date, &stream, block * N, N);
      bt_sample_add(&means[date], b[date], N);
      for (size_t later = date; later <= DATES; later++) {
        for (size_t i = 0; i < N; i++) product[i] = b[date][i] * b[later][i];
        bt_sample_add(&products[date][later], product, N);
      }
    }
  }
  for (size_t date = 1; date <= DATES; date++) {
    assert_mean(&means[date], 0);
    for (size_t later = date; later <= DATES; later++)
      assert_mean(&products[date][later], (double)date);
  }
  bt_exercise_clear(&e);
}

static void european_prices_agree_with_high_precision_values(void **state)
{
  (void)state;
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/american_put_ls2001.csv")) skip();
  for (size_t row = 0; row < table.n_rows; row++) {
    const bt_vanilla option = {BT_PUT,
                               csv_number(&table, row, "S"),
                               csv_number(&table, row, "K"),
                               csv_number(&table, row, "r"),
                               0,
                               csv_number(&table, row, "sigma"),
                               csv_number(&table, row, "T")};
    bt_exercise e;
    assert_int_equal(bt_exercise_init(&e, &option, 5, NULL), BT_OK);
    const double price = option.spot / option.strike, today = 0;
    double european = 0;
    bt_exercise_europeans(&european, &e, &today, &price, 1);
    const double expected = csv_number(&table, row, "european_exact");
    assert_true(fabs(option.strike * european - expected) < 1e-11); /* it has 12 decimals */
    bt_exercise_clear(&e);
  }
  csv_table_free(&table);
}

/* Each option is what its two legs differ by, and moves with vol, date and price held, as its
 * prices at either side tell. */
static void legs_make_up_the_options(void **state)
{
  (void)state;
  static const double price[] = {0.5, 0.9, 1, 1.1, 1.6};
  enum { N_PRICES = sizeof price / sizeof *price };
  const double bump = 1e-5;
  bt_vanilla up = put, down = put;
  up.vol += bump;
  down.vol -= bump;
  const bt_vanilla *options[] = {&put, &up, &down};
  bt_exercise e[3];
  for (size_t k = 0; k < 3; k++)
    assert_int_equal(bt_exercise_init(&e[k], options[k], 4, NULL), BT_OK);
  for (size_t at = 0; at <= 4; at++) {
    double date[N_PRICES], value[3][N_PRICES], payoff[N_PRICES];
    bt_exercise_legs legs, paid;
    for (size_t i = 0; i < N_PRICES; i++) date[i] = (double)at;
    for (size_t k = 0; k < 3; k++) bt_exercise_europeans(value[k], &e[k], date, price, N_PRICES);
    bt_exercise_european_legs(&legs, &e[0], date, price, N_PRICES);
    bt_exercise_payoff_legs(&paid, &e[0], date, price, N_PRICES);
    bt_exercise_payoffs(payoff, &e[0], date, price, N_PRICES);
    for (size_t i = 0; i < N_PRICES; i++) {
      assert_true(value[0][i] == legs.strike[i] - legs.stock[i]);
      assert_true(fabs(paid.strike[i] - paid.stock[i] - payoff[i]) < 1e-15);
      assert_true(paid.by_vol[i] == 0 && paid.years[i] == 0.25 * (double)at && legs.years[i] == 1);
      const double by_vol = (value[1][i] - value[2][i]) / (2 * bump);
      assert_true(fabs(legs.by_vol[i] - by_vol) < 1e-8);
      assert_true(at == 4 ? by_vol == 0 : by_vol > 0.001 || at == 3);
    }
  }
  for (size_t k = 0; k < 3; k++) bt_exercise_clear(&e[k]);
}

/* Put and call differ by the forward, on each date, whatever the price; at the last date each is
 * its payoff. */
static void puts_and_calls_are_in_parity_on_every_date(void **state)
{
  (void)state;
  bt_vanilla other = put;
  other.type = BT_CALL;
  bt_exercise p, c;
  assert_int_equal(bt_exercise_init(&p, &put, 4, NULL), BT_OK);
  assert_int_equal(bt_exercise_init(&c, &other, 4, NULL), BT_OK);
  static const double price[] = {1e-6, 0.2, 0.9, 1, 1.0001, 3, 1e6};
  enum { N_PRICES = sizeof price / sizeof *price };
  for (size_t at = 0; at <= 4; at++) {
    double date[N_PRICES], of_put[N_PRICES], of_call[N_PRICES], payoff[N_PRICES];
    for (size_t i = 0; i < N_PRICES; i++) date[i] = (double)at;
    bt_exercise_europeans(of_put, &p, date, price, N_PRICES);
    bt_exercise_europeans(of_call, &c, date, price, N_PRICES);
    bt_exercise_payoffs(payoff, &p, date, price, N_PRICES);
    const double now = 0.25 * (double)at;
    for (size_t i = 0; i < N_PRICES; i++) {
      const double forward = price[i] * exp(-0.06 * now - 0.02 * (1 - now)) - exp(-0.06);
      assert_true(fabs(of_call[i] - of_put[i] - forward) < 1e-15 * (1 + price[i]));
      assert_true(fabs(payoff[i] - exp(-0.06 * now) * fmax(1 - price[i], 0)) < 1e-15);
      if (at == 4) assert_true(fabs(of_put[i] - payoff[i]) < 1e-15);
    }
  }
  bt_exercise_clear(&p);
  bt_exercise_clear(&c);
}

static void gains_are_payoffs_less_european_prices(void **state)
{
  (void)state;
  const bt_vanilla *options[] = {&put, &call};
  for (size_t o = 0; o < 2; o++) {
    enum { DATES = 50 };
    bt_exercise e;
    assert_int_equal(bt_exercise_init(&e, options[o], DATES, NULL), BT_OK);
    const bt_stream stream = {1, 0};
    double b[N], price[N], gain[N], dates[N], payoff[N], european[N];
    size_t n_paid = 0;
    for (size_t date = DATES; date > 0; date--) {
      for (size_t i = 0; i < N; i++) dates[i] = (double)date;
      bt_exercise_walk(b, &e, date, &stream, 0, N);
      bt_exercise_prices(price, &e, date, b, N);
      bt_exercise_gains(gain, &e, date, price, b, N);
      bt_exercise_payoffs(payoff, &e, dates, price, N);
      bt_exercise_europeans(european, &e, dates, price, N);
      for (size_t i = 0; i < N; i++) {
        assert_true((payoff[i] > 0) == (gain[i] > -1e300));
        if (payoff[i] > 0) assert_true(fabs(gain[i] - (payoff[i] - european[i])) < 2e-5);
        if (date == DATES && payoff[i] > 0) assert_true(gain[i] == 0);
        n_paid += payoff[i] > 0;
      }
    }
    assert_in_range(n_paid, DATES * N / 10, DATES * N - 1);
    bt_exercise_clear(&e);
  }
}

static void discounted_european_prices_are_martingales(void **state)
{
  (void)state;
  enum { DATES = 5 };
  const bt_vanilla *options[] = {&put, &call};
  for (size_t o = 0; o < 2; o++) {
    bt_exercise e;
    assert_int_equal(bt_exercise_init(&e, options[o], DATES, NULL), BT_OK);
    const double today = 0, spot = options[o]->spot / options[o]->strike;
    double expected = 0;
    bt_exercise_europeans(&expected, &e, &today, &spot, 1);
    bt_sample samples[DATES + 1] = {0};
    const bt_stream stream = {5, 0};
    for (size_t block = 0; block < N_BLOCKS; block++) {
      double b[N], price[N], dates[N], european[N];
      for (size_t date = DATES; date > 0; date--) {
        for (size_t i = 0; i < N; i++) dates[i] = (double)date;
        bt_exercise_walk(b, &e, date, &stream, block * N, N);
        bt_exercise_prices(price, &e, date, b, N);
        bt_exercise_europeans(european, &e, dates, price, N);
        bt_sample_add(&samples[date], european, N);
      }
    }
    for (size_t date = 1; date <= DATES; date++) assert_mean(&samples[date], expected);
    bt_exercise_clear(&e);
  }
}

/* The integral of the growth over the normal distribution of a step, by the trapezoidal rule, which
 * is as good as exact for such functions. */
static double expected_growth(const bt_martingale *martingale, size_t date, double before)
{
  enum { N_NODES = 4096 };
  const double root_two_pi = 2.50662827463100050242, reach = 12, apart = 2 * reach / N_NODES;
  static double z[N_NODES], from[N_NODES], to[N_NODES], growth[N_NODES];
  for (size_t i = 0; i < N_NODES; i++) {
    z[i] = -reach + ((double)i + 0.5) * apart;
    from[i] = before;
    to[i] = before + z[i];
  }
  bt_martingale_growth(growth, martingale, date, from, to, N_NODES);
  double sum = 0;
  for (size_t i = 0; i < N_NODES; i++) sum += growth[i] * exp(-z[i] * z[i] / 2);
  return sum * apart / root_two_pi;
}

static void martingale_is_expected_to_grow_by_nothing(void **state)
{
  (void)state;
  enum { DATES = 50 };
  const bt_vanilla years = {BT_PUT, 100, 120, 0.1, -0.05, 0.6, 30};
  const bt_vanilla *options[] = {&put, &call, &years};
  for (size_t o = 0; o < 3; o++) {
    bt_exercise e;
    bt_martingale martingale;
    assert_int_equal(bt_exercise_init(&e, options[o], DATES, NULL), BT_OK);
    assert_int_equal(bt_martingale_init(&martingale, &e, NULL), BT_OK);
    for (size_t date = 1; date <= DATES; date++)
      for (int deviation = -8; deviation <= 8; deviation++) {
        const double before = deviation * sqrt((double)(date - 1));
        const double growth = expected_growth(&martingale, date, before);
        if (!(fabs(growth) < 1e-12)) fail_msg("date %zu from %g: %g", date, before, growth);
      }
    bt_martingale_clear(&martingale);
    bt_exercise_clear(&e);
  }
}

/* On the last date but one it is what exercise gains, where it gains: to what bells make of a kink,
 * and to less where there is none near, also six standard deviations out, where hardly a path
 * comes. */
static void bells_follow_the_premium_far_out(void **state)
{
  (void)state;
  enum { DATES = 4, DATE = DATES - 1 };
  bt_exercise e;
  bt_martingale martingale;
  double b[N], price[N], payoff[N], european[N], growth[N], start[N] = {0}, dates[N];
  assert_int_equal(bt_exercise_init(&e, &put, DATES, NULL), BT_OK);
  assert_int_equal(bt_martingale_init(&martingale, &e, NULL), BT_OK);
  for (size_t i = 0; i < N; i++) {
    b[i] = sqrt(DATE) * 6 * (2 * (double)i / (N - 1) - 1);
    dates[i] = DATE;
  }
  bt_exercise_prices(price, &e, DATE, b, N);
  bt_exercise_payoffs(payoff, &e, dates, price, N);
  bt_exercise_europeans(european, &e, dates, price, N);
  bt_martingale_growth(growth, &martingale, DATE, start, b, N);
  double largest = 0;
  for (size_t i = 0; i < N; i++) {
    const double premium = fmax(payoff[i] - european[i], 0);
    /* the same start: growths differ as premiums do, and the last is 0 */
    const double off = fabs(growth[i] - growth[N - 1] - premium);
    largest = fmax(largest, premium);
    if (!(off < 2.5e-3 && (fabs(b[i]) < 3 * sqrt(DATE) || off < 8e-5)))
      fail_msg("at %g: off by %g of %g", b[i], off, premium);
  }
  assert_true(largest > 0.01);
  bt_martingale_clear(&martingale);
  bt_exercise_clear(&e);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_have_the_covariance_of_brownian_motion),
      cmocka_unit_test(european_prices_agree_with_high_precision_values),
      cmocka_unit_test(legs_make_up_the_options),
      cmocka_unit_test(puts_and_calls_are_in_parity_on_every_date),
      cmocka_unit_test(gains_are_payoffs_less_european_prices),
      cmocka_unit_test(discounted_european_prices_are_martingales),
      cmocka_unit_test(martingale_is_expected_to_grow_by_nothing),
      cmocka_unit_test(bells_follow_the_premium_far_out),
  };
  bt_blas_use_one_thread();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
