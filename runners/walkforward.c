#include "runners/walkforward.h"

#include <math.h>
#include <stdlib.h>

#include "core/time.h"
#include "runners/combo_stats.h"
#include "runners/portfolio_pass.h"
#include "runners/run_end.h"
#include "runners/selection.h"
#include "runners/store_resume.h"
#include "runners/walk.h"
#include "runners/walk_summary.h"

void bt_walk_result_clear(bt_walk_result *result)
{
  free(result->windows);
  free(result->summaries);
  free(result->regimes);
  *result = (bt_walk_result){0};
}

/* ---- windows ----------------------------------------------------------------------------------
 */

static bool counts_bars(const bt_window_rule *rule)
{
  return rule->train.bars > 0 || rule->gap.bars > 0 || rule->test.bars > 0 || rule->step.bars > 0;
}

/* Names the first ticker that has several bars a day where a length is told in bars. */
static bt_status check_lengths(const bt_job *job, const bt_scan *scan, bt_error *err)
{
  size_t i = 0;
  if (scan->daily || !counts_bars(&job->windows)) return BT_OK;
  while (scan->entries[i].report->rejected || scan->entries[i].daily) i++;
  return bt_fail(err, BT_ERR_USAGE,
                 "--train, --test, --step, --gap: a length in bars counts days on which the "
                 "universe trades, but %s has several bars a day; use d, w, m or y",
                 job->universe->entries[i].symbol);
}

bt_status bt_walk_windows(bt_window **out, size_t *n, const bt_job *job, const bt_scan *scan,
                          bt_error *err)
{
  const bt_calendar *calendar = &scan->calendar;
  int64_t from = bt_time_days(job->from_ns), to = bt_time_days(job->to_ns);
  size_t first = bt_calendar_find(calendar, from), end = bt_calendar_find(calendar, to + 1);
  if (first == end)
    return bt_fail(err, BT_ERR_DATA, "the universe trades on no day between --from and --to");
  bt_status status = check_lengths(job, scan, err);
  if (status) return status;
  const bt_calendar over = {calendar->days + first, end - first}; /* a view, never cleared */
  int64_t origin = job->from_ns > INT64_MIN ? from : over.days[0];
  return bt_windows_make(out, n, &job->windows, &over, origin, err);
}

static void format_days(char first[BT_TIME_TEXT_SIZE], char last[BT_TIME_TEXT_SIZE],
                        int64_t first_day, int64_t last_day)
{
  bt_time_format(first, first_day * BT_NS_PER_DAY, true);
  bt_time_format(last, last_day * BT_NS_PER_DAY, true);
}

static bt_status put_windows(const bt_walk *walk, bt_error *err)
{
  const bt_run_means *means = walk->run->means;
  bt_status status = BT_OK;
  for (size_t k = 0; k < walk->n_windows && !status; k++) {
    const bt_window *w = &walk->windows[k];
    bt_window_row row = {.window_id = (int64_t)k + 1};
    format_days(row.train_start, row.train_end, w->train_first, w->train_last);
    format_days(row.test_start, row.test_end, w->test_first, w->test_last);
    status = bt_store_put_window(means->store, means->run_id, &row, err);
  }
  return status ? status : bt_store_commit(means->store, err);
}

/* ---- what an interrupted run has stored -------------------------------------------------------
 */

/* The selections of tickers whose last task is done. */
static bt_status take_over_slots(const bt_walk *walk, bt_error *err)
{
  const bt_run_means *means = walk->run->means;
  size_t n_tickers = walk->run->job->universe->n_entries, n = n_tickers * walk->n_windows;
  bt_selection_row *rows = malloc((n + 1) * sizeof *rows);
  if (!rows) return bt_fail_nomem(err, "selections");
  bt_status status =
      bt_store_read_selections(rows, n_tickers, walk->n_windows, means->store, means->run_id, err);
  for (size_t i = 0; i < n && !status; i++) {
    size_t task = i / walk->n_windows + 1 + (walk->ranks ? n_tickers : 0);
    if (!bt_run_is_done(walk->run, task) || rows[i].combo_id < 0) continue;
    walk->slots[i] = (bt_walk_slot){rows[i].combo_id, rows[i].train_value, rows[i].test_value};
  }
  free(rows);
  if (status) return status;
  return bt_store_read_walkforward(walk->rows, n_tickers, means->store, means->run_id, err);
}

/* The ranks of a ticker that is trained already, from its objective values: they are its scores
 * where no rule leaves combinations out. */
static bt_status take_over_ranks(const bt_walk *walk, size_t ticker, double *scores, bt_error *err)
{
  const bt_walk_slot *slots = bt_walk__slots(walk, ticker);
  size_t n_combos = bt_grid_count(walk->run->job->grid), n = 0;
  bt_status status = BT_OK;
  for (size_t k = 0; k < walk->n_windows && !status; k++) {
    const bt_result_key key = {
        .ticker_id = (int64_t)ticker + 1, .window_id = (int64_t)k + 1, .phase = "train"};
    if (slots[k].combo_id == BT_WALK_ABSENT) continue;
    status = bt_run_read_objectives(scores + n++ * n_combos, walk->run, &key, err);
  }
  return status ? status : bt_walk__add_ranks(walk, slots, scores, err);
}

/* Whether a ticker on which the strategy has failed was trained before: the run that is resumed has
 * then stored its objectives, and its ranks count as they did. */
static bt_status find_trained(bool *trained, const bt_walk *walk, size_t ticker, bt_error *err)
{
  const bt_run_means *means = walk->run->means;
  const bt_walk_slot *slots = bt_walk__slots(walk, ticker);
  size_t n_combos = bt_grid_count(walk->run->job->grid), k = 0;
  *trained = false;
  while (k < walk->n_windows && slots[k].combo_id == BT_WALK_ABSENT) k++;
  if (k == walk->n_windows || !walk->ranks) return BT_OK;
  double *values = malloc((n_combos + 1) * sizeof *values);
  if (!values) return bt_fail_nomem(err, "objective values");
  const bt_result_key key = {
      .ticker_id = (int64_t)ticker + 1, .window_id = (int64_t)k + 1, .phase = "train"};
  bt_status status =
      bt_store_read_objectives(values, trained, n_combos, means->store, means->run_id, &key, err);
  free(values);
  return status;
}

/* Tickers on which the strategy has failed: those that were trained before stay until the universe
 * has selected. */
static bt_status take_over_failed(const bt_walk *walk, bt_error *err)
{
  const bt_scan *scan = walk->run->means->scan;
  bt_status status = BT_OK;
  for (size_t i = 0; i < scan->n_entries && !status; i++) {
    bool trained = false;
    if (!scan->entries[i].failed) continue;
    status = find_trained(&trained, walk, i, err);
    if (!trained) bt_walk__leave(bt_walk__slots(walk, i), walk->n_windows);
  }
  return status;
}

static void leave_failed(const bt_walk *walk)
{
  const bt_scan *scan = walk->run->means->scan;
  for (size_t i = 0; i < scan->n_entries; i++)
    if (scan->entries[i].failed) bt_walk__leave(bt_walk__slots(walk, i), walk->n_windows);
}

static bt_status take_over(const bt_walk *walk, bt_error *err)
{
  size_t n_combos = bt_grid_count(walk->run->job->grid);
  bt_status status = walk->run->means->done ? take_over_failed(walk, err) : BT_OK;
  if (!status && walk->run->means->done) status = take_over_slots(walk, err);
  if (status || !walk->ranks || !walk->run->means->done) return status;
  if (bt_selection_leaves_out(&walk->run->job->selection)) return BT_OK; /* trained once more */
  double *scores = malloc((walk->n_windows * n_combos + 1) * sizeof *scores);
  if (!scores) return bt_fail_nomem(err, "objective values");
  for (size_t i = 0; i < walk->run->job->universe->n_entries && !status; i++)
    if (bt_run_is_done(walk->run, i + 1)) status = take_over_ranks(walk, i, scores, err);
  free(scores);
  return status;
}

/* ---- selecting for the universe ---------------------------------------------------------------
 */

static void ranks_free(bt_walk_ranks *ranks)
{
  if (!ranks) return;
  (void)pthread_mutex_destroy(&ranks->mutex);
  free(ranks->sums);
  free(ranks->defined);
  free(ranks);
}

/* n: windows x combinations. */
static bt_status ranks_new(bt_walk_ranks **out, size_t n, bt_error *err)
{
  bt_walk_ranks *ranks = calloc(1, sizeof *ranks);
  if (!ranks) return bt_fail_nomem(err, "ranks");
  if (pthread_mutex_init(&ranks->mutex, NULL) != 0) {
    free(ranks);
    return bt_fail(err, BT_ERR_THREAD, "a mutex cannot be made");
  }
  ranks->sums = calloc(n + 1, sizeof *ranks->sums);
  ranks->defined = calloc(n + 1, sizeof *ranks->defined);
  if (!ranks->sums || !ranks->defined) {
    ranks_free(ranks);
    return bt_fail_nomem(err, "ranks");
  }
  *out = ranks;
  return BT_OK;
}

/* One combination for all tickers of a window: that of the greatest mean rank. */
static void select_for_all(const bt_walk *walk)
{
  size_t n_combos = bt_grid_count(walk->run->job->grid);
  for (size_t k = 0; k < walk->n_windows; k++) {
    const double *sums = walk->ranks->sums + k * n_combos;
    const bool *defined = walk->ranks->defined + k * n_combos;
    int64_t best = BT_WALK_NONE;
    for (size_t c = 0; c < n_combos; c++)
      if (defined[c] && (best == BT_WALK_NONE || sums[c] > sums[best - 1])) best = (int64_t)c + 1;
    for (size_t i = 0; i < walk->run->job->universe->n_entries; i++) {
      bt_walk_slot *slot = &bt_walk__slots(walk, i)[k];
      if (slot->combo_id != BT_WALK_ABSENT) slot->combo_id = best;
    }
  }
}

/* ---- the end ----------------------------------------------------------------------------------
 */

/* combo_stats of every window, from the objective values in the store. */
static bt_status put_stats(const bt_walk *walk, bt_error *err)
{
  const bt_run_means *means = walk->run->means;
  size_t n_combos = bt_grid_count(walk->run->job->grid);
  size_t n_tickers = walk->run->job->universe->n_entries;
  double *values = malloc((n_tickers * n_combos + 1) * sizeof *values);
  bt_combo_stats *stats = malloc(n_combos * sizeof *stats);
  bt_status status = values && stats ? BT_OK : bt_fail_nomem(err, "combination statistics");
  for (size_t k = 0; k < walk->n_windows && !status; k++) {
    bt_result_key key = {.window_id = (int64_t)k + 1, .phase = "train"};
    for (size_t i = 0; i < n_tickers * n_combos; i++) values[i] = (double)NAN;
    for (size_t i = 0; i < n_tickers && !status; i++) {
      key.ticker_id = (int64_t)i + 1;
      if (bt_walk__slots(walk, i)[k].combo_id != BT_WALK_ABSENT)
        status = bt_run_read_objectives(values + i * n_combos, walk->run, &key, err);
    }
    if (!status) status = bt_combo_stats_all(stats, values, n_tickers, n_combos, means->pool, err);
    if (!status)
      status = bt_combo_stats_put(means->store, means->run_id, &key, stats, n_combos, err);
  }
  free(values);
  free(stats);
  return status;
}

/* A bt_portfolio_fn: a ticker's out-of-sample returns. */
static bt_status fill_part(void *context, bt_portfolio_part *out, size_t index, const bt_run *run,
                           bt_worker *worker, bt_error *err)
{
  const bt_walk *walk = context;
  const bt_walk_slot *slots = bt_walk__slots(walk, index);
  bt_ticker_scratch *scratch = &bt_run_scratch(run, worker)->ticker;
  bt_open_ticker open;
  bt_splice splice;
  if (bt_walk__count_parts(walk, slots) == 0) return BT_OK;
  bt_status status = bt_run_open_ticker(&open, run, index, worker, err);
  if (status) return status;
  status = bt_walk__splice(&splice, walk, slots, &open.ticker, scratch, err);
  if (!status) {
    status = bt_walk__aim(&splice, &open.ticker, scratch, run->job, err);
    if (!status) status = bt_ticker_simulate(&open.ticker, scratch, splice.span, err);
    if (!status) status = bt_portfolio_part_alloc(out, 1, open.ticker.bars, splice.span, err);
    if (!status) bt_portfolio_part_set(out, 0, scratch, splice.span);
    bt_splice_clear(&splice);
  }
  return bt_run_close_ticker(&open, status, err);
}

/* The rows of ticker 0, out of sample; it has no selections. */
static bt_status put_rows(bt_walk_result *out, const bt_portfolio *portfolio, const bt_run *run,
                          bt_error *err)
{
  const bt_result_key key = {.phase = "oos"};
  bt_portfolio_view view;
  bt_status status = bt_portfolio_view_open(&view, portfolio, run, err);
  if (status) return status;
  status = bt_portfolio_put_ticker(&view, err);
  if (!status) status = bt_portfolio_put(&out->portfolio, &view, 0, true, &key, err);
  out->n_rows += !status;
  bt_portfolio_view_close(&view);
  return status;
}

/* Where any ticker takes part in a window. */
static bt_status put_portfolio(bt_walk_result *out, bt_walk *walk, bt_error *err)
{
  const bt_run *run = walk->run;
  bt_portfolio *portfolio = NULL;
  bt_status status = bt_portfolio_new(&portfolio, 1, err);
  if (!status) status = bt_portfolio_pass(portfolio, run, fill_part, walk, err);
  if (!status && bt_portfolio_count(portfolio) > 0) status = put_rows(out, portfolio, run, err);
  bt_portfolio_free(portfolio);
  return status;
}

/* ---- the run ----------------------------------------------------------------------------------
 */

static void sum_up(bt_walk_result *out, const bt_walk *walk)
{
  const bt_scan *scan = walk->run->means->scan;
  size_t n_combos = bt_grid_count(walk->run->job->grid);
  for (size_t i = 0; i < scan->n_entries; i++) {
    const bt_load_report *report = scan->entries[i].report;
    out->n_bars += report->n_bars;
    out->n_rejected += report->rejected;
    out->n_ok += !report->rejected;
    out->n_rows += walk->n_rows[i];
    if (walk->rows[i].ticker_id != 0 && walk->rows[i].n_windows > 0)
      out->bar_combos += report->n_bars * n_combos;
  }
}

static bt_status walk_on(bt_walk_result *out, bt_walk *walk, bt_error *err)
{
  bt_run *run = walk->run;
  if (walk->n_windows == 0) {
    sum_up(out, walk);
    return bt_run_fail_rejected(run->job, run->means->scan, err);
  }
  bt_status status = put_windows(walk, err);
  if (!status) status = take_over(walk, err);
  if (!status) status = bt_run_pass(run, bt_walk__train_task, walk, err);
  if (!status && walk->ranks) {
    select_for_all(walk);
    leave_failed(walk);
    status = bt_run_pass(run, bt_walk__test_task, walk, err);
  }
  sum_up(out, walk);
  if (!status) status = put_stats(walk, err);
  if (!status) status = put_portfolio(out, walk, err);
  if (!status) status = bt_regime_summarise(&out->regimes, &out->n_regimes, run, "oos", err);
  return status ? status : bt_walk__summarise(out, walk, err);
}

/* Slots and rows of every ticker; who takes part in what is known before anything is computed. */
static bt_status walk_init(bt_walk *walk, bt_error *err)
{
  const bt_job *job = walk->run->job;
  size_t n = walk->run->means->scan->n_entries;
  walk->slots = malloc((n * walk->n_windows + 1) * sizeof *walk->slots);
  walk->rows = calloc(n + 1, sizeof *walk->rows);
  walk->n_rows = calloc(n + 1, sizeof *walk->n_rows);
  if (!walk->slots || !walk->rows || !walk->n_rows) return bt_fail_nomem(err, "selections");
  for (size_t i = 0; i < n * walk->n_windows; i++)
    walk->slots[i] = (bt_walk_slot){BT_WALK_ABSENT, (double)NAN, (double)NAN};
  for (size_t i = 0; i < n; i++) bt_walk__enter(bt_walk__slots(walk, i), walk, i);
  if (job->select == BT_SELECT_TICKER) return BT_OK;
  return ranks_new(&walk->ranks, walk->n_windows * bt_grid_count(job->grid), err);
}

static void walk_clear(bt_walk *walk)
{
  ranks_free(walk->ranks);
  free(walk->slots);
  free(walk->rows);
  free(walk->n_rows);
}

static bt_status run_walk(bt_walk_result *out, const bt_job *job, const bt_run_means *means,
                          bt_error *err)
{
  bt_run run;
  bt_status status = bt_run_open(&run, job, means, err);
  if (status) return status;
  bt_walk walk = {.run = &run, .windows = out->windows, .n_windows = out->n_windows};
  status = walk_init(&walk, err);
  if (!status) status = walk_on(out, &walk, err);
  walk_clear(&walk);
  bt_run_close(&run);
  out->resumed = means->done != NULL;
  if (!status && means->done)
    status = bt_store_count_metrics(&out->n_rows, means->store, means->run_id, err);
  return status;
}

bt_status bt_walk_run(bt_walk_result *out, bt_window *windows, size_t n_windows, const bt_job *job,
                      const bt_run_means *means, bt_error *err)
{
  double start_s = means->begun_s > 0 ? means->begun_s : bt_run_now_s();
  *out = (bt_walk_result){.windows = windows,
                          .n_windows = n_windows,
                          .efficiency_median = (double)NAN,
                          .combos_used_mean = (double)NAN};
  for (size_t i = 0; i < BT_METRIC_COUNT; i++) out->portfolio.value[i] = (double)NAN;
  bt_status status = run_walk(out, job, means, err);
  out->elapsed_s = bt_run_now_s() - start_s;
  const bt_run_total total = {.elapsed_s = out->elapsed_s, .bar_combos = out->bar_combos};
  return bt_run_end_with(status, means, &total, err);
}
