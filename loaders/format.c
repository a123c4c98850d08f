#include "loaders/format.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "loaders/decimal.h"
#include "loaders/excerpt.h"
#include "loaders/separator.h"
#include "loaders/stamp.h"

enum {
  ROWS_AT_FIRST = 8,  /* of a plain file */
  PREAMBLE_MOST = 20, /* rows of text before a header */
  NAMES_SIZE = 160    /* of the names of a header in a message */
};

/* A search through the first rows. */
typedef struct search {
  const bt_format_input *input;
  const bt_cells *cells;
  const bt_layout *wanted; /* NULL: any */
  bt_format *format;
  size_t row;        /* of the header, or the first data row of a file without one */
  size_t first_data; /* row */
  /* the first row that is a header with something missing; n_rows where there is none */
  size_t broken_row;
  bt_columns_found broken;
  bt_role broken_role;
} search;

static bool is_dated(const bt_cells *cells, size_t row, size_t column)
{
  bt_stamp stamp;
  const char *text = bt_cells__at(cells, row, column);
  return bt_stamp__parse(&stamp, text, strlen(text)) && stamp.kind != BT_STAMP_SMALL_NUMBER;
}

/* Whether most of the rows at hand have a date in this column. */
static bool is_date_column(const search *s, size_t column)
{
  size_t n_dated = 0, n_rows = 0;
  for (size_t row = s->first_data; row < s->cells->n_rows; row++, n_rows++)
    n_dated += is_dated(s->cells, row, column);
  return n_rows > 0 && 2 * n_dated > n_rows;
}

static size_t count_names(const bt_cells *cells, size_t row)
{
  size_t n = bt_cells__count(cells, row);
  while (n > 0 && *bt_cells__at(cells, row, n - 1) == '\0') n--;
  return n;
}

/* ---- which columns: details of a header ------------------------------------------------------ */

static bool is_mapped(const bt_columns *columns, size_t column)
{
  for (size_t role = 0; role < BT_ROLE_COUNT; role++)
    if (columns->at[role] == column) return true;
  return false;
}

/* The date by its name; else the first column without a role that holds dates: an index without a
 * name, or a name in another language. */
static void choose_date(search *s)
{
  bt_columns *columns = &s->format->columns;
  for (size_t n = 0;; n++) {
    size_t column = bt_columns__date_candidate(s->cells, s->row, n);
    if (column == BT_NO_COLUMN) break;
    if (!is_date_column(s, column)) continue;
    columns->at[BT_ROLE_DATE] = column;
    return;
  }
  for (size_t c = 0; c < bt_cells__count(s->cells, s->row); c++) {
    if (is_mapped(columns, c) || !is_date_column(s, c)) continue;
    columns->at[BT_ROLE_DATE] = c;
    return;
  }
}

/* A time column counts where it holds times of day; one that holds whole dates with a time is the
 * date, if the date column has none. */
static void choose_time(search *s)
{
  bt_columns *columns = &s->format->columns;
  size_t date = columns->at[BT_ROLE_DATE], time = columns->at[BT_ROLE_TIME];
  if (time == BT_NO_COLUMN) return;
  columns->at[BT_ROLE_TIME] = BT_NO_COLUMN;
  if (time == date || s->first_data >= s->cells->n_rows) return;
  const char *text = bt_cells__at(s->cells, s->first_data, time);
  int64_t time_ns;
  int16_t zone_min;
  bt_stamp in_time, in_date;
  if (bt_stamp__parse_time(&time_ns, &zone_min, text, strlen(text))) {
    columns->at[BT_ROLE_TIME] = time;
    return;
  }
  const char *date_text = bt_cells__at(s->cells, s->first_data, date);
  if (bt_stamp__parse(&in_time, text, strlen(text)) && in_time.has_time &&
      in_time.kind != BT_STAMP_SMALL_NUMBER &&
      !(bt_stamp__parse(&in_date, date_text, strlen(date_text)) && in_date.has_time))
    columns->at[BT_ROLE_DATE] = time;
}

/* The second and third line of a yfinance header: Ticker,AAPL,AAPL,... and Date,,,,... */
static bool is_header_tail(const bt_cells *cells, size_t row)
{
  char key[BT_KEY_SIZE];
  bt_columns__key(key, bt_cells__at(cells, row, 0));
  if (strcmp(key, "ticker") == 0 || strcmp(key, "tickers") == 0 || strcmp(key, "symbol") == 0 ||
      strcmp(key, "symbols") == 0)
    return !is_dated(cells, row, 1);
  return (strcmp(key, "date") == 0 || strcmp(key, "datetime") == 0) && count_names(cells, row) == 1;
}

/* Rows that most often have more fields than the header has names are out of step with it. */
static size_t count_longer_rows(const search *s, size_t n_names, size_t *n_rows, size_t *n_fields)
{
  size_t n_longer = 0;
  *n_rows = 0;
  for (size_t row = s->first_data; row < s->cells->n_rows; row++, ++*n_rows) {
    size_t n = count_names(s->cells, row);
    if (n <= n_names) continue;
    n_longer++;
    *n_fields = n;
  }
  return n_longer;
}

/* R and others write row names in front and no name above them: then all columns move by one. */
static bool shift_columns(search *s, size_t n_names, size_t n_fields)
{
  bt_columns *columns = &s->format->columns;
  if (columns->at[BT_ROLE_DATE] != BT_NO_COLUMN || n_fields != n_names + 1) return false;
  if (!is_date_column(s, 0)) return false;
  for (size_t role = 0; role < BT_ROLE_COUNT; role++)
    if (columns->at[role] != BT_NO_COLUMN) columns->at[role]++;
  columns->at[BT_ROLE_DATE] = 0;
  return true;
}

static bt_status fail_columns(const search *s, size_t row, bt_columns_found found, bt_role role,
                              bt_error *err)
{
  char names[NAMES_SIZE] = "", cell[BT_EXCERPT_SIZE];
  const char *what = found == BT_COLUMNS_TWICE ? "several columns could be" : "no column for";
  size_t used = 0;
  for (size_t c = 0; c < count_names(s->cells, row) && used < sizeof names - BT_EXCERPT_SIZE; c++)
    used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", c > 0 ? ", " : "",
                             bt_excerpt__copy(cell, bt_cells__at(s->cells, row, c)));
  return bt_fail(err, BT_ERR_DATA, "%s:%zu: %s %s among %s", s->input->path,
                 s->cells->row_line[row], what, bt_columns__role_name(role), names);
}

/* Settles what the names alone do not say, once the header is found. */
static bt_status finish_header(search *s, bt_error *err)
{
  bt_format *format = s->format;
  s->first_data = s->row + 1;
  while (s->first_data < s->cells->n_rows && s->first_data <= s->row + 2 &&
         is_header_tail(s->cells, s->first_data))
    s->first_data++;
  if (s->first_data >= s->cells->n_rows)
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: header only: no rows follow", s->input->path,
                   s->cells->row_line[s->row]);

  if (format->layout->kind == BT_LAYOUT_NAMES) {
    size_t by_name = format->columns.at[BT_ROLE_DATE];
    choose_date(s);
    if (by_name != BT_NO_COLUMN && format->columns.at[BT_ROLE_DATE] == BT_NO_COLUMN)
      format->columns.at[BT_ROLE_DATE] = by_name;
    choose_time(s);
  }
  size_t n_names = count_names(s->cells, s->row), n_rows, n_fields = 0;
  size_t n_longer = count_longer_rows(s, n_names, &n_rows, &n_fields);
  if (2 * n_longer > n_rows && !shift_columns(s, n_names, n_fields))
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: rows have %zu fields, the header names %zu",
                   s->input->path, s->cells->row_line[s->first_data], n_fields, n_names);
  if (format->columns.at[BT_ROLE_DATE] == BT_NO_COLUMN)
    return fail_columns(s, s->row, BT_COLUMNS_SOME, BT_ROLE_DATE, err);
  return BT_OK;
}

/* ---- which layout -----------------------------------------------------------------------------
 */

static bool may_be(const search *s, const bt_layout *layout, bt_layout_kind kind)
{
  return layout->kind == kind && (!s->wanted || s->wanted == layout);
}

static bool match_names(search *s, size_t row, const bt_layout *layout)
{
  bt_role role = BT_ROLE_NONE;
  bt_columns_found found = bt_columns__find(&s->format->columns, &role, s->cells, row);
  if (found == BT_COLUMNS_ALL || found == BT_COLUMNS_PRICES) {
    s->format->layout = layout;
    return true;
  }
  if (found != BT_COLUMNS_NONE && s->broken_row == s->cells->n_rows) {
    s->broken_row = row;
    s->broken = found;
    s->broken_role = role;
  }
  return false;
}

static bool match_as_header(search *s, size_t row)
{
  const bt_layout *layout;
  for (size_t i = 0; (layout = bt_layouts__at(i)); i++) {
    if (may_be(s, layout, BT_LAYOUT_NAMES) && match_names(s, row, layout)) return true;
    if (!may_be(s, layout, BT_LAYOUT_HEADER)) continue;
    if (!bt_layouts__match_header(&s->format->columns, layout, s->cells, row)) continue;
    s->format->layout = layout;
    return true;
  }
  return false;
}

/* Whether the rows from `row` on have open and close within high and low, nearly all of them: the
 * only sign that unnamed columns are in the usual order. */
static bool prices_make_sense(const search *s, size_t row)
{
  size_t n_rows = 0, n_good = 0;
  for (; row < s->cells->n_rows; row++) {
    double p[4];
    bool read = true;
    for (size_t role = 0; role < 4; role++) {
      const char *text = bt_cells__at(s->cells, row, s->format->columns.at[role]);
      read =
          read && bt_decimal__parse(&p[role], text, strlen(text), s->format->mark) == BT_DECIMAL_OK;
    }
    if (!read) continue;
    double high = p[1] * 1.0001, low = p[2] * 0.9999;
    n_rows++;
    n_good += p[0] <= high && p[0] >= low && p[3] <= high && p[3] >= low && p[2] <= p[1];
  }
  return n_rows > 0 && 10 * n_good >= 9 * n_rows;
}

static bool match_as_data(search *s, size_t row)
{
  const bt_layout *layout;
  for (size_t i = 0; (layout = bt_layouts__at(i)); i++) {
    if (!may_be(s, layout, BT_LAYOUT_SHAPE)) continue;
    if (!bt_layouts__match_shape(&s->format->columns, layout, s->cells, row, s->format->mark))
      continue;
    if (!prices_make_sense(s, row)) continue;
    s->format->layout = layout;
    return true;
  }
  return false;
}

static bool is_comment(const bt_cells *cells, size_t row)
{
  return *bt_cells__at(cells, row, 0) == '#';
}

static bt_status fail_unknown(const search *s, bt_error *err)
{
  size_t row = 0;
  while (row + 1 < s->cells->n_rows && is_comment(s->cells, row)) row++;
  if (s->broken_row < s->cells->n_rows && (!s->wanted || s->wanted->kind == BT_LAYOUT_NAMES))
    return fail_columns(s, s->broken_row, s->broken, s->broken_role, err);
  char cell[BT_EXCERPT_SIZE];
  bt_excerpt__copy(cell, bt_cells__at(s->cells, row, 0));
  size_t line = s->cells->n_rows > 0 ? s->cells->row_line[row] : 1;
  if (s->wanted)
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: not of layout %s: the row begins with '%s'",
                   s->input->path, line, s->wanted->name, cell);
  return bt_fail(err, BT_ERR_DATA, "%s:%zu: no known layout: the row begins with '%s'",
                 s->input->path, line, cell);
}

/* The first row that is a header; or the first row with several fields, if that is data. */
static bt_status find_layout(search *s, bt_error *err)
{
  bool preamble = true; /* so far only lines of text */
  for (size_t row = 0; row < s->cells->n_rows && row < PREAMBLE_MOST; row++) {
    if (is_comment(s->cells, row)) continue;
    s->row = row;
    if (match_as_header(s, row)) return finish_header(s, err);
    if (preamble && s->broken_row == s->cells->n_rows && match_as_data(s, row)) {
      s->first_data = row;
      s->format->header_at = BT_NO_COLUMN;
      return BT_OK;
    }
    preamble = preamble && count_names(s->cells, row) <= 1;
  }
  return fail_unknown(s, err);
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static size_t offset_of_line(const char *text, size_t line)
{
  const char *at = text;
  for (; line > 1; line--) at = bt_separator__next_line(at);
  return (size_t)(at - text);
}

static bt_status detect_from(bt_format *out, const bt_format_input *input, size_t n_rows,
                             bt_error *err)
{
  if (!bt_cells__read(input->cells, input->parser, input->text, input->length, n_rows, 1))
    return bt_fail_nomem(err, "head of a file");
  search s = {.input = input, .cells = input->cells, .format = out};
  s.broken_row = input->cells->n_rows;
  const bt_layout *named = bt_layouts__find(input->layout);
  bool forced = named && named->kind == BT_LAYOUT_FORCED;
  s.wanted = forced ? NULL : named;
  out->header_at = 0;
  out->mark = bt_separator__decimal_mark(input->cells, 0, out->separator);
  bt_status status = find_layout(&s, err);
  if (status != BT_OK) return status;
  out->order = out->layout->order;
  if (forced) {
    out->layout = named;
    out->order = named->order;
  }
  if (out->header_at != BT_NO_COLUMN)
    out->header_at = offset_of_line(input->text, input->cells->row_line[s.row]);
  out->data_line = input->cells->row_line[s.first_data];
  out->data_at = offset_of_line(input->text, out->data_line);
  return BT_OK;
}

bt_status bt_format__detect(bt_format *out, const bt_format_input *input, bt_error *err)
{
  bt_format format = {.separator = bt_separator__find(input->text)};
  csv_set_delim(input->parser, (unsigned char)format.separator);
  /* without quotes a comma between fields leaves none for numbers: few rows tell enough */
  bt_status status = BT_ERR_DATA;
  if (format.separator == ',' && !memchr(input->text, '"', input->length))
    status = detect_from(&format, input, ROWS_AT_FIRST, err);
  if (status == BT_ERR_DATA) status = detect_from(&format, input, BT_CELLS_ROWS_MOST, err);
  if (status == BT_OK) *out = format;
  return status;
}

const char *bt_format__field_name(const bt_format *format, const bt_format_input *input,
                                  size_t column)
{
  if (format->header_at == BT_NO_COLUMN) return "";
  const char *header = input->text + format->header_at;
  if (!bt_cells__read(input->cells, input->parser, header, input->length - format->header_at, 1, 1))
    return "";
  return bt_cells__at(input->cells, 0, column);
}
