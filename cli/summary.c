#include "cli/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/shell_word.h"
#include "cli/text.h"
#include "core/number.h"

enum { WARNINGS_MOST = 10 };

static const char *objective_name(const bt_job_options *options)
{
  return bt_metric_describe(options->job.selection.objective).name;
}

const char *bt_summary_keep_text(char buffer[BT_TEXT_SIZE], const bt_keep *keep)
{
  if (keep->kind == BT_KEEP_ALL) return "all";
  if (keep->kind == BT_KEEP_SELECTED) return "selected";
  (void)snprintf(buffer, BT_TEXT_SIZE, "top:%zu", keep->top);
  return buffer;
}

/* ", fast=5 slow=20" of a combination; "" for a strategy without parameters. */
static char *params_text(char *buffer, size_t size, const bt_job *job, size_t combo)
{
  double values[64] = {0};
  char number[BT_NUMBER_TEXT_SIZE];
  size_t used = 0;
  buffer[0] = '\0';
  if (job->strategy->n_params > 64) return buffer;
  bt_grid_values(job->grid, combo, values);
  for (size_t i = 0; i < job->strategy->n_params && used < size; i++)
    used += (size_t)snprintf(buffer + used, size - used, "%s%s=%s", i ? " " : ", ",
                             job->strategy->params[i].name, bt_number_format(number, values[i]));
  return buffer;
}

void bt_summary_warn_rejected(size_t *n, const char *symbol, const char *reason)
{
  char more[BT_TEXT_SIZE], symbol_line[256], reason_line[BT_LOAD_REASON_SIZE];
  if (!symbol && *n > WARNINGS_MOST)
    (void)fprintf(stderr, "backtest: warning: %s more %s rejected\n",
                  bt_text_count(more, *n - WARNINGS_MOST),
                  *n - WARNINGS_MOST == 1 ? "ticker is" : "tickers are");
  if (!symbol || (*n)++ >= WARNINGS_MOST) return;
  (void)fprintf(stderr, "backtest: warning: %s is rejected: %s\n",
                bt_text_line(symbol_line, sizeof symbol_line, symbol),
                bt_text_line(reason_line, sizeof reason_line, reason));
}

/* ---- for people -------------------------------------------------------------------------------
 */

static void print_value(double value)
{
  if (isnan(value))
    (void)printf(" %7s", "-");
  else
    (void)printf(" %7.3f", value);
}

/* Columns of parameters are as wide as their name or six characters. */
static int param_width(const bt_param *param)
{
  int length = (int)strlen(param->name);
  return (length < 6 ? 6 : length) + 2;
}

static void print_leader(const bt_job *job, const bt_sweep_result *result, size_t place)
{
  double values[64] = {0};
  char number[BT_NUMBER_TEXT_SIZE];
  size_t combo = result->leaders[place];
  const bt_combo_stats *stats = &result->stats[combo];
  (void)printf("%4zu", place + 1);
  if (job->strategy->n_params <= 64) bt_grid_values(job->grid, combo, values);
  for (size_t i = 0; i < job->strategy->n_params; i++)
    (void)printf("%*s", param_width(&job->strategy->params[i]),
                 bt_number_format(number, values[i]));
  print_value(stats->median);
  print_value(stats->p25);
  print_value(stats->p75);
  print_value(stats->lowest);
  print_value(stats->highest);
  if (stats->n_tickers > 0)
    (void)printf(" %7.0f%% %7zu\n", 100 * stats->share_positive, stats->n_tickers);
  else
    (void)printf(" %8s %7d\n", "-", 0);
}

/* The last column: on how many tickers the combination's objective is defined. */
static void print_leaderboard(const bt_job_options *options, const bt_sweep_result *result)
{
  const bt_job *job = &options->job;
  (void)printf("\ncombinations by median %s over the tickers on which it is defined\n   #",
               objective_name(options));
  for (size_t i = 0; i < job->strategy->n_params; i++)
    (void)printf("%*s", param_width(&job->strategy->params[i]), job->strategy->params[i].name);
  (void)printf(" %7s %7s %7s %7s %7s %8s %7s\n", "median", "p25", "p75", "lowest", "highest",
               "positive", "tickers");
  for (size_t i = 0; i < result->n_leaders; i++) print_leader(job, result, i);
  if (result->n_leaders == 0)
    (void)printf("   - no combination has a %s\n", objective_name(options));
}

/* Rows skipped of one kind, and of how many tickers there are more than data_issues holds. */
static uint64_t count_kind(size_t *n_cut, const bt_job_options *options,
                           const bt_sweep_result *result, int kind)
{
  uint64_t n = 0;
  for (size_t i = 0; i < options->universe.n_entries; i++) {
    const bt_ticker_outcome *outcome = &result->outcomes[i];
    if (!outcome->done || outcome->rejected) continue;
    n += outcome->counts[kind];
    *n_cut += outcome->counts[kind] > BT_LOAD_ISSUES_PER_KIND;
  }
  return n;
}

/* Of the tickers that were evaluated. */
static void print_skipped(const bt_job_options *options, const bt_sweep_result *result)
{
  char count[BT_TEXT_SIZE];
  uint64_t n_rows = 0, counts[BT_ROW_ISSUE_COUNT] = {0};
  size_t n_cut = 0;
  const char *separator = " (";
  for (int k = 0; k < BT_ROW_ISSUE_COUNT; k++)
    if (k != BT_ROW_UNADJUSTED) n_rows += counts[k] = count_kind(&n_cut, options, result, k);
  if (n_rows == 0) return;
  (void)printf("skipped   %s", bt_text_counted(count, n_rows, "row"));
  for (int k = 0; k < BT_ROW_ISSUE_COUNT; k++) {
    if (counts[k] == 0) continue;
    (void)printf("%s%s %s", separator, bt_text_count(count, counts[k]),
                 bt_row_issue_name((bt_row_issue)k));
    separator = ", ";
  }
  if (n_cut == 0)
    (void)printf("); each is in data_issues\n");
  else
    (void)printf(");\n          the first %d of each kind and ticker are in data_issues\n",
                 BT_LOAD_ISSUES_PER_KIND);
}

bool bt_summary_find_luckiest(size_t *out, const bt_job_options *options,
                              const bt_sweep_result *result)
{
  bool found = false;
  for (size_t i = 0; i < options->universe.n_entries; i++) {
    const bt_ticker_outcome *o = &result->outcomes[i];
    if (!o->done || o->rejected || isnan(o->best_sharpe)) continue;
    if (found && o->best_sharpe <= result->outcomes[*out].best_sharpe) continue;
    *out = i;
    found = true;
  }
  return found;
}

static void print_luck(const bt_job_options *options, const bt_sweep_result *result)
{
  char trials[BT_TEXT_SIZE], combos[BT_TEXT_SIZE], tickers[BT_TEXT_SIZE], params[256];
  char symbol[256];
  size_t luckiest = 0, n_trials = result->sharpes.count;
  double expected = bt_luck_expected_max(n_trials, bt_spread_variance(&result->sharpes));
  if (!bt_summary_find_luckiest(&luckiest, options, result) || isnan(expected)) return;
  const bt_ticker_outcome *best = &result->outcomes[luckiest];
  (void)printf("luck      %s (%s on %s); the best Sharpe is %.2f (%s%s);\n"
               "          as many without skill would show %.2f at best (Bailey and Lopez de Prado "
               "2014)\n",
               bt_text_counted(trials, n_trials, "trial"),
               bt_text_counted(combos, bt_grid_count(options->grid), "combination"),
               bt_text_counted(tickers, result->n_ok, "ticker"), best->best_sharpe,
               bt_text_line(symbol, sizeof symbol, options->universe.entries[luckiest].symbol),
               params_text(params, sizeof params, &options->job, best->best_sharpe_combo),
               expected);
}

static void print_header(const bt_job_options *options, const bt_sweep_result *result)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE], loaded[BT_TEXT_SIZE];
  (void)printf("%s on %s: %s, %s", options->job.strategy->name, options->universe_path,
               bt_text_counted(a, result->n_ok, "ticker"),
               bt_text_counted(b, result->n_span_bars, "bar"));
  if (result->n_span_bars != result->n_bars)
    (void)printf(" of the %s loaded", bt_text_count(loaded, result->n_bars));
  (void)printf(", %s\n", bt_text_counted(c, bt_grid_count(options->grid), "combination"));
  (void)printf("%s kept (--keep %s), ", bt_text_counted(a, result->n_rows, "row"),
               bt_summary_keep_text(b, &options->job.keep));
  (void)printf("%s on %s: %s bar-combinations/s\n", bt_text_duration(a, result->elapsed_s),
               bt_text_counted(b, options->n_workers, "worker"),
               bt_text_rate(c, (double)result->bar_combos / result->elapsed_s));
}

/* A command for the shell, on a line of its own. sql has no quotes that end it. */
static void print_query(const bt_job_options *options, const char *sql)
{
  const char *path = options->database, *safe = path[0] == '-' ? "./" : "";
  char *quoted = malloc(bt_shell_word_size(strlen(path) + 2) + strlen(path) + 3);
  char *plain = quoted ? quoted + bt_shell_word_size(strlen(path) + 2) : NULL;
  if (plain) {
    (void)sprintf(plain, "%s%s", safe, path);
    (void)bt_shell_word_write(quoted, plain);
  }
  (void)printf("          sqlite3 %s \"%s\"\n", quoted ? quoted : path, sql);
  free(quoted);
}

static void print_rejected(const bt_job_options *options, const bt_sweep_result *result,
                           int64_t run_id)
{
  char sql[128], n[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  if (result->n_rejected == 0) return;
  (void)printf("rejected  %s of %s; try\n", bt_text_count(n, result->n_rejected),
               bt_text_counted(of, options->universe.n_entries, "ticker"));
  (void)snprintf(sql, sizeof sql,
                 "SELECT symbol, reason FROM tickers WHERE run_id = %" PRId64
                 " AND status = 'rejected'",
                 run_id);
  print_query(options, sql);
}

void bt_summary_print(const bt_job_options *options, const bt_sweep_result *result, int64_t run_id)
{
  print_header(options, result);
  print_leaderboard(options, result);
  (void)printf("\n");
  print_luck(options, result);
  print_skipped(options, result);
  print_rejected(options, result, run_id);
  (void)printf("results   run %" PRId64 " in %s; try\n", run_id, options->database);
  print_query(options, "SELECT * FROM leaderboard LIMIT 10");
}

void bt_summary_print_plan(const bt_job_options *options, const bt_plan *plan)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE];
  (void)printf("strategy      %s\n", options->job.strategy->name);
  (void)printf("tickers       %s (%s found, %s)\n", bt_text_count(a, plan->n_tickers),
               bt_text_counted(b, plan->n_found, "file"), bt_text_bytes(c, plan->file_bytes));
  (void)printf("combinations  %s (%s more left out by rules)\n", bt_text_count(a, plan->n_combos),
               bt_text_count(b, plan->n_excluded));
  (void)printf("windows       1 (the whole span)\n");
  (void)printf("rows          %s of metrics (--keep %s), %s each of combos and combo_stats\n",
               bt_text_count(a, plan->n_rows), bt_summary_keep_text(b, &options->job.keep),
               bt_text_count(c, plan->n_combos));
  (void)printf("bars          about %s\n", bt_text_count(a, plan->n_bars));
  (void)printf("memory        about %s with %s\n", bt_text_bytes(a, plan->memory_bytes),
               bt_text_counted(b, options->n_workers, "worker"));
  (void)printf("database      about %s in %s\n", bt_text_bytes(a, plan->database_bytes),
               options->database);
  (void)printf("time          about %s\n", bt_text_duration(a, plan->elapsed_s));
}
