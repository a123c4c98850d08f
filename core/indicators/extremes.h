/* extremes.h - rolling maximum in O(n) whatever the period: a monotone queue of candidates. */
#ifndef BT_CORE_INDICATORS_EXTREMES_H
#define BT_CORE_INDICATORS_EXTREMES_H

#include <stddef.h>

#include "core/status.h"

/* out[t] = sign * max over the last `period` bars of sign * x; NaN for t < period - 1. sign is +1
 * for the maximum, -1 for the minimum. Errors: NOMEM. */
bt_status bt_indicator__rolling_extreme(double *out, const double *x, size_t n, size_t period,
                                        double sign, bt_error *err);

#endif
