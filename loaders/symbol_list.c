#include "loaders/symbol_list.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "loaders/cells.h"
#include "loaders/excerpt.h"
#include "loaders/separator.h"
#include "loaders/stamp.h"

#define NO_COLUMN ((size_t)-1)

bt_status bt_symbol_list__add(bt_universe *universe, const char *symbol, size_t length,
                              bt_error *err)
{
  size_t n = universe->n_entries;
  if ((n & (n - 1)) == 0) { /* full at every power of two */
    size_t capacity = n ? 2 * n : 1;
    if (capacity > SIZE_MAX / sizeof *universe->entries) return bt_fail_nomem(err, "universe");
    bt_universe_entry *grown = realloc(universe->entries, capacity * sizeof *grown);
    if (!grown) return bt_fail_nomem(err, "universe");
    universe->entries = grown;
  }
  char *copy = malloc(length + 1);
  if (!copy) return bt_fail_nomem(err, "universe");
  memcpy(copy, symbol, length);
  copy[length] = '\0';
  universe->entries[n] = (bt_universe_entry){copy, NULL};
  universe->n_entries = n + 1;
  return BT_OK;
}

/* The symbols while they are read, with the line of each for the message about a second one. */
typedef struct listing {
  bt_universe *universe;
  const char *label; /* of the file, for messages */
  size_t *lines;     /* one for each entry */
  size_t capacity;
  bt_error *err;
  bt_status status;
  /* of a CSV: */
  size_t column, field, line, row_line;
  bool in_header;
} listing;

static bt_status add_symbol(listing *l, const char *symbol, size_t length, size_t line)
{
  char text[BT_EXCERPT_SIZE];
  size_t n = l->universe->n_entries;
  if (n == l->capacity) {
    size_t capacity = n ? 2 * n : 256;
    if (capacity > SIZE_MAX / sizeof *l->lines) return bt_fail_nomem(l->err, "universe");
    size_t *grown = realloc(l->lines, capacity * sizeof *grown);
    if (!grown) return bt_fail_nomem(l->err, "universe");
    l->lines = grown;
    l->capacity = capacity;
  }
  bt_status status = bt_symbol_list__add(l->universe, symbol, length, l->err);
  if (status != BT_OK) return status;
  l->lines[n] = line;
  const char *added = l->universe->entries[n].symbol;
  if (strcmp(added, "*") == 0)
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu: '*' stands for the portfolio, it is no symbol",
                   l->label, line);
  if (strchr(added, '\n'))
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu: a quote is never closed: '%s'", l->label, line,
                   bt_excerpt__copy(text, added));
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

/* Takes comment and blanks off a line: what is left is [*at, *end). */
static void strip_line(const char **at, const char **end)
{
  for (const char *c = *at; c < *end; c++)
    if (*c == '#') *end = c;
  strip_blanks(at, end);
}

/* SYMBOL<tab>start<tab>end: membership with dates. */
static bool is_dated(const char *tab, const char *end)
{
  const char *date = tab + 1, *date_end = memchr(date, '\t', (size_t)(end - date));
  bt_stamp stamp;
  if (!date_end) date_end = end;
  while (date < date_end && *date == ' ') date++;
  while (date_end > date && date_end[-1] == ' ') date_end--;
  return date == date_end || bt_stamp__parse(&stamp, date, (size_t)(date_end - date)) ||
         strncasecmp(date, "start", 5) == 0;
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

static bt_status read_line(listing *l, const char *at, const char *end, size_t line)
{
  char text[BT_EXCERPT_SIZE];
  const char *start = at;
  strip_line(&at, &end);
  if (at == end) return BT_OK;
  const char *tab = memchr(at, '\t', (size_t)(end - at)), *second = find_second(at, end);
  if (tab && is_dated(tab, end))
    return bt_fail(l->err, BT_ERR_DATA,
                   "%s:%zu: dated membership (SYMBOL, start, end) is not read by this version",
                   l->label, line);
  if (second)
    return bt_fail(l->err, BT_ERR_DATA,
                   "%s:%zu:%zu: more than a symbol: '%s' (a list has one symbol a line, a CSV a "
                   "Symbol column)",
                   l->label, line, (size_t)(second - start) + 1,
                   bt_excerpt__copy_range(text, at, end));
  const char *quote = at;
  if (!strip_quotes(&at, &end))
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu:%zu: a quote is never closed: '%s'", l->label, line,
                   (size_t)(quote - start) + 1, bt_excerpt__copy_range(text, at, end));
  return at < end ? add_symbol(l, at, (size_t)(end - at), line) : BT_OK;
}

static bt_status read_lines(listing *l, const char *text)
{
  size_t line = 1;
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
  if (l->field++ != l->column || l->in_header || l->status != BT_OK) return;
  strip_blanks(&at, &end);
  if (at < end && *at != '#') l->status = add_symbol(l, at, (size_t)(end - at), l->row_line);
}

static void on_line_end(int character, void *context)
{
  listing *l = context;
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

/* Sets l->column to the place of Symbol in the header, NO_COLUMN where it is not there. */
static bt_status find_symbol_column(listing *l, struct csv_parser *parser, const char *header)
{
  static const char wanted[] = "symbol";
  bt_cells cells = {0};
  l->column = NO_COLUMN;
  bool read = bt_cells__read(&cells, parser, header, strlen(header), 1, 1);
  for (size_t c = 0; read && c < bt_cells__count(&cells, 0) && l->column == NO_COLUMN; c++) {
    const char *at = bt_cells__at(&cells, 0, c), *end = at + strlen(at);
    strip_blanks(&at, &end);
    bool found =
        (size_t)(end - at) == sizeof wanted - 1 && strncasecmp(at, wanted, sizeof wanted - 1) == 0;
    if (found) l->column = c;
  }
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
    strip_line(&start, &end);
    if (start < end) break;
  }
  return at;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

typedef struct place {
  const char *symbol;
  size_t line;
} place;

static int compare_places(const void *a, const void *b)
{
  const place *place_a = a, *place_b = b;
  int order = strcmp(place_a->symbol, place_b->symbol);
  if (order != 0) return order;
  return place_a->line < place_b->line ? -1 : place_a->line > place_b->line;
}

/* Refuses a symbol that is there twice, naming the first line on which one comes again. */
static bt_status check_repeats(const listing *l)
{
  size_t n = l->universe->n_entries, second = 0; /* index of the one found so far; 0: none */
  place *places = malloc((n + 1) * sizeof *places);
  if (!places) return bt_fail_nomem(l->err, "universe");
  for (size_t i = 0; i < n; i++) places[i] = (place){l->universe->entries[i].symbol, l->lines[i]};
  qsort(places, n, sizeof *places, compare_places);
  for (size_t i = 1; i < n; i++)
    if (strcmp(places[i].symbol, places[i - 1].symbol) == 0 &&
        (second == 0 || places[i].line < places[second].line))
      second = i;
  bt_status status = BT_OK;
  if (second > 0) {
    char text[BT_EXCERPT_SIZE];
    status = bt_fail(l->err, BT_ERR_DATA, "%s:%zu: %s is in the list already, on line %zu",
                     l->label, places[second].line, bt_excerpt__copy(text, places[second].symbol),
                     places[second - 1].line);
  }
  free(places);
  return status;
}

/* Membership with dates, which may have a header, too: symbol, start, end. */
static bool begins_dated(const char *header)
{
  const char *end = header + strcspn(header, "\n");
  const char *tab = memchr(header, '\t', (size_t)(end - header));
  return tab && is_dated(tab, end);
}

static bt_status read_any(listing *l, struct csv_parser *parser, const char *text)
{
  size_t line;
  const char *header = first_line(text, &line);
  csv_set_delim(parser, (unsigned char)bt_separator__find(header));
  bt_status status = find_symbol_column(l, parser, header);
  if (status != BT_OK) return status;
  bool is_csv = l->column != NO_COLUMN && !begins_dated(header);
  status = is_csv ? read_csv(l, parser, header, line) : read_lines(l, text);
  if (status != BT_OK || l->universe->n_entries > 0) return status;
  if (is_csv)
    return bt_fail(l->err, BT_ERR_DATA, "%s:%zu: no symbol in it, below this header", l->label,
                   line);
  return bt_fail(l->err, BT_ERR_DATA, "%s: no symbol in it", l->label);
}

bt_status bt_symbol_list__read(bt_universe *universe, const bt_source *source, bt_error *err)
{
  listing l = {.universe = universe, .label = source->label, .err = err};
  struct csv_parser parser;
  if (csv_init(&parser, CSV_APPEND_NULL | CSV_REPALL_NL) != 0)
    return bt_fail_nomem(err, "CSV parser");
  bt_status status = read_any(&l, &parser, source->text.bytes);
  if (status == BT_OK) status = check_repeats(&l);
  csv_free(&parser);
  free(l.lines);
  return status;
}
