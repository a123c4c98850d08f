#include "core/target.h"

#include <math.h>
#include <stdbool.h>

static bool is_target(double x)
{
  return x >= -1 && x <= 1; /* NaN is none */
}

/* True where every value is a number in [-1, +1]: what most strategies write. */
static bool is_settled(const double *target, size_t n_bars)
{
  size_t t = 0;
  while (t < n_bars && fabs(target[t]) <= 1) t++;
  return t == n_bars;
}

/* NaN becomes the target before it. */
static bt_status carry_forward(double *target, size_t n_bars, bt_error *err)
{
  double wanted = 0;
  for (size_t t = 0; t < n_bars; t++) {
    if (is_target(target[t]))
      wanted = target[t];
    else if (!isnan(target[t]))
      return bt_fail(err, BT_ERR_DATA, "the target of bar %zu is %g: not within -1 to +1", t,
                     target[t]);
    target[t] = wanted;
  }
  return BT_OK;
}

bt_status bt_target_settle(double *target, size_t n_bars, bt_direction direction, bt_error *err)
{
  bt_status status = BT_OK;
  if (!is_settled(target, n_bars)) status = carry_forward(target, n_bars, err);
  if (status) return status;
  if (direction == BT_DIRECTION_LONG)
    for (size_t t = 0; t < n_bars; t++) target[t] = target[t] > 0 ? target[t] : 0;
  if (direction == BT_DIRECTION_SHORT)
    for (size_t t = 0; t < n_bars; t++) target[t] = target[t] < 0 ? target[t] : 0;
  return BT_OK;
}
