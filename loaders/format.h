/* format.h - how one file is to be read, found from its first rows. */
#ifndef BT_LOADERS_FORMAT_H
#define BT_LOADERS_FORMAT_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"
#include "loaders/cells.h"
#include "loaders/columns.h"
#include "loaders/date_order.h"
#include "loaders/layouts.h"

typedef struct bt_format {
  const bt_layout *layout;
  char separator;
  char mark;       /* of decimals: . or , */
  bool mark_shown; /* the first rows show it; else it is what all rows make likely */
  bt_columns columns;
  bt_date_order order;       /* where the layout or the user says so, else UNKNOWN */
  size_t header_at;          /* offset of the header's line; BT_NO_COLUMN where there is none */
  size_t data_at, data_line; /* offset and line of the first data row */
} bt_format;

/* What detection works on. */
typedef struct bt_format_input {
  const char *path;   /* for messages */
  const char *layout; /* a known name, or "auto" */
  const char *text;
  size_t length;
  struct csv_parser *parser; /* its separator is set to the one found */
  bt_cells *cells;           /* working memory */
} bt_format_input;

/* Finds separator, layout, columns and decimal mark. Errors: DATA (no known layout, a column is
 * missing, header only, ...; names the line), NOMEM. */
bt_status bt_format__detect(bt_format *out, const bt_format_input *input, bt_error *err);

/* The name of a field in the header, "" where there is none; reads the header again into cells. */
const char *bt_format__field_name(const bt_format *format, const bt_format_input *input,
                                  size_t column);

#endif
