/* Percentile rank of the close among the last `period`, itself included: the share of them that are
 * below it, and half of those that are equal, as it is itself. From 1 / (2 period), a new low, to
 * 1 - 1 / (2 period), a new high; exactly 1/2 on a flat price. Equal is equal to the last bit,
 * where TTR also takes for equal what is less than 1e-8 higher.
 *
 * Counts are whole numbers, so both ways to them give the same: short windows are gone through,
 * eight at a time; of long ones a Fenwick tree (Fenwick 1994, "A new data structure for cumulative
 * frequency tables") keeps how many closes of each rank there are, in O(log n) a bar. */
#include <stdlib.h>
#include <string.h>

#include "core/indicator.h"
#include "core/indicators/period.h"
#include "core/indicators/undefined.h"
#include "core/lanes.h"

enum { LOOKED_THROUGH_MOST = 1500 }; /* bars of a window; beyond, a tree is faster */

/* ---- short windows: twice the share below, once what is equal ---------------------------------
 */

static double rank_last(const double *x, size_t n)
{
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += (size_t)(x[i] < x[n - 1]) + (size_t)(x[i] <= x[n - 1]);
  return (double)count / (2 * (double)n);
}

/* The same of the windows that begin at x, x + 1, ... x + BT_LANES - 1. */
static inline void rank_lanes(double *out, const double *x, size_t n)
{
  enum { VECTORS = BT_LANES_VECTORS };
  bt_vector_mask count[VECTORS] = {{0}}; /* less 1 for each that is true */
  bt_vector last[VECTORS];
  for (size_t v = 0; v < VECTORS; v++) last[v] = bt_vector_load(x + n - 1 + v * BT_WIDTH);
  for (size_t i = 0; i < n; i++) {
    for (size_t v = 0; v < VECTORS; v++) {
      bt_vector each = bt_vector_load(x + i + v * BT_WIDTH);
      count[v] += (bt_vector_mask)(each < last[v]) + (bt_vector_mask)(each <= last[v]);
    }
  }
  for (size_t v = 0; v < VECTORS; v++)
    for (size_t k = 0; k < BT_WIDTH; k++)
      out[v * BT_WIDTH + k] = (double)-count[v][k] / (2 * (double)n);
}

static void look_through(double *out, const double *close, size_t n, size_t period)
{
  size_t t = period - 1;
  for (; t + BT_LANES <= n; t += BT_LANES) rank_lanes(out + t, close + t + 1 - period, period);
  for (; t < n; t++) out[t] = rank_last(close + t + 1 - period, period);
}

/* ---- long windows: a tree over the ranks of all closes ----------------------------------------
 */

static int compare(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* How many of the sorted values are below x. */
static size_t count_below(const double *sorted, size_t n, double x)
{
  size_t first = 0, end = n;
  while (first < end) {
    size_t middle = first + (end - first) / 2;
    if (sorted[middle] < x)
      first = middle + 1;
    else
      end = middle;
  }
  return first;
}

/* tree[i], 1 <= i <= n, counts the ranks from i less its lowest bit, exclusive, to i. */
static void add(size_t *tree, size_t n, size_t rank)
{
  for (size_t i = rank + 1; i <= n; i += i & (0 - i)) tree[i]++;
}

static void take(size_t *tree, size_t n, size_t rank)
{
  for (size_t i = rank + 1; i <= n; i += i & (0 - i)) tree[i]--;
}

/* How many have a rank below this one. */
static size_t sum_below(const size_t *tree, size_t rank)
{
  size_t sum = 0;
  for (size_t i = rank; i > 0; i -= i & (0 - i)) sum += tree[i];
  return sum;
}

/* rank[t] = how many of all closes are below close[t]; sorted is scratch of n. */
static void fill_ranks(size_t *rank, double *sorted, const double *close, size_t n)
{
  memcpy(sorted, close, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, compare);
  for (size_t t = 0; t < n; t++) rank[t] = count_below(sorted, n, close[t]);
}

static bt_status count_in_tree(double *out, const double *close, size_t n, size_t period,
                               bt_error *err)
{
  size_t *rank = calloc(2 * n + 1, sizeof *rank), *tree = rank + n;
  if (!rank) return bt_fail_nomem(err, "percent_rank");
  fill_ranks(rank, out, close, n);
  for (size_t t = 0; t < n; t++) {
    add(tree, n, rank[t]);
    if (t >= period) take(tree, n, rank[t - period]);
    size_t count = sum_below(tree, rank[t]) + sum_below(tree, rank[t] + 1);
    out[t] = (double)count / (2 * (double)period);
  }
  free(rank);
  return BT_OK;
}

static bt_status compute(double *const *outputs, const bt_indicator_input *input,
                         const double *params, bt_error *err)
{
  size_t n = input->series->n_bars, period = (size_t)params[0];
  const double *close = input->series->close;
  double *out = outputs[0];
  bt_status status = BT_OK;
  if (period > LOOKED_THROUGH_MOST && period <= n)
    status = count_in_tree(out, close, n, period, err);
  else
    look_through(out, close, n, period);
  bt_indicator__fill_nan(out, period - 1 < n ? period - 1 : n);
  return status;
}

static const bt_param params[] = {BT_INDICATOR_PERIOD(20)};
static const char *const outputs[] = {"percent_rank"};

extern const bt_indicator bt_indicator_percent_rank;
const bt_indicator bt_indicator_percent_rank = {
    .name = "percent_rank",
    .summary = "share of the last `period` closes below this one, ties and itself by half",
    .source = "TTR runPercentRank (exact.multiplier = 0.5), but without its tolerance",
    .params = params,
    .n_params = 1,
    .outputs = outputs,
    .n_outputs = 1,
    .first_bar = bt_indicator__first_window,
    .compute = compute};
