#include "loaders/format.h"

#include <string.h>

#include "loaders/comments.h"
#include "loaders/decimal.h"
#include "loaders/excerpt.h"
#include "loaders/header.h"
#include "loaders/marks.h"
#include "loaders/separator.h"

enum {
  ROWS_AT_FIRST = 8, /* of a file with commas between its fields */
  PREAMBLE_MOST = 20 /* rows of text before a header */
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

static bt_status fail_unknown(const search *s, bt_error *err)
{
  if (s->broken_row < s->cells->n_rows && (!s->wanted || s->wanted->kind == BT_LAYOUT_NAMES))
    return bt_header__fail(&(bt_header){s->input->path, s->cells, s->broken_row, 0}, s->broken,
                           s->broken_role, err);
  if (s->cells->n_rows == 0) {
    size_t lines[BT_COMMENTS_MOST];
    bool comments = bt_comments__find(lines, s->input->text, 0) > 0;
    return bt_fail(err, BT_ERR_DATA, "%s:1: no rows but %s", s->input->path,
                   comments ? "comments" : "empty ones");
  }
  char cell[BT_EXCERPT_SIZE];
  bt_excerpt__copy(cell, bt_cells__at(s->cells, 0, 0));
  size_t line = s->cells->row_line[0];
  if (s->wanted)
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: not of layout %s: the row begins with '%s'",
                   s->input->path, line, s->wanted->name, cell);
  return bt_fail(err, BT_ERR_DATA, "%s:%zu: no known layout: the row begins with '%s'",
                 s->input->path, line, cell);
}

static bt_status settle_header(search *s, bt_error *err)
{
  bt_header header = {s->input->path, s->cells, s->row, 0};
  bt_status status = bt_header__settle(&s->format->columns, &header, err);
  s->first_data = header.first_data;
  return status;
}

/* The first row that is a header; or the first row with several fields, if that is data. */
static bt_status find_layout(search *s, bt_error *err)
{
  bool preamble = true; /* so far only lines of text */
  for (size_t row = 0; row < s->cells->n_rows && row < PREAMBLE_MOST; row++) {
    s->row = row;
    if (match_as_header(s, row)) return settle_header(s, err);
    if (s->cells->which == BT_CELLS_COMMENT_FIRST) break;
    if (preamble && s->broken_row == s->cells->n_rows && match_as_data(s, row)) {
      s->first_data = row;
      s->format->header_at = BT_NO_COLUMN;
      return BT_OK;
    }
    preamble = preamble && bt_header__count_names(s->cells, row) <= 1;
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

/* The order of attempts. Separators are tried from the likeliest on (bt_format__detect), each with
 * few rows before many where that may do (detect_with). With one separator the first rows that are
 * no comments are searched for a header, or for data (detect_rows, detect_from, find_layout: at
 * each row all layouts in the order of layout_list.def, headers before shapes). Where that finds no
 * header, comments are tried as one, the last one first (detect_comment). The first success is
 * final, and so is a failure that knows the layout: another separator or comment must not talk
 * around a file that lacks a column. Of other failures the one that saw most gives the reason. */

/* How much of a layout a search has seen. */
typedef enum progress { SAW_NOTHING, SAW_PART_OF_A_HEADER, SAW_A_LAYOUT } progress;

/* Where a search begins: at the first line, or at a comment that may be the header. */
typedef struct beginning {
  size_t line, n_rows;
  bt_cells_rows which;
} beginning;

static bt_status detect_from(bt_format *out, progress *seen, const bt_format_input *input,
                             const beginning *from, bt_error *err)
{
  bt_cells *cells = input->cells;
  size_t offset = offset_of_line(input->text, from->line);
  cells->which = from->which;
  if (!bt_cells__read(cells, input->parser, input->text + offset, input->length - offset,
                      from->n_rows, from->line))
    return bt_fail_nomem(err, "head of a file");
  search s = {.input = input, .cells = cells, .format = out, .broken_row = cells->n_rows};
  const bt_layout *named = bt_layouts__find(input->layout);
  bool forced = named && named->kind == BT_LAYOUT_FORCED;
  s.wanted = forced ? NULL : named;
  out->layout = NULL;
  out->order = BT_ORDER_UNKNOWN;
  out->header_at = 0;
  out->mark = bt_separator__decimal_mark(&out->mark_shown, cells, 0, out->separator);
  bt_status status = find_layout(&s, err);
  *seen = SAW_NOTHING;
  if (s.broken_row < cells->n_rows) *seen = SAW_PART_OF_A_HEADER;
  if (out->layout) *seen = SAW_A_LAYOUT;
  if (status != BT_OK) return status;
  out->order = forced ? named->order : out->layout->order;
  if (forced) out->layout = named;
  if (out->header_at != BT_NO_COLUMN)
    out->header_at = offset_of_line(input->text, cells->row_line[s.row]);
  out->data_line = cells->row_line[s.first_data];
  out->data_at = offset_of_line(input->text, out->data_line);
  return BT_OK;
}

/* No comment may speak against the usual order of rows without a header. */
static bt_status check_comments(const bt_format_input *input, size_t data_line, bt_error *err)
{
  size_t lines[BT_COMMENTS_MOST], n_lines = bt_comments__find(lines, input->text, data_line);
  for (size_t i = 0; i < n_lines; i++)
    if (bt_comments__have_other_order(input->text + offset_of_line(input->text, lines[i])))
      return bt_fail(err, BT_ERR_DATA,
                     "%s:%zu: this comment has the prices in another order than open, high, low, "
                     "close, but it is no header of these rows",
                     input->path, lines[i]);
  return BT_OK;
}

/* Whether the first row has as many names as the next one has fields. */
static bool names_match_rows(const bt_cells *cells)
{
  size_t n_names = bt_header__count_names(cells, 0);
  return n_names >= 5 && n_names == bt_header__count_names(cells, 1);
}

/* numpy and others write the names behind a #. Such a header counts where there is no other one,
 * and what it says of the columns is not contradicted. */
static bt_status detect_comment(bt_format *out, progress *seen, const bt_format_input *input,
                                const beginning *from, bt_error *err)
{
  size_t lines[BT_COMMENTS_MOST];
  size_t n_lines =
      bt_comments__find(lines, input->text, *seen == SAW_A_LAYOUT ? out->data_line : 0);
  while (n_lines-- > 0) {
    bt_format format = *out;
    progress comment_seen = SAW_NOTHING;
    bt_error why;
    beginning at = {lines[n_lines], from->n_rows, BT_CELLS_COMMENT_FIRST};
    bt_status status = detect_from(&format, &comment_seen, input, &at, &why);
    if (status == BT_ERR_DATA && comment_seen != SAW_A_LAYOUT &&
        !(comment_seen == SAW_PART_OF_A_HEADER && names_match_rows(input->cells)))
      continue;
    *out = format;
    *seen = comment_seen;
    if (status != BT_OK && err) *err = why;
    return status;
  }
  if (*seen != SAW_A_LAYOUT) return BT_ERR_DATA;
  return check_comments(input, out->data_line, err);
}

static bt_status detect_rows(bt_format *out, progress *seen, const bt_format_input *input,
                             size_t n_rows, bt_error *err)
{
  beginning from = {1, n_rows, BT_CELLS_BARE};
  bt_status status = detect_from(out, seen, input, &from, err);
  bool has_header = *seen != SAW_NOTHING && !(status == BT_OK && out->header_at == BT_NO_COLUMN);
  if (status == BT_ERR_NOMEM || has_header) return status;
  return detect_comment(out, seen, input, &from, err);
}

static bt_status detect_with(bt_format *out, progress *seen, const bt_format_input *input,
                             char separator, bt_error *err)
{
  csv_set_delim(input->parser, (unsigned char)separator);
  *out = (bt_format){.separator = separator};
  /* a comma between fields leaves few for numbers: a look at few rows, which is a good part of the
   * time that a small file takes, tells enough; the same with and without quotes */
  if (separator == ',') {
    bt_status status = detect_rows(out, seen, input, ROWS_AT_FIRST, err);
    if (status != BT_ERR_DATA) return status;
  }
  return detect_rows(out, seen, input, BT_CELLS_ROWS_MOST, err);
}

/* Where the first rows do not show the decimal mark all others may. Without commas in the numbers
 * there is nothing to find. */
static void settle_mark(bt_format *format, const bt_format_input *input)
{
  const char *rows = input->text + format->data_at;
  size_t length = input->length - format->data_at;
  if (format->mark_shown || !memchr(rows, ',', length)) return;
  if (format->separator == ',' && !memchr(rows, '"', length)) return;
  format->mark = bt_marks__find(rows, &format->columns, format->separator, format->mark);
}

/* Comments right before the first data row may be rows commented out: they are read with the rows.
 * One with a quote is not, as it may be the second line of a name. */
static void take_comments(bt_format *format, const bt_format_input *input)
{
  const char *least = input->text + (format->header_at == BT_NO_COLUMN ? 0 : format->header_at + 1);
  const char *data = input->text + format->data_at;
  while (data > least) {
    const char *line = data - 1;
    while (line > least && line[-1] != '\n') line--;
    bool whole = line == input->text || line[-1] == '\n';
    const char *start = line + strspn(line, " \t");
    if (!whole || *start != '#' || memchr(line, '"', (size_t)(data - line))) break;
    data = line;
    format->data_line--;
  }
  format->data_at = (size_t)(data - input->text);
}

bt_status bt_format__detect(bt_format *out, const bt_format_input *input, bt_error *err)
{
  char separators[BT_N_SEPARATORS];
  size_t n_separators = bt_separator__rank(separators, input->text);
  progress most = SAW_NOTHING;
  for (size_t i = 0; i < n_separators; i++) {
    bt_format format;
    bt_error why;
    progress seen = SAW_NOTHING;
    bt_status status = detect_with(&format, &seen, input, separators[i], &why);
    if (status == BT_OK) {
      settle_mark(&format, input);
      take_comments(&format, input);
      *out = format;
      return BT_OK;
    }
    if (i == 0 || seen > most || status != BT_ERR_DATA) { /* the reason that knows most */
      most = seen;
      if (err) *err = why;
    }
    if (seen == SAW_A_LAYOUT || status != BT_ERR_DATA) return status;
  }
  return BT_ERR_DATA;
}

const char *bt_format__field_name(const bt_format *format, const bt_format_input *input,
                                  size_t column)
{
  if (format->header_at == BT_NO_COLUMN) return "";
  const char *header = input->text + format->header_at;
  input->cells->which = BT_CELLS_ALL;
  if (!bt_cells__read(input->cells, input->parser, header, input->length - format->header_at, 1, 1))
    return "";
  return bt_cells__at(input->cells, 0, column);
}
