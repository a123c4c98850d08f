#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/indicator.h"
#include "core/indicator_cache.h"
#include "tests/support/compare.h"
#include "tests/support/csv_table.h"
#include "tests/support/make_bars.h"
#include "tests/support/registry_cases.h"

/* One output of an indicator on bars, as a copy that the caller frees. */
static double *compute(const bt_indicator *indicator, const double *params, const bt_bars *bars,
                       size_t output)
{
  bt_indicator_cache *cache = NULL;
  const double *values = NULL;
  bt_error err;
  double *copy = malloc(bars->n_bars * sizeof *copy);
  assert_non_null(copy);
  assert_int_equal(bt_indicator_cache_new(&cache, bars, &err), BT_OK);
  const bt_indicator_request wanted = {indicator->name, params, indicator->n_params, output};
  bt_status status = bt_indicator_cache_get(&values, cache, &wanted, &err);
  if (status) fail_msg("%s", err.message);
  memcpy(copy, values, bars->n_bars * sizeof *copy);
  bt_indicator_cache_free(cache);
  return copy;
}

/* ---- golden cases ---------------------------------------------------------------------------- */

static const char *const keys[] = {"params", "open", "high", "low", "close", "output", NULL};

static void check_output(const bt_indicator *indicator, const golden_case *c, const bt_bars *bars,
                         size_t index)
{
  double params[TEST_PARAMS_MOST], *expected = malloc(bars->n_bars * sizeof *expected);
  const char *text = golden_text(c, "output", index);
  size_t length = strlen(indicator->outputs[index]);
  assert_non_null(expected);
  assert_int_equal(golden_params(params, c), indicator->n_params);
  if (!text || strncmp(text, indicator->outputs[index], length) != 0)
    fail_msg("output %zu must be %s", index, indicator->outputs[index]);
  assert_int_equal(golden_parse(expected, bars->n_bars, text + length), bars->n_bars);
  double *got = compute(indicator, params, bars, index);
  assert_all_close(got, expected, bars->n_bars, indicator->outputs[index]);
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
      for (size_t output = 0; output < indicator->n_outputs; output++)
        check_output(indicator, &file.cases[k], bars, output);
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
      presets[k] = indicator->params[k].preset;
      few[k] = fmax(indicator->params[k].least, (double)(k + 2));
    }
    for (size_t output = 0; output < indicator->n_outputs; output++) {
      test(indicator, presets, output);
      test(indicator, few, output);
    }
  }
}

static void check_nan_prefix(const bt_indicator *indicator, const double *params, size_t output)
{
  test_random random = {31};
  bt_bars *bars = make_random_bars(&random, 300, 50, 0.05);
  double *values = compute(indicator, params, bars, output);
  size_t defined = 0;
  while (defined < 300 && isnan(values[defined])) defined++;
  assert_true(defined < 60);
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
  double *whole = compute(indicator, params, bars, output);
  for (size_t n = 1; n < 200; n += 9) {
    bt_bars *cut = make_prefix(bars, n);
    double *values = compute(indicator, params, cut, output);
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

static void the_cache_computes_each_indicator_once(void **state)
{
  (void)state;
  test_random random = {33};
  bt_bars *bars = make_random_bars(&random, 100, 50, 0.05);
  bt_indicator_cache *cache = NULL;
  const double *kept[400], *again = NULL;
  assert_int_equal(bt_indicator_cache_new(&cache, bars, NULL), BT_OK);
  for (size_t i = 0; i < 400; i++) { /* more than there are buckets */
    double period = (double)(i + 1);
    const bt_indicator_request wanted = {"sma", &period, 1, 0};
    assert_int_equal(bt_indicator_cache_get(&kept[i], cache, &wanted, NULL), BT_OK);
  }
  for (size_t i = 0; i < 400; i++) {
    double period = (double)(i + 1);
    const bt_indicator_request wanted = {"sma", &period, 1, 0};
    assert_int_equal(bt_indicator_cache_get(&again, cache, &wanted, NULL), BT_OK);
    assert_ptr_equal(again, kept[i]);
    if (i > 0) assert_ptr_not_equal(again, kept[i - 1]);
  }
  assert_true(isnan(bt_indicator_cache_nan(cache)[0]) && isnan(bt_indicator_cache_nan(cache)[99]));
  bt_indicator_cache_free(cache);
  bt_indicator_cache_free(NULL);
  bt_bars_free(bars);
}

static void assert_get_fails(bt_indicator_cache *cache, bt_indicator_request wanted,
                             bt_status status, const char *message)
{
  const double *values = NULL;
  bt_error err;
  assert_int_equal(bt_indicator_cache_get(&values, cache, &wanted, &err), status);
  assert_null(values);
  assert_string_equal(err.message, message);
}

static void the_cache_refuses_what_is_not_there(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(5, 10);
  bt_indicator_cache *cache = NULL;
  const double good[] = {3, 3}, zero = 0, broken = 2.5, none = (double)NAN;
  assert_int_equal(bt_indicator_cache_new(&cache, bars, NULL), BT_OK);
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

static void lock_counts(void *context)
{
  *(int *)context += 1;
}

static void the_host_locks_around_every_request(void **state)
{
  (void)state;
  int n_calls = 0;
  bt_bars *bars = make_flat_bars(5, 10);
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  assert_int_equal(bt_indicator_cache_new(&cache, bars, NULL), BT_OK);
  bt_signal_host_init(&host, bars, cache, (bt_cache_lock){lock_counts, lock_counts, &n_calls});
  assert_true(bt_sma(&host.host, 2)[4] == 10);
  assert_int_equal(n_calls, 2);
  assert_true(isnan(bt_sma(&host.host, -1)[4])); /* a failure unlocks, too */
  assert_int_equal(n_calls, 4);
  assert_int_equal(host.status, BT_ERR_USAGE);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

/* ---- TA-Lib -----------------------------------------------------------------------------------
 */

/* Which column of the reference belongs to which output; width: middle + width * stddev. */
typedef struct talib_case {
  const char *their_name, *their_params, *their_output;
  const char *name;
  double params[3];
  size_t output;
  double width;
} talib_case;

static const talib_case talib_cases[] = {
    {"sma", "20", "sma", "sma", {20}, 0, 0},
    {"ema", "20", "ema", "ema", {20}, 0, 0},
    {"rsi", "14", "rsi", "rsi", {14}, 0, 0},
    {"macd", "12|26|9", "macd", "macd", {12, 26, 9}, 0, 0},
    {"macd", "12|26|9", "signal", "macd", {12, 26, 9}, 1, 0},
    {"stddev", "20", "stddev", "stddev", {20}, 0, 0},
    {"bbands", "20|2", "lower", "sma", {20}, 0, -2},
    {"bbands", "20|2", "middle", "sma", {20}, 0, 0},
    {"bbands", "20|2", "upper", "sma", {20}, 0, 2},
    {"max", "20", "max", "highest", {20}, 0, 0},
    {"min", "20", "min", "lowest", {20}, 0, 0},
};

/* Where TA-Lib's running sums of squares leave noise on a price that stands still (bars 299-326),
 * ours is exact: there a standard deviation of up to 1e-6 counts as 0. */
static bool agrees(double ours, double theirs, size_t t)
{
  bool flat = t >= 299 && t <= 326;
  return is_close(ours, theirs, flat ? 1e-6 : 1e-9);
}

/* Our values of a case, with the bands' offset added. */
static double *our_values(const talib_case *c, const bt_bars *bars)
{
  double *values = compute(bt_indicator_find(c->name), c->params, bars, c->output);
  if (c->width == 0) return values;
  double *deviations = compute(bt_indicator_find("stddev"), c->params, bars, 0);
  for (size_t t = 0; t < bars->n_bars; t++) values[t] += c->width * deviations[t];
  free(deviations);
  return values;
}

static bt_bars *read_ohlcv(void)
{
  csv_table table;
  if (!csv_table_read(&table, "reference/quant/ohlcv.csv")) return NULL;
  bt_bars *bars = make_flat_bars(table.n_rows, 1);
  for (size_t t = 0; t < table.n_rows; t++) {
    bars->open[t] = csv_number(&table, t, "open");
    bars->high[t] = csv_number(&table, t, "high");
    bars->low[t] = csv_number(&table, t, "low");
    bars->close[t] = csv_number(&table, t, "close");
  }
  csv_table_free(&table);
  return bars;
}

static void check_talib(const csv_table *table, const talib_case *c, const bt_bars *bars)
{
  double *values = our_values(c, bars);
  size_t n_compared = 0, first = bars->n_bars;
  for (size_t row = 0; row < table->n_rows; row++) {
    if (strcmp(csv_text(table, row, "indicator"), c->their_name) != 0 ||
        strcmp(csv_text(table, row, "params"), c->their_params) != 0 ||
        strcmp(csv_text(table, row, "output"), c->their_output) != 0)
      continue;
    size_t t = (size_t)csv_number(table, row, "index");
    double theirs = csv_number(table, row, "value");
    if (t < first) first = t;
    n_compared++;
    if (!agrees(values[t], theirs, t))
      fail_msg("%s %s bar %zu: ours %.17g, theirs %.17g", c->name, c->their_output, t, values[t],
               theirs);
  }
  assert_true(n_compared > 500);
  for (size_t t = 0; t < first; t++) /* ours may begin earlier where TA-Lib waits for all outputs */
    if (strcmp(c->name, "macd") != 0) assert_true(isnan(values[t]));
  free(values);
}

static void indicators_agree_with_talib(void **state)
{
  (void)state;
  csv_table table;
  bt_bars *bars = read_ohlcv();
  if (!bars) skip();
  if (!csv_table_read(&table, "reference/quant/ind_talib.csv")) {
    bt_bars_free(bars);
    skip();
  }
  for (size_t i = 0; i < sizeof talib_cases / sizeof *talib_cases; i++)
    check_talib(&table, &talib_cases[i], bars);
  csv_table_free(&table);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_indicator_has_golden_cases_and_agrees_with_them),
      cmocka_unit_test(indicators_are_undefined_at_the_start_alone),
      cmocka_unit_test(cutting_later_bars_changes_no_bit),
      cmocka_unit_test(every_descriptor_is_sound),
      cmocka_unit_test(the_cache_computes_each_indicator_once),
      cmocka_unit_test(the_cache_refuses_what_is_not_there),
      cmocka_unit_test(the_host_locks_around_every_request),
      cmocka_unit_test(indicators_agree_with_talib),
  };
  return cmocka_run_group_tests_name("core/indicators", tests, NULL, NULL);
}
