/* separator.h - what stands between fields, and which decimal mark numbers have. */
#ifndef BT_LOADERS_SEPARATOR_H
#define BT_LOADERS_SEPARATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "loaders/cells.h"

enum { BT_N_SEPARATORS = 4 };

/* Those of , ; tab | that stand in the first lines, the one that splits them most evenly first:
 * with commas in numbers that need not be the right one. Returns how many, at least one. */
size_t bt_separator__rank(char ranked[BT_N_SEPARATORS], const char *text);

/* The first of them. */
char bt_separator__find(const char *text);

/* '.' or ',', from the cells of rows first .. n_rows-1. *shown: whether they show it; else it is
 * the more likely one (loaders/marks.h looks further). */
char bt_separator__decimal_mark(bool *shown, const bt_cells *cells, size_t first, char separator);

/* The start of the line after the one at `at`, or of the text's end. */
const char *bt_separator__next_line(const char *at);

#endif
