/* weighted_mean.h - the linearly weighted mean of any series. */
#ifndef BT_CORE_INDICATORS_WEIGHTED_MEAN_H
#define BT_CORE_INDICATORS_WEIGHTED_MEAN_H

#include <stddef.h>

#include "core/status.h"

/* out[t] = mean of the `period` values up to and including t with weights 1 (the oldest) to period;
 * NaN for t < period - 1. Exactly the value where all of them are equal. Errors: NOMEM. */
bt_status bt_indicator__weighted_mean(double *restrict out, const double *restrict x, size_t n,
                                      size_t period, bt_error *err);

#endif
