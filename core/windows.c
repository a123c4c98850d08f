#include "core/windows.h"

#include <stdlib.h>
#include <string.h>

#include "core/char.h"
#include "core/time.h"

enum { UNITS_MOST = 1000000, MONTHS_A_YEAR = 12, DAYS_A_WEEK = 7 };

/* ---- durations -------------------------------------------------------------------------------
 */

/* NULL where there are no digits; what is far too much is more than UNITS_MOST. */
static const char *read_count(int64_t *out, const char *text)
{
  const char *start = text;
  int64_t count = 0;
  for (; bt_char_is_digit(*text); text++)
    if (count <= UNITS_MOST) count = 10 * count + (*text - '0');
  *out = count;
  return text > start ? text : NULL;
}

bt_status bt_duration_parse(bt_duration *out, const char *option, const char *text, bt_error *err)
{
  int64_t count = 0;
  const char *unit = read_count(&count, text);
  bt_duration duration = {0};
  if (!unit || (*unit && unit[1]) || !strchr("ymwdb", *unit))
    return bt_fail(err, BT_ERR_USAGE,
                   "%s %s: expected a length such as 2y, 6m, 8w, 90d, or bars: 500b or 500", option,
                   text);
  if (count > UNITS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "%s %s: more than %d of a unit", option, text, UNITS_MOST);
  switch (*unit) {
  case 'y':
    duration.months = MONTHS_A_YEAR * count;
    break;
  case 'm':
    duration.months = count;
    break;
  case 'w':
    duration.days = DAYS_A_WEEK * count;
    break;
  case 'd':
    duration.days = count;
    break;
  default:
    duration.bars = count;
    break;
  }
  *out = duration;
  return BT_OK;
}

bool bt_duration_is_zero(const bt_duration *duration)
{
  return duration->months == 0 && duration->days == 0 && duration->bars == 0;
}

/* Whether a is longer than b, as far as both have the same unit. */
static bool is_surely_longer(const bt_duration *a, const bt_duration *b)
{
  bool same = (a->months > 0 && b->months > 0) || (a->days > 0 && b->days > 0) ||
              (a->bars > 0 && b->bars > 0);
  return same && a->months + a->days + a->bars > b->months + b->days + b->bars;
}

bt_status bt_window_rule_check(const bt_window_rule *rule, bt_error *err)
{
  if (bt_duration_is_zero(&rule->train))
    return bt_fail(err, BT_ERR_USAGE, "--train: a train part must be longer than 0");
  if (bt_duration_is_zero(&rule->test))
    return bt_fail(err, BT_ERR_USAGE, "--test: a test part must be longer than 0");
  if (bt_duration_is_zero(&rule->step))
    return bt_fail(err, BT_ERR_USAGE, "--step: must be longer than 0, or windows never move on");
  if (is_surely_longer(&rule->step, &rule->test))
    return bt_fail(err, BT_ERR_USAGE,
                   "--step: is longer than --test, which leaves days that no test part covers");
  return BT_OK;
}

/* ---- boundaries ------------------------------------------------------------------------------
 */

/* A day that the data do not reach, however it is counted. */
#define NEVER INT64_MAX

static int64_t add_months(int64_t day, int64_t months)
{
  bt_date date = bt_date_from_days(day);
  int64_t month = (int64_t)date.year * MONTHS_A_YEAR + date.month - 1 + months;
  date.year = (int)(month / MONTHS_A_YEAR);
  date.month = (int)(month % MONTHS_A_YEAR) + 1;
  int last = bt_date_days_in_month(date.year, date.month);
  if (date.day > last) date.day = last;
  return bt_date_to_days(date);
}

static bt_duration times(const bt_duration *d, int64_t k)
{
  return (bt_duration){k * d->months, k * d->days, k * d->bars};
}

static bt_duration plus(bt_duration a, const bt_duration *b)
{
  return (bt_duration){a.months + b->months, a.days + b->days, a.bars + b->bars};
}

/* The origin + months, cut to the month's end, + days, + so many trading days; the day behind the
 * last trading day stands for the next one. */
static int64_t boundary(const bt_calendar *over, int64_t origin, bt_duration distance)
{
  int64_t day = add_months(origin, distance.months) + distance.days;
  if (distance.bars == 0) return day;
  size_t first = bt_calendar_find(over, day), n_left = over->n_days - first;
  if ((uint64_t)distance.bars > n_left) return NEVER;
  if ((uint64_t)distance.bars == n_left) return over->days[over->n_days - 1] + 1;
  return over->days[first + (size_t)distance.bars];
}

/* Days of a test part [first, end); where bars lead to its end and the data do not reach it, its
 * own length counted from its first day. */
static int64_t test_length(const bt_duration *test, int64_t first, int64_t end)
{
  if (end == NEVER) end = add_months(first, test->months) + test->days;
  return end - first;
}

/* Whether the data reach at least half of the test part [first, end), and where it then ends. */
static bool reaches_half(int64_t *last, const bt_window_rule *rule, const bt_calendar *over,
                         int64_t first, int64_t end)
{
  int64_t data_last = over->days[over->n_days - 1];
  *last = end == NEVER || end - 1 > data_last ? data_last : end - 1;
  if (first > data_last) return false;
  if (end != NEVER && end - 1 <= data_last) return true;
  if (rule->test.bars > 0)
    return 2 * (over->n_days - bt_calendar_find(over, first)) >= (size_t)rule->test.bars;
  return 2 * (data_last - first + 1) >= test_length(&rule->test, first, end);
}

/* Window k; false where the data do not reach half of its test part. */
static bool place(bt_window *out, const bt_window_rule *rule, const bt_calendar *over,
                  int64_t origin, size_t k)
{
  bt_duration start = times(&rule->step, (int64_t)k);
  bt_duration trained = plus(start, &rule->train), tested = plus(trained, &rule->gap);
  int64_t train_end = boundary(over, origin, trained);
  int64_t test_first = boundary(over, origin, tested);
  int64_t test_end = boundary(over, origin, plus(tested, &rule->test));
  if (train_end == NEVER || test_first == NEVER) return false;
  out->train_first = rule->anchored ? origin : boundary(over, origin, start);
  out->train_last = train_end - 1;
  out->test_first = test_first;
  return reaches_half(&out->test_last, rule, over, test_first, test_end);
}

/* ---- all of them -----------------------------------------------------------------------------
 */

static bt_status fail_none(const bt_calendar *over, int64_t origin, bt_error *err)
{
  char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE];
  bt_time_format(first, origin * BT_NS_PER_DAY, true);
  bt_time_format(last, over->days[over->n_days - 1] * BT_NS_PER_DAY, true);
  return bt_fail(err, BT_ERR_DATA,
                 "no window: from %s to %s there is no room for --train, --gap and half of --test",
                 first, last);
}

static bt_status grow(bt_window **windows, size_t n, size_t *capacity, bt_error *err)
{
  if (n < *capacity) return BT_OK;
  size_t wanted = *capacity ? 2 * *capacity : 16;
  bt_window *grown = realloc(*windows, wanted * sizeof *grown);
  if (!grown) return bt_fail_nomem(err, "windows");
  *windows = grown;
  *capacity = wanted;
  return BT_OK;
}

/* That window n follows the one before without a hole. */
static bt_status check_hole(const bt_window *windows, size_t n, bt_error *err)
{
  if (n == 0 || windows[n].test_first <= windows[n - 1].test_last + 1) return BT_OK;
  char end[BT_TIME_TEXT_SIZE], start[BT_TIME_TEXT_SIZE];
  bt_time_format(end, windows[n - 1].test_last * BT_NS_PER_DAY, true);
  bt_time_format(start, windows[n].test_first * BT_NS_PER_DAY, true);
  return bt_fail(err, BT_ERR_USAGE,
                 "--step: is longer than --test: one test part ends on %s, the next begins on %s",
                 end, start);
}

bt_status bt_windows_make(bt_window **out, size_t *n_windows, const bt_window_rule *rule,
                          const bt_calendar *over, int64_t origin, bt_error *err)
{
  bt_window *windows = NULL;
  size_t n = 0, capacity = 0;
  bt_status status = bt_window_rule_check(rule, err);
  while (!status) {
    status = grow(&windows, n, &capacity, err);
    if (status || !place(&windows[n], rule, over, origin, n)) break;
    status = check_hole(windows, n, err);
    if (!status && ++n > BT_WINDOWS_MOST)
      status = bt_fail(err, BT_ERR_USAGE, "--step: makes more than %d windows", BT_WINDOWS_MOST);
  }
  if (!status && n == 0) status = fail_none(over, origin, err);
  if (status) {
    free(windows);
    return status;
  }
  *out = windows;
  *n_windows = n;
  return BT_OK;
}
