/* What columns are asked for, and what they are called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/feature_list.h"
#include "core/indicator_cache.h"
#include "tests/support/make_bars.h"

static void add_indicator(bt_feature_list *list, const char *spec)
{
  bt_error err;
  if (bt_feature_list_add_indicator(list, spec, false, &err)) fail_msg("%s", err.message);
}

/* The names of the columns, with blanks between them. */
static void expect_names(const bt_feature_list *list, const char *expected)
{
  char names[1024] = "";
  for (size_t i = 0; i < list->n; i++) {
    size_t used = strlen(names);
    (void)snprintf(names + used, sizeof names - used, "%s%s", i ? " " : "", list->columns[i].name);
  }
  assert_string_equal(names, expected);
}

static void expect_refused(bt_status status, const bt_error *err, const char *message)
{
  assert_int_equal(status, BT_ERR_USAGE);
  assert_string_equal(err->message, message);
}

static void names_say_what_a_column_depends_on(void **state)
{
  (void)state;
  bt_feature_list list = {0};
  bt_error err;
  add_indicator(&list, "rsi:14");
  add_indicator(&list, "macd:5,35");
  add_indicator(&list, "atr");
  assert_int_equal(bt_feature_list_add_return(&list, "5", &err), BT_OK);
  assert_int_equal(bt_feature_list_add_label(&list, "fwd_return:21", &err), BT_OK);
  assert_int_equal(bt_feature_list_add_prices(&list, &err), BT_OK);
  expect_names(&list, "rsi_14 macd_5_35_9.macd macd_5_35_9.signal macd_5_35_9.histogram atr_14 "
                      "return_5 fwd_return_21 "
                      "open high low close volume");
  const bt_feature *signal = bt_feature_list_find(&list, "macd_5_35_9.signal");
  assert_non_null(signal);
  assert_true(signal->params[0] == 5 && signal->params[1] == 35 && signal->params[2] == 9);
  assert_int_equal(signal->output, 1);
  assert_null(bt_feature_list_find(&list, "macd"));
  bt_feature_list_clear(&list);
}

static void what_is_no_indicator_is_refused(void **state)
{
  (void)state;
  static const char *const cases[][2] = {
      {"rsj:14", "--indicator rsj:14: no such indicator; did you mean 'rsi'?"},
      {"alll", "--indicator alll: no such indicator; did you mean 'all'?"},
      {"", "--indicator : no such indicator; `backtest list indicators` shows them"},
      {"rsi:", "--indicator rsi:: period must be a whole number from 1 to 1000000"},
      {"rsi:x", "--indicator rsi:x: period must be a whole number from 1 to 1000000"},
      {"rsi:0", "--indicator rsi:0: period must be a whole number from 1 to 1000000"},
      {"rsi:2.5", "--indicator rsi:2.5: period must be a whole number from 1 to 1000000"},
      {"rsi:1e7", "--indicator rsi:1e7: period must be a whole number from 1 to 1000000"},
      {"rsi:14,", "--indicator rsi:14,: rsi takes 1 parameter"},
      {"macd:1,2,3,4", "--indicator macd:1,2,3,4: macd takes 3 parameters"},
      {"macd:1,,3", "--indicator macd:1,,3: slow must be a whole number from 1 to 1000000"},
  };
  bt_feature_list list = {0};
  bt_error err;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    expect_refused(bt_feature_list_add_indicator(&list, cases[i][0], false, &err), &err,
                   cases[i][1]);
  assert_int_equal(list.n, 0);
  bt_feature_list_clear(&list);
}

static void a_column_is_there_once(void **state)
{
  (void)state;
  bt_feature_list list = {0};
  bt_error err;
  add_indicator(&list, "rsi");
  add_indicator(&list, "macd:3,9,2");
  expect_refused(bt_feature_list_add_indicator(&list, "rsi:14", false, &err), &err,
                 "--indicator rsi:14: the column rsi_14 is asked for twice");
  expect_refused(bt_feature_list_add_indicator(&list, "macd:3,9,2", false, &err), &err,
                 "--indicator macd:3,9,2: the column macd_3_9_2.macd is asked for twice");
  assert_int_equal(bt_feature_list_add_return(&list, "3", &err), BT_OK);
  expect_refused(bt_feature_list_add_return(&list, "3", &err), &err,
                 "--return 3: the column return_3 is asked for twice");
  assert_int_equal(bt_feature_list_add_label(&list, "fwd_return:3", &err), BT_OK);
  assert_int_equal(list.n, 6);
  bt_feature_list_clear(&list);
}

static void returns_are_of_a_whole_number_of_bars(void **state)
{
  (void)state;
  static const char *const wrong[] = {"0", "-1", "1.5", "x", "1000001", ""};
  bt_feature_list list = {0};
  bt_error err;
  char message[128], spec[32];
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    (void)snprintf(message, sizeof message,
                   "--return %s: must be a whole number of bars from 1 to 1000000", wrong[i]);
    expect_refused(bt_feature_list_add_return(&list, wrong[i], &err), &err, message);
    (void)snprintf(spec, sizeof spec, "fwd_return:%s", wrong[i]);
    (void)snprintf(message, sizeof message,
                   "--label %s: must be a whole number of bars from 1 to 1000000", spec);
    expect_refused(bt_feature_list_add_label(&list, spec, &err), &err, message);
  }
  expect_refused(bt_feature_list_add_label(&list, "return:5", &err), &err,
                 "--label return:5: no such label; there is fwd_return:BARS");
  expect_refused(bt_feature_list_add_label(&list, "fwd_return", &err), &err,
                 "--label fwd_return: how many bars ahead? Write fwd_return:5");
  assert_int_equal(list.n, 0);
}

static void all_is_every_indicator_once(void **state)
{
  (void)state;
  bt_feature_list list = {0};
  bt_error err;
  size_t n_outputs = 0;
  add_indicator(&list, "rsi:14"); /* its preset */
  add_indicator(&list, "rsi:3");
  assert_int_equal(bt_feature_list_add_all(&list, true, &err), BT_OK);
  for (size_t i = 0; i < bt_indicator_count(); i++)
    if (!bt_indicator_at(i)->is_part) n_outputs += bt_indicator_at(i)->n_outputs;
  assert_int_equal(list.n, n_outputs + 1);
  assert_string_equal(list.columns[0].name, "rsi_14");
  assert_non_null(bt_feature_list_find(&list, "sma_20"));
  bt_feature_list_clear(&list);
}

static void without_a_benchmark_all_leaves_out_what_needs_one(void **state)
{
  (void)state;
  bt_feature_list list = {0};
  bt_error err;
  char message[256];
  assert_int_equal(bt_feature_list_add_all(&list, false, &err), BT_OK);
  for (size_t i = 0; i < list.n; i++) assert_false(list.columns[i].indicator->needs_benchmark);
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    if (!indicator->needs_benchmark) continue;
    (void)snprintf(message, sizeof message, "--indicator %s: needs --benchmark SYMBOL",
                   indicator->name);
    expect_refused(bt_feature_list_add_indicator(&list, indicator->name, false, &err), &err,
                   message);
  }
  bt_feature_list_clear(&list);
}

static size_t bytes_with(bt_indicator_cache *cache, const bt_indicator *indicator,
                         const double *params)
{
  bt_indicator_hold hold;
  bt_error err;
  const double *values = NULL;
  const bt_indicator_request wanted = {indicator->name, params, indicator->n_params, 0};
  bt_indicator_hold_init(&hold, cache);
  if (bt_indicator_get(&values, &hold, &wanted, &err)) fail_msg("%s", err.message);
  bt_indicator_hold_release(&hold);
  return bt_indicator_cache_size_bytes(cache);
}

/* Whether the part is there already, with the first parameters of the other, when the other is. */
static bool is_shared(const bt_indicator *part, const bt_indicator *other, const bt_series *series)
{
  double params[BT_INDICATOR_PARAMS_MOST] = {0};
  bt_indicator_cache *cache = NULL;
  bt_error err;
  if (other->is_part || other->needs_benchmark || other->n_params < part->n_params) return false;
  for (size_t i = 0; i < other->n_params; i++) params[i] = other->params[i].preset;
  assert_int_equal(bt_indicator_cache_new(&cache, series, NULL, NULL, &err), BT_OK);
  size_t n_bytes = bytes_with(cache, other, params);
  bool shared = bytes_with(cache, part, params) == n_bytes;
  bt_indicator_cache_free(cache);
  return shared;
}

static void a_part_is_a_step_on_the_way_to_another(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(100, 50);
  const bt_series series = bt_bars_series(bars);
  assert_true(bt_indicator_find("macd_line")->is_part);
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *part = bt_indicator_at(i);
    bool found = !part->is_part;
    for (size_t k = 0; k < bt_indicator_count() && !found; k++)
      found = is_shared(part, bt_indicator_at(k), &series);
    if (!found) fail_msg("%s is marked as a part, and no other indicator asks for it", part->name);
  }
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_say_what_a_column_depends_on),
      cmocka_unit_test(what_is_no_indicator_is_refused),
      cmocka_unit_test(a_column_is_there_once),
      cmocka_unit_test(returns_are_of_a_whole_number_of_bars),
      cmocka_unit_test(all_is_every_indicator_once),
      cmocka_unit_test(without_a_benchmark_all_leaves_out_what_needs_one),
      cmocka_unit_test(a_part_is_a_step_on_the_way_to_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
