/* Specs of exit levels, and the search for the bar that reaches one; what an exit does stands in
 * test_core_simulate.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/stops.h"
#include "tests/support/make_bars.h"

/* ---- one distance -----------------------------------------------------------------------------
 */

static void distances_are_read(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    double amount;
    bt_distance_unit unit;
    double atr_period;
  } cases[] = {{"5%", 0.05, BT_DISTANCE_FRACTION, 0},
               {"50bp", 0.005, BT_DISTANCE_FRACTION, 0},
               {"0.05", 0.05, BT_DISTANCE_FRACTION, 0},
               {"7%", 0.07, BT_DISTANCE_FRACTION, 0},
               {"0.1%", 0.001, BT_DISTANCE_FRACTION, 0},
               {"2.5%", 0.025, BT_DISTANCE_FRACTION, 0},
               {"2atr(14)", 2, BT_DISTANCE_ATR, 14},
               {"0.5atr(1)", 0.5, BT_DISTANCE_ATR, 1},
               {"1000atr(1000000)", 1000, BT_DISTANCE_ATR, 1000000},
               {"0", 0, BT_DISTANCE_FRACTION, 0},
               {"none", 0, BT_DISTANCE_FRACTION, 0},
               {"0%", 0, BT_DISTANCE_FRACTION, 0},
               {"99.9%", 0.999, BT_DISTANCE_FRACTION, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bt_distance d = {9, BT_DISTANCE_ATR, 9, NULL, NULL};
    bt_error err;
    if (bt_distance_parse(&d, "--stop-loss", cases[i].text, &err)) fail_msg("%s", err.message);
    if (d.amount != cases[i].amount) fail_msg("%s is %.17g", cases[i].text, d.amount);
    assert_int_equal(d.unit, cases[i].unit);
    assert_true(d.atr_period == cases[i].atr_period);
    assert_null(d.atr);
  }
}

static void assert_distance_refused(const char *option, const char *text, const char *message)
{
  bt_distance d = {7, BT_DISTANCE_ATR, 8, NULL, NULL};
  bt_error err = {0};
  if (!bt_distance_parse(&d, option, text, &err)) fail_msg("'%s' is accepted", text);
  assert_int_equal(err.status, BT_ERR_USAGE);
  assert_string_equal(err.message, message);
  assert_true(d.amount == 7 && d.unit == BT_DISTANCE_ATR && d.atr_period == 8);
}

static void a_distance_that_is_none_is_refused_with_its_reason(void **state)
{
  (void)state;
  static const char *const bad[] = {"",        "%",   "abc",  "5",    "5 %",  "5%%",  "5%x",
                                    "1.2.3%",  "bp",  "5pct", "nan",  "inf%", "1e-2", "5e0%",
                                    "atr(14)", "5at", "--5%", "0x5%", "5,0%", "None"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bt_distance d = {7, BT_DISTANCE_ATR, 8, NULL, NULL};
    bt_error err = {0};
    if (!bt_distance_parse(&d, "--trailing", bad[i], &err)) fail_msg("'%s' is accepted", bad[i]);
    assert_int_equal(err.status, BT_ERR_USAGE);
    assert_ptr_equal(strstr(err.message, "--trailing "), err.message);
    assert_true(d.amount == 7);
  }
  assert_distance_refused("--trailing", "5pct",
                          "--trailing 5pct: expected 5%, 50bp, 0.05 or 2atr(14)");
  assert_distance_refused("--stop-loss", "-5%", "--stop-loss -5%: must not be negative");
  assert_distance_refused("--stop-loss", "-1atr(14)",
                          "--stop-loss -1atr(14): must not be negative");
  assert_distance_refused("--stop-loss", "100%",
                          "--stop-loss 100%: a stop of 100% or more is never reached by a long "
                          "position; it is refused for all");
  assert_distance_refused("--trailing", "5", "--trailing 5: 5 means 500%; write 5%");
  assert_distance_refused("--stop-loss", "5", "--stop-loss 5: 5 means 500%; write 5%");
  assert_distance_refused("--take-profit", "5", "--take-profit 5: 5 means 500%; write 5%");
  assert_distance_refused("--take-profit", "1.5", "--take-profit 1.5: 1.5 means 150%; write 1.5%");
  assert_distance_refused("--take-profit", "100001%",
                          "--take-profit 100001%: more than 1000 times the price");
  assert_distance_refused("--stop-loss", "1001atr(14)",
                          "--stop-loss 1001atr(14): more than 1000 ATRs");
}

static void the_period_of_an_atr_is_a_whole_number_of_bars(void **state)
{
  (void)state;
  static const char *const bad[] = {"2atr(0)", "2atr(-1)", "2atr(2.5)", "2atr(1000001)",
                                    "2atr(x)", "2atr()",   "2atr(nan)", "2atr(14"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bt_distance d;
    bt_error err = {0};
    assert_int_equal(bt_distance_parse(&d, "--stop-loss", bad[i], &err), BT_ERR_USAGE);
    assert_non_null(strstr(err.message, "period"));
  }
  assert_distance_refused("--stop-loss", "2atr",
                          "--stop-loss 2atr: an ATR needs its period, such as 2atr(14)");
  assert_distance_refused(
      "--stop-loss", "2atr(0)",
      "--stop-loss 2atr(0): the period of an ATR is a whole number from 1 to 1000000");
}

static void a_profit_level_may_lie_beyond_all_the_price(void **state)
{
  (void)state;
  bt_distance d;
  assert_int_equal(bt_distance_parse(&d, "--take-profit", "250%", NULL), BT_OK);
  assert_true(d.amount == 2.5);
  assert_int_equal(bt_distance_parse(&d, "--take-profit", "100%", NULL), BT_OK);
  assert_true(d.amount == 1);
}

/* ---- axes -------------------------------------------------------------------------------------
 */

enum { VALUES_MOST = 6 };

static void axes_are_read_with_the_unit_of_any_of_their_values(void **state)
{
  (void)state;
  static const struct {
    const char *spec;
    bt_distance_unit unit;
    double atr_period;
    size_t n_values;
    double values[VALUES_MOST];
  } cases[] = {{"5%", BT_DISTANCE_FRACTION, 0, 1, {0.05}},
               {"0", BT_DISTANCE_FRACTION, 0, 1, {0}},
               {"2%:10%:2%", BT_DISTANCE_FRACTION, 0, 5, {0.02, 0.04, 0.06, 0.08, 0.1}},
               {"0:6%:2%", BT_DISTANCE_FRACTION, 0, 4, {0, 0.02, 0.04, 0.06}},
               {"10%:6%:-2%", BT_DISTANCE_FRACTION, 0, 3, {0.1, 0.08, 0.06}},
               {"10bp:30bp:10bp", BT_DISTANCE_FRACTION, 0, 3, {0.001, 0.002, 0.003}},
               {"0.02,0.05", BT_DISTANCE_FRACTION, 0, 2, {0.02, 0.05}},
               {"0,5%", BT_DISTANCE_FRACTION, 0, 2, {0, 0.05}},
               {"5%,0.0,11%", BT_DISTANCE_FRACTION, 0, 3, {0.05, 0, 0.11}},
               {"1atr(14):3atr(14):0.5atr(14)", BT_DISTANCE_ATR, 14, 5, {1, 1.5, 2, 2.5, 3}},
               {"0,2atr(20),3atr(20)", BT_DISTANCE_ATR, 20, 3, {0, 2, 3}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bt_axis axis = {0};
    bt_distance unit = {5, BT_DISTANCE_ATR, 5, NULL, NULL};
    bt_error err;
    if (bt_stop_axis_parse(&axis, &unit, BT_STOP_LOSS, cases[i].spec, &err))
      fail_msg("%s", err.message);
    assert_int_equal(axis.n_values, cases[i].n_values);
    for (size_t k = 0; k < axis.n_values; k++)
      if (axis.values[k] != cases[i].values[k])
        fail_msg("%s: value %zu is %.17g", cases[i].spec, k, axis.values[k]);
    assert_int_equal(unit.unit, cases[i].unit);
    assert_true(unit.atr_period == cases[i].atr_period && unit.amount == 0 && !unit.atr);
    bt_axis_clear(&axis);
  }
}

static void without_a_spec_there_is_no_such_level(void **state)
{
  (void)state;
  for (size_t i = 0; i < BT_STOP_COUNT; i++) {
    bt_axis axis = {0};
    bt_distance unit;
    assert_int_equal(bt_stop_axis_parse(&axis, &unit, (bt_stop)i, NULL, NULL), BT_OK);
    assert_int_equal(axis.n_values, 1);
    assert_true(axis.values[0] == 0 && unit.unit == BT_DISTANCE_FRACTION);
    bt_axis_clear(&axis);
    assert_int_equal(bt_axis_sweep(&axis, bt_stop_param((bt_stop)i), NULL), BT_OK);
    assert_int_equal(axis.n_values, 5);
    bt_axis_clear(&axis);
  }
  assert_string_equal(bt_stop_param(BT_STOP_LOSS)->name, "stop_loss");
  assert_string_equal(bt_stop_param(BT_STOP_PROFIT)->name, "take_profit");
  assert_string_equal(bt_stop_param(BT_STOP_TRAILING)->name, "trailing");
}

static void assert_axis_refused(bt_stop stop, const char *spec, const char *message)
{
  bt_axis axis = {0};
  bt_distance unit = {5, BT_DISTANCE_ATR, 5, NULL, NULL};
  bt_error err = {0};
  if (!bt_stop_axis_parse(&axis, &unit, stop, spec, &err)) fail_msg("'%s' is accepted", spec);
  assert_int_equal(err.status, BT_ERR_USAGE);
  assert_string_equal(err.message, message);
  assert_true(!axis.values && unit.amount == 5);
}

static void what_an_axis_may_mean_twice_is_refused(void **state)
{
  (void)state;
  static const char *const mixed[] = {"0.05,10%", "2atr(14),0.05", "0.02:6%:2%",
                                      "2%:6%:2",  "5%,7,11",       "10bp:30bp:10"};
  char message[128];
  for (size_t i = 0; i < sizeof mixed / sizeof *mixed; i++) {
    (void)snprintf(message, sizeof message,
                   "--param stop_loss=%s: a value without a unit beside one with a unit; only 0 "
                   "needs none",
                   mixed[i]);
    assert_axis_refused(BT_STOP_LOSS, mixed[i], message);
  }
  assert_axis_refused(BT_STOP_PROFIT, "5", "--param take_profit=5: 5 means 500%; write 5%");
  assert_axis_refused(BT_STOP_PROFIT, "0.5:2.5:0.5",
                      "--param take_profit=0.5:2.5:0.5: 2.5 means 250%; write 2.5%");
  assert_axis_refused(BT_STOP_LOSS, "0,2,5", "--param stop_loss=0,2,5: 2 means 200%; write 2%");
}

static void an_axis_that_is_none_is_refused_in_the_words_of_its_spec(void **state)
{
  (void)state;
  assert_axis_refused(BT_STOP_LOSS, "5%,50bp",
                      "--param stop_loss=5%,50bp: two different units in one parameter");
  assert_axis_refused(BT_STOP_TRAILING, "1atr(14),2atr(20)",
                      "--param trailing=1atr(14),2atr(20): two different units in one parameter");
  assert_axis_refused(BT_STOP_LOSS, "5%,2atr(20)",
                      "--param stop_loss=5%,2atr(20): two different units in one parameter");
  assert_axis_refused(BT_STOP_LOSS, "5%,5%", "--param stop_loss=5%,5%: 0.05 stands there twice");
  assert_axis_refused(BT_STOP_LOSS, "-5%", "--param stop_loss=-5%: must not be negative");
  assert_axis_refused(BT_STOP_LOSS, "2%:100%:2%",
                      "--param stop_loss=2%:100%:2%: a stop of 100% or more is never reached by a "
                      "long position; it is refused for all");
  assert_axis_refused(BT_STOP_LOSS, "10%:2%:2%",
                      "--param stop_loss=10%:2%:2%: a step of 2% does not lead from 10% to 2%");
  assert_axis_refused(BT_STOP_LOSS, "10bp:20bp:-1bp",
                      "--param stop_loss=10bp:20bp:-1bp: a step of -1bp does not lead from 10bp to "
                      "20bp");
  assert_axis_refused(
      BT_STOP_LOSS, "3atr(9):2atr(9):1atr(9)",
      "--param stop_loss=3atr(9):2atr(9):1atr(9): a step of 1 does not lead from 3 to 2");
  assert_axis_refused(BT_STOP_PROFIT, "5%:10%",
                      "--param take_profit=5%:10%: a range is first:last:step, such as 5:50:5");
  assert_axis_refused(BT_STOP_LOSS, "", "--param stop_loss=: expected 5%, 50bp, 0.05 or 2atr(14)");
  assert_axis_refused(BT_STOP_LOSS, "5%,",
                      "--param stop_loss=5%,: expected 5%, 50bp, 0.05 or 2atr(14)");
  assert_axis_refused(BT_STOP_LOSS, "5%,x: y",
                      "--param stop_loss=5%,x: y: expected 5%, 50bp, 0.05 or 2atr(14)");
  assert_axis_refused(BT_STOP_LOSS, "2atr(0)",
                      "--param stop_loss=2atr(0): the period of an ATR is a whole number from 1 to "
                      "1000000");
  assert_axis_refused(
      BT_STOP_LOSS, "0.0000000000000000000000000000000000000000000000000000000000000001",
      "--param stop_loss=0.0000000000000000000000000000000000000000000000000000000000000001: "
      "expected 5%, 2%:10%:2% or 2%,5%");
}

static void a_profit_axis_may_go_beyond_all_the_price(void **state)
{
  (void)state;
  bt_axis axis = {0};
  bt_distance unit;
  assert_int_equal(bt_stop_axis_parse(&axis, &unit, BT_STOP_PROFIT, "50%:150%:50%", NULL), BT_OK);
  assert_int_equal(axis.n_values, 3);
  assert_true(axis.values[2] == 1.5);
  bt_axis_clear(&axis);
}

/* ---- levels -----------------------------------------------------------------------------------
 */

static void no_amount_is_no_level(void **state)
{
  (void)state;
  test_random random = {41};
  bt_bars *bars = make_random_bars(&random, 100, 50, 0.3);
  const bt_stops none = {0};
  bt_touch touch = {0};
  assert_false(bt_stops_any(&none));
  for (int side = -1; side <= 1; side += 2) {
    bt_levels levels = bt_levels_of(&none, side, 50, 0);
    assert_false(bt_levels_find(&touch, &levels, bars, 0, 100));
  }
  for (size_t i = 0; i < BT_STOP_COUNT; i++) {
    bt_stops stops = {0};
    stops.at[i].amount = 0.01;
    assert_true(bt_stops_any(&stops));
  }
  bt_bars_free(bars);
}

/* However the bars are cut into stretches, the same bar reaches the same level. */
static void a_search_in_pieces_finds_what_one_search_finds(void **state)
{
  (void)state;
  test_random random = {42};
  size_t n_found = 0;
  for (size_t i = 0; i < 2000; i++) {
    bt_bars *bars = make_random_bars(&random, 60, 50, 0.03);
    bt_stops stops = {{{.amount = random_between(&random, 0, 0.2)},
                       {.amount = random_between(&random, 0, 0.2)},
                       {.amount = random_between(&random, 0, 0.2)}}};
    int side = random_below(&random, 2) ? 1 : -1;
    bt_levels once = bt_levels_of(&stops, side, bars->open[0], 0), pieces = once;
    bt_touch whole = {0}, part = {0};
    bool found = bt_levels_find(&whole, &once, bars, 0, 60), found_part = false;
    for (size_t t = 0, end; t < 60 && !found_part; t = end) {
      end = t + 1 + random_below(&random, 10);
      end = end < 60 ? end : 60;
      found_part = bt_levels_find(&part, &pieces, bars, t, end);
    }
    assert_int_equal(found, found_part);
    if (found) {
      assert_int_equal(whole.bar, part.bar);
      assert_int_equal(whole.stop, part.stop);
      assert_true(whole.raw_price == part.raw_price);
    }
    n_found += found;
    bt_bars_free(bars);
  }
  assert_true(n_found > 1000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(distances_are_read),
      cmocka_unit_test(a_distance_that_is_none_is_refused_with_its_reason),
      cmocka_unit_test(the_period_of_an_atr_is_a_whole_number_of_bars),
      cmocka_unit_test(a_profit_level_may_lie_beyond_all_the_price),
      cmocka_unit_test(axes_are_read_with_the_unit_of_any_of_their_values),
      cmocka_unit_test(without_a_spec_there_is_no_such_level),
      cmocka_unit_test(what_an_axis_may_mean_twice_is_refused),
      cmocka_unit_test(an_axis_that_is_none_is_refused_in_the_words_of_its_spec),
      cmocka_unit_test(a_profit_axis_may_go_beyond_all_the_price),
      cmocka_unit_test(no_amount_is_no_level),
      cmocka_unit_test(a_search_in_pieces_finds_what_one_search_finds),
  };
  return cmocka_run_group_tests_name("core/stops", tests, NULL, NULL);
}
