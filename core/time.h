/* time.h - instants as int64 nanoseconds since 1970-01-01T00:00:00Z, and their ISO-8601 text.
 *
 * Covers 1677-09-23 to 2262-04-10; anything outside does not parse. No time zones and no clock
 * here: local times are turned into UTC (or into plain dates) by the loaders.
 */
#ifndef BT_CORE_TIME_H
#define BT_CORE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BT_NS_PER_SECOND INT64_C(1000000000)
#define BT_NS_PER_DAY (INT64_C(86400) * BT_NS_PER_SECOND)

enum { BT_TIME_TEXT_SIZE = 32 };

/* A date in the proleptic Gregorian calendar: month 1-12, day 1-31. */
typedef struct bt_date {
  int year, month, day;
} bt_date;

/* False for a day that does not exist, such as 2023-02-29. */
bool bt_date_is_valid(bt_date date);

/* 28 to 31, for a month from 1 to 12. */
int bt_date_days_in_month(int year, int month);

/* Days since 1970-01-01 of a valid date, and back. */
int64_t bt_date_to_days(bt_date date);
bt_date bt_date_from_days(int64_t days);

/* Days since 1970-01-01 of the UTC day that holds time_ns (floor, also before 1970). */
int64_t bt_time_days(int64_t time_ns);

/* 0 = Monday ... 6 = Sunday of the UTC day that holds time_ns. */
int bt_time_weekday(int64_t time_ns);

/* Whether times of that day are covered: one day short of either end of int64, so that a time of
 * day and a zone can be added to it. */
bool bt_time_has_day(int64_t days);

/* Midnight UTC of date plus a time of day in ns; false where int64 nanoseconds cannot hold it. */
bool bt_time_from_date(int64_t *out_ns, bt_date date, int64_t time_of_day_ns);

/* Reads YYYY-MM-DD, optionally followed by T or a blank and HH:MM[:SS[.fraction]], optional Z.
 * The whole text must match. `*has_time` (may be NULL) tells whether a time of day was there. */
bool bt_time_parse(int64_t *out_ns, bool *has_time, const char *text);

/* Writes 2024-03-28 at midnight when `daily`, else 2024-03-28T14:30:00, with a fraction
 * (.123 or longer) only where there is one. Returns buffer. */
char *bt_time_format(char buffer[BT_TIME_TEXT_SIZE], int64_t time_ns, bool daily);

/* The first index of n rising times, or days, at which stands `value` or more; n where none is. */
size_t bt_time_find(const int64_t *rising, size_t n, int64_t value);

#endif
