#include "loaders/bar_cache_entry.h"

#include <float.h>
#include <stdio.h>
#include <string.h>
/* compiled in: the library's own XXH3 knows the vectors of the baseline alone */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "loaders/bar_cache_column.h"
#include "loaders/layouts.h"

/* A digest of the sources that decide what bars are; the Makefile sets it. */
#ifndef BT_LOADERS_ID
#error "BT_LOADERS_ID is not set"
#endif

#define FORMAT_VERSION 3
#define BYTE_ORDER_MARK UINT32_C(0x01020304)

static const char magic[8] = "btbars\r\n";
static const char program[48] = BT_VERSION " " BT_LOADERS_ID;

/* The beginning of an entry. No padding. */
typedef struct entry_head {
  char magic[sizeof magic];
  uint64_t checksum; /* of all bytes behind it */
  uint32_t byte_order, version, head_size, issue_size;
  uint64_t n_bytes; /* of the entry */
  char program[sizeof program];
  bt_source_facts facts;
  uint64_t key_length, n_issues, n_bars;
  char layout[40];
  uint64_t n_rows, rows_skipped, counts[BT_ROW_ISSUE_COUNT];
  int64_t first_ns, last_ns, first_local_ns, last_local_ns;
  uint64_t content_hash;
  uint32_t adjusted, daily;
  bt_column columns[BT_ENTRY_COLUMNS];
} entry_head;

/* Columns by number. */
enum { TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, FACTOR };

enum { SUMMED_FROM = sizeof magic + sizeof(uint64_t) };

_Static_assert(sizeof(bt_source_facts) == 7 * sizeof(uint64_t), "facts have no padding");
_Static_assert(sizeof(entry_head) % sizeof(uint64_t) == 0, "issues stand at whole numbers");

/* Up to a whole line. */
static size_t pad(size_t n_bytes)
{
  return n_bytes + (BT_ENTRY_LINE - n_bytes % BT_ENTRY_LINE) % BT_ENTRY_LINE;
}

/* The key's NUL is in the entry, too; behind it the issues are aligned. */
static size_t issues_offset(size_t key_length)
{
  return (sizeof(entry_head) + key_length + 8) / 8 * 8;
}

static size_t columns_offset(size_t key_length, size_t n_issues)
{
  return pad(issues_offset(key_length) + n_issues * sizeof(bt_load_issue));
}

/* ---- making one -------------------------------------------------------------------------------
 */

static void fill_head(entry_head *head, const bt_entry_tag *tag, const bt_bars *bars,
                      const bt_load_report *report)
{
  head->byte_order = BYTE_ORDER_MARK;
  head->version = FORMAT_VERSION;
  head->head_size = sizeof(entry_head);
  head->issue_size = sizeof(bt_load_issue);
  head->facts = tag->facts;
  head->key_length = tag->key_length;
  head->n_issues = report->n_issues;
  head->n_bars = bars->n_bars;
  head->n_rows = report->n_rows;
  head->rows_skipped = report->rows_skipped;
  for (size_t i = 0; i < BT_ROW_ISSUE_COUNT; i++) head->counts[i] = report->counts[i];
  head->first_ns = report->first_ns;
  head->last_ns = report->last_ns;
  head->first_local_ns = report->first_local_ns;
  head->last_local_ns = report->last_local_ns;
  head->content_hash = report->content_hash;
  head->adjusted = report->adjusted;
  head->daily = bars->daily;
  memcpy(head->magic, magic, sizeof magic);
  memcpy(head->program, program, sizeof program);
  (void)snprintf(head->layout, sizeof head->layout, "%s", report->layout);
}

/* Into zeroed memory: the bytes between the members are zero, too. */
static void copy_issues(bt_load_issue *to, const bt_load_report *report)
{
  for (size_t i = 0; i < report->n_issues; i++) {
    to[i].kind = report->issues[i].kind;
    to[i].line = report->issues[i].line;
    memcpy(to[i].time_text, report->issues[i].time_text, sizeof to[i].time_text);
    memcpy(to[i].detail, report->issues[i].detail, sizeof to[i].detail);
  }
}

/* Packs the column `i` to `to`. Returns how many bytes it takes. */
static size_t pack_column(bt_column *out, char *to, const bt_bars *bars, size_t i)
{
  const double *const numbers[BT_ENTRY_COLUMNS] = {
      NULL, bars->open, bars->high, bars->low, bars->close, bars->volume, bars->adjust_factor};
  const double *factors = bars->adjust_factor;
  size_t n = bars->n_bars, used = 0;
  if (i == TIME) return bt_column__pack_times(out, to, bars->time_ns, n);
  used = bt_column__pack_numbers(out, to, numbers[i], n);
  if (used < n * sizeof(double)) return used;
  if (i == FACTOR) used = bt_column__pack_divisors(out, to, bars->close, factors, n);
  if (i <= LOW) used = bt_column__pack_raw(out, to, numbers[i], factors, n);
  return used > 0 ? used : bt_column__pack_numbers(out, to, numbers[i], n);
}

static uint64_t sum_of(const void *block, size_t n_bytes)
{
  return XXH3_64bits((const char *)block + SUMMED_FROM, n_bytes - SUMMED_FROM);
}

bt_status bt_entry__make(bt_buffer *out, const bt_entry_tag *tag, const bt_bars *bars,
                         const bt_load_report *report, bt_error *err)
{
  size_t used = columns_offset(tag->key_length, report->n_issues);
  size_t most = used + BT_ENTRY_COLUMNS * pad(bars->n_bars * sizeof(double));
  if (!bt_buffer__reserve(out, most)) return bt_fail_nomem(err, "bar cache");
  char *start = out->bytes;
  entry_head *head = (entry_head *)(void *)start;
  memset(start, 0, used);
  fill_head(head, tag, bars, report);
  memcpy(start + sizeof *head, tag->key, tag->key_length);
  copy_issues((bt_load_issue *)(void *)(start + issues_offset(tag->key_length)), report);
  for (size_t i = 0; i < BT_ENTRY_COLUMNS; i++) {
    size_t n = pack_column(&head->columns[i], start + used, bars, i);
    memset(start + used + n, 0, pad(n) - n);
    used += pad(n);
  }
  head->n_bytes = out->length = used;
  head->checksum = sum_of(start, used);
  return BT_OK;
}

/* ---- reading one ------------------------------------------------------------------------------
 */

/* Whether the head fits the block and is what is wanted; nothing behind it is looked at. */
static bool is_of(const entry_head *head, size_t n_bytes, const bt_entry_tag *tag)
{
  return memcmp(head->magic, magic, sizeof magic) == 0 && head->byte_order == BYTE_ORDER_MARK &&
         head->version == FORMAT_VERSION && head->head_size == sizeof *head &&
         head->issue_size == sizeof(bt_load_issue) && head->n_bytes == n_bytes &&
         memcmp(head->program, program, sizeof program) == 0 &&
         memcmp(&head->facts, &tag->facts, sizeof tag->facts) == 0 &&
         head->key_length == tag->key_length;
}

/* Whether its counts make an entry of its size: no offset then lies outside. */
static bool is_sound(const entry_head *head)
{
  size_t used, n = 0;
  if (head->n_bars == 0 || head->n_bars > head->n_bytes || head->n_issues > BT_LOAD_ISSUES_MOST)
    return false; /* a time takes two bytes at least */
  used = columns_offset(head->key_length, head->n_issues);
  for (size_t i = 0; i < BT_ENTRY_COLUMNS; i++) {
    const bt_column *column = &head->columns[i];
    bool ok = i == TIME ? bt_column__size_times(&n, column, (size_t)head->n_bars)
                        : bt_column__size_numbers(&n, column, (size_t)head->n_bars);
    bool fits = column->sense == BT_COLUMN_ITSELF ||
                column->sense == (i == FACTOR ? BT_COLUMN_DIVISOR : BT_COLUMN_RAW);
    if (!ok || !fits) return false;
    used += pad(n);
  }
  return head->n_bytes == used;
}

/* A checksum is no proof against a program that makes one: no text without an end, no unknown kind.
 */
static bool are_sound(const bt_load_issue *issues, size_t n_issues)
{
  for (size_t i = 0; i < n_issues; i++) {
    const bt_load_issue *issue = &issues[i];
    if ((unsigned)issue->kind >= BT_ROW_ISSUE_COUNT ||
        issue->time_text[sizeof issue->time_text - 1] != '\0' ||
        issue->detail[sizeof issue->detail - 1] != '\0')
      return false;
  }
  return true;
}

static const bt_load_issue *issues_of(const entry_head *head)
{
  const void *issues = (const char *)head + issues_offset((size_t)head->key_length);
  return issues;
}

static const bt_layout *layout_of(const entry_head *head)
{
  char name[sizeof head->layout + 1] = "";
  memcpy(name, head->layout, sizeof head->layout);
  return bt_layouts__find(name);
}

size_t bt_entry__count_bars(const void *block, size_t n_bytes, const bt_entry_tag *tag)
{
  const entry_head *head = block;
  if (n_bytes < sizeof *head || !is_of(head, n_bytes, tag)) return 0;
  if (sum_of(block, n_bytes) != head->checksum || !is_sound(head)) return 0;
  if (memcmp((const char *)block + sizeof *head, tag->key, tag->key_length) != 0) return 0;
  if (!layout_of(head) || !are_sound(issues_of(head), (size_t)head->n_issues)) return 0;
  return (size_t)head->n_bars;
}

static void read_report(bt_load_report *report, const entry_head *head)
{
  memset(report, 0, offsetof(bt_load_report, issues));
  report->layout = layout_of(head)->name;
  report->n_rows = (size_t)head->n_rows;
  report->rows_skipped = (size_t)head->rows_skipped;
  for (size_t i = 0; i < BT_ROW_ISSUE_COUNT; i++) report->counts[i] = (size_t)head->counts[i];
  report->adjusted = head->adjusted != 0;
  report->n_bars = (size_t)head->n_bars;
  report->first_ns = head->first_ns;
  report->last_ns = head->last_ns;
  report->first_local_ns = head->first_local_ns;
  report->last_local_ns = head->last_local_ns;
  report->content_hash = head->content_hash;
  report->n_issues = (size_t)head->n_issues;
  memcpy(report->issues, issues_of(head), report->n_issues * sizeof report->issues[0]);
}

/* Raw prices into adjusted ones, by the arithmetic with which loading made them. */
static void adjust(bt_bars *bars, const bt_column columns[BT_ENTRY_COLUMNS])
{
  double *const prices[] = {[OPEN] = bars->open, [HIGH] = bars->high, [LOW] = bars->low};
  double *factors = bars->adjust_factor;
  size_t n = bars->n_bars;
  if (columns[FACTOR].sense == BT_COLUMN_DIVISOR)
    for (size_t t = 0; t < n; t++) factors[t] = bars->close[t] / factors[t];
  for (size_t i = OPEN; i <= LOW; i++)
    if (columns[i].sense == BT_COLUMN_RAW)
      for (size_t t = 0; t < n; t++) prices[i][t] *= factors[t];
}

static bool are_prices(const double *x, size_t n)
{
  int64_t n_good = 0; /* no branch: the compiler makes vectors of it */
  for (size_t t = 0; t < n; t++) n_good += (x[t] > 0) & (x[t] <= DBL_MAX);
  return n_good == (int64_t)n;
}

static bool are_bars(const bt_bars *bars)
{
  size_t n = bars->n_bars, n_rising = 1;
  for (size_t t = 1; t < n; t++) n_rising += bars->time_ns[t] > bars->time_ns[t - 1];
  return n_rising == n && are_prices(bars->open, n) && are_prices(bars->high, n) &&
         are_prices(bars->low, n) && are_prices(bars->close, n) &&
         are_prices(bars->adjust_factor, n);
}

bool bt_entry__unpack(bt_bars *out, bt_load_report *report, const void *block)
{
  const entry_head *head = block;
  const char *at = block;
  double *const numbers[BT_ENTRY_COLUMNS] = {NULL,       out->open,   out->high,         out->low,
                                             out->close, out->volume, out->adjust_factor};
  size_t n_bars = out->n_bars, n = 0;
  out->daily = head->daily != 0;
  at += columns_offset((size_t)head->key_length, (size_t)head->n_issues);
  for (size_t i = 0; i < BT_ENTRY_COLUMNS; i++) {
    const bt_column *column = &head->columns[i];
    if (i == TIME)
      bt_column__unpack_times(out->time_ns, column, at, n_bars);
    else
      bt_column__unpack_numbers(numbers[i], column, at, n_bars);
    (void)bt_column__size_numbers(&n, column, n_bars); /* a column of times has the same size */
    at += pad(n);
  }
  adjust(out, head->columns);
  if (!are_bars(out)) return false;
  read_report(report, head);
  return true;
}
