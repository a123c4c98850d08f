/* date_order.h - which of the numbers of 03/04/2021 is the day, as the whole file shows it.
 *
 * A number above 12 in one row settles it for all rows. Where no row does, and some row would be
 * another date the other way round, the file is ambiguous: it is refused, not guessed at. Dates
 * with other marks between their numbers settle theirs alone: a spreadsheet that understood half of
 * a column leaves the other half as it was, with day and month the other way round.
 */
#ifndef BT_LOADERS_DATE_ORDER_H
#define BT_LOADERS_DATE_ORDER_H

#include <stddef.h>

#include "core/status.h"
#include "loaders/stamp.h"

typedef enum bt_date_order {
  BT_ORDER_MONTH_FIRST, /* 12/31/2021 */
  BT_ORDER_DAY_FIRST,   /* 31.12.2021 */
  BT_ORDER_YEAR_FIRST,  /* 99/12/31 */
  BT_ORDER_UNKNOWN,
  BT_N_ORDERS = BT_ORDER_UNKNOWN
} bt_date_order;

/* How rows would read with one order. */
typedef struct bt_date_reading {
  size_t n_valid, n_rising, n_falling; /* days that exist; steps from one to the next */
  int64_t last_ns;
} bt_date_reading;

/* Rows with a date in parts and one mark between them, counted by what they show; lines are those
 * of the first such row. */
typedef struct bt_date_group {
  size_t n_rows, n_short_year;
  size_t n_month_first, n_day_first, n_open; /* open: another date if swapped */
  size_t line_month_first, line_day_first, line_open;
  bt_stamp open; /* the first open one */
  /* of years with two digits */
  bt_date_reading readings[BT_N_ORDERS];
  size_t line_short;
  bt_stamp first_short, before;
  /* how often the first and the last number differ from the row before: the day changes most */
  size_t changes_first, changes_last;
} bt_date_group;

typedef struct bt_date_votes {
  size_t n_rows;
  bt_date_group by_mark[BT_N_DATE_MARKS];
} bt_date_votes;

/* Counts one BT_STAMP_PARTS stamp. */
void bt_date_order__vote(bt_date_votes *votes, const bt_stamp *stamp, size_t line);

/* The column of the dates, for messages. */
typedef struct bt_place {
  const char *path;
  size_t field; /* 1-based */
} bt_place;

/* The order for all rows, by their mark; up to `max_bad` of them may speak against it. A mark whose
 * order is not clear refuses the file, unless its rows are at most that share of the n_file_rows:
 * then its order is UNKNOWN, and they are bad dates. Errors: DATA. */
bt_status bt_date_order__decide(bt_date_order out[BT_N_DATE_MARKS], const bt_date_votes *votes,
                                size_t n_file_rows, double max_bad, bt_place place, bt_error *err);

/* The local time of a BT_STAMP_PARTS stamp; false where that day does not exist
 * or the order is UNKNOWN. */
bool bt_date_order__resolve(int64_t *out_ns, const bt_stamp *stamp, bt_date_order order);

#endif
