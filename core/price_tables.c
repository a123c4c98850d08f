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

/* Adds the returns of one leaf. */
static void add_sums(bt_leaf_sums *sums, const double *r, size_t n, double floor)
{
  double sum[BT_N_MOMENTS] = {0};
  for (size_t t = 0; t < n; t++) {
    double square = r[t] * r[t];
    sum[BT_FIRST] += r[t];
    sum[BT_SECOND] += square;
    sum[BT_THIRD] += square * r[t];
    sum[BT_FOURTH] += square * square;
    sum[BT_DOWNSIDE] += bt_square_below(r[t], floor);
  }
  for (size_t i = 0; i < BT_N_MOMENTS; i++) add_exactly(&sums->high[i], &sums->low[i], sum[i]);
}

static void fill_leaves(bt_tables *tables)
{
  const double *close = tables->bars->close;
  size_t n_bars = tables->bars->n_bars;
  tables->ahead[0] = (bt_leaf_sums){{0}, {0}};
  for (size_t i = 0; i < tables->n_leaves; i++) {
    size_t first = i * BT_LEAF_BARS,
           n = n_bars - first < BT_LEAF_BARS ? n_bars - first : BT_LEAF_BARS;
    double high = close[first], low = close[first];
    for (size_t t = first + 1; t < first + n; t++) {
      high = close[t] > high ? close[t] : high;
      low = close[t] < low ? close[t] : low;
    }
    tables->high[i] = high;
    tables->low[i] = low;
    tables->ahead[i + 1] = tables->ahead[i];
    add_sums(&tables->ahead[i + 1], tables->returns + first, n, tables->floor);
  }
  for (size_t i = tables->n_leaves; i < tables->n_leaves + BT_LANES; i++)
    tables->high[i] = tables->low[i] = 0;
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
  tables->high = malloc((n_leaves + BT_LANES) * sizeof *tables->high);
  tables->low = malloc((n_leaves + BT_LANES) * sizeof *tables->low);
  tables->ahead = aligned_alloc(64, (n_leaves + 1) * sizeof *tables->ahead);
  if (!tables->returns || !tables->close || !tables->high || !tables->low || !tables->ahead) {
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
  free(tables->returns);
  free(tables->close);
  free(tables->high);
  free(tables->low);
  free(tables->ahead);
  free(tables);
}

size_t bt_tables_size_bytes(const bt_tables *tables)
{
  return sizeof *tables + 2 * (tables->bars->n_bars + BT_LANES) * sizeof *tables->returns +
         2 * (tables->n_leaves + BT_LANES) * sizeof *tables->high +
         (tables->n_leaves + 1) * sizeof *tables->ahead;
}

void bt_tables__add_each(bt_moments *moments, const bt_tables *tables, size_t from, size_t end)
{
  for (size_t t = from; t < end; t += BT_LANES)
    bt_moments_add(moments, tables->returns + t, end - t < BT_LANES ? end - t : BT_LANES,
                   tables->floor);
}
