#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "tests/support/make_bars.h"

enum { N_DAYS_MOST = 200, N_SETS_MOST = 9 };

/* A ticker that has bars where the text has an x; its first letter stands for day 100. */
static bt_day_set set_of(const char *text)
{
  bt_day_set set;
  bt_bars *bars = make_bars_on(text, 100);
  assert_int_equal(bt_day_set_new(&set, bars, NULL), BT_OK);
  bt_bars_free(bars);
  return set;
}

/* The calendar of up to four tickers is `expected`, written in the same way. */
static void check_days(const char *const *texts, size_t n, const char *expected)
{
  bt_day_set sets[4];
  bt_calendar calendar;
  char found[64] = "";
  for (size_t i = 0; i < n; i++) sets[i] = set_of(texts[i]);
  assert_int_equal(bt_calendar_new(&calendar, sets, n, NULL), BT_OK);
  memset(found, '.', strlen(expected));
  for (size_t i = 0; i < calendar.n_days; i++) found[calendar.days[i] - 100] = 'x';
  assert_string_equal(found, expected);
  bt_calendar_clear(&calendar);
  for (size_t i = 0; i < n; i++) bt_day_set_clear(&sets[i]);
}

#define CHECK_DAYS(expected, ...)                                                                  \
  check_days((const char *const[]){__VA_ARGS__},                                                   \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), expected)

static void half_of_the_tickers_make_a_day(void **state)
{
  (void)state;
  CHECK_DAYS("xx.xx", "xx.xx");
  CHECK_DAYS("xxxxx", "xx.xx", "xxxxx");                   /* 1 of 2 is half */
  CHECK_DAYS("xx.xx", "xx.xx", "xxxxx", "x...x");          /* 1 of 3 is not */
  CHECK_DAYS("xx.xx", "xx.xx", "xx..x", "xx.xx", "xxxxx"); /* 1 of 4 is not */
}

static void only_tickers_alive_are_asked(void **state)
{
  (void)state;
  CHECK_DAYS("xxxxxxx", "xxx....", "....xxx", "...x...");
  CHECK_DAYS("xx...xx", "xx.....", ".....xx");        /* nobody is alive in between */
  CHECK_DAYS("xx.x.xx", "xx...xx", "xx.x.xx", "xxx"); /* the third is gone: 1 of 2 */
}

static void without_tickers_there_are_no_days(void **state)
{
  (void)state;
  CHECK_DAYS("..", "");
  CHECK_DAYS("xx", "", "xx", "");
  bt_calendar calendar;
  assert_int_equal(bt_calendar_new(&calendar, NULL, 0, NULL), BT_OK);
  assert_int_equal(calendar.n_days, 0);
  assert_int_equal(bt_calendar_find(&calendar, 0), 0);
  bt_calendar_clear(&calendar);
}

static void a_day_is_found_or_the_next_one(void **state)
{
  (void)state;
  bt_day_set set = set_of("xx..x.x");
  bt_calendar calendar;
  assert_int_equal(bt_calendar_new(&calendar, &set, 1, NULL), BT_OK);
  static const struct {
    int64_t day;
    size_t index;
  } cases[] = {{INT64_MIN, 0}, {100, 0}, {101, 1}, {102, 2}, {103, 2},
               {104, 2},       {105, 3}, {106, 3}, {107, 4}, {INT64_MAX, 4}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(bt_calendar_find(&calendar, cases[i].day), cases[i].index);
  bt_calendar_clear(&calendar);
  bt_day_set_clear(&set);
}

static void common_days_are_counted(void **state)
{
  (void)state;
  bt_day_set all = set_of("xxxx.xxx"), some = set_of("..x.xx");
  bt_calendar calendar;
  assert_int_equal(bt_calendar_new(&calendar, &all, 1, NULL), BT_OK);
  assert_int_equal(calendar.n_days, 7);
  assert_int_equal(bt_calendar_count_common(&calendar, 0, 7, &some), 2); /* 104 is no day of it */
  assert_int_equal(bt_calendar_count_common(&calendar, 0, 4, &some), 1);
  assert_int_equal(bt_calendar_count_common(&calendar, 3, 7, &some), 1);
  assert_int_equal(bt_calendar_count_common(&calendar, 2, 2, &some), 0);
  assert_int_equal(bt_calendar_count_common(&calendar, 0, 7, &(bt_day_set){0}), 0);
  bt_calendar_clear(&calendar);
  bt_day_set_clear(&all);
  bt_day_set_clear(&some);
}

/* The rule, day by day. */
static bool trades(const bt_day_set *sets, size_t n, int64_t day)
{
  size_t n_alive = 0, n_has = 0;
  for (size_t i = 0; i < n; i++) {
    n_alive += sets[i].n_days > 0 && sets[i].first_day <= day && day <= sets[i].last_day;
    n_has += bt_day_set_has(&sets[i], day);
  }
  return n_alive > 0 && (double)n_has >= 0.5 * (double)n_alive;
}

static void any_tickers_have_the_days_of_the_rule(void **state)
{
  (void)state;
  test_random random = {11};
  for (int round = 0; round < 500; round++) {
    bt_day_set sets[N_SETS_MOST];
    bt_calendar calendar;
    size_t n = 1 + random_below(&random, N_SETS_MOST), next = 0;
    for (size_t i = 0; i < n; i++) {
      char text[N_DAYS_MOST + 1] = "";
      size_t first = random_below(&random, N_DAYS_MOST);
      memset(text, '.', first);
      for (size_t d = first; d < N_DAYS_MOST; d++) text[d] = random_below(&random, 3) ? 'x' : '.';
      text[first + random_below(&random, N_DAYS_MOST - first)] = '\0';
      sets[i] = set_of(text);
    }
    assert_int_equal(bt_calendar_new(&calendar, sets, n, NULL), BT_OK);
    for (int64_t day = 90; day < 110 + N_DAYS_MOST; day++) {
      if (!trades(sets, n, day)) continue;
      assert_true(next < calendar.n_days && calendar.days[next] == day);
      next++;
    }
    assert_int_equal(next, calendar.n_days);
    bt_calendar_clear(&calendar);
    for (size_t i = 0; i < n; i++) bt_day_set_clear(&sets[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(half_of_the_tickers_make_a_day),
      cmocka_unit_test(only_tickers_alive_are_asked),
      cmocka_unit_test(without_tickers_there_are_no_days),
      cmocka_unit_test(a_day_is_found_or_the_next_one),
      cmocka_unit_test(common_days_are_counted),
      cmocka_unit_test(any_tickers_have_the_days_of_the_rule),
  };
  return cmocka_run_group_tests_name("core/calendar", tests, NULL, NULL);
}
