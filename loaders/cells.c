#include "loaders/cells.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* libcsv cannot be stopped from a callback: text is fed in pieces of this many bytes. */
enum { PIECE = 512 };

static bool add_start(bt_cells *cells, size_t start)
{
  if (cells->n_cells == cells->capacity) {
    size_t capacity = cells->capacity ? cells->capacity * 2 : 256;
    if (capacity > SIZE_MAX / sizeof *cells->start) return false;
    size_t *grown = realloc(cells->start, capacity * sizeof *grown);
    if (!grown) return false;
    cells->start = grown;
    cells->capacity = capacity;
  }
  cells->start[cells->n_cells++] = start;
  return true;
}

static void on_field(void *field, size_t length, void *context)
{
  bt_cells *cells = context;
  if (cells->no_memory || cells->n_rows == cells->rows_wanted) return;
  if (!add_start(cells, cells->text.length) || !bt_buffer__append(&cells->text, field, length) ||
      !bt_buffer__append(&cells->text, "", 1))
    cells->no_memory = true;
  const char *at = field, *end = at + length;
  while ((at = memchr(at, '\n', (size_t)(end - at)))) at++, cells->line++;
}

static bool is_wanted(const bt_cells *cells)
{
  size_t first = cells->row_first[cells->n_rows], start = cells->start[first];
  if (cells->which == BT_CELLS_ALL) return true;
  bool all_empty = cells->text.length - start == cells->n_cells - first;
  bool comment = cells->text.bytes[start] == '#';
  if (comment && cells->which == BT_CELLS_COMMENT_FIRST && cells->n_rows == 0) return true;
  return !all_empty && !comment;
}

static void finish_row(bt_cells *cells)
{
  size_t first = cells->row_first[cells->n_rows];
  if (is_wanted(cells)) {
    cells->row_line[cells->n_rows++] = cells->row_begins;
    cells->row_first[cells->n_rows] = cells->n_cells;
  } else {
    cells->text.length = cells->start[first];
    cells->n_cells = first;
  }
}

/* Called for every CR and LF outside quotes, and with -1 at the end of a last line without one. */
static void on_line_end(int character, void *context)
{
  bt_cells *cells = context;
  if (cells->no_memory || cells->n_rows == cells->rows_wanted) return;
  if (cells->n_cells > cells->row_first[cells->n_rows]) finish_row(cells);
  if (character == '\n') cells->line++;
  cells->row_begins = cells->line;
}

bool bt_cells__read(bt_cells *cells, struct csv_parser *parser, const char *text, size_t length,
                    size_t n_rows, size_t line)
{
  cells->text.length = 0;
  cells->n_cells = cells->n_rows = 0;
  cells->row_first[0] = 0;
  cells->rows_wanted = n_rows;
  cells->line = cells->row_begins = line;
  cells->no_memory = false;
  for (size_t at = 0; at < length && cells->n_rows < n_rows && !cells->no_memory; at += PIECE) {
    size_t piece = length - at < PIECE ? length - at : PIECE;
    if (csv_parse(parser, text + at, piece, on_field, on_line_end, cells) != piece)
      cells->no_memory = true;
  }
  if (csv_fini(parser, on_field, on_line_end, cells) != 0) cells->no_memory = true;
  return !cells->no_memory;
}

const char *bt_cells__at(const bt_cells *cells, size_t row, size_t column)
{
  if (column >= bt_cells__count(cells, row)) return "";
  return cells->text.bytes + cells->start[cells->row_first[row] + column];
}

size_t bt_cells__count(const bt_cells *cells, size_t row)
{
  return row < cells->n_rows ? cells->row_first[row + 1] - cells->row_first[row] : 0;
}

void bt_cells__clear(bt_cells *cells)
{
  bt_buffer__clear(&cells->text);
  free(cells->start);
  *cells = (bt_cells){0};
}
