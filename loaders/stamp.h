/* stamp.h - one date field of a file, before the file as a whole has told how to read it.
 *
 * Most forms say what they mean. 03/04/2021 does not: it keeps its three numbers until the other
 * rows have shown which of them is the day (loaders/date_order.h). Nor do digits alone: 14 of them
 * may be a date and time or a count of microseconds (loaders/epoch.h).
 */
#ifndef BT_LOADERS_STAMP_H
#define BT_LOADERS_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bt_stamp_kind {
  BT_STAMP_DATE,         /* local_ns is complete */
  BT_STAMP_PARTS,        /* part[] hold the numbers, local_ns the time of day alone */
  BT_STAMP_EPOCH,        /* a count since 1970, UTC; in `unit`, unless the file has another one */
  BT_STAMP_SMALL_NUMBER, /* the same near 1970, if the file's other dates are counts too */
  BT_STAMP_NO_DATE       /* none after all, as the rest of the file shows */
} bt_stamp_kind;

/* Of counts since 1970; each is a thousandth of the one before. */
enum { BT_UNIT_SECOND, BT_UNIT_MILLISECOND, BT_UNIT_MICROSECOND, BT_UNIT_NANOSECOND, BT_N_UNITS };

#define BT_DATE_MARKS "-/. "
enum { BT_N_DATE_MARKS = 4 };

typedef struct bt_stamp {
  int64_t local_ns;  /* wall clock as written */
  int16_t zone_min;  /* minutes east of Greenwich: UTC = local_ns - zone_min minutes */
  uint8_t kind;      /* bt_stamp_kind */
  uint8_t unit;      /* EPOCH, SMALL_NUMBER: what the size of the count says */
  bool has_time;     /* a time of day was written */
  bool ends_day;     /* it was 24:00: local_ns is that of the next day */
  bool short_year;   /* PARTS: all three have at most two digits */
  uint8_t mark;      /* PARTS: index of what stands between them in BT_DATE_MARKS */
  uint8_t part[2];   /* PARTS: the first two numbers */
  int16_t last_part; /* PARTS: the third one: a year, or two digits of it */
  /* DATE: of how many digits, where they stand alone: 202101041430 may be a count as well */
  uint8_t n_compact;
} bt_stamp;

/* Reads a date with an optional time of day and zone; the whole text must match. text[length] must
 * be readable and neither a digit nor a letter. Forms: 2021-03-04, 2021/3/4, 2021.03.04,
 * 20210304[hhmm[ss]], 4/3/2021, 04.03.21, 4-Mar-21, 04MAR2021, Mar 4, 2021, counts of s, ms, us, ns
 * since 1970; then 14:30[:00[.000]], 143000, 2:30 PM; then Z, +05:30, -0500, GMT+0800, UTC. */
bool bt_stamp__parse(bt_stamp *out, const char *text, size_t length);

/* Turns a DATE with n_compact into the count since 1970 that its digits are as well. False, with
 * NO_DATE, where that lies outside the range of times. */
bool bt_stamp__take_as_count(bt_stamp *stamp);

/* Reads a time of day alone, as a column of its own has it: 14:30[:00], 1430, 143000. A zone
 * behind it goes to *zone_min, which is left alone otherwise. */
bool bt_stamp__parse_time(int64_t *out_ns, int16_t *zone_min, const char *text, size_t length);

/* Monday, or the same cut to three letters or more. */
bool bt_stamp__is_weekday(const char *word, size_t length);

#endif
