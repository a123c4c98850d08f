#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/regime.h"
#include "core/regime_metrics.h"
#include "tests/support/compare.h"
#include "tests/support/make_bars.h"

enum { N_MOST = 400, N_REGIMES_MOST = 5 };

static const bt_metrics_config yearly = {.cash = 100000, .rf = 0, .periods_per_year = 3};

static void check(const bt_regime_metrics *got, const bt_regime_metrics *expected)
{
#define X(id, name) assert_close(got->name, expected->name, #name);
  BT_REGIME_METRIC_LIST(X)
#undef X
}

/* Regime 0 has the returns 0.1, -0.1, 0.1 of tests/unit/test_core_metrics.c; regime 1 has 0.5 and
 * -0.2; regime 2 has no bar. */
static void each_regime_is_a_series_of_its_own(void **state)
{
  (void)state;
  static const unsigned char labels[] = {BT_REGIME_UNKNOWN, 0, 1, 0, 1, 0};
  static const double returns[] = {-0.9, 0.1, 0.5, -0.1, -0.2, 0.1}, held[] = {1, 0, 1, -2, 0, 3};
  const double none = (double)NAN;
  const bt_regime_series series = {labels, returns, held, 6};
  bt_regime_metrics got[3];
  assert_int_equal(bt_regime_metrics_compute(got, 3, &series, &yearly, NULL), BT_OK);
  check(&got[0], &(bt_regime_metrics){.n_bars = 3,
                                      .total_return = 0.089,
                                      .cagr = 0.089,
                                      .volatility = 0.2,
                                      .sharpe = 0.5,
                                      .sortino = 1,
                                      .max_drawdown = -0.1,
                                      .exposure = 2.0 / 3});
  check(&got[1], &(bt_regime_metrics){.n_bars = 2,
                                      .total_return = 0.2,
                                      .cagr = pow(1.2, 1.5) - 1,
                                      .volatility = 0.7 / sqrt(2) * sqrt(3),
                                      .sharpe = 0.15 / (0.7 / sqrt(2)) * sqrt(3),
                                      .sortino = 0.15 * 3 / (0.2 / sqrt(2) * sqrt(3)),
                                      .max_drawdown = -0.2,
                                      .exposure = 0.5});
  check(&got[2], &(bt_regime_metrics){0, none, none, none, none, none, none, none});
}

static void exposure_is_null_where_positions_are_not_known(void **state)
{
  (void)state;
  static const unsigned char labels[] = {0, 0};
  static const double returns[] = {0.1, 0.2};
  const bt_regime_series series = {labels, returns, NULL, 2};
  bt_regime_metrics got;
  assert_int_equal(bt_regime_metrics_compute(&got, 1, &series, &yearly, NULL), BT_OK);
  assert_true(isnan(got.exposure));
  assert_close(got.total_return, 0.32, "total_return");
}

static void no_bars_leave_every_regime_empty(void **state)
{
  (void)state;
  const bt_regime_series series = {.n = 0};
  bt_regime_metrics got[2];
  assert_int_equal(bt_regime_metrics_compute(got, 2, &series, &yearly, NULL), BT_OK);
  for (size_t k = 0; k < 2; k++) assert_true(got[k].n_bars == 0 && isnan(got[k].total_return));
}

/* One bar in a regime: a return, but no deviation. */
static void one_bar_has_no_volatility(void **state)
{
  (void)state;
  static const unsigned char labels[] = {0};
  static const double returns[] = {0.1}, held[] = {1};
  const bt_regime_series series = {labels, returns, held, 1};
  const double none = (double)NAN;
  bt_regime_metrics got;
  assert_int_equal(bt_regime_metrics_compute(&got, 1, &series, &yearly, NULL), BT_OK);
  check(&got, &(bt_regime_metrics){1, 0.1, 1.1 * 1.1 * 1.1 - 1, none, none, none, 0, 1});
}

/* The same as the metrics of the returns that were taken out by hand. */
static void any_labels_agree_with_the_metrics_of_what_they_take_out(void **state)
{
  (void)state;
  unsigned char labels[N_MOST];
  double returns[N_MOST], held[N_MOST], own[N_MOST], equity[N_MOST];
  bt_regime_metrics got[N_REGIMES_MOST];
  test_random random = {19};
  const bt_metrics_config config = {.cash = 1, .rf = 0.03, .periods_per_year = 252};
  for (size_t round = 0; round < 100; round++) {
    size_t n = random_below(&random, N_MOST), n_regimes = 1 + random_below(&random, N_REGIMES_MOST);
    for (size_t i = 0; i < n; i++) {
      labels[i] = (unsigned char)random_below(&random, N_REGIMES_MOST);
      returns[i] = random_between(&random, -0.04, 0.04);
      held[i] = (double)random_below(&random, 2);
    }
    const bt_regime_series series = {labels, returns, held, n};
    assert_int_equal(bt_regime_metrics_compute(got, n_regimes, &series, &config, NULL), BT_OK);
    for (size_t k = 0; k < n_regimes; k++) {
      size_t n_own = 0;
      double n_held = 0;
      bt_metrics m;
      for (size_t i = 0; i < n; i++) {
        if (labels[i] != k) continue;
        own[n_own++] = returns[i];
        n_held += held[i];
      }
      bt_metrics_of_returns(&m, equity, own, n_own, &config);
      m.value[BT_METRIC_EXPOSURE] = n_held / (double)n_own;
#define X(id, name) assert_close(got[k].name, m.value[BT_METRIC_##id], #name);
      BT_REGIME_METRIC_LIST(X)
#undef X
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_regime_is_a_series_of_its_own),
      cmocka_unit_test(exposure_is_null_where_positions_are_not_known),
      cmocka_unit_test(no_bars_leave_every_regime_empty),
      cmocka_unit_test(one_bar_has_no_volatility),
      cmocka_unit_test(any_labels_agree_with_the_metrics_of_what_they_take_out),
  };
  return cmocka_run_group_tests_name("core/regime_metrics", tests, NULL, NULL);
}
