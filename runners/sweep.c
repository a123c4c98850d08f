#include "runners/sweep.h"

#include <math.h>
#include <stdlib.h>

#include "runners/combo_stats.h"
#include "runners/run_end.h"
#include "runners/selection.h"
#include "runners/store_resume.h"
#include "runners/sweep_portfolio.h"
#include "runners/sweep_task.h"

void bt_sweep_result_clear(bt_sweep_result *result)
{
  free(result->outcomes);
  free(result->stats);
  free(result->leaders);
  free(result->regimes);
  *result = (bt_sweep_result){0};
}

/* Merges the Sharpe ratios of all outcomes that count, or none where one of them lacks its own. */
static void merge_sharpes(bt_sweep_result *result, size_t n)
{
  bool all = true;
  for (size_t i = 0; i < n; i++) {
    const bt_ticker_outcome *outcome = &result->outcomes[i];
    if (outcome->done) all = all && outcome->has_sharpes;
  }
  for (size_t i = 0; all && i < n; i++)
    if (result->outcomes[i].done) bt_spread_merge(&result->sharpes, &result->outcomes[i].sharpes);
}

/* Adds up the outcomes in the universe's order. */
static void sum_outcomes(bt_sweep_result *result, const bt_job *job, const bt_scan *scan)
{
  for (size_t i = 0; i < scan->n_entries; i++) {
    const bt_scan_entry *entry = &scan->entries[i];
    if (!entry->report) continue;
    result->n_bars += entry->report->n_bars;
    result->n_rejected += entry->report->rejected;
    result->n_ok += !entry->report->rejected;
    if (!result->outcomes[i].done) continue;
    result->n_rows += result->outcomes[i].n_kept;
    result->n_span_bars += entry->n_span_bars;
  }
  merge_sharpes(result, scan->n_entries);
  result->bar_combos = result->n_span_bars * bt_grid_count(job->grid);
}

/* The leaderboard: combinations by median, greatest first. */
static bt_status rank_leaders(bt_sweep_result *result, size_t n_combos, bt_error *err)
{
  double *medians = malloc(n_combos * sizeof *medians);
  result->leaders = malloc(BT_SWEEP_LEADERS_MOST * sizeof *result->leaders);
  bt_status status = medians && result->leaders ? BT_OK : bt_fail_nomem(err, "leaderboard");
  if (!status) {
    for (size_t i = 0; i < n_combos; i++) medians[i] = result->stats[i].median;
    result->n_leaders = bt_selection_top(result->leaders, BT_SWEEP_LEADERS_MOST, medians, n_combos);
  }
  free(medians);
  return status;
}

/* ---- slots: one a ticker ----------------------------------------------------------------------
 */

/* Each task fills its values. */
static bt_status alloc_slots(bt_sweep_result *out, double **values, const bt_job *job,
                             bt_error *err)
{
  size_t n_tickers = job->universe->n_entries, n_combos = bt_grid_count(job->grid);
  if (n_combos > SIZE_MAX / sizeof **values / (n_tickers + 1))
    return bt_fail_nomem(err, "objective values");
  out->outcomes = calloc(n_tickers + 1, sizeof *out->outcomes);
  *values = malloc((n_tickers * n_combos + 1) * sizeof **values);
  if (!out->outcomes || !*values)
    return bt_fail(err, BT_ERR_NOMEM,
                   "out of memory: the objective of %zu tickers x %zu combinations takes %zu MB",
                   n_tickers, n_combos, n_tickers * n_combos * sizeof **values >> 20);
  return BT_OK;
}

/* What an interrupted run has stored of ticker `index`. Its Sharpe ratios are known where they are
 * the objective. */
static bt_status take_over(bt_ticker_outcome *outcome, double *values, size_t index,
                           const bt_run *run, bt_error *err)
{
  const bt_result_key key = {.ticker_id = (int64_t)index + 1, .phase = "full"};
  bt_status status = bt_run_read_objectives(values, run, &key, err);
  if (status) return status;
  outcome->done = true;
  if (run->job->selection.objective == BT_METRIC_SHARPE)
    bt_sweep__note_sharpes(outcome, values, bt_grid_count(run->job->grid));
  return BT_OK;
}

static bt_status take_over_all(const bt_sweep_context *context, bt_error *err)
{
  const bt_run *run = context->run;
  size_t n_combos = bt_grid_count(run->job->grid);
  bt_status status = BT_OK;
  for (size_t i = 0; i < run->job->universe->n_entries && !status; i++)
    if (bt_run_is_done(run, i + 1) && !run->means->scan->entries[i].report->rejected)
      status = take_over(&context->outcomes[i], context->values + i * n_combos, i, run, err);
  return status;
}

/* ---- the run ----------------------------------------------------------------------------------
 */

/* Statistics over the tickers, who leads, and the portfolio of the leader: what can be computed
 * while rows are still written. Nothing where every ticker was rejected. */
static bt_status compute_end(bt_sweep_result *out, bt_portfolio **portfolio, const bt_run *run,
                             const double *values, bt_error *err)
{
  const bt_job *job = run->job;
  size_t n_combos = bt_grid_count(job->grid);
  if (out->n_ok == 0) return BT_OK;
  out->stats = malloc(n_combos * sizeof *out->stats);
  if (!out->stats) return bt_fail_nomem(err, "combination statistics");
  bt_status status = bt_combo_stats_all(out->stats, values, job->universe->n_entries, n_combos,
                                        run->means->pool, err);
  if (!status) status = rank_leaders(out, n_combos, err);
  return status ? status : bt_sweep__follow_leader(portfolio, out, run, err);
}

/* What is known of the universe when every ticker was looked at in passing. */
static bt_status finish_scan(const bt_run_means *means, bt_error *err)
{
  if (means->scan->whole) return BT_OK;
  bt_status status = bt_scan_finish(means->scan, means->pool, err);
  return status ? status : bt_ticker_rows_put_gaps(means->store, means->run_id, means->scan, err);
}

/* The rows of the end, and the verdict where there are none. */
static bt_status conclude(bt_sweep_result *out, const bt_portfolio *portfolio, const bt_run *run,
                          bt_error *err)
{
  const bt_run_means *means = run->means;
  const bt_result_key key = {.phase = "full"};
  bt_status status = finish_scan(means, err);
  if (status) return status;
  if (out->n_ok == 0) return bt_run_fail_rejected(run->job, means->scan, err);
  status = bt_combo_stats_put(means->store, means->run_id, &key, out->stats,
                              bt_grid_count(run->job->grid), err);
  if (!status) status = bt_sweep__put_portfolio(out, portfolio, run, err);
  if (!status) status = bt_regime_summarise(&out->regimes, &out->n_regimes, run, "full", err);
  if (!status)
    status = bt_store_count_unselected(&out->n_unselected, means->store, means->run_id, err);
  out->resumed = means->done != NULL;
  if (!status && means->done)
    status = bt_store_count_metrics(&out->n_rows, means->store, means->run_id, err);
  return status;
}

/* Rows are written from the first ticker on until the leader's portfolio is known. */
static bt_status sweep(bt_sweep_result *out, bt_run *run, double *values, bt_error *err)
{
  bt_sweep_context context = {.run = run, .outcomes = out->outcomes, .values = values};
  bt_portfolio *portfolio = NULL;
  bt_status status = take_over_all(&context, err);
  if (!status) status = bt_run_begin_pass(run, err);
  if (status) return status;
  status = bt_run_tasks(run, bt_sweep__ticker_task, &context, err);
  sum_outcomes(out, run->job, run->means->scan);
  if (!status) status = compute_end(out, &portfolio, run, values, err);
  status = bt_run_end_pass(run, status, err);
  if (!status) status = conclude(out, portfolio, run, err);
  bt_portfolio_free(portfolio);
  return status;
}

bt_status bt_sweep_run(bt_sweep_result *out, const bt_job *job, const bt_run_means *means,
                       bt_error *err)
{
  double start_s = means->begun_s > 0 ? means->begun_s : bt_run_now_s(), *values = NULL;
  bt_run run;
  *out = (bt_sweep_result){0};
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) out->portfolio.value[i] = (double)NAN;
  bt_status status = alloc_slots(out, &values, job, err);
  if (!status) status = bt_run_open(&run, job, means, err);
  if (!status) {
    status = sweep(out, &run, values, err);
    bt_run_close(&run);
  }
  free(values);
  out->elapsed_s = bt_run_now_s() - start_s;
  const bt_run_total total = {.elapsed_s = out->elapsed_s, .bar_combos = out->bar_combos};
  return bt_run_end_with(status, means, &total, err);
}
