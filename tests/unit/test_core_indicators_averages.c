/* Moving averages and indicators of volume where the price stands still or a volume is missing. */
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
      cmocka_unit_test(money_flow_agrees_with_the_accumulation_line_of_ttr),
      cmocka_unit_test(a_price_that_stands_still_is_its_own_average),
      cmocka_unit_test(a_flat_window_has_its_price_as_weighted_mean),
      cmocka_unit_test(an_unknown_volume_leaves_out_what_contains_it),
      cmocka_unit_test(without_volumes_nothing_is_defined),
  };
  return cmocka_run_group_tests_name("core/indicators: averages and volume", tests, NULL, NULL);
}
