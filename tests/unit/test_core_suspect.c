#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/suspect.h"
#include "core/time.h"
#include "tests/support/make_bars.h"

/* The first case of a kind; fails without one. */
static const bt_suspect *first_of(const bt_suspects *found, bt_suspect_kind kind)
{
  for (size_t i = 0; i < found->n; i++)
    if (found->list[i].kind == kind) return &found->list[i];
  fail_msg("no %s", bt_suspect_name(kind));
  return NULL;
}

/* ---- splits --------------------------------------------------------------------------------- */

/* How many splits there are in bars with these opens and closes; `found` may be NULL. */
static size_t count_splits(bt_suspects *found, size_t n, const double *open, const double *close)
{
  bt_suspects own;
  bt_suspects *out = found ? found : &own;
  bt_bars *bars = make_bars(n, open, NULL, NULL, close);
  bt_suspects_find(out, bars);
  bt_bars_free(bars);
  return out->counts[BT_SUSPECT_SPLIT];
}

/* The jump from 100 to `open` and `close`, with calm bars around it. */
static size_t count_of_jump(double open, double close)
{
  const double opens[] = {100, 101, 100, open, close, close};
  const double closes[] = {101, 100, 100, close, close * 1.01, close};
  return count_splits(NULL, 6, opens, closes);
}

static void a_split_is_told_with_its_ratio(void **state)
{
  (void)state;
  static const double open[] = {640, 646, 92.7, 94}, close[] = {647.35, 645.57, 93.7, 94.25};
  bt_suspects found;
  assert_int_equal(count_splits(&found, 4, open, close), 1);
  assert_int_equal(found.n, 1);
  const bt_suspect *split = &found.list[0];
  assert_int_equal(split->kind, BT_SUSPECT_SPLIT);
  assert_int_equal(split->bar, 2);
  assert_int_equal(split->n_bars, 1);
  assert_true(split->time_ns == bt_date_to_days((bt_date){2020, 1, 3}) * BT_NS_PER_DAY);
  assert_string_equal(split->detail, "close 645.57 -> 93.7 on 2020-01-03: ratio 6.89, like an "
                                     "unadjusted 7:1 split");
}

static void a_reverse_split_is_told_the_other_way_round(void **state)
{
  (void)state;
  static const double open[] = {4.5, 4.5, 44.9, 44}, close[] = {4.51, 4.52, 44.16, 43};
  bt_suspects found;
  assert_int_equal(count_splits(&found, 4, open, close), 1);
  assert_string_equal(found.list[0].detail, "close 4.52 -> 44.16 on 2020-01-03: ratio 9.77, like "
                                            "an unadjusted 1:10 reverse split");
  static const double pounds[] = {1.5, 1.5, 150, 150};
  assert_int_equal(count_splits(&found, 4, pounds, pounds), 1);
  assert_string_equal(found.list[0].detail,
                      "close 1.5 -> 150 on 2020-01-03: ratio 100, like an unadjusted 1:100 reverse "
                      "split, or pence and pounds");
}

static void every_ratio_is_found_both_ways(void **state)
{
  (void)state;
  static const double ratios[] = {2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50, 100};
  for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
    double r = ratios[i];
    assert_int_equal(count_of_jump(100 / r, 100 / r), 1);
    assert_int_equal(count_of_jump(100 * r, 100 * r), 1);
    assert_int_equal(count_of_jump(100 / r * 1.06, 100 / r * 1.15), 1);
    assert_int_equal(count_of_jump(100 * r / 1.06, 100 * r / 1.15), 1);
  }
  assert_int_equal(count_of_jump(100 / 1.5, 100 / 1.5 * 1.04), 1);
  assert_int_equal(count_of_jump(100 * 1.5, 100 * 1.5), 0); /* nobody makes two of three */
}

static void a_fall_by_no_such_ratio_is_none(void **state)
{
  (void)state;
  static const double falls[] = {0.99, 0.9, 0.8, 0.75, 0.7, 0.63, 0.6, 0.57, 0.42, 0.38};
  for (size_t i = 0; i < sizeof falls / sizeof falls[0]; i++)
    assert_int_equal(count_of_jump(100 * falls[i], 100 * falls[i]), 0);
}

/* The open must have jumped as the close has. */
static void a_crash_within_a_bar_is_none(void **state)
{
  (void)state;
  assert_int_equal(count_of_jump(50, 50), 1);
  assert_int_equal(count_of_jump(98, 50), 0);
  assert_int_equal(count_of_jump(60, 50), 0);
  assert_int_equal(count_of_jump(50, 98), 0);
  assert_int_equal(count_of_jump(50, 62), 0);
  assert_int_equal(count_of_jump(200, 50), 0); /* both by 2, one up and one down */
}

static void a_wrong_price_of_one_bar_is_none(void **state)
{
  (void)state;
  static const double once[] = {100, 101, 50, 100, 100}, up[] = {100, 101, 200, 101, 100};
  assert_int_equal(count_splits(NULL, 5, once, once), 0);
  assert_int_equal(count_splits(NULL, 5, up, up), 0);
  /* steps of a price near its least unit */
  static const double ticks[] = {1, 2, 1, 1, 1, 2, 2, 2, 1, 1};
  assert_int_equal(count_splits(NULL, 10, ticks, ticks), 0);
}

static void a_split_may_be_first_or_last(void **state)
{
  (void)state;
  static const double two[] = {100, 50}, last[] = {100, 100, 50}, one[] = {100};
  assert_int_equal(count_splits(NULL, 2, two, two), 1);
  assert_int_equal(count_splits(NULL, 3, last, last), 1);
  assert_int_equal(count_splits(NULL, 1, one, one), 0);
}

static void ten_are_kept_and_all_counted(void **state)
{
  (void)state;
  enum { N = 80 };
  double close[N];
  bt_suspects found;
  for (size_t t = 0; t < N; t++) close[t] = ldexp(1, 20 - (int)(t / 6)); /* every sixth bar */
  assert_int_equal(count_splits(&found, N, close, close), 13);
  assert_int_equal(found.n, BT_SUSPECTS_PER_KIND);
  for (size_t i = 0; i < found.n; i++) assert_int_equal(found.list[i].bar, 6 * (i + 1));
}

/* ---- prices that stand still, no volume ------------------------------------------------------ */

static void a_price_that_stands_for_20_bars_is_one_case(void **state)
{
  (void)state;
  enum { N = 70 };
  double close[N];
  bt_suspects found;
  for (size_t t = 0; t < N; t++) close[t] = 12 + 0.1 * (double)(t % 2);
  for (size_t t = 5; t < 24; t++) close[t] = 13; /* 19 bars */
  for (size_t t = 30; t < 50; t++) close[t] = 12.25;
  for (size_t t = 50; t < 70; t++) close[t] = 12.5;
  bt_bars *bars = make_bars(N, NULL, NULL, NULL, close);
  bt_suspects_find(&found, bars);
  assert_int_equal(found.counts[BT_SUSPECT_STALE], 2);
  assert_int_equal(found.n, 2);
  assert_int_equal(found.list[0].bar, 30);
  assert_int_equal(found.list[0].n_bars, 20);
  assert_string_equal(found.list[0].detail, "close 12.25 on 20 bars, 2020-01-31 to 2020-02-19");
  assert_int_equal(found.list[1].bar, 50);
  bt_bars_free(bars);
}

static void volume_0_is_one_case_a_run(void **state)
{
  (void)state;
  test_random random = {3};
  bt_suspects found;
  bt_bars *bars = make_random_bars(&random, 12, 100, 0.02);
  for (size_t t = 0; t < 12; t++) bars->volume[t] = 1;
  bt_suspects_find(&found, bars);
  assert_int_equal(found.n, 0);
  bars->volume[3] = bars->volume[7] = bars->volume[8] = bars->volume[9] = 0;
  bars->volume[11] = -0.0;
  bars->volume[1] = (double)NAN;
  bt_suspects_find(&found, bars);
  assert_int_equal(found.counts[BT_SUSPECT_VOLUME], 3);
  assert_string_equal(found.list[0].detail, "volume 0 on 2020-01-04");
  assert_string_equal(found.list[1].detail, "volume 0 on 3 bars, 2020-01-08 to 2020-01-10");
  assert_int_equal(found.list[1].bar, 7);
  assert_int_equal(found.list[1].n_bars, 3);
  assert_int_equal(found.list[2].bar, 11);
  bt_bars_free(bars);
}

static void a_file_without_volume_has_none_of_0(void **state)
{
  (void)state;
  bt_suspects found;
  bt_bars *bars = make_flat_bars(300, 5);
  bt_suspects_find(&found, bars); /* NaN */
  assert_int_equal(found.counts[BT_SUSPECT_VOLUME], 0);
  for (size_t t = 0; t < 300; t++) bars->volume[t] = 0;
  bt_suspects_find(&found, bars);
  assert_int_equal(found.counts[BT_SUSPECT_VOLUME], 1);
  assert_int_equal(first_of(&found, BT_SUSPECT_VOLUME)->n_bars, 300);
  assert_int_equal(found.counts[BT_SUSPECT_STALE], 1);
  bt_bars_free(bars);
}

static void intraday_cases_have_the_time_of_day(void **state)
{
  (void)state;
  bt_suspects found;
  bt_bars *bars = make_flat_bars(30, 5);
  bars->daily = false;
  for (size_t t = 0; t < 30; t++) bars->time_ns[t] = (int64_t)t * 60 * BT_NS_PER_SECOND;
  bt_suspects_find(&found, bars);
  assert_string_equal(first_of(&found, BT_SUSPECT_STALE)->detail,
                      "close 5 on 30 bars, 1970-01-01T00:00:00 to 1970-01-01T00:29:00");
  bt_bars_free(bars);
}

/* ---- gaps ----------------------------------------------------------------------------------- */

enum { A_MONDAY = 4 }; /* 1970-01-05 */

/* The days on which the text has an x, the first letter being a Monday. */
static bt_day_set set_of(const char *text)
{
  bt_day_set set;
  bt_bars *bars = make_bars_on(text, A_MONDAY);
  assert_int_equal(bt_day_set_new(&set, bars, NULL), BT_OK);
  bt_bars_free(bars);
  return set;
}

/* The gaps of a ticker in a universe that trades on the days of `universe`. */
static void find_gaps(bt_suspects *found, const char *ticker, const char *universe)
{
  bt_day_set set = set_of(ticker), all = set_of(universe);
  bt_calendar calendar;
  *found = (bt_suspects){0};
  assert_int_equal(bt_calendar_new(&calendar, &all, 1, NULL), BT_OK);
  bt_suspects_find_gaps(found, &set, &calendar);
  assert_int_equal(found->counts[BT_SUSPECT_GAP], found->n);
  bt_calendar_clear(&calendar);
  bt_day_set_clear(&set);
  bt_day_set_clear(&all);
}

static void days_missed_in_a_row_are_one_gap(void **state)
{
  (void)state;
  bt_suspects found;
  find_gaps(&found, "xx.xx..x......xxx.x..", "xxxxx..xxxxx..xxxxx..");
  assert_int_equal(found.n, 3);
  assert_string_equal(found.list[0].detail,
                      "no bar on 1970-01-07, a day on which the universe traded");
  assert_int_equal(found.list[0].bar, 2);
  assert_int_equal(found.list[0].n_bars, 1);
  assert_true(found.list[0].time_ns == 6 * BT_NS_PER_DAY);
  assert_string_equal(found.list[1].detail,
                      "no bars from 1970-01-13 to 1970-01-16, 4 days on which the universe traded");
  assert_int_equal(found.list[1].bar, 5);
  assert_int_equal(found.list[1].n_bars, 4);
  assert_string_equal(found.list[2].detail,
                      "no bar on 1970-01-22, a day on which the universe traded");
}

/* The gap runs across the weekend, on which nobody trades. */
static void a_weekend_does_not_part_a_gap(void **state)
{
  (void)state;
  bt_suspects found;
  find_gaps(&found, "xxxx....xxxx..", "xxxxx..xxxxx..");
  assert_int_equal(found.n, 1);
  assert_int_equal(found.list[0].n_bars, 2);
  assert_string_equal(found.list[0].detail,
                      "no bars from 1970-01-09 to 1970-01-12, 2 days on which the universe traded");
}

static void before_the_first_and_after_the_last_bar_nothing_is_missed(void **state)
{
  (void)state;
  bt_suspects found;
  find_gaps(&found, "..xxx..", "xxxxx..xxxxx..");
  assert_int_equal(found.n, 0);
  find_gaps(&found, ".......", "xxxxx..");
  assert_int_equal(found.n, 0);
}

static void days_on_which_the_universe_rests_are_not_missed(void **state)
{
  (void)state;
  bt_suspects found;
  find_gaps(&found, "xxxxxxxxxxxxxx", "xxxxx..xxxxx..");
  assert_int_equal(found.n, 0);
  find_gaps(&found, "xx.xx..xxxxx..", "xx.xx..xxxxx..");
  assert_int_equal(found.n, 0);
}

static void weekdays_that_are_not_its_own_are_not_missed(void **state)
{
  (void)state;
  bt_suspects found;
  find_gaps(&found, "xxxxx..xx.xx..xxxxx..", "xxxxxxxxxxxxxxxxxxxxx");
  assert_int_equal(found.n, 1);
  assert_string_equal(found.list[0].detail,
                      "no bar on 1970-01-14, a day on which the universe traded");
  /* one Saturday in twelve bars is enough to trade on Saturdays */
  find_gaps(&found, "xxxxxx.xxxxx..xxxxx..", "xxxxxxxxxxxxxxxxxxxxx");
  assert_int_equal(found.n, 1);
  assert_string_equal(found.list[0].detail,
                      "no bar on 1970-01-17, a day on which the universe traded");
}

static void few_days_do_not_show_a_weekday_that_is_missed(void **state)
{
  (void)state;
  bt_suspects found;
  find_gaps(&found, "xx.xx..xx.x", "xxxxx..xxxxx..");
  assert_int_equal(found.n, 2);
  find_gaps(&found, "xx.xx..xx.xx..xx.x", "xxxxx..xxxxx..xxxxx..");
  assert_int_equal(found.n, 0);
}

static void gaps_are_added_to_what_was_found(void **state)
{
  (void)state;
  static const double close[] = {100, 50, 50.5, 51};
  bt_suspects found;
  bt_bars *bars = make_bars(4, NULL, NULL, NULL, close);
  bt_day_set set, all;
  bt_calendar calendar;
  assert_int_equal(bt_day_set_new(&all, bars, NULL), BT_OK); /* four days from 2020-01-01 on */
  assert_int_equal(bt_calendar_new(&calendar, &all, 1, NULL), BT_OK);
  bt_suspects_find(&found, bars);
  bars->time_ns[2] = bars->time_ns[3];
  bars->n_bars = 3;
  assert_int_equal(bt_day_set_new(&set, bars, NULL), BT_OK);
  bt_suspects_find_gaps(&found, &set, &calendar);
  assert_int_equal(found.n, 2);
  assert_int_equal(found.counts[BT_SUSPECT_SPLIT], 1);
  assert_int_equal(first_of(&found, BT_SUSPECT_GAP)->bar, 2);
  bt_calendar_clear(&calendar);
  bt_day_set_clear(&set);
  bt_day_set_clear(&all);
  bt_bars_free(bars);
}

static void kinds_have_names(void **state)
{
  (void)state;
  assert_string_equal(bt_suspect_name(BT_SUSPECT_SPLIT), "possible_split");
  assert_string_equal(bt_suspect_name(BT_SUSPECT_STALE), "stale_price");
  assert_string_equal(bt_suspect_name(BT_SUSPECT_GAP), "date_gap");
  assert_string_equal(bt_suspect_name(BT_SUSPECT_VOLUME), "zero_volume");
  assert_string_equal(bt_suspect_name(BT_SUSPECT_COUNT), "unknown");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_split_is_told_with_its_ratio),
      cmocka_unit_test(a_reverse_split_is_told_the_other_way_round),
      cmocka_unit_test(every_ratio_is_found_both_ways),
      cmocka_unit_test(a_fall_by_no_such_ratio_is_none),
      cmocka_unit_test(a_crash_within_a_bar_is_none),
      cmocka_unit_test(a_wrong_price_of_one_bar_is_none),
      cmocka_unit_test(a_split_may_be_first_or_last),
      cmocka_unit_test(ten_are_kept_and_all_counted),
      cmocka_unit_test(a_price_that_stands_for_20_bars_is_one_case),
      cmocka_unit_test(volume_0_is_one_case_a_run),
      cmocka_unit_test(a_file_without_volume_has_none_of_0),
      cmocka_unit_test(intraday_cases_have_the_time_of_day),
      cmocka_unit_test(days_missed_in_a_row_are_one_gap),
      cmocka_unit_test(a_weekend_does_not_part_a_gap),
      cmocka_unit_test(before_the_first_and_after_the_last_bar_nothing_is_missed),
      cmocka_unit_test(days_on_which_the_universe_rests_are_not_missed),
      cmocka_unit_test(weekdays_that_are_not_its_own_are_not_missed),
      cmocka_unit_test(few_days_do_not_show_a_weekday_that_is_missed),
      cmocka_unit_test(gaps_are_added_to_what_was_found),
      cmocka_unit_test(kinds_have_names),
  };
  return cmocka_run_group_tests_name("core/suspect", tests, NULL, NULL);
}
