/* feature_csv.h - a feature matrix as CSV text. */
#ifndef BT_RUNNERS_FEATURE_CSV_H
#define BT_RUNNERS_FEATURE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/feature_list.h"
#include "core/status.h"
#include "loaders/buffer.h"

/* The line of names: date and the columns; of a panel ticker, date and the columns. Errors: NOMEM.
 */
bt_status bt_feature_csv_head(bt_buffer *out, const bt_feature_list *list, bool is_panel,
                              bt_error *err);

/* A matrix of n_rows x n_columns with what belongs to its rows. */
typedef struct bt_feature_table {
  const double *values;
  const int64_t *time_ns; /* one a row */
  size_t n_rows, n_columns;
  bool daily;         /* times are dates */
  const char *symbol; /* stands first in every row of a panel; else NULL */
} bt_feature_table;

/* Appends its rows: numbers so that they read back to the same bits, nothing for NaN. Errors:
 * NOMEM. */
bt_status bt_feature_csv_rows(bt_buffer *out, const bt_feature_table *table, bt_error *err);

#endif
