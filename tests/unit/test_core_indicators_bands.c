/* Bands and statistics: beside other libraries, beside their definitions summed up in long doubles,
 * and exactly where a price stands still. */
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
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"

/* ---- other libraries ------------------------------------------------------------------------- */

static const indicator_case talib_cases[] = {
    {"bbands", "20|2", "upper", "bollinger", {20, 2}, 0, 0},
    {"bbands", "20|2", "middle", "bollinger", {20, 2}, 1, 0},
    {"bbands", "20|2", "lower", "bollinger", {20, 2}, 2, 0},
};
static const indicator_case ttr_cases[] = {
    {"bbands", "20|2", "upper", "bollinger", {20, 2}, 0, 0},
    {"bbands", "20|2", "lower", "bollinger", {20, 2}, 2, 0},
    {"keltner", "20|2", "upper", "keltner", {20, 2}, 0, 0},
    {"keltner", "20|2", "middle", "keltner", {20, 2}, 1, 0},
    {"keltner", "20|2", "lower", "keltner", {20, 2}, 2, 0},
    {"donchian", "20", "high", "donchian", {20}, 0, 0},
    {"donchian", "20", "mid", "donchian", {20}, 1, 0},
    {"donchian", "20", "low", "donchian", {20}, 2, 0},
};

static void they_agree_with_talib(void **state)
{
  (void)state;
  check_indicators("talib", talib_cases, sizeof talib_cases / sizeof *talib_cases);
}

static void they_agree_with_ttr(void **state)
{
  (void)state;
  check_indicators("ttr", ttr_cases, sizeof ttr_cases / sizeof *ttr_cases);
}

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

/* ---- definitions ----------------------------------------------------------------------------- */

/* Prices from 0.01 to 5,000 in steps of 0.01, with stretches that stand still and jumps by up to a
 * hundred times, beside a benchmark that has no return now and then. */
typedef struct scene {
  bt_bars *bars;
  double *benchmark, *returns, *log_returns;
  bt_series series;
} scene;

static double next_price(test_random *random, double price, size_t *still)
{
  double factor = 1 + random_between(random, -0.05, 0.05);
  if (random_below(random, 400) == 0) *still = random_below(random, 60);
  if (*still > 0) {
    --*still;
    return price;
  }
  if (random_below(random, 500) == 0) factor = exp(random_between(random, log(0.01), log(100)));
  return fmin(fmax(round(price * factor * 100) / 100, 0.01), 5000);
}

static void scene_init(scene *s, size_t n)
{
  test_random random = {51};
  size_t still = 0;
  double price = 20;
  *s = (scene){make_flat_bars(n, 1),
               malloc(n * sizeof(double)),
               malloc(n * sizeof(double)),
               malloc(n * sizeof(double)),
               {0}};
  assert_true(s->benchmark && s->returns && s->log_returns);
  for (size_t t = 0; t < n; t++) {
    double before = price;
    price = next_price(&random, price, &still);
    s->bars->open[t] = before;
    s->bars->close[t] = price;
    s->bars->high[t] = fmax(before, price) * (1 + random_between(&random, 0, 0.02));
    s->bars->low[t] = fmin(before, price) * (1 - random_between(&random, 0, 0.02));
    s->returns[t] = t ? price / before - 1 : (double)NAN;
    s->log_returns[t] = t ? log(price / before) : (double)NAN;
    s->benchmark[t] =
        random_below(&random, 500) ? random_between(&random, -0.02, 0.02) : (double)NAN;
  }
  s->series = bt_bars_series(s->bars);
  s->series.benchmark = s->benchmark;
}

static void scene_clear(scene *s)
{
  free(s->log_returns);
  free(s->returns);
  free(s->benchmark);
  bt_bars_free(s->bars);
}

static double *values_of(const scene *s, const char *name, double period)
{
  const double params[] = {period, 252};
  return indicator_values_on(bt_indicator_find(name), params, &s->series, 0);
}

/* Sums over a window in long doubles, of deviations from the means. */
typedef struct window {
  long double xx, xy, yy;
} window;

static bool all_equal(const double *x, size_t n)
{
  size_t i = 1;
  while (i < n && x[i] == x[0]) i++;
  return i == n;
}

static long double mean_of(const double *x, size_t n)
{
  long double sum = 0;
  if (all_equal(x, n)) return (long double)x[0];
  for (size_t i = 0; i < n; i++) sum += (long double)x[i];
  return sum / (long double)n;
}

static window sum_up(const double *x, const double *y, size_t n)
{
  const long double mean_x = mean_of(x, n), mean_y = mean_of(y, n);
  window w = {0, 0, 0};
  for (size_t i = 0; i < n; i++) {
    long double dx = (long double)x[i] - mean_x, dy = (long double)y[i] - mean_y;
    w.xx += dx * dx;
    w.xy += dx * dy;
    w.yy += dy * dy;
  }
  return w;
}

/* To 1e-9 of the value or of scale, whichever is more; NaN equals itself alone, and so does 0 where
 * scale is 0. */
static void assert_near(double got, long double expected, long double scale, size_t t)
{
  if (isnan(got) && isnan(expected)) return;
  long double most = 1e-9L * fmaxl(fabsl(expected), scale);
  if (!(fabsl((long double)got - expected) <= most))
    fail_msg("bar %zu: got %.17g, expected %.17g", t, got, (double)expected);
}

enum { N_LONG = 100000 };

static const size_t periods[] = {2, 3, 20, 61, 252, 2000};
enum { N_PERIODS = sizeof periods / sizeof *periods };

/* Checks bars step by step: all for short periods, fewer for long ones. */
typedef void (*bar_check)(const scene *s, double got, size_t t, size_t period);

static void check_bars(const char *name, size_t first, bar_check check)
{
  scene s;
  scene_init(&s, N_LONG);
  for (size_t k = 0; k < N_PERIODS; k++) {
    size_t period = periods[k], defined = period - 1 + first, step = 1 + period / 20;
    double *got = values_of(&s, name, (double)period);
    for (size_t t = 0; t < defined; t++) assert_true(isnan(got[t]));
    for (size_t t = defined; t < N_LONG; t += step) check(&s, got[t], t, period);
    free(got);
  }
  scene_clear(&s);
}

static void check_max(const scene *s, double got, size_t t, size_t period)
{
  double most = s->bars->close[t];
  for (size_t i = 0; i < period; i++) most = fmax(most, s->bars->close[t - i]);
  assert_true(got == most);
}

static void check_min(const scene *s, double got, size_t t, size_t period)
{
  double least = s->bars->close[t];
  for (size_t i = 0; i < period; i++) least = fmin(least, s->bars->close[t - i]);
  assert_true(got == least);
}

static void check_stddev(const scene *s, double got, size_t t, size_t period)
{
  const double *x = s->bars->close + t + 1 - period;
  assert_near(got, sqrtl(sum_up(x, x, period).xx / (long double)period), 0, t);
}

static void check_hist_vol(const scene *s, double got, size_t t, size_t period)
{
  const double *x = s->log_returns + t + 1 - period;
  assert_near(got, sqrtl(sum_up(x, x, period).xx / (long double)(period - 1) * 252), 0, t);
}

static void check_percent_rank(const scene *s, double got, size_t t, size_t period)
{
  const double *x = s->bars->close + t + 1 - period;
  size_t below = 0, equal = 0;
  for (size_t i = 0; i < period; i++) {
    below += x[i] < x[period - 1];
    equal += x[i] == x[period - 1];
  }
  assert_true(got == ((double)below + 0.5 * (double)equal) / (double)period);
}

/* The scale is the slope of a line through the whole range of the window. */
static void check_slope(const scene *s, double got, size_t t, size_t period)
{
  const double *x = s->bars->close + t + 1 - period;
  double low = x[0], high = x[0];
  long double sum = 0, squares = 0;
  for (size_t i = 0; i < period; i++) {
    long double place = (long double)i - ((long double)period - 1) / 2;
    sum += place * ((long double)x[i] - (long double)x[0]);
    squares += place * place;
    low = fmin(low, x[i]);
    high = fmax(high, x[i]);
  }
  assert_near(got, sum / squares, (long double)((high - low) / (double)period), t);
}

static void check_correlation(const scene *s, double got, size_t t, size_t period)
{
  window w = sum_up(s->returns + t + 1 - period, s->benchmark + t + 1 - period, period);
  assert_near(got, w.xy / sqrtl(w.xx * w.yy), 1, t);
  assert_true(isnan(got) || (got >= -1 && got <= 1));
}

static void check_beta(const scene *s, double got, size_t t, size_t period)
{
  window w = sum_up(s->returns + t + 1 - period, s->benchmark + t + 1 - period, period);
  assert_near(got, w.xy / w.yy, sqrtl(w.xx / w.yy), t);
}

static void extremes_are_those_of_every_window(void **state)
{
  (void)state;
  check_bars("max", 0, check_max);
  check_bars("min", 0, check_min);
}

static void deviations_are_those_of_every_window(void **state)
{
  (void)state;
  check_bars("stddev", 0, check_stddev);
  check_bars("hist_vol", 1, check_hist_vol);
}

static void ranks_are_counts_over_every_window(void **state)
{
  (void)state;
  check_bars("percent_rank", 0, check_percent_rank);
}

static void slopes_are_those_of_every_window(void **state)
{
  (void)state;
  check_bars("linreg_slope", 0, check_slope);
}

static void regressions_are_those_of_every_window(void **state)
{
  (void)state;
  check_bars("correlation", 1, check_correlation);
  check_bars("beta", 1, check_beta);
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
  scene s;
  scene_init(&s, 2000);
  s.series.benchmark = s.returns;
  double *correlation = values_of(&s, "correlation", PERIOD), *beta = values_of(&s, "beta", PERIOD);
  size_t n_defined = 0;
  for (size_t t = 0; t < 2000; t++) {
    assert_true(isnan(correlation[t]) ? isnan(beta[t]) : correlation[t] == 1 && beta[t] == 1);
    if (!isnan(beta[t])) n_defined++;
  }
  assert_true(n_defined > 1500);
  free(beta);
  free(correlation);
  scene_clear(&s);
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
      cmocka_unit_test(they_agree_with_talib),
      cmocka_unit_test(they_agree_with_ttr),
      cmocka_unit_test(a_line_of_that_slope_ends_where_talibs_does),
      cmocka_unit_test(extremes_are_those_of_every_window),
      cmocka_unit_test(deviations_are_those_of_every_window),
      cmocka_unit_test(ranks_are_counts_over_every_window),
      cmocka_unit_test(slopes_are_those_of_every_window),
      cmocka_unit_test(regressions_are_those_of_every_window),
      cmocka_unit_test(where_nothing_moves_they_are_exact_and_recover),
      cmocka_unit_test(a_keltner_channel_of_one_price_is_that_price),
      cmocka_unit_test(what_lies_two_windows_back_changes_no_bit),
      cmocka_unit_test(a_ticker_that_is_its_benchmark_has_a_correlation_and_a_beta_of_one),
      cmocka_unit_test(a_benchmark_is_asked_for),
  };
  return cmocka_run_group_tests_name("core/indicators: bands and statistics", tests, NULL, NULL);
}
