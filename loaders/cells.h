/* cells.h - a few rows of a file as separate texts: for its head, and for messages about a row. */
#ifndef BT_LOADERS_CELLS_H
#define BT_LOADERS_CELLS_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>

#include "loaders/buffer.h"

enum { BT_CELLS_ROWS_MOST = 32 };

/* Which rows are read. */
typedef enum bt_cells_rows {
  BT_CELLS_ALL,          /* all but blank lines */
  BT_CELLS_BARE,         /* nor comments, which begin with #, nor rows of separators alone */
  BT_CELLS_COMMENT_FIRST /* the same, but the first row may be a comment */
} bt_cells_rows;

/* Rows and cells as libcsv sees them. Reused from file to file. */
typedef struct bt_cells {
  bt_cells_rows which; /* set by the caller before reading */
  bt_buffer text;      /* the cells, each NUL-terminated */
  size_t *start;       /* n_cells offsets into text */
  size_t n_cells, capacity;
  size_t n_rows, rows_wanted;
  size_t row_first[BT_CELLS_ROWS_MOST + 1]; /* index of a row's first cell; one more at the end */
  size_t row_line[BT_CELLS_ROWS_MOST];      /* line of the file on which the row begins */
  size_t line, row_begins;                  /* while reading */
  bool no_memory;
} bt_cells;

/* Reads up to n_rows <= BT_CELLS_ROWS_MOST rows from text; its first line counts as `line`. False
 * without memory. */
bool bt_cells__read(bt_cells *cells, struct csv_parser *parser, const char *text, size_t length,
                    size_t n_rows, size_t line);

/* "" where the row is shorter. */
const char *bt_cells__at(const bt_cells *cells, size_t row, size_t column);
size_t bt_cells__count(const bt_cells *cells, size_t row);
void bt_cells__clear(bt_cells *cells);

#endif
