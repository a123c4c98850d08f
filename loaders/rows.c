#include "loaders/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "loaders/clock_text.h"
#include "loaders/decimal.h"

enum {
  DATE_LENGTH = 10,        /* of yyyy-mm-dd */
  FIRST_CAPACITY = 4096,   /* rows */
  SEPARATORS_OF_A_ROW = 3, /* so many behind a line end inside quotes: rows were swallowed */
  GOOD_PRICES = 0xf,       /* bits of the four prices */
  GOOD_ROW = GOOD_PRICES | 1 << BT_ROLE_DATE
};

typedef struct reader {
  bt_rows *rows;
  const bt_format *format;
  bool has_quotes;
  bool no_memory;
  unsigned char roles[BT_FIELDS_MOST + 1]; /* one more: all may have moved by one */
  size_t n_roles;                          /* fields up to the last one that is needed */
  bt_row *row; /* the row at hand, in the place where it stays if it is good */
  size_t n_fields;
  unsigned good;                    /* bit of each role that was read */
  unsigned char fault[BT_N_PRICES]; /* bt_decimal, where a price was not */
  int64_t time_of_day_ns;
  int16_t zone_min; /* of the time column */
  /* times of day as whole numbers: of the first reading of a file, and how to read them */
  size_t n_short_times, n_long_times;
  bool with_seconds;
  bool swallowed;              /* a quoted field holds other rows */
  bool commented;              /* the row begins with # */
  bool any_text;               /* of a row without a good field: some field is not empty */
  uint8_t symbol, last_symbol; /* of the row at hand, and of the last good one */
  /* lines of the file */
  size_t line, row_line;
  /* of the last date written as yyyy-mm-dd: what stands before the day, and the day before the
   * first of the month; days_in_month is 0 where there was none */
  char month[DATE_LENGTH - 2];
  int64_t month_ns;
  unsigned days_in_month;
} reader;

static bt_row_issue issue_of(unsigned char fault)
{
  if (fault == BT_DECIMAL_MISSING) return BT_ROW_MISSING;
  return fault == BT_DECIMAL_INFINITE ? BT_ROW_NOT_FINITE : BT_ROW_NOT_NUMBER;
}

/* Quoted fields may hold line ends. A quote that is not meant as one then hides whole rows: seen by
 * the separators behind the line end. */
static void count_lines(reader *r, const char *field, size_t length)
{
  const char *end = field + length, *line = memchr(field, '\n', length);
  size_t n_separators = 0;
  if (!line) return;
  for (const char *at = line; at < end; at++) {
    r->line += *at == '\n';
    n_separators += *at == r->format->separator;
  }
  if (n_separators >= SEPARATORS_OF_A_ROW) r->swallowed = true;
}

/* Keeps the month of a date that is written as yyyy-mm-dd, for take_next_day; not one of the two
 * that bt_time_from_date cuts. */
static void remember_month(reader *r, const char *field)
{
  bt_date date = bt_date_from_days(bt_time_days(r->row->stamp.local_ns));
  int64_t first_ns = 0, last_ns = 0;
  int n_days = bt_date_days_in_month(date.year, date.month);
  if (!bt_time_from_date(&first_ns, (bt_date){date.year, date.month, 1}, 0) ||
      !bt_time_from_date(&last_ns, (bt_date){date.year, date.month, n_days}, 0))
    return;
  memcpy(r->month, field, sizeof r->month);
  r->month_ns = first_ns - BT_NS_PER_DAY;
  r->days_in_month = (unsigned)n_days;
}

static void on_date(reader *r, const char *field, size_t length)
{
  if (!bt_stamp__parse(&r->row->stamp, field, length)) return;
  r->good |= 1u << BT_ROLE_DATE;
  const bt_stamp *stamp = &r->row->stamp;
  bool plain = stamp->kind == BT_STAMP_DATE && !stamp->has_time;
  if (plain && length == DATE_LENGTH && field[4] == '-' && field[7] == '-')
    remember_month(r, field);
}

static void on_symbol(reader *r, const char *field, size_t length)
{
  if (length > 0) r->symbol = bt_symbols__number(&r->rows->symbols, field, length);
}

/* Whole numbers as times of day do not show whether they have seconds; the longer ones do. */
static void on_time(reader *r, const char *field, size_t length)
{
  bool joined =
      r->format->columns.joined_times && length <= 6 &&
      bt_clock_text__read_joined(&r->time_of_day_ns, field, field + length, r->with_seconds);
  r->n_short_times += joined && length <= 4 && *field != '0';
  r->n_long_times += joined && length > 4;
  if (joined || bt_stamp__parse_time(&r->time_of_day_ns, &r->zone_min, field, length))
    r->good |= 1u << BT_ROLE_TIME;
}

static void on_field(void *text, size_t length, void *context)
{
  reader *r = context;
  const char *field = text;
  size_t index = r->n_fields++;
  if (r->has_quotes) count_lines(r, field, length);
  r->any_text = r->any_text || length > 0;
  if (index >= r->n_roles) return;
  if (index == 0 && length > 0 && *field == '#') {
    r->commented = true;
    field++;
    length--;
  }
  unsigned role = r->roles[index];
  char mark = r->format->mark;
  if (role < BT_N_PRICES) {
    bt_decimal result = bt_decimal__parse(&r->row->price[role], field, length, mark);
    r->fault[role] = (unsigned char)result;
    r->good |= (unsigned)(result == BT_DECIMAL_OK) << role;
  } else if (role == BT_ROLE_DATE) {
    on_date(r, field, length);
  } else if (role == BT_ROLE_VOLUME) {
    bt_decimal result = bt_decimal__parse_amount(&r->row->volume, field, length, mark);
    r->good |= (unsigned)(result == BT_DECIMAL_OK) << role;
  } else if (role == BT_ROLE_TIME) {
    on_time(r, field, length);
  } else if (role == BT_ROLE_SYMBOL) {
    on_symbol(r, field, length);
  }
}

/* Completes the date of the row at hand by its time column. */
static bool finish_date(reader *r)
{
  bt_stamp *stamp = &r->row->stamp;
  if (!(r->good & 1u << BT_ROLE_DATE)) return false;
  if (r->format->columns.at[BT_ROLE_TIME] != BT_NO_COLUMN) {
    if (!(r->good & 1u << BT_ROLE_TIME)) return false;
    if (!stamp->has_time || stamp->local_ns % BT_NS_PER_DAY == 0) {
      stamp->local_ns += r->time_of_day_ns;
      stamp->has_time = true;
      stamp->n_compact = 0; /* a date, as it has its time beside it */
      stamp->ends_day = r->time_of_day_ns == BT_NS_PER_DAY;
      if (r->zone_min != 0) stamp->zone_min = r->zone_min;
    }
  }
  if (stamp->kind == BT_STAMP_PARTS) bt_date_order__vote(&r->rows->votes, stamp, r->row_line);
  return true;
}

static bt_row_issue check_row(reader *r)
{
  if (r->commented || !finish_date(r) || r->swallowed) return BT_ROW_BAD_DATE;
  if ((r->good & GOOD_PRICES) != GOOD_PRICES)
    for (unsigned role = 0;; role++)
      if (!(r->good & 1u << role)) return issue_of(r->fault[role]);
  return bt_rows__check_prices(r->row->price);
}

static bool grow(bt_rows *rows)
{
  size_t capacity = rows->capacity ? 2 * rows->capacity : FIRST_CAPACITY;
  if (capacity > SIZE_MAX / sizeof *rows->rows) return false;
  bt_row *grown = realloc(rows->rows, capacity * sizeof *grown);
  if (!grown) return false;
  rows->rows = grown;
  rows->capacity = capacity;
  return true;
}

static void keep_row(reader *r)
{
  bt_rows *rows = r->rows;
  const bt_stamp *stamp = &r->row->stamp;
  double adjusted = r->row->price[BT_ROLE_ADJUSTED];
  if (!(r->good & 1u << BT_ROLE_ADJUSTED) || !(adjusted > 0))
    r->row->price[BT_ROLE_ADJUSTED] = (double)NAN;
  if (!(r->good & 1u << BT_ROLE_VOLUME) || r->row->volume < 0) r->row->volume = (double)NAN;
  rows->n_epoch += stamp->kind == BT_STAMP_EPOCH;
  rows->n_small += stamp->kind == BT_STAMP_SMALL_NUMBER;
  if (stamp->has_time) {
    rows->n_ends_day += stamp->ends_day;
    if (stamp->local_ns % BT_NS_PER_DAY != 0) rows->all_midnight = false;
  }
  r->row->symbol = r->last_symbol = r->symbol;
  r->row->line = (uint32_t)r->row_line;
  if (rows->n_rows + 1 == rows->capacity && !grow(rows))
    r->no_memory = true; /* what follows overwrites this row */
  else
    rows->n_rows++;
  r->row = &rows->rows[rows->n_rows];
}

static void skip_row(reader *r, bt_row_issue issue)
{
  size_t n_lines = r->swallowed ? r->line - r->row_line + 1 : 1;
  /* separators alone, as spreadsheets write below a table, are a blank line */
  if (!r->any_text && r->good == 0) return;
  /* so is a remark, which has no date and prices behind its # */
  if (r->commented && !r->swallowed && (r->good & GOOD_ROW) != GOOD_ROW) return;
  r->rows->n_seen += n_lines;
  bt_account__add(&r->rows->account, issue, (bt_case){r->row_line, 0}, n_lines);
}

static void finish_row(reader *r)
{
  bt_row_issue issue = check_row(r);
  if (issue == BT_ROW_ISSUE_COUNT) {
    r->rows->n_seen++;
    keep_row(r);
  } else {
    skip_row(r, issue);
  }
  r->n_fields = 0;
  r->good = 0;
  r->symbol = r->last_symbol;
  r->zone_min = 0;
  r->any_text = false;
  r->commented = false;
  r->swallowed = false;
  memset(r->fault, BT_DECIMAL_MISSING, sizeof r->fault); /* what a short row lacks */
}

/* Called for every CR and LF outside quotes, and with -1 at the end of a last row without one. */
static void on_line_end(int character, void *context)
{
  reader *r = context;
  if (r->n_fields > 0) finish_row(r);
  if (character == '\n') r->line++;
  r->row_line = r->line;
}

static void set_roles(reader *r)
{
  memset(r->roles, BT_ROLE_NONE, sizeof r->roles);
  for (size_t role = 0; role < BT_ROLE_COUNT; role++) {
    size_t column = r->format->columns.at[role];
    if (column == BT_NO_COLUMN) continue;
    r->roles[column] = (unsigned char)role;
    if (column >= r->n_roles) r->n_roles = column + 1;
  }
}

static bool is_blank(char c, char separator)
{
  return (c == ' ' || c == '\t') && c != separator;
}

/* A plain price or volume at `at`, read while its end is looked for. NULL where it is anything
 * else.
 */
static inline const char *take_number(reader *r, unsigned role, const char *at, const char *end)
{
  double *value = role == BT_ROLE_VOLUME ? &r->row->volume : &r->row->price[role];
  const char *after = bt_decimal__scan(value, at, end, r->format->mark);
  if (!after || (*after != r->format->separator && *after != '\n' && *after != '\r')) return NULL;
  r->good |= 1u << role;
  r->n_fields++;
  return after;
}

/* The date of a daily file in the usual form, yyyy-mm-dd: files go day by day, so that only the day
 * differs from the date before. NULL where it is anything else. */
static inline const char *take_next_day(reader *r, const char *at, const char *end)
{
  if (end - at < DATE_LENGTH || memcmp(at, r->month, sizeof r->month) != 0 ||
      at[DATE_LENGTH] != r->format->separator)
    return NULL;
  unsigned tens = (unsigned char)at[8] - '0', ones = (unsigned char)at[9] - '0';
  unsigned day = tens * 10 + ones;
  if (tens > 3 || ones > 9 || day < 1 || day > r->days_in_month) return NULL;
  r->row->stamp = (bt_stamp){.local_ns = r->month_ns + (int64_t)day * BT_NS_PER_DAY};
  r->good |= 1u << BT_ROLE_DATE;
  r->n_fields++;
  return at + DATE_LENGTH;
}

/* The symbol of the row before. NULL where it is anything else. */
static inline const char *take_symbol(reader *r, const char *at, const char *end)
{
  const bt_symbols *symbols = &r->rows->symbols;
  if (r->symbol >= symbols->n) return NULL;
  const bt_symbol_text *symbol = &symbols->list[r->symbol];
  if ((size_t)(end - at) <= symbol->length) return NULL;
  const char *after = at + symbol->length;
  if (*after != '\n' && *after != '\r' && *after != r->format->separator) return NULL;
  if (memcmp(at, symbol->text, symbol->length) != 0) return NULL;
  r->any_text = true;
  r->n_fields++;
  return after;
}

/* Any field, without the blanks around it. Returns what follows. */
static inline const char *take_field(reader *r, const char *at, const char *end)
{
  const char separator = r->format->separator;
  while (is_blank(*at, separator)) at++;
  const char *field = at;
  while (*at != separator && *at != '\n' && *at != '\r' && at < end) at++;
  const char *field_end = at;
  while (field_end > field && is_blank(field_end[-1], separator)) field_end--;
  bool ends_row = at == end || *at != separator;
  if (!ends_row || field_end > field || r->n_fields > 0)
    on_field((void *)(uintptr_t)field, (size_t)(field_end - field), r);
  return at;
}

/* Past the last field that is needed, to the end of the line. */
static inline const char *pass_rest(reader *r, const char *at)
{
  const char *after = at + strcspn(at, "\n\r");
  for (; r->good == 0 && !r->any_text && at < after; at++)
    r->any_text = *at != r->format->separator && !is_blank(*at, r->format->separator);
  return after;
}

/* The field at `at`: the usual forms at once, others by splitting them off first. What follows the
 * last field that is needed is passed over. */
static inline const char *take_next(reader *r, const char *at, const char *end)
{
  if (r->n_fields >= r->n_roles) return pass_rest(r, at);
  unsigned role = r->roles[r->n_fields];
  const char *after = NULL;
  if (role <= BT_ROLE_VOLUME) after = take_number(r, role, at, end);
  if (role == BT_ROLE_DATE) after = take_next_day(r, at, end);
  if (role == BT_ROLE_SYMBOL) after = take_symbol(r, at, end);
  return after ? after : take_field(r, at, end);
}

/* What libcsv does with text without quotes, at several times its speed: takes each field without
 * the blanks around it, and each line end. The text ends in a NUL. */
static void split_unquoted(reader *r, const char *text, size_t length)
{
  const char separator = r->format->separator, *at = text, *end = text + length;
  while (at < end) {
    at = take_next(r, at, end);
    if (at == end || *at != separator) on_line_end(at < end ? (unsigned char)*at : -1, r);
    at++;
  }
  /* the text ended in a separator: one more field, as empty as the text behind it */
  if (r->n_fields > 0) {
    on_field((void *)(uintptr_t)end, 0, r);
    on_line_end(-1, r);
  }
}

/* One more line end after the text: if it calls nothing back, it was taken into a quoted field that
 * is still open. On one line that is a row cut short; over several it swallowed rows. */
static bt_status check_last_quote(reader *r, const bt_format_input *input, bt_error *err)
{
  size_t line = r->line;
  if (csv_parse(input->parser, "\n", 1, on_field, on_line_end, r) != 1)
    return bt_fail_nomem(err, "rows");
  if (r->line != line) return BT_OK;
  size_t begun = r->row_line, n_fields = r->n_fields;
  if (csv_fini(input->parser, on_field, on_line_end, r) != 0) return bt_fail_nomem(err, "rows");
  if (r->line > begun + 1)
    return bt_fail(err, BT_ERR_DATA, "%s:%zu: the quote before field %zu is never closed",
                   input->path, begun, n_fields + 1);
  return BT_OK;
}

static bt_status parse_quoted(reader *r, const bt_format_input *input, const char *data,
                              size_t length, bt_error *err)
{
  bt_status status = BT_OK;
  if (csv_parse(input->parser, data, length, on_field, on_line_end, r) != length)
    status = bt_fail_nomem(err, "rows");
  if (status == BT_OK) status = check_last_quote(r, input, err);
  /* brings the parser back to its start, whatever happened */
  if (csv_fini(input->parser, NULL, NULL, NULL) != 0 && status == BT_OK)
    status = bt_fail_nomem(err, "rows");
  return status;
}

/* One reading of all rows. */
static bt_status read_all(reader *r, const bt_format_input *input, bt_error *err)
{
  bt_rows *rows = r->rows;
  rows->n_rows = rows->n_seen = rows->n_epoch = rows->n_small = rows->n_ends_day = 0;
  rows->all_midnight = true;
  rows->votes = (bt_date_votes){0};
  rows->symbols.n = 0;
  memset(&rows->account, 0, sizeof rows->account);
  memset(r->fault, BT_DECIMAL_MISSING, sizeof r->fault);
  r->line = r->row_line = r->format->data_line;
  r->row = rows->rows;
  bt_status status = BT_OK;
  const char *data = input->text + r->format->data_at;
  size_t length = input->length - r->format->data_at;
  if (r->has_quotes)
    status = parse_quoted(r, input, data, length, err);
  else
    split_unquoted(r, data, length);
  return status == BT_OK && r->no_memory ? bt_fail_nomem(err, "rows") : status;
}

bt_status bt_rows__read(bt_rows *out, const bt_format *format, const bt_format_input *input,
                        bt_error *err)
{
  if (out->capacity == 0 && !grow(out)) return bt_fail_nomem(err, "rows");
  bool has_quotes = memchr(input->text, '"', input->length) != NULL;
  for (bool with_seconds = false;; with_seconds = true) {
    reader r = {
        .rows = out, .format = format, .has_quotes = has_quotes, .with_seconds = with_seconds};
    set_roles(&r);
    bt_status status = read_all(&r, input, err);
    bool has_seconds = r.n_short_times > 0 && r.n_long_times > r.n_short_times;
    if (status != BT_OK || with_seconds || !has_seconds) return status;
  }
}

void bt_rows__clear(bt_rows *rows)
{
  free(rows->rows);
  *rows = (bt_rows){0};
}
