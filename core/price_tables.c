#include "core/price_tables.h"

#include <stdlib.h>

/* Leaves of 8 bars are quickest; a longer series has leaves of 32, for the sake of memory. */
enum { LEAF_BITS = 3, LONG_LEAF_BITS = 5, LONG_BARS = 1 << 17 };

struct bt_tables {
  const bt_bars *bars;
  double periods_per_year, rf, floor;
  bool clear;
  double *returns;    /* close to close, without noise; 0 for the first bar */
  unsigned leaf_bits; /* leaves have 2^leaf_bits bars */
  size_t n_leaves, n_levels;
  bt_stretch *leaves; /* n_levels times n_leaves; the first level are the leaves themselves */
};

/* The highest bit of x > 0. */
static size_t highest_bit(size_t x)
{
  size_t bit = 0;
  while (x >>= 1) bit++;
  return bit;
}

/* Bars [from, end) one by one. */
static bt_stretch gather(const bt_tables *tables, size_t from, size_t end)
{
  bt_stretch s = bt_stretch_empty();
  const double *close = tables->bars->close, floor = tables->floor;
  for (size_t t = from; t < end; t++) {
    double r = tables->returns[t], square = r * r;
    s.first += r;
    s.second += square;
    s.third += square * r;
    s.fourth += square * square;
    s.downside += bt_square_below(r, floor);
    s.high = close[t] > s.high ? close[t] : s.high;
    s.low = close[t] < s.low ? close[t] : s.low;
    double ratio = close[t] / s.high;
    s.worst = ratio < s.worst ? ratio : s.worst;
  }
  return s;
}

/* One level: from every leaf to the cut of its block, where blocks have 2 * half leaves. */
static void fill_level(bt_stretch *level, const bt_stretch *leaves, size_t n_leaves, size_t half)
{
  for (size_t cut = half; cut < n_leaves; cut += 2 * half) {
    size_t end = n_leaves - cut < half ? n_leaves : cut + half;
    level[cut - 1] = leaves[cut - 1];
    for (size_t i = cut - 1; i-- > cut - half;) level[i] = bt_stretch_join(leaves[i], level[i + 1]);
    level[cut] = leaves[cut];
    for (size_t i = cut + 1; i < end; i++) level[i] = bt_stretch_join(level[i - 1], leaves[i]);
  }
}

static bool is_near(double x, double y)
{
  return fabs(x - y) < BT_NOISE;
}

static void fill_returns(bt_tables *tables)
{
  const double *close = tables->bars->close;
  tables->clear = true;
  tables->returns[0] = 0;
  for (size_t t = 1; t < tables->bars->n_bars; t++) {
    double r = close[t] / close[t - 1] - 1, size = fabs(r);
    bool unclear = size > BT_NOISE / 2 && size < 2 * BT_NOISE;
    tables->returns[t] = bt_without_noise(r);
    if (unclear || (tables->floor != 0 && is_near(r, tables->floor))) tables->clear = false;
  }
}

static void fill_leaves(bt_tables *tables)
{
  for (size_t i = 0; i < tables->n_leaves; i++)
    tables->leaves[i] = gather(tables, i << tables->leaf_bits, (i + 1) << tables->leaf_bits);
  for (size_t k = 1; k < tables->n_levels; k++)
    fill_level(tables->leaves + k * tables->n_leaves, tables->leaves, tables->n_leaves,
               (size_t)1 << k);
}

bt_status bt_tables_new(bt_tables **out, const bt_bars *bars, double periods_per_year, double rf,
                        bt_error *err)
{
  bt_tables *tables = calloc(1, sizeof *tables);
  if (!tables) return bt_fail_nomem(err, "price tables");
  tables->bars = bars;
  tables->periods_per_year = periods_per_year;
  tables->rf = rf;
  tables->floor = rf / periods_per_year;
  tables->leaf_bits = bars->n_bars < LONG_BARS ? LEAF_BITS : LONG_LEAF_BITS;
  tables->n_leaves = bars->n_bars >> tables->leaf_bits;
  tables->n_levels = tables->n_leaves > 1 ? highest_bit(tables->n_leaves - 1) + 1 : 1;
  tables->returns = malloc(bars->n_bars * sizeof *tables->returns);
  tables->leaves = calloc(tables->n_levels * tables->n_leaves + 1, sizeof *tables->leaves);
  if (!tables->returns || !tables->leaves) {
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
  free(tables->leaves);
  free(tables);
}

size_t bt_tables_size_bytes(const bt_tables *tables)
{
  return sizeof *tables + tables->bars->n_bars * sizeof *tables->returns +
         (tables->n_levels * tables->n_leaves + 1) * sizeof *tables->leaves;
}

const bt_bars *bt_tables_bars(const bt_tables *tables)
{
  return tables->bars;
}

double bt_tables_periods_per_year(const bt_tables *tables)
{
  return tables->periods_per_year;
}

double bt_tables_rf(const bt_tables *tables)
{
  return tables->rf;
}

double bt_tables_floor(const bt_tables *tables)
{
  return tables->floor;
}

bool bt_tables_are_clear(const bt_tables *tables)
{
  return tables->clear;
}

/* Leaves first .. last, both included. */
static bt_stretch join_leaves(const bt_tables *tables, size_t first, size_t last)
{
  if (first == last) return tables->leaves[first];
  const bt_stretch *level = tables->leaves + highest_bit(first ^ last) * tables->n_leaves;
  return bt_stretch_join(level[first], level[last]);
}

bt_stretch bt_tables_stretch(const bt_tables *tables, size_t from, size_t end)
{
  unsigned bits = tables->leaf_bits;
  size_t first = (from + ((size_t)1 << bits) - 1) >> bits, behind = end >> bits;
  if (first >= behind) return gather(tables, from, end);
  bt_stretch s = gather(tables, from, first << bits);
  s = bt_stretch_join(s, join_leaves(tables, first, behind - 1));
  return bt_stretch_join(s, gather(tables, behind << bits, end));
}
