#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/membership.h"
#include "core/time.h"
#include "tests/support/make_bars.h"

enum { N_BARS_MOST = 40, N_STRETCHES_MOST = 4 };

/* bt_membership_apply where the target is given bar by bar. */
static void apply(double *target, const bt_bars *bars, const bt_membership *stretches, size_t n)
{
  bt_changes changes;
  bt_changes_init(&changes);
  assert_int_equal(bt_changes_of_target(&changes, target, bars->n_bars, NULL), BT_OK);
  assert_int_equal(bt_membership_apply(&changes, bars, stretches, n, NULL), BT_OK);
  bt_changes_fill(target, &changes);
  bt_changes_clear(&changes);
}

#define OPEN_START INT64_MIN
#define OPEN_END INT64_MAX

/* Bars on the days where the text has an x, the first letter being day 10; the targets, all 1
 * before, are those of `expected`, which has a digit for each x. */
static void check(const char *text, const char *expected, const bt_membership *stretches, size_t n)
{
  double target[N_BARS_MOST];
  char found[N_BARS_MOST + 1] = "";
  bt_bars *bars = make_bars_on(text, 10);
  for (size_t t = 0; t < bars->n_bars; t++) target[t] = 1;
  apply(target, bars, stretches, n);
  for (size_t t = 0, d = 0; text[d]; d++)
    found[d] = (char)(text[d] == 'x' ? '0' + (int)target[t++] : '.');
  assert_string_equal(found, expected);
  bt_bars_free(bars);
}

#define CHECK(text, expected, ...)                                                                 \
  check(text, expected, (const bt_membership[]){__VA_ARGS__},                                      \
        sizeof((const bt_membership[]){__VA_ARGS__}) / sizeof(bt_membership))

static void without_dates_nothing_changes(void **state)
{
  (void)state;
  check("xxxxx", "11111", NULL, 0);
  CHECK("xxxxx", "11111", {OPEN_START, OPEN_END});
}

static void outside_and_on_the_last_bar_inside_it_is_0(void **state)
{
  (void)state;
  CHECK("xxxxxxxx", "00011000", {13, 15}); /* 15 is the last day inside */
  CHECK("xxxxxxxx", "11110000", {OPEN_START, 14});
  CHECK("xxxxxxxx", "00001111", {14, OPEN_END});
  CHECK("xxxxxxxx", "00000000", {14, 14}); /* a day's member holds nothing */
}

static void the_last_bar_inside_need_not_be_on_the_last_day(void **state)
{
  (void)state;
  CHECK("xxxx..xxx", "0110..000", {11, 15});
  CHECK("xxxx..xxx", "0110..000", {11, 14});
  CHECK("x..xx.xxx", "0..10.000", {11, 15});
}

static void several_stretches_are_each_inside(void **state)
{
  (void)state;
  CHECK("xxxxxxxxxx", "0100110000", {11, 12}, {14, 16});
  CHECK("xxxxxxxxxx", "1000000011", {OPEN_START, 11}, {18, OPEN_END});
}

/* Friday's end and Monday's start are one stay. */
static void nothing_ends_where_no_bar_lies_between(void **state)
{
  (void)state;
  CHECK("xxxxxxxx", "01111100", {11, 13}, {14, 16});
  CHECK("xxxx..xxx", "0111..110", {11, 13}, {16, 18});
  CHECK("xxxx", "0111", {11, 13}, {14, 16}); /* the bars end where the stretches touch */
}

static void a_stretch_without_bars_is_no_stay(void **state)
{
  (void)state;
  CHECK("xxx..xxx", "000..000", {13, 14});
  CHECK("xxxxx", "00000", {1, 9});
  CHECK("xxxxx", "00000", {15, OPEN_END});
  CHECK("xxx..xxx", "100..111", {OPEN_START, 11}, {13, 13}, {15, OPEN_END});
}

/* The bar is the last one inside by its date alone: more bars would not change it. */
static void a_stretch_that_ends_with_the_bars_ends_on_the_last(void **state)
{
  (void)state;
  CHECK("xxxx", "0110", {11, 13});
  CHECK("xxxx", "0111", {11, 14}); /* may go on */
  CHECK("xxxx", "1111", {OPEN_START, OPEN_END});
}

/* Bars of a day belong to it whole; only the last of its bars ends a stay. */
static void intraday_bars_count_with_their_day(void **state)
{
  (void)state;
  double target[12];
  bt_bars *bars = make_flat_bars(12, 5);
  for (size_t t = 0; t < 12; t++) { /* three a day from day 10 on; the last ends its day */
    bars->time_ns[t] = (int64_t)(10 + t / 3) * BT_NS_PER_DAY + (int64_t)(t % 3) * BT_NS_PER_DAY / 2;
    if (t % 3 == 2) bars->time_ns[t]--;
    target[t] = -1;
  }
  apply(target, bars, &(bt_membership){11, 12}, 1);
  static const double expected[] = {0, 0, 0, -1, -1, -1, -1, -1, 0, 0, 0, 0};
  for (size_t t = 0; t < 12; t++) assert_true(target[t] == expected[t]);
  bt_bars_free(bars);
}

static void days_beyond_all_times_are_open_ends(void **state)
{
  (void)state;
  CHECK("xxxx", "1111", {-1000000, 1000000});
  CHECK("xxxx", "0000", {-1000000, -500000});
  CHECK("xxxx", "0000", {500000, 1000000});
}

static bool inside(int64_t day, const bt_membership *stretches, size_t n)
{
  for (size_t k = 0; k < n; k++)
    if (stretches[k].from_day <= day && day <= stretches[k].to_day) return true;
  return false;
}

/* Whether a bar can be the last one inside where no bar follows it. */
static bool ends(int64_t day, const bt_membership *stretches, size_t n)
{
  return inside(day, stretches, n) && !inside(day + 1, stretches, n);
}

static void any_stretches_follow_the_rule_bar_by_bar(void **state)
{
  (void)state;
  test_random random = {12};
  for (int round = 0; round < 5000; round++) {
    bt_membership stretches[N_STRETCHES_MOST];
    double target[N_BARS_MOST], wanted[N_BARS_MOST];
    size_t n = 1 + random_below(&random, N_STRETCHES_MOST);
    int64_t day = (int64_t)random_below(&random, 12);
    for (size_t k = 0; k < n; k++) {
      stretches[k].from_day = day;
      stretches[k].to_day = day + (int64_t)random_below(&random, 12);
      day = stretches[k].to_day + 1 + (int64_t)random_below(&random, 8);
    }
    bt_bars *bars = make_flat_bars(1 + random_below(&random, N_BARS_MOST), 5);
    size_t n_bars = bars->n_bars;
    day = (int64_t)random_below(&random, 10);
    for (size_t t = 0; t < n_bars; t++, day += 1 + (int64_t)random_below(&random, 3)) {
      bars->time_ns[t] = day * BT_NS_PER_DAY;
      target[t] =
          t > 0 && random_below(&random, 4) > 0 ? target[t - 1] : random_between(&random, -1, 1);
      wanted[t] = target[t];
    }
    apply(target, bars, stretches, n);
    for (size_t t = 0; t < n_bars; t++) {
      int64_t today = bt_time_days(bars->time_ns[t]);
      bool stays = inside(today, stretches, n);
      if (t + 1 < n_bars)
        stays = stays && inside(bt_time_days(bars->time_ns[t + 1]), stretches, n);
      else
        stays = stays && !ends(today, stretches, n);
      assert_true(target[t] == (stays ? wanted[t] : 0));
    }
    bt_bars_free(bars);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_dates_nothing_changes),
      cmocka_unit_test(outside_and_on_the_last_bar_inside_it_is_0),
      cmocka_unit_test(the_last_bar_inside_need_not_be_on_the_last_day),
      cmocka_unit_test(several_stretches_are_each_inside),
      cmocka_unit_test(nothing_ends_where_no_bar_lies_between),
      cmocka_unit_test(a_stretch_without_bars_is_no_stay),
      cmocka_unit_test(a_stretch_that_ends_with_the_bars_ends_on_the_last),
      cmocka_unit_test(intraday_bars_count_with_their_day),
      cmocka_unit_test(days_beyond_all_times_are_open_ends),
      cmocka_unit_test(any_stretches_follow_the_rule_bar_by_bar),
  };
  return cmocka_run_group_tests_name("core/membership", tests, NULL, NULL);
}
