#include "tests/support/csv_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/paths.h"

static char *read_all(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0) abort();
  long size = ftell(file);
  if (size < 0 || fseek(file, 0, SEEK_SET) != 0) abort();
  char *text = calloc((size_t)size + 1, 1);
  if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) abort();
  (void)fclose(file);
  return text;
}

static size_t count(const char *text, const char *stop, char wanted)
{
  size_t n = 0;
  for (; text != stop && *text; text++) n += *text == wanted;
  return n;
}

/* Takes the quotes of the cell at `at` off, in place; what follows it is returned. A quote that is
 * never closed aborts. */
static char *unquote(char *at)
{
  char *to = at, *from = at + 1;
  while (*from && (from[0] != '"' || from[1] == '"')) {
    from += from[0] == '"';
    *to++ = *from++;
  }
  if (!*from++) abort();
  if (*from && !strchr(",\r\n", *from)) abort();
  memset(to, 0, (size_t)(from - to));
  return from;
}

/* Cuts the text into cells in place; every line must have as many as the header. */
static void cut(csv_table *table)
{
  size_t n = 0;
  char *p = table->text;
  while (*p) {
    table->cells[n++] = p;
    char *end = *p == '"' ? unquote(p) : p + strcspn(p, ",\r\n");
    bool line_ends = *end != ',';
    if (line_ends && n % table->n_columns != 0) abort();
    if (*end == '\r') *end++ = '\0';
    if (*end) *end++ = '\0';
    p = end;
  }
  table->n_rows = n / table->n_columns - 1;
}

bool csv_table_read(csv_table *out, const char *relative)
{
  char path[TEST_PATH_SIZE];
  *out = (csv_table){0};
  if (!test_reference_path(path, relative)) return false;
  out->text = read_all(path);
  out->n_columns = count(out->text, strchr(out->text, '\n'), ',') + 1;
  size_t n_lines = count(out->text, NULL, '\n') + 1;
  out->cells = calloc(n_lines * out->n_columns, sizeof *out->cells);
  if (!out->cells) abort();
  cut(out);
  return true;
}

void csv_table_free(csv_table *table)
{
  free(table->text);
  free(table->cells);
  *table = (csv_table){0};
}

const char *csv_text(const csv_table *table, size_t row, const char *column)
{
  for (size_t i = 0; i < table->n_columns; i++)
    if (strcmp(table->cells[i], column) == 0) return table->cells[(row + 1) * table->n_columns + i];
  (void)fprintf(stderr, "no column %s\n", column);
  abort();
}

double csv_number(const csv_table *table, size_t row, const char *column)
{
  const char *text = csv_text(table, row, column);
  return *text ? strtod(text, NULL) : (double)NAN;
}
