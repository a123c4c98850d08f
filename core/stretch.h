/* stretch.h - what the metrics need of equity over some bars in a row, such that the stretches of
 * neighbours join into that of both. Sums are only ever added, never subtracted: one price 100 x
 * too high spoils the windows that it lies in and no others. Internal to core.
 */
#ifndef BT_CORE_STRETCH_H
#define BT_CORE_STRETCH_H

#include <math.h>

#include "core/outcome.h"

typedef struct bt_stretch {
  double first, second, third, fourth; /* sums over the bars' returns r of r .. r^4 */
  double downside;                     /* and of min(r - floor, 0)^2 */
  double high, low;                    /* of equity at the closes, in any unit */
  double worst;                        /* least equity / highest before it or itself; 1: no fall */
} bt_stretch;

static inline bt_stretch bt_stretch_empty(void)
{
  return (bt_stretch){.low = (double)INFINITY, .worst = 1};
}

/* One bar. */
static inline bt_stretch bt_stretch_of(double r, double equity, double floor)
{
  double square = r * r;
  return (bt_stretch){.first = r,
                      .second = square,
                      .third = square * r,
                      .fourth = square * square,
                      .downside = bt_square_below(r, floor),
                      .high = equity,
                      .low = equity,
                      .worst = 1};
}

/* a, then b in the same unit. For equity >= 0, equity / max(x, y) is the lesser of both ratios, so
 * b falls from its own heights or as far as its low below those of a. */
static inline bt_stretch bt_stretch_join(bt_stretch a, bt_stretch b)
{
  double across = b.low / a.high, worst = a.worst < b.worst ? a.worst : b.worst;
  return (bt_stretch){.first = a.first + b.first,
                      .second = a.second + b.second,
                      .third = a.third + b.third,
                      .fourth = a.fourth + b.fourth,
                      .downside = a.downside + b.downside,
                      .high = a.high > b.high ? a.high : b.high,
                      .low = a.low < b.low ? a.low : b.low,
                      .worst = across < worst ? across : worst};
}

/* The same in another unit. */
static inline bt_stretch bt_stretch_scale(bt_stretch s, double scale)
{
  s.high *= scale;
  s.low *= scale;
  return s;
}

#endif
