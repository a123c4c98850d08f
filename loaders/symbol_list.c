#include "loaders/symbol_list.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/grow.h"
#include "loaders/cells.h"
#include "loaders/excerpt.h"
#include "loaders/separator.h"
#include "loaders/stays.h"

#define NO_COLUMN ((size_t)-1)

bt_status bt_symbol_list__add(bt_universe *universe, const char *symbol, size_t length,
                              bt_error *err)
{
  size_t n = universe->n_entries;
  bt_universe_entry *grown = bt_grow(universe->entries, n, sizeof *grown);
  if (!grown) return bt_fail_nomem(err, "universe");
  universe->entries = grown;
  char *copy = malloc(length + 1);
  if (!copy) return bt_fail_nomem(err, "universe");
  memcpy(copy, symbol, length);
  copy[length] = '\0';
  universe->entries[n] = (bt_universe_entry){.symbol = copy};
  universe->n_entries = n + 1;
  return BT_OK;
}

/* The symbols while they are read, an entry a line, with the dates and the line of each. */
typedef struct listing {
  bt_universe *universe;
  const char *label; /* of the file, for messages */
  bt_stay *stays;    /* one for each entry */
  bt_error *err;
  bt_status status;
  /* of lines, the first of each kind; 0: none so far */
  size_t dated_line, undated_line;
  char separator; /* before dates */
  /* of a CSV: */
  size_t column, start_column, end_column, field, line, row_line;
  bool in_header, has_symbol, is_comment;            /* the row */
  char start[BT_EXCERPT_SIZE], end[BT_EXCERPT_SIZE]; /* of the row; no date is as long */
} listing;

static const bt_membership always = {INT64_MIN, INT64_MAX};

static bt_status add_symbol(listing *l, const char *symbol, size_t length, bt_stay stay)
{
  char text[BT_EXCERPT_SIZE];
  size_t n = l->universe->n_entries;
  bt_stay *grown = bt_grow(l->stays, n, sizeof *grown);
  if (!grown) return bt_fail_nomem(l->err, "universe");
  l->stays = grown;
  bt_status status = bt_symbol_list__add(l->universe, symbol, length, l->err);
  if (status != BT_OK) return status;
  l->stays[n] = stay;
  const char *added = l->universe->entries[n].symbol;
  if (strcmp(added, "*") == 0)
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu: '*' stands for the portfolio, it is no symbol",
                   l->label, stay.line);
  if (strchr(added, '\n'))
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu: a quote is never closed: '%s'", l->label,
                   stay.line, bt_excerpt__copy(text, added));
  return BT_OK;
}

/* ---- one symbol a line ------------------------------------------------------------------------
 */

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static void strip_blanks(const char **at, const char **end)
{
  while (*at < *end && is_blank(**at)) (*at)++;
  while (*end > *at && is_blank((*end)[-1])) (*end)--;
}

/* Where a comment begins on a line, or its end. */
static const char *find_comment(const char *at, const char *end)
{
  while (at < end && *at != '#') at++;
  return at;
}

/* The first byte that parts two fields, NULL where there is one field. */
static const char *find_second(const char *at, const char *end)
{
  for (; at < end; at++)
    if (*at == '\t' || *at == ',' || *at == ';') return at;
  return NULL;
}

/* Takes one pair of quotes off, and blanks inside them. False where it is not closed. */
static bool strip_quotes(const char **at, const char **end)
{
  if (*at == *end || **at != '"') return true;
  if (*end - *at < 2 || (*end)[-1] != '"') return false;
  (*at)++;
  (*end)--;
  strip_blanks(at, end);
  return true;
}

/* Dates stand on every line or on none: notes which it is, and refuses the other one. */
static bt_status note_kind(listing *l, bool is_dated, size_t line, size_t column)
{
  static const char hint[] = "write SYMBOL<tab>start<tab>end, where start or end may be empty";
  size_t *kind = is_dated ? &l->dated_line : &l->undated_line;
  size_t other = is_dated ? l->undated_line : l->dated_line;
  if (*kind == 0) *kind = line;
  if (other == 0) return BT_OK;
  return bt_fail(l->err, BT_ERR_DATA, "%s:%zu:%zu: a line with%s dates, but line %zu has %s; %s",
                 l->label, line, column, is_dated ? "" : "out", other, is_dated ? "none" : "some",
                 hint);
}

static bt_status fail_nameless(const listing *l, size_t line)
{
  return bt_fail(l->err, BT_ERR_DATA, "%s:%zu:1: no symbol before the dates", l->label, line);
}

/* The symbol of a line, between its quotes. */
static bt_status read_symbol(listing *l, const char *line_start, const char *at, const char *end,
                             bt_stay stay)
{
  char text[BT_EXCERPT_SIZE];
  const char *quote = at;
  if (!strip_quotes(&at, &end))
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu:%zu: a quote is never closed: '%s'", l->label,
                   stay.line, (size_t)(quote - line_start) + 1,
                   bt_excerpt__copy_range(text, at, end));
  if (at == end) return l->dated_line > 0 ? fail_nameless(l, stay.line) : BT_OK;
  return add_symbol(l, at, (size_t)(end - at), stay);
}

static bt_status fail_more(const listing *l, size_t line, size_t column, const char *at,
                           const char *end)
{
  char text[BT_EXCERPT_SIZE];
  return bt_fail(l->err, BT_ERR_DATA,
                 "%s:%zu:%zu: more than a symbol: '%s' (a list has one symbol a line, a CSV a "
                 "Symbol column)",
                 l->label, line, column, bt_excerpt__copy_range(text, at, end));
}

static bt_status read_line(listing *l, const char *start, const char *end, size_t line)
{
  bt_stay stay = {always, line, 1};
  bt_status status = BT_OK;
  end = find_comment(start, end);
  const char *at = start;
  while (at < end && is_blank(*at)) at++;
  const char *symbol_end = at;
  while (symbol_end < end && *symbol_end != l->separator) symbol_end++;
  bool undated = symbol_end == end; /* a tab with nothing behind it goes with both */
  while (end > at && is_blank(end[-1])) end--;
  if (at == end) return BT_OK;
  if (symbol_end > end) symbol_end = end;
  const bt_stay_text rest = {l->label, start, symbol_end, end, line, l->separator};
  bool is_dated = symbol_end < end && (l->dated_line > 0 || bt_stay__looks_dated(&rest));
  const char *second = find_second(at, is_dated ? symbol_end : end);
  if (second) return fail_more(l, line, (size_t)(second - start) + 1, at, end);
  if (is_dated && memchr(start, l->separator, (size_t)(at - start))) return fail_nameless(l, line);
  if (is_dated || undated) status = note_kind(l, is_dated, line, (size_t)(at - start) + 1);
  if (!status && is_dated) status = bt_stay__read(&stay, &rest, l->err);
  strip_blanks(&at, &symbol_end);
  return status ? status : read_symbol(l, start, at, symbol_end, stay);
}

/* Reads from line `line` on. */
static bt_status read_lines(listing *l, const char *text, size_t line)
{
  for (const char *at = text; *at; line++) {
    const char *next = bt_separator__next_line(at);
    const char *end = next > at && next[-1] == '\n' ? next - 1 : next;
    bt_status status = read_line(l, at, end, line);
    if (status != BT_OK) return status;
    at = next;
  }
  return BT_OK;
}

/* ---- CSV with a Symbol column -----------------------------------------------------------------
 */

static void on_field(void *field, size_t length, void *context)
{
  listing *l = context;
  const char *at = field, *end = at + length;
  for (const char *c = at; (c = memchr(c, '\n', (size_t)(end - c))); c++) l->line++;
  size_t column = l->field++;
  if (l->in_header || l->status != BT_OK) return;
  strip_blanks(&at, &end);
  if (column == l->start_column) bt_excerpt__copy_range(l->start, at, end);
  if (column == l->end_column) bt_excerpt__copy_range(l->end, at, end);
  if (column != l->column || at == end) return;
  l->is_comment = *at == '#';
  l->has_symbol = !l->is_comment;
  if (l->has_symbol)
    l->status = add_symbol(l, at, (size_t)(end - at), (bt_stay){always, l->row_line, 1});
}

/* Gives the dates of a row to its symbol. */
static bt_status end_row(listing *l)
{
  bt_status status = BT_OK;
  const bt_stay_cells cells = {l->label, l->row_line, l->start, l->end};
  if (l->has_symbol)
    status = bt_stay__read_cells(&l->stays[l->universe->n_entries - 1], &cells, l->err);
  else if (!l->is_comment && (l->start[0] || l->end[0]))
    status =
        bt_fail(l->err, BT_ERR_DATA, "%s:%zu: no symbol beside the dates", l->label, l->row_line);
  l->start[0] = l->end[0] = '\0';
  l->has_symbol = l->is_comment = false;
  return status;
}

static void on_line_end(int character, void *context)
{
  listing *l = context;
  if (l->dated_line > 0 && l->status == BT_OK) l->status = end_row(l);
  if (l->field > 0) l->in_header = false;
  l->field = 0;
  if (character == '\n') l->line++;
  l->row_line = l->line;
}

/* Reads from the header, on line `line`, to the end. */
static bt_status read_csv(listing *l, struct csv_parser *parser, const char *header, size_t line)
{
  l->line = l->row_line = line;
  l->in_header = true;
  size_t length = strlen(header);
  bool read = csv_parse(parser, header, length, on_field, on_line_end, l) == length &&
              csv_fini(parser, on_field, on_line_end, l) == 0;
  if (!read) return bt_fail_nomem(l->err, "universe");
  return l->status;
}

/* Whether a cell of the header has this name, letter case ignored; `is_date`: "date" may follow, as
 * in Start date, end_date. */
static bool has_name(const char *cell, const char *name, bool is_date)
{
  const char *at = cell, *end = cell + strlen(cell);
  size_t length = strlen(name);
  strip_blanks(&at, &end);
  if ((size_t)(end - at) < length || strncasecmp(at, name, length) != 0) return false;
  at += length;
  if (at == end || !is_date) return at == end;
  if (strchr(" _-", *at)) at++;
  return end - at == 4 && strncasecmp(at, "date", 4) == 0;
}

static size_t find_column(const bt_cells *cells, const char *name, bool is_date)
{
  for (size_t c = 0; c < bt_cells__count(cells, 0); c++)
    if (has_name(bt_cells__at(cells, 0, c), name, is_date)) return c;
  return NO_COLUMN;
}

/* Sets l->column to the place of Symbol in the header on line `line`, NO_COLUMN where it is not
 * there; those of the dates likewise. */
static bt_status find_columns(listing *l, struct csv_parser *parser, const char *header,
                              size_t line)
{
  bt_cells cells = {0};
  bool read = bt_cells__read(&cells, parser, header, strlen(header), 1, 1);
  if (read) {
    l->column = find_column(&cells, "symbol", false);
    l->start_column = find_column(&cells, "start", true);
    l->end_column = find_column(&cells, "end", true);
  }
  bool is_dated = l->start_column != NO_COLUMN || l->end_column != NO_COLUMN;
  if (read && l->column != NO_COLUMN && is_dated) l->dated_line = line;
  bt_cells__clear(&cells);
  return read ? BT_OK : bt_fail_nomem(l->err, "universe");
}

/* The first line that is neither blank nor a comment. */
static const char *first_line(const char *text, size_t *line)
{
  const char *at = text;
  for (*line = 1; *at; ++*line, at = bt_separator__next_line(at)) {
    const char *start = at, *end = bt_separator__next_line(at);
    if (end > at && end[-1] == '\n') end--;
    end = find_comment(start, end);
    strip_blanks(&start, &end);
    if (start < end) break;
  }
  return at;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* Whether the first line is the header symbol, start, end of membership with dates, and no column
 * more; it then tells the separator. */
static bool is_dated_header(listing *l, const char *header, size_t line)
{
  static const char symbol[] = "symbol";
  const char *end = header + strcspn(header, "\r\n");
  for (const char *separator = "\t,;|"; *separator; separator++) {
    const char *at = header, *symbol_end = memchr(header, *separator, (size_t)(end - header));
    if (!symbol_end) continue;
    const bt_stay_text rest = {l->label, header, symbol_end, end, line, *separator};
    strip_blanks(&at, &symbol_end);
    (void)strip_quotes(&at, &symbol_end);
    if ((size_t)(symbol_end - at) != sizeof symbol - 1 ||
        strncasecmp(at, symbol, sizeof symbol - 1) != 0 || !bt_stay__is_heading(&rest) ||
        bt_stay__has_more(&rest))
      continue;
    l->separator = *separator;
    l->dated_line = line;
    return true;
  }
  return false;
}

static bt_status read_any(listing *l, struct csv_parser *parser, const char *text)
{
  size_t line;
  const char *header = first_line(text, &line);
  bool is_dated = is_dated_header(l, header, line);
  csv_set_delim(parser, (unsigned char)bt_separator__find(header));
  l->column = l->start_column = l->end_column = NO_COLUMN;
  bt_status status = is_dated ? BT_OK : find_columns(l, parser, header, line);
  if (status != BT_OK) return status;
  bool is_csv = l->column != NO_COLUMN;
  if (is_csv)
    status = read_csv(l, parser, header, line);
  else if (is_dated)
    status = read_lines(l, bt_separator__next_line(header), line + 1);
  else
    status = read_lines(l, header, line);
  if (status != BT_OK || l->universe->n_entries > 0) return status;
  if (is_csv || is_dated)
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu: no symbol in it, below this header", l->label,
                   line);
  return bt_fail(l->err, BT_ERR_DATA, "%s: no symbol in it", l->label);
}

bt_status bt_symbol_list__read(bt_universe *universe, const bt_source *source, bt_error *err)
{
  listing l = {.universe = universe, .label = source->label, .err = err, .separator = '\t'};
  struct csv_parser parser;
  if (csv_init(&parser, CSV_APPEND_NULL | CSV_REPALL_NL) != 0)
    return bt_fail_nomem(err, "CSV parser");
  bt_status status = read_any(&l, &parser, source->text.bytes);
  if (status == BT_OK) status = bt_stays__join(universe, l.stays, l.dated_line > 0, l.label, err);
  csv_free(&parser);
  free(l.stays);
  return status;
}
