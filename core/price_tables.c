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

/* Adds the returns of one leaf; those ahead of its bar t go to until[t], and none to until[n],
 * which is the next leaf's first. */
static void add_sums(bt_leaf_sums *sums, bt_until *until, const double *r, size_t n, double floor)
{
  double sum[BT_N_MOMENTS] = {0};
  for (size_t t = 0; t < n; t++) {
    double square = r[t] * r[t];
    memcpy(until[t].sum, sum, sizeof sum);
    sum[BT_FIRST] += r[t];
    sum[BT_SECOND] += square;
    sum[BT_THIRD] += square * r[t];
    sum[BT_FOURTH] += square * square;
    sum[BT_DOWNSIDE] += bt_square_below(r[t], floor);
  }
  memcpy(until[n].sum, sum, sizeof sum);
  for (size_t i = 0; i < BT_N_MOMENTS; i++) add_exactly(&sums->high[i], &sums->low[i], sum[i]);
}

/* Of one leaf's n bars. */
static void fill_reaches(bt_tables *tables, size_t first, size_t n)
{
  const double *close = tables->close;
  bt_reach reach = tables->until[first + 1].reach = bt_reach_of(close[first]);
  for (size_t t = first + 1; t < first + n; t++)
    tables->until[t + 1].reach = reach = bt_reach_join(reach, bt_reach_of(close[t]));
  reach = tables->from[first + n - 1] = bt_reach_of(close[first + n - 1]);
  for (size_t t = first + n - 1; t-- > first;)
    tables->from[t] = reach = bt_reach_join(bt_reach_of(close[t]), reach);
}

/* The blocks of 2^level leaves, in pairs around a middle, out of the leaves. */
static void fill_halves(bt_reach *row, const bt_reach *leaves, size_t n_leaves, size_t level)
{
  size_t half = (size_t)1 << level;
  for (size_t begin = 0; begin < n_leaves; begin += 2 * half) {
    size_t middle = begin + half < n_leaves ? begin + half : n_leaves;
    size_t end = middle + half < n_leaves ? middle + half : n_leaves;
    bt_reach reach = row[middle - 1] = leaves[middle - 1];
    for (size_t i = middle - 1; i-- > begin;) row[i] = reach = bt_reach_join(leaves[i], reach);
    if (middle == end) return;
    reach = row[middle] = leaves[middle];
    for (size_t i = middle + 1; i < end; i++) row[i] = reach = bt_reach_join(reach, leaves[i]);
  }
}

static void fill_leaves(bt_tables *tables)
{
  size_t n_bars = tables->bars->n_bars, n_leaves = tables->n_leaves;
  bt_reach *leaves = tables->halves; /* at level 0 a leaf is a block */
  tables->ahead[0] = (bt_leaf_sums){{0}, {0}};
  tables->until[0].reach = bt_reach_of(0); /* nobody asks */
  for (size_t i = 0; i < n_leaves; i++) {
    size_t first = i * BT_LEAF_BARS;
    size_t n = n_bars - first < BT_LEAF_BARS ? n_bars - first : BT_LEAF_BARS;
    fill_reaches(tables, first, n);
    leaves[i] = tables->from[first];
    tables->ahead[i + 1] = tables->ahead[i];
    add_sums(&tables->ahead[i + 1], tables->until + first, tables->returns + first, n,
             tables->floor);
  }
  if (n_bars % BT_LEAF_BARS == 0)
    memset(tables->until[n_bars].sum, 0, sizeof tables->until[n_bars].sum);
  for (size_t level = 1; level < BT_HALF_LEVELS; level++)
    fill_halves(leaves + level * n_leaves, leaves, n_leaves, level);
  leaves[BT_HALF_LEVELS * n_leaves] = (bt_reach){0, (double)INFINITY, 1};
}

bt_status bt_tables_new(bt_tables **out, const bt_bars *bars, double periods_per_year, double rf,
                        bt_spare *spare, bt_error *err)
{
  bt_tables *tables = calloc(1, sizeof *tables);
  if (!tables) return bt_fail_nomem(err, "price tables");
  size_t n_bars = bars->n_bars, n_leaves = (n_bars + BT_LEAF_BARS - 1) / BT_LEAF_BARS;
  tables->spare = spare;
  tables->bars = bars;
  tables->periods_per_year = periods_per_year;
  tables->rf = rf;
  tables->floor = rf / periods_per_year;
  tables->n_leaves = n_leaves;
  tables->returns = bt_block_take(spare, (n_bars + BT_LANES) * sizeof *tables->returns);
  tables->close = bt_block_take(spare, (n_bars + BT_LANES) * sizeof *tables->close);
  tables->until = bt_block_take(spare, (n_bars + 1) * sizeof *tables->until);
  tables->from = bt_block_take(spare, (n_bars + 1) * sizeof *tables->from);
  tables->ahead = bt_block_take(spare, (n_leaves + 1) * sizeof *tables->ahead);
  tables->halves = bt_block_take(spare, (BT_HALF_LEVELS * n_leaves + 1) * sizeof *tables->halves);
  if (!tables->returns || !tables->close || !tables->until || !tables->from || !tables->ahead ||
      !tables->halves) {
    bt_tables_free(tables);
    return bt_fail_nomem(err, "price tables");
  }
  fill_returns(tables);
  fill_leaves(tables);
  *out = tables;
  return BT_OK;
}

void bt_tables_free(bt_tables *tables)
{
  if (!tables) return;
  bt_block_give(tables->spare, tables->returns);
  bt_block_give(tables->spare, tables->close);
  bt_block_give(tables->spare, tables->until);
  bt_block_give(tables->spare, tables->from);
  bt_block_give(tables->spare, tables->ahead);
  bt_block_give(tables->spare, tables->halves);
  free(tables);
}

size_t bt_tables_size_bytes(size_t n_bars)
{
  size_t n_leaves = (n_bars + BT_LEAF_BARS - 1) / BT_LEAF_BARS;
  return sizeof(bt_tables) + 2 * (n_bars + BT_LANES) * sizeof(double) +
         (n_bars + 1) * (sizeof(bt_until) + sizeof(bt_reach)) +
         (BT_HALF_LEVELS * n_leaves + 1) * sizeof(bt_reach) + (n_leaves + 1) * sizeof(bt_leaf_sums);
}

void bt_tables_add_each(bt_moments *moments, const bt_tables *tables, size_t from, size_t end)
{
  for (size_t t = from; t < end; t += BT_LANES)
    bt_moments_add(moments, tables->returns + t, end - t < BT_LANES ? end - t : BT_LANES,
                   tables->floor);
}
