/* windows.h - walk-forward windows: a train part, a gap, a test part, moved on step by step.
 *
 * Parts are stretches of calendar days. Every boundary is counted from the origin, never from the
 * boundary before, so months that are cut at their end do not drift: where the step is as long as a
 * test part, the next one begins on the day after.
 */
#ifndef BT_CORE_WINDOWS_H
#define BT_CORE_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"
#include "core/status.h"

/* A length of time in one unit; the other two are 0. A bar is a day on which the universe trades.
 */
typedef struct bt_duration {
  int64_t months, days, bars;
} bt_duration;

/* Reads 2y, 6m, 8w, 90d, or bars: 500b, 500. 0 of a unit is fine here. Errors: USAGE,
 * `OPTION TEXT: ...`. */
bt_status bt_duration_parse(bt_duration *out, const char *option, const char *text, bt_error *err);

bool bt_duration_is_zero(const bt_duration *duration);

/* Where windows lie. Rolling: window k trains from the origin + k steps on; anchored: always from
 * the origin on. */
typedef struct bt_window_rule {
  bt_duration train, gap, test, step;
  bool anchored;
} bt_window_rule;

/* Inclusive days since 1970-01-01. The test part of the last windows may be cut to where the data
 * end. */
typedef struct bt_window {
  int64_t train_first, train_last, test_first, test_last;
} bt_window;

enum { BT_WINDOWS_MOST = 100000 };

/* Whether train, test and step are long enough, and step no longer than test as far as their units
 * tell. Errors: USAGE, naming the option. */
bt_status bt_window_rule_check(const bt_window_rule *rule, bt_error *err);

/* The windows over at least one day, in order; origin: the day on which the first train part
 * begins. A window is kept when the days reach at least half of its test part: half of its calendar
 * length, or of its number of bars. Where bars of the other parts lead to the end of a calendar
 * test part, and the days do not reach it, its length is counted from its first day, and it goes to
 * the last day. The caller frees *out with free(). Errors: DATA (not even one window; with both
 * lengths), USAGE (a hole between two test parts: the step is longer than a test part; more than
 * BT_WINDOWS_MOST), NOMEM. */
bt_status bt_windows_make(bt_window **out, size_t *n_windows, const bt_window_rule *rule,
                          const bt_calendar *over, int64_t origin, bt_error *err);

#endif
