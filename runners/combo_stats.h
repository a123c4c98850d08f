/* combo_stats.h - one combination's objective over all tickers. */
#ifndef BT_RUNNERS_COMBO_STATS_H
#define BT_RUNNERS_COMBO_STATS_H

#include <stddef.h>

#include "runners/store.h"

/* Statistics of n values; NaN is left out. Quantiles interpolate linearly between the two nearest
 * (numpy's default, Hyndman and Fan's type 7). values is sorted in place. All NaN when none is
 * left. */
bt_combo_stats bt_combo_stats_compute(double *values, size_t n);

#endif
