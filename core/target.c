#include "core/target.h"

#include <math.h>
#include <stdbool.h>

/* Bars that are settled together: read twice while they are in the nearest cache. */
enum { BLOCK_BARS = 256 };

/* What the direction allows. */
typedef struct limits {
  double least, most;
} limits;

static bool is_target(double x)
{
  return x >= -1 && x <= 1; /* NaN is none */
}

/* True where every value is a number in [-1, +1]: what most strategies write. */
static bool is_settled(const double *target, size_t n)
{
  size_t n_targets = 0;
  for (size_t t = 0; t < n; t++) n_targets += fabs(target[t]) <= 1;
  return n_targets == n;
}

static void clip(double *target, size_t n, limits allowed)
{
  for (size_t t = 0; t < n; t++) {
    double x = target[t] > allowed.least ? target[t] : allowed.least;
    target[t] = x < allowed.most ? x : allowed.most;
  }
}

/* NaN in [first, end) becomes the target before it. */
static bt_status carry_forward(double *target, size_t first, size_t end, bt_error *err)
{
  double wanted = first > 0 ? target[first - 1] : 0;
  for (size_t t = first; t < end; t++) {
    if (is_target(target[t]))
      wanted = target[t];
    else if (!isnan(target[t]))
      return bt_fail(err, BT_ERR_DATA, "the target of bar %zu is %g: not within -1 to +1", t,
                     target[t]);
    target[t] = wanted;
  }
  return BT_OK;
}

/* Carrying a clipped target on gives what clipping a carried one gives. */
bt_status bt_target_settle(double *target, size_t n_bars, bt_direction direction, bt_error *err)
{
  limits allowed = {.least = direction == BT_DIRECTION_LONG ? 0 : -1,
                    .most = direction == BT_DIRECTION_SHORT ? 0 : 1};
  bt_status status = BT_OK;
  for (size_t first = 0; first < n_bars && !status; first += BLOCK_BARS) {
    size_t n = n_bars - first < BLOCK_BARS ? n_bars - first : BLOCK_BARS;
    if (!is_settled(target + first, n)) status = carry_forward(target, first, first + n, err);
    clip(target + first, n, allowed);
  }
  return status;
}
