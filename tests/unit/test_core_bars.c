#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/bars.h"
#include "core/time.h"
#include "tests/support/make_bars.h"

static const int64_t HOUR_NS = 3600 * BT_NS_PER_SECOND;

static void new_bars_are_unadjusted_and_their_arrays_apart(void **state)
{
  (void)state;
  bt_bars *bars = NULL;
  assert_int_equal(bt_bars_new(&bars, 3, NULL), BT_OK);
  assert_int_equal(bars->n_bars, 3);
  double *const arrays[] = {bars->open, bars->high, bars->low, bars->close, bars->volume};
  for (size_t t = 0; t < 3; t++) assert_true(bars->adjust_factor[t] == 1);
  for (int i = 0; i < 5; i++)
    for (size_t t = 0; t < 3; t++) arrays[i][t] = i * 10 + (int)t;
  bars->time_ns[2] = 99;
  for (int i = 0; i < 5; i++)
    for (size_t t = 0; t < 3; t++) assert_true(arrays[i][t] == i * 10 + (int)t);
  assert_true(bars->adjust_factor[0] == 1 && bars->adjust_factor[2] == 1);
  bt_bars_free(bars);
  bt_bars_free(NULL);
}

static void more_bars_than_memory_are_an_error(void **state)
{
  (void)state;
  bt_bars *bars = NULL;
  bt_error err;
  assert_int_equal(bt_bars_new(&bars, SIZE_MAX / 8, &err), BT_ERR_NOMEM);
  assert_null(bars);
  assert_string_equal(err.message, "out of memory (bars)");
}

static void a_series_is_a_view_of_the_bars(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(4, 5);
  bt_series series = bt_bars_series(bars);
  assert_int_equal(series.n_bars, 4);
  assert_ptr_equal(series.time_ns, bars->time_ns);
  assert_ptr_equal(series.open, bars->open);
  assert_ptr_equal(series.high, bars->high);
  assert_ptr_equal(series.low, bars->low);
  assert_ptr_equal(series.close, bars->close);
  assert_ptr_equal(series.volume, bars->volume);
  assert_true(bt_bars_size_bytes(4) > 4 * 7 * 8);
  bt_bars_free(bars);
}

static void assert_span(const bt_bars *bars, int64_t from, int64_t to, size_t first, size_t end)
{
  bt_span span = bt_bars_find_span(bars, from, to);
  assert_int_equal(span.first, first);
  assert_int_equal(span.end, end);
}

static void a_span_includes_both_ends(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(3, 5);
  for (size_t t = 0; t < 3; t++) bars->time_ns[t] = 10 * (int64_t)(t + 1); /* 10 20 30 */
  assert_span(bars, INT64_MIN, INT64_MAX, 0, 3);
  assert_span(bars, 10, 30, 0, 3);
  assert_span(bars, 11, 29, 1, 2);
  assert_span(bars, 20, 20, 1, 2);
  assert_span(bars, INT64_MIN, 10, 0, 1);
  assert_span(bars, 30, INT64_MAX, 2, 3);
  bt_bars_free(bars);
}

static void a_span_without_bars_is_empty(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(3, 5);
  for (size_t t = 0; t < 3; t++) bars->time_ns[t] = 10 * (int64_t)(t + 1);
  static const int64_t ends[][2] = {{1, 9}, {21, 29}, {31, 99}, {25, 15}, {30, 10}};
  for (size_t i = 0; i < 5; i++) {
    bt_span span = bt_bars_find_span(bars, ends[i][0], ends[i][1]);
    assert_int_equal(span.first, span.end);
    assert_true(span.end <= 3);
  }
  bt_bars_free(bars);
}

static double periods_per_year(const bt_bars *bars)
{
  double ppy = 0;
  bt_error err;
  assert_int_equal(bt_bars_periods_per_year(&ppy, bars, &err), BT_OK);
  return ppy;
}

/* Bars that stand `step_ns` apart from the Monday 2024-01-01 on. */
static double ppy_of_steps(size_t n, int64_t step_ns)
{
  bt_bars *bars = make_flat_bars(n, 5);
  int64_t start = bt_date_to_days((bt_date){2024, 1, 1}) * BT_NS_PER_DAY;
  for (size_t t = 0; t < n; t++) bars->time_ns[t] = start + (int64_t)t * step_ns;
  double ppy = periods_per_year(bars);
  bt_bars_free(bars);
  return ppy;
}

/* Bars on the given weekdays (bit 0 = Monday) of successive weeks, `per_day` an hour apart. */
static double ppy_of_week(unsigned weekdays, size_t n_weeks, size_t per_day)
{
  bt_bars *bars = make_flat_bars(n_weeks * 7 * per_day, 5);
  int64_t monday = bt_date_to_days((bt_date){2024, 1, 1});
  size_t n = 0;
  for (size_t day = 0; day < 7 * n_weeks; day++)
    for (size_t i = 0; (weekdays >> day % 7 & 1) && i < per_day; i++)
      bars->time_ns[n++] = (monday + (int64_t)day) * BT_NS_PER_DAY + (int64_t)(i + 9) * HOUR_NS;
  bars->n_bars = n;
  double ppy = periods_per_year(bars);
  bt_bars_free(bars);
  return ppy;
}

enum { WORKDAYS = 0x1f, ALL_DAYS = 0x7f };

static void daily_bars_are_252_a_year_and_365_where_saturdays_trade(void **state)
{
  (void)state;
  assert_true(ppy_of_week(WORKDAYS, 10, 1) == 252);
  assert_true(ppy_of_week(ALL_DAYS, 10, 1) == 365);
  assert_true(ppy_of_week(WORKDAYS | 0x20, 10, 1) == 365);
  assert_true(ppy_of_steps(1, 1) == 252);
}

static void one_saturday_in_twenty_bars_is_enough(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(40, 5);
  int64_t monday = bt_date_to_days((bt_date){2024, 1, 1});
  for (size_t t = 0; t < 40; t++)
    bars->time_ns[t] = (monday + (int64_t)(t / 5 * 7 + t % 5)) * BT_NS_PER_DAY;
  assert_true(periods_per_year(bars) == 252);
  bars->time_ns[4] += BT_NS_PER_DAY; /* two Fridays move to Saturday: 2 of 40 */
  assert_true(periods_per_year(bars) == 252);
  bars->time_ns[9] += BT_NS_PER_DAY;
  assert_true(periods_per_year(bars) == 365);
  bt_bars_free(bars);
}

static void longer_bars_have_their_own_number(void **state)
{
  (void)state;
  assert_true(ppy_of_steps(60, 7 * BT_NS_PER_DAY) == 52);
  assert_true(ppy_of_steps(60, 30 * BT_NS_PER_DAY) == 12);
  assert_true(ppy_of_steps(20, 91 * BT_NS_PER_DAY) == 4);
  assert_true(ppy_of_steps(9, 365 * BT_NS_PER_DAY) == 1);
}

static void intraday_bars_count_the_median_day(void **state)
{
  (void)state;
  assert_true(ppy_of_week(WORKDAYS, 4, 7) == 252 * 7);
  assert_true(ppy_of_week(ALL_DAYS, 4, 7) == 365 * 7);
  assert_true(ppy_of_steps(10 * 24 * 60, 60 * BT_NS_PER_SECOND) == 365 * 24 * 60);
}

static int compare_counts(const void *a, const void *b)
{
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

/* Minute bars, so many a day at random: the median of those numbers, by sorting them. */
static void any_numbers_of_bars_a_day_have_their_median(void **state)
{
  (void)state;
  enum { DAYS_MOST = 60, A_DAY_MOST = 12 };
  test_random random = {6};
  for (int round = 0; round < 2000; round++) {
    size_t counts[DAYS_MOST], n = 0, n_days = 1 + random_below(&random, DAYS_MOST);
    for (size_t d = 0; d < n_days; d++)
      n += counts[d] = 2 + random_below(&random, (size_t)round % A_DAY_MOST + 1);
    bt_bars *bars = make_flat_bars(n, 10);
    for (size_t d = 0, t = 0; d < n_days; d++)
      for (size_t k = 0; k < counts[d]; k++, t++)
        bars->time_ns[t] = (int64_t)d * 7 * BT_NS_PER_DAY + (int64_t)k * 60 * BT_NS_PER_SECOND;
    qsort(counts, n_days, sizeof *counts, compare_counts);
    double upper = (double)counts[n_days / 2], lower = (double)counts[(n_days - 1) / 2], got = 0;
    assert_int_equal(bt_bars_periods_per_year(&got, bars, NULL), BT_OK);
    assert_true(got == 252 * (upper + lower) / 2);
    bt_bars_free(bars);
  }
}

static double length_days(const bt_bars *bars)
{
  double days = 0;
  assert_int_equal(bt_bars_length_days(&days, bars, NULL), BT_OK);
  return days;
}

/* Bars `step` hours apart from the hour `first` to 22 on 20 weekdays, of which every fourth has the
 * first bar alone. */
static double length_of_hours(int first, int step)
{
  bt_bars *bars = make_flat_bars(28 * 24, 5);
  int64_t monday = bt_date_to_days((bt_date){2024, 1, 1});
  size_t n = 0;
  for (int day = 0; day < 28; day++)
    for (int hour = first; day % 7 < 5 && hour <= (day % 4 ? 22 : first); hour += step)
      bars->time_ns[n++] = (monday + day) * BT_NS_PER_DAY + hour * HOUR_NS;
  bars->n_bars = n;
  double days = length_days(bars);
  bt_bars_free(bars);
  return days;
}

static void a_bar_is_as_long_as_its_kind_whatever_the_hours_of_trading(void **state)
{
  (void)state;
  assert_true(length_of_hours(0, 1) == 1.0 / 24);
  assert_true(length_of_hours(15, 1) == 1.0 / 24);
  assert_true(length_of_hours(14, 4) == 4.0 / 24);
  static const int steps[] = {1, 3, 7, 10, 30, 91, 365}, most[] = {1, 3, 7, 10, 31, 92, 366};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    bt_bars *bars = make_flat_bars(30, 5);
    for (size_t t = 0; t < 30; t++) /* a hole of two steps behind every fourth */
      bars->time_ns[t] = (int64_t)(t + t / 4) * steps[i] * BT_NS_PER_DAY;
    assert_true(length_days(bars) == most[i]);
    bars->n_bars = 1;
    assert_true(length_days(bars) == 1);
    bt_bars_free(bars);
  }
}

/* One bar before and one behind midnight, and none else on either day. */
static void bars_that_are_alone_on_their_day_go_by_the_distance_of_all(void **state)
{
  (void)state;
  bt_bars *bars = make_flat_bars(8, 5);
  for (int t = 0; t < 8; t++)
    bars->time_ns[t] = (t / 2 * 4 + t % 2) * BT_NS_PER_DAY + (t % 2 ? 1 : 23) * HOUR_NS;
  assert_true(length_days(bars) == 2.0 / 24);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(new_bars_are_unadjusted_and_their_arrays_apart),
      cmocka_unit_test(more_bars_than_memory_are_an_error),
      cmocka_unit_test(a_series_is_a_view_of_the_bars),
      cmocka_unit_test(a_span_includes_both_ends),
      cmocka_unit_test(a_span_without_bars_is_empty),
      cmocka_unit_test(daily_bars_are_252_a_year_and_365_where_saturdays_trade),
      cmocka_unit_test(one_saturday_in_twenty_bars_is_enough),
      cmocka_unit_test(longer_bars_have_their_own_number),
      cmocka_unit_test(intraday_bars_count_the_median_day),
      cmocka_unit_test(any_numbers_of_bars_a_day_have_their_median),
      cmocka_unit_test(a_bar_is_as_long_as_its_kind_whatever_the_hours_of_trading),
      cmocka_unit_test(bars_that_are_alone_on_their_day_go_by_the_distance_of_all),
  };
  return cmocka_run_group_tests_name("core/bars", tests, NULL, NULL);
}
