/* Oscillators and indicators of trends: beside other libraries, beside their definitions in long
 * double, and where the price stands still. */
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

enum { K_FROM = 17 }; /* TA-Lib waits for %D; our %K begins earlier */

static const indicator_case talib_cases[] = {
    {"roc", "10", "roc", "roc", {10}, 0, 0},
    {"mom", "10", "mom", "momentum", {10}, 0, 0},
    {"stoch", "14|3|3", "k", "stochastic", {14, 3, 3}, 0, K_FROM},
    {"stoch", "14|3|3", "d", "stochastic", {14, 3, 3}, 1, 0},
    {"willr", "14", "willr", "williams_r", {14}, 0, 0},
    {"macd", "12|26|9", "hist", "macd", {12, 26, 9}, 2, 0},
    {"tr", "", "tr", "true_range", {0}, 0, 0},
    {"cci", "20", "cci", "cci", {20}, 0, 0},
    {"aroon", "25", "up", "aroon", {25}, 0, 0},
    {"aroon", "25", "down", "aroon", {25}, 1, 0},
    {"adx", "14", "adx", "adx", {14}, 0, 0},
    {"di", "14", "plus_di", "plus_di", {14}, 0, 0},
    {"di", "14", "minus_di", "minus_di", {14}, 0, 0},
    {"psar", "0.02|0.2", "sar", "psar", {0.02, 0.2}, 0, 0},
};

static void they_agree_with_talib(void **state)
{
  (void)state;
  check_indicators("talib", talib_cases, sizeof talib_cases / sizeof *talib_cases);
}

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

/* ---- beside the definition ------------------------------------------------------------------- */

enum { N_WILD = 100000 };

/* Prices from 0.01 to 5,000 that leap and creep, and stand still for a while now and then. */
static bt_bars *wild_bars(uint64_t seed)
{
  test_random random = {seed};
  bt_bars *bars = make_flat_bars(N_WILD, 50);
  double close = 50, step = 0.01;
  size_t still = 0;
  for (size_t t = 0; t < N_WILD; t++) {
    if (random_below(&random, 200) == 0) step = exp(random_between(&random, -8, 0));
    if (random_below(&random, 500) == 0) still = random_below(&random, 60);
    if (still > 0) {
      still--;
      bars->open[t] = bars->high[t] = bars->low[t] = bars->close[t] = close;
      continue;
    }
    close *= exp(random_between(&random, -step, step));
    close = fmin(fmax(close, 0.02), 4000);
    bars->open[t] = bars->close[t] = close;
    bars->high[t] = close * (1 + step / 5 * random_unit(&random));
    bars->low[t] = close * (1 - step / 5 * random_unit(&random));
  }
  return bars;
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

/* 100 (close - lowest) / (highest - lowest) of the `period` bars up to t. */
static long double place_of(const bt_bars *bars, size_t t, size_t period)
{
  double top = bars->high[t], bottom = bars->low[t];
  for (size_t i = t + 1 - period; i < t; i++) {
    top = fmax(top, bars->high[i]);
    bottom = fmin(bottom, bars->low[i]);
  }
  if (top == bottom) return (long double)NAN;
  return 100 * (wide(bars->close[t]) - wide(bottom)) / (wide(top) - wide(bottom));
}

static long double mean_of(const long double *x, size_t t, size_t period)
{
  long double sum = 0;
  for (size_t i = t + 1 - period; i <= t; i++) sum += x[i];
  return sum / (long double)period;
}

static void check_stochastic(const bt_bars *bars, const double *params, long double *scratch)
{
  const bt_indicator *indicator = bt_indicator_find("stochastic");
  const size_t fast_k = (size_t)params[0], slow_k = (size_t)params[1], slow_d = (size_t)params[2];
  const size_t first_k = fast_k + slow_k - 2, first_d = first_k + slow_d - 1;
  long double *place = scratch, *mean = scratch + N_WILD;
  double *k = indicator_values(indicator, params, bars, BT_K);
  double *d = indicator_values(indicator, params, bars, BT_D);
  size_t n_defined = 0;
  for (size_t t = fast_k - 1; t < N_WILD; t++) place[t] = place_of(bars, t, fast_k);
  for (size_t t = first_k; t < N_WILD; t++) {
    mean[t] = mean_of(place, t, slow_k);
    assert_near(k[t], mean[t], 0, "stochastic k", t);
    if (!isnan(k[t])) n_defined++;
  }
  for (size_t t = first_d; t < N_WILD; t++)
    assert_near(d[t], mean_of(mean, t, slow_d), 0, "stochastic d", t);
  assert_true(n_defined > N_WILD / 2 && n_defined < N_WILD - first_k);
  free(k);
  free(d);
}

static void stochastic_keeps_to_its_definition(void **state)
{
  (void)state;
  static const double params[][3] = {{14, 3, 3}, {5, 1, 16}, {3, 17, 18}, {2, 100, 5}};
  bt_bars *bars = wild_bars(71);
  long double *scratch = malloc(2 * N_WILD * sizeof *scratch);
  assert_non_null(scratch);
  for (size_t i = 0; i < sizeof params / sizeof *params; i++)
    check_stochastic(bars, params[i], scratch);
  free(scratch);
  bt_bars_free(bars);
}

/* Wilder's sums in his own form, s - s / period + x. */
static void check_directional(const bt_bars *bars, double period)
{
  double *plus_di = indicator_values(bt_indicator_find("plus_di"), &period, bars, 0);
  double *minus_di = indicator_values(bt_indicator_find("minus_di"), &period, bars, 0);
  double *adx = indicator_values(bt_indicator_find("adx"), &period, bars, 0);
  long double plus = 0, minus = 0, range = 0, average = 0;
  const size_t n = (size_t)period;
  for (size_t t = 1; t < N_WILD; t++) {
    const double *high = bars->high + t, *low = bars->low + t, before = bars->close[t - 1];
    long double up = wide(high[0]) - wide(high[-1]), down = wide(low[-1]) - wide(low[0]);
    long double forgets = t < n ? 0 : 1 / wide(period);
    plus += (up > down && up > 0 ? up : 0) - plus * forgets;
    minus += (down > up && down > 0 ? down : 0) - minus * forgets;
    range += wide(fmax(*high, before)) - wide(fmin(*low, before)) - range * forgets;
    if (t < n) continue;
    long double dx = 100 * fabsl(plus - minus) / (plus + minus);
    average += (t < 2 * n ? dx : dx - average) / wide(period);
    assert_near(plus_di[t], 100 * plus / range, 1e-3, "+DI", t);
    assert_near(minus_di[t], 100 * minus / range, 1e-3, "-DI", t);
    if (t >= 2 * n - 1) assert_near(adx[t], average, 1, "ADX", t);
  }
  free(plus_di);
  free(minus_di);
  free(adx);
}

static void directional_indicators_keep_to_their_definition(void **state)
{
  (void)state;
  bt_bars *bars = wild_bars(72);
  check_directional(bars, 14);
  check_directional(bars, 500);
  bt_bars_free(bars);
}

/* Of the place of the latest highest high and lowest low in the period + 1 bars up to t. */
static void check_aroon(const bt_bars *bars, double period)
{
  const bt_indicator *aroon = bt_indicator_find("aroon");
  double *up = indicator_values(aroon, &period, bars, BT_AROON_UP);
  double *down = indicator_values(aroon, &period, bars, BT_AROON_DOWN);
  double *difference = indicator_values(aroon, &period, bars, BT_AROON_OSCILLATOR);
  for (size_t t = (size_t)period; t < bars->n_bars; t++) {
    size_t begin = t - (size_t)period, top = begin, bottom = begin;
    for (size_t i = begin; i <= t; i++) {
      if (bars->high[i] >= bars->high[top]) top = i;
      if (bars->low[i] <= bars->low[bottom]) bottom = i;
    }
    assert_true(up[t] == 100 * (double)(top - begin) / period);
    assert_true(down[t] == 100 * (double)(bottom - begin) / period);
    assert_true(difference[t] == up[t] - down[t]);
  }
  free(up);
  free(down);
  free(difference);
}

static void aroon_finds_the_latest_of_equal_extremes(void **state)
{
  (void)state;
  static const double periods[] = {1, 2, 3, 4, 7, 8, 25, 127, 128, 500, 2998, 2999};
  bt_bars *bars = wild_bars(73);
  bt_bars *few = make_prefix(bars, 3000);
  for (size_t t = 0; t < few->n_bars; t++) { /* equal ones are frequent */
    few->high[t] = ceil(few->high[t]);
    few->low[t] = ceil(few->low[t] / 2) / 2;
  }
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) check_aroon(few, periods[i]);
  bt_bars_free(few);
  bt_bars_free(bars);
}

/* ---- mean deviations --------------------------------------------------------------------------
 */

static double typical_of(const bt_bars *bars, size_t t)
{
  return (bars->high[t] + bars->low[t] + bars->close[t]) / 3;
}

static long double deviation_of(const double *x, size_t n, long double *mean)
{
  long double sum = 0, distances = 0;
  for (size_t i = 0; i < n; i++) sum += wide(x[i]);
  *mean = sum / (long double)n;
  for (size_t i = 0; i < n; i++) distances += fabsl(wide(x[i]) - *mean);
  return distances / (long double)n;
}

/* Every stride-th bar, as long periods take long. */
static void check_cci(const bt_bars *bars, double period, size_t stride)
{
  double *cci = indicator_values(bt_indicator_find("cci"), &period, bars, 0);
  double *typical = malloc(bars->n_bars * sizeof *typical);
  size_t n = (size_t)period, n_flat = 0;
  assert_non_null(typical);
  for (size_t t = 0; t < bars->n_bars; t++) typical[t] = typical_of(bars, t);
  for (size_t t = n - 1; t < bars->n_bars; t += stride) {
    bool flat = true;
    long double mean = 0, deviation = deviation_of(typical + t + 1 - n, n, &mean);
    for (size_t i = t + 1 - n; i < t; i++) flat = flat && typical[i] == typical[t];
    assert_int_equal(isnan(cci[t]) != 0, flat);
    n_flat += flat;
    if (!flat) assert_near(cci[t], (wide(typical[t]) - mean) / (0.015L * deviation), 1, "CCI", t);
  }
  assert_int_equal(n_flat > 0, period < 60); /* the longest stretch of wild_bars */
  free(cci);
  free(typical);
}

static void cci_keeps_to_its_definition(void **state)
{
  (void)state;
  bt_bars *bars = wild_bars(74);
  check_cci(bars, 14, 1);
  check_cci(bars, 20, 1);
  check_cci(bars, 50, 1);
  check_cci(bars, 700, 41);
  check_cci(bars, BT_DEVIATION_DIRECT_MOST, 127);
  check_cci(bars, BT_DEVIATION_DIRECT_MOST + 1, 127);
  check_cci(bars, 20000, 1270);
  bt_bars_free(bars);
}

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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(they_agree_with_talib),
      cmocka_unit_test(supertrend_is_the_classic_one),
      cmocka_unit_test(stochastic_keeps_to_its_definition),
      cmocka_unit_test(directional_indicators_keep_to_their_definition),
      cmocka_unit_test(aroon_finds_the_latest_of_equal_extremes),
      cmocka_unit_test(cci_keeps_to_its_definition),
      cmocka_unit_test(both_ways_to_a_mean_deviation_agree),
      cmocka_unit_test(a_flat_price_gives_what_its_definition_says),
      cmocka_unit_test(decayed_moves_leave_no_noise),
  };
  return cmocka_run_group_tests_name("core/indicators of trends", tests, NULL, NULL);
}
