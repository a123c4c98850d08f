/* bars.h - the bars of a made-up ticker. All is static. */
#ifndef BT_BENCH_BARS_H
#define BT_BENCH_BARS_H

#include <math.h>

#include "core/bars.h"
#include "core/random/streams.h"
#include "core/time.h"

/* Daily bars of a price that rises by 0.03% a day with a deviation of 1.2%, and ends a bar on a
 * whole multiple of 0.0001. */
static inline void fill_bars(bt_bars *bars)
{
  double price = 100;
  for (size_t t = 0; t < bars->n_bars; t++) {
    bars->time_ns[t] = (int64_t)t * BT_NS_PER_DAY;
    bars->open[t] = price;
    price *= exp(0.0003 + 0.012 * bt_random_normal(1, 1, t));
    bars->close[t] = nearbyint(price * 10000) / 10000;
    bars->high[t] = fmax(bars->open[t], bars->close[t]);
    bars->low[t] = fmin(bars->open[t], bars->close[t]);
    bars->volume[t] = 1;
  }
}

#endif
