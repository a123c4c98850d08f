/* The search for look-ahead where the strategy fails, or a ticker is rejected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/support/lookahead_scene.h"
#include "tests/support/make_bars.h"

/* Fewer bars than there are cuts: every cut is tried. */
static const double falls_then_rises[] = {12, 11, 10, 12, 11};
enum { N_FEW = 5 };

/* Buys ahead of a close that is higher. */
static void peek(const bt_host *host, const double *params, double *target)
{
  const bt_series *series = host->series;
  (void)params;
  for (size_t t = 0; t < series->n_bars; t++)
    target[t] = t + 1 < series->n_bars && series->close[t + 1] > series->close[t] ? 1 : 0;
}

static void too_much_of_three_bars(const bt_host *host, const double *params, double *target)
{
  (void)params;
  for (size_t t = 0; t < host->series->n_bars; t++) target[t] = host->series->n_bars == 3 ? 2 : 1;
}

static const char of_three_bars[] =
    "its first 3 bars alone: test, combination 1 {}: the target of bar 0 is 2: not within -1 to +1";

/* On whatever cut: it is rejected like one on which a sweep fails. */
static void a_ticker_on_which_the_strategy_fails_is_rejected(void **state)
{
  scan_scene *s = *state;
  const double of_two_bars[] = {1, 2};
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  write_closes(s, "B", of_two_bars, 2, 1);
  const bt_strategy strategy = STRATEGY(.signals = too_much_of_three_bars);
  bt_lookahead_result result = search(s, &strategy);
  assert_int_equal(result.n_done, 1);
  assert_int_equal(result.n_rejected, 1);
  assert_int_equal(result.n_tickers_found, 0);
  assert_true(s->scan.entries[0].failed && !s->scan.entries[1].failed);
  assert_string_equal(s->scan.entries[0].report->reason, of_three_bars);
}

static void a_strategy_that_fails_on_every_ticker_is_an_error(void **state)
{
  scan_scene *s = *state;
  bt_lookahead_result result;
  char whole[512];
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  const bt_strategy strategy = STRATEGY(.signals = too_much_of_three_bars);
  assert_int_equal(search_folder(&result, s, &strategy, 1), BT_ERR_DATA);
  (void)snprintf(whole, sizeof whole, "every ticker was rejected (1); the first, A: %s",
                 of_three_bars);
  assert_string_equal(s->err.message, whole);
}

static const bt_param which_param[] = {{"which", 0, 0, 3, 1, 0, 3, 1, "how it fails, or peeks"}};

/* 0 and 1 peek, 2 and 3 fail on few bars of the ticker that begins at 12. */
static void peek_or_fail(const bt_host *host, const double *params, double *target)
{
  const bt_series *series = host->series;
  peek(host, params, target);
  if (params[0] >= 2 && series->close[0] == 12 && (double)series->n_bars <= params[0])
    target[0] = 2;
}

/* Nothing of what was found before it failed, and the first cut and combination in order, whatever
 * the number of workers. */
static void what_is_found_on_a_rejected_ticker_does_not_count(void **state)
{
  scan_scene *s = *state;
  const double others[] = {1, 2, 1, 2};
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  write_closes(s, "B", others, 4, 1);
  const bt_strategy strategy =
      STRATEGY(.signals = peek_or_fail, .params = which_param, .n_params = 1);
  for (size_t n_workers = 1; n_workers <= 3; n_workers++) {
    bt_lookahead_result result;
    assert_int_equal(search_folder(&result, s, &strategy, n_workers), BT_OK);
    assert_int_equal(result.n_rejected, 1);
    assert_int_equal(result.n_done, 1);
    assert_int_equal(result.n_tickers_found, 1);
    assert_int_equal(result.n_combos_found, 4);
    assert_int_equal(result.first.ticker, 1);
    assert_int_equal(result.first.combo, 0);
    assert_string_equal(s->scan.entries[0].report->reason,
                        "its first 3 bars alone: test, combination 4 {\"which\":3}: the target of "
                        "bar 0 is 2: not within -1 to +1");
  }
}

static void tickers_that_are_rejected_are_counted(void **state)
{
  scan_scene *s = *state;
  bt_lookahead_result result;
  write_closes(s, "A", falls_then_rises, N_FEW, 1);
  write_closes(s, "B", falls_then_rises, 0, 1);
  result = search(s, &STRATEGY(.signals = peek));
  assert_int_equal(result.n_done, 1);
  assert_int_equal(result.n_rejected, 1);
  s->job.from_ns = instant_of("2021-01-01");
  assert_int_equal(search_folder(&result, s, &STRATEGY(.signals = peek), 2), BT_ERR_DATA);
  assert_non_null(strstr(s->err.message, "every ticker was rejected (2)"));
}

#define scene_test(test)                                                                           \
  cmocka_unit_test_setup_teardown(test, scan_scene_setup, scan_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      scene_test(a_ticker_on_which_the_strategy_fails_is_rejected),
      scene_test(a_strategy_that_fails_on_every_ticker_is_an_error),
      scene_test(what_is_found_on_a_rejected_ticker_does_not_count),
      scene_test(tickers_that_are_rejected_are_counted),
  };
  return cmocka_run_group_tests_name("runners/lookahead_failures", tests, NULL, NULL);
}
