#include "cli/summary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/summary_parts.h"
#include "core/number.h"

/* ---- for people -------------------------------------------------------------------------------
 */

/* Columns of parameters are as wide as their name or six characters. */
static int param_width(const bt_param *param)
{
  int length = (int)strlen(param->name);
  return (length < 6 ? 6 : length) + 2;
}

static void print_leader(const bt_job *job, const bt_sweep_result *result, size_t place)
{
  double values[BT_PARAMS_MOST];
  char number[BT_NUMBER_TEXT_SIZE];
  size_t combo = result->leaders[place];
  const bt_combo_stats *stats = &result->stats[combo];
  (void)printf("%4zu", place + 1);
  bt_grid_values(job->grid, combo, values);
  for (size_t i = 0; i < job->strategy->n_params; i++)
    (void)printf("%*s", param_width(&job->strategy->params[i]),
                 bt_number_format(number, values[i]));
  bt_summary__print_value(stats->median);
  bt_summary__print_value(stats->p25);
  bt_summary__print_value(stats->p75);
  bt_summary__print_value(stats->lowest);
  bt_summary__print_value(stats->highest);
  bt_summary__print_share(stats->share_positive, stats->n_tickers);
}

/* The last column: on how many tickers the combination's objective is defined. */
static void print_leaderboard(const bt_job_options *options, const bt_sweep_result *result)
{
  const bt_job *job = &options->job;
  (void)printf("\ncombinations by median %s over the tickers on which it is defined\n   #",
               bt_summary__objective(options));
  for (size_t i = 0; i < job->strategy->n_params; i++)
    (void)printf("%*s", param_width(&job->strategy->params[i]), job->strategy->params[i].name);
  (void)printf(" %7s %7s %7s %7s %7s %8s %7s\n", "median", "p25", "p75", "lowest", "highest",
               "positive", "tickers");
  for (size_t i = 0; i < result->n_leaders; i++) print_leader(job, result, i);
  if (result->n_leaders == 0)
    (void)printf("   - no combination has a %s\n", bt_summary__objective(options));
}

bool bt_summary__find_luckiest(size_t *out, const bt_job_options *options,
                               const bt_sweep_result *result)
{
  bool found = false;
  for (size_t i = 0; i < options->universe.n_entries; i++) {
    const bt_ticker_outcome *o = &result->outcomes[i];
    if (!o->done || isnan(o->best_sharpe)) continue;
    if (found && o->best_sharpe <= result->outcomes[*out].best_sharpe) continue;
    *out = i;
    found = true;
  }
  return found;
}

static void print_luck(const bt_job_options *options, const bt_sweep_result *result)
{
  char trials[BT_TEXT_SIZE], combos[BT_TEXT_SIZE], tickers[BT_TEXT_SIZE], symbol[256];
  char params[BT_PARAMS_TEXT_SIZE];
  size_t luckiest = 0, n_trials = result->sharpes.count;
  double expected = bt_luck_expected_max(n_trials, bt_spread_variance(&result->sharpes));
  if (result->resumed && n_trials == 0)
    (void)printf(
        "luck      is not known of a run that was resumed, unless sharpe is its objective\n");
  if (!bt_summary__find_luckiest(&luckiest, options, result) || isnan(expected)) return;
  const bt_ticker_outcome *best = &result->outcomes[luckiest];
  (void)printf("luck      %s (%s on %s); the best Sharpe is %.2f (%s%s%s);\n"
               "          as many without skill would show %.2f at best (Bailey and Lopez de Prado "
               "2014)\n",
               bt_text_counted(trials, n_trials, "trial"),
               bt_text_counted(combos, bt_grid_count(options->grid), "combination"),
               bt_text_counted(tickers, result->n_ok, "ticker"), best->best_sharpe,
               bt_text_line(symbol, sizeof symbol, options->universe.entries[luckiest].symbol),
               options->job.strategy->n_params > 0 ? ", " : "",
               bt_summary__params(params, &options->job, best->best_sharpe_combo), expected);
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
               bt_summary__keep(b, &options->job.keep));
  (void)printf("%s on %s", bt_text_duration(a, result->elapsed_s),
               bt_text_counted(b, options->n_workers, "worker"));
  if (result->resumed)
    (void)printf(" for what was left of it\n");
  else
    (void)printf(": %s bar-combinations/s\n",
                 bt_text_rate(c, (double)result->bar_combos / result->elapsed_s));
}

void bt_summary_print(const bt_summary_of *of, const bt_sweep_result *result)
{
  const bt_job_options *options = of->options;
  char title[BT_PARAMS_TEXT_SIZE + 64], params[BT_PARAMS_TEXT_SIZE];
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE];
  print_header(options, result);
  print_leaderboard(options, result);
  (void)printf("\n");
  if (result->n_leaders > 0) {
    (void)snprintf(title, sizeof title, "portfolio equal weight, of the first combination%s%s:",
                   options->job.strategy->n_params > 0 ? ", " : "",
                   bt_summary__params(params, &options->job, result->leaders[0]));
    bt_summary__print_portfolio(&result->portfolio, title);
  }
  if (result->n_unselected > 0)
    (void)printf("selected  nothing on %s of %s\n", bt_text_count(a, result->n_unselected),
                 bt_text_counted(b, result->n_ok, "ticker"));
  bt_summary__print_regimes(of, result->regimes, result->n_regimes,
                            "best combination of each, in sample");
  print_luck(options, result);
  bt_summary__print_data(of);
  bt_summary__print_results(of, "SELECT * FROM leaderboard LIMIT 10");
}
