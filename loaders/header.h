/* header.h - which field of a row holds what, once the line of the header is known.
 *
 * Names find the prices. What they do not say alone is settled by the rows below, in the same way
 * for every header: which column has the date, whether another one has the time of day, and whether
 * the columns stand where their names do.
 */
#ifndef BT_LOADERS_HEADER_H
#define BT_LOADERS_HEADER_H

#include "core/status.h"
#include "loaders/cells.h"
#include "loaders/columns.h"

typedef struct bt_header {
  const char *path; /* for messages */
  const bt_cells *cells;
  size_t row;        /* of the names */
  size_t first_data; /* the row after the header; found by settling */
} bt_header;

/* Completes the columns that were found by name. Errors: DATA (no rows, no date, rows of another
 * length; names the line). */
bt_status bt_header__settle(bt_columns *columns, bt_header *header, bt_error *err);

/* Fails with what is missing among the names of a row, or there several times. */
bt_status bt_header__fail(const bt_header *header, bt_columns_found found, bt_role role,
                          bt_error *err);

/* Cells of a row up to the last one that is not empty. */
size_t bt_header__count_names(const bt_cells *cells, size_t row);

#endif
