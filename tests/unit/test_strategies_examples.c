/* The examples and the skeletons: they compile without a warning, keep the contract, and do what
 * their comments say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "core/indicator_cache.h"
#include "core/signal_host.h"
#include "strategies/embedded.h"
#include "strategies/registry.h"
#include "tests/support/make_bars.h"
#include "tests/support/plugin_scene.h"
#include "tests/support/registry_cases.h"

enum { N_BARS = 420, FILES_MOST = 32 };

/* Paths of the sources below a folder of the repository; returns how many. */
static size_t find_sources(char paths[FILES_MOST][TEST_PATH_SIZE], const char *folder)
{
  char path[TEST_PATH_SIZE];
  size_t n = 0;
  DIR *entries = opendir(test_root_path(path, folder));
  assert_non_null(entries);
  for (struct dirent *entry; (entry = readdir(entries));) {
    if (!strstr(entry->d_name, ".c")) continue;
    assert_true(n < FILES_MOST);
    (void)snprintf(paths[n++], TEST_PATH_SIZE, "%.700s/%.200s", path, entry->d_name);
  }
  (void)closedir(entries);
  return n;
}

static size_t find_all(char paths[2 * FILES_MOST][TEST_PATH_SIZE])
{
  size_t n = find_sources(paths, "strategies/examples");
  assert_true(n >= 6);
  size_t n_skeletons = find_sources(paths + n, "strategies/skeletons");
  assert_int_equal(n_skeletons, 4);
  return n + n_skeletons;
}

static void compile_strictly(plugin_scene *s, const char *compiler, const char *source)
{
  char command[6 * TEST_PATH_SIZE], include[TEST_PATH_SIZE];
  (void)snprintf(command, sizeof command,
                 "%s -std=c11 -O2 -fPIC -shared -Wall -Wextra -Wpedantic -Wconversion -Wshadow "
                 "-Wdouble-promotion -Werror -I '%s' -o '%s/strict.so' '%s'",
                 compiler, test_root_path(include, "core/include"), s->dir, source);
  if (system(command) != 0) fail_msg("%s", command);
}

static void they_compile_without_a_warning(void **state)
{
  static char paths[2 * FILES_MOST][TEST_PATH_SIZE];
  static const char *const compilers[] = {"gcc", "clang"};
  plugin_scene *s = *state;
  size_t n = find_all(paths), n_compilers = 0;
  for (size_t i = 0; i < 2; i++) {
    char command[64];
    (void)snprintf(command, sizeof command, "%s --version >/dev/null 2>&1", compilers[i]);
    if (system(command) != 0) continue;
    n_compilers++;
    for (size_t k = 0; k < n; k++) compile_strictly(s, compilers[i], paths[k]);
  }
  if (n_compilers == 0) compile_strictly(s, "${CC:-cc}", paths[0]);
}

/* What `backtest new` writes is what lies in the repository. */
static void skeletons_and_header_are_in_the_program(void **state)
{
  static char paths[FILES_MOST][TEST_PATH_SIZE];
  (void)state;
  size_t n = find_sources(paths, "strategies/skeletons");
  (void)test_root_path(paths[n++], "core/include/backtest/strategy.h");
  assert_int_equal(bt_embedded_count, n);
  for (size_t i = 0; i < n; i++) {
    char *text = NULL;
    size_t n_bytes = 0;
    const char *embedded = bt_embedded_find(strrchr(paths[i], '/') + 1);
    assert_non_null(embedded);
    assert_int_equal(bt_plugin_file__read(&text, &n_bytes, paths[i], NULL), BT_OK);
    assert_int_equal(strlen(embedded), n_bytes);
    assert_memory_equal(embedded, text, n_bytes);
    free(text);
  }
  assert_null(bt_embedded_find("nothing"));
}

/* An example by name; NULL where the program does not take its kind. */
static const bt_strategy *load(plugin_scene *s, const char *name)
{
  char relative[128], path[TEST_PATH_SIZE];
  (void)snprintf(relative, sizeof relative, "strategies/examples/%s.c", name);
  if (!load_plugin(s, test_root_path(path, relative), s->cache, false)) {
    assert_string_equal(s->plugin.strategy->name, name); /* else it is not found by name */
    assert_string_equal(s->said, "");
    return s->plugin.strategy;
  }
  if (strstr(s->err.message, "it needs one of cross, sides and signals")) {
    printf("skipped: strategies of the kind on_bar: this program does not have them yet\n");
    return NULL;
  }
  fail_msg("%s: %s\n%s", name, s->err.message, s->said);
  return NULL;
}

/* ---- series at once ---------------------------------------------------------------------------
 */

static void cutting_later_bars_changes_no_target(void **state)
{
  static const char *const names[] = {"sides_rsi", "signals_graded", "cross_close_ema",
                                      "own_efficiency"};
  plugin_scene *s = *state;
  test_random random = {5};
  bt_bars *bars = make_random_bars(&random, N_BARS, 40, 0.03);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const bt_strategy *strategy = load(s, names[i]);
    double params[TEST_PARAMS_MOST];
    bool trades = false;
    fill_first(params, strategy->params, strategy->n_params);
    double *whole = strategy_targets(strategy, params, bars);
    for (size_t n = 1; n <= N_BARS; n += 31) {
      bt_bars *cut = make_prefix(bars, n);
      double *target = strategy_targets(strategy, params, cut);
      for (size_t t = 0; t < n; t++) assert_true(target[t] == whole[t]);
      free(target);
      bt_bars_free(cut);
    }
    for (size_t t = 0; t < N_BARS; t++) trades = trades || whole[t] != 0;
    assert_true(trades);
    free(whole);
  }
  bt_bars_free(bars);
}

static void graded_exposure_is_the_distance_in_quarters(void **state)
{
  plugin_scene *s = *state;
  /* mean of four and population deviation of the last: 11 and sqrt(3); (14 - 11) / (2 sqrt(3)) is
   * 0.866, nearest quarter 0.75; before the fourth bar nothing is known */
  const double close[] = {10, 10, 10, 14}, params[] = {4, 2};
  bt_bars *bars = make_bars(4, close, close, close, close);
  double *target = strategy_targets(load(s, "signals_graded"), params, bars);
  assert_true(target[0] == 0 && target[1] == 0 && target[2] == 0 && target[3] == 0.75);
  free(target);
  bt_bars_free(bars);
}

static void efficiency_is_the_way_come_by_the_way_gone(void **state)
{
  plugin_scene *s = *state;
  /* over two bars: NaN NaN 1 0 -1 (12 to 9 in two falls); level 0.5 */
  const double close[] = {10, 11, 12, 11, 9}, params[] = {2, 0.5};
  static const double expected[] = {0, 0, 1, 0, -1};
  bt_bars *bars = make_bars(5, close, close, close, close);
  double *target = strategy_targets(load(s, "own_efficiency"), params, bars);
  for (size_t t = 0; t < 5; t++) assert_true(target[t] == expected[t]);
  free(target);
  bt_bars_free(bars);
}

/* ---- bar by bar -------------------------------------------------------------------------------
 */

/* What on_bar returns on each bar while nothing is held; the caller frees it. */
static double *call_on_bars(const bt_strategy *strategy, const double *params, const bt_bars *bars)
{
  const double *lines[BT_LINES_MOST] = {NULL};
  bt_indicator_cache *cache = NULL;
  bt_signal_host host;
  const bt_series series = bt_bars_series(bars);
  void *memory = calloc(1, strategy->state_bytes + 1);
  double *target = malloc(bars->n_bars * sizeof *target);
  assert_true(memory && target);
  assert_int_equal(bt_indicator_cache_new(&cache, &series, NULL, NULL, NULL), BT_OK);
  bt_signal_host_init(&host, cache);
  if (strategy->prepare) strategy->prepare(&host.host, params, lines);
  assert_int_equal(host.status, BT_OK);
  for (size_t t = 0; t < bars->n_bars; t++) {
    const bt_now now = {.t = t,
                        .entry_price = (double)NAN,
                        .equity = 1,
                        .state = memory,
                        .series = &series,
                        .lines = lines};
    target[t] = strategy->on_bar(&now, params);
  }
  bt_indicator_hold_release(&host.hold);
  bt_indicator_cache_free(cache);
  free(memory);
  return target;
}

static void sma_bar_by_bar_has_the_targets_of_the_built_in(void **state)
{
  plugin_scene *s = *state;
  const bt_strategy *sma = NULL, *by_bar = load(s, "on_bar_sma");
  if (!by_bar) skip();
  assert_int_equal(bt_strategy_find(&sma, "sma", NULL), BT_OK);
  assert_int_equal(by_bar->n_params, sma->n_params);
  assert_string_equal(by_bar->rule, sma->rule);
  for (size_t i = 0; i < sma->n_params; i++) {
    assert_string_equal(by_bar->params[i].name, sma->params[i].name);
    assert_true(by_bar->params[i].preset == sma->params[i].preset);
    assert_true(by_bar->params[i].sweep_last == sma->params[i].sweep_last);
  }
  test_random random = {7};
  bt_bars *bars = make_random_bars(&random, N_BARS, 40, 0.03);
  const double params[] = {5, 20};
  double *expected = strategy_targets(sma, params, bars);
  double *target = call_on_bars(by_bar, params, bars);
  for (size_t t = 0; t < N_BARS; t++) assert_true(target[t] == expected[t]);
  free(expected);
  free(target);
  bt_bars_free(bars);
}

static void a_streak_is_remembered(void **state)
{
  plugin_scene *s = *state;
  const bt_strategy *streak = load(s, "on_bar_streak");
  if (!streak) skip();
  /* rising: 2 in a row buy, falling: 2 sell; an equal close ends no streak */
  const double close[] = {10, 11, 12, 12, 11, 10, 11}, params[] = {2, 2};
  static const double expected[] = {2, 2, 1, 1, 2, 0, 2}; /* 2: as before */
  bt_bars *bars = make_bars(7, close, close, close, close);
  double *target = call_on_bars(streak, params, bars);
  for (size_t t = 0; t < 7; t++)
    assert_true(expected[t] == 2 ? isnan(target[t]) : target[t] == expected[t]);
  free(target);
  bt_bars_free(bars);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, plugin_scene_setup, plugin_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(they_compile_without_a_warning),
      CASE(skeletons_and_header_are_in_the_program),
      CASE(cutting_later_bars_changes_no_target),
      CASE(graded_exposure_is_the_distance_in_quarters),
      CASE(efficiency_is_the_way_come_by_the_way_gone),
      CASE(sma_bar_by_bar_has_the_targets_of_the_built_in),
      CASE(a_streak_is_remembered),
  };
  return cmocka_run_group_tests_name("strategies/examples", tests, NULL, NULL);
}
