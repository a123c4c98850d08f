#include "loaders/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/char.h"
#include "loaders/clock_text.h"
#include "loaders/decimal.h"
#include "loaders/excerpt.h"
#include "loaders/rows.h"
#include "loaders/separator.h"
#include "loaders/stamp.h"

/* A row read once more, as text and as numbers. */
typedef struct row_text {
  char cell[BT_ROLE_COUNT][BT_EXCERPT_SIZE]; /* by role */
  double price[BT_N_PRICES];
  bt_decimal result[BT_N_PRICES];
  bool commented; /* it begins with # */
  bool date_parses, has_line_end;
  bool time_parses;
  char zone[BT_EXCERPT_SIZE]; /* what makes a date none, if that is a name behind it; else "" */
} row_text;

/* The names of the columns, by role. */
typedef struct names {
  char of[BT_ROLE_COUNT][BT_EXCERPT_SIZE];
} names;

static void read_names(names *out, const bt_format *format, const bt_format_input *input)
{
  for (size_t role = 0; role < BT_ROLE_COUNT; role++) {
    size_t column = format->columns.at[role];
    out->of[role][0] = '\0';
    if (column != BT_NO_COLUMN)
      bt_excerpt__copy(out->of[role], bt_format__field_name(format, input, column));
    if (out->of[role][0] == '\0')
      (void)snprintf(out->of[role], BT_EXCERPT_SIZE, "%s", bt_columns__role_name((bt_role)role));
  }
}

/* The name at the end of a date, if without it the date is one: 2021-01-29 14:30 EST. */
static void find_zone(char zone[BT_EXCERPT_SIZE], const char *cell)
{
  char date[BT_EXCERPT_SIZE];
  bt_stamp stamp;
  size_t length = strlen(cell), name_at = length;
  while (name_at > 0 && (bt_char_is_letter(cell[name_at - 1]) || strchr("/_", cell[name_at - 1])))
    name_at--;
  zone[0] = '\0';
  if (name_at == length || name_at >= sizeof date) return;
  memcpy(date, cell, name_at);
  date[name_at] = '\0';
  if (bt_stamp__parse(&stamp, date, name_at) && stamp.has_time)
    bt_excerpt__copy(zone, cell + name_at);
}

/* The row that begins at `text`. False without memory. */
static bool read_row(row_text *out, const char *text, const bt_format *format,
                     const bt_format_input *input)
{
  size_t length = input->length - (size_t)(text - input->text);
  input->cells->which = BT_CELLS_ALL;
  if (!bt_cells__read(input->cells, input->parser, text, length, 1, 1)) return false;
  out->commented = *bt_cells__at(input->cells, 0, 0) == '#';
  out->has_line_end = false;
  for (size_t c = 0; c < bt_cells__count(input->cells, 0); c++)
    out->has_line_end = out->has_line_end || strchr(bt_cells__at(input->cells, 0, c), '\n');
  for (size_t role = 0; role < BT_ROLE_COUNT; role++) {
    const char *cell = bt_cells__at(input->cells, 0, format->columns.at[role]);
    bt_excerpt__copy(out->cell[role], cell);
    if (role < BT_N_PRICES)
      out->result[role] = bt_decimal__parse(&out->price[role], cell, strlen(cell), format->mark);
    if (role == BT_ROLE_DATE) {
      bt_stamp stamp;
      out->date_parses =
          bt_stamp__parse(&stamp, cell, strlen(cell)) && stamp.kind != BT_STAMP_SMALL_NUMBER;
      find_zone(out->zone, cell);
    }
    if (role == BT_ROLE_TIME) {
      int64_t time_ns;
      int16_t zone_min;
      out->time_parses = bt_stamp__parse_time(&time_ns, &zone_min, cell, strlen(cell)) ||
                         bt_clock_text__read_joined(&time_ns, cell, cell + strlen(cell), false);
    }
  }
  return true;
}

static void explain_date(char *out, size_t size, const row_text *row, const bt_format *format,
                         const names *n)
{
  bool has_time = format->columns.at[BT_ROLE_TIME] != BT_NO_COLUMN;
  bool by_time = row->date_parses && has_time && !row->time_parses;
  bt_role role = by_time ? BT_ROLE_TIME : BT_ROLE_DATE;
  if (row->commented)
    (void)snprintf(out, size, "the row is commented out by a #");
  else if (row->date_parses && row->has_line_end)
    (void)snprintf(out, size, "a quoted field runs on over several lines");
  else if (row->cell[role][0] == '\0')
    (void)snprintf(out, size, "field %zu (%s) is empty", format->columns.at[role] + 1, n->of[role]);
  else if (!by_time && row->zone[0] != '\0')
    (void)snprintf(out, size, "field %zu (%s): unknown time zone '%s'",
                   format->columns.at[role] + 1, n->of[role], row->zone);
  else
    (void)snprintf(out, size, "field %zu (%s): '%s' is not a %s", format->columns.at[role] + 1,
                   n->of[role], row->cell[role], by_time ? "time of day" : "date");
}

/* The first price with the fault, or the last one looked at. */
static size_t faulty_price(const row_text *row, bt_row_issue kind)
{
  static const bt_decimal results[BT_ROW_ISSUE_COUNT] = {[BT_ROW_MISSING] = BT_DECIMAL_MISSING,
                                                         [BT_ROW_NOT_NUMBER] = BT_DECIMAL_BAD,
                                                         [BT_ROW_NOT_FINITE] = BT_DECIMAL_INFINITE};
  size_t role = BT_ROLE_OPEN;
  for (; role < BT_ROLE_CLOSE; role++) {
    if (kind == BT_ROW_NOT_POSITIVE && row->result[role] == BT_DECIMAL_OK && row->price[role] <= 0)
      break;
    if (kind != BT_ROW_NOT_POSITIVE && row->result[role] == results[kind]) break;
  }
  return role;
}

static void explain_price(char *out, size_t size, const row_text *row, const bt_format *format,
                          const names *n, bt_row_issue kind)
{
  static const char *const texts[BT_ROW_ISSUE_COUNT] = {[BT_ROW_MISSING] = "is no price",
                                                        [BT_ROW_NOT_NUMBER] = "is not a number",
                                                        [BT_ROW_NOT_FINITE] = "is not finite",
                                                        [BT_ROW_NOT_POSITIVE] = "is not above 0"};
  size_t role = faulty_price(row, kind);
  if (row->cell[role][0] == '\0')
    (void)snprintf(out, size, "field %zu (%s) is empty", format->columns.at[role] + 1, n->of[role]);
  else
    (void)snprintf(out, size, "field %zu (%s): '%s' %s", format->columns.at[role] + 1, n->of[role],
                   row->cell[role], texts[kind]);
}

static void explain_range(char *out, size_t size, const row_text *row, const bt_format *format,
                          const names *n)
{
  const double *p = row->price;
  size_t role = p[BT_ROLE_OPEN] > p[BT_ROLE_HIGH] || p[BT_ROLE_OPEN] < p[BT_ROLE_LOW]
                    ? BT_ROLE_OPEN
                    : BT_ROLE_CLOSE;
  double beside[BT_N_PRICES] = {p[role], p[BT_ROLE_HIGH], p[BT_ROLE_LOW], p[role], 0};
  /* of two that lie outside, name the one by more than the slack */
  if (bt_rows__check_prices(beside) == BT_ROW_ISSUE_COUNT) role = BT_ROLE_CLOSE;
  bool above = p[role] > p[BT_ROLE_HIGH];
  size_t bound = above ? BT_ROLE_HIGH : BT_ROLE_LOW;
  (void)snprintf(out, size, "field %zu (%s): %s is %s %s %s", format->columns.at[role] + 1,
                 n->of[role], row->cell[role], above ? "above" : "below",
                 bt_columns__role_name((bt_role)bound), row->cell[bound]);
}

static void explain(bt_load_issue *issue, const row_text *row, const bt_case *found,
                    const bt_format *format, const names *n)
{
  char *out = issue->detail;
  size_t size = sizeof issue->detail;
  switch (issue->kind) {
  case BT_ROW_BAD_DATE:
    explain_date(out, size, row, format, n);
    break;
  case BT_ROW_HIGH_BELOW_LOW:
    (void)snprintf(out, size, "high %s is below low %s", row->cell[BT_ROLE_HIGH],
                   row->cell[BT_ROLE_LOW]);
    break;
  case BT_ROW_OUTSIDE:
    explain_range(out, size, row, format, n);
    break;
  case BT_ROW_REPEATED_TIME:
    (void)snprintf(out, size, "the time repeats line %zu, which stays", found->other_line);
    break;
  case BT_ROW_UNADJUSTED:
    (void)snprintf(out, size, "field %zu (%s): '%s' is unusable, prices stay unadjusted",
                   format->columns.at[BT_ROLE_ADJUSTED] + 1, n->of[BT_ROLE_ADJUSTED],
                   row->cell[BT_ROLE_ADJUSTED]);
    break;
  default:
    explain_price(out, size, row, format, n, issue->kind);
  }
  bt_excerpt__trim(out);
}

/* ---- all cases of a file -----------------------------------------------------------------------
 */

/* A case with its place in the report. */
typedef struct place {
  bt_case found;
  size_t issue;
} place;

static int compare_places(const void *a, const void *b)
{
  size_t line_a = ((const place *)a)->found.line, line_b = ((const place *)b)->found.line;
  return line_a < line_b ? -1 : line_a > line_b;
}

bt_status bt_explain__issues(bt_load_report *report, const bt_account *account,
                             const bt_format *format, const bt_format_input *input, bt_error *err)
{
  place places[BT_LOAD_ISSUES_MOST];
  size_t n_places = 0;
  for (size_t kind = 0; kind < BT_ROW_ISSUE_COUNT; kind++)
    for (size_t i = 0; i < account->n_cases[kind]; i++) {
      report->issues[n_places].kind = (bt_row_issue)kind;
      places[n_places] = (place){account->cases[kind][i], n_places};
      n_places++;
    }
  report->n_issues = n_places;
  if (n_places == 0) return BT_OK;
  /* by line, so that one walk through the text finds them all */
  qsort(places, n_places, sizeof places[0], compare_places);
  names columns;
  read_names(&columns, format, input);
  const char *at = input->text + format->data_at;
  size_t line = format->data_line;
  for (size_t i = 0; i < n_places; i++) {
    for (; line < places[i].found.line; line++) at = bt_separator__next_line(at);
    row_text row;
    if (!read_row(&row, at, format, input)) return bt_fail_nomem(err, "issues");
    bt_load_issue *issue = &report->issues[places[i].issue];
    issue->line = line;
    (void)snprintf(issue->time_text, sizeof issue->time_text, "%s", row.cell[BT_ROLE_DATE]);
    explain(issue, &row, &places[i].found, format, &columns);
  }
  return BT_OK;
}
