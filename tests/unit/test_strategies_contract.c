/* What every registered strategy must keep, whatever it computes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/expression.h"
#include "strategies/registry.h"
#include "tests/support/make_bars.h"
#include "tests/support/registry_cases.h"

static void every_descriptor_is_sound(void **state)
{
  (void)state;
  assert_true(bt_strategy_count() > 0);
  for (size_t i = 0; i < bt_strategy_count(); i++) {
    const bt_strategy *found = NULL;
    bt_error err;
    if (bt_strategy_check(bt_strategy_at(i), &err)) fail_msg("%s", err.message);
    assert_int_equal(bt_strategy_find(&found, bt_strategy_at(i)->name, NULL), BT_OK);
    assert_ptr_equal(found, bt_strategy_at(i));
    for (size_t k = 0; k < i; k++)
      assert_string_not_equal(bt_strategy_at(k)->name, bt_strategy_at(i)->name);
  }
}

/* ---- combinations ---------------------------------------------------------------------------- */

/* Is the combination allowed by the strategy's own rule? */
static bool is_allowed(const bt_strategy *strategy, const double *params)
{
  const char *names[TEST_PARAMS_MOST];
  bt_expression *rule = NULL;
  if (!strategy->rule) return true;
  for (size_t i = 0; i < strategy->n_params; i++) names[i] = strategy->params[i].name;
  assert_int_equal(bt_expression_new(&rule, strategy->rule, names, strategy->n_params, NULL),
                   BT_OK);
  bool holds = bt_expression_holds(rule, params);
  bt_expression_free(rule);
  return holds;
}

typedef void (*combination_test)(const bt_strategy *strategy, const double *params, void *context);

/* Calls test for every allowed combination of the sweep ranges of every strategy; with stride > 1
 * for every stride-th of them. Returns the number of calls. */
static size_t for_each_combination(combination_test test, size_t stride, void *context)
{
  size_t n_calls = 0;
  for (size_t i = 0; i < bt_strategy_count(); i++) {
    const bt_strategy *strategy = bt_strategy_at(i);
    double params[TEST_PARAMS_MOST];
    size_t n = 0;
    assert_true(strategy->n_params <= TEST_PARAMS_MOST);
    fill_first(params, strategy->params, strategy->n_params);
    do {
      if (!is_allowed(strategy, params) || n++ % stride != 0) continue;
      test(strategy, params, context);
      n_calls++;
    } while (next_combination(params, strategy->params, strategy->n_params));
    assert_true(n > 0);
  }
  return n_calls;
}

/* ---- no look ahead --------------------------------------------------------------------------- */

enum { N_BARS = 420, N_CUTS = 4 };

/* The first of n targets that differs on changed bars; n where none does. */
static size_t first_change(const bt_strategy *strategy, const double *params, const double *whole,
                           const bt_bars *changed, size_t n)
{
  double *target = strategy_targets(strategy, params, changed);
  size_t t = 0;
  while (t < n && target[t] == whole[t]) t++;
  free(target);
  return t;
}

/* Bars from n on with prices that nobody expects. */
static void corrupt(bt_bars *bars, size_t n, test_random *random)
{
  for (size_t t = n; t < bars->n_bars; t++) {
    double price = random_between(random, 0.01, 5000);
    bars->open[t] = bars->close[t] = price;
    bars->high[t] = 2 * price;
    bars->low[t] = price / 2;
    bars->volume[t] = (double)NAN;
  }
}

/* A bar whose target changes when bars behind it are cut off or corrupted; N_BARS where there is
 * none. */
static size_t find_lookahead(const bt_strategy *strategy, const double *params, test_random *random)
{
  bt_bars *bars = make_random_bars(random, N_BARS, 40, 0.03);
  double *whole = strategy_targets(strategy, params, bars);
  size_t found = N_BARS;
  for (size_t i = 0; i < N_CUTS && found == N_BARS; i++) {
    size_t n = 1 + random_below(random, N_BARS - 1);
    bt_bars *cut = make_prefix(bars, n), *broken = make_prefix(bars, N_BARS);
    corrupt(broken, n, random);
    size_t in_cut = first_change(strategy, params, whole, cut, n);
    size_t in_broken = first_change(strategy, params, whole, broken, n);
    size_t first = in_cut < in_broken ? in_cut : in_broken;
    if (first < n) found = first;
    bt_bars_free(cut);
    bt_bars_free(broken);
  }
  free(whole);
  bt_bars_free(bars);
  return found;
}

static void check_lookahead(const bt_strategy *strategy, const double *params, void *context)
{
  size_t bar = find_lookahead(strategy, params, context);
  if (bar < N_BARS)
    fail_msg("%s: the target of bar %zu changes when later bars do", strategy->name, bar);
}

static void cutting_or_corrupting_later_bars_changes_no_target(void **state)
{
  (void)state;
  test_random random = {21};
  assert_true(for_each_combination(check_lookahead, 7, &random) > 50);
}

/* Buys ahead of a close that is higher. */
static void peek(const bt_host *host, const double *params, double *target)
{
  const bt_series *series = host->series;
  (void)params;
  for (size_t t = 0; t < series->n_bars; t++)
    target[t] = t + 1 < series->n_bars && series->close[t + 1] > series->close[t] ? 1 : 0;
}

/* Buys below the highest close of the whole history: it looks ahead, but on few bars. */
static void know_the_top(const bt_host *host, const double *params, double *target)
{
  const bt_series *series = host->series;
  double top = 0;
  (void)params;
  for (size_t t = 0; t < series->n_bars; t++) top = fmax(top, series->close[t]);
  for (size_t t = 0; t < series->n_bars; t++) target[t] = series->close[t] < top / 2 ? 1 : 0;
}

static void a_strategy_that_looks_ahead_is_caught(void **state)
{
  (void)state;
  bt_strategy strategy = {
      .abi_version = BT_STRATEGY_ABI, .name = "peek", .summary = "one bar ahead", .signals = peek};
  test_random random = {25};
  assert_int_equal(bt_strategy_check(&strategy, NULL), BT_OK);
  for (size_t i = 0; i < 50; i++) assert_true(find_lookahead(&strategy, NULL, &random) < N_BARS);
  strategy.signals = know_the_top;
  for (size_t i = 0; i < 50; i++) assert_true(find_lookahead(&strategy, NULL, &random) < N_BARS);
}

static void check_single_bars(const bt_strategy *strategy, const double *params, void *context)
{
  test_random *random = context;
  bt_bars *bars = make_random_bars(random, 60, 40, 0.03);
  for (size_t n = 1; n <= 60; n += 1 + n / 5) {
    bt_bars *cut = make_prefix(bars, n);
    free(strategy_targets(strategy, params, cut)); /* settles: within -1 to +1 */
    bt_bars_free(cut);
  }
  bt_bars_free(bars);
}

static void histories_shorter_than_any_period_are_fine(void **state)
{
  (void)state;
  test_random random = {22};
  assert_true(for_each_combination(check_single_bars, 11, &random) > 40);
}

/* ---- flat prices ----------------------------------------------------------------------------- */

static void check_flat(const bt_strategy *strategy, const double *params, void *context)
{
  const bt_bars *bars = context;
  double *target = strategy_targets(strategy, params, bars);
  bool is_buyhold = strcmp(strategy->name, "buyhold") == 0;
  for (size_t t = 0; t < bars->n_bars; t++)
    if (target[t] != (is_buyhold ? 1 : 0))
      fail_msg("%s trades on bar %zu of a flat price", strategy->name, t);
  free(target);
}

static void a_flat_price_gives_no_trade_over_the_whole_sweep_range(void **state)
{
  (void)state;
  static const double prices[] = {0.1, 1.94, 33.33};
  for (size_t i = 0; i < 3; i++) {
    bt_bars *bars = make_flat_bars(300, prices[i]);
    assert_true(for_each_combination(check_flat, 1, bars) > 700);
    bt_bars_free(bars);
  }
}

/* ---- repeatability --------------------------------------------------------------------------- */

static void check_twice(const bt_strategy *strategy, const double *params, void *context)
{
  const bt_bars *bars = context;
  double *first = strategy_targets(strategy, params, bars);
  double *second = strategy_targets(strategy, params, bars);
  assert_memory_equal(first, second, bars->n_bars * sizeof *first);
  free(first);
  free(second);
}

static void the_same_bars_give_the_same_targets(void **state)
{
  (void)state;
  test_random random = {23};
  bt_bars *bars = make_random_bars(&random, 300, 100, 0.02);
  assert_true(for_each_combination(check_twice, 13, bars) > 40);
  bt_bars_free(bars);
}

static void every_strategy_goes_long_and_short_by_default_except_buyhold(void **state)
{
  (void)state;
  test_random random = {24};
  bt_bars *bars = make_random_bars(&random, 3000, 100, 0.03);
  for (size_t i = 0; i < bt_strategy_count(); i++) {
    const bt_strategy *strategy = bt_strategy_at(i);
    double params[TEST_PARAMS_MOST];
    size_t n_long = 0, n_short = 0;
    for (size_t k = 0; k < strategy->n_params; k++) params[k] = strategy->params[k].preset;
    double *target = strategy_targets(strategy, params, bars);
    for (size_t t = 0; t < bars->n_bars; t++) {
      n_long += target[t] > 0;
      n_short += target[t] < 0;
    }
    assert_true(n_long > 0);
    assert_int_equal(n_short > 0, strcmp(strategy->name, "buyhold") != 0);
    free(target);
  }
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_descriptor_is_sound),
      cmocka_unit_test(cutting_or_corrupting_later_bars_changes_no_target),
      cmocka_unit_test(a_strategy_that_looks_ahead_is_caught),
      cmocka_unit_test(histories_shorter_than_any_period_are_fine),
      cmocka_unit_test(a_flat_price_gives_no_trade_over_the_whole_sweep_range),
      cmocka_unit_test(the_same_bars_give_the_same_targets),
      cmocka_unit_test(every_strategy_goes_long_and_short_by_default_except_buyhold),
  };
  return cmocka_run_group_tests_name("strategies/contract", tests, NULL, NULL);
}
