#include "cli/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/text.h"
#include "core/number.h"

enum { WARNINGS_MOST = 10 };

static const char *objective_name(const bt_sweep_options *options)
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

static const char *plural(size_t n)
{
  return n == 1 ? "" : "s";
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
  if (!symbol && *n > WARNINGS_MOST)
    (void)fprintf(stderr, "backtest: warning: %zu more tickers are rejected\n", *n - WARNINGS_MOST);
  if (!symbol || (*n)++ >= WARNINGS_MOST) return;
  (void)fprintf(stderr, "backtest: warning: %s is rejected: %s\n", symbol, reason);
}

/* ---- for people -------------------------------------------------------------------------------
 */

static void print_value(double value)
{
  if (isnan(value))
    (void)printf("%9s", "-");
  else
    (void)printf("%9.3f", value);
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
  (void)printf("%9.0f%%\n", 100 * stats->share_positive);
}

static void print_leaderboard(const bt_sweep_options *options, const bt_sweep_result *result)
{
  const bt_job *job = &options->job;
  char count[BT_TEXT_SIZE];
  (void)printf("\ncombinations by median %s over %s tickers\n   #", objective_name(options),
               bt_text_count(count, result->n_ok));
  for (size_t i = 0; i < job->strategy->n_params; i++)
    (void)printf("%*s", param_width(&job->strategy->params[i]), job->strategy->params[i].name);
  (void)printf("%9s%9s%9s%9s%9s%10s\n", "median", "p25", "p75", "lowest", "highest", "positive");
  for (size_t i = 0; i < result->n_leaders; i++) print_leader(job, result, i);
  if (result->n_leaders == 0)
    (void)printf("   - no combination has a %s\n", objective_name(options));
}

static void print_skipped(const bt_sweep_options *options, const bt_sweep_result *result)
{
  char count[BT_TEXT_SIZE];
  const char *separator = " (";
  if (result->rows_skipped == 0) return;
  (void)printf("skipped   %s rows", bt_text_count(count, result->rows_skipped));
  for (int k = 0; k < BT_ROW_ISSUE_COUNT; k++) {
    uint64_t n = 0;
    if (k == BT_ROW_UNADJUSTED) continue;
    for (size_t i = 0; i < options->universe.n_entries; i++)
      if (!result->outcomes[i].rejected) n += result->outcomes[i].counts[k];
    if (n == 0) continue;
    (void)printf("%s%s %s", separator, bt_text_count(count, n), bt_row_issue_name((bt_row_issue)k));
    separator = ", ";
  }
  (void)printf("); each is in data_issues\n");
}

bool bt_summary_find_luckiest(size_t *out, const bt_sweep_options *options,
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

static void print_luck(const bt_sweep_options *options, const bt_sweep_result *result)
{
  char trials[BT_TEXT_SIZE], params[256];
  size_t luckiest = 0, n_trials = result->sharpes.count;
  double expected = bt_luck_expected_max(n_trials, bt_spread_variance(&result->sharpes));
  if (!bt_summary_find_luckiest(&luckiest, options, result) || isnan(expected)) return;
  const bt_ticker_outcome *best = &result->outcomes[luckiest];
  size_t n_combos = bt_grid_count(options->grid);
  (void)printf("luck      %s trials (%zu combination%s on %zu ticker%s); the best Sharpe is %.2f "
               "(%s%s);\n          as many without skill would show %.2f at best (Bailey and "
               "Lopez de Prado 2014)\n",
               bt_text_count(trials, n_trials), n_combos, plural(n_combos), result->n_ok,
               plural(result->n_ok), best->best_sharpe, options->universe.entries[luckiest].symbol,
               params_text(params, sizeof params, &options->job, best->best_sharpe_combo),
               expected);
}

static void print_header(const bt_sweep_options *options, const bt_sweep_result *result)
{
  char bars[BT_TEXT_SIZE], rows[BT_TEXT_SIZE], time[BT_TEXT_SIZE], rate[BT_TEXT_SIZE];
  char keep[BT_TEXT_SIZE];
  size_t n_combos = bt_grid_count(options->grid);
  (void)printf("%s on %s: %zu ticker%s, %s bars, %zu combination%s\n", options->job.strategy->name,
               options->universe_path, result->n_ok, plural(result->n_ok),
               bt_text_count(bars, result->n_bars), n_combos, plural(n_combos));
  (void)printf("%s rows kept (--keep %s), %s on %zu worker%s: %s bar-combinations/s\n",
               bt_text_count(rows, result->n_rows), bt_summary_keep_text(keep, &options->job.keep),
               bt_text_duration(time, result->elapsed_s), options->n_workers,
               plural(options->n_workers),
               bt_text_rate(rate, (double)result->bar_combos / result->elapsed_s));
}

void bt_summary_print(const bt_sweep_options *options, const bt_sweep_result *result,
                      int64_t run_id)
{
  print_header(options, result);
  print_leaderboard(options, result);
  (void)printf("\n");
  print_luck(options, result);
  print_skipped(options, result);
  if (result->n_rejected > 0)
    (void)printf("rejected  %zu of %zu tickers: SELECT symbol, reason FROM tickers WHERE status = "
                 "'rejected'\n",
                 result->n_rejected, options->universe.n_entries);
  (void)printf("results   run %" PRId64 " in %s; try\n          sqlite3 %s \"SELECT * FROM "
               "leaderboard LIMIT 10\"\n",
               run_id, options->database, options->database);
}

void bt_summary_print_plan(const bt_sweep_options *options, const bt_plan *plan)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE];
  (void)printf("strategy      %s\n", options->job.strategy->name);
  (void)printf("tickers       %zu (%zu files found, %s)\n", plan->n_tickers, plan->n_found,
               bt_text_bytes(a, plan->file_bytes));
  (void)printf("combinations  %s (%s more are left out by rules)\n",
               bt_text_count(a, plan->n_combos), bt_text_count(b, plan->n_excluded));
  (void)printf("windows       1 (the whole span)\n");
  (void)printf("rows          %s (--keep %s)\n", bt_text_count(a, plan->n_rows),
               bt_summary_keep_text(b, &options->job.keep));
  (void)printf("bars          about %s\n", bt_text_count(a, plan->n_bars));
  (void)printf("memory        about %s with %zu workers\n", bt_text_bytes(a, plan->memory_bytes),
               options->n_workers);
  (void)printf("database      about %s in %s\n", bt_text_bytes(a, plan->database_bytes),
               options->database);
  (void)printf("time          about %s\n", bt_text_duration(a, plan->elapsed_s));
}
