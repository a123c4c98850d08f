/* price_tables.h - what holding one share over any stretch of a ticker's bars does to the metrics,
 * at a cost that hardly depends on its length. Immutable once made, shared by all threads.
 *
 * Bars are taken in leaves of eight. Every bar has the sums over the returns ahead of it in its
 * leaf, and every leaf those over all returns ahead of it, in two doubles each; the sums over a
 * stretch are differences of those at its ends, right to a unit in the last place of what its
 * leaves hold and to 2^-96 of all. Where that does not do, because one price is 100 x too high,
 * returns are added one by one. The highest and the lowest close and the deepest fall of a stretch
 * are joined from its first and its last leaf, known for every bar, and for the leaves between them
 * from two entries of a disjoint sparse table, in each 8192 bars. Some 150 bytes a bar. Internal to
 * core.
 */
#ifndef BT_CORE_PRICE_TABLES_H
#define BT_CORE_PRICE_TABLES_H

#include <math.h>
#include <stdbool.h>

#include "core/bars.h"
#include "core/block.h"
#include "core/moments.h"
#include "core/status.h"

enum { BT_LEAF_BARS = BT_LANES, BT_HALF_LEVELS = 10 };
#define BT_BLOCK_LEAVES ((size_t)1 << BT_HALF_LEVELS)

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

/* Of a bar, or the place behind the last one, in one cache line. */
typedef struct bt_until {
  double sum[BT_N_MOMENTS]; /* over the returns of its leaf ahead of it */
  bt_reach reach;           /* of the closes up to the bar before, of that bar's leaf */
} bt_until;

_Static_assert(sizeof(bt_until) == BT_LANES * sizeof(double), "BT_LANES can be read at once");

/* Only price_tables.c writes. */
typedef struct bt_tables {
  bt_spare *spare;
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
  bt_until *until;      /* n_bars + 1 */
  bt_reach *from;       /* of a bar: of its leaf's closes from it on */
  bt_leaf_sums *ahead;  /* n_leaves + 1 */
  bt_reach *halves; /* [k * n_leaves + i], k < BT_HALF_LEVELS: blocks of 2^k leaves in pairs; of the
                       leaves from i to the end of its block if that is the first of a pair, else
                       from the block's beginning to i. Behind them stands one of no bars. */
} bt_tables;

/* Tables of bars, which must outlive *out, for a yearly risk-free rate; their memory is taken from
 * spare and given back to it (NULL: it is new). The caller frees *out with bt_tables_free.
 * Errors: NOMEM. */
bt_status bt_tables_new(bt_tables **out, const bt_bars *bars, double periods_per_year, double rf,
                        bt_spare *spare, bt_error *err);
void bt_tables_free(bt_tables *tables); /* NULL is fine */

/* The highest bit of n > 0. */
static inline size_t bt_tables__log2(size_t n)
{
  return (size_t)(63 - __builtin_clzll((unsigned long long)n));
}

/* Bytes that the tables of so many bars occupy. */
size_t bt_tables_size_bytes(size_t n_bars);

/* The reach of whole leaves from `first` to `last`, of one block of BT_BLOCK_LEAVES; last may be
 * first - 1: none. Without a branch, which nothing could predict. The pair of blocks in whose
 * different halves they lie is told by the highest bit in which they differ. */
static inline bt_reach bt_tables__reach_of_leaves(const bt_tables *tables, size_t first,
                                                  size_t last)
{
  size_t level = bt_tables__log2((first ^ last) | 1), row = level * tables->n_leaves;
  size_t none = BT_HALF_LEVELS * tables->n_leaves;
  size_t some = 0 - (size_t)(first <= last), several = 0 - (size_t)(first < last);
  return bt_reach_join(tables->halves[((row + first) & some) | (none & ~some)],
                       tables->halves[((row + last) & several) | (none & ~several)]);
}

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
  bt_reach reach = tables->from[from];
  size_t leaf = first + 1, edge = leaf | (BT_BLOCK_LEAVES - 1);
  for (; edge < last - 1; leaf = edge + 1, edge += BT_BLOCK_LEAVES)
    reach = bt_reach_join(reach, bt_tables__reach_of_leaves(tables, leaf, edge));
  reach = bt_reach_join(reach, bt_tables__reach_of_leaves(tables, leaf, last - 1));
  return bt_reach_join(reach, tables->until[end].reach);
}

/* The reach of 2^level leaves, level < BT_HALF_LEVELS, of which the first is a multiple of it. */
static inline bt_reach bt_tables_reach_of_block(const bt_tables *tables, size_t leaf, size_t level)
{
  size_t is_second = leaf >> level & 1, behind = ((size_t)1 << level) - 1;
  return tables->halves[level * tables->n_leaves + leaf + is_second * behind];
}

/* Adds the sums over the returns of the bars [from, end), from > 0, each from the close before:
 * moment i to lane i; the other lanes mean nothing. */
static inline void bt_tables_add(bt_lanes *sums, const bt_tables *tables, size_t from, size_t end)
{
  const bt_leaf_sums *a = &tables->ahead[from / BT_LEAF_BARS];
  const bt_leaf_sums *b = &tables->ahead[end / BT_LEAF_BARS];
  const double *in_a = tables->until[from].sum, *in_b = tables->until[end].sum;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
    size_t i =
        k * BT_WIDTH; /* of BT_LANES, of which the last are those of the reach behind a sum */
    bt_vector low = bt_vector_load(b->low + i) - bt_vector_load(a->low + i);
    bt_vector near = bt_vector_load(in_b + i) - bt_vector_load(in_a + i);
    sums->part[k] += (bt_vector_load(b->high + i) - bt_vector_load(a->high + i)) + (low + near);
  }
}

/* The same by adding each return, to the moments. */
void bt_tables_add_each(bt_moments *moments, const bt_tables *tables, size_t from, size_t end);

#endif
