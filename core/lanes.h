/* lanes.h - eight doubles at a time.
 *
 * Sums over a series have a fixed shape: its values go to the eight lanes in turn, and the lanes
 * are added at the end, always in the same order; what is left over of whole groups is added one by
 * one. So the bits do not depend on how wide a machine's vectors are. The lanes are kept in pairs,
 * which x86-64 and arm64 have in one register (gcc and clang vectors).
 */
#ifndef BT_CORE_LANES_H
#define BT_CORE_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h> /* for what gcc 12 takes apart lane by lane */
#endif

enum { BT_LANES = 8, BT_LANES_PAIRS = BT_LANES / 2 };

typedef double bt_pair __attribute__((vector_size(2 * sizeof(double))));
typedef int64_t bt_pair_mask __attribute__((vector_size(2 * sizeof(int64_t))));

typedef struct bt_lanes {
  bt_pair pair[BT_LANES_PAIRS];
} bt_lanes;

/* The same number twice. */
static inline bt_pair bt_pair_of(double x)
{
  return (bt_pair){x, x};
}

static inline bt_pair bt_pair_load(const double *x)
{
  bt_pair pair;
  memcpy(&pair, x, sizeof pair);
  return pair;
}

static inline void bt_pair_store(double *x, bt_pair pair)
{
  memcpy(x, &pair, sizeof pair);
}

static inline bt_pair bt_pair_abs(bt_pair x)
{
  return (bt_pair)((bt_pair_mask)x & INT64_MAX);
}

/* a > b ? a : b and a < b ? a : b. */
static inline bt_pair bt_pair_larger(bt_pair a, bt_pair b)
{
#if defined(__SSE2__)
  return _mm_max_pd(a, b);
#else
  bt_pair_mask from_a = a > b;
  return (bt_pair)(((bt_pair_mask)a & from_a) | ((bt_pair_mask)b & ~from_a));
#endif
}

static inline bt_pair bt_pair_smaller(bt_pair a, bt_pair b)
{
#if defined(__SSE2__)
  return _mm_min_pd(a, b);
#else
  bt_pair_mask from_a = a < b;
  return (bt_pair)(((bt_pair_mask)a & from_a) | ((bt_pair_mask)b & ~from_a));
#endif
}

/* kept where the mask is set, else 0. */
static inline bt_pair bt_pair_where(bt_pair_mask mask, bt_pair kept)
{
  return (bt_pair)((bt_pair_mask)kept & mask);
}

/* Conditions: all bits of a lane are set where it holds. */
static inline bt_pair bt_pair_equal(bt_pair a, bt_pair b)
{
#if defined(__SSE2__)
  return _mm_cmpeq_pd(a, b);
#else
  return (bt_pair)(a == b);
#endif
}

static inline bt_pair bt_pair_at_most(bt_pair a, bt_pair b)
{
#if defined(__SSE2__)
  return _mm_cmple_pd(a, b);
#else
  return (bt_pair)(a <= b);
#endif
}

static inline bt_pair bt_pair_both(bt_pair a, bt_pair b)
{
  return (bt_pair)((bt_pair_mask)a & (bt_pair_mask)b);
}

/* Whether a condition holds in both lanes. */
static inline int bt_pair_all(bt_pair condition)
{
#if defined(__SSE2__)
  return _mm_movemask_pd(condition) == 3;
#else
  bt_pair_mask mask = (bt_pair_mask)condition;
  return (mask[0] & mask[1]) == -1;
#endif
}

static inline double bt_lanes_sum(const bt_lanes *lanes)
{
  bt_pair sum = (lanes->pair[0] + lanes->pair[2]) + (lanes->pair[1] + lanes->pair[3]);
  return sum[0] + sum[1];
}

#endif
