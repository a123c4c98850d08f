/* columns.h - which field of a row holds what, from the names in a header.
 *
 * Names are compared as keys: small letters and digits alone, accents dropped, so that "Adj.
 * Close", "adjClose" and "<ADJCLOSE>" are all adjclose.
 */
#ifndef BT_LOADERS_COLUMNS_H
#define BT_LOADERS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "loaders/cells.h"

typedef enum bt_role {
  BT_ROLE_OPEN, /* the four prices come first */
  BT_ROLE_HIGH,
  BT_ROLE_LOW,
  BT_ROLE_CLOSE,
  BT_ROLE_ADJUSTED,
  BT_ROLE_VOLUME,
  BT_ROLE_DATE,
  BT_ROLE_TIME,   /* a time of day beside the date */
  BT_ROLE_SYMBOL, /* the same in all rows: one file, one ticker */
  BT_ROLE_NONE,
  BT_ROLE_COUNT = BT_ROLE_NONE
} bt_role;

#define BT_NO_COLUMN ((size_t)-1)

typedef struct bt_columns {
  size_t at[BT_ROLE_COUNT]; /* 0-based field, or BT_NO_COLUMN */
  bool joined_times;        /* the times of day are digits alone: 930, 093000 */
} bt_columns;

enum {
  BT_FIELDS_MOST = 1024, /* fields that are needed lie among the first so many */
  BT_KEY_SIZE = 48
};

/* Names of a row that are looked at: its fields, at most BT_FIELDS_MOST. */
size_t bt_columns__count(const bt_cells *cells, size_t row);

/* The key of a header name; longer names are cut. Returns key. */
char *bt_columns__key(char key[BT_KEY_SIZE], const char *name);

const char *bt_columns__role_name(bt_role role); /* "open" */
void bt_columns__reset(bt_columns *columns);     /* no column at all */

typedef enum bt_columns_found {
  BT_COLUMNS_NONE,   /* not a header, as far as one can see */
  BT_COLUMNS_SOME,   /* a header, but *missing is not among its names */
  BT_COLUMNS_TWICE,  /* a header with several candidates for *missing: one file, one ticker */
  BT_COLUMNS_PRICES, /* all but a date */
  BT_COLUMNS_ALL
} bt_columns_found;

/* Finds columns by the usual names, in several languages; also names that all carry the same
 * addition: AAPL.Open, AAPL.High, ... or Open Price, High Price, ... */
bt_columns_found bt_columns__find(bt_columns *out, bt_role *missing, const bt_cells *cells,
                                  size_t row);

/* Whether the four prices are there once more with a number behind their names, as pandas writes
 * what has the same name: Open, High, Low, Close, Open.1, High.1, Low.1, Close.1. */
bool bt_columns__have_copy(const bt_columns *columns, const bt_cells *cells, size_t row);

/* Names by what they may stand for. */
typedef enum bt_name_kind {
  BT_NAME_DATE, /* of any date, such as Timestamp; those that promise a time of day come first */
  BT_NAME_DAY,  /* of whole days: Date, Trading Day, ... */
  BT_NAME_TIME, /* of a time of day */
  BT_NAME_SYMBOL
} bt_name_kind;

/* The column of the n-th best name of a kind in this row, BT_NO_COLUMN when there are fewer.
 * Columns of prices and volumes are none. */
size_t bt_columns__candidate(const bt_columns *columns, const bt_cells *cells, size_t row,
                             bt_name_kind kind, size_t n);

#endif
