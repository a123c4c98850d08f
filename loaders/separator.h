/* separator.h - what stands between fields, and which decimal mark numbers have. */
#ifndef BT_LOADERS_SEPARATOR_H
#define BT_LOADERS_SEPARATOR_H

#include <stddef.h>

#include "loaders/cells.h"

/* One of , ; tab |: the one that splits the first lines most evenly. */
char bt_separator__find(const char *text);

/* '.' or ',', from the cells of rows first .. n_rows-1. */
char bt_separator__decimal_mark(const bt_cells *cells, size_t first, char separator);

/* The start of the line after the one at `at`, or of the text's end. */
const char *bt_separator__next_line(const char *at);

#endif
