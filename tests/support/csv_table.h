/* csv_table.h - small CSV files as a table of text, for reference data. The header has no quotes.
 */
#ifndef BT_TESTS_CSV_TABLE_H
#define BT_TESTS_CSV_TABLE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct csv_table {
  char *text;
  const char **cells; /* (n_rows + 1) * n_columns; the header first */
  size_t n_rows, n_columns;
} csv_table;

/* Reads the file of reference data; false, with a line on stdout, where it is missing. A broken
 * file aborts. */
bool csv_table_read(csv_table *out, const char *relative);
void csv_table_free(csv_table *table);

/* A cell by the name of its column; an unknown column aborts. */
const char *csv_text(const csv_table *table, size_t row, const char *column);

/* As a number; NaN for an empty cell. */
double csv_number(const csv_table *table, size_t row, const char *column);

#endif
