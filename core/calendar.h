/* calendar.h - the days on which a universe trades, found from the days of its tickers.
 *
 * A day is one of them when half of the tickers alive on it, or more, have bars on it; a ticker is
 * alive from its first to its last bar. Some ticker's stray Saturday is none, a holiday is none,
 * and one ticker's gap does not take a day away.
 */
#ifndef BT_CORE_CALENDAR_H
#define BT_CORE_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/day_set.h"
#include "core/status.h"

/* n_days strictly rising UTC days since 1970-01-01. Immutable once made. */
typedef struct bt_calendar {
  int64_t *days; /* owned; NULL where there is no day */
  size_t n_days;
} bt_calendar;

/* The calendar of n_sets tickers; empty sets are no tickers, and without tickers there are no days.
 * The caller clears *out with bt_calendar_clear. Errors: NOMEM. */
bt_status bt_calendar_new(bt_calendar *out, const bt_day_set *sets, size_t n_sets, bt_error *err);
void bt_calendar_clear(bt_calendar *calendar);

/* The first index whose day is >= day; n_days where none is. */
size_t bt_calendar_find(const bt_calendar *calendar, int64_t day);

/* How many of days[first .. end-1] the set has; end <= n_days. */
size_t bt_calendar_count_common(const bt_calendar *calendar, size_t first, size_t end,
                                const bt_day_set *set);

#endif
