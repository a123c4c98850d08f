#include "loaders/stays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/char.h"
#include "core/time.h"
#include "loaders/excerpt.h"
#include "loaders/stamp.h"

/* ---- one line ----------------------------------------------------------------------------------
 */

enum { FIELD_START, FIELD_END, N_FIELDS };

/* Without blanks and quotes around it; at == end: empty. */
typedef struct field {
  const char *at, *end;
} field;

static field strip(const char *at, const char *end)
{
  for (int quoted = 0; quoted < 2; quoted++) {
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t')) end--;
    if (quoted || end - at < 2 || *at != '"' || end[-1] != '"') break;
    at++;
    end--;
  }
  return (field){at, end};
}

/* Takes the next field off *at, which stands on the separator before it or on the end. */
static field next_field(const char **at, const bt_stay_text *text)
{
  if (*at == text->end) return (field){text->end, text->end};
  const char *first = *at + 1, *next = memchr(first, text->separator, (size_t)(text->end - first));
  *at = next ? next : text->end;
  return strip(first, *at);
}

static size_t column_of(const bt_stay_text *text, const char *at)
{
  return text->line_start ? (size_t)(at - text->line_start) + 1 : 0;
}

enum { POINT_SIZE = 24 };

/* ":17", or nothing where the column is not known. Returns buffer. */
static char *point(char buffer[POINT_SIZE], size_t column)
{
  buffer[0] = '\0';
  if (column > 0) (void)snprintf(buffer, POINT_SIZE, ":%zu", column);
  return buffer;
}

/* Fills fields[]; refuses one more. */
static bt_status split(field fields[N_FIELDS], const bt_stay_text *text, bt_error *err)
{
  char excerpt[BT_EXCERPT_SIZE];
  const char *at = text->at;
  for (int i = 0; i < N_FIELDS; i++) fields[i] = next_field(&at, text);
  if (at == text->end) return BT_OK;
  field more = next_field(&at, text);
  return bt_fail(err, BT_ERR_DATA, "%s:%zu:%zu: a fourth field: '%s' (SYMBOL, start, end)",
                 text->label, text->line, column_of(text, more.at),
                 bt_excerpt__copy_range(excerpt, more.at, more.end));
}

/* Three numbers with what stands between those of a date: 2021-02-30 is meant as one. */
static bool has_shape_of_date(field f)
{
  int n_marks = 0;
  for (const char *c = f.at; c < f.end; c++) {
    bool is_mark = !bt_char_is_digit(*c);
    if (is_mark && (!strchr(BT_DATE_MARKS, *c) || c == f.at)) return false;
    n_marks += is_mark;
  }
  return n_marks == 2;
}

bool bt_stay__looks_dated(const bt_stay_text *text)
{
  const char *at = text->at;
  for (int i = 0; i < N_FIELDS; i++) {
    field f = next_field(&at, text);
    bt_stamp stamp;
    if (has_shape_of_date(f)) return true;
    if (bt_stamp__parse(&stamp, f.at, (size_t)(f.end - f.at)) && stamp.kind <= BT_STAMP_PARTS)
      return true;
  }
  return false;
}

bool bt_stay__is_heading(const bt_stay_text *text)
{
  static const char wanted[] = "start";
  const char *at = text->at;
  field f = next_field(&at, text);
  size_t length = sizeof wanted - 1;
  return (size_t)(f.end - f.at) >= length && strncasecmp(f.at, wanted, length) == 0;
}

bool bt_stay__has_more(const bt_stay_text *text)
{
  const char *at = text->at;
  for (int i = 0; i < N_FIELDS; i++) (void)next_field(&at, text);
  return at < text->end;
}

/* The day of 25/3/2021 or 3/25/2021; NULL, or why it is none. */
static const char *resolve_parts(int64_t *out_day, const bt_stamp *stamp)
{
  static const char no_day[] = "is no date";
  bool month_first = stamp->part[1] > 12, day_first = stamp->part[0] > 12;
  if (stamp->short_year || (!month_first && !day_first && stamp->part[0] != stamp->part[1]))
    return "may be more than one day; write it as 2021-03-25";
  if (month_first && day_first) return no_day;
  bt_date date = {stamp->last_part, stamp->part[day_first], stamp->part[!day_first]};
  int64_t midnight_ns;
  if (!bt_date_is_valid(date) || !bt_time_from_date(&midnight_ns, date, 0)) return no_day;
  *out_day = bt_time_days(midnight_ns);
  return NULL;
}

/* NULL, or what is wrong with the field. */
static const char *read_day(int64_t *out_day, field f)
{
  bt_stamp stamp;
  if (!bt_stamp__parse(&stamp, f.at, (size_t)(f.end - f.at))) return "is no date";
  if (stamp.kind != BT_STAMP_DATE && stamp.kind != BT_STAMP_PARTS) return "is no date";
  if (stamp.has_time && (stamp.local_ns % BT_NS_PER_DAY != 0 || stamp.ends_day))
    return "has a time of day; membership is by the day";
  if (stamp.kind == BT_STAMP_PARTS) return resolve_parts(out_day, &stamp);
  *out_day = bt_time_days(stamp.local_ns);
  return NULL;
}

static char *day_text(char buffer[BT_TIME_TEXT_SIZE], int64_t day)
{
  return bt_time_format(buffer, day * BT_NS_PER_DAY, true);
}

static bt_status read_fields(bt_stay *out, const field fields[N_FIELDS], const bt_stay_text *text,
                             bt_error *err)
{
  static const char *const names[N_FIELDS] = {"start", "end"};
  char excerpt[BT_EXCERPT_SIZE], start[BT_TIME_TEXT_SIZE], end[BT_TIME_TEXT_SIZE];
  char where[POINT_SIZE];
  int64_t days[N_FIELDS] = {INT64_MIN, INT64_MAX};
  for (int i = 0; i < N_FIELDS; i++) {
    if (fields[i].at == fields[i].end) continue;
    const char *wrong = read_day(&days[i], fields[i]);
    if (wrong)
      return bt_fail(err, BT_ERR_DATA, "%s:%zu%s: %s '%s' %s", text->label, text->line,
                     point(where, column_of(text, fields[i].at)), names[i],
                     bt_excerpt__copy_range(excerpt, fields[i].at, fields[i].end), wrong);
  }
  if (days[FIELD_END] < days[FIELD_START])
    return bt_fail(err, BT_ERR_DATA, "%s:%zu%s: the end %s is before the start %s", text->label,
                   text->line, point(where, column_of(text, fields[FIELD_END].at)),
                   day_text(end, days[FIELD_END]), day_text(start, days[FIELD_START]));
  *out = (bt_stay){.stretch = {days[FIELD_START], days[FIELD_END]},
                   .line = text->line,
                   .column = column_of(text, fields[FIELD_START].at)};
  return BT_OK;
}

bt_status bt_stay__read(bt_stay *out, const bt_stay_text *text, bt_error *err)
{
  field fields[N_FIELDS];
  bt_status status = split(fields, text, err);
  return status ? status : read_fields(out, fields, text, err);
}

bt_status bt_stay__read_cells(bt_stay *out, const bt_stay_cells *cells, bt_error *err)
{
  const bt_stay_text text = {.label = cells->label, .line = cells->line};
  const field fields[N_FIELDS] = {strip(cells->start, cells->start + strlen(cells->start)),
                                  strip(cells->end, cells->end + strlen(cells->end))};
  return read_fields(out, fields, &text, err);
}

/* ---- all lines ---------------------------------------------------------------------------------
 */

typedef struct place {
  const char *symbol;
  const bt_stay *stay;
  size_t index; /* of the entry */
} place;

static int compare_places(const void *a, const void *b)
{
  const place *x = a, *y = b;
  int order = strcmp(x->symbol, y->symbol);
  if (order != 0) return order;
  int64_t from_x = x->stay->stretch.from_day, from_y = y->stay->stretch.from_day;
  if (from_x != from_y) return from_x < from_y ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

/* The end of the places from `first` on that have its symbol. */
static size_t end_of_symbol(const place *places, size_t first, size_t n)
{
  size_t end = first + 1;
  while (end < n && strcmp(places[end].symbol, places[first].symbol) == 0) end++;
  return end;
}

/* Two places that overlap; of several pairs the one that is complete on the earliest line. */
typedef struct overlap {
  const place *earlier, *later; /* by line; NULL: none */
} overlap;

static void find_overlaps(overlap *found, const place *places, size_t first, size_t end)
{
  const place *longest = &places[first]; /* reaches furthest of those before */
  for (size_t i = first + 1; i < end; i++) {
    const place *now = &places[i];
    if (now->stay->stretch.from_day <= longest->stay->stretch.to_day) {
      bool in_order = longest->index < now->index;
      const place *earlier = in_order ? longest : now, *later = in_order ? now : longest;
      if (!found->later || later->index < found->later->index) *found = (overlap){earlier, later};
    }
    if (now->stay->stretch.to_day > longest->stay->stretch.to_day) longest = now;
  }
}

/* Without dates a symbol always belongs: where it is there twice, the two overlap. */
static bt_status fail_overlap(const overlap *found, bool is_dated, const char *label, bt_error *err)
{
  char excerpt[BT_EXCERPT_SIZE], where[POINT_SIZE];
  const bt_stay *earlier = found->earlier->stay, *later = found->later->stay;
  const char *symbol = bt_excerpt__copy(excerpt, found->later->symbol);
  if (!is_dated)
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: %s is in the list already, on line %zu", label,
                   later->line, symbol, earlier->line);
  return bt_fail(err, BT_ERR_DATA, "%s:%zu%s: %s: these dates overlap those on line %zu", label,
                 later->line, point(where, later->column), symbol, earlier->line);
}

static bt_status check_overlaps(const place *places, size_t n, bool is_dated, const char *label,
                                bt_error *err)
{
  overlap found = {NULL, NULL};
  for (size_t first = 0, end; first < n; first = end) {
    end = end_of_symbol(places, first, n);
    find_overlaps(&found, places, first, end);
  }
  return found.later ? fail_overlap(&found, is_dated, label, err) : BT_OK;
}

/* Gives the stretches of one symbol to the first of its entries. */
static bt_status give_stretches(bt_universe *universe, const place *places, size_t first,
                                size_t end, bt_error *err)
{
  size_t least = places[first].index;
  bt_membership *stretches = malloc((end - first) * sizeof *stretches);
  if (!stretches) return bt_fail_nomem(err, "universe");
  for (size_t i = first; i < end; i++) {
    stretches[i - first] = places[i].stay->stretch;
    if (places[i].index < least) least = places[i].index;
  }
  universe->entries[least].stretches = stretches;
  universe->entries[least].n_stretches = end - first;
  return BT_OK;
}

/* Entries without stretches are lines whose dates another one has got. */
static void drop_empty(bt_universe *universe)
{
  size_t kept = 0;
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_universe_entry *entry = &universe->entries[i];
    if (entry->n_stretches > 0)
      universe->entries[kept++] = *entry;
    else
      free(entry->symbol);
  }
  universe->n_entries = kept;
}

bt_status bt_stays__join(bt_universe *universe, const bt_stay *stays, bool is_dated,
                         const char *label, bt_error *err)
{
  size_t n = universe->n_entries;
  place *places = malloc((n + 1) * sizeof *places);
  if (!places) return bt_fail_nomem(err, "universe");
  for (size_t i = 0; i < n; i++) places[i] = (place){universe->entries[i].symbol, &stays[i], i};
  qsort(places, n, sizeof *places, compare_places);
  bt_status status = check_overlaps(places, n, is_dated, label, err);
  for (size_t first = 0, end; is_dated && first < n && !status; first = end) {
    end = end_of_symbol(places, first, n);
    status = give_stretches(universe, places, first, end, err);
  }
  free(places);
  if (!status && is_dated) drop_empty(universe);
  return status;
}
