#include "runners/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "core/time.h"
#include "runners/combo_stats.h"
#include "runners/selection.h"
#include "runners/ticker_task.h"

/* Results of finished tickers that wait for the disk: enough to keep workers busy over a commit. */
enum { WRITER_BUDGET_BYTES = 32 << 20, STATS_GRAIN = 16 };

static double now_s(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void bt_sweep_result_clear(bt_sweep_result *result)
{
  free(result->outcomes);
  free(result->stats);
  free(result->leaders);
  *result = (bt_sweep_result){0};
}

/* Adds up the outcomes in the universe's order. */
static void sum_outcomes(bt_sweep_result *result, const bt_job *job)
{
  for (size_t i = 0; i < job->universe->n_entries; i++) {
    const bt_ticker_outcome *outcome = &result->outcomes[i];
    if (!outcome->done) continue;
    result->n_rejected += outcome->rejected;
    result->n_bars += outcome->n_bars;
    if (outcome->rejected) continue;
    result->rows_skipped += outcome->rows_skipped;
    result->n_ok++;
    result->n_rows += outcome->n_kept;
    result->n_span_bars += outcome->n_span_bars;
    bt_spread_merge(&result->sharpes, &outcome->sharpes);
  }
  result->bar_combos = result->n_span_bars * bt_grid_count(job->grid);
}

/* ---- statistics of each combination over the tickers ------------------------------------------
 */

typedef struct stats_context {
  const double *values; /* n_tickers rows of n_combos */
  size_t n_tickers, n_combos;
  bt_combo_stats *stats;
  double *columns; /* scratch of n_tickers values a worker */
} stats_context;

/* A bt_task_fn: the combination `index`. */
static bt_status compute_stats(void *context, size_t index, bt_worker *worker, bt_error *err)
{
  (void)err;
  const stats_context *c = context;
  double *column = c->columns + bt_worker_index(worker) * c->n_tickers;
  for (size_t i = 0; i < c->n_tickers; i++) column[i] = c->values[i * c->n_combos + index];
  c->stats[index] = bt_combo_stats_compute(column, c->n_tickers);
  return BT_OK;
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

static bt_status fill_stats(bt_sweep_result *result, const bt_job *job, const double *values,
                            bt_pool *pool, bt_error *err)
{
  size_t n_combos = bt_grid_count(job->grid), n_tickers = job->universe->n_entries;
  stats_context context = {.values = values,
                           .n_tickers = n_tickers,
                           .n_combos = n_combos,
                           .stats = malloc(n_combos * sizeof *context.stats),
                           .columns = malloc(bt_pool_size(pool) * n_tickers * sizeof(double))};
  result->stats = context.stats;
  bt_status status =
      context.stats && context.columns ? BT_OK : bt_fail_nomem(err, "combination statistics");
  if (!status) status = bt_pool_run(pool, n_combos, STATS_GRAIN, compute_stats, &context, err);
  if (!status) status = rank_leaders(result, n_combos, err);
  free(context.columns);
  return status;
}

static bt_status store_stats(const bt_sweep_result *result, size_t n_combos, bt_store *store,
                             int64_t run_id, bt_error *err)
{
  for (size_t i = 0; i < n_combos; i++) {
    bt_combo_stats_row row = {
        .window_id = 0, .combo_id = (int64_t)i + 1, .phase = "full", .stats = &result->stats[i]};
    bt_status status = bt_store_put_combo_stats(store, run_id, &row, err);
    if (!status) status = bt_store_end_batch(store, err);
    if (status) return status;
  }
  return BT_OK;
}

/* ---- the run ----------------------------------------------------------------------------------
 */

/* The gate of the run: no ticker is begun while too much waits for the disk. */
static bool has_room(void *context, size_t index)
{
  const bt_sweep_context *c = context;
  return bt_writer_has_room(c->writer, index);
}

/* All tickers through the pool into the writer. CANCELLED leaves what was finished written. */
static bt_status run_tickers(bt_sweep_context *context, const bt_sweep_means *means, bt_error *err)
{
  size_t n_workers = bt_pool_size(means->pool);
  const bt_pool_gate gate = {has_room, context};
  bt_error writer_error;
  bt_status status = bt_sweep__scratch_new(&context->scratch, n_workers,
                                           bt_grid_n_params(context->job->grid), err);
  if (status) return status;
  status = bt_writer_new(&context->writer, means->store, means->run_id, WRITER_BUDGET_BYTES,
                         means->pool, err);
  if (!status) {
    status = bt_pool_run_ordered(means->pool, context->job->universe->n_entries, &gate,
                                 bt_sweep__ticker_task, context, err);
    bt_status written = bt_writer_finish(context->writer, &writer_error);
    if (written) {
      status = written;
      *err = writer_error;
    }
  }
  bt_sweep__scratch_free(context->scratch, n_workers);
  return status;
}

/* Sets the run's last columns; span_first and span_last over all tickers that were evaluated. */
static bt_status end_run(const bt_sweep_result *result, const bt_job *job, bt_run_status run_status,
                         const bt_sweep_means *means, bt_error *err)
{
  int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;
  bool daily = true;
  char first[BT_TIME_TEXT_SIZE] = "", last[BT_TIME_TEXT_SIZE] = "";
  for (size_t i = 0; result->outcomes && i < job->universe->n_entries; i++) {
    const bt_ticker_outcome *outcome = &result->outcomes[i];
    if (!outcome->done || outcome->rejected) continue;
    if (outcome->first_ns < first_ns) first_ns = outcome->first_ns;
    if (outcome->last_ns > last_ns) last_ns = outcome->last_ns;
    daily = daily && outcome->daily;
  }
  if (first_ns <= last_ns) {
    bt_time_format(first, first_ns, daily);
    bt_time_format(last, last_ns, daily);
  }
  bt_run_end end = {.status = run_status,
                    .elapsed_s = result->elapsed_s,
                    .bar_combos = result->bar_combos,
                    .span_first = first,
                    .span_last = last};
  return bt_store_end_run(means->store, means->run_id, &end, err);
}

/* Fills what a sweep needs one slot a ticker for; values begin as NaN. */
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
  for (size_t i = 0; i < n_tickers * n_combos; i++) (*values)[i] = (double)NAN;
  return BT_OK;
}

static bt_run_status run_status_of(bt_status status)
{
  if (status == BT_OK) return BT_RUN_COMPLETE;
  return status == BT_ERR_CANCELLED ? BT_RUN_INTERRUPTED : BT_RUN_FAILED;
}

/* Statistics over the tickers, and the verdict where there are none. */
static bt_status conclude(bt_sweep_result *out, const bt_job *job, const double *values,
                          const bt_sweep_means *means, bt_error *err)
{
  sum_outcomes(out, job);
  if (out->n_ok == 0)
    return bt_fail(err, BT_ERR_DATA, "every ticker was rejected (%zu); the first, %s: %s",
                   out->n_rejected, job->universe->entries[0].symbol, out->outcomes[0].reason);
  bt_status status = fill_stats(out, job, values, means->pool, err);
  if (status) return status;
  return store_stats(out, bt_grid_count(job->grid), means->store, means->run_id, err);
}

bt_status bt_sweep_run(bt_sweep_result *out, const bt_job *job, const bt_sweep_means *means,
                       bt_error *err)
{
  double start_s = now_s(), *values = NULL;
  *out = (bt_sweep_result){0};
  bt_status status = alloc_slots(out, &values, job, err);
  if (!status) {
    bt_sweep_context context = {
        .job = job, .progress = means->progress, .outcomes = out->outcomes, .values = values};
    status = run_tickers(&context, means, err);
    if (status)
      sum_outcomes(out, job);
    else
      status = conclude(out, job, values, means, err);
  }
  free(values);
  out->elapsed_s = now_s() - start_s;
  bt_error end_error;
  bt_status ended = end_run(out, job, run_status_of(status), means, &end_error);
  if (ended && !status) {
    status = ended;
    if (err) *err = end_error;
  }
  return status;
}
