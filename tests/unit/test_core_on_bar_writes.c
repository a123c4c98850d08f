/* What a strategy that goes bar by bar writes: its state and lines, and not beside them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/on_bar_scene.h"

enum { STATE_BYTES = 8 };
static ptrdiff_t written; /* the byte of its state, counted from the first */

static double write_state(const bt_now *now, const double *params)
{
  (void)params;
  ((unsigned char *)now->state)[written] = 1;
  return 1;
}

static void state_is_written_within_its_bytes(void **state)
{
  (void)state;
  static const ptrdiff_t places[] = {0, STATE_BYTES - 1, -64, -1, STATE_BYTES, STATE_BYTES + 63};
  const bt_strategy strategy = STRATEGY(write_state, .state_bytes = STATE_BYTES);
  bt_bars *bars = make_flat_bars(30, 10);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    bool is_fine = places[i] >= 0 && places[i] < STATE_BYTES;
    written = places[i];
    assert_int_equal(run_span(&s, whole(&s)), is_fine ? BT_OK : BT_ERR_DATA);
    if (!is_fine)
      assert_string_equal(s.error.message,
                          "strategy test: it has written before or behind its state");
    bt_on_bar_forget(&s.aim.on_bar);
  }
  close_scene(&s);
  bt_bars_free(bars);
}

static double hold(const bt_now *now, const double *params)
{
  (void)now, (void)params;
  return 1;
}

static ptrdiff_t set_line;

static void prepare_a_line(const bt_host *host, const double *params, const double **lines)
{
  (void)params;
  lines[set_line] = host->series->close;
}

static void lines_are_set_within_those_there_are(void **state)
{
  (void)state;
  static const ptrdiff_t places[] = {0, BT_LINES_MOST - 1, -1, BT_LINES_MOST, BT_LINES_MOST + 15};
  const bt_strategy strategy = STRATEGY(hold, .prepare = prepare_a_line);
  bt_bars *bars = make_flat_bars(30, 10);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    bool is_fine = places[i] >= 0 && places[i] < BT_LINES_MOST;
    set_line = places[i];
    assert_int_equal(run_span(&s, whole(&s)), is_fine ? BT_OK : BT_ERR_DATA);
    if (!is_fine)
      assert_string_equal(s.error.message,
                          "strategy test: prepare has set lines beyond the 16 there are");
    bt_on_bar_forget(&s.aim.on_bar);
  }
  close_scene(&s);
  bt_bars_free(bars);
}

static void prepare_nothing(const bt_host *host, const double *params, const double **lines)
{
  (void)params;
  lines[0] = host->series->benchmark; /* NULL */
}

static double read_lines(const bt_now *now, const double *params)
{
  (void)params;
  const size_t none[] = {0, 1, BT_LINES_MOST, 20, SIZE_MAX};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    assert_true(isnan(bt_line(now, none[i], 0)));
  return 0;
}

static void lines_that_are_not_set_are_nan(void **state)
{
  (void)state;
  const bt_strategy strategy = STRATEGY(read_lines, .prepare = prepare_nothing);
  bt_bars *bars = make_flat_bars(30, 10);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  assert_int_equal(run_span(&s, whole(&s)), BT_OK);
  close_scene(&s);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(state_is_written_within_its_bytes),
      cmocka_unit_test(lines_are_set_within_those_there_are),
      cmocka_unit_test(lines_that_are_not_set_are_nan),
  };
  return cmocka_run_group_tests_name("core/on_bar_writes", tests, NULL, NULL);
}
