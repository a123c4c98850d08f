/* What a sweep or its plan prints with --json. */
#include <math.h>
#include <stdlib.h>

#include "cli/summary_parts.h"
#include "cli/suspect_text.h"

json_object *bt_summary__params_tree(const bt_job *job, size_t combo)
{
  char *params = bt_grid_params_json(job->grid, combo);
  json_object *tree = params ? json_tokener_parse(params) : NULL;
  free(params);
  return tree;
}

static json_object *leader_tree(const bt_job *job, const bt_sweep_result *result, size_t place,
                                bool *ok)
{
  json_object *o = bt_json_object(ok);
  size_t combo = result->leaders[place];
  const bt_combo_stats *stats = &result->stats[combo];
  bt_json_add_count(o, "combo_id", combo + 1, ok);
  bt_json_add_tree(o, "params", bt_summary__params_tree(job, combo), ok);
  bt_json_add_count(o, "n_tickers", stats->n_tickers, ok);
  bt_json_add_number(o, "median", stats->median, ok);
  bt_json_add_number(o, "mean", stats->mean, ok);
  bt_json_add_number(o, "p25", stats->p25, ok);
  bt_json_add_number(o, "p75", stats->p75, ok);
  bt_json_add_number(o, "lowest", stats->lowest, ok);
  bt_json_add_number(o, "highest", stats->highest, ok);
  bt_json_add_number(o, "share_positive", stats->share_positive, ok);
  return o;
}

static json_object *leaders_tree(const bt_job *job, const bt_sweep_result *result, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < result->n_leaders; i++)
    bt_json_add_tree(list, NULL, leader_tree(job, result, i, ok), ok);
  return list;
}

static json_object *rejected_tree(const bt_summary_of *of, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < of->scan->n_entries; i++) {
    const bt_load_report *report = of->scan->entries[i].report;
    if (!report->rejected) continue;
    json_object *o = bt_json_object(ok);
    bt_json_add_text(o, "symbol", of->options->universe.entries[i].symbol, ok);
    bt_json_add_text(o, "reason", report->reason, ok);
    bt_json_add_tree(list, NULL, o, ok);
  }
  return list;
}

void bt_summary__add_data(json_object *o, const bt_summary_of *of, bool *ok)
{
  json_object *suspects = bt_json_object(ok);
  uint64_t n_skipped = 0;
  for (size_t i = 0; i < of->scan->n_entries; i++)
    if (!of->scan->entries[i].report->rejected)
      n_skipped += of->scan->entries[i].report->rows_skipped;
  for (int kind = 0; kind < BT_SUSPECT_COUNT; kind++)
    bt_json_add_count(suspects, bt_suspect_name((bt_suspect_kind)kind),
                      bt_suspect_text_count(NULL, of->scan, (bt_suspect_kind)kind), ok);
  bt_json_add_count(o, "rows_skipped", n_skipped, ok);
  bt_json_add_tree(o, "suspects", suspects, ok);
  bt_json_add_tree(o, "rejected", rejected_tree(of, ok), ok);
}

json_object *bt_summary__portfolio_tree(const bt_metrics *metrics, bool *ok)
{
  json_object *o = bt_json_object(ok);
  for (int i = 0; i < BT_METRIC_COUNT; i++)
    if (!isnan(metrics->value[i]))
      bt_json_add_number(o, bt_metric_describe((bt_metric)i).name, metrics->value[i], ok);
  return o;
}

json_object *bt_summary__regimes_tree(const bt_regime_summary *regimes, size_t n, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t k = 0; k < n; k++) {
    const bt_regime_summary *r = &regimes[k];
    json_object *o = bt_json_object(ok);
    bt_json_add_text(o, "regime", r->regime, ok);
    bt_json_add_count(o, "n_bars", r->n_bars, ok);
    bt_json_add_count(o, "n_tickers", r->n_tickers, ok);
    bt_json_add_number(o, "sharpe_median", r->sharpe_median, ok);
    bt_json_add_number(o, "sharpe_p25", r->sharpe_p25, ok);
    bt_json_add_number(o, "sharpe_p75", r->sharpe_p75, ok);
    bt_json_add_number(o, "share_positive", r->share_positive, ok);
    bt_json_add_number(o, "total_return_median", r->return_median, ok);
    bt_json_add_number(o, "exposure_median", r->exposure_median, ok);
    bt_json_add_tree(list, NULL, o, ok);
  }
  return list;
}

static json_object *luck_tree(const bt_job_options *options, const bt_sweep_result *result,
                              bool *ok)
{
  json_object *o = bt_json_object(ok);
  size_t luckiest = 0, n_trials = result->sharpes.count;
  double variance = bt_spread_variance(&result->sharpes);
  bt_json_add_count(o, "n_trials", n_trials, ok);
  bt_json_add_number(o, "sharpe_variance", variance, ok);
  bt_json_add_number(o, "expected_best_sharpe", bt_luck_expected_max(n_trials, variance), ok);
  if (!bt_summary__find_luckiest(&luckiest, options, result)) return o;
  const bt_ticker_outcome *best = &result->outcomes[luckiest];
  bt_json_add_number(o, "best_sharpe", best->best_sharpe, ok);
  bt_json_add_text(o, "best_symbol", options->universe.entries[luckiest].symbol, ok);
  bt_json_add_count(o, "best_combo_id", best->best_sharpe_combo + 1, ok);
  return o;
}

void bt_summary__add_job(json_object *o, const bt_job_options *options, bool *ok)
{
  char keep[BT_TEXT_SIZE];
  const bt_job *job = &options->job;
  bt_json_add_text(o, "database", options->database, ok);
  bt_json_add_text(o, "strategy", job->strategy->name, ok);
  bt_json_add_text(o, "objective", bt_summary__objective(options), ok);
  bt_json_add_text(o, "keep", bt_summary__keep(keep, &job->keep), ok);
}

static void add_counts(json_object *o, const bt_job_options *options, const bt_sweep_result *result,
                       bool *ok)
{
  bt_json_add_count(o, "n_tickers", result->n_ok, ok);
  bt_json_add_count(o, "n_rejected", result->n_rejected, ok);
  bt_json_add_count(o, "n_unselected", result->n_unselected, ok);
  bt_json_add_count(o, "n_combos", bt_grid_count(options->grid), ok);
  bt_json_add_count(o, "n_rows", result->n_rows, ok);
  bt_json_add_count(o, "n_bars", result->n_span_bars, ok);
  bt_json_add_count(o, "n_bars_loaded", result->n_bars, ok);
  bt_json_add_count(o, "bar_combos", result->bar_combos, ok);
  bt_json_add_number(o, "elapsed_s", result->elapsed_s, ok);
}

bt_status bt_summary_print_json(const bt_summary_of *of, const bt_sweep_result *result,
                                bt_error *err)
{
  const bt_job_options *options = of->options;
  bool ok = true;
  json_object *o = bt_json_object(&ok);
  bt_json_add_count(o, "run_id", (uint64_t)of->run_id, &ok);
  bt_summary__add_job(o, options, &ok);
  add_counts(o, options, result, &ok);
  bt_json_add_tree(o, "leaderboard", leaders_tree(&options->job, result, &ok), &ok);
  bt_json_add_tree(o, "portfolio", bt_summary__portfolio_tree(&result->portfolio, &ok), &ok);
  bt_json_add_tree(o, "regimes", bt_summary__regimes_tree(result->regimes, result->n_regimes, &ok),
                   &ok);
  bt_json_add_tree(o, "luck", luck_tree(options, result, &ok), &ok);
  bt_summary__add_data(o, of, &ok);
  return bt_json_print(o, ok, err);
}

bt_status bt_summary_print_plan_json(const bt_job_options *options, const bt_plan *plan,
                                     bt_error *err)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok);
  bt_summary__add_job(o, options, &ok);
  bt_json_add_count(o, "n_tickers", plan->n_tickers, &ok);
  bt_json_add_count(o, "n_files_found", plan->n_found, &ok);
  bt_json_add_count(o, "file_bytes", plan->file_bytes, &ok);
  bt_json_add_count(o, "n_combos", plan->n_combos, &ok);
  bt_json_add_count(o, "n_combos_excluded", plan->n_excluded, &ok);
  bt_json_add_count(o, "n_windows", plan->n_windows, &ok);
  bt_json_add_count(o, "n_rows", plan->n_rows, &ok);
  bt_json_add_count(o, "n_bars_estimated", plan->n_bars, &ok);
  bt_json_add_count(o, "jobs", options->n_workers, &ok);
  bt_json_add_count(o, "memory_bytes_estimated", plan->memory_bytes, &ok);
  bt_json_add_count(o, "database_bytes_estimated", plan->database_bytes, &ok);
  bt_json_add_number(o, "elapsed_s_estimated", plan->elapsed_s, &ok);
  return bt_json_print(o, ok, err);
}
