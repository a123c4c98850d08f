#include "core/target.h"

#include <math.h>
#include <stdbool.h>

#include "core/lanes.h"

/* What the direction allows. */
typedef struct limits {
  double least, most;
} limits;

static bool is_target(double x)
{
  return x >= -1 && x <= 1; /* NaN is none */
}

static double clip(double target, limits allowed)
{
  double x = target > allowed.least ? target : allowed.least;
  return x < allowed.most ? x : allowed.most;
}

/* Clips BT_LANES targets if all of them are numbers in [-1, +1]: what most strategies write. */
static bool settle_lanes(double *target, limits allowed)
{
  const bt_vector least = bt_vector_of(allowed.least), most = bt_vector_of(allowed.most);
  bt_vector x[BT_LANES_VECTORS];
  int all = 1;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++) {
    x[k] = bt_vector_load(target + k * BT_WIDTH);
    all &= bt_vector_all_within(x[k], 1);
  }
  if (!all) return false;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++)
    bt_vector_store(target + k * BT_WIDTH, bt_vector_smaller(most, bt_vector_larger(least, x[k])));
  return true;
}

/* The same one by one; NaN becomes the target before it. Carrying a clipped target on gives what
 * clipping a carried one gives. */
static bt_status settle_one_by_one(double *target, size_t first, size_t end, limits allowed,
                                   bt_error *err)
{
  double wanted = first > 0 ? target[first - 1] : 0;
  for (size_t t = first; t < end; t++) {
    if (is_target(target[t]))
      wanted = clip(target[t], allowed);
    else if (!isnan(target[t]))
      return bt_fail(err, BT_ERR_DATA, "the target of bar %zu is %g: not within -1 to +1", t,
                     target[t]);
    target[t] = wanted;
  }
  return BT_OK;
}

bt_status bt_target_settle(double *target, size_t n_bars, bt_direction direction, bt_error *err)
{
  limits allowed = {.least = direction == BT_DIRECTION_LONG ? 0 : -1,
                    .most = direction == BT_DIRECTION_SHORT ? 0 : 1};
  bt_status status = BT_OK;
  for (size_t t = 0; t < n_bars && !status; t += BT_LANES) {
    size_t end = n_bars - t < BT_LANES ? n_bars : t + BT_LANES;
    if (end - t < BT_LANES || !settle_lanes(target + t, allowed))
      status = settle_one_by_one(target, t, end, allowed, err);
  }
  return status;
}
