#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/aim.h"
#include "strategies/registry.h"
#include "tests/support/make_bars.h"

static void long_always(const bt_host *host, const double *params, double *target)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) target[t] = 1;
}

static const bt_param good_params[] = {
    {"fast", 5, 1, 10, 1, 1, 100, 1, "bars"},
    {"slow", 20, 10, 30, 5, 1, 100, 1, "bars"},
};

static void closes_and_average(const bt_host *host, const double *params, const double *pair[2])
{
  pair[0] = host->series->close;
  if (params[0] > 0) pair[1] = bt_sma(host, params[0]);
}

static bt_strategy good_strategy(void)
{
  return (bt_strategy){.abi_version = BT_STRATEGY_ABI,
                       .name = "mine",
                       .summary = "a test",
                       .params = good_params,
                       .n_params = 2,
                       .rule = "fast<slow",
                       .signals = long_always};
}

static void assert_refused(const bt_strategy *strategy, const char *words)
{
  bt_error err = {0};
  assert_int_equal(bt_strategy_check(strategy, &err), BT_ERR_USAGE);
  if (!strstr(err.message, words)) fail_msg("'%s' does not say '%s'", err.message, words);
}

static void a_sound_descriptor_passes(void **state)
{
  (void)state;
  bt_strategy strategy = good_strategy();
  assert_int_equal(bt_strategy_check(&strategy, NULL), BT_OK);
  strategy.n_params = 0;
  strategy.params = NULL;
  strategy.rule = NULL;
  assert_int_equal(bt_strategy_check(&strategy, NULL), BT_OK);
}

static void a_descriptor_that_lacks_something_is_refused(void **state)
{
  (void)state;
  bt_strategy strategy = good_strategy();
  strategy.abi_version = BT_STRATEGY_ABI + 1;
  assert_refused(&strategy, "ABI");
  strategy = good_strategy();
  strategy.name = NULL;
  assert_refused(&strategy, "name");
  strategy.name = "two words";
  assert_refused(&strategy, "name");
  strategy.name = "Mine"; /* view results_mine is not to differ by case alone */
  assert_refused(&strategy, "lower case");
  strategy = good_strategy();
  strategy.summary = NULL;
  assert_refused(&strategy, "summary");
  strategy = good_strategy();
  strategy.signals = NULL;
  assert_refused(&strategy, "signals");
  strategy = good_strategy();
  strategy.cross = closes_and_average;
  assert_refused(&strategy, "one of cross, sides, signals and on_bar");
  strategy = good_strategy();
  strategy.params = NULL;
  assert_refused(&strategy, "params");
}

/* The good descriptor with its first parameter replaced. */
static void assert_param_refused(bt_param param, const char *words)
{
  bt_param params[] = {param, good_params[1]};
  bt_strategy strategy = good_strategy();
  strategy.params = params;
  strategy.rule = NULL;
  assert_refused(&strategy, words);
}

static void a_broken_parameter_is_refused_by_name(void **state)
{
  (void)state;
  assert_param_refused((bt_param){NULL, 5, 1, 10, 1, 1, 100, 1, "bars"}, "parameter 1");
  assert_param_refused((bt_param){"9th", 5, 1, 10, 1, 1, 100, 1, "bars"}, "parameter 1");
  assert_param_refused((bt_param){"slow", 5, 1, 10, 1, 1, 100, 1, "bars"}, "'slow'");
  assert_param_refused((bt_param){"fast", 0, 1, 10, 1, 1, 100, 1, "bars"},
                       "fast: its default 0 is");
  assert_param_refused((bt_param){"fast", 5, 1, 101, 1, 1, 100, 1, "bars"}, "range 101 is outside");
  assert_param_refused((bt_param){"fast", 5.5, 1, 10, 1, 1, 100, 1, "bars"},
                       "default 5.5 is not whole");
  assert_param_refused((bt_param){"fast", 5, (double)NAN, 10, 1, 1, 100, 1, "bars"},
                       "range is not a finite number: nan");
  assert_param_refused((bt_param){"fast", 5, 1, 10, 0, 1, 100, 1, "bars"}, "step");
  assert_param_refused((bt_param){"fast", 5, 10, 1, 1, 1, 100, 1, "bars"}, "ends before");
  assert_param_refused((bt_param){"fast", 5, 1, 10, 1, 1, 100, 1, NULL}, "the meaning of fast");
}

static void a_parameter_with_the_name_of_an_exit_level_is_refused(void **state)
{
  (void)state;
  assert_param_refused((bt_param){"stop_loss", 5, 1, 10, 1, 1, 100, 1, "bars"}, "'stop_loss' is");
  assert_param_refused((bt_param){"take_profit", 5, 1, 10, 1, 1, 100, 1, "bars"}, "exit level");
  assert_param_refused((bt_param){"trailing", 5, 1, 10, 1, 1, 100, 1, "bars"}, "'trailing' is");
}

static void a_rule_over_unknown_names_is_refused(void **state)
{
  (void)state;
  bt_strategy strategy = good_strategy();
  strategy.rule = "fast<slwo";
  assert_refused(&strategy, "slwo");
  strategy.rule = "fast<";
  assert_refused(&strategy, "column");
}

static void an_unknown_strategy_suggests_the_nearest(void **state)
{
  (void)state;
  const bt_strategy *found = NULL;
  bt_error err;
  assert_int_equal(bt_strategy_find(&found, "bolinger", &err), BT_ERR_NOT_FOUND);
  assert_non_null(strstr(err.message, "'bollinger'"));
  assert_int_equal(bt_strategy_find(&found, "zzzzzzzzzzzz", &err), BT_ERR_NOT_FOUND);
  assert_non_null(strstr(err.message, "'zzzzzzzzzzzz'"));
  assert_null(found);
}

static void asks_for_what_is_not_there(const bt_host *host, const double *params, double *target)
{
  const double *missing = bt_indicator1(host, "smaa", params[0], 0);
  const double *wrong = bt_sma(host, 0);
  for (size_t t = 0; t < host->series->n_bars; t++)
    target[t] = missing[t] > 0 || wrong[t] > 0; /* both are NaN: false */
}

static void a_strategy_that_asks_for_an_unknown_indicator_fails_with_the_reason(void **state)
{
  (void)state;
  bt_strategy strategy = good_strategy();
  strategy.signals = asks_for_what_is_not_there;
  bt_bars *bars = make_flat_bars(5, 10);
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  bt_error err;
  bt_aim aim;
  const double params[] = {3, 5};
  bt_aim_init(&aim);
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  bt_signal_host_init(&host, cache);
  assert_int_equal(bt_aim_take(&aim, &strategy, params, &host, BT_DIRECTION_BOTH, &err),
                   BT_ERR_NOT_FOUND);
  assert_string_equal(err.message, "strategy mine: no indicator is called 'smaa'");
  for (size_t t = 0; t < 5; t++) assert_true(aim.target[t] == 0);
  strategy.signals = long_always; /* the failure is not remembered for the next call */
  assert_int_equal(bt_aim_take(&aim, &strategy, params, &host, BT_DIRECTION_BOTH, &err), BT_OK);
  bt_aim_clear(&aim);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

static void write_behind(const bt_host *host, const double *params, double *target)
{
  (void)params;
  for (size_t t = 0; t <= host->series->n_bars; t++) target[t] = 1;
}

static void write_before(const bt_host *host, const double *params, signed char *restrict side)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) side[t] = 1;
  side[params[0] > 0 ? -1 : (int)host->series->n_bars + 3] = 0;
}

static void a_strategy_that_writes_beside_its_array_is_caught(void **state)
{
  (void)state;
  bt_strategy strategies[2] = {good_strategy(), good_strategy()};
  bt_bars *bars = make_flat_bars(5, 10);
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  bt_error err;
  bt_aim aim;
  const double params[2][2] = {{1, 0}, {0, 0}};
  strategies[0].signals = write_behind;
  strategies[1].signals = NULL;
  strategies[1].sides = write_before;
  bt_aim_init(&aim);
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  bt_signal_host_init(&host, cache);
  for (size_t i = 0; i < 4; i++) {
    const bt_strategy *s = &strategies[i / 2];
    assert_int_equal(bt_aim_take(&aim, s, params[i % 2], &host, BT_DIRECTION_BOTH, &err),
                     BT_ERR_DATA);
    assert_string_equal(err.message,
                        i < 2 ? "strategy mine: it has written before or behind its target"
                              : "strategy mine: it has written before or behind its sides");
  }
  bt_aim_clear(&aim);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

static void a_strategy_may_compare_two_series(void **state)
{
  (void)state;
  bt_strategy strategy = good_strategy();
  strategy.signals = NULL;
  strategy.cross = closes_and_average;
  assert_int_equal(bt_strategy_check(&strategy, NULL), BT_OK);
  const double close[] = {10, 10, 12, 11, 11, 9, 9};
  static const double expected[] = {0, 0, 1, -1, 0, -1, 0}; /* against the mean of two */
  bt_bars *bars = make_bars(7, close, close, close, close);
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  bt_error err;
  bt_aim aim;
  bt_aim_init(&aim);
  assert_int_equal(
      bt_indicator_cache_new(&cache, (const bt_series[]){bt_bars_series(bars)}, NULL, NULL, NULL),
      BT_OK);
  bt_signal_host_init(&host, cache);
  const double params[] = {2, 0}, none[] = {0, 0}, wrong[] = {0.5, 0};
  assert_int_equal(bt_aim_take(&aim, &strategy, params, &host, BT_DIRECTION_BOTH, &err), BT_OK);
  assert_int_equal(bt_aim_spread(&aim, &err), BT_OK);
  for (size_t t = 0; t < 7; t++) assert_true(aim.target[t] == expected[t]);
  assert_int_equal(bt_aim_take(&aim, &strategy, none, &host, BT_DIRECTION_BOTH, &err), BT_ERR_DATA);
  assert_string_equal(err.message, "strategy mine: cross has not set both series");
  assert_int_equal(bt_aim_take(&aim, &strategy, wrong, &host, BT_DIRECTION_BOTH, &err),
                   BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "strategy mine: indicator sma"));
  bt_aim_clear(&aim);
  bt_indicator_cache_free(cache);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sound_descriptor_passes),
      cmocka_unit_test(a_descriptor_that_lacks_something_is_refused),
      cmocka_unit_test(a_broken_parameter_is_refused_by_name),
      cmocka_unit_test(a_parameter_with_the_name_of_an_exit_level_is_refused),
      cmocka_unit_test(a_rule_over_unknown_names_is_refused),
      cmocka_unit_test(an_unknown_strategy_suggests_the_nearest),
      cmocka_unit_test(a_strategy_that_writes_beside_its_array_is_caught),
      cmocka_unit_test(a_strategy_may_compare_two_series),
      cmocka_unit_test(a_strategy_that_asks_for_an_unknown_indicator_fails_with_the_reason),
  };
  return cmocka_run_group_tests_name("strategies/registry", tests, NULL, NULL);
}
