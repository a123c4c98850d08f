#include "cli/feature_summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json_build.h"
#include "cli/shell_word.h"
#include "cli/suspect_text.h"
#include "cli/text.h"

/* Whether --indicator all leaves it out for want of a benchmark. */
static bool is_left_out(const bt_feature_options *options, const bt_indicator *indicator)
{
  return options->takes_all && indicator->needs_benchmark && !options->job.benchmark;
}

static uint64_t count_skipped(const bt_scan *scan)
{
  uint64_t n = 0;
  for (size_t i = 0; i < scan->n_entries; i++)
    if (bt_scan_is_ok(&scan->entries[i])) n += scan->entries[i].report->rows_skipped;
  return n;
}

/* ---- for people -------------------------------------------------------------------------------
 */

static void print_left_out(const bt_feature_options *options)
{
  size_t n = 0;
  for (size_t i = 0; i < bt_indicator_count(); i++)
    if (is_left_out(options, bt_indicator_at(i)))
      (void)printf("%s%s", n++ ? ", " : "left out  ", bt_indicator_at(i)->name);
  if (n > 0) (void)printf(": give --benchmark SYMBOL\n");
}

/* A period that is longer than every ticker, or a benchmark of other bars. */
static void print_undefined(const bt_feature_summary *s)
{
  enum { SHOWN = 5 };
  size_t n = 0;
  const bt_feature_list *columns = &s->options->columns;
  for (size_t i = 0; i < columns->n; i++)
    if (!s->defined[i] && n++ < SHOWN)
      (void)printf("%s%s", n > 1 ? ", " : "undefined ", columns->columns[i].name);
  if (n > SHOWN) (void)printf(" and %zu more", n - SHOWN);
  if (n > 0) (void)printf(": on every ticker\n");
}

static void print_data(const bt_feature_summary *s)
{
  char n[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  const bt_scan *scan = s->scan;
  uint64_t n_skipped = count_skipped(scan);
  if (n_skipped > 0)
    (void)printf("skipped   %s; `backtest check` shows them\n",
                 bt_text_counted(n, n_skipped, "row"));
  bt_suspect_text_print(scan);
  if (s->result->n_ok < scan->n_entries)
    (void)printf("rejected  %s of %s; `backtest check` shows why\n",
                 bt_text_count(n, scan->n_entries - s->result->n_ok),
                 bt_text_counted(of, scan->n_entries, "ticker"));
}

/* A path as the shell takes it, a new string; NULL without memory. */
static char *shell_path(const char *folder, const char *name, const char *ending)
{
  size_t size = strlen(folder) + strlen(name) + strlen(ending) + 4;
  char *path = malloc(size), *word = path ? malloc(bt_shell_word_size(size)) : NULL;
  if (word) {
    (void)snprintf(path, size, "%s%s/%s%s", folder[0] == '-' ? "./" : "", folder, name, ending);
    (void)bt_shell_word_write(word, path);
  }
  free(path);
  return word;
}

/* The first ticker that was written. */
static const char *find_symbol(const bt_feature_summary *s)
{
  size_t i = 0;
  while (!bt_scan_is_ok(&s->scan->entries[i])) i++; /* there is one */
  return s->options->job.universe.entries[i].symbol;
}

/* A command for the shell, on a line of its own. */
static void print_look(const bt_feature_summary *s)
{
  const bt_feature_plan *plan = &s->options->plan;
  char *stem = bt_feature_stem(plan->panel ? BT_FEATURE_PANEL : find_symbol(s));
  char *word = stem ? shell_path(plan->path, stem, plan->csv ? ".csv" : ".npy") : NULL;
  if (word && plan->csv)
    (void)printf("          head -n 3 %s\n", word);
  else if (word)
    (void)printf("          python3 -c 'import numpy, sys; print(numpy.load(sys.argv[1], "
                 "mmap_mode=\"r\").shape)' %s\n",
                 word);
  free(word);
  free(stem);
}

void bt_feature_summary_print(const bt_feature_summary *s)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE];
  const bt_feature_options *options = s->options;
  const bt_feature_result *r = s->result;
  (void)printf("features of %s: %s, %s, ", options->job.universe_path,
               bt_text_counted(a, r->n_ok, "ticker"), bt_text_counted(b, r->n_rows, "bar"));
  (void)printf("%s\n", bt_text_counted(a, options->columns.n, "column"));
  (void)printf("%s in %s, ", bt_text_bytes(a, r->n_bytes), bt_text_counted(b, r->n_files, "file"));
  (void)printf("%s on %s: ", bt_text_duration(a, s->elapsed_s),
               bt_text_counted(b, options->job.n_workers, "worker"));
  (void)printf("%s values/s\n",
               bt_text_rate(c, (double)r->n_rows * (double)options->columns.n / s->elapsed_s));
  print_left_out(options);
  print_undefined(s);
  print_data(s);
  (void)printf("results   %s, its columns are named in columns.txt; try\n", options->plan.path);
  print_look(s);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static json_object *columns_tree(const bt_feature_list *columns, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < columns->n; i++)
    bt_json_add_text(list, NULL, columns->columns[i].name, ok);
  return list;
}

static json_object *undefined_tree(const bt_feature_summary *s, bool *ok)
{
  json_object *list = bt_json_list(ok);
  const bt_feature_list *columns = &s->options->columns;
  for (size_t i = 0; i < columns->n; i++)
    if (!s->defined[i]) bt_json_add_text(list, NULL, columns->columns[i].name, ok);
  return list;
}

static json_object *left_out_tree(const bt_feature_options *options, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < bt_indicator_count(); i++)
    if (is_left_out(options, bt_indicator_at(i)))
      bt_json_add_text(list, NULL, bt_indicator_at(i)->name, ok);
  return list;
}

static json_object *rejected_tree(const bt_feature_summary *s, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < s->scan->n_entries; i++) {
    if (!bt_scan_is_rejected(&s->scan->entries[i])) continue;
    json_object *o = bt_json_object(ok);
    bt_json_add_text(o, "symbol", s->options->job.universe.entries[i].symbol, ok);
    bt_json_add_text(o, "reason", s->scan->entries[i].report->reason, ok);
    bt_json_add_tree(list, NULL, o, ok);
  }
  return list;
}

bt_status bt_feature_summary_print_json(const bt_feature_summary *s, bt_error *err)
{
  bool ok = true;
  const bt_feature_options *options = s->options;
  const bt_feature_result *r = s->result;
  json_object *o = bt_json_object(&ok);
  bt_json_add_text(o, "universe", options->job.universe_path, &ok);
  bt_json_add_text(o, "out", options->plan.path, &ok);
  bt_json_add_text(o, "format", options->plan.csv ? "csv" : "npy", &ok);
  bt_json_add_flag(o, "panel", options->plan.panel, &ok);
  bt_json_add_count(o, "n_tickers", r->n_ok, &ok);
  bt_json_add_count(o, "n_rejected", s->scan->n_entries - r->n_ok, &ok);
  bt_json_add_count(o, "n_rows", r->n_rows, &ok);
  bt_json_add_count(o, "n_columns", options->columns.n, &ok);
  bt_json_add_count(o, "n_files", r->n_files, &ok);
  bt_json_add_count(o, "bytes", r->n_bytes, &ok);
  bt_json_add_count(o, "rows_skipped", count_skipped(s->scan), &ok);
  bt_json_add_number(o, "elapsed_s", s->elapsed_s, &ok);
  bt_json_add_count(o, "workers", options->job.n_workers, &ok);
  bt_json_add_tree(o, "columns", columns_tree(&options->columns, &ok), &ok);
  bt_json_add_tree(o, "left_out", left_out_tree(options, &ok), &ok);
  bt_json_add_tree(o, "undefined", undefined_tree(s, &ok), &ok);
  bt_json_add_tree(o, "rejected", rejected_tree(s, &ok), &ok);
  return bt_json_print(o, ok, err);
}
