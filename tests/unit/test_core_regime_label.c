/* The label of every bar, by hand, against the definitions, and from earlier bars alone. Labels are
 * written as digits, UNKNOWN as a dot. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/regime.h"
#include "core/time.h"
#include "tests/support/make_bars.h"

enum { N_MOST = 600, N_SPECS = 6 };

static bt_regime_stretch some_stretches[] = {{INT64_MIN, 18300 * BT_NS_PER_DAY, 1},
                                             {18301 * BT_NS_PER_DAY, 18310 * BT_NS_PER_DAY - 1, 0},
                                             {18320 * BT_NS_PER_DAY, INT64_MAX, 1}};
static char calm[] = "calm", crisis[] = "crisis";
static char *some_names[] = {calm, crisis};
static const bt_regime_book some_book = {some_names, 2, some_stretches, 3};

static void label(unsigned char *labels, const char *text, const bt_bars *bars)
{
  bt_regime_spec spec;
  assert_int_equal(bt_regime_parse(&spec, text, NULL), BT_OK);
  assert_int_equal(bt_regime_label(labels, &spec, &some_book, bars, NULL), BT_OK);
}

static void check(const char *text, const double *close, const char *expected)
{
  size_t n = strlen(expected);
  unsigned char labels[N_MOST];
  char got[N_MOST + 1] = "";
  bt_bars *bars = make_bars(n, NULL, NULL, NULL, close);
  label(labels, text, bars);
  for (size_t t = 0; t < n; t++)
    got[t] = labels[t] == BT_REGIME_UNKNOWN ? '.' : (char)('0' + labels[t]);
  bt_bars_free(bars);
  if (strcmp(got, expected) != 0) fail_msg("%s gives %s, not %s", text, got, expected);
}

/* ---- by hand --------------------------------------------------------------------------------- */

/* Means of three: 2, 3, 3, 10/3, 10/3; a close that equals it is below. */
static void trend_is_above_or_below_the_mean_from_bar_n_minus_one_on(void **state)
{
  (void)state;
  static const double close[] = {1, 2, 3, 4, 2, 4, 4};
  check("trend:3", close, "..00100");
  check("trend:7", close, "......0");
  check("trend:8", close, ".......");
  static const double flat[] = {0.1, 0.1, 0.1, 0.1, 0.1};
  check("trend:3", flat, "..111");
}

/* Falls by 20% from 100 to 80 (bear), lowest 70, rises by 20% to 84 (bull, whose highest starts
 * there), 67.2 is 20% below 84, and 80.64 20% above 67.2. */
static void drawdown_turns_at_exactly_the_fall_and_the_rise(void **state)
{
  (void)state;
  static const double close[] = {90, 100, 81, 80, 95.9, 70, 83, 84, 68, 67.2, 80, 80.64, 200};
  check("drawdown:20%", close, "0001111001100");
  static const double never[] = {100, 99, 81, 100, 81, 300};
  check("drawdown:20%", never, "000000");
  static const double tenths[] = {0.3, 0.27, 0.297, 0.2673};
  check("drawdown:10%", tenths, "0101");
}

/* Returns 1, 0, 3, 0, 1, 1 (in 100%): of two at a time the deviations are in proportion 1, 3, 3, 1,
 * 0: at most 1 of 1, 2 of 2, 3 of 3, 2 of 4, 1 of 5. */
static void volatility_is_placed_among_its_values_so_far(void **state)
{
  (void)state;
  static const double close[] = {1, 2, 2, 8, 8, 16, 32};
  check("vol:2", close, "..22210");
  static const double flat[] = {7, 7, 7, 7, 7};
  check("vol:2", flat, "..222"); /* none is greater than another */
  check("vol:4", flat, "....2");
  check("vol:5", flat, ".....");
}

/* Of two returns the deviation is their distance / sqrt(2). Distances 0.1 0.3 0.2 0.05 0.4 0.07:
 * the third has 2 of 3 not above it, the last one 2 of 6. */
static void a_third_is_low_and_two_thirds_are_not_high(void **state)
{
  (void)state;
  static const double returns[] = {0, 0.1, -0.2, 0, 0.05, 0.45, 0.38};
  double close[8] = {100};
  for (size_t t = 0; t < 7; t++) close[t + 1] = close[t] * (1 + returns[t]);
  check("vol:2", close, "..221020");
}

static void a_book_labels_what_lies_in_its_stretches(void **state)
{
  (void)state;
  unsigned char labels[80];
  bt_bars *bars = make_flat_bars(80, 10); /* from day 18262 on */
  label(labels, "file:x", bars);
  for (size_t t = 0; t < 80; t++) {
    size_t day = 18262 + t;
    unsigned expected = day <= 18300 ? 1 : day <= 18309 ? 0 : day < 18320 ? BT_REGIME_UNKNOWN : 1;
    assert_int_equal(labels[t], expected);
  }
  bt_bars_free(bars);
}

static void no_kind_gives_no_label(void **state)
{
  (void)state;
  const bt_regime_spec none = {.kind = BT_REGIME_NONE};
  unsigned char labels[3] = {0};
  bt_bars *bars = make_flat_bars(3, 10);
  assert_int_equal(bt_regime_label(labels, &none, NULL, bars, NULL), BT_OK);
  for (size_t t = 0; t < 3; t++) assert_int_equal(labels[t], BT_REGIME_UNKNOWN);
  bt_bars_free(bars);
}

/* ---- against the definition ------------------------------------------------------------------ */

static long double plain_deviation(const bt_bars *bars, size_t t, size_t n)
{
  long double sum = 0, squares = 0, count = (long double)n;
  for (size_t i = t + 1 - n; i <= t; i++)
    sum += (long double)bars->close[i] / (long double)bars->close[i - 1] - 1;
  for (size_t i = t + 1 - n; i <= t; i++) {
    long double r = (long double)bars->close[i] / (long double)bars->close[i - 1] - 1;
    squares += (r - sum / count) * (r - sum / count);
  }
  return sqrtl(squares / (count - 1));
}

static void any_volatility_agrees_with_counting(void **state)
{
  (void)state;
  unsigned char labels[N_MOST];
  long double value[N_MOST];
  test_random random = {11};
  for (size_t round = 0; round < 60; round++) {
    size_t n = 3 + random_below(&random, N_MOST - 3), n_bars = 2 + random_below(&random, 40);
    char text[32];
    (void)snprintf(text, sizeof text, "vol:%zu", n_bars);
    bt_bars *bars = make_random_bars(&random, n, 50, 0.02);
    label(labels, text, bars);
    for (size_t t = 0; t < n; t++) {
      unsigned expected = BT_REGIME_UNKNOWN;
      if (t >= n_bars) {
        size_t n_up_to = 0, n_so_far = t + 1 - n_bars;
        value[t] = plain_deviation(bars, t, n_bars);
        for (size_t i = n_bars; i <= t; i++) n_up_to += value[i] <= value[t] * (1 + 1e-12L);
        expected = 3 * n_up_to <= n_so_far ? 0 : 3 * n_up_to > 2 * n_so_far ? 2 : 1;
      }
      if (labels[t] != expected) fail_msg("%s, bar %zu: %u, not %u", text, t, labels[t], expected);
    }
    bt_bars_free(bars);
  }
}

/* Up and down by turns: all windows hold the same returns, in two orders. */
static void equal_volatilities_are_equal_despite_rounding(void **state)
{
  (void)state;
  unsigned char labels[N_MOST];
  double close[N_MOST];
  for (size_t t = 0; t < N_MOST; t++) close[t] = t % 2 ? 101.37 : 99.91;
  bt_bars *bars = make_bars(N_MOST, NULL, NULL, NULL, close);
  label(labels, "vol:20", bars);
  for (size_t t = 20; t < N_MOST; t++) assert_int_equal(labels[t], 2);
  bt_bars_free(bars);
}

/* ---- from the bars up to it alone ------------------------------------------------------------ */

static void cutting_the_bars_after_one_changes_no_label_up_to_it(void **state)
{
  (void)state;
  static const char *const specs[N_SPECS] = {"trend:20",     "vol:2",         "vol:21",
                                             "drawdown:10%", "drawdown:2.5%", "file:x"};
  static unsigned char whole[N_MOST], cut[N_MOST];
  test_random random = {13};
  for (size_t round = 0; round < 20; round++) {
    size_t n = 1 + random_below(&random, 300);
    bt_bars *bars = make_random_bars(&random, n, 1, 0.05); /* low: with coarse prices, so ties */
    for (size_t s = 0; s < N_SPECS; s++) {
      label(whole, specs[s], bars);
      for (size_t length = 1; length < n; length += 1 + random_below(&random, 9)) {
        bt_bars *prefix = make_prefix(bars, length);
        label(cut, specs[s], prefix);
        if (memcmp(whole, cut, length) != 0)
          fail_msg("%s: labels change when the bars from %zu on are cut off", specs[s], length);
        bt_bars_free(prefix);
      }
    }
    bt_bars_free(bars);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trend_is_above_or_below_the_mean_from_bar_n_minus_one_on),
      cmocka_unit_test(drawdown_turns_at_exactly_the_fall_and_the_rise),
      cmocka_unit_test(volatility_is_placed_among_its_values_so_far),
      cmocka_unit_test(a_third_is_low_and_two_thirds_are_not_high),
      cmocka_unit_test(a_book_labels_what_lies_in_its_stretches),
      cmocka_unit_test(no_kind_gives_no_label),
      cmocka_unit_test(any_volatility_agrees_with_counting),
      cmocka_unit_test(equal_volatilities_are_equal_despite_rounding),
      cmocka_unit_test(cutting_the_bars_after_one_changes_no_label_up_to_it),
  };
  return cmocka_run_group_tests_name("core/regime_label", tests, NULL, NULL);
}
