/* rows.h - all rows of a file into numbers, with the unusable ones set aside.
 *
 * Fields are parsed as they are met, straight into the row: nothing is allocated for a row. libcsv
 * splits files that have quotes; those without are split in place.
 */
#ifndef BT_LOADERS_ROWS_H
#define BT_LOADERS_ROWS_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "loaders/account.h"
#include "loaders/columns.h"
#include "loaders/date_order.h"
#include "loaders/format.h"
#include "loaders/stamp.h"
#include "loaders/symbols.h"

enum { BT_N_PRICES = 5 }; /* open, high, low, close, adjusted close: the first roles */

typedef struct bt_row {
  double price[BT_N_PRICES]; /* by role; the adjusted close is NaN where it is unusable */
  double volume;             /* NaN where it is unusable */
  bt_stamp stamp;
  uint32_t line;
  uint8_t symbol; /* its number in bt_rows.symbols; 0 where the file names none */
} bt_row;

/* The rows of one file that are good by themselves, in file order; reused from file to file. */
typedef struct bt_rows {
  bt_row *rows;
  size_t n_rows, capacity;
  size_t n_seen;       /* rows of the file, good or not */
  size_t n_epoch;      /* good rows with a count since 1970 */
  size_t n_small;      /* good rows with a small number as date */
  size_t n_ends_day;   /* good rows with 24:00 as their time */
  bool all_midnight;   /* no good row has a time of day other than 00:00 */
  bt_date_votes votes; /* of all rows with a date in parts */
  bt_symbols symbols;  /* of all rows, good or not */
  bt_account account;
} bt_rows;

/* Reads the data rows of a file in the format found. Errors: DATA (a quote that is never closed),
 * NOMEM. */
bt_status bt_rows__read(bt_rows *out, const bt_format *format, const bt_format_input *input,
                        bt_error *err);
void bt_rows__clear(bt_rows *rows);

/* Slack of the rule on 0.01%, for the rounding of the comparison itself. */
#define BT_OUTSIDE_SHARE (1e-4 * (1 + 1e-9))

/* What is wrong with the prices of a row, BT_ROW_ISSUE_COUNT where nothing is. */
static inline bt_row_issue bt_rows__check_prices(const double price[BT_N_PRICES])
{
  double open = price[BT_ROLE_OPEN], high = price[BT_ROLE_HIGH], low = price[BT_ROLE_LOW],
         close = price[BT_ROLE_CLOSE];
  if (low > 0 && low <= open && low <= close && open <= high && close <= high)
    return BT_ROW_ISSUE_COUNT; /* as nearly all rows are */
  if (!(open > 0 && high > 0 && low > 0 && close > 0)) return BT_ROW_NOT_POSITIVE;
  if (high < low) return BT_ROW_HIGH_BELOW_LOW;
  double above = (open > close ? open : close) - high, below = low - (open < close ? open : close);
  if (above > high * BT_OUTSIDE_SHARE || below > low * BT_OUTSIDE_SHARE) return BT_ROW_OUTSIDE;
  return BT_ROW_ISSUE_COUNT;
}

#endif
