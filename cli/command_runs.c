/* backtest runs: what is in a database; names and removes runs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_build.h"
#include "cli/text.h"
#include "core/number.h"
#include "core/utf8.h"
#include "runners/store_runs.h"

static const bt_option options[] = {
    {"label", 0, "N=TEXT", true, "name run N; without a text its name is removed; repeatable"},
    {"delete", 0, "N", true, "remove run N and every row of it; repeatable"},
    {"json", 0, NULL, false, "one JSON object instead of the table"},
};

/* ---- table ------------------------------------------------------------------------------------
 * Two lines a run: in 80 columns that leaves room for a label. */

enum { KIND = 11, STATUS = 12, STRATEGY = 12, CREATED = 19, LABEL = 33, CELL_SIZE = 256 };

/* Characters of a text; what is no UTF-8 counts byte by byte. */
static int count_characters(const char *text)
{
  int n = 0;
  for (; *text; n++) {
    size_t length = bt_utf8_length(text);
    text += length > 0 ? length : 1;
  }
  return n;
}

/* Cuts a text that is longer than width so that it ends with three dots. */
static void cut(char text[CELL_SIZE], int width)
{
  char *at = text;
  if (count_characters(text) <= width) return;
  for (int i = 0; i < width - 3; i++) {
    size_t length = bt_utf8_length(at);
    at += length > 0 ? length : 1;
  }
  (void)memcpy(at, "...", 4); /* takes the place of at least four bytes */
}

static void print_cell(const char *text, int width, const char *end)
{
  char line[CELL_SIZE];
  cut(bt_text_line(line, sizeof line, text && text[0] ? text : "-"), width);
  int pad = end[0] == '\n' ? 0 : width - count_characters(line);
  (void)printf("%s%*s%s", line, pad, "", end);
}

static void print_run(const bt_run_record *run)
{
  char text[BT_TEXT_SIZE] = "-";
  (void)printf("%4" PRId64 "  ", run->run_id);
  print_cell(run->kind, KIND, "  ");
  print_cell(run->status, STATUS, "  ");
  print_cell(run->strategy, STRATEGY, "  ");
  print_cell(run->created, CREATED, "  ");
  (void)printf("%s\n%6s", isnan(run->elapsed_s) ? "-" : bt_text_duration(text, run->elapsed_s), "");
  print_cell(bt_text_count(text, run->n_tickers), KIND, "  ");
  print_cell(bt_text_count(text, run->n_combos), STATUS, "  ");
  print_cell(bt_text_count(text, run->n_windows), STRATEGY, "  ");
  print_cell(run->label, LABEL, "\n");
}

static void print_table(const char *path, const bt_run_record *runs, size_t n)
{
  if (n == 0) {
    (void)printf("%s has no runs\n", path);
    return;
  }
  (void)printf(" run  %-*s  %-*s  %-*s  %-*s  elapsed\n", KIND, "kind", STATUS, "status", STRATEGY,
               "strategy", CREATED, "created (UTC)");
  (void)printf("%6s%-*s  %-*s  %-*s  label\n", "", KIND, "tickers", STATUS, "combinations",
               STRATEGY, "windows");
  for (size_t i = 0; i < n; i++) print_run(&runs[i]);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

/* The options are JSON themselves. */
static void add_options(json_object *o, const char *text, bool *ok)
{
  json_object *tree = text ? json_tokener_parse(text) : NULL;
  if (tree)
    bt_json_add_tree(o, "options", tree, ok);
  else
    bt_json_add_text(o, "options", text, ok);
}

static json_object *run_tree(const bt_run_record *run, bool *ok)
{
  json_object *o = bt_json_object(ok);
  bt_json_add_count(o, "run_id", (uint64_t)run->run_id, ok);
  bt_json_add_text(o, "kind", run->kind, ok);
  bt_json_add_text(o, "label", run->label, ok);
  bt_json_add_text(o, "status", run->status, ok);
  bt_json_add_text(o, "created", run->created, ok);
  bt_json_add_text(o, "finished", run->finished, ok);
  bt_json_add_number(o, "elapsed_s", run->elapsed_s, ok);
  bt_json_add_text(o, "version", run->version, ok);
  bt_json_add_text(o, "command", run->command, ok);
  bt_json_add_text(o, "strategy", run->strategy, ok);
  bt_json_add_text(o, "universe", run->universe, ok);
  add_options(o, run->options, ok);
  bt_json_add_count(o, "n_tickers", run->n_tickers, ok);
  bt_json_add_count(o, "n_combos", run->n_combos, ok);
  bt_json_add_count(o, "n_windows", run->n_windows, ok);
  bt_json_add_count(o, "bar_combos", run->bar_combos, ok);
  return o;
}

static bt_status print_json(const char *path, const bt_run_record *runs, size_t n, bt_error *err)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok), *list = bt_json_list(&ok);
  for (size_t i = 0; i < n; i++) bt_json_add_tree(list, NULL, run_tree(&runs[i], &ok), &ok);
  bt_json_add_text(o, "database", path, &ok);
  bt_json_add_tree(o, "runs", list, &ok);
  return bt_json_print(o, ok, err);
}

/* ---- changes ----------------------------------------------------------------------------------
 */

/* One --label or --delete. */
typedef struct change {
  const char *option, *value; /* as given */
  int64_t run_id;
  const char *label; /* NULL: delete */
} change;

static bt_status read_run_id(int64_t *out, const change *c, size_t length, bt_error *err)
{
  char text[BT_NUMBER_TEXT_SIZE];
  double value = 0;
  (void)snprintf(text, sizeof text, "%.*s", (int)length, c->value);
  if (length >= sizeof text || !bt_number_parse(&value, text) || value != floor(value) ||
      value < 1 || value > 0x1p53)
    return bt_fail(err, BT_ERR_USAGE, "--%s %s: not the number of a run", c->option, c->value);
  *out = (int64_t)value;
  return BT_OK;
}

static bt_status read_change(change *out, const char *option, const char *value, bt_error *err)
{
  size_t length = strcspn(value, "=");
  *out = (change){.option = option, .value = value};
  if (strcmp(option, "delete") == 0) return read_run_id(&out->run_id, out, strlen(value), err);
  if (value[length] != '=')
    return bt_fail(err, BT_ERR_USAGE, "--label %s: must be N=TEXT, such as 3='first try'", value);
  out->label = value + length + 1;
  return read_run_id(&out->run_id, out, length, err);
}

/* In the order given. *out has room for n_given and is the caller's to free. */
static bt_status read_changes(change **out, size_t *n, const bt_arguments *arguments, bt_error *err)
{
  bt_status status = BT_OK;
  *out = malloc((arguments->n_given + 1) * sizeof **out);
  if (!*out) return bt_fail_nomem(err, "changes");
  for (size_t i = 0; i < arguments->n_given && !status; i++)
    if (strcmp(arguments->names[i], "json") != 0)
      status = read_change(&(*out)[(*n)++], arguments->names[i], arguments->values[i], err);
  return status;
}

static bt_status check_change(const change *changes, size_t which, const bt_run_record *runs,
                              size_t n_runs, const char *path, bt_error *err)
{
  const change *c = &changes[which];
  size_t at = 0;
  while (at < n_runs && runs[at].run_id != c->run_id) at++;
  if (at == n_runs)
    return bt_fail(err, BT_ERR_NOT_FOUND, "--%s %s: %s has no such run", c->option, c->value, path);
  if (c->label) return BT_OK;
  for (size_t i = 0; i < which; i++)
    if (!changes[i].label && changes[i].run_id == c->run_id)
      return bt_fail(err, BT_ERR_USAGE, "--delete %s: given twice", c->value);
  if (strcmp(runs[at].status, "running") == 0)
    return bt_fail(err, BT_ERR_DATABASE,
                   "--delete %s: the run is being written, or another program has %s open",
                   c->value, path);
  return BT_OK;
}

/* All are looked at before the first is made. */
static bt_status check_changes(const change *changes, size_t n, bt_store *store, const char *path,
                               bt_error *err)
{
  bt_run_record *runs = NULL;
  size_t n_runs = 0;
  bt_status status = bt_store_list_runs(&runs, &n_runs, store, err);
  for (size_t i = 0; i < n && !status; i++)
    status = check_change(changes, i, runs, n_runs, path, err);
  bt_run_records_free(runs, n_runs);
  return status;
}

/* Labels first, so that a run may be given both. */
static bt_status make_changes(const change *changes, size_t n, bt_store *store, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < n && !status; i++)
    if (changes[i].label)
      status = bt_store_label_run(store, changes[i].run_id, changes[i].label, err);
  for (size_t i = 0; i < n && !status; i++)
    if (!changes[i].label) status = bt_store_delete_run(store, changes[i].run_id, err);
  return status;
}

/* The runs are gone, whether or not the file can be made smaller. */
static void give_room_back(const change *changes, size_t n, bt_store *store)
{
  bt_error err;
  bool deleted = false;
  for (size_t i = 0; i < n; i++) deleted = deleted || !changes[i].label;
  if (deleted && bt_store_vacuum(store, &err))
    (void)fprintf(stderr, "backtest: warning: the file is as long as before: %s\n", err.message);
}

static bt_status change_runs(bt_store *store, const change *changes, size_t n, const char *path,
                             bt_error *err)
{
  if (n == 0) return BT_OK;
  bt_status status = check_changes(changes, n, store, path, err);
  if (!status) status = make_changes(changes, n, store, err);
  if (!status) give_room_back(changes, n, store);
  return status;
}

/* ---- the command ------------------------------------------------------------------------------
 */

/* The list of a database that is closed: a pager must not hold it. */
static bt_status print_runs(const bt_run_record *runs, size_t n, const char *path, bool json,
                            bt_error *err)
{
  if (json) return print_json(path, runs, n, err);
  print_table(path, runs, n);
  return BT_OK;
}

static bt_status find_path(const char **out, const bt_arguments *arguments, bt_error *err)
{
  if (arguments->n_operands == 0)
    return bt_fail(err, BT_ERR_USAGE, "runs: the database is missing: backtest runs DB");
  if (arguments->n_operands > 1)
    return bt_fail(err, BT_ERR_USAGE, "%s: runs takes one database", arguments->operands[1]);
  *out = arguments->operands[0];
  return BT_OK;
}

static int run(const bt_arguments *arguments)
{
  bt_store *store = NULL;
  change *changes = NULL;
  const char *path = NULL;
  bt_run_record *runs = NULL;
  size_t n = 0, n_runs = 0;
  bt_error err, closing;
  bt_status status = find_path(&path, arguments, &err);
  if (!status) status = read_changes(&changes, &n, arguments, &err);
  if (!status)
    status = n > 0 ? bt_store_open_existing(&store, path, &err)
                   : bt_store_open_to_read(&store, path, &err);
  if (!status) status = change_runs(store, changes, n, path, &err);
  if (!status) status = bt_store_list_runs(&runs, &n_runs, store, &err);
  bt_status closed = bt_store_close(store, &closing);
  if (!status) status = print_runs(runs, n_runs, path, bt_arguments_has(arguments, "json"), &err);
  bt_run_records_free(runs, n_runs);
  free(changes);
  if (status) return bt_command_fail(&err, "runs");
  return closed ? bt_command_fail(&closing, "runs") : BT_EXIT_OK;
}

extern const bt_command bt_command_runs;
const bt_command bt_command_runs = {
    .name = "runs",
    .summary = "list the runs of a database, name them, delete them",
    .synopsis = "backtest runs DB [--label N=TEXT]... [--delete N]... [--json]",
    .notes = "Example: backtest runs backtest.db --label 3='first try' --delete 1\n"
             "What is listed is what is there afterwards, the newest run first. One that is\n"
             "being written is not deleted. The number of the newest run, once deleted, is\n"
             "given to the next one. Without --label and --delete nothing is written.\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
