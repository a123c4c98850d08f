#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/target.h"
#include "tests/support/make_bars.h"

static const double NONE = (double)NAN;

static void assert_settles(const double *target, const double *expected, size_t n,
                           bt_direction direction)
{
  double settled[8];
  assert_true(n <= 8);
  memcpy(settled, target, n * sizeof *target);
  assert_int_equal(bt_target_settle(settled, n, direction, NULL), BT_OK);
  for (size_t t = 0; t < n; t++) assert_true(settled[t] == expected[t]);
}

static void nan_is_the_target_before_it(void **state)
{
  (void)state;
  const double target[] = {NONE, NONE, 0.5, NONE, -1, NONE, 0, NONE};
  const double expected[] = {0, 0, 0.5, 0.5, -1, -1, 0, 0};
  assert_settles(target, expected, 8, BT_DIRECTION_BOTH);
}

static void long_only_makes_short_targets_zero(void **state)
{
  (void)state;
  const double target[] = {1, -1, NONE, 0.25, -0.5, NONE, 1};
  const double expected[] = {1, 0, 0, 0.25, 0, 0, 1};
  assert_settles(target, expected, 7, BT_DIRECTION_LONG);
}

static void short_only_makes_long_targets_zero(void **state)
{
  (void)state;
  const double target[] = {1, -1, NONE, 0.25, NONE, -0.5};
  const double expected[] = {0, -1, -1, 0, 0, -0.5};
  assert_settles(target, expected, 6, BT_DIRECTION_SHORT);
}

static void the_ends_of_the_range_are_allowed(void **state)
{
  (void)state;
  const double target[] = {1, -1, 0};
  assert_settles(target, target, 3, BT_DIRECTION_BOTH);
  assert_int_equal(bt_target_settle(NULL, 0, BT_DIRECTION_BOTH, NULL), BT_OK);
}

static void a_target_outside_the_range_is_an_error_that_names_the_bar(void **state)
{
  (void)state;
  static const double bad[] = {1.0000001, -1.5, (double)INFINITY, -(double)INFINITY};
  for (size_t i = 0; i < 4; i++) {
    double target[] = {1, 0, bad[i]};
    bt_error err;
    assert_int_equal(bt_target_settle(target, 3, BT_DIRECTION_BOTH, &err), BT_ERR_DATA);
    assert_non_null(strstr(err.message, "bar 2"));
  }
}

/* The rules in the contract's order: carry, then clip. */
static void settle_plainly(double *target, size_t n, double least, double most)
{
  double before = 0;
  for (size_t t = 0; t < n; t++) {
    before = isnan(target[t]) ? before : target[t];
    target[t] = fmin(fmax(before, least), most);
  }
}

static void series_of_any_length_settle_as_one_by_one(void **state)
{
  (void)state;
  enum { N_MOST = 70 };
  static const double values[] = {1, -1, 0, 0.5, -0.25};
  static const double least[] = {0, -1, -1}, most[] = {1, 0, 1}; /* by bt_direction */
  test_random random = {5};
  for (size_t round = 0; round < 20000; round++) {
    double target[N_MOST], expected[N_MOST];
    size_t n = random_below(&random, N_MOST + 1), direction = random_below(&random, 3);
    size_t one_in = 1 + random_below(&random, 20); /* so often NaN */
    for (size_t t = 0; t < n; t++)
      target[t] = random_below(&random, one_in) == 0 ? NONE : random_choice(&random, values, 5);
    memcpy(expected, target, sizeof expected);
    settle_plainly(expected, n, least[direction], most[direction]);
    assert_int_equal(bt_target_settle(target, n, (bt_direction)direction, NULL), BT_OK);
    for (size_t t = 0; t < n; t++) assert_true(target[t] == expected[t]);
  }
}

static void the_first_bad_target_of_a_long_series_is_named(void **state)
{
  (void)state;
  for (size_t bad = 0; bad < 40; bad++) {
    double target[40] = {0};
    char text[32];
    bt_error err;
    target[bad] = target[39] = 2;
    (void)snprintf(text, sizeof text, "bar %zu is 2", bad);
    assert_int_equal(bt_target_settle(target, 40, BT_DIRECTION_LONG, &err), BT_ERR_DATA);
    assert_non_null(strstr(err.message, text));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nan_is_the_target_before_it),
      cmocka_unit_test(long_only_makes_short_targets_zero),
      cmocka_unit_test(short_only_makes_long_targets_zero),
      cmocka_unit_test(the_ends_of_the_range_are_allowed),
      cmocka_unit_test(a_target_outside_the_range_is_an_error_that_names_the_bar),
      cmocka_unit_test(series_of_any_length_settle_as_one_by_one),
      cmocka_unit_test(the_first_bad_target_of_a_long_series_is_named),
  };
  return cmocka_run_group_tests_name("core/target", tests, NULL, NULL);
}
