/* window_sums.h - sums over windows of `period` values, without a running sum.
 *
 * The sums of 1, 2, 4, 8 ... values from every bar on are made from each other, and those that make
 * up the period are put together; sums of 32 in a long one are added up from the beginning and from
 * the end of fixed blocks. Some ten additions a bar, all of which are vectors. A sum is made of the
 * values of its window alone, in an order that its period and its place decide. So nothing drifts
 * or cancels, a window of zeros is exactly 0, and one that contains a NaN is NaN while the next
 * ones are not.
 */
#ifndef BT_CORE_INDICATORS_WINDOW_SUMS_H
#define BT_CORE_INDICATORS_WINDOW_SUMS_H

#include <stddef.h>

#include "core/status.h"

/* out[t] = x[t + 1 - period] + ... + x[t]; NaN for t < period - 1. Errors: NOMEM. */
bt_status bt_indicator__window_sums(double *restrict out, const double *restrict x, size_t n,
                                    size_t period, bt_error *err);

/* out[t] = 1 x[t + 1 - period] + 2 x[t + 2 - period] + ... + period x[t], likewise. */
bt_status bt_indicator__weighted_window_sums(double *restrict out, const double *restrict x,
                                             size_t n, size_t period, bt_error *err);

#endif
