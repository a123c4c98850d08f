/* moments.h - the sums over returns that the metrics follow from, eight returns at a time: of r,
 * r^2, r^3, r^4 and min(r - floor, 0)^2, in the lanes of lanes.h; of fewer than eight returns each
 * goes to a lane of its own, too. So the bits do not depend on the width of vectors. Internal to
 * core.
 */
#ifndef BT_CORE_MOMENTS_H
#define BT_CORE_MOMENTS_H

#include "core/lanes.h"
#include "core/outcome.h"

enum { BT_FIRST, BT_SECOND, BT_THIRD, BT_FOURTH, BT_DOWNSIDE, BT_N_MOMENTS };

typedef struct bt_moments {
  bt_lanes sum[BT_N_MOMENTS];
} bt_moments;

/* At [8 - n] begins a mask whose first n lanes are set. */
extern const int64_t bt_moments__lane_masks[2 * BT_LANES];

static inline bt_vector bt_moments__masked(bt_vector x, const int64_t *mask, size_t k)
{
  bt_vector_mask bits;
  memcpy(&bits, mask + k * BT_WIDTH, sizeof bits);
  return (bt_vector)((bt_vector_mask)x & bits);
}

static inline void bt_moments__add_part(bt_moments *m, size_t k, bt_vector r, bt_vector below)
{
  bt_vector square = r * r;
  m->sum[BT_FIRST].part[k] += r;
  m->sum[BT_SECOND].part[k] += square;
  m->sum[BT_THIRD].part[k] += square * r;
  m->sum[BT_FOURTH].part[k] += square * square;
  m->sum[BT_DOWNSIDE].part[k] += below * below;
}

/* Adds r[0 .. n-1], n <= BT_LANES, each to its lane; BT_LANES doubles can be read there. */
static inline void bt_moments_add(bt_moments *m, const double *r, size_t n, double floor)
{
  const int64_t *mask = bt_moments__lane_masks + BT_LANES - n;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
    bt_vector part = bt_moments__masked(bt_vector_load(r + k * BT_WIDTH), mask, k);
    bt_vector below = bt_vector_smaller(part - floor, bt_vector_of(0));
    bt_moments__add_part(m, k, part, bt_moments__masked(below, mask, k));
  }
}

/* Adds the returns from equity[-1] to equity[0], and so on up to equity[n-1], without noise;
 * n <= BT_LANES, and BT_LANES doubles from equity[0] on can be read. Equity is cash + shares times
 * what stands there. */
static inline void bt_moments_add_position(bt_moments *m, const double *close, double cash,
                                           double shares, size_t n, double floor)
{
  const int64_t *mask = bt_moments__lane_masks + BT_LANES - n;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
    const double *at = close + k * BT_WIDTH;
    bt_vector equity = cash + shares * bt_vector_load(at);
    bt_vector before = cash + shares * bt_vector_load(at - 1);
    bt_vector r = equity / before - 1;
    r = bt_vector_where_at_least(bt_vector_abs(r), bt_vector_of(BT_NOISE), r);
    r = bt_moments__masked(r, mask, k);
    bt_vector below = bt_vector_smaller(r - floor, bt_vector_of(0));
    bt_moments__add_part(m, k, r, bt_moments__masked(below, mask, k));
  }
}

#endif
