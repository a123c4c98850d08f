/* Metrics of returns alone, as a portfolio has them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/metrics.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

enum { N_MOST = 300 };

static const bt_metric of_returns[] = {BT_METRIC_N_BARS,         BT_METRIC_FINAL_EQUITY,
                                       BT_METRIC_TOTAL_RETURN,   BT_METRIC_CAGR,
                                       BT_METRIC_VOLATILITY,     BT_METRIC_SHARPE,
                                       BT_METRIC_SORTINO,        BT_METRIC_MAX_DRAWDOWN,
                                       BT_METRIC_CALMAR,         BT_METRIC_SKEW,
                                       BT_METRIC_KURTOSIS,       BT_METRIC_ALPHA,
                                       BT_METRIC_BETA,           BT_METRIC_CORRELATION,
                                       BT_METRIC_TRACKING_ERROR, BT_METRIC_INFORMATION_RATIO};
enum { N_OF_RETURNS = sizeof of_returns / sizeof of_returns[0] };

static bool is_of_returns(int metric)
{
  for (size_t i = 0; i < N_OF_RETURNS; i++)
    if ((int)of_returns[i] == metric) return true;
  return false;
}

static bt_metrics measure(const double *r, size_t n, const double *benchmark)
{
  bt_metrics metrics;
  double equity[N_MOST + 1];
  bt_metrics_config config = {100, 0.02, 252, benchmark};
  bt_metrics_of_returns(&metrics, equity, r, n, &config);
  return metrics;
}

/* The same as a ledger with this equity has. */
static bt_metrics measure_ledger(double *equity, size_t n, const double *benchmark)
{
  bt_metrics metrics;
  double returns[N_MOST];
  bt_ledger ledger = {.n_bars = n, .equity = equity};
  bt_bars *bars = make_flat_bars(n, 10);
  bt_metrics_config config = {100, 0.02, 252, benchmark};
  bt_metrics_compute(&metrics, returns, &ledger, bars, (bt_span){0, n}, &config);
  bt_bars_free(bars);
  return metrics;
}

static void returns_have_the_metrics_of_their_equity(void **state)
{
  (void)state;
  double r[N_MOST], equity[N_MOST], benchmark[N_MOST];
  test_random random = {17};
  for (size_t n = 1; n < N_MOST; n++) {
    double worth = 100;
    for (size_t t = 0; t < n; t++) {
      r[t] = random_below(&random, 4) ? random_between(&random, -0.05, 0.055) : 0;
      equity[t] = worth *= 1 + r[t];
      benchmark[t] = random_below(&random, 9) ? random_between(&random, -0.02, 0.02) : (double)NAN;
    }
    bt_metrics got = measure(r, n, benchmark), expected = measure_ledger(equity, n, benchmark);
    for (int i = 0; i < BT_METRIC_COUNT; i++)
      assert_close(got.value[i], is_of_returns(i) ? expected.value[i] : (double)NAN,
                   bt_metric_describe((bt_metric)i).name);
  }
}

/* r = 0.1, -0.1, 0.1 from 100: 110, 99, 108.9. */
static void the_scratch_holds_the_equity_afterwards(void **state)
{
  (void)state;
  static const double r[] = {0.1, -0.1, 0.1}, expected[] = {110, 99, 108.9};
  double equity[3];
  bt_metrics metrics;
  bt_metrics_config config = {100, 0, 3, NULL};
  bt_metrics_of_returns(&metrics, equity, r, 3, &config);
  assert_all_close(equity, expected, 3, "equity");
  assert_close(metrics.value[BT_METRIC_SHARPE], 0.5, "sharpe");
  assert_close(metrics.value[BT_METRIC_MAX_DRAWDOWN], -0.1, "max_drawdown");
  assert_true(isnan(metrics.value[BT_METRIC_BETA]));
}

static void what_is_lost_stays_lost(void **state)
{
  (void)state;
  static const double r[] = {0.5, -1, 0.25};
  bt_metrics m = measure(r, 3, NULL);
  assert_true(m.value[BT_METRIC_FINAL_EQUITY] == 0 && m.value[BT_METRIC_TOTAL_RETURN] == -1);
  assert_true(m.value[BT_METRIC_CAGR] == -1 && m.value[BT_METRIC_MAX_DRAWDOWN] == -1);
}

/* 100, infinite, infinite x 0. */
static void growth_that_is_no_number_is_no_return_of_zero(void **state)
{
  (void)state;
  static const double r[] = {0, INFINITY, -1};
  bt_metrics m = measure(r, 3, NULL);
  assert_true(isnan(m.value[BT_METRIC_FINAL_EQUITY]) && isnan(m.value[BT_METRIC_TOTAL_RETURN]));
  assert_true(isnan(m.value[BT_METRIC_CAGR]) && isnan(m.value[BT_METRIC_CALMAR]));
}

static void no_returns_have_no_metric_but_their_number(void **state)
{
  (void)state;
  bt_metrics m = measure(NULL, 0, NULL);
  assert_true(m.value[BT_METRIC_N_BARS] == 0);
  for (int i = 0; i < BT_METRIC_COUNT; i++) assert_true(isnan(m.value[i]) || i == BT_METRIC_N_BARS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(returns_have_the_metrics_of_their_equity),
      cmocka_unit_test(the_scratch_holds_the_equity_afterwards),
      cmocka_unit_test(what_is_lost_stays_lost),
      cmocka_unit_test(growth_that_is_no_number_is_no_return_of_zero),
      cmocka_unit_test(no_returns_have_no_metric_but_their_number),
  };
  return cmocka_run_group_tests_name("core/metrics of returns", tests, NULL, NULL);
}
