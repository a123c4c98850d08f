/* backtest check: load, validate, say what is wrong. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/options_json.h"
#include "cli/sweep_options.h"
#include "cli/text.h"
#include "core/time.h"
#include "runners/check.h"

static const bt_option options[] = {
    {"universe", 0, "FILE", false, "symbols: a text file, a CSV with a Symbol column, a folder"},
    {"data", 0, "DIR", false, "where SYMBOL.csv files are [beside the universe]"},
    {"layout", 0, "NAME", false, "CSV layout; see `list layouts` [auto]"},
    {"adjust", 0, "auto|none", false, "scale prices to an adjusted close [auto]"},
    {"max-bad", 0, "P%", false, "reject a file with more bad rows than this [5%]"},
    {"jobs", 'j', "N", false, "worker threads [all CPUs]"},
    {"json", 0, NULL, false, "one JSON object instead of the table"},
};

/* ---- table ------------------------------------------------------------------------------------ */

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

static void print_entry(const char *symbol, const bt_check_entry *entry)
{
  const bt_load_report *r = entry->report;
  char first[BT_TIME_TEXT_SIZE], last[BT_TIME_TEXT_SIZE];
  if (r->rejected) {
    (void)printf("%-12s rejected  %s\n", symbol, r->reason);
  } else {
    bt_time_format(first, r->first_local_ns, entry->daily);
    bt_time_format(last, r->last_local_ns, entry->daily);
    (void)printf("%-12s ok   %8zu %8zu  %-19s  %-19s  %s%s\n", symbol, r->n_bars, r->rows_skipped,
                 first, last, r->layout, r->adjusted ? ", adjusted" : "");
  }
  print_issues(r);
}

static void print_table(const bt_universe *universe, const bt_check_entry *entries)
{
  char bars_text[BT_TEXT_SIZE], skipped_text[BT_TEXT_SIZE];
  size_t n_ok = 0, n_bars = 0, skipped = 0;
  (void)printf("%-12s %-6s %6s %8s  %-19s  %-19s  %s\n", "symbol", "status", "bars", "skipped",
               "first", "last", "layout");
  for (size_t i = 0; i < universe->n_entries; i++) {
    print_entry(universe->entries[i].symbol, &entries[i]);
    n_ok += !entries[i].report->rejected;
    n_bars += entries[i].report->n_bars;
    skipped += entries[i].report->rows_skipped;
  }
  (void)printf("%zu ok, %zu rejected; %s bars, %s rows skipped\n", n_ok,
               universe->n_entries - n_ok, bt_text_count(bars_text, n_bars),
               bt_text_count(skipped_text, skipped));
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static void add_time(json_object *o, const char *key, int64_t time_ns, bool daily)
{
  char text[BT_TIME_TEXT_SIZE];
  json_object_object_add(o, key, json_object_new_string(bt_time_format(text, time_ns, daily)));
}

static json_object *json_issues(const bt_load_report *report)
{
  json_object *list = json_object_new_array();
  for (size_t i = 0; i < report->n_issues; i++) {
    const bt_load_issue *issue = &report->issues[i];
    json_object *o = json_object_new_object();
    json_object_object_add(o, "kind", json_object_new_string(bt_row_issue_name(issue->kind)));
    json_object_object_add(o, "line", json_object_new_int64((int64_t)issue->line));
    json_object_object_add(o, "time", json_object_new_string(issue->time_text));
    json_object_object_add(o, "detail", json_object_new_string(issue->detail));
    (void)json_object_array_add(list, o);
  }
  return list;
}

static json_object *json_counts(const bt_load_report *report)
{
  json_object *o = json_object_new_object();
  for (int kind = 0; kind < BT_ROW_ISSUE_COUNT; kind++)
    if (report->counts[kind] > 0)
      json_object_object_add(o, bt_row_issue_name((bt_row_issue)kind),
                             json_object_new_int64((int64_t)report->counts[kind]));
  return o;
}

static json_object *json_entry(const bt_universe_entry *ticker, const bt_check_entry *entry)
{
  const bt_load_report *r = entry->report;
  json_object *o = json_object_new_object();
  json_object_object_add(o, "symbol", json_object_new_string(ticker->symbol));
  json_object_object_add(o, "path", ticker->path ? json_object_new_string(ticker->path) : NULL);
  json_object_object_add(o, "status", json_object_new_string(r->rejected ? "rejected" : "ok"));
  json_object_object_add(o, "reason", r->rejected ? json_object_new_string(r->reason) : NULL);
  json_object_object_add(o, "layout", r->layout ? json_object_new_string(r->layout) : NULL);
  json_object_object_add(o, "bars", json_object_new_int64((int64_t)r->n_bars));
  json_object_object_add(o, "rows_skipped", json_object_new_int64((int64_t)r->rows_skipped));
  if (!r->rejected) {
    add_time(o, "first", r->first_local_ns, entry->daily);
    add_time(o, "last", r->last_local_ns, entry->daily);
    add_time(o, "first_utc", r->first_ns, entry->daily);
    add_time(o, "last_utc", r->last_ns, entry->daily);
    json_object_object_add(o, "sum_close", bt_json_number(entry->sum_close));
    json_object_object_add(o, "adjusted", json_object_new_boolean(r->adjusted));
  }
  json_object_object_add(o, "skipped", json_counts(r));
  json_object_object_add(o, "issues", json_issues(r));
  return o;
}

static bt_status print_json(const bt_universe *universe, const bt_check_entry *entries,
                            bt_error *err)
{
  json_object *o = json_object_new_object(), *list = json_object_new_array();
  size_t n_ok = 0;
  for (size_t i = 0; i < universe->n_entries; i++) {
    (void)json_object_array_add(list, json_entry(&universe->entries[i], &entries[i]));
    n_ok += !entries[i].report->rejected;
  }
  json_object_object_add(o, "n_ok", json_object_new_int64((int64_t)n_ok));
  json_object_object_add(o, "n_rejected",
                         json_object_new_int64((int64_t)(universe->n_entries - n_ok)));
  json_object_object_add(o, "tickers", list);
  const char *text = json_object_to_json_string_ext(
      o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
  if (text) (void)printf("%s\n", text);
  bt_status status = text ? BT_OK : bt_fail_nomem(err, "JSON");
  json_object_put(o);
  return status;
}

/* ---- the command ------------------------------------------------------------------------------ */

/* The universe of --universe, or of the files given as operands. */
static bt_status read_universe(bt_universe *out, const bt_arguments *arguments, bt_error *err)
{
  const char *path = bt_arguments_find(arguments, "universe");
  if (path && arguments->n_operands > 0)
    return bt_fail(err, BT_ERR_USAGE, "check: either --universe or files, not both");
  if (path) return bt_universe_read(out, path, bt_arguments_find(arguments, "data"), err);
  if (arguments->n_operands == 0)
    return bt_fail(err, BT_ERR_USAGE, "check: --universe is missing, or files to check");
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
  bt_load_options load;
  bt_check_entry *entries = NULL;
  bt_status status = bt_load_options_read(&load, arguments, err);
  if (!status) status = bt_check_run(&entries, universe, &load, pool, err);
  if (status) return status;
  if (bt_arguments_has(arguments, "json"))
    status = print_json(universe, entries, err);
  else
    print_table(universe, entries);
  for (size_t i = 0; i < universe->n_entries; i++) *n_rejected += entries[i].report->rejected;
  bt_check_free(entries, universe->n_entries);
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
  if (status == BT_ERR_CANCELLED && bt_interrupt_signal()) bt_interrupt_die();
  if (status) return bt_command_fail(&err);
  return n_rejected > 0 ? BT_EXIT_REJECTED : BT_EXIT_OK;
}

extern const bt_command bt_command_check;
const bt_command bt_command_check = {
    .name = "check",
    .summary = "load and validate files, say what is wrong",
    .synopsis = "backtest check --universe FILE [options] | FILE...",
    .notes = "Example: backtest check AAPL.csv\n"
             "Exit status: 0 all loaded, 3 something was rejected, 1 failed, 2 wrong usage.\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
