#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/target.h"

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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nan_is_the_target_before_it),
      cmocka_unit_test(long_only_makes_short_targets_zero),
      cmocka_unit_test(short_only_makes_long_targets_zero),
      cmocka_unit_test(the_ends_of_the_range_are_allowed),
      cmocka_unit_test(a_target_outside_the_range_is_an_error_that_names_the_bar),
  };
  return cmocka_run_group_tests_name("core/target", tests, NULL, NULL);
}
