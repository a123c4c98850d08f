/* Oscillators and indicators of trends: where the price stands still, or sums have decayed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/indicators/mean_deviation.h"
#include "tests/support/compare.h"
#include "tests/support/csv_table.h"
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"

/* ---- beside others --------------------------------------------------------------------------- */

/* Its outputs beside columns of the table of canonical values. */
static void supertrend_is_the_classic_one(void **state)
{
  (void)state;
  static const char *const columns[] = {"supertrend10_3_classic_talib_atr",
                                        "supertrend_dir_classic"};
  const double params[] = {10, 3};
  csv_table table;
  bt_bars *bars = indicator_bars();
  if (!bars) skip();
  if (!csv_table_read(&table, "reference/quant/indicators_canonical.csv")) {
    bt_bars_free(bars);
    skip();
  }
  assert_int_equal(table.n_rows, bars->n_bars);
  for (size_t output = 0; output < 2; output++) {
    double *ours = indicator_values(bt_indicator_find("supertrend"), params, bars, output);
    for (size_t t = 0; t < bars->n_bars; t++)
      assert_close(ours[t], csv_number(&table, t, columns[output]), columns[output]);
    free(ours);
  }
  csv_table_free(&table);
  bt_bars_free(bars);
}

static long double wide(double x)
{
  return (long double)x;
}

/* Fails unless |a - b| <= 1e-9 of the larger one, or of `scale` where that is more. */
static void assert_near(double ours, long double exact, double scale, const char *what, size_t t)
{
  double theirs = (double)exact;
  if (isnan(ours) && isnan(theirs)) return;
  if (!(fabs(ours - theirs) <= 1e-9 * fmax(scale, fmax(fabs(ours), fabs(theirs)))))
    fail_msg("%s on bar %zu: %.17g, by definition %.17g", what, t, ours, theirs);
}

/* ---- mean deviations --------------------------------------------------------------------------
 */

/* What both ways make of the same values. */
static void check_two_ways(const double *x, size_t n, size_t period)
{
  double *out = malloc(3 * n * sizeof *out), *mean = out + n, *ranked = out + 2 * n;
  bt_exact_sums *sums = NULL;
  assert_non_null(out);
  assert_int_equal(bt_exact_sums_new(&sums, x, n, NULL), BT_OK);
  bt_exact_moving_mean(mean, sums, period);
  bt_indicator__direct_deviation(out, x, mean, n, period);
  assert_int_equal(bt_indicator__ranked_deviation(ranked, x, mean, n, period, NULL), BT_OK);
  for (size_t t = period - 1; t < n; t++) {
    assert_int_equal(out[t] == 0, ranked[t] == 0);
    assert_near(ranked[t], wide(out[t]), 1e-6 * mean[t], "mean deviation", t);
  }
  bt_exact_sums_free(sums);
  free(out);
}

static void both_ways_to_a_mean_deviation_agree(void **state)
{
  (void)state;
  enum { N = 3000 };
  test_random random = {75};
  double *x = malloc(N * sizeof *x);
  assert_non_null(x);
  for (size_t round = 0; round < 30; round++) {
    double width = (double)(round % 6) * 8; /* up to 10^20 times the least: beyond whole numbers */
    double value = 1;
    for (size_t t = 0; t < N; t++) {
      if (random_below(&random, 10) > 0) value = exp(random_between(&random, 0, width));
      if (t % 700 < 100) value = 0.1; /* stands still */
      x[t] = value;
    }
    check_two_ways(x, N, 2 + random_below(&random, 100));
    check_two_ways(x, N, N - 1 - random_below(&random, 100));
  }
  free(x);
}

/* ---- where the price stands still -------------------------------------------------------------
 */

typedef struct flat_case {
  const char *name;
  size_t output;
  double value;
} flat_case;

static const double FLAT_PRICE = 33.33;
static const flat_case flat_cases[] = {
    {"roc", 0, 0},
    {"momentum", 0, 0},
    {"stochastic", BT_K, (double)NAN},
    {"stochastic", BT_D, (double)NAN},
    {"williams_r", 0, (double)NAN},
    {"cci", 0, (double)NAN},
    {"cmo", 0, (double)NAN},
    {"macd", BT_HISTOGRAM, 0},
    {"true_range", 0, 0},
    {"plus_di", 0, (double)NAN},
    {"minus_di", 0, (double)NAN},
    {"adx", 0, (double)NAN},
    {"aroon", BT_AROON_UP, 100},
    {"aroon", BT_AROON_DOWN, 100},
    {"aroon", BT_AROON_OSCILLATOR, 0},
    {"psar", 0, 33.33},
    {"supertrend", BT_SUPERTREND, (double)NAN},
    {"supertrend", BT_DIRECTION, (double)NAN},
};

static void a_flat_price_gives_what_its_definition_says(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(2500, FLAT_PRICE);
  for (size_t i = 0; i < sizeof flat_cases / sizeof *flat_cases; i++) {
    const flat_case *c = &flat_cases[i];
    const bt_indicator *indicator = bt_indicator_find(c->name);
    double params[BT_INDICATOR_PARAMS_MOST];
    for (size_t k = 0; k < indicator->n_params; k++) params[k] = indicator->params[k].preset;
    double *values = indicator_values(indicator, params, bars, c->output);
    for (size_t t = indicator->first_bar(params, c->output); t < bars->n_bars; t++)
      if (!(values[t] == c->value || (isnan(values[t]) && isnan(c->value))))
        fail_msg("%s on bar %zu of a flat price: %.17g", c->name, t, values[t]);
    free(values);
  }
  bt_bars_free(bars);
}

/* Moves, then so many bars without any that sums decay to nothing, then moves again. */
static void decayed_moves_leave_no_noise(void **state)
{
  (void)state;
  enum { STILL = 50, MOVES = 15050, N = 15100 };
  static const char *const names[] = {"plus_di", "minus_di", "adx"};
  const double period = 14;
  test_random random = {76};
  bt_bars *bars = make_random_bars(&random, N, 50, 0.02);
  for (size_t t = STILL; t < MOVES; t++)
    bars->open[t] = bars->high[t] = bars->low[t] = bars->close[t] = bars->close[STILL - 1];
  for (size_t i = 0; i < 3; i++) {
    double *values = indicator_values(bt_indicator_find(names[i]), &period, bars, 0);
    size_t t = STILL;
    for (; t < MOVES && !isnan(values[t]); t++)
      if (i < 2) assert_near(values[t], wide(values[STILL]), 1, names[i], t);
    assert_true(t > STILL + 5000 && t < MOVES);
    for (; t < MOVES; t++) assert_true(isnan(values[t]));
    for (; t < N; t++) assert_true(values[t] >= 0 && values[t] <= 100);
    free(values);
  }
  bt_bars_free(bars);
}

/* Closes may lie a rounding outside of a bar whose high is its low. */
static void a_close_beside_a_flat_range_has_no_place_in_it(void **state)
{
  (void)state;
  enum { N = 40 };
  bt_bars *bars = make_flat_bars(N, 10);
  bars->close[20] = 10.0005;
  bars->close[21] = 9.9995;
  static const char *const names[] = {"williams_r", "stochastic", "stochastic"};
  for (size_t i = 0; i < 3; i++) {
    const double params[] = {5, 1, 1};
    double *values = indicator_values(bt_indicator_find(names[i]), params, bars, i == 2);
    for (size_t t = 0; t < N; t++)
      if (!isnan(values[t])) fail_msg("%s: %.17g on bar %zu", names[i], values[t], t);
    free(values);
  }
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(supertrend_is_the_classic_one),
      cmocka_unit_test(both_ways_to_a_mean_deviation_agree),
      cmocka_unit_test(a_flat_price_gives_what_its_definition_says),
      cmocka_unit_test(decayed_moves_leave_no_noise),
      cmocka_unit_test(a_close_beside_a_flat_range_has_no_place_in_it),
  };
  return cmocka_run_group_tests_name("core/indicators of trends", tests, NULL, NULL);
}
