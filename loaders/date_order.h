/* date_order.h - which of the numbers of 03/04/2021 is the day, as the whole file shows it.
 *
 * A number above 12 in one row settles it for all rows. Where no row does, and some row would be
 * another date the other way round, the file is ambiguous: it is refused, not guessed at.
 */
#ifndef BT_LOADERS_DATE_ORDER_H
#define BT_LOADERS_DATE_ORDER_H

#include <stddef.h>

#include "core/status.h"
#include "loaders/stamp.h"

typedef enum bt_date_order {
  BT_ORDER_UNKNOWN,
  BT_ORDER_MONTH_FIRST, /* 12/31/2021 */
  BT_ORDER_DAY_FIRST,   /* 31.12.2021 */
  BT_ORDER_YEAR_FIRST   /* 99/12/31 */
} bt_date_order;

/* Rows with a date in parts, counted by what they show; lines are those of the first such row. */
typedef struct bt_date_votes {
  size_t n_rows, n_short_year;
  size_t n_month_first, n_day_first, n_year_first, n_open; /* open: another date if swapped */
  size_t line_month_first, line_day_first, line_open;
  bt_stamp open; /* the first open one */
  /* how often the first and the last number differ from the row before: with years of two digits
   * the day changes most often */
  size_t changes_first, changes_last;
  bt_stamp before;
} bt_date_votes;

/* Counts one BT_STAMP_PARTS stamp. */
void bt_date_order__vote(bt_date_votes *votes, const bt_stamp *stamp, size_t line);

/* The order for all rows; up to `max_bad` of them may speak against it. `field` (1-based) is for
 * the message. Errors: DATA. */
bt_status bt_date_order__decide(bt_date_order *out, const bt_date_votes *votes, double max_bad,
                                const char *path, size_t field, bt_error *err);

/* The local time of a BT_STAMP_PARTS stamp; false where that day does not exist. */
bool bt_date_order__resolve(int64_t *out_ns, const bt_stamp *stamp, bt_date_order order);

#endif
