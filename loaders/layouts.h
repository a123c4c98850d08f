/* layouts.h - the table of layout_list.def, and whether a row of a file fits a layout. */
#ifndef BT_LOADERS_LAYOUTS_H
#define BT_LOADERS_LAYOUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "loaders/cells.h"
#include "loaders/columns.h"
#include "loaders/date_order.h"

typedef enum bt_layout_kind {
  BT_LAYOUT_HEADER,
  BT_LAYOUT_SHAPE,
  BT_LAYOUT_NAMES,
  BT_LAYOUT_FORCED
} bt_layout_kind;

typedef struct bt_layout {
  const char *name, *summary;
  bt_layout_kind kind;
  bt_date_order order; /* of day and month, where it is fixed */
  const char *columns;
} bt_layout;

/* NULL past the last one; NULL for an unknown name and for "auto". */
const bt_layout *bt_layouts__at(size_t index);
const bt_layout *bt_layouts__find(const char *name);

/* Whether a row is the header of a HEADER layout; then *out has its columns. */
bool bt_layouts__match_header(bt_columns *out, const bt_layout *layout, const bt_cells *cells,
                              size_t row);

/* Whether a row is data of a SHAPE layout. `mark` is the decimal mark of the file. */
bool bt_layouts__match_shape(bt_columns *out, const bt_layout *layout, const bt_cells *cells,
                             size_t row, char mark);

#endif
