#include "loaders/header.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "loaders/clock_text.h"
#include "loaders/date_order.h"
#include "loaders/decimal.h"
#include "loaders/excerpt.h"
#include "loaders/stamp.h"

enum { NAMES_SIZE = 160 }; /* of the names of a header in a message */

size_t bt_header__count_names(const bt_cells *cells, size_t row)
{
  size_t n = bt_cells__count(cells, row);
  while (n > 0 && *bt_cells__at(cells, row, n - 1) == '\0') n--;
  return n;
}

bt_status bt_header__fail(const bt_header *header, bt_columns_found found, bt_role role,
                          bt_error *err)
{
  char names[NAMES_SIZE] = "", cell[BT_EXCERPT_SIZE];
  const char *what = found == BT_COLUMNS_TWICE ? "several columns could be" : "no column for";
  size_t used = 0, n_names = bt_header__count_names(header->cells, header->row);
  for (size_t c = 0; c < n_names && used < sizeof names - BT_EXCERPT_SIZE; c++)
    used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", c > 0 ? ", " : "",
                             bt_excerpt__copy(cell, bt_cells__at(header->cells, header->row, c)));
  return bt_fail(err, BT_ERR_DATA, "%s:%zu: %s %s among %s", header->path,
                 header->cells->row_line[header->row], what, bt_columns__role_name(role), names);
}

/* ---- what a column holds -------------------------------------------------------------------- */

static bool read_date(bt_stamp *out, const bt_cells *cells, size_t row, size_t column)
{
  const char *text = bt_cells__at(cells, row, column);
  return bt_stamp__parse(out, text, strlen(text)) && out->kind != BT_STAMP_SMALL_NUMBER;
}

/* Most of the rows at hand decide what a column is. */
typedef struct content {
  bool dates;       /* dates, with or without a time of day */
  bool clock_dates; /* dates, at least one of them not at midnight */
  bool times;       /* times of day alone */
  bool colons;      /* most of these are written with colons */
} content;

/* `joined`: whole numbers from 0 on, as times of day without the zeros in front, are times, too. */
static content look_at_as(const bt_header *h, size_t column, bool joined)
{
  size_t n_rows = 0, n_dates = 0, n_clock_dates = 0, n_times = 0, n_colons = 0;
  for (size_t row = h->first_data; row < h->cells->n_rows; row++, n_rows++) {
    const char *text = bt_cells__at(h->cells, row, column);
    bt_stamp stamp;
    int64_t time_ns;
    int16_t zone_min;
    if (read_date(&stamp, h->cells, row, column)) {
      n_dates++;
      n_clock_dates += stamp.has_time && stamp.local_ns % BT_NS_PER_DAY != 0;
    }
    const char *end = text + strlen(text);
    if (bt_stamp__parse_time(&time_ns, &zone_min, text, (size_t)(end - text)) ||
        (joined && bt_clock_text__read_joined(&time_ns, text, end, false))) {
      n_times++;
      n_colons += strchr(text, ':') != NULL;
    }
  }
  content found = {.dates = 2 * n_dates > n_rows, .times = 2 * n_times > n_rows};
  found.clock_dates = found.dates && n_clock_dates > 0;
  found.colons = 2 * n_colons > n_times;
  return found;
}

static content look_at(const bt_header *h, size_t column)
{
  return look_at_as(h, column, false);
}

/* Whether two columns of dates name the same days, give or take one for the zone. Where the order
 * of day and month is open, either will do. */
static bool agree(const bt_header *h, size_t column_a, size_t column_b)
{
  size_t n_both = 0, n_near[BT_N_ORDERS] = {0}, most = 0;
  for (size_t row = h->first_data; row < h->cells->n_rows; row++) {
    bt_stamp a, b;
    if (!read_date(&a, h->cells, row, column_a) || !read_date(&b, h->cells, row, column_b))
      continue;
    n_both++;
    for (int order = 0; order < BT_N_ORDERS; order++) {
      int64_t a_ns = a.local_ns, b_ns = b.local_ns;
      if (a.kind == BT_STAMP_PARTS && !bt_date_order__resolve(&a_ns, &a, (bt_date_order)order))
        continue;
      if (b.kind == BT_STAMP_PARTS && !bt_date_order__resolve(&b_ns, &b, (bt_date_order)order))
        continue;
      int64_t days = bt_time_days(a_ns) - bt_time_days(b_ns);
      n_near[order] += days >= -1 && days <= 1;
    }
  }
  for (int order = 0; order < BT_N_ORDERS; order++)
    if (n_near[order] > most) most = n_near[order];
  return n_both > 0 && 10 * most >= 9 * n_both;
}

/* ---- date and time ----------------------------------------------------------------------------
 */

static bool is_mapped(const bt_columns *columns, size_t column)
{
  for (size_t role = 0; role < BT_ROLE_COUNT; role++)
    if (columns->at[role] == column) return true;
  return false;
}

/* The first column with a name of this kind that holds dates. */
static size_t find_dates(const bt_columns *columns, const bt_header *h, bt_name_kind kind)
{
  size_t column = BT_NO_COLUMN;
  for (size_t n = 0;
       (column = bt_columns__candidate(columns, h->cells, h->row, kind, n)) != BT_NO_COLUMN; n++)
    if (look_at(h, column).dates) return column;
  return BT_NO_COLUMN;
}

/* The date by its name; else the first column without a role that holds dates: an index without a
 * name, or a name in another language. A column of whole days is what the bars are of: a time stamp
 * of other days beside it tells when they were fetched. */
static size_t find_date(const bt_columns *columns, const bt_header *h)
{
  size_t by_name = columns->at[BT_ROLE_DATE], date = find_dates(columns, h, BT_NAME_DATE);
  if (date == BT_NO_COLUMN && by_name != BT_NO_COLUMN && look_at(h, by_name).dates) date = by_name;
  for (size_t c = 0; date == BT_NO_COLUMN && c < bt_columns__count(h->cells, h->row); c++)
    if (!is_mapped(columns, c) && look_at(h, c).dates) date = c;
  if (date == BT_NO_COLUMN) return by_name;
  size_t day = find_dates(columns, h, BT_NAME_DAY);
  bool whole_days = day != BT_NO_COLUMN && day != date && !look_at(h, day).clock_dates;
  return whole_days && !agree(h, date, day) ? day : date;
}

/* Beside whole days, a column of times of day; or one that holds the same days with their times,
 * which then is the date. False where it is neither. */
static bool take_clock(bt_columns *columns, const bt_header *h, size_t column, bool needs_colons)
{
  size_t date = columns->at[BT_ROLE_DATE];
  if (column == date) return false;
  content found = look_at_as(h, column, !needs_colons);
  if (found.times && !found.dates && (found.colons || !needs_colons)) {
    columns->at[BT_ROLE_TIME] = column;
    columns->joined_times = !found.colons;
    return true;
  }
  if (!found.clock_dates || !agree(h, date, column)) return false;
  columns->at[BT_ROLE_DATE] = column;
  return true;
}

static void settle_date(bt_columns *columns, const bt_header *h)
{
  /* the names of dates, such as Timestamp, may stand above times; 240 may be anything there */
  static const bt_name_kind kinds[] = {BT_NAME_TIME, BT_NAME_DATE};
  size_t date = columns->at[BT_ROLE_DATE] = find_date(columns, h);
  columns->at[BT_ROLE_TIME] = BT_NO_COLUMN;
  if (date == BT_NO_COLUMN || look_at(h, date).clock_dates) return;
  for (size_t kind = 0; kind < 2; kind++) {
    size_t column = BT_NO_COLUMN;
    for (size_t n = 0;; n++) {
      column = bt_columns__candidate(columns, h->cells, h->row, kinds[kind], n);
      if (column == BT_NO_COLUMN) break;
      if (take_clock(columns, h, column, kinds[kind] == BT_NAME_DATE)) return;
    }
  }
}

/* ---- rows below the names ------------------------------------------------------------------- */

static bool is_number_or_missing(const char *text)
{
  double value;
  size_t length = strlen(text);
  return bt_decimal__parse(&value, text, length, '.') != BT_DECIMAL_BAD ||
         bt_decimal__parse(&value, text, length, ',') != BT_DECIMAL_BAD;
}

static bool repeats_names(const bt_header *h, size_t row)
{
  for (size_t c = 0; c < bt_columns__count(h->cells, h->row); c++)
    if (strcmp(bt_cells__at(h->cells, h->row, c), bt_cells__at(h->cells, row, c)) != 0)
      return false;
  return true;
}

/* A line below the names that is no bar: Ticker,AAPL,AAPL,... or Date,,,,... of yfinance, units in
 * parentheses. It has no date, no number, and nothing that stands for a missing one. */
static bool is_header_tail(const bt_columns *columns, const bt_header *h, size_t row)
{
  bt_stamp stamp;
  size_t date = columns->at[BT_ROLE_DATE] == BT_NO_COLUMN ? 0 : columns->at[BT_ROLE_DATE];
  if (strpbrk(bt_cells__at(h->cells, row, date), "0123456789")) return false;
  for (size_t role = BT_ROLE_OPEN; role <= BT_ROLE_CLOSE; role++) {
    const char *text = bt_cells__at(h->cells, row, columns->at[role]);
    if (*text != '\0' && is_number_or_missing(text)) return false;
  }
  for (size_t c = 0; c < bt_columns__count(h->cells, row); c++)
    if (read_date(&stamp, h->cells, row, c)) return false;
  return bt_header__count_names(h->cells, row) > 0 && !repeats_names(h, row);
}

/* Rows that most often have more fields than the header has names are out of step with it. */
static size_t count_longer_rows(const bt_header *h, size_t n_names, size_t *n_rows,
                                size_t *n_fields)
{
  size_t n_longer = 0;
  *n_rows = 0;
  for (size_t row = h->first_data; row < h->cells->n_rows; row++, ++*n_rows) {
    size_t n = bt_header__count_names(h->cells, row);
    if (n <= n_names) continue;
    n_longer++;
    *n_fields = n;
  }
  return n_longer;
}

/* R and others write row names in front and no name above them: then all columns move by one. */
static bool shift_columns(bt_columns *columns, const bt_header *h, size_t n_names, size_t n_fields)
{
  if (columns->at[BT_ROLE_DATE] != BT_NO_COLUMN || n_fields != n_names + 1) return false;
  if (!look_at(h, 0).dates) return false;
  for (size_t role = 0; role < BT_ROLE_COUNT; role++)
    if (columns->at[role] != BT_NO_COLUMN) columns->at[role]++;
  columns->at[BT_ROLE_DATE] = 0;
  return true;
}

static void assert_one_role_each(const bt_columns *columns)
{
  for (size_t a = 0; a < BT_ROLE_COUNT; a++)
    for (size_t b = 0; b < a; b++)
      assert(columns->at[a] == BT_NO_COLUMN || columns->at[a] != columns->at[b]);
  (void)columns;
}

bt_status bt_header__settle(bt_columns *columns, bt_header *header, bt_error *err)
{
  const bt_cells *cells = header->cells;
  size_t row = header->first_data = header->row + 1;
  while (row < cells->n_rows && row <= header->row + 2 && is_header_tail(columns, header, row))
    row++;
  header->first_data = row;
  if (row >= cells->n_rows)
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: header only: no rows follow", header->path,
                   cells->row_line[header->row]);
  columns->at[BT_ROLE_SYMBOL] =
      bt_columns__candidate(columns, cells, header->row, BT_NAME_SYMBOL, 0);
  settle_date(columns, header);
  size_t n_names = bt_header__count_names(cells, header->row), n_rows, n_fields = 0;
  size_t n_longer = count_longer_rows(header, n_names, &n_rows, &n_fields);
  if (2 * n_longer > n_rows && !shift_columns(columns, header, n_names, n_fields))
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: rows have %zu fields, the header names %zu",
                   header->path, cells->row_line[row], n_fields, n_names);
  if (columns->at[BT_ROLE_DATE] == BT_NO_COLUMN)
    return bt_header__fail(header, BT_COLUMNS_SOME, BT_ROLE_DATE, err);
  assert_one_role_each(columns);
  return BT_OK;
}
