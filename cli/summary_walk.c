/* What a walk-forward prints. */
#include <math.h>
#include <stdio.h>

#include "cli/summary_parts.h"
#include "core/time.h"

enum { WINDOWS_SHOWN = 24 };

/* ---- for people -------------------------------------------------------------------------------
 */

static char *day_text(char buffer[BT_TIME_TEXT_SIZE], int64_t day)
{
  return bt_time_format(buffer, day * BT_NS_PER_DAY, true);
}

static void print_header(const bt_summary_of *of, const bt_walk_result *result)
{
  const bt_job_options *options = of->options;
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE], d[BT_TEXT_SIZE];
  (void)printf("%s on %s, walk-forward: %s, %s, %s, %s\n", options->job.strategy->name,
               options->universe_path, bt_text_counted(a, result->n_ok, "ticker"),
               bt_text_counted(b, result->n_bars, "bar"),
               bt_text_counted(c, bt_grid_count(options->grid), "combination"),
               bt_text_counted(d, result->n_windows, "window"));
  (void)printf("%s kept (--keep %s), ", bt_text_counted(a, result->n_rows, "row"),
               bt_summary__keep(b, &options->job.keep));
  (void)printf("%s on %s%s\n", bt_text_duration(a, result->elapsed_s),
               bt_text_counted(b, options->n_workers, "worker"),
               result->resumed ? " for what was left of it" : "");
  if (bt_grid_count(options->grid) == 1)
    (void)printf("there is one combination alone: nothing to choose from\n");
}

/* The commonest combination and how many tickers have it: all have it with --select universe. */
static void print_commonest(const bt_job *job, const bt_walk_summary *summary)
{
  char params[BT_PARAMS_TEXT_SIZE], text[BT_TEXT_SIZE];
  if (summary->commonest_combo_id == 0) {
    (void)printf("  none\n");
    return;
  }
  bt_summary__params(params, job, (size_t)summary->commonest_combo_id - 1);
  (void)printf("  %s%s(%s)\n", params, params[0] ? " " : "",
               bt_text_counted(text, summary->commonest_count, "ticker"));
}

static void print_window(const bt_job *job, const bt_walk_result *result, size_t k)
{
  const bt_window *window = &result->windows[k];
  const bt_walk_summary *summary = &result->summaries[k];
  char a[BT_TIME_TEXT_SIZE], b[BT_TIME_TEXT_SIZE];
  (void)printf("%4zu  %s  %s %7zu", k + 1, day_text(a, window->test_first),
               day_text(b, window->test_last), summary->n_tickers);
  bt_summary__print_value(summary->train_median);
  bt_summary__print_value(summary->test_median);
  if (isnan(summary->share_positive))
    (void)printf(" %8s", "-");
  else
    (void)printf(" %7.0f%%", 100 * summary->share_positive);
  print_commonest(job, summary);
}

static void print_windows(const bt_summary_of *of, const bt_walk_result *result)
{
  (void)printf(
      "\nmedian %s over the tickers of what each window has selected\n   #  %-10s  %-10s %7s "
      "%7s %7s %8s  %s\n",
      bt_summary__objective(of->options), "test from", "to", "tickers", "train", "test", "positive",
      "most selected");
  bool all = result->n_windows <= WINDOWS_SHOWN;
  size_t n_head = all ? result->n_windows : WINDOWS_SHOWN / 2;
  size_t tail = all ? result->n_windows : result->n_windows - WINDOWS_SHOWN / 2;
  for (size_t k = 0; k < n_head; k++) print_window(&of->options->job, result, k);
  if (!all) (void)printf(" ...  all of them are in windows and selections\n");
  for (size_t k = tail; k < result->n_windows; k++) print_window(&of->options->job, result, k);
  (void)printf("\n");
}

static void print_stability(const bt_walk_result *result)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE];
  size_t n_selected = result->n_parts - result->n_unselected;
  if (n_selected > 0)
    (void)printf("windows   %.0f%% of the %s with a selection end with a profit; ",
                 100 * (double)result->n_profitable / (double)n_selected,
                 bt_text_counted(a, n_selected, "test part"));
  if (n_selected > 0 && isnan(result->efficiency_median))
    (void)printf("efficiency is not defined\n");
  else if (n_selected > 0)
    (void)printf("median efficiency %.2f\n", result->efficiency_median);
  if (!isnan(result->combos_used_mean))
    (void)printf("          a ticker uses %.1f different combinations in its windows, on average\n",
                 result->combos_used_mean);
  if (result->n_unselected > 0)
    (void)printf("%s  nothing could be selected in %s of %s: no position there\n",
                 n_selected > 0 ? "        " : "windows ", bt_text_count(a, result->n_unselected),
                 bt_text_count(b, result->n_parts));
  if (result->n_left_out > 0)
    (void)printf("left out  %s that a ticker's history does not cover; %s with none\n",
                 bt_text_counted(a, result->n_left_out, "window"),
                 bt_text_counted(b, result->n_without, "ticker"));
}

void bt_summary_print_walk(const bt_summary_of *of, const bt_walk_result *result)
{
  print_header(of, result);
  print_windows(of, result);
  bt_summary__print_portfolio(&result->portfolio,
                              "portfolio equal weight, out of sample, of what was selected:");
  print_stability(result);
  bt_summary__print_regimes(of, result->regimes, result->n_regimes, "out of sample");
  bt_summary__print_data(of);
  bt_summary__print_results(of, "SELECT symbol, total_return, sharpe FROM results WHERE phase = "
                                "'oos' ORDER BY sharpe DESC LIMIT 10");
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static json_object *window_tree(const bt_job *job, const bt_walk_result *result, size_t k, bool *ok)
{
  const bt_window *window = &result->windows[k];
  const bt_walk_summary *summary = &result->summaries[k];
  json_object *o = bt_json_object(ok);
  char text[BT_TIME_TEXT_SIZE];
  bt_json_add_count(o, "window_id", k + 1, ok);
  bt_json_add_text(o, "train_start", day_text(text, window->train_first), ok);
  bt_json_add_text(o, "train_end", day_text(text, window->train_last), ok);
  bt_json_add_text(o, "test_start", day_text(text, window->test_first), ok);
  bt_json_add_text(o, "test_end", day_text(text, window->test_last), ok);
  bt_json_add_count(o, "n_tickers", summary->n_tickers, ok);
  bt_json_add_count(o, "n_selected", summary->n_selected, ok);
  bt_json_add_number(o, "train_median", summary->train_median, ok);
  bt_json_add_number(o, "test_median", summary->test_median, ok);
  bt_json_add_number(o, "share_positive", summary->share_positive, ok);
  if (summary->commonest_combo_id == 0) return o;
  size_t combo = (size_t)summary->commonest_combo_id - 1;
  bt_json_add_count(o, "commonest_combo_id", (uint64_t)summary->commonest_combo_id, ok);
  bt_json_add_tree(o, "commonest_params", bt_summary__params_tree(job, combo), ok);
  bt_json_add_count(o, "commonest_count", summary->commonest_count, ok);
  return o;
}

static void add_counts(json_object *o, const bt_summary_of *of, const bt_walk_result *result,
                       bool *ok)
{
  bt_json_add_count(o, "n_tickers", result->n_ok, ok);
  bt_json_add_count(o, "n_rejected", result->n_rejected, ok);
  bt_json_add_count(o, "n_without_window", result->n_without, ok);
  bt_json_add_count(o, "n_combos", bt_grid_count(of->options->grid), ok);
  bt_json_add_count(o, "n_windows", result->n_windows, ok);
  bt_json_add_count(o, "n_test_parts", result->n_parts, ok);
  bt_json_add_count(o, "n_unselected", result->n_unselected, ok);
  bt_json_add_count(o, "n_profitable", result->n_profitable, ok);
  bt_json_add_count(o, "n_left_out", result->n_left_out, ok);
  bt_json_add_number(o, "efficiency_median", result->efficiency_median, ok);
  bt_json_add_number(o, "combos_used_mean", result->combos_used_mean, ok);
  bt_json_add_count(o, "n_rows", result->n_rows, ok);
  bt_json_add_count(o, "n_bars_loaded", result->n_bars, ok);
  bt_json_add_count(o, "bar_combos", result->bar_combos, ok);
  bt_json_add_number(o, "elapsed_s", result->elapsed_s, ok);
}

bt_status bt_summary_print_walk_json(const bt_summary_of *of, const bt_walk_result *result,
                                     bt_error *err)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok), *windows = bt_json_list(&ok);
  for (size_t k = 0; k < result->n_windows; k++)
    bt_json_add_tree(windows, NULL, window_tree(&of->options->job, result, k, &ok), &ok);
  bt_json_add_count(o, "run_id", (uint64_t)of->run_id, &ok);
  bt_summary__add_job(o, of->options, &ok);
  add_counts(o, of, result, &ok);
  bt_json_add_tree(o, "windows", windows, &ok);
  bt_json_add_tree(o, "portfolio", bt_summary__portfolio_tree(&result->portfolio, &ok), &ok);
  bt_json_add_tree(o, "regimes", bt_summary__regimes_tree(result->regimes, result->n_regimes, &ok),
                   &ok);
  bt_summary__add_data(o, of, &ok);
  return bt_json_print(o, ok, err);
}
