#include "loaders/bar_cache_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "loaders/layouts.h"

/* A digest of the sources that decide what bars are; the Makefile sets it. */
#ifndef BT_LOADERS_ID
#error "BT_LOADERS_ID is not set"
#endif

#define FORMAT_VERSION 1
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
} entry_head;

enum { SUMMED_FROM = sizeof magic + sizeof(uint64_t) };

_Static_assert(sizeof(bt_source_facts) == 6 * sizeof(uint64_t), "facts have no padding");
_Static_assert(sizeof(entry_head) % sizeof(uint64_t) == 0, "issues stand at whole numbers");

size_t bt_entry__padding(size_t n_bytes)
{
  return (BT_ENTRY_LINE - n_bytes % BT_ENTRY_LINE) % BT_ENTRY_LINE;
}

static size_t pad(size_t n_bytes)
{
  return n_bytes + bt_entry__padding(n_bytes);
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

/* Everything behind the checksum, in the order of the file. */
static bt_status sum(uint64_t *out, const bt_entry *entry, bt_error *err)
{
  static const char zeros[BT_ENTRY_LINE];
  XXH3_state_t *state = XXH3_createState();
  if (!state) return bt_fail_nomem(err, "bar cache");
  (void)XXH3_64bits_reset(state);
  (void)XXH3_64bits_update(state, (const char *)entry->start + SUMMED_FROM,
                           entry->start_bytes - SUMMED_FROM);
  for (size_t i = 0; i < BT_ENTRY_COLUMNS; i++) {
    (void)XXH3_64bits_update(state, entry->columns[i], entry->column_bytes);
    (void)XXH3_64bits_update(state, zeros, bt_entry__padding(entry->column_bytes));
  }
  *out = XXH3_64bits_digest(state);
  (void)XXH3_freeState(state);
  return BT_OK;
}

bt_status bt_entry__make(bt_entry *out, const bt_entry_tag *tag, const bt_bars *bars,
                         const bt_load_report *report, bt_error *err)
{
  bt_entry entry = {
      .start_bytes = columns_offset(tag->key_length, report->n_issues),
      .columns = {bars->time_ns, bars->open, bars->high, bars->low, bars->close, bars->volume,
                  bars->adjust_factor},
      .column_bytes = bars->n_bars * sizeof(double),
  };
  entry.n_bytes = entry.start_bytes + BT_ENTRY_COLUMNS * pad(entry.column_bytes);
  entry_head *head = calloc(1, entry.start_bytes);
  if (!head) return bt_fail_nomem(err, "bar cache");
  char *start = entry.start = (char *)head;
  fill_head(head, tag, bars, report);
  head->n_bytes = entry.n_bytes;
  memcpy(start + sizeof *head, tag->key, tag->key_length);
  copy_issues((bt_load_issue *)(void *)(start + issues_offset(tag->key_length)), report);
  bt_status status = sum(&head->checksum, &entry, err);
  if (status)
    bt_entry__clear(&entry);
  else
    *out = entry;
  return status;
}

void bt_entry__clear(bt_entry *entry)
{
  free(entry->start);
  *entry = (bt_entry){0};
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
  size_t most = head->n_bytes / sizeof(double);
  if (head->n_bars == 0 || head->n_bars > most || head->n_issues > BT_LOAD_ISSUES_MOST)
    return false;
  size_t column = pad((size_t)head->n_bars * sizeof(double));
  return head->n_bytes ==
         columns_offset(head->key_length, head->n_issues) + BT_ENTRY_COLUMNS * column;
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

static void read_columns(bt_bars *columns, const entry_head *head, char *at)
{
  size_t step = pad((size_t)head->n_bars * sizeof(double));
  double *first = (double *)(void *)(at + step);
  *columns = (bt_bars){.n_bars = (size_t)head->n_bars, .daily = head->daily != 0};
  step /= sizeof(double);
  columns->time_ns = (int64_t *)(void *)at;
  columns->open = first;
  columns->high = first + step;
  columns->low = first + 2 * step;
  columns->close = first + 3 * step;
  columns->volume = first + 4 * step;
  columns->adjust_factor = first + 5 * step;
}

static void read_report(bt_load_report *report, const entry_head *head, const bt_layout *layout,
                        const bt_load_issue *issues)
{
  memset(report, 0, sizeof *report);
  report->layout = layout->name;
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
  memcpy(report->issues, issues, report->n_issues * sizeof *issues);
}

bool bt_entry__read(bt_bars *columns, bt_load_report *report, void *block, size_t n_bytes,
                    const bt_entry_tag *tag)
{
  const entry_head *head = block;
  char *at = block;
  if (n_bytes < sizeof *head || !is_of(head, n_bytes, tag)) return false;
  if (XXH3_64bits(at + SUMMED_FROM, n_bytes - SUMMED_FROM) != head->checksum) return false;
  if (!is_sound(head) || memcmp(at + sizeof *head, tag->key, tag->key_length) != 0) return false;
  const void *issues_at = at + issues_offset(tag->key_length);
  const bt_load_issue *issues = issues_at;
  char name[sizeof head->layout + 1] = "";
  memcpy(name, head->layout, sizeof head->layout);
  const bt_layout *layout = bt_layouts__find(name);
  if (!layout || !are_sound(issues, (size_t)head->n_issues)) return false;
  read_report(report, head, layout, issues);
  read_columns(columns, head, at + columns_offset(tag->key_length, report->n_issues));
  return true;
}
