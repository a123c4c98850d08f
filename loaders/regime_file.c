#include "loaders/regime_file.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/grow.h"
#include "core/time.h"
#include "loaders/cells.h"
#include "loaders/excerpt.h"
#include "loaders/separator.h"
#include "loaders/source.h"

enum { FROM, TO, NAME, N_FIELDS };

/* A stretch and where it was read. */
typedef struct row {
  bt_regime_stretch stretch;
  size_t line, column;
} row;

/* The file while it is read, line by line: no field goes on on the next line. */
typedef struct reading {
  const char *label; /* of the file, for messages */
  bt_error *err;
  struct csv_parser parser;
  bt_cells cells; /* of the line */
  char separator;
  const char *start, *end; /* the line, without its end */
  size_t line;
  row *rows;
  size_t n_rows;
  char *names[BT_REGIME_NAMES_MOST];
  size_t n_names;
  bool begun; /* a row, or the header, has been seen */
} reading;

/* ---- one line ------------------------------------------------------------------------------- */

/* The column, from 1, at which a field of the line begins; behind the line where it has fewer. */
static size_t column_of(const reading *r, size_t field)
{
  const char *at = r->start;
  bool quoted = false;
  for (; at < r->end && field > 0; at++) {
    if (*at == '"') quoted = !quoted;
    field -= *at == r->separator && !quoted;
  }
  while (at < r->end && *at == ' ') at++;
  return (size_t)(at - r->start) + 1;
}

/* "FILE:LINE:COLUMN: what 'the field'" */
static bt_status fail_field(const reading *r, size_t field, const char *what)
{
  char text[BT_EXCERPT_SIZE];
  return bt_fail(r->err, BT_ERR_DATA, "%s:%zu:%zu: %s '%s'", r->label, r->line, column_of(r, field),
                 what, bt_excerpt__copy(text, bt_cells__at(&r->cells, 0, field)));
}

/* A date of `to` ends with its day. */
static bt_status read_date(int64_t *out_ns, const reading *r, size_t field)
{
  bool has_time = false;
  const char *text = bt_cells__at(&r->cells, 0, field);
  if (field == TO && *text == '\0') {
    *out_ns = INT64_MAX;
    return BT_OK;
  }
  if (!bt_time_parse(out_ns, &has_time, text))
    return fail_field(r, field, "expected an ISO date such as 2020-02-19, not");
  if (field == TO && !has_time) *out_ns += BT_NS_PER_DAY - 1;
  return BT_OK;
}

static bt_status read_name(size_t *out, reading *r)
{
  const char *name = bt_cells__at(&r->cells, 0, NAME);
  if (name[strspn(name, " \t")] == '\0')
    return bt_fail(r->err, BT_ERR_DATA, "%s:%zu:%zu: no name (a row is from,to,name)", r->label,
                   r->line, column_of(r, NAME));
  for (size_t i = 0; i < r->n_names; i++) {
    if (strcmp(r->names[i], name) != 0) continue;
    *out = i;
    return BT_OK;
  }
  if (r->n_names == BT_REGIME_NAMES_MOST)
    return bt_fail(r->err, BT_ERR_DATA, "%s:%zu:%zu: more than %d names", r->label, r->line,
                   column_of(r, NAME), BT_REGIME_NAMES_MOST);
  char *copy = malloc(strlen(name) + 1);
  if (!copy) return bt_fail_nomem(r->err, "regimes");
  strcpy(copy, name);
  r->names[r->n_names] = copy;
  *out = r->n_names++;
  return BT_OK;
}

static bt_status append_row(reading *r, bt_regime_stretch stretch)
{
  row *grown = bt_grow(r->rows, r->n_rows, sizeof *grown);
  if (!grown) return bt_fail_nomem(r->err, "regimes");
  r->rows = grown;
  r->rows[r->n_rows++] = (row){stretch, r->line, column_of(r, FROM)};
  return BT_OK;
}

static bt_status read_row(reading *r)
{
  bt_regime_stretch stretch = {0};
  for (size_t field = N_FIELDS; field < bt_cells__count(&r->cells, 0); field++)
    if (*bt_cells__at(&r->cells, 0, field)) return fail_field(r, field, "more than from,to,name:");
  bt_status status = read_date(&stretch.from_ns, r, FROM);
  if (!status) status = read_date(&stretch.to_ns, r, TO);
  if (!status && stretch.from_ns > stretch.to_ns)
    status = fail_field(r, TO, "ends before it begins:");
  if (!status) status = read_name(&stretch.name, r);
  return status ? status : append_row(r, stretch);
}

static bool is_header(const reading *r)
{
  static const char *const names[N_FIELDS] = {"from", "to", "name"};
  for (size_t field = 0; field < N_FIELDS; field++)
    if (strcasecmp(bt_cells__at(&r->cells, 0, field), names[field]) != 0) return false;
  return true;
}

static bool quotes_are_closed(const reading *r)
{
  size_t n = 0;
  for (const char *at = r->start; at < r->end; at++) n += *at == '"';
  return n % 2 == 0;
}

static bt_status read_line(reading *r)
{
  size_t length = (size_t)(r->end - r->start);
  const char *at = r->start + strspn(r->start, " \t");
  if (at >= r->end || *at == '#') return BT_OK;
  if (!quotes_are_closed(r))
    return bt_fail(r->err, BT_ERR_DATA, "%s:%zu:%zu: a quote is never closed", r->label, r->line,
                   strcspn(r->start, "\"") + 1);
  if (!bt_cells__read(&r->cells, &r->parser, r->start, length, 1, r->line))
    return bt_fail_nomem(r->err, "regimes");
  if (r->cells.n_rows == 0) return BT_OK; /* separators alone */
  bool first = !r->begun;
  r->begun = true;
  return first && is_header(r) ? BT_OK : read_row(r);
}

static bt_status read_lines(reading *r, const char *text)
{
  bt_status status = BT_OK;
  r->separator = bt_separator__find(text);
  csv_set_delim(&r->parser, (unsigned char)r->separator);
  for (const char *at = text; *at && !status; at = bt_separator__next_line(at)) {
    r->start = at;
    r->end = at + strcspn(at, "\r\n");
    r->line++;
    status = read_line(r);
  }
  if (!status && r->n_rows == 0)
    status = bt_fail(r->err, BT_ERR_DATA, "%s: no regime in it", r->label);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int compare_rows(const void *a, const void *b)
{
  const row *x = a, *y = b;
  if (x->stretch.from_ns != y->stretch.from_ns)
    return x->stretch.from_ns < y->stretch.from_ns ? -1 : 1;
  return x->line < y->line ? -1 : x->line > y->line;
}

/* Sorts the rows and refuses two that have a time in common, naming the later line. */
static bt_status sort_rows(reading *r)
{
  qsort(r->rows, r->n_rows, sizeof *r->rows, compare_rows);
  for (size_t i = 1; i < r->n_rows; i++) {
    const row *before = &r->rows[i - 1], *after = &r->rows[i];
    if (before->stretch.to_ns < after->stretch.from_ns) continue;
    const row *later = before->line > after->line ? before : after;
    const row *earlier = later == before ? after : before;
    return bt_fail(r->err, BT_ERR_DATA, "%s:%zu:%zu: overlaps the stretch on line %zu", r->label,
                   later->line, later->column, earlier->line);
  }
  return BT_OK;
}

/* Moves what was read into a book. */
static bt_status make_book(bt_regime_book *out, reading *r)
{
  bt_regime_book book = {.names = malloc(r->n_names * sizeof *book.names),
                         .stretches = malloc(r->n_rows * sizeof *book.stretches)};
  if (!book.names || !book.stretches) {
    bt_regime_book_clear(&book);
    return bt_fail_nomem(r->err, "regimes");
  }
  for (size_t i = 0; i < r->n_rows; i++) book.stretches[i] = r->rows[i].stretch;
  book.n_stretches = r->n_rows;
  memcpy(book.names, r->names, r->n_names * sizeof *book.names);
  book.n_names = r->n_names;
  r->n_names = 0;
  *out = book;
  return BT_OK;
}

static bt_status read_source(bt_regime_book *out, const bt_source *source, bt_error *err)
{
  reading r = {.label = source->label, .err = err, .cells = {.which = BT_CELLS_BARE}};
  if (csv_init(&r.parser, CSV_APPEND_NULL) != 0) return bt_fail_nomem(err, "CSV parser");
  bt_status status = read_lines(&r, source->text.bytes);
  if (!status) status = sort_rows(&r);
  if (!status) status = make_book(out, &r);
  csv_free(&r.parser);
  bt_cells__clear(&r.cells);
  free(r.rows);
  for (size_t i = 0; i < r.n_names; i++) free(r.names[i]);
  return status;
}

bt_status bt_regime_file_read(bt_regime_book *out, const char *path, bt_error *err)
{
  bt_source source = {0};
  bt_status status = bt_source__read(&source, path, err);
  if (!status) status = read_source(out, &source, err);
  bt_source__clear(&source);
  return status;
}
