/* Counts since 1970: their unit is that of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "tests/support/load_scene.h"

enum { TEXT_SIZE = 1 << 16, ROWS = 100 };

/* Loads one bar for each count. */
static void load_counts(load_scene *s, const int64_t *counts, size_t n)
{
  static char text[TEXT_SIZE];
  size_t used = (size_t)snprintf(text, sizeof text, "time,open,high,low,close,volume\n");
  for (size_t i = 0; i < n; i++)
    used +=
        (size_t)snprintf(text + used, sizeof text - used, "%lld,1,1,1,1,1\n", (long long)counts[i]);
  load_text(s, text);
  if (s->report.rejected) fail_msg("rejected: %s", s->report.reason);
}

static void check_times(const load_scene *s, const char *const *expected, size_t n)
{
  char text[BT_TIME_TEXT_SIZE];
  assert_int_equal(s->report.n_bars, n);
  for (size_t i = 0; i < n; i++)
    assert_string_equal(bt_time_format(text, s->bars->time_ns[i], true), expected[i]);
}

static void one_unit_holds_for_all_counts_of_a_file(void **state)
{
  static const int64_t days[] = {-3000, -1, 0, 1, 60, 365, 18262};
  static const char *const dates[] = {"1961-10-15", "1969-12-31", "1970-01-01", "1970-01-02",
                                      "1970-03-02", "1971-01-01", "2020-01-01"};
  static const int64_t per_day[] = {86400, 86400000, 86400000000, 86400000000000};
  load_scene *s = *state;
  for (size_t unit = 0; unit < 4; unit++) {
    int64_t counts[7];
    for (size_t i = 0; i < 7; i++) counts[i] = days[i] * per_day[unit];
    load_counts(s, counts, 7);
    check_times(s, dates, 7);
    assert_true(s->bars->daily);
  }
}

static void a_part_of_a_second_is_kept(void **state)
{
  static const char *const times[] = {"1970-01-01T00:00:02", "2019-12-31T23:59:59.500",
                                      "2020-01-01T00:00:00.250"};
  load_scene *s = *state;
  load_text(s,
            "time,open,high,low,close\n2,1,1,1,1\n1577836799.5,1,1,1,1\n1577836800.25,1,1,1,1\n");
  check_times(s, times, 3);
  load_text(
      s, "time,open,high,low,close\n2000,1,1,1,1\n1577836799500,1,1,1,1\n1577836800250,1,1,1,1\n");
  check_times(s, times, 3);
}

/* Binance writes microseconds from 2025 on, and milliseconds before. */
static void a_file_may_go_over_to_a_finer_unit(void **state)
{
  static const int64_t counts[] = {1735603200000, 1735689600000, 1735776000000000,
                                   1735862400000000};
  static const int64_t falling[] = {1735862400000000, 1735776000000000, 1735689600000,
                                    1735603200000};
  static const char *const dates[] = {"2024-12-31", "2025-01-01", "2025-01-02", "2025-01-03"};
  load_scene *s = *state;
  load_counts(s, counts, 4);
  check_times(s, dates, 4);
  load_counts(s, falling, 4);
  check_times(s, dates, 4);
}

static void one_wrong_count_does_not_tell_the_unit(void **state)
{
  int64_t counts[ROWS];
  load_scene *s = *state;
  for (int64_t i = 0; i < ROWS; i++) counts[i] = 1577836800 + i * 86400;
  counts[50] = 99999999999999;
  load_counts(s, counts, ROWS);
  char text[BT_TIME_TEXT_SIZE];
  assert_string_equal(bt_time_format(text, s->report.first_ns, true), "2020-01-01");
}

/* ---- counts, or dates ----------------------------------------------------------------------- */

/* Milliseconds of 1973 to 2001, microseconds and seconds of 1970 have as many digits as dates. */
static void counts_that_look_like_dates_are_counts_among_counts(void **state)
{
  static const struct {
    long long first, step;
    const char *first_time;
  } files[] = {{-252374400000, 86400000, "1962-01-02"},
               {157766400000, 86400000, "1975-01-01"},
               {157766400000, 3600000, "1975-01-01"},
               {15552000000000, 3600000000, "1970-06-30"},
               {12960000, 86400, "1970-05-31"}};
  enum { DAYS = 6000 };
  load_scene *s = *state;
  char *text = malloc((DAYS + 1) * sizeof "-252374400000,1,1,1,1,1\n");
  for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
    int used = sprintf(text, "time,open,high,low,close\n");
    for (long long i = 0; i < DAYS; i++)
      used += sprintf(text + used, "%lld,1,1,1,1\n", files[f].first + i * files[f].step);
    load_text(s, text);
    if (s->report.rejected) fail_msg("rejected: %s", s->report.reason);
    assert_int_equal(s->report.n_bars, DAYS);
    char time[BT_TIME_TEXT_SIZE];
    assert_string_equal(bt_time_format(time, s->bars->time_ns[0], true), files[f].first_time);
    for (size_t i = 1; i < DAYS; i++)
      assert_int_equal(s->bars->time_ns[i] - s->bars->time_ns[i - 1],
                       s->bars->time_ns[1] - s->bars->time_ns[0]);
  }
  free(text);
}

/* One number or impossible date among 60 rows of dates. */
static void numbers_among_dates_are_bad_dates(void **state)
{
  static const struct {
    const char *month, *rest, *stray;
    bool daily;
  } files[] = {
      {"2021-01-", "", "123456789", true},       {"202101", "", "123456789", true},
      {"202101", "", "1609459200000", true},     {"01/", "/2021", "1609459200000", true},
      {"202101", "1200", "202102301200", false}, {"202101", "120000", "20210230120000", false}};
  load_scene *s = *state;
  for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
    char text[2048], date[32];
    int used = sprintf(text, "time,open,high,low,close\n");
    for (int day = 1; day <= 28; day++) {
      (void)snprintf(date, sizeof date, "%s%02d%s", files[f].month, day, files[f].rest);
      used += sprintf(text + used, "%s,1,1,1,1\n", day == 20 ? files[f].stray : date);
    }
    load_text(s, text);
    if (s->report.rejected) fail_msg("%s: rejected: %s", files[f].stray, s->report.reason);
    assert_int_equal(s->report.n_bars, 27);
    assert_int_equal(s->report.counts[BT_ROW_BAD_DATE], 1);
    assert_int_equal(s->report.issues[0].line, 21);
    assert_non_null(strstr(s->report.issues[0].detail, "is not a date"));
    assert_int_equal(s->bars->daily, files[f].daily);
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, load_scene_setup, load_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(one_unit_holds_for_all_counts_of_a_file),
      CASE(a_part_of_a_second_is_kept),
      CASE(a_file_may_go_over_to_a_finer_unit),
      CASE(one_wrong_count_does_not_tell_the_unit),
      CASE(counts_that_look_like_dates_are_counts_among_counts),
      CASE(numbers_among_dates_are_bad_dates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
