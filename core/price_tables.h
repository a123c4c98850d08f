/* price_tables.h - what holding one share over any stretch of a ticker's bars does to the metrics,
 * at a cost that hardly depends on its length. Immutable once made, shared by all threads.
 *
 * Bars are taken in leaves of eight. Every bar has the sums over the returns ahead of it in its
 * leaf, and every leaf those over all returns ahead of it, in two doubles each; the sums over a
 * stretch are differences of those at its ends, right to a unit in the last place of what its
 * leaves hold and to 2^-96 of all. Where that does not do, because one price is 100 x too high,
 * returns are added one by one. The highest and the lowest close and the deepest fall of a stretch
 * are joined from its first and its last leaf, known for every bar, and from runs of leaves between
 * them. Some 135 bytes a bar. Internal to core.
 */
#ifndef BT_CORE_PRICE_TABLES_H
#define BT_CORE_PRICE_TABLES_H

#include <math.h>
#include <stdbool.h>

#include "core/bars.h"
#include "core/moments.h"
#include "core/status.h"

enum { BT_LEAF_BARS = BT_LANES, BT_RUN_LEVELS = 5 };

/* Some closes in a row: the highest and the lowest, and the least ratio of one to the highest
 * before it or itself (1: no fall). */
typedef struct bt_reach {
  double high, low, worst;
} bt_reach;

static inline bt_reach bt_reach_of(double close)
{
  return (bt_reach){close, close, 1};
}

/* a, then b. Since close / max(x, y) is the lesser of both ratios, b falls from its own heights or
 * as far as its low below those of a. */
static inline bt_reach bt_reach_join(bt_reach a, bt_reach b)
{
  double across = b.low / a.high, worst = a.worst < b.worst ? a.worst : b.worst;
  return (bt_reach){a.high > b.high ? a.high : b.high, a.low < b.low ? a.low : b.low,
                    across < worst ? across : worst};
}

/* Sums over the returns ahead of a leaf: high[i] + low[i] for moment i. */
typedef struct bt_leaf_sums {
  double high[BT_LANES], low[BT_LANES];
} bt_leaf_sums;

/* Only price_tables.c writes. */
typedef struct bt_tables {
  const bt_bars *bars;
  double periods_per_year, rf;
  double floor;         /* of the downside: rf / periods_per_year */
  size_t first_unclear; /* the first bar whose return is not told apart from rounding: it lies so
                           near to BT_NOISE or, unless that is 0, to the floor that another way of
                           rounding could put it on the other side; n_bars: none */
  size_t first_spike;   /* the first bar whose close is more than twice the one before, or n_bars */
  double *returns;      /* close to close, without noise; 0 for the first bar; owned */
  double *close;        /* of the bars; BT_LANES more can be read, here and there; owned */
  size_t n_leaves;      /* the last may be cut short */
  bt_reach *up_to, *from;        /* of a bar: of its leaf's closes up to it, and from it on */
  bt_reach *runs[BT_RUN_LEVELS]; /* of 2^k leaves, from each one on; the first owns them all, and
                                    behind them stands one of no bars */
  bt_leaf_sums *ahead;           /* n_leaves + 1 */
  double *in_leaf; /* n_bars + 1 times BT_N_MOMENTS: over the returns of its leaf ahead of a bar;
                      BT_LANES can be read of each */
} bt_tables;

/* Tables of bars, which must outlive *out, for a yearly risk-free rate. The caller frees *out with
 * bt_tables_free. Errors: NOMEM. */
bt_status bt_tables_new(bt_tables **out, const bt_bars *bars, double periods_per_year, double rf,
                        bt_error *err);
void bt_tables_free(bt_tables *tables); /* NULL is fine */

/* The highest bit of n > 0. */
static inline size_t bt_tables__log2(size_t n)
{
  return (size_t)(63 - __builtin_clzll((unsigned long long)n));
}

/* Bytes that the tables of so many bars occupy. */
size_t bt_tables_size_bytes(size_t n_bars);

/* The reach of the closes of bars [from, end), from < end. */
static inline bt_reach bt_tables_reach(const bt_tables *tables, size_t from, size_t end)
{
  size_t first = from / BT_LEAF_BARS, last = (end - 1) / BT_LEAF_BARS;
  if (first == last) {
    bt_reach reach = bt_reach_of(tables->close[from]);
    for (size_t t = from + 1; t < end; t++)
      reach = bt_reach_join(reach, bt_reach_of(tables->close[t]));
    return reach;
  }
  enum { LONGEST = 1 << (BT_RUN_LEVELS - 1) };
  const bt_reach *run = tables->runs[0];
  size_t leaf = first + 1, n = last - leaf, none = BT_RUN_LEVELS * tables->n_leaves;
  bt_reach reach = tables->from[from];
  for (; n >= 2 * LONGEST; n -= LONGEST, leaf += LONGEST)
    reach = bt_reach_join(reach, tables->runs[BT_RUN_LEVELS - 1][leaf]);
  for (size_t level = BT_RUN_LEVELS;
       level-- > 0;) { /* without a branch, which nothing could predict */
    size_t is_there = n >> level & 1, mask = 0 - is_there;
    size_t place = ((level * tables->n_leaves + leaf) & mask) | (none & ~mask);
    reach = bt_reach_join(reach, run[place]);
    leaf += is_there << level;
  }
  return bt_reach_join(reach, tables->up_to[end - 1]);
}

/* Adds the sums over the returns of the bars [from, end), from > 0, each from the close before:
 * moment i to lane i; the other lanes mean nothing. */
static inline void bt_tables_add(bt_lanes *sums, const bt_tables *tables, size_t from, size_t end)
{
  const bt_leaf_sums *a = &tables->ahead[from / BT_LEAF_BARS];
  const bt_leaf_sums *b = &tables->ahead[end / BT_LEAF_BARS];
  const double *in_a = tables->in_leaf + from * BT_N_MOMENTS;
  const double *in_b = tables->in_leaf + end * BT_N_MOMENTS;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
    size_t i = k * BT_WIDTH;
    bt_vector low = bt_vector_load(b->low + i) - bt_vector_load(a->low + i);
    bt_vector near = bt_vector_load(in_b + i) - bt_vector_load(in_a + i);
    sums->part[k] += (bt_vector_load(b->high + i) - bt_vector_load(a->high + i)) + (low + near);
  }
}

/* The same by adding each return, to the moments. */
void bt_tables_add_each(bt_moments *moments, const bt_tables *tables, size_t from, size_t end);

#endif
