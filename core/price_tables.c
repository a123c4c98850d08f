#include "core/price_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const int64_t bt_moments__lane_masks[2 * BT_LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};

static bool is_near(double x, double y)
{
  return fabs(x - y) < BT_NOISE;
}

static void fill_returns(bt_tables *tables)
{
  const double *close = tables->bars->close;
  size_t n = tables->bars->n_bars;
  tables->first_unclear = tables->first_spike = n;
  tables->returns[0] = 0;
  for (size_t t = 1; t < n; t++) {
    double r = close[t] / close[t - 1] - 1, size = fabs(r);
    bool unclear = size > BT_NOISE / 2 && size < 2 * BT_NOISE;
    tables->returns[t] = bt_without_noise(r);
    unclear = unclear || (tables->floor != 0 && is_near(r, tables->floor));
    if (unclear && tables->first_unclear == n) tables->first_unclear = t;
    if (r > 1 && tables->first_spike == n) tables->first_spike = t;
  }
  memcpy(tables->close, close, n * sizeof *close);
  for (size_t t = n; t < n + BT_LANES; t++) tables->returns[t] = tables->close[t] = 0;
}

/* sum + x, exactly (Knuth's two-sum), where sum is two doubles. */
static void add_exactly(double *high, double *low, double x)
{
  double sum = *high + x, moved = sum - *high;
  double rest = (*high - (sum - moved)) + (x - moved);
  *high = sum;
  *low += rest;
}

/* Adds the returns of one leaf; in_leaf[t] are the sums ahead of its bar t, and of the next leaf's
 * first. */
static void add_sums(bt_leaf_sums *sums, double *in_leaf, const double *r, size_t n, double floor)
{
  double sum[BT_N_MOMENTS] = {0};
  for (size_t t = 0; t < n; t++) {
    double square = r[t] * r[t];
    memcpy(in_leaf + t * BT_N_MOMENTS, sum, sizeof sum);
    sum[BT_FIRST] += r[t];
    sum[BT_SECOND] += square;
    sum[BT_THIRD] += square * r[t];
    sum[BT_FOURTH] += square * square;
    sum[BT_DOWNSIDE] += bt_square_below(r[t], floor);
  }
  memcpy(in_leaf + n * BT_N_MOMENTS, sum, sizeof sum);
  for (size_t i = 0; i < BT_N_MOMENTS; i++) add_exactly(&sums->high[i], &sums->low[i], sum[i]);
}

/* Of one leaf's n bars. */
static void fill_reaches(bt_tables *tables, size_t first, size_t n)
{
  const double *close = tables->close;
  bt_reach reach = tables->up_to[first] = bt_reach_of(close[first]);
  for (size_t t = first + 1; t < first + n; t++)
    tables->up_to[t] = reach = bt_reach_join(reach, bt_reach_of(close[t]));
  reach = tables->from[first + n - 1] = bt_reach_of(close[first + n - 1]);
  for (size_t t = first + n - 1; t-- > first;)
    tables->from[t] = reach = bt_reach_join(bt_reach_of(close[t]), reach);
}

static void fill_leaves(bt_tables *tables)
{
  size_t n_bars = tables->bars->n_bars, n_leaves = tables->n_leaves;
  tables->ahead[0] = (bt_leaf_sums){{0}, {0}};
  for (size_t i = 0; i < n_leaves; i++) {
    size_t first = i * BT_LEAF_BARS;
    size_t n = n_bars - first < BT_LEAF_BARS ? n_bars - first : BT_LEAF_BARS;
    fill_reaches(tables, first, n);
    tables->runs[0][i] = tables->from[first];
    tables->ahead[i + 1] = tables->ahead[i];
    add_sums(&tables->ahead[i + 1], tables->in_leaf + first * BT_N_MOMENTS, tables->returns + first,
             n, tables->floor);
  }
  if (n_bars % BT_LEAF_BARS == 0)
    memset(tables->in_leaf + n_bars * BT_N_MOMENTS, 0, BT_N_MOMENTS * sizeof(double));
  memset(tables->in_leaf + (n_bars + 1) * BT_N_MOMENTS, 0, BT_LANES * sizeof(double));
  tables->runs[0][BT_RUN_LEVELS * n_leaves] = (bt_reach){0, (double)INFINITY, 1};
  for (size_t k = 1; k < BT_RUN_LEVELS; k++) {
    size_t half = (size_t)1 << (k - 1);
    const bt_reach *below = tables->runs[k - 1];
    for (size_t i = 0; i + 2 * half <= n_leaves; i++)
      tables->runs[k][i] = bt_reach_join(below[i], below[i + half]);
  }
}

bt_status bt_tables_new(bt_tables **out, const bt_bars *bars, double periods_per_year, double rf,
                        bt_error *err)
{
  bt_tables *tables = calloc(1, sizeof *tables);
  if (!tables) return bt_fail_nomem(err, "price tables");
  size_t n_leaves = (bars->n_bars + BT_LEAF_BARS - 1) / BT_LEAF_BARS;
  tables->bars = bars;
  tables->periods_per_year = periods_per_year;
  tables->rf = rf;
  tables->floor = rf / periods_per_year;
  tables->n_leaves = n_leaves;
  tables->returns = malloc((bars->n_bars + BT_LANES) * sizeof *tables->returns);
  tables->close = malloc((bars->n_bars + BT_LANES) * sizeof *tables->close);
  tables->up_to = malloc((bars->n_bars + 1) * sizeof *tables->up_to);
  tables->from = malloc((bars->n_bars + 1) * sizeof *tables->from);
  tables->in_leaf =
      malloc(((bars->n_bars + 1) * BT_N_MOMENTS + BT_LANES) * sizeof *tables->in_leaf);
  tables->runs[0] = malloc((BT_RUN_LEVELS * n_leaves + 1) * sizeof *tables->runs[0]);
  tables->ahead = aligned_alloc(64, (n_leaves + 1) * sizeof *tables->ahead);
  if (!tables->returns || !tables->close || !tables->up_to || !tables->from || !tables->in_leaf ||
      !tables->runs[0] || !tables->ahead) {
    bt_tables_free(tables);
    return bt_fail_nomem(err, "price tables");
  }
  for (size_t k = 1; k < BT_RUN_LEVELS; k++) tables->runs[k] = tables->runs[k - 1] + n_leaves;
  fill_returns(tables);
  fill_leaves(tables);
  *out = tables;
  return BT_OK;
}

void bt_tables_free(bt_tables *tables)
{
  if (!tables) return;
  free(tables->returns);
  free(tables->close);
  free(tables->up_to);
  free(tables->from);
  free(tables->in_leaf);
  free(tables->runs[0]);
  free(tables->ahead);
  free(tables);
}

size_t bt_tables_size_bytes(size_t n_bars)
{
  size_t n_leaves = (n_bars + BT_LEAF_BARS - 1) / BT_LEAF_BARS;
  return sizeof(bt_tables) + 2 * (n_bars + BT_LANES) * sizeof(double) +
         2 * (n_bars + 1) * sizeof(bt_reach) + (BT_RUN_LEVELS * n_leaves + 1) * sizeof(bt_reach) +
         ((n_bars + 1) * BT_N_MOMENTS + BT_LANES) * sizeof(double) +
         (n_leaves + 1) * sizeof(bt_leaf_sums);
}

void bt_tables_add_each(bt_moments *moments, const bt_tables *tables, size_t from, size_t end)
{
  for (size_t t = from; t < end; t += BT_LANES)
    bt_moments_add(moments, tables->returns + t, end - t < BT_LANES ? end - t : BT_LANES,
                   tables->floor);
}
