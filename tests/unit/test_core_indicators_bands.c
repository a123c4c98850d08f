/* Bands and statistics: exact where a price stands still, and free of what came long before. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/indicator_cache.h"
#include "tests/support/compare.h"
#include "tests/support/csv_table.h"
#include "tests/support/indicator_proof.h"
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"

/* TA-Lib's LINEARREG is where the line ends: the mean, and the slope over half of the bars. */
static void a_line_of_that_slope_ends_where_talibs_does(void **state)
{
  (void)state;
  const double period = 14;
  csv_table table;
  bt_bars *bars = indicator_bars();
  if (!bars || !csv_table_read(&table, "reference/quant/ind_talib.csv")) {
    bt_bars_free(bars);
    skip();
  }
  double *mean = indicator_values(bt_indicator_find("sma"), &period, bars, 0);
  double *slope = indicator_values(bt_indicator_find("linreg_slope"), &period, bars, 0);
  size_t n_compared = 0;
  for (size_t row = 0; row < table.n_rows; row++) {
    if (strcmp(csv_text(&table, row, "indicator"), "linreg") != 0) continue;
    size_t t = (size_t)csv_number(&table, row, "index");
    assert_close(mean[t] + slope[t] * (period - 1) / 2, csv_number(&table, row, "value"), "line");
    n_compared++;
  }
  assert_int_equal(n_compared, bars->n_bars - 13);
  free(slope);
  free(mean);
  csv_table_free(&table);
  bt_bars_free(bars);
}

/* ---- what nothing may disturb ---------------------------------------------------------------- */

enum { N_MOVING = 500, STILL_FROM = 200, STILL_TO = 300, PERIOD = 20 };

/* Random bars around 50, of which STILL_FROM .. STILL_TO - 1 have all one price. */
static bt_bars *make_still_bars(double price)
{
  test_random random = {52};
  bt_bars *bars = make_random_bars(&random, N_MOVING, 50, 0.03);
  for (size_t t = STILL_FROM; t < STILL_TO; t++)
    bars->open[t] = bars->high[t] = bars->low[t] = bars->close[t] = price;
  return bars;
}

/* From the first bar on whose window, or that of `more` bars more, has moved no longer. */
static void assert_still(const bt_bars *bars, const char *name, size_t more, double expected)
{
  const double params[] = {PERIOD, 2};
  const bt_indicator *indicator = bt_indicator_find(name);
  size_t first = STILL_FROM + PERIOD - 1 + more;
  for (size_t k = 0; k < indicator->n_outputs; k++) {
    double *values = indicator_values(indicator, params, bars, k);
    for (size_t t = first; t < STILL_TO; t++)
      if (isnan(expected) ? !isnan(values[t]) : values[t] != expected)
        fail_msg("%s: %.17g on bar %zu", name, values[t], t);
    for (size_t t = PERIOD; t < N_MOVING; t++)
      if ((t < first || t >= STILL_TO) && !isfinite(values[t]))
        fail_msg("%s: undefined on bar %zu", name, t);
    free(values);
  }
}

static void where_nothing_moves_they_are_exact_and_recover(void **state)
{
  (void)state;
  const double prices[] = {33.33, 0.07, 1234.56, 1.0 + 2 * 0x1p-52, 1.75 + 2 * 0x1p-52};
  for (size_t i = 0; i < sizeof prices / sizeof *prices; i++) {
    bt_bars *bars = make_still_bars(prices[i]);
    assert_still(bars, "bollinger", 0, prices[i]);
    assert_still(bars, "donchian", 0, prices[i]);
    assert_still(bars, "max", 0, prices[i]);
    assert_still(bars, "min", 0, prices[i]);
    assert_still(bars, "stddev", 0, 0);
    assert_still(bars, "zscore", 0, (double)NAN);
    assert_still(bars, "hist_vol", 1, 0);
    assert_still(bars, "percent_rank", 0, 0.5);
    assert_still(bars, "linreg_slope", 0, 0);
    assert_still(bars, "correlation", 1, (double)NAN);
    assert_still(bars, "beta", 1, 0);
    bt_bars_free(bars);
  }
}

/* A price that grows by the same each bar has returns that differ by their rounding alone. */
static void returns_that_are_the_same_have_no_correlation(void **state)
{
  (void)state;
  enum { N = 600 };
  static const double periods[] = {2, 60, 250};
  bt_bars *bars = make_flat_bars(N, 1);
  double *benchmark = malloc(N * sizeof *benchmark);
  assert_non_null(benchmark);
  for (size_t t = 1; t < N; t++) bars->close[t] = bars->close[t - 1] * 1.01;
  for (size_t t = 0; t < N; t++) benchmark[t] = bars->close[t] / bars->close[t > 0 ? t - 1 : 0] - 1;
  bt_series series = bt_bars_series(bars);
  series.benchmark = benchmark;
  for (size_t i = 0; i < 6; i++) {
    const bt_indicator *indicator = bt_indicator_find(i % 2 ? "beta" : "correlation");
    double *values = indicator_values_on(indicator, &periods[i / 2], &series, 0);
    for (size_t t = 0; t < N; t++) assert_true(isnan(values[t]));
    free(values);
  }
  free(benchmark);
  bt_bars_free(bars);
}

/* The averages behind a Keltner channel forget slowly, so all bars stand still. */
static void a_keltner_channel_of_one_price_is_that_price(void **state)
{
  (void)state;
  const double params[] = {PERIOD, 2}, price = 1.75 + 2 * 0x1p-52; /* 3 x price / 3 is not price */
  const bt_indicator *keltner = bt_indicator_find("keltner");
  volatile double triple = price + price + price;
  assert_true(triple / 3 != price);
  bt_bars *bars = make_flat_bars(100, price);
  for (size_t k = 0; k < 3; k++) {
    double *values = indicator_values(keltner, params, bars, k);
    for (size_t t = PERIOD; t < 100; t++) assert_true(values[t] == price);
    free(values);
  }
  bt_bars_free(bars);
}

/* A price of long ago leaves nothing behind, however large. */
static void what_lies_two_windows_back_changes_no_bit(void **state)
{
  (void)state;
  static const char *const names[] = {"stddev",       "hist_vol",    "percent_rank",
                                      "linreg_slope", "correlation", "beta"};
  enum { CHANGED_TO = 100, SAME_FROM = CHANGED_TO + 2 * PERIOD };
  const double params[] = {PERIOD, 252};
  test_random random = {53};
  bt_bars *bars = make_random_bars(&random, N_MOVING, 50, 0.03);
  bt_bars *others = make_prefix(bars, N_MOVING);
  for (size_t t = 0; t < CHANGED_TO; t++) others->close[t] *= random_between(&random, 1, 1e6);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const bt_indicator *indicator = bt_indicator_find(names[i]);
    double *a = indicator_values(indicator, params, bars, 0);
    double *b = indicator_values(indicator, params, others, 0);
    assert_memory_not_equal(a, b, CHANGED_TO * sizeof *a);
    assert_memory_equal(a + SAME_FROM, b + SAME_FROM, (N_MOVING - SAME_FROM) * sizeof *a);
    free(b);
    free(a);
  }
  bt_bars_free(others);
  bt_bars_free(bars);
}

static void a_ticker_that_is_its_benchmark_has_a_correlation_and_a_beta_of_one(void **state)
{
  (void)state;
  enum { N = 2000 };
  const double period = PERIOD;
  proof_scene s;
  proof_scene_init(&s, 0, N);
  for (size_t t = 0; t < N; t++) s.benchmark[t] = proof_return(&s.series, t);
  double *correlation =
      indicator_values_on(bt_indicator_find("correlation"), &period, &s.series, 0);
  double *beta = indicator_values_on(bt_indicator_find("beta"), &period, &s.series, 0);
  size_t n_defined = 0;
  for (size_t t = 0; t < N; t++) {
    assert_true(isnan(correlation[t]) ? isnan(beta[t]) : correlation[t] == 1 && beta[t] == 1);
    if (!isnan(beta[t])) n_defined++;
  }
  assert_true(n_defined > 1000);
  free(beta);
  free(correlation);
  proof_scene_clear(&s);
}

static void a_benchmark_is_asked_for(void **state)
{
  (void)state;
  static const char *const names[] = {"correlation", "beta"};
  bt_bars *bars = make_flat_bars(5, 10);
  const bt_series series = bt_bars_series(bars);
  bt_indicator_cache *cache = NULL;
  bt_indicator_hold hold;
  bt_error err;
  assert_int_equal(bt_indicator_cache_new(&cache, &series, NULL, NULL, NULL), BT_OK);
  bt_indicator_hold_init(&hold, cache);
  for (size_t i = 0; i < 2; i++) {
    const double period = 2, *values = NULL;
    const bt_indicator_request wanted = {names[i], &period, 1, 0};
    char message[64];
    (void)snprintf(message, sizeof message, "indicator %s needs a --benchmark", names[i]);
    assert_int_equal(bt_indicator_get(&values, &hold, &wanted, &err), BT_ERR_USAGE);
    assert_null(values);
    assert_string_equal(err.message, message);
  }
  bt_indicator_hold_release(&hold);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_line_of_that_slope_ends_where_talibs_does),
      cmocka_unit_test(where_nothing_moves_they_are_exact_and_recover),
      cmocka_unit_test(returns_that_are_the_same_have_no_correlation),
      cmocka_unit_test(a_keltner_channel_of_one_price_is_that_price),
      cmocka_unit_test(what_lies_two_windows_back_changes_no_bit),
      cmocka_unit_test(a_ticker_that_is_its_benchmark_has_a_correlation_and_a_beta_of_one),
      cmocka_unit_test(a_benchmark_is_asked_for),
  };
  return cmocka_run_group_tests_name("core/indicators: bands and statistics", tests, NULL, NULL);
}
