#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/day_set.h"
#include "core/time.h"
#include "tests/support/make_bars.h"

/* Bars on these rising instants. */
static bt_bars *bars_at(const int64_t *time_ns, size_t n)
{
  bt_bars *bars = make_flat_bars(n, 5);
  for (size_t t = 0; t < n; t++) bars->time_ns[t] = time_ns[t];
  return bars;
}

static bt_day_set set_of(const int64_t *time_ns, size_t n)
{
  bt_day_set set;
  bt_bars *bars = bars_at(time_ns, n);
  assert_int_equal(bt_day_set_new(&set, bars, NULL), BT_OK);
  bt_bars_free(bars);
  return set;
}

static void days_with_bars_are_in_it_and_no_others(void **state)
{
  (void)state;
  static const int64_t days[] = {-3, 0, 1, 60, 61, 125, 126, 400};
  int64_t times[8];
  for (size_t i = 0; i < 8; i++) times[i] = days[i] * BT_NS_PER_DAY;
  bt_day_set set = set_of(times, 8);
  assert_int_equal(set.n_days, 8);
  assert_true(set.first_day == -3 && set.last_day == 400);
  size_t next = 0;
  for (int64_t day = -200; day < 700; day++) {
    bool expected = next < 8 && days[next] == day;
    assert_int_equal(bt_day_set_has(&set, day), expected);
    next += expected;
  }
  assert_false(bt_day_set_has(&set, INT64_MIN));
  assert_false(bt_day_set_has(&set, INT64_MAX));
  bt_day_set_clear(&set);
}

/* The last nanosecond of a day belongs to it, before 1970 as well. */
static void bars_of_one_day_are_one_day(void **state)
{
  (void)state;
  static const int64_t times[] = {-BT_NS_PER_DAY, -1, 0, 1, BT_NS_PER_DAY - 1, 2 * BT_NS_PER_DAY};
  bt_day_set set = set_of(times, 6);
  assert_int_equal(set.n_days, 3);
  assert_true(bt_day_set_has(&set, -1) && bt_day_set_has(&set, 0) && bt_day_set_has(&set, 2));
  assert_false(bt_day_set_has(&set, 1) || bt_day_set_has(&set, -2) || bt_day_set_has(&set, 3));
  bt_day_set_clear(&set);
}

static void a_set_of_zeros_is_empty(void **state)
{
  (void)state;
  bt_day_set set = {0};
  assert_false(bt_day_set_has(&set, 0));
  bt_day_set_clear(&set);
  set = set_of((const int64_t[]){5 * BT_NS_PER_DAY}, 1);
  assert_true(bt_day_set_has(&set, 5));
  bt_day_set_clear(&set);
  assert_false(bt_day_set_has(&set, 5));
  assert_null(set.bits);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(days_with_bars_are_in_it_and_no_others),
      cmocka_unit_test(bars_of_one_day_are_one_day),
      cmocka_unit_test(a_set_of_zeros_is_empty),
  };
  return cmocka_run_group_tests_name("core/day_set", tests, NULL, NULL);
}
