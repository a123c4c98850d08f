#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/metrics.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

static const double NONE = (double)NAN;

/* ---- a ledger by hand ------------------------------------------------------------------------ */

/* Metrics of equity[0 .. n-1] that began with `cash`; trades may be NULL. */
static bt_metrics measure(const double *equity, size_t n, double cash, double rf, double ppy,
                          const bt_trade *trades, size_t n_trades)
{
  double *returns = malloc(n * sizeof *returns), *own = malloc(n * sizeof *own);
  bt_bars *bars = make_flat_bars(n, 10);
  bt_trade list[8];
  bt_metrics metrics;
  assert_true(returns && own && n_trades <= 8);
  memcpy(own, equity, n * sizeof *own);
  if (trades) memcpy(list, trades, n_trades * sizeof *list);
  bt_ledger ledger = {.n_bars = n,
                      .equity = own,
                      .n_exposed = n - 1, /* all but one */
                      .n_trades = n_trades,
                      .trades = list,
                      .costs_paid = 12.5};
  for (size_t t = 0; t < n; t++) ledger.ruined = ledger.ruined || own[t] == 0;
  bt_metrics_config config = {cash, rf, ppy, NULL};
  bt_metrics_compute(&metrics, returns, &ledger, bars, (bt_span){0, n}, &config);
  free(returns);
  free(own);
  bt_bars_free(bars);
  return metrics;
}

static bt_metrics measure_equity(const double *equity, size_t n, double ppy)
{
  return measure(equity, n, 100, 0, ppy, NULL, 0);
}

static bool is_checked[BT_METRIC_COUNT]; /* against a number by hand */

static void expect(const bt_metrics *metrics, bt_metric metric, double expected)
{
  is_checked[metric] = is_checked[metric] || !isnan(expected);
  assert_close(metrics->value[metric], expected, bt_metric_describe(metric).name);
}

static void expect_null(const bt_metrics *metrics, const bt_metric *list, size_t n)
{
  for (size_t i = 0; i < n; i++) expect(metrics, list[i], NONE);
}

/* ---- by hand --------------------------------------------------------------------------------- */

/* r = 0.1, -0.1, 0.1: mean 1/30, deviations 1/15, -2/15, 1/15, std = sqrt(1/75); ppy = 3 bars. */
static void metrics_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  static const double equity[] = {110, 99, 108.9};
  bt_metrics m = measure_equity(equity, 3, 3);
  expect(&m, BT_METRIC_N_BARS, 3);
  expect(&m, BT_METRIC_FINAL_EQUITY, 108.9);
  expect(&m, BT_METRIC_TOTAL_RETURN, 0.089);
  expect(&m, BT_METRIC_CAGR, 0.089);
  expect(&m, BT_METRIC_VOLATILITY, 0.2);
  expect(&m, BT_METRIC_SHARPE, 0.5);
  expect(&m, BT_METRIC_SORTINO, 1);
  expect(&m, BT_METRIC_MAX_DRAWDOWN, -0.1);
  expect(&m, BT_METRIC_CALMAR, 0.89);
  expect(&m, BT_METRIC_SKEW, -sqrt(0.5));
  expect(&m, BT_METRIC_KURTOSIS, -1.5);
  expect(&m, BT_METRIC_EXPOSURE, 2.0 / 3);
  expect(&m, BT_METRIC_COSTS, 12.5);
  expect(&m, BT_METRIC_BUY_HOLD, 0);
}

/* The same with 5% a bar taken off in Sharpe and Sortino: 0.05, -0.15, 0.05, mean -1/60. */
static void the_risk_free_rate_changes_sharpe_and_sortino_alone(void **state)
{
  (void)state;
  static const double equity[] = {110, 99, 108.9};
  bt_metrics m = measure(equity, 3, 100, 0.15, 3, NULL, 0);
  expect(&m, BT_METRIC_SHARPE, -0.25);
  expect(&m, BT_METRIC_SORTINO, -1.0 / 3);
  expect(&m, BT_METRIC_VOLATILITY, 0.2);
  expect(&m, BT_METRIC_SKEW, -sqrt(0.5));
  expect(&m, BT_METRIC_CAGR, 0.089);
}

static void cagr_compounds_to_a_year(void **state)
{
  (void)state;
  static const double equity[] = {100, 110};
  bt_metrics m = measure_equity(equity, 2, 4);
  expect(&m, BT_METRIC_CAGR, 0.21);
  m = measure_equity(equity, 2, 1);
  expect(&m, BT_METRIC_CAGR, sqrt(1.1) - 1);
}

static void the_starting_cash_is_the_first_maximum(void **state)
{
  (void)state;
  static const double equity[] = {90, 80, 95};
  bt_metrics m = measure_equity(equity, 3, 252);
  expect(&m, BT_METRIC_MAX_DRAWDOWN, -0.2);
}

static const bt_trade four_trades[] = {
    {.side = 1, .entry_bar = 0, .exit_bar = 2, .entry_value = 100, .pnl = 20},
    {.side = -1, .entry_bar = 2, .exit_bar = 3, .entry_value = 200, .pnl = -10},
    {.side = 1, .entry_bar = 3, .exit_bar = 9, .entry_value = 100, .pnl = 0},
    {.side = 1, .entry_bar = 9, .exit_bar = 10, .entry_value = 50, .pnl = 999, .open = true},
};

static void trade_statistics_are_as_worked_out_by_hand_and_leave_the_open_trade_out(void **state)
{
  (void)state;
  static const double equity[] = {110, 99};
  bt_metrics m = measure(equity, 2, 100, 0, 252, four_trades, 4);
  expect(&m, BT_METRIC_N_TRADES, 3);
  expect(&m, BT_METRIC_WIN_RATE, 1.0 / 3); /* a profit of 0 is none */
  expect(&m, BT_METRIC_PROFIT_FACTOR, 2);
  expect(&m, BT_METRIC_AVG_TRADE, 0.05); /* (0.2 - 0.05 + 0) / 3 */
  expect(&m, BT_METRIC_BEST_TRADE, 0.2);
  expect(&m, BT_METRIC_WORST_TRADE, -0.05);
  expect(&m, BT_METRIC_AVG_BARS, 3); /* (2 + 1 + 6) / 3 */
}

static void profit_factor_is_null_without_losses_and_zero_without_profits(void **state)
{
  (void)state;
  static const double equity[] = {110, 99};
  bt_metrics m = measure(equity, 2, 100, 0, 252, &four_trades[0], 1);
  expect(&m, BT_METRIC_PROFIT_FACTOR, NONE);
  expect(&m, BT_METRIC_WIN_RATE, 1);
  m = measure(equity, 2, 100, 0, 252, &four_trades[1], 1);
  expect(&m, BT_METRIC_PROFIT_FACTOR, 0);
  expect(&m, BT_METRIC_WIN_RATE, 0);
  m = measure(equity, 2, 100, 0, 252, &four_trades[2], 1);
  expect(&m, BT_METRIC_PROFIT_FACTOR, NONE);
  expect(&m, BT_METRIC_AVG_TRADE, 0);
}

static void profits_that_are_rounding_noise_are_neither_won_nor_lost(void **state)
{
  (void)state;
  static const double equity[] = {110, 99};
  const bt_trade trades[] = {{.side = 1, .entry_value = 1e5, .pnl = 1e-11},
                             {.side = 1, .entry_value = 1e5, .pnl = -1e-11}};
  bt_metrics m = measure(equity, 2, 100, 0, 252, trades, 2);
  expect(&m, BT_METRIC_N_TRADES, 2);
  expect(&m, BT_METRIC_WIN_RATE, 0);
  expect(&m, BT_METRIC_PROFIT_FACTOR, NONE);
  expect(&m, BT_METRIC_BEST_TRADE, 0);
  expect(&m, BT_METRIC_WORST_TRADE, 0);
}

/* ---- what is not defined --------------------------------------------------------------------- */

static const bt_metric moments[] = {BT_METRIC_SHARPE, BT_METRIC_SORTINO, BT_METRIC_SKEW,
                                    BT_METRIC_KURTOSIS};
static const bt_metric of_trades[] = {BT_METRIC_WIN_RATE,    BT_METRIC_PROFIT_FACTOR,
                                      BT_METRIC_AVG_TRADE,   BT_METRIC_BEST_TRADE,
                                      BT_METRIC_WORST_TRADE, BT_METRIC_AVG_BARS};
static const bt_metric of_benchmark[] = {BT_METRIC_ALPHA, BT_METRIC_BETA, BT_METRIC_CORRELATION,
                                         BT_METRIC_TRACKING_ERROR, BT_METRIC_INFORMATION_RATIO};

static void one_return_has_no_deviation_and_no_ratio_of_it(void **state)
{
  (void)state;
  static const double equity[] = {95};
  bt_metrics m = measure_equity(equity, 1, 1);
  expect_null(&m, moments, 4);
  expect(&m, BT_METRIC_VOLATILITY, NONE);
  expect(&m, BT_METRIC_TOTAL_RETURN, -0.05);
  expect(&m, BT_METRIC_CAGR, -0.05);
  expect(&m, BT_METRIC_MAX_DRAWDOWN, -0.05);
  expect(&m, BT_METRIC_CALMAR, -1);
}

static void equity_that_stands_still_has_no_ratio(void **state)
{
  (void)state;
  static const double equity[] = {100, 100, 100, 100};
  bt_metrics m = measure_equity(equity, 4, 252);
  expect_null(&m, moments, 4);
  expect(&m, BT_METRIC_CALMAR, NONE);
  expect(&m, BT_METRIC_VOLATILITY, 0);
  expect(&m, BT_METRIC_MAX_DRAWDOWN, 0);
  expect(&m, BT_METRIC_TOTAL_RETURN, 0);
  expect(&m, BT_METRIC_CAGR, 0);
}

static void equal_returns_are_a_constant_series_despite_rounding(void **state)
{
  (void)state;
  double equity[200];
  for (int sign = -1; sign <= 1; sign += 2) {
    for (int t = 0; t < 200; t++) equity[t] = 100 * pow(1 + 0.01 * sign, t + 1);
    bt_metrics m = measure_equity(equity, 200, 252);
    expect_null(&m, moments, 4);
    assert_true(m.value[BT_METRIC_VOLATILITY] == 0);
    assert_true(isnan(m.value[BT_METRIC_CALMAR]) == (sign > 0));
  }
}

static void noise_in_the_last_place_is_no_return_and_no_drawdown(void **state)
{
  (void)state;
  const double lower = nextafter(100, 0), upper = nextafter(100, 200);
  const double flat[] = {lower, lower, upper, 100, lower, lower, lower, upper, 100};
  bt_metrics m = measure_equity(flat, 9, 252);
  expect_null(&m, moments, 4);
  expect(&m, BT_METRIC_CALMAR, NONE);
  assert_true(m.value[BT_METRIC_MAX_DRAWDOWN] == 0);
  const double higher[] = {lower, upper};
  m = measure_equity(higher, 2, 252);
  assert_true(m.value[BT_METRIC_TOTAL_RETURN] == 0 && m.value[BT_METRIC_CAGR] == 0);
  const double rising[] = {lower, 101, 101, 104, 110};
  m = measure_equity(rising, 5, 252);
  expect(&m, BT_METRIC_SORTINO, NONE);
  expect(&m, BT_METRIC_CALMAR, NONE);
  assert_true(m.value[BT_METRIC_SHARPE] > 0);
}

/* Bar by bar, as the definition says. */
static double plain_drawdown(const double *equity, size_t n, double cash)
{
  double peak = cash, worst = 1;
  for (size_t t = 0; t < n; t++) {
    peak = fmax(peak, equity[t]);
    worst = fmin(worst, equity[t] / peak);
  }
  return worst - 1;
}

static void the_drawdown_of_any_series_is_the_worst_fall_from_a_maximum(void **state)
{
  (void)state;
  enum { N_MOST = 700 };
  static const double drifts[] = {-0.01, -0.001, 0, 0.001, 0.01};
  double equity[N_MOST];
  test_random random = {3};
  for (size_t round = 0; round < 3000; round++) {
    size_t n = 1 + random_below(&random, N_MOST);
    double drift = random_choice(&random, drifts, 5), value = random_between(&random, 50, 150);
    for (size_t t = 0; t < n; t++) {
      if (random_below(&random, 3) > 0) value *= 1 + drift + random_between(&random, -0.02, 0.02);
      if (random_below(&random, 200) == 0) value *= random_between(&random, 0.3, 2);
      equity[t] = value;
    }
    bt_metrics m = measure_equity(equity, n, 252);
    double expected = plain_drawdown(equity, n, 100);
    if (m.value[BT_METRIC_MAX_DRAWDOWN] != expected)
      fail_msg("round %zu: %.17g, not %.17g", round, m.value[BT_METRIC_MAX_DRAWDOWN], expected);
  }
}

static void a_rise_without_a_fall_has_no_sortino_and_no_calmar(void **state)
{
  (void)state;
  static const double equity[] = {101, 103, 104};
  bt_metrics m = measure_equity(equity, 3, 252);
  expect(&m, BT_METRIC_SORTINO, NONE);
  expect(&m, BT_METRIC_CALMAR, NONE);
  expect(&m, BT_METRIC_MAX_DRAWDOWN, 0);
  assert_true(m.value[BT_METRIC_SHARPE] > 0);
}

static void a_cagr_that_overflows_is_null_and_calmar_with_it(void **state)
{
  (void)state;
  static const double up[] = {120, 90, 150}, down[] = {50};
  bt_metrics m = measure_equity(up, 3, 252 * 390);
  expect(&m, BT_METRIC_CAGR, NONE);
  expect(&m, BT_METRIC_CALMAR, NONE);
  expect(&m, BT_METRIC_TOTAL_RETURN, 0.5);
  m = measure_equity(down, 1, 252 * 390);
  expect(&m, BT_METRIC_CAGR, -1);
  expect(&m, BT_METRIC_CALMAR, -2);
}

static void no_closed_trade_has_no_trade_statistic(void **state)
{
  (void)state;
  static const double equity[] = {110, 99};
  bt_metrics m = measure(equity, 2, 100, 0, 252, &four_trades[3], 1);
  expect(&m, BT_METRIC_N_TRADES, 0);
  expect_null(&m, of_trades, 6);
  m = measure_equity(equity, 2, 252);
  expect_null(&m, of_trades, 6);
  expect_null(&m, of_benchmark, 5);
}

static void ruin_is_a_return_of_minus_one_and_zeros_after_it(void **state)
{
  (void)state;
  static const double equity[] = {50, 0, 0, 0};
  bt_metrics m = measure_equity(equity, 4, 4); /* r = -0.5 -1 0 0, mean -0.375 */
  expect(&m, BT_METRIC_TOTAL_RETURN, -1);
  expect(&m, BT_METRIC_CAGR, -1);
  expect(&m, BT_METRIC_MAX_DRAWDOWN, -1);
  expect(&m, BT_METRIC_CALMAR, -1);
  /* squares of the deviations: 1/64 + 25/64 + 9/64 + 9/64 = 11/16 */
  expect(&m, BT_METRIC_VOLATILITY, 2 * sqrt(11.0 / 48));
  expect(&m, BT_METRIC_SORTINO, -1.5 / sqrt(1.25)); /* mean of squares 1.25 / 4, times 4 */
}

static void equity_that_overflows_gives_null_and_nothing_infinite(void **state)
{
  (void)state;
  const double equity[] = {1e300, (double)INFINITY, (double)INFINITY};
  bt_metrics m = measure_equity(equity, 3, 252);
  for (int i = 0; i < BT_METRIC_COUNT; i++) assert_true(!isinf(m.value[i]));
  expect(&m, BT_METRIC_FINAL_EQUITY, NONE);
  expect(&m, BT_METRIC_SHARPE, NONE);
  expect(&m, BT_METRIC_VOLATILITY, NONE);
}

/* ---- against a benchmark --------------------------------------------------------------------- */

/* r = 0.1, -0.1, 0.1 deviate from their mean 1/30 by 1/15, -2/15, 1/15; b = 0.05, -0.1, 0.35 from
 * their mean 0.1 by -0.05, -0.2, 0.25. Products 0.04, squares of r 2/75 and of b 0.105; r - b =
 * 0.05, 0, -0.25: mean -1/15, squares of the deviations 31/600. */
static void benchmark_metrics_are_as_worked_out_by_hand(void **state)
{
  (void)state;
  static const double benchmark[] = {0.05, -0.1, 0.35};
  double equity[] = {110, 99, 108.9}, returns[3];
  bt_ledger ledger = {.n_bars = 3, .equity = equity};
  bt_bars *bars = make_flat_bars(3, 10);
  bt_metrics_config config = {100, 0, 3, benchmark};
  bt_metrics m;
  bt_metrics_compute(&m, returns, &ledger, bars, (bt_span){0, 3}, &config);
  expect(&m, BT_METRIC_BETA, 8.0 / 21);
  expect(&m, BT_METRIC_ALPHA, -1.0 / 70); /* (1/30 - 0.1 * 8/21) * 3 */
  expect(&m, BT_METRIC_CORRELATION, 0.04 / sqrt(0.105 * 2 / 75));
  expect(&m, BT_METRIC_TRACKING_ERROR, sqrt(31) / 20);
  expect(&m, BT_METRIC_INFORMATION_RATIO, -4 / sqrt(31));
  bt_bars_free(bars);
}

/* ---- against plain sums in long double ------------------------------------------------------- */

static long double return_of(const double *equity, size_t t)
{
  long double before = t > 0 ? (long double)equity[t - 1] : 100;
  return (long double)equity[t] / before - 1;
}

static void check_against_plain_sums(test_random *random, size_t n)
{
  double *equity = malloc(n * sizeof *equity), value = 100;
  long double sum = 0, second = 0, third = 0, fourth = 0, below = 0, count = (long double)n;
  assert_non_null(equity);
  for (size_t t = 0; t < n; t++) equity[t] = value *= 1 + random_between(random, -0.03, 0.031);
  for (size_t t = 0; t < n; t++) sum += return_of(equity, t);
  for (size_t t = 0; t < n; t++) {
    long double r = return_of(equity, t), d = r - sum / count;
    second += d * d;
    third += d * d * d;
    fourth += d * d * d * d;
    below += r < 0 ? r * r : 0;
  }
  bt_metrics m = measure_equity(equity, n, 252);
  double m2 = (double)(second / count), mean = (double)(sum / count);
  expect(&m, BT_METRIC_VOLATILITY, sqrt((double)(second / (count - 1)) * 252));
  expect(&m, BT_METRIC_SHARPE, mean / sqrt((double)(second / (count - 1))) * sqrt(252));
  double sortino = below > 0 ? mean * 252 / sqrt((double)(below / count) * 252) : NONE;
  expect(&m, BT_METRIC_SORTINO, sortino);
  expect(&m, BT_METRIC_SKEW, (double)(third / count) / pow(m2, 1.5));
  expect(&m, BT_METRIC_KURTOSIS, (double)(fourth / count) / (m2 * m2) - 3);
  free(equity);
}

static void every_length_agrees_with_plain_sums(void **state)
{
  (void)state;
  test_random random = {41};
  for (size_t n = 3; n < 40; n++) check_against_plain_sums(&random, n);
  check_against_plain_sums(&random, 5040);
}

/* ---- names ----------------------------------------------------------------------------------- */

static void every_metric_is_described_and_found_by_its_name(void **state)
{
  (void)state;
  for (int i = 0; i < BT_METRIC_COUNT; i++) {
    bt_metric_info info = bt_metric_describe((bt_metric)i);
    bt_metric found = BT_METRIC_COUNT;
    assert_int_equal(bt_metric_find(&found, info.name, NULL), BT_OK);
    assert_int_equal(found, i);
    assert_true(strlen(info.unit) > 0 && strlen(info.definition) > 0 && strlen(info.source) > 0);
    assert_int_equal(info.whole, i == BT_METRIC_N_BARS || i == BT_METRIC_N_TRADES);
  }
}

static void an_unknown_metric_suggests_the_nearest(void **state)
{
  (void)state;
  bt_metric found = BT_METRIC_COUNT;
  bt_error err;
  assert_int_equal(bt_metric_find(&found, "sharp", &err), BT_ERR_NOT_FOUND);
  assert_non_null(strstr(err.message, "'sharpe'"));
  assert_int_equal(bt_metric_find(&found, "zzzzzzzzzz", &err), BT_ERR_NOT_FOUND);
  assert_string_equal(err.message, "no metric is called 'zzzzzzzzzz'");
  assert_int_equal(found, BT_METRIC_COUNT);
}

/* Runs last: `expect` above has noted what it has seen. */
static void every_metric_has_a_case_by_hand(void **state)
{
  (void)state;
  for (int i = 0; i < BT_METRIC_COUNT; i++)
    if (!is_checked[i])
      fail_msg("%s has no case with a number worked out by hand",
               bt_metric_describe((bt_metric)i).name);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(metrics_are_as_worked_out_by_hand),
      cmocka_unit_test(the_risk_free_rate_changes_sharpe_and_sortino_alone),
      cmocka_unit_test(cagr_compounds_to_a_year),
      cmocka_unit_test(the_starting_cash_is_the_first_maximum),
      cmocka_unit_test(trade_statistics_are_as_worked_out_by_hand_and_leave_the_open_trade_out),
      cmocka_unit_test(profit_factor_is_null_without_losses_and_zero_without_profits),
      cmocka_unit_test(profits_that_are_rounding_noise_are_neither_won_nor_lost),
      cmocka_unit_test(one_return_has_no_deviation_and_no_ratio_of_it),
      cmocka_unit_test(equity_that_stands_still_has_no_ratio),
      cmocka_unit_test(equal_returns_are_a_constant_series_despite_rounding),
      cmocka_unit_test(noise_in_the_last_place_is_no_return_and_no_drawdown),
      cmocka_unit_test(the_drawdown_of_any_series_is_the_worst_fall_from_a_maximum),
      cmocka_unit_test(a_rise_without_a_fall_has_no_sortino_and_no_calmar),
      cmocka_unit_test(a_cagr_that_overflows_is_null_and_calmar_with_it),
      cmocka_unit_test(no_closed_trade_has_no_trade_statistic),
      cmocka_unit_test(ruin_is_a_return_of_minus_one_and_zeros_after_it),
      cmocka_unit_test(equity_that_overflows_gives_null_and_nothing_infinite),
      cmocka_unit_test(benchmark_metrics_are_as_worked_out_by_hand),
      cmocka_unit_test(every_length_agrees_with_plain_sums),
      cmocka_unit_test(every_metric_is_described_and_found_by_its_name),
      cmocka_unit_test(an_unknown_metric_suggests_the_nearest),
      cmocka_unit_test(every_metric_has_a_case_by_hand),
  };
  return cmocka_run_group_tests_name("core/metrics", tests, NULL, NULL);
}
