/* window_means.h - plain and weighted means over the last values of a series that indicators make
 * (those of closes are exact: core/mean.h).
 *
 * A mean depends on the values of its own window alone, added without a subtraction
 * (window_sums.h): nothing drifts, and it is NaN exactly where one of them is.
 */
#ifndef BT_CORE_INDICATORS_WINDOW_MEANS_H
#define BT_CORE_INDICATORS_WINDOW_MEANS_H

#include <stddef.h>

#include "core/status.h"

/* out[t] = mean of the `period` values up to and including x[t]; NaN for t < period - 1. Errors:
 * NOMEM. */
bt_status bt_indicator__window_means(double *restrict out, const double *restrict x, size_t n,
                                     size_t period, bt_error *err);

/* The same with weights 1 (the oldest value) to period, and exactly the value where all of them are
 * equal. */
bt_status bt_indicator__weighted_window_means(double *restrict out, const double *restrict x,
                                              size_t n, size_t period, bt_error *err);

/* A mean of equal values is that value, whatever the roundings: out[t] becomes x[t] where it is a
 * number, and the `period` values up to x[t] are equal. */
void bt_indicator__settle_flat(double *restrict out, const double *restrict x, size_t n,
                               size_t period);

#endif
