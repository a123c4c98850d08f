#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/portfolio.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

enum { N_MOST = 64, N_SERIES_MOST = 3 };

static bt_portfolio *new_portfolio(size_t n_series)
{
  bt_portfolio *portfolio = NULL;
  assert_int_equal(bt_portfolio_new(&portfolio, n_series, NULL), BT_OK);
  return portfolio;
}

/* Adds a ticker to a portfolio of one series. */
static void add(bt_portfolio *portfolio, const int64_t *times, const double *returns,
                const double *shares, size_t n)
{
  assert_int_equal(bt_portfolio_add(portfolio, times, &returns, &shares, n, NULL), BT_OK);
}

static void check(const bt_portfolio *portfolio, const int64_t *times, const double *returns,
                  const double *exposed, size_t n)
{
  double got[N_MOST], got_exposed[N_MOST];
  assert_int_equal(bt_portfolio_count(portfolio), n);
  assert_memory_equal(bt_portfolio_times(portfolio), times, n * sizeof *times);
  assert_int_equal(bt_portfolio_returns(got, got_exposed, portfolio, 0, NULL), BT_OK);
  assert_all_close(got, returns, n, "return");
  if (exposed) assert_all_close(got_exposed, exposed, n, "exposed");
}

/* ---- by hand --------------------------------------------------------------------------------- */

static const int64_t one_to_four[] = {1, 2, 3, 4};

static void one_ticker_has_exactly_its_own_returns(void **state)
{
  (void)state;
  static const double returns[] = {0.1, -0.3, 1.0 / 3, 0}, shares[] = {0, 5, -2, 0};
  static const double exposed[] = {0, 1, 1, 0};
  double got[4];
  bt_portfolio *portfolio = new_portfolio(1);
  add(portfolio, one_to_four, returns, shares, 4);
  check(portfolio, one_to_four, returns, exposed, 4);
  assert_int_equal(bt_portfolio_returns(got, NULL, portfolio, 0, NULL), BT_OK);
  assert_memory_equal(got, returns, sizeof got);
  bt_portfolio_free(portfolio);
}

static void tickers_with_the_same_dates_give_plain_means(void **state)
{
  (void)state;
  static const double a[] = {0.1, 0.2, 0, -0.1}, b[] = {0.3, 0, 0, 0.3};
  static const double shares_a[] = {1, 1, 0, 0}, shares_b[] = {1, 0, 0, 1};
  static const double mean[] = {0.2, 0.1, 0, 0.1}, exposed[] = {1, 0.5, 0, 0.5};
  bt_portfolio *portfolio = new_portfolio(1);
  add(portfolio, one_to_four, a, shares_a, 4);
  add(portfolio, one_to_four, b, shares_b, 4);
  check(portfolio, one_to_four, mean, exposed, 4);
  bt_portfolio_free(portfolio);
}

/* b lives from 2 to 3, where its two returns halve those of a. */
static void a_ticker_counts_from_its_first_to_its_last_bar(void **state)
{
  (void)state;
  static const int64_t two_to_three[] = {2, 3};
  static const double a[] = {0.1, 0.2, 0.3, 0.4}, b[] = {0, -0.1};
  static const double mean[] = {0.1, 0.1, 0.1, 0.4};
  bt_portfolio *portfolio = new_portfolio(1);
  add(portfolio, one_to_four, a, NULL, 4);
  add(portfolio, two_to_three, b, NULL, 2);
  check(portfolio, one_to_four, mean, NULL, 4);
  bt_portfolio_free(portfolio);
}

/* a misses 2, which only b brings, later: it is alive there, with return 0 and no bar to hold on.
 */
static void a_date_that_is_missed_has_return_zero_whoever_was_added_first(void **state)
{
  (void)state;
  static const int64_t times_a[] = {1, 3, 4}, times_b[] = {2, 3}, all[] = {1, 2, 3, 4};
  static const double a[] = {0.1, 0.2, 0.3}, b[] = {0.5, 0.4}, held[] = {1, 1, 1};
  static const double mean[] = {0.1, 0.25, 0.3, 0.3}, exposed[] = {1, 0.5, 1, 1};
  for (int order = 0; order < 2; order++) {
    bt_portfolio *portfolio = new_portfolio(1);
    if (order == 0) add(portfolio, times_a, a, held, 3);
    add(portfolio, times_b, b, held, 2);
    if (order == 1) add(portfolio, times_a, a, held, 3);
    check(portfolio, all, mean, exposed, 4);
    bt_portfolio_free(portfolio);
  }
}

static void tickers_that_never_meet_stand_one_behind_the_other(void **state)
{
  (void)state;
  static const int64_t late[] = {7, 9}, early[] = {1, 2}, all[] = {1, 2, 7, 9};
  static const double a[] = {0.1, 0.2}, b[] = {0.3, 0.4}, mean[] = {0.3, 0.4, 0.1, 0.2};
  bt_portfolio *portfolio = new_portfolio(1);
  add(portfolio, late, a, NULL, 2);
  add(portfolio, early, b, NULL, 2);
  check(portfolio, all, mean, NULL, 4);
  bt_portfolio_free(portfolio);
}

static void a_portfolio_without_tickers_has_no_times(void **state)
{
  (void)state;
  const double *none = NULL;
  bt_portfolio *portfolio = new_portfolio(1);
  assert_int_equal(bt_portfolio_add(portfolio, NULL, &none, NULL, 0, NULL), BT_OK);
  assert_int_equal(bt_portfolio_count(portfolio), 0);
  assert_int_equal(bt_portfolio_returns(NULL, NULL, portfolio, 0, NULL), BT_OK);
  bt_portfolio_free(portfolio);
  bt_portfolio_free(NULL);
}

/* Two times of so many series are more bytes than a size can say. */
static void a_portfolio_that_does_not_fit_is_left_as_it_was(void **state)
{
  (void)state;
  static const int64_t times[] = {1, 2};
  const double *none = NULL;
  bt_error err;
  bt_portfolio *portfolio = new_portfolio(SIZE_MAX / 8);
  assert_int_equal(bt_portfolio_add(portfolio, times, &none, NULL, 2, &err), BT_ERR_NOMEM);
  assert_string_equal(err.message, "out of memory (portfolio)");
  assert_int_equal(bt_portfolio_count(portfolio), 0);
  assert_int_equal(bt_portfolio_returns(NULL, NULL, portfolio, 0, NULL), BT_OK);
  bt_portfolio_free(portfolio);
}

/* ---- against the definition ------------------------------------------------------------------ */

enum { N_TICKERS_MOST = 12, N_DAYS = 50 };

/* Tickers on days 0 .. N_DAYS-1; NaN where one has no bar. */
typedef struct universe {
  size_t n_tickers, n_series;
  double returns[N_TICKERS_MOST][N_SERIES_MOST][N_DAYS];
  double shares[N_TICKERS_MOST][N_SERIES_MOST][N_DAYS];
} universe;

static void make_universe(universe *u, test_random *random)
{
  u->n_tickers = 1 + random_below(random, N_TICKERS_MOST);
  u->n_series = 1 + random_below(random, N_SERIES_MOST);
  size_t hole = random_below(random, 3) ? 1 + random_below(random, 10) : 1000000;
  for (size_t k = 0; k < u->n_tickers; k++) {
    size_t first = random_below(random, 2) ? random_below(random, N_DAYS) : 0;
    size_t end = random_below(random, 2) ? random_below(random, N_DAYS + 1) : N_DAYS;
    for (size_t day = 0; day < N_DAYS; day++) {
      bool has_bar = day >= first && day < end && random_below(random, hole + 1) > 0;
      for (size_t s = 0; s < u->n_series; s++) {
        u->returns[k][s][day] = has_bar ? random_between(random, -0.1, 0.1) : (double)NAN;
        u->shares[k][s][day] = random_below(random, 2) ? random_between(random, -9, 9) : 0;
      }
    }
  }
}

static void add_ticker(bt_portfolio *portfolio, const universe *u, size_t ticker)
{
  double returns[N_SERIES_MOST][N_DAYS], shares[N_SERIES_MOST][N_DAYS];
  const double *list[N_SERIES_MOST], *held[N_SERIES_MOST];
  int64_t times[N_DAYS];
  size_t n = 0;
  for (size_t day = 0; day < N_DAYS; day++) {
    if (isnan(u->returns[ticker][0][day])) continue;
    times[n] = (int64_t)day;
    for (size_t s = 0; s < u->n_series; s++) {
      returns[s][n] = u->returns[ticker][s][day];
      shares[s][n] = u->shares[ticker][s][day];
    }
    n++;
  }
  for (size_t s = 0; s < u->n_series; s++) list[s] = returns[s], held[s] = shares[s];
  assert_int_equal(bt_portfolio_add(portfolio, times, list, held, n, NULL), BT_OK);
}

static bool is_alive(const universe *u, size_t ticker, size_t day)
{
  bool begun = false, goes_on = false;
  for (size_t k = 0; k < N_DAYS; k++) {
    bool has_bar = !isnan(u->returns[ticker][0][k]);
    begun = begun || (has_bar && k <= day);
    goes_on = goes_on || (has_bar && k >= day);
  }
  return begun && goes_on;
}

/* The mean and exposure of a day by definition, in the order of adding; false where nobody trades.
 */
static bool plain_day(double *mean, double *exposed, const universe *u, size_t series, size_t day)
{
  double sum = 0, n_alive = 0, n_held = 0, n_bars = 0;
  for (size_t k = 0; k < u->n_tickers; k++) {
    double r = u->returns[k][series][day];
    n_alive += is_alive(u, k, day);
    if (isnan(r)) continue;
    sum += r;
    n_bars++;
    n_held += u->shares[k][series][day] != 0;
  }
  *mean = sum / n_alive;
  *exposed = n_held / n_alive;
  return n_bars > 0;
}

static void any_universe_agrees_with_the_definition(void **state)
{
  (void)state;
  static universe u;
  test_random random = {31};
  for (size_t round = 0; round < 500; round++) {
    make_universe(&u, &random);
    bt_portfolio *portfolio = new_portfolio(u.n_series);
    for (size_t k = 0; k < u.n_tickers; k++) add_ticker(portfolio, &u, k);
    for (size_t s = 0; s < u.n_series; s++) {
      double got[N_DAYS], held[N_DAYS], mean, exposed;
      size_t n = 0;
      assert_int_equal(bt_portfolio_returns(got, held, portfolio, s, NULL), BT_OK);
      for (size_t day = 0; day < N_DAYS; day++) {
        if (!plain_day(&mean, &exposed, &u, s, day)) continue;
        assert_true(bt_portfolio_times(portfolio)[n] == (int64_t)day);
        if (got[n] != mean || held[n] != exposed)
          fail_msg("round %zu, day %zu: %.17g, not %.17g", round, day, got[n], mean);
        n++;
      }
      assert_int_equal(bt_portfolio_count(portfolio), n);
    }
    bt_portfolio_free(portfolio);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_ticker_has_exactly_its_own_returns),
      cmocka_unit_test(tickers_with_the_same_dates_give_plain_means),
      cmocka_unit_test(a_ticker_counts_from_its_first_to_its_last_bar),
      cmocka_unit_test(a_date_that_is_missed_has_return_zero_whoever_was_added_first),
      cmocka_unit_test(tickers_that_never_meet_stand_one_behind_the_other),
      cmocka_unit_test(a_portfolio_without_tickers_has_no_times),
      cmocka_unit_test(a_portfolio_that_does_not_fit_is_left_as_it_was),
      cmocka_unit_test(any_universe_agrees_with_the_definition),
  };
  return cmocka_run_group_tests_name("core/portfolio", tests, NULL, NULL);
}
