#include "runners/combo_stats.h"

#include <math.h>
#include <stdlib.h>

static int compare_double(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Place (n - 1) * share, between two values their weighted mean. */
static double quantile(const double *sorted, size_t n, double share)
{
  double place = share * (double)(n - 1);
  size_t below = (size_t)place;
  double weight = place - (double)below;
  if (below + 1 >= n) return sorted[n - 1];
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

/* Summed as distances from one of the values: equal values have exactly their value as mean. The
 * order is that of the sorted values, so it does not depend on the order of the tickers. */
static double mean(const double *sorted, size_t n)
{
  double origin = sorted[n / 2], total = 0;
  for (size_t i = 0; i < n; i++) total += sorted[i] - origin;
  double value = origin + total / (double)n;
  return isfinite(value) ? value : (double)NAN;
}

bt_combo_stats bt_combo_stats_compute(double *values, size_t n)
{
  size_t count = 0, n_positive = 0;
  for (size_t i = 0; i < n; i++)
    if (!isnan(values[i])) values[count++] = values[i];
  const double none = (double)NAN;
  bt_combo_stats stats = {0, none, none, none, none, none, none, none};
  if (count == 0) return stats;
  for (size_t i = 0; i < count; i++) n_positive += values[i] > 0;
  qsort(values, count, sizeof *values, compare_double);
  stats.n_tickers = count;
  stats.mean = mean(values, count);
  stats.median = quantile(values, count, 0.5);
  stats.p25 = quantile(values, count, 0.25);
  stats.p75 = quantile(values, count, 0.75);
  stats.lowest = values[0];
  stats.highest = values[count - 1];
  stats.share_positive = (double)n_positive / (double)count;
  return stats;
}

/* ---- all combinations -------------------------------------------------------------------------
 */

enum { STATS_GRAIN = 16 };

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

bt_status bt_combo_stats_all(bt_combo_stats *stats, const double *values, size_t n_tickers,
                             size_t n_combos, bt_pool *pool, bt_error *err)
{
  stats_context context = {
      .values = values,
      .n_tickers = n_tickers,
      .n_combos = n_combos,
      .stats = stats,
      .columns = malloc((bt_pool_size(pool) * n_tickers + 1) * sizeof *context.columns)};
  if (!context.columns) return bt_fail_nomem(err, "combination statistics");
  bt_status status = bt_pool_run(pool, n_combos, STATS_GRAIN, compute_stats, &context, err);
  free(context.columns);
  return status;
}

bt_status bt_combo_stats_put(bt_store *store, int64_t run_id, const bt_result_key *key,
                             const bt_combo_stats *stats, size_t n_combos, bt_error *err)
{
  const bt_combo_stats_rows rows = {.window_id = key->window_id,
                                    .first_combo_id = 1,
                                    .phase = key->phase,
                                    .stats = stats,
                                    .n_rows = n_combos};
  bt_status status = bt_store_put_combo_stats(store, run_id, &rows, err);
  return status ? status : bt_store_end_batch(store, err);
}
