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

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "core/signal_host.h"
#include "tests/support/compare.h"
#include "tests/support/indicator_reference.h"
#include "tests/support/make_bars.h"
#include "tests/support/registry_cases.h"

/* ---- golden cases ---------------------------------------------------------------------------- */

static const char *const keys[] = {"params", "open",      "high",   "low", "close",
                                   "volume", "benchmark", "output", NULL};

/* The bars of a case beside its benchmark, which the caller frees; NULL without one. */
static bt_series golden_series(double **benchmark, const golden_case *c, const bt_bars *bars)
{
  bt_series series = bt_bars_series(bars);
  size_t n = 0;
  *benchmark = golden_numbers(&n, c, "benchmark");
  if (*benchmark) assert_int_equal(n, bars->n_bars);
  series.benchmark = *benchmark;
  return series;
}

static void check_output(const bt_indicator *indicator, const golden_case *c,
                         const bt_series *series, size_t index)
{
  double params[TEST_PARAMS_MOST], *expected = malloc(series->n_bars * sizeof *expected);
  const char *text = golden_text(c, "output", index);
  size_t length = strlen(indicator->outputs[index]);
  assert_non_null(expected);
  assert_int_equal(golden_params(params, c), indicator->n_params);
  if (!text || strncmp(text, indicator->outputs[index], length) != 0)
    fail_msg("output %zu must be %s", index, indicator->outputs[index]);
  assert_int_equal(golden_parse(expected, series->n_bars, text + length), series->n_bars);
  double *got = indicator_values_on(indicator, params, series, index);
  assert_all_close(got, expected, series->n_bars, indicator->outputs[index]);
  free(got);
  free(expected);
}

static void every_indicator_has_golden_cases_and_agrees_with_them(void **state)
{
  (void)state;
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    char path[256];
    golden_file file;
    (void)snprintf(path, sizeof path, "tests/golden/indicators/%s.txt", indicator->name);
    if (!golden_read(&file, path)) fail_msg("%s is missing", path);
    golden_allow(&file, keys);
    for (size_t k = 0; k < file.n_cases; k++) {
      print_message("           %s: %s\n", indicator->name, file.cases[k].name);
      bt_bars *bars = golden_bars(&file.cases[k]);
      double *benchmark = NULL;
      const bt_series series = golden_series(&benchmark, &file.cases[k], bars);
      for (size_t output = 0; output < indicator->n_outputs; output++)
        check_output(indicator, &file.cases[k], &series, output);
      free(benchmark);
      bt_bars_free(bars);
    }
    golden_free(&file);
  }
}

/* ---- what every indicator must keep -----------------------------------------------------------
 */

typedef void (*output_test)(const bt_indicator *indicator, const double *params, size_t output);

/* Presets, and periods of a few bars. */
static void for_each_output(output_test test)
{
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    double presets[BT_INDICATOR_PARAMS_MOST], few[BT_INDICATOR_PARAMS_MOST];
    assert_true(indicator->n_params <= BT_INDICATOR_PARAMS_MOST);
    for (size_t k = 0; k < indicator->n_params; k++) {
      const bt_param *p = &indicator->params[k];
      presets[k] = p->preset;
      few[k] = fmin(fmax(p->least, (double)(k + 2)), p->most);
    }
    for (size_t output = 0; output < indicator->n_outputs; output++) {
      test(indicator, presets, output);
      test(indicator, few, output);
    }
  }
}

/* Random bars on which the close is never that of the bar before: two that are equal leave some
 * indicators of few bars undefined. */
static bt_bars *make_moving_bars(size_t n)
{
  test_random random = {31};
  bt_bars *bars = make_random_bars(&random, n, 50, 0.05);
  for (size_t t = 0; t < n; t++) {
    double factor = 1 + 1e-6 * (double)t;
    bars->open[t] *= factor;
    bars->high[t] *= factor;
    bars->low[t] *= factor;
    bars->close[t] *= factor;
  }
  return bars;
}

static void check_nan_prefix(const bt_indicator *indicator, const double *params, size_t output)
{
  bt_bars *bars = make_moving_bars(300);
  double *values = indicator_values(indicator, params, bars, output);
  size_t defined = 0;
  while (defined < 300 && isnan(values[defined])) defined++;
  assert_true(defined < 100);
  assert_int_equal(defined, indicator->first_bar(params, output));
  for (size_t t = defined; t < 300; t++)
    if (!isfinite(values[t])) fail_msg("%s is undefined again on bar %zu", indicator->name, t);
  free(values);
  bt_bars_free(bars);
}

static void indicators_are_undefined_at_the_start_alone(void **state)
{
  (void)state;
  for_each_output(check_nan_prefix);
}

static void check_lookahead(const bt_indicator *indicator, const double *params, size_t output)
{
  test_random random = {32};
  bt_bars *bars = make_random_bars(&random, 200, 50, 0.05);
  double *whole = indicator_values(indicator, params, bars, output);
  for (size_t n = 1; n < 200; n += 9) {
    bt_bars *cut = make_prefix(bars, n);
    double *values = indicator_values(indicator, params, cut, output);
    assert_memory_equal(values, whole, n * sizeof *values);
    free(values);
    bt_bars_free(cut);
  }
  free(whole);
  bt_bars_free(bars);
}

static void cutting_later_bars_changes_no_bit(void **state)
{
  (void)state;
  for_each_output(check_lookahead);
}

/* Whether the group of an indicator was there before the one ahead of it: they stand together. */
static bool group_is_split(size_t index)
{
  const char *group = bt_indicator_group(index);
  if (index == 0 || strcmp(bt_indicator_group(index - 1), group) == 0) return false;
  for (size_t i = 0; i + 1 < index; i++)
    if (strcmp(bt_indicator_group(i), group) == 0) return true;
  return false;
}

static void groups_stand_together_and_parts_at_the_end(void **state)
{
  (void)state;
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    assert_true(strlen(bt_indicator_group(i)) > 0);
    if (group_is_split(i)) fail_msg("%s stands apart from its group", bt_indicator_at(i)->name);
    if (i > 0) assert_true(bt_indicator_at(i)->is_part >= bt_indicator_at(i - 1)->is_part);
  }
}

static void every_descriptor_is_sound(void **state)
{
  (void)state;
  assert_true(bt_indicator_count() > 0);
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    assert_ptr_equal(bt_indicator_find(indicator->name), indicator);
    assert_true(strlen(indicator->summary) > 0 && strlen(indicator->source) > 0);
    assert_true(indicator->n_outputs >= 1 && indicator->n_outputs <= BT_INDICATOR_OUTPUTS_MOST);
    for (size_t k = 0; k < indicator->n_params; k++) {
      const bt_param *p = &indicator->params[k];
      assert_true(p->least <= p->preset && p->preset <= p->most && strlen(p->meaning) > 0);
    }
  }
  assert_null(bt_indicator_find("no such thing"));
}

/* ---- the cache --------------------------------------------------------------------------------
 */

static const double *get_sma(bt_indicator_hold *hold, double period)
{
  const bt_indicator_request wanted = {"sma", &period, 1, 0};
  const double *values = NULL;
  assert_int_equal(bt_indicator_get(&values, hold, &wanted, NULL), BT_OK);
  return values;
}

static void the_cache_computes_each_indicator_once(void **state)
{
  (void)state;
  test_random random = {33};
  bt_bars *bars = make_random_bars(&random, 100, 50, 0.05);
  bt_indicator_cache *cache = NULL;
  bt_indicator_hold hold;
  const double *kept[400];
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  bt_indicator_hold_init(&hold, cache);
  for (size_t i = 0; i < 400; i++) { /* more than there are buckets, and than one may hold */
    kept[i] = get_sma(&hold, (double)(i + 1));
    if (i % 100 == 0) bt_indicator_hold_release(&hold);
  }
  bt_indicator_hold_release(&hold);
  assert_int_equal(bt_indicator_cache_size_bytes(cache), 400 * 100 * sizeof(double));
  for (size_t i = 0; i < 400; i++) {
    const double *again = get_sma(&hold, (double)(i + 1));
    bt_indicator_hold_release(&hold);
    assert_ptr_equal(again, kept[i]);
    if (i > 0) assert_ptr_not_equal(again, kept[i - 1]);
  }
  assert_true(isnan(bt_indicator_cache_nan(cache)[0]) && isnan(bt_indicator_cache_nan(cache)[99]));
  bt_indicator_cache_free(cache);
  bt_indicator_cache_free(NULL);
  bt_bars_free(bars);
}

enum {
  N_LONG = 600000
}; /* bars, of which fewer series than BT_CACHE_SERIES_LEAST fill the budget */

/* One series is held all the while, others come and go: memory stays within the budget, the held
 * one where it is, and what comes back has the same bits. */
static void what_nobody_holds_gives_way_to_the_budget(void **state)
{
  (void)state;
  test_random random = {34};
  bt_bars *bars = make_random_bars(&random, N_LONG, 50, 0.001);
  bt_indicator_cache *cache = NULL;
  bt_indicator_hold mine, other;
  const size_t series = N_LONG * sizeof(double), floats = N_LONG * sizeof(float);
  const size_t most = BT_CACHE_SERIES_LEAST * (series + floats);
  assert_true(most > BT_CACHE_BUDGET_BYTES);
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  bt_indicator_hold_init(&mine, cache);
  bt_indicator_hold_init(&other, cache);
  const double *held = get_sma(&mine, 5);
  double *copy = malloc(series);
  assert_non_null(copy);
  memcpy(copy, get_sma(&other, 10), series);
  for (size_t i = 0; i < 40; i++) {
    bt_indicator_hold_release(&other);
    (void)get_sma(&other, (double)(20 + i));
    assert_true(bt_indicator_cache_size_bytes(cache) <= most);
  }
  assert_ptr_equal(get_sma(&mine, 5), held);
  assert_memory_equal(get_sma(&other, 10), copy, series);
  bt_indicator_hold_release(&mine);
  bt_indicator_hold_release(&other);
  free(copy);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

static void values_are_there_as_floats_where_they_were_asked_for(void **state)
{
  (void)state;
  test_random random = {35};
  bt_bars *bars = make_random_bars(&random, 300, 50, 0.02);
  bt_indicator_cache *cache = NULL;
  bt_indicator_hold hold, rounding;
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  bt_indicator_hold_init(&hold, cache);
  bt_indicator_hold_init(&rounding, cache);
  rounding.rounds = true;
  const double *values = get_sma(&rounding, 20), *others = get_sma(&hold, 30);
  const float *rounded = bt_indicator_rounded(&rounding, values);
  assert_non_null(rounded);
  for (size_t t = 0; t < 300; t++)
    assert_true(isnan(values[t]) ? isnan(rounded[t]) : rounded[t] == (float)values[t]);
  assert_null(bt_indicator_rounded(&hold, values)); /* it does not hold them */
  assert_ptr_equal(get_sma(&hold, 20), values);
  assert_ptr_equal(bt_indicator_rounded(&hold, values), rounded);
  assert_ptr_equal(get_sma(&rounding, 30), others); /* computed for one that does not round */
  assert_null(bt_indicator_rounded(&rounding, others));
  assert_null(bt_indicator_rounded(&hold, bars->close));
  assert_int_equal(bt_indicator_cache_size_bytes(cache),
                   300 * (2 * sizeof *values + sizeof *rounded));
  bt_indicator_hold_release(&hold);
  bt_indicator_hold_release(&rounding);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

static void holding_too_many_is_refused(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(10, 5);
  bt_indicator_cache *cache = NULL;
  bt_indicator_hold hold;
  bt_error err;
  const double *values = NULL, period = BT_INDICATORS_HELD_MOST + 1;
  const bt_indicator_request wanted = {"sma", &period, 1, 0};
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  bt_indicator_hold_init(&hold, cache);
  for (int i = 1; i <= BT_INDICATORS_HELD_MOST; i++) (void)get_sma(&hold, i);
  assert_int_equal(bt_indicator_get(&values, &hold, &wanted, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "more than 256 indicators at once");
  assert_non_null(get_sma(&hold, 7)); /* held already */
  bt_indicator_hold_release(&hold);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

static void assert_get_fails(bt_indicator_cache *cache, bt_indicator_request wanted,
                             bt_status status, const char *message)
{
  const double *values = NULL;
  bt_indicator_hold hold;
  bt_error err;
  bt_indicator_hold_init(&hold, cache);
  assert_int_equal(bt_indicator_get(&values, &hold, &wanted, &err), status);
  assert_null(values);
  assert_int_equal(hold.n_entries, 0);
  assert_string_equal(err.message, message);
}

static void the_cache_refuses_what_is_not_there(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(5, 10);
  bt_indicator_cache *cache = NULL;
  const double good[] = {3, 3}, zero = 0, broken = 2.5, none = (double)NAN;
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  assert_get_fails(cache, (bt_indicator_request){"smaa", good, 1, 0}, BT_ERR_NOT_FOUND,
                   "no indicator is called 'smaa'");
  assert_get_fails(cache, (bt_indicator_request){"sma", good, 2, 0}, BT_ERR_USAGE,
                   "indicator sma takes 1 parameters, not 2");
  assert_get_fails(cache, (bt_indicator_request){"sma", good, 1, 1}, BT_ERR_NOT_FOUND,
                   "indicator sma has no output 1");
  assert_get_fails(cache, (bt_indicator_request){"sma", &zero, 1, 0}, BT_ERR_USAGE,
                   "indicator sma: period = 0 is not a whole number from 1 to 1e+06");
  assert_get_fails(cache, (bt_indicator_request){"sma", &broken, 1, 0}, BT_ERR_USAGE,
                   "indicator sma: period = 2.5 is not a whole number from 1 to 1e+06");
  assert_get_fails(cache, (bt_indicator_request){"sma", &none, 1, 0}, BT_ERR_USAGE,
                   "indicator sma: period = nan is not a whole number from 1 to 1e+06");
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

/* How often a lock was taken, and how often it is held now. */
typedef struct lock_counts {
  int n_locks, n_held;
} lock_counts;

static void count_lock(void *context)
{
  lock_counts *counts = context;
  counts->n_locks++;
  assert_int_equal(counts->n_held++, 0); /* never taken twice */
}

static void count_unlock(void *context)
{
  lock_counts *counts = context;
  assert_int_equal(--counts->n_held, 0);
}

static void never_called(void *context)
{
  (void)context;
  fail_msg("%s", "one thread waits for itself");
}

static void wake_nobody(void *context)
{
  (void)context;
}

static void the_host_locks_around_every_request_and_not_while_it_computes(void **state)
{
  (void)state;
  lock_counts counts = {0};
  const bt_cache_lock guard = {count_lock, count_unlock, never_called, wake_nobody, &counts};
  bt_bars *bars = make_flat_bars(5, 10);
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, &guard, NULL, NULL),
      BT_OK);
  bt_signal_host_init(&host, cache);
  assert_true(bt_sma(&host.host, 2)[4] == 10);
  assert_true(bt_macd(&host.host, 1, 2, 2, 0)[4] == 0); /* asks for its line */
  assert_true(isnan(bt_sma(&host.host, -1)[4]));
  assert_int_equal(host.status, BT_ERR_USAGE);
  assert_true(counts.n_locks >= 4 && counts.n_held == 0);
  bt_indicator_hold_release(&host.hold);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_indicator_has_golden_cases_and_agrees_with_them),
      cmocka_unit_test(indicators_are_undefined_at_the_start_alone),
      cmocka_unit_test(cutting_later_bars_changes_no_bit),
      cmocka_unit_test(every_descriptor_is_sound),
      cmocka_unit_test(groups_stand_together_and_parts_at_the_end),
      cmocka_unit_test(the_cache_computes_each_indicator_once),
      cmocka_unit_test(what_nobody_holds_gives_way_to_the_budget),
      cmocka_unit_test(values_are_there_as_floats_where_they_were_asked_for),
      cmocka_unit_test(holding_too_many_is_refused),
      cmocka_unit_test(the_cache_refuses_what_is_not_there),
      cmocka_unit_test(the_host_locks_around_every_request_and_not_while_it_computes),
  };
  return cmocka_run_group_tests_name("core/indicators", tests, NULL, NULL);
}
