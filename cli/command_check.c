/* backtest check: load, validate, say what is wrong. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/job_options.h"
#include "cli/json_build.h"
#include "cli/suspect_text.h"
#include "cli/text.h"
#include "core/time.h"
#include "runners/scan.h"

static const bt_option options[] = {
    {"universe", 0, "FILE", false, "symbols: a text file, a CSV with a Symbol column, a folder"},
    {"data", 0, "DIR", false, "where SYMBOL.csv files are [beside the universe]"},
    {"layout", 0, "NAME", false, "CSV layout; see `list layouts` [auto]"},
    {"adjust", 0, "auto|none", false, "scale prices to an adjusted close [auto]"},
    {"max-bad", 0, "P%", false, "reject a file with more bad rows than this [5%]"},
    {"jobs", 'j', "N", false, "worker threads [all CPUs]"},
    {"json", 0, NULL, false, "one JSON object instead of the table"},
};

/* ---- table ------------------------------------------------------------------------------------
 */

/* The first case of each kind, with the count of all. */
static void print_issues(const bt_load_report *report)
{
  for (int kind = 0; kind < BT_ROW_ISSUE_COUNT; kind++) {
    const bt_load_issue *first = NULL;
    for (size_t i = 0; i < report->n_issues && !first; i++)
      if (report->issues[i].kind == (bt_row_issue)kind) first = &report->issues[i];
    if (report->counts[kind] == 0 || !first) continue;
    (void)printf("%12s%zu %s, first on line %zu: %s\n", "", report->counts[kind],
                 bt_row_issue_name((bt_row_issue)kind), first->line, first->detail);
  }
}

/* The first suspect of each kind, with the count of all. */
static void print_suspects(const bt_suspects *suspects)
{
  for (int kind = 0; suspects && kind < BT_SUSPECT_COUNT; kind++) {
    const bt_suspect *first = NULL;
    for (size_t i = 0; i < suspects->n && !first; i++)
      if (suspects->list[i].kind == (bt_suspect_kind)kind) first = &suspects->list[i];
    if (first)
      (void)printf("%12s%zu %s, first: %s\n", "", suspects->counts[kind],
                   bt_suspect_name((bt_suspect_kind)kind), first->detail);
  }
}

/* What the first column calls a ticker. */
static const char *name_of(const bt_universe_entry *ticker, bool by_path)
{
  return by_path ? ticker->path : ticker->symbol;
}

/* Names are as wide as the longest, within reason. */
static int name_width(const bt_universe *universe, bool by_path)
{
  size_t width = 12, most = by_path ? 48 : 24;
  for (size_t i = 0; i < universe->n_entries; i++) {
    size_t length = strlen(name_of(&universe->entries[i], by_path));
    if (length > width && length <= most) width = length;
  }
  return (int)width;
}

static void print_entry(const char *name, int width, const bt_scan_entry *entry)
{
  const bt_load_report *r = entry->report;
  char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE];
  if (r->rejected) {
    (void)printf("%-*s rejected  %s\n", width, name, r->reason);
  } else {
    bt_time_format(first, r->first_local_ns, entry->daily);
    bt_time_format(last, r->last_local_ns, entry->daily);
    (void)printf("%-*s ok       %8zu %8zu  %-19s  %-19s  %s%s\n", width, name, r->n_bars,
                 r->rows_skipped, first, last, r->layout, r->adjusted ? ", adjusted" : "");
  }
  print_issues(r);
  print_suspects(entry->suspects);
}

static void print_table(const bt_universe *universe, const bt_scan *scan, bool by_path)
{
  const bt_scan_entry *entries = scan->entries;
  char bars_text[BT_TEXT_SIZE], skipped_text[BT_TEXT_SIZE];
  int width = name_width(universe, by_path);
  size_t n_ok = 0, n_bars = 0, skipped = 0;
  (void)printf("%-*s %-8s %8s %8s  %-19s  %-19s  %s\n", width, by_path ? "file" : "symbol",
               "status", "bars", "skipped", "first", "last", "layout");
  for (size_t i = 0; i < universe->n_entries; i++) {
    print_entry(name_of(&universe->entries[i], by_path), width, &entries[i]);
    n_ok += !entries[i].report->rejected;
    n_bars += entries[i].report->n_bars;
    skipped += entries[i].report->rows_skipped;
  }
  (void)printf("%zu ok, %zu rejected; %s bars, %s rows skipped\n", n_ok, universe->n_entries - n_ok,
               bt_text_count(bars_text, n_bars), bt_text_count(skipped_text, skipped));
  bt_suspect_text_print(scan);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static void add_time(json_object *o, const char *key, int64_t time_ns, bool daily, bool *ok)
{
  char text[BT_TIME_TEXT_SIZE];
  bt_json_add_text(o, key, bt_time_format(text, time_ns, daily), ok);
}

static json_object *issues_tree(const bt_load_report *report, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < report->n_issues; i++) {
    const bt_load_issue *issue = &report->issues[i];
    json_object *o = bt_json_object(ok);
    bt_json_add_text(o, "kind", bt_row_issue_name(issue->kind), ok);
    bt_json_add_count(o, "line", issue->line, ok);
    bt_json_add_text(o, "time", issue->time_text, ok);
    bt_json_add_text(o, "detail", issue->detail, ok);
    bt_json_add_tree(list, NULL, o, ok);
  }
  return list;
}

static json_object *counts_tree(const bt_load_report *report, bool *ok)
{
  json_object *o = bt_json_object(ok);
  for (int kind = 0; kind < BT_ROW_ISSUE_COUNT; kind++)
    if (report->counts[kind] > 0)
      bt_json_add_count(o, bt_row_issue_name((bt_row_issue)kind), report->counts[kind], ok);
  return o;
}

static json_object *suspect_list_tree(const bt_suspects *suspects, bool daily, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; suspects && i < suspects->n; i++) {
    const bt_suspect *suspect = &suspects->list[i];
    json_object *o = bt_json_object(ok);
    bt_json_add_text(o, "kind", bt_suspect_name(suspect->kind), ok);
    add_time(o, "time", suspect->time_ns, daily, ok);
    bt_json_add_count(o, "bar", suspect->bar, ok);
    bt_json_add_count(o, "n_bars", suspect->n_bars, ok);
    bt_json_add_text(o, "detail", suspect->detail, ok);
    bt_json_add_tree(list, NULL, o, ok);
  }
  return list;
}

/* The counts of those kinds that there are, and the first cases. */
static json_object *suspects_tree(const bt_suspects *suspects, bool daily, bool *ok)
{
  json_object *o = bt_json_object(ok), *counts = bt_json_object(ok);
  for (int kind = 0; suspects && kind < BT_SUSPECT_COUNT; kind++)
    if (suspects->counts[kind] > 0)
      bt_json_add_count(counts, bt_suspect_name((bt_suspect_kind)kind), suspects->counts[kind], ok);
  bt_json_add_tree(o, "counts", counts, ok);
  bt_json_add_tree(o, "list", suspect_list_tree(suspects, daily, ok), ok);
  return o;
}

static json_object *entry_tree(const bt_universe_entry *ticker, const bt_scan_entry *entry,
                               bool *ok)
{
  const bt_load_report *r = entry->report;
  json_object *o = bt_json_object(ok);
  bt_json_add_text(o, "symbol", ticker->symbol, ok);
  bt_json_add_text(o, "path", ticker->path, ok);
  bt_json_add_text(o, "status", r->rejected ? "rejected" : "ok", ok);
  bt_json_add_text(o, "reason", r->rejected ? r->reason : NULL, ok);
  bt_json_add_text(o, "layout", r->layout, ok);
  bt_json_add_count(o, "bars", r->n_bars, ok);
  bt_json_add_count(o, "rows_skipped", r->rows_skipped, ok);
  if (!r->rejected) {
    add_time(o, "first", r->first_local_ns, entry->daily, ok);
    add_time(o, "last", r->last_local_ns, entry->daily, ok);
    add_time(o, "first_utc", r->first_ns, entry->daily, ok);
    add_time(o, "last_utc", r->last_ns, entry->daily, ok);
    bt_json_add_number(o, "sum_close", entry->sum_close, ok);
    bt_json_add_flag(o, "adjusted", r->adjusted, ok);
  }
  bt_json_add_tree(o, "skipped", counts_tree(r, ok), ok);
  bt_json_add_tree(o, "issues", issues_tree(r, ok), ok);
  bt_json_add_tree(o, "suspects", suspects_tree(entry->suspects, entry->daily, ok), ok);
  return o;
}

static bt_status print_json(const bt_universe *universe, const bt_scan_entry *entries,
                            bt_error *err)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok), *list = bt_json_list(&ok);
  size_t n_ok = 0;
  for (size_t i = 0; i < universe->n_entries; i++) {
    bt_json_add_tree(list, NULL, entry_tree(&universe->entries[i], &entries[i], &ok), &ok);
    n_ok += !entries[i].report->rejected;
  }
  bt_json_add_count(o, "n_ok", n_ok, &ok);
  bt_json_add_count(o, "n_rejected", universe->n_entries - n_ok, &ok);
  bt_json_add_tree(o, "tickers", list, &ok);
  return bt_json_print(o, ok, err);
}

/* ---- the command ------------------------------------------------------------------------------
 */

/* The universe of --universe, or of the files given as operands. */
static bt_status read_universe(bt_universe *out, const bt_arguments *arguments, bt_error *err)
{
  const char *path = bt_arguments_find(arguments, "universe");
  if (path && arguments->n_operands > 0)
    return bt_fail(err, BT_ERR_USAGE, "check: either --universe or files, not both");
  if (path) return bt_universe_read(out, path, bt_arguments_find(arguments, "data"), err);
  if (arguments->n_operands == 0)
    return bt_fail(err, BT_ERR_USAGE, "check: --universe is missing, or files to check");
  if (bt_arguments_has(arguments, "data"))
    return bt_fail(err, BT_ERR_USAGE, "check: --data is for --universe; files are named by path");
  bt_status status = BT_OK;
  *out = (bt_universe){0};
  for (size_t i = 0; i < arguments->n_operands && !status; i++)
    status = bt_universe_add_file(out, arguments->operands[i], err);
  if (status) bt_universe_clear(out);
  return status;
}

static bt_status check(size_t *n_rejected, const bt_universe *universe,
                       const bt_arguments *arguments, bt_pool *pool, bt_error *err)
{
  bt_job job = {.universe = universe, .from_ns = INT64_MIN, .to_ns = INT64_MAX};
  bt_scan scan;
  bool by_path = false; /* files of two vendors may have the same symbol */
  bt_status status = bt_load_options_read(&job.load, arguments, err);
  if (!status) status = bt_universe_repeats(&by_path, universe, err);
  if (!status) status = bt_scan_run(&scan, &job, 0, pool, err);
  if (status) return status;
  const bt_scan_entry *entries = scan.entries;
  if (bt_arguments_has(arguments, "json"))
    status = print_json(universe, entries, err);
  else
    print_table(universe, &scan, by_path);
  for (size_t i = 0; i < universe->n_entries; i++) *n_rejected += entries[i].report->rejected;
  bt_scan_clear(&scan);
  return status;
}

static int run(const bt_arguments *arguments)
{
  bt_universe universe = {0};
  bt_pool *pool = NULL;
  bt_error err;
  size_t n_workers = 1, n_rejected = 0;
  bt_status status = bt_jobs_read(&n_workers, arguments, &err);
  if (!status) status = read_universe(&universe, arguments, &err);
  if (!status) status = bt_pool_new(&pool, n_workers, &err);
  if (!status) {
    bt_interrupt_watch(pool);
    status = check(&n_rejected, &universe, arguments, pool, &err);
    bt_interrupt_unwatch();
  }
  bt_pool_free(pool);
  bt_universe_clear(&universe);
  int exit_status = bt_command_end(status, &err, "check");
  return !status && n_rejected > 0 ? BT_EXIT_REJECTED : exit_status;
}

extern const bt_command bt_command_check;
const bt_command bt_command_check = {
    .name = "check",
    .summary = "load and validate files, say what is wrong",
    .synopsis = "backtest check --universe FILE [options] | FILE...",
    .notes = "Shown are rows skipped and what looks wrong although it loads:\n"
             "possible_split, stale_price, zero_volume, and date_gap: days without a bar on\n"
             "which half of the tickers trade.\n"
             "Examples: backtest check AAPL.csv\n"
             "          backtest check yahoo/AAPL.csv stooq/AAPL.csv\n"
             "Exit status: 0 all loaded, 3 something was rejected, 1 failed, 2 wrong usage.\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
