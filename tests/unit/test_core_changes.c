/* Changes of a target, and those of sides against a look at every bar. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backtest/strategy.h"
#include "core/changes.h"
#include "tests/support/make_bars.h"

enum { N_BARS_MOST = 3000, N_BARS_USUAL = 400 };

static void expect_target(const bt_changes *changes, const double *target, size_t n)
{
  double spread[N_BARS_MOST], before = 0;
  size_t k = 0;
  assert_int_equal(changes->n_bars, n);
  bt_changes_fill(spread, changes);
  for (size_t t = 0; t < n; t++) {
    assert_true(spread[t] == target[t]);
    assert_int_equal(bt_changes_find(changes, t), k);
    if (target[t] != before) {
      assert_true(k < changes->n);
      assert_int_equal(changes->at[k].bar, t);
      assert_true(changes->at[k].target == target[t]);
      k++;
    }
    before = target[t];
    assert_true(bt_changes_target(changes, k) == target[t]);
  }
  assert_int_equal(changes->n, k);
}

/* As a strategy that stays `stay` bars on average. */
static signed char *random_sides(test_random *random, size_t n, size_t stay, size_t n_kinds)
{
  static const signed char kinds[] = {0, 1, -1, BT_AS_BEFORE};
  signed char *side = malloc(n + BT_SIDES_PADDING);
  assert_non_null(side);
  for (size_t t = 0; t < n; t++)
    side[t] = t > 0 && random_below(random, stay) > 0 ? side[t - 1]
                                                      : kinds[random_below(random, n_kinds)];
  return side;
}

static void fill_expected(double *target, const signed char *side, size_t n, bt_direction direction)
{
  for (size_t t = 0; t < n; t++)
    target[t] = side[t] == BT_AS_BEFORE ? (double)NAN : (double)side[t];
  assert_int_equal(bt_target_settle(target, n, direction, NULL), BT_OK);
}

static void sides_and_targets_change_on_the_same_bars(void **state)
{
  (void)state;
  test_random random = {1};
  bt_changes of_sides, of_target;
  bt_changes_init(&of_sides);
  bt_changes_init(&of_target);
  for (int round = 0; round < 20000; round++) {
    size_t n = 1 + random_below(&random, N_BARS_USUAL);
    bt_direction direction = (bt_direction)random_below(&random, 3);
    signed char *side =
        random_sides(&random, n, 1 + random_below(&random, 80), 1 + random_below(&random, 4));
    double target[N_BARS_MOST];
    fill_expected(target, side, n, direction);
    assert_int_equal(bt_changes_of_sides(&of_sides, side, n, direction, NULL), BT_OK);
    assert_int_equal(bt_changes_of_target(&of_target, target, n, NULL), BT_OK);
    expect_target(&of_sides, target, n);
    expect_target(&of_target, target, n);
    free(side);
  }
  bt_changes_clear(&of_sides);
  bt_changes_clear(&of_target);
}

static void a_side_that_is_none_is_refused_by_bar(void **state)
{
  (void)state;
  test_random random = {2};
  bt_changes changes;
  bt_error err;
  bt_changes_init(&changes);
  for (int value = -128; value < 128; value++) {
    size_t n = 1 + random_below(&random, N_BARS_USUAL), bar = random_below(&random, n);
    signed char *side = random_sides(&random, n, 20, 4);
    side[bar] = (signed char)value;
    bool fine = value >= -1 && value <= BT_AS_BEFORE;
    bt_status status = bt_changes_of_sides(&changes, side, n, BT_DIRECTION_BOTH, &err);
    assert_int_equal(status, fine ? BT_OK : BT_ERR_DATA);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "the side of bar %zu is %d:", bar, value);
    if (!fine) assert_non_null(strstr(err.message, expected));
    free(side);
  }
  bt_changes_clear(&changes);
}

static void a_stretch_that_is_set_flat_is_0_and_nothing_else_is(void **state)
{
  (void)state;
  test_random random = {3};
  bt_changes changes;
  bt_changes_init(&changes);
  for (int round = 0; round < 20000; round++) {
    size_t n = 1 + random_below(&random, 100), first = random_below(&random, n);
    size_t end = first + random_below(&random, n - first + 1);
    double target[N_BARS_MOST];
    signed char *side = random_sides(&random, n, 1 + random_below(&random, 20), 3);
    fill_expected(target, side, n, BT_DIRECTION_BOTH);
    assert_int_equal(bt_changes_of_target(&changes, target, n, NULL), BT_OK);
    assert_int_equal(bt_changes_set_flat(&changes, first, end, NULL), BT_OK);
    for (size_t t = first; t < end; t++) target[t] = 0;
    expect_target(&changes, target, n);
    free(side);
  }
  bt_changes_clear(&changes);
}

/* Two lines that come near to each other, touch, part by less than floats tell, or are NaN. */
static void fill_lines(double *a, double *b, test_random *random, size_t n)
{
  double distance = 0;
  size_t undefined[2] = {random_below(random, n + 1), random_below(random, 4) ? 0 : n};
  for (size_t t = 0; t < n; t++) {
    static const double steps[] = {1, -1, 0.5, -0.5, 1e-10, -1e-10, 1e-15, 0, 0, 0, 0, 0};
    distance = random_below(random, 3) ? distance : steps[random_below(random, 12)];
    b[t] = 100 + (double)random_below(random, 1000) / 7;
    a[t] = b[t] + distance;
    if (random_below(random, 50) == 0) a[t] = random_below(random, 2) ? NAN : INFINITY;
    if (random_below(random, 50) == 0) b[t] = random_below(random, 2) ? 1e300 : 1e-300;
    if (t < undefined[0] / 4 || t >= n - undefined[1] / 4) b[t] = NAN;
  }
}

static void a_cross_is_what_a_comparison_of_each_bar_says(void **state)
{
  (void)state;
  test_random random = {4};
  bt_changes changes;
  bt_changes_init(&changes);
  for (int round = 0; round < 20000; round++) {
    double value[2][N_BARS_MOST], target[N_BARS_MOST];
    float rounded[2][N_BARS_MOST];
    size_t n = 1 + random_below(&random, round % 20 ? N_BARS_USUAL : N_BARS_MOST),
           kind = random_below(&random, 4);
    bt_direction direction = (bt_direction)random_below(&random, 3);
    fill_lines(value[0], value[1], &random, n);
    for (size_t t = 0; t < n; t++) {
      double up = value[0][t] > value[1][t], down = value[0][t] < value[1][t];
      target[t] =
          (direction == BT_DIRECTION_SHORT ? 0 : up) - (direction == BT_DIRECTION_LONG ? 0 : down);
      for (int i = 0; i < 2; i++) rounded[i][t] = (float)value[i][t];
    }
    bt_compared a = {value[0], kind & 1 ? rounded[0] : NULL};
    bt_compared b = {value[1], kind & 2 ? rounded[1] : NULL};
    assert_int_equal(bt_changes_of_cross(&changes, a, b, n, direction, NULL), BT_OK);
    expect_target(&changes, target, n);
  }
  assert_int_equal(bt_changes_of_cross(&changes, (bt_compared){0}, (bt_compared){0}, 0, 0, NULL),
                   BT_OK);
  assert_int_equal(changes.n, 0);
  bt_changes_clear(&changes);
}

static void without_bars_nothing_changes(void **state)
{
  (void)state;
  signed char side[BT_SIDES_PADDING];
  bt_changes changes;
  bt_changes_init(&changes);
  assert_int_equal(bt_changes_of_sides(&changes, side, 0, BT_DIRECTION_BOTH, NULL), BT_OK);
  assert_int_equal(changes.n, 0);
  assert_int_equal(bt_changes_find(&changes, 0), 0);
  assert_int_equal(bt_changes_of_target(&changes, NULL, 0, NULL), BT_OK);
  assert_int_equal(changes.n, 0);
  bt_changes_clear(&changes);
}

/* Two targets that are often the same, over every span of a few; and a copy, which differs nowhere.
 */
static void the_first_difference_is_found(void **state)
{
  (void)state;
  test_random random = {31};
  bt_changes a, b, copy;
  bt_changes_init(&a), bt_changes_init(&b), bt_changes_init(&copy);
  for (size_t round = 0; round < 300; round++) {
    enum { N = 40 };
    double x[N], y[N];
    size_t n_b = N - random_below(&random, 10), same = random_below(&random, N + 1);
    for (size_t t = 0; t < N; t++) {
      x[t] = t > 0 && random_below(&random, 3) ? x[t - 1] : (double)random_below(&random, 3) - 1;
      y[t] = t < same || random_below(&random, 4) ? x[t] : (double)random_below(&random, 3) - 1;
    }
    assert_int_equal(bt_changes_of_target(&a, x, N, NULL), BT_OK);
    assert_int_equal(bt_changes_of_target(&b, y, n_b, NULL), BT_OK);
    for (size_t first = 0; first <= n_b; first++) {
      for (size_t end = first; end <= n_b; end++) {
        size_t expected = first;
        while (expected < end && x[expected] == y[expected]) expected++;
        assert_int_equal(bt_changes_difference(&a, &b, first, end), expected);
        assert_int_equal(bt_changes_difference(&b, &a, first, end), expected);
      }
    }
    assert_int_equal(bt_changes_copy(&copy, &a, NULL), BT_OK);
    expect_target(&copy, x, N);
    assert_int_equal(bt_changes_difference(&a, &copy, 0, N), N);
  }
  bt_changes_clear(&a), bt_changes_clear(&b), bt_changes_clear(&copy);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sides_and_targets_change_on_the_same_bars),
      cmocka_unit_test(a_side_that_is_none_is_refused_by_bar),
      cmocka_unit_test(a_stretch_that_is_set_flat_is_0_and_nothing_else_is),
      cmocka_unit_test(a_cross_is_what_a_comparison_of_each_bar_says),
      cmocka_unit_test(without_bars_nothing_changes),
      cmocka_unit_test(the_first_difference_is_found),
  };
  return cmocka_run_group_tests_name("core/changes", tests, NULL, NULL);
}
