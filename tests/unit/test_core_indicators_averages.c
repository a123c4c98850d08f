/* Moving averages and indicators of volume: beside other libraries, beside their definitions summed
 * up in long double, and where their sums are empty. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/indicator.h"
#include "tests/support/compare.h"
#include "tests/support/csv_table.h"
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"

/* ---- other libraries ------------------------------------------------------------------------- */

enum { KAMA_TULIP_FROM = 10 }; /* Tulip has a value on the bar before, which is the close */

static const indicator_case talib_cases[] = {
    {"wma", "20", "wma", "wma", {20}, 0, 0},    {"dema", "20", "dema", "dema", {20}, 0, 0},
    {"tema", "20", "tema", "tema", {20}, 0, 0}, {"kama", "10", "kama", "kama", {10, 2, 30}, 0, 0},
    {"mfi", "14", "mfi", "mfi", {14}, 0, 0},    {"obv", "", "obv", "obv", {0}, 0, 0},
    {"ad", "", "ad", "ad", {0}, 0, 0},
};

static void they_agree_with_talib(void **state)
{
  (void)state;
  check_indicators("talib", talib_cases, sizeof talib_cases / sizeof *talib_cases);
}

static const indicator_case ttr_cases[] = {
    {"wma", "20", "wma", "wma", {20}, 0, 0}, {"dema", "20", "dema", "dema", {20}, 0, 0},
    {"hma", "16", "hma", "hma", {16}, 0, 0}, {"vwap_typ", "20", "vwap", "vwap", {20}, 0, 0},
    {"obv", "", "obv", "obv", {0}, 0, 0},    {"ad", "", "ad", "ad", {0}, 0, 0},
};

static void they_agree_with_ttr(void **state)
{
  (void)state;
  check_indicators("ttr", ttr_cases, sizeof ttr_cases / sizeof *ttr_cases);
}

static const indicator_case tulip_cases[] = {
    {"wma", "20", "wma", "wma", {20}, 0, 0},
    {"hma", "16", "hma", "hma", {16}, 0, 0},
    {"kama", "10", "kama", "kama", {10, 2, 30}, 0, KAMA_TULIP_FROM},
    {"ad", "", "ad", "ad", {0}, 0, 0},
};

static void they_agree_with_tulip(void **state)
{
  (void)state;
  check_indicators("tulip", tulip_cases, sizeof tulip_cases / sizeof *tulip_cases);
}

static double *values_of(const char *name, const double *params, const bt_bars *bars)
{
  return indicator_values(bt_indicator_find(name), params, bars, 0);
}

/* TTR's money flow is the change of its accumulation line over `period` bars, over their volume. */
static void money_flow_agrees_with_the_accumulation_line_of_ttr(void **state)
{
  (void)state;
  enum { PERIOD = 20, N_MOST = 600 };
  const double period = PERIOD;
  double line[N_MOST] = {0};
  csv_table table;
  bt_bars *bars = indicator_bars();
  if (!bars) skip();
  if (!csv_table_read(&table, "reference/quant/ind_ttr.csv")) {
    bt_bars_free(bars);
    skip();
  }
  assert_true(bars->n_bars <= N_MOST);
  for (size_t row = 0; row < table.n_rows; row++)
    if (strcmp(csv_text(&table, row, "indicator"), "ad") == 0)
      line[(size_t)csv_number(&table, row, "index")] = csv_number(&table, row, "value");
  double *flow = values_of("cmf", &period, bars);
  for (size_t t = PERIOD; t < bars->n_bars; t++) {
    double volume = 0;
    for (size_t i = t + 1 - PERIOD; i <= t; i++) volume += bars->volume[i];
    double expected = (line[t] - line[t - PERIOD]) / volume;
    bool flat = t >= 300 + PERIOD - 1 && t <= 324;
    if (flat ? !isnan(flow[t]) : !is_close(flow[t], expected, 1e-9))
      fail_msg("bar %zu: %.17g, expected %.17g", t, flow[t], expected);
  }
  free(flow);
  csv_table_free(&table);
  bt_bars_free(bars);
}

/* ---- definitions ----------------------------------------------------------------------------- */

enum { N_LONG = 100000, N_STEPS = 997 };

/* The value of one bar, by its definition, from the `period` bars up to t. */
typedef long double definition(const bt_bars *bars, size_t t, size_t period);

/* What 1e-9 is meant of. */
typedef double scale_of(double expected, const bt_bars *bars, size_t t, size_t period);

static long double exact(double x)
{
  return (long double)x;
}

static long double typical(const bt_bars *bars, size_t t)
{
  return (exact(bars->high[t]) + exact(bars->low[t]) + exact(bars->close[t])) / 3;
}

static long double wma(const bt_bars *bars, size_t t, size_t period)
{
  long double sum = 0, weights = 0;
  for (size_t k = 1; k <= period; k++) {
    sum += (long double)k * exact(bars->close[t - period + k]);
    weights += k;
  }
  return sum / weights;
}

static long double hma(const bt_bars *bars, size_t t, size_t period)
{
  long double sum = 0, weights = 0;
  size_t smooth = (size_t)sqrt((double)period);
  for (size_t k = 1; k <= smooth; k++) {
    size_t at = t - smooth + k;
    sum += (long double)k * (2 * wma(bars, at, period / 2) - wma(bars, at, period));
    weights += k;
  }
  return sum / weights;
}

static long double vwap(const bt_bars *bars, size_t t, size_t period)
{
  long double money = 0, volume = 0;
  for (size_t i = t + 1 - period; i <= t; i++) {
    money += typical(bars, i) * exact(bars->volume[i]);
    volume += exact(bars->volume[i]);
  }
  return money / volume;
}

static long double cmf(const bt_bars *bars, size_t t, size_t period)
{
  long double flow = 0, volume = 0;
  bool flat = true;
  for (size_t i = t + 1 - period; i <= t; i++) {
    long double high = exact(bars->high[i]), low = exact(bars->low[i]);
    long double close = exact(bars->close[i]);
    if (high > low)
      flow += ((close - low) - (high - close)) / (high - low) * exact(bars->volume[i]);
    flat = flat && high == low;
    volume += exact(bars->volume[i]);
  }
  return flat ? (long double)NAN : flow / volume;
}

static double rounded_typical(const bt_bars *bars, size_t t)
{
  return (bars->high[t] + bars->low[t] + bars->close[t]) / 3;
}

static long double mfi(const bt_bars *bars, size_t t, size_t period)
{
  long double up = 0, down = 0;
  for (size_t i = t + 1 - period; i <= t; i++) {
    double before = rounded_typical(bars, i - 1), price = rounded_typical(bars, i);
    if (price - before > 1e-15 * price) up += typical(bars, i) * exact(bars->volume[i]);
    if (before - price > 1e-15 * price) down += typical(bars, i) * exact(bars->volume[i]);
  }
  return 100 * up / (up + down);
}

/* Prices anywhere between 0.01 and 5,000, or a walk through as wide a range, then 100 bars in which
 * nothing moves, and so on. */
static bt_bars *wild_bars(uint64_t seed, bool walk)
{
  test_random random = {seed};
  bt_bars *bars = make_flat_bars(N_LONG, 1);
  double level = 50;
  for (size_t t = 0; t < N_LONG; t++) {
    bool flat = t % 1000 >= 900;
    if (walk) level = fmin(fmax(level * exp(random_between(&random, -0.3, 0.3)), 0.02), 4000);
    double low =
        walk ? level * random_between(&random, 0.8, 1) : random_between(&random, 0.01, 5000);
    double high = walk ? level * random_between(&random, 1, 1.2) : low;
    if (!walk) high = random_between(&random, low, 5000);
    bars->low[t] = flat ? bars->low[t - 1] : low;
    bars->high[t] = flat ? bars->low[t] : high;
    bars->open[t] = bars->close[t] = flat ? bars->low[t] : random_between(&random, low, high);
    bars->volume[t] = random_below(&random, 8) == 0 ? 0 : (double)random_below(&random, 1u << 30);
  }
  return bars;
}

static double of_itself(double expected, const bt_bars *bars, size_t t, size_t period)
{
  (void)bars;
  (void)t;
  (void)period;
  return fabs(expected);
}

static double of_one(double expected, const bt_bars *bars, size_t t, size_t period)
{
  (void)expected;
  return of_itself(1, bars, t, period);
}

static double of_a_hundred(double expected, const bt_bars *bars, size_t t, size_t period)
{
  (void)expected;
  return of_itself(100, bars, t, period);
}

/* What is a difference of averages can be 0. */
static double of_the_highest(double expected, const bt_bars *bars, size_t t, size_t period)
{
  (void)expected;
  double highest = 0;
  for (size_t i = t + 1 - period; i <= t; i++) highest = fmax(highest, bars->close[i]);
  return highest;
}

static void check_definition(const char *name, definition *define, size_t period, scale_of *scale)
{
  const double params[] = {(double)period};
  for (uint64_t seed = 1; seed <= 2; seed++) {
    bt_bars *bars = wild_bars(seed, seed == 2);
    double *got = values_of(name, params, bars);
    size_t n_compared = 0, step = period < 100 ? 2 : N_STEPS;
    for (size_t t = bt_indicator_find(name)->first_bar(params, 0); t < N_LONG; t += step) {
      double expected = (double)define(bars, t, period);
      bool agrees = fabs(got[t] - expected) <= 1e-9 * scale(expected, bars, t, period);
      if (isnan(expected) ? !isnan(got[t]) : !agrees)
        fail_msg("%s(%zu) bar %zu: %.17g, by definition %.17g", name, period, t, got[t], expected);
      n_compared++;
    }
    assert_true(n_compared > 90);
    free(got);
    bt_bars_free(bars);
  }
}

static void windows_are_what_their_definitions_say(void **state)
{
  (void)state;
  static const size_t periods[] = {1, 2, 3, 7, 14, 20, 31, 32, 61, 64, 200, 1000, 4097};
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
    check_definition("wma", wma, periods[i], of_itself);
    check_definition("vwap", vwap, periods[i], of_itself);
    check_definition("mfi", mfi, periods[i], of_a_hundred);
    check_definition("cmf", cmf, periods[i], of_one);
  }
  check_definition("hma", hma, 2, of_the_highest);
  check_definition("hma", hma, 20, of_the_highest);
  check_definition("hma", hma, 300, of_the_highest);
}

/* A whole series by its definition; NaN as long as it is undefined. */
typedef void series_definition(long double *out, const bt_bars *bars, const double *params);

/* EMA of x, which is defined from `start` on; returns where it begins. */
static size_t ema(long double *out, const long double *x, size_t start, size_t period)
{
  long double mean = 0, gain = 2 / ((long double)period + 1);
  size_t first = start + period - 1;
  for (size_t t = start; t <= first; t++) mean += x[t] / period;
  for (size_t t = 0; t < first; t++) out[t] = (long double)NAN;
  out[first] = mean;
  for (size_t t = first + 1; t < N_LONG; t++) out[t] = out[t - 1] + gain * (x[t] - out[t - 1]);
  return first;
}

static long double averages[3][N_LONG];

static size_t fill_averages(const bt_bars *bars, size_t depth, size_t period)
{
  static long double close[N_LONG];
  size_t first = 0;
  for (size_t t = 0; t < N_LONG; t++) close[t] = exact(bars->close[t]);
  for (size_t k = 0; k < depth; k++)
    first = ema(averages[k], k > 0 ? averages[k - 1] : close, first, period);
  return first;
}

static void dema(long double *out, const bt_bars *bars, const double *params)
{
  (void)fill_averages(bars, 2, (size_t)params[0]);
  for (size_t t = 0; t < N_LONG; t++) out[t] = 2 * averages[0][t] - averages[1][t];
}

static void tema(long double *out, const bt_bars *bars, const double *params)
{
  (void)fill_averages(bars, 3, (size_t)params[0]);
  for (size_t t = 0; t < N_LONG; t++)
    out[t] = 3 * averages[0][t] - 3 * averages[1][t] + averages[2][t];
}

static void kama(long double *out, const bt_bars *bars, const double *params)
{
  size_t period = (size_t)params[0];
  long double fast = 2 / ((long double)params[1] + 1), slow = 2 / ((long double)params[2] + 1);
  long double average = exact(bars->close[period - 1]);
  for (size_t t = 0; t < period; t++) out[t] = (long double)NAN;
  for (size_t t = period; t < N_LONG; t++) {
    long double path = 0, change = fabsl(exact(bars->close[t]) - exact(bars->close[t - period]));
    for (size_t i = t + 1 - period; i <= t; i++)
      path += fabsl(exact(bars->close[i]) - exact(bars->close[i - 1]));
    long double root = slow + (fast - slow) * (path > 0 ? change / path : 1);
    out[t] = average += root * root * (exact(bars->close[t]) - average);
  }
}

static void check_series(const char *name, series_definition *define, const double *params)
{
  static long double expected[N_LONG];
  for (uint64_t seed = 3; seed <= 4; seed++) {
    bt_bars *bars = wild_bars(seed, seed == 4);
    double *got = values_of(name, params, bars);
    define(expected, bars, params);
    for (size_t t = 0; t < N_LONG; t++) {
      double highest =
          of_the_highest(0, bars, t, t < 4 * (size_t)params[0] ? 1 : 4 * (size_t)params[0]);
      bool agrees =
          fabsl(exact(got[t]) - expected[t]) <= 1e-9L * fmaxl(exact(highest), fabsl(expected[t]));
      if (isnan(expected[t]) ? !isnan(got[t]) : !agrees)
        fail_msg("%s bar %zu: %.17g, by definition %.17Lg", name, t, got[t], expected[t]);
    }
    free(got);
    bt_bars_free(bars);
  }
}

static void recurrences_are_what_their_definitions_say(void **state)
{
  (void)state;
  static const double periods[] = {1, 2, 9, 20, 200};
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
    check_series("dema", dema, &periods[i]);
    check_series("tema", tema, &periods[i]);
    check_series("kama", kama, (const double[]){periods[i], 2, 30});
    check_series("kama", kama, (const double[]){periods[i], 30, 5});
  }
}

/* ---- flat prices, volumes that are not known --------------------------------------------------
 */

static void a_price_that_stands_still_is_its_own_average(void **state)
{
  (void)state;
  static const char *const names[] = {"wma", "dema", "tema", "hma", "kama", "vwap"};
  static const double prices[] = {0.01, 0.1, 0.3, 1.1, 33.33, 1e-3 / 3, 4999.97, 2e5 / 7};
  enum { N = 1500 };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t k = 0; k < sizeof prices / sizeof *prices; k++)
      for (double period = 2; period < 300; period = 2 * period + 1) {
        const double params[] = {period, 2, 30};
        const bt_indicator *indicator = bt_indicator_find(names[i]);
        bt_bars *bars = make_flat_bars(N, prices[k]);
        for (size_t t = 0; t < N; t++) bars->volume[t] = (double)(t * t % 97 + 1);
        double *values = values_of(names[i], params, bars);
        for (size_t t = indicator->first_bar(params, 0); t < N; t++)
          if (values[t] != prices[k])
            fail_msg("%s(%g) of %.17g: %.17g", names[i], period, prices[k], values[t]);
        free(values);
        bt_bars_free(bars);
      }
}

/* Windows that were not flat before are exactly the price where they are, and not before. */
static void a_flat_window_has_its_price_as_weighted_mean(void **state)
{
  (void)state;
  enum { N = 3000, FLAT = 40, PERIOD = 20 };
  const double period = PERIOD;
  test_random random = {7};
  bt_bars *bars = make_random_bars(&random, N, 100, 0.02);
  for (size_t t = 0; t < N; t++)
    if (t % 100 < FLAT && t % 100 > 0)
      bars->high[t] = bars->low[t] = bars->close[t] = bars->close[t - 1];
  for (size_t t = 0; t < N; t += 100) bars->high[t] = bars->low[t] = bars->close[t];
  double *weighted = values_of("wma", &period, bars), *by_volume = values_of("vwap", &period, bars);
  for (size_t t = PERIOD; t < N; t++) {
    bool flat = t % 100 < FLAT && t % 100 >= PERIOD - 1;
    if (flat) assert_true(weighted[t] == bars->close[t] && by_volume[t] == bars->close[t]);
    if (!flat) assert_true(weighted[t] != bars->close[t]);
  }
  free(weighted);
  free(by_volume);
  bt_bars_free(bars);
}

static void an_unknown_volume_leaves_out_what_contains_it(void **state)
{
  (void)state;
  enum { N = 3000, PERIOD = 14, HOLE = 1030, FLAT = 2050 };
  static const char *const names[] = {"vwap", "mfi", "cmf", "obv", "ad"};
  static const size_t windows[] = {PERIOD, PERIOD, PERIOD, 1, 1};
  const double period = PERIOD;
  test_random random = {8};
  bt_bars *bars = make_random_bars(&random, N, 100, 0.02);
  for (size_t t = FLAT - 1; t <= FLAT; t++) /* and where it would not have flowed anyway */
    bars->high[t] = bars->low[t] = bars->close[t] = 100;
  bars->volume[HOLE] = bars->volume[FLAT] = 0; /* for obv and ad the same as nothing */
  bt_bars *holed = make_prefix(bars, N);
  holed->volume[HOLE] = holed->volume[FLAT] = (double)NAN;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    double *all = values_of(names[i], &period, bars), *left = values_of(names[i], &period, holed);
    for (size_t t = 0; t < N; t++) {
      bool within = (t >= HOLE && t < HOLE + windows[i]) || (t >= FLAT && t < FLAT + windows[i]);
      if (isnan(all[t]) || within ? !isnan(left[t]) : left[t] != all[t])
        fail_msg("%s bar %zu: %.17g, not %.17g", names[i], t, left[t], all[t]);
    }
    free(all);
    free(left);
  }
  bt_bars_free(bars);
  bt_bars_free(holed);
}

/* Bars without any volume, as many files of indices are. */
static void without_volumes_nothing_is_defined(void **state)
{
  (void)state;
  static const char *const names[] = {"vwap", "mfi", "cmf", "obv", "ad"};
  const double period = 3;
  bt_bars *bars = make_flat_bars(50, 10);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    double *values = values_of(names[i], &period, bars);
    for (size_t t = 0; t < 50; t++) assert_true(isnan(values[t]));
    free(values);
  }
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(they_agree_with_talib),
      cmocka_unit_test(they_agree_with_ttr),
      cmocka_unit_test(they_agree_with_tulip),
      cmocka_unit_test(money_flow_agrees_with_the_accumulation_line_of_ttr),
      cmocka_unit_test(windows_are_what_their_definitions_say),
      cmocka_unit_test(recurrences_are_what_their_definitions_say),
      cmocka_unit_test(a_price_that_stands_still_is_its_own_average),
      cmocka_unit_test(a_flat_window_has_its_price_as_weighted_mean),
      cmocka_unit_test(an_unknown_volume_leaves_out_what_contains_it),
      cmocka_unit_test(without_volumes_nothing_is_defined),
  };
  return cmocka_run_group_tests_name("core/indicators: averages and volume", tests, NULL, NULL);
}
