/* moving_mean.h - plain means over the last bars of a series that indicators make (those of closes
 * are exact: core/mean.h). */
#ifndef BT_CORE_INDICATORS_MOVING_MEAN_H
#define BT_CORE_INDICATORS_MOVING_MEAN_H

#include <stddef.h>

/* out[t] = mean of x[t+1-period .. t]; NaN before bar first + period - 1, x being looked at from
 * bar `first` on. A mean depends on the values of its own window alone, added without a
 * subtraction: it is NaN exactly where one of them is, and nothing drifts. In O(n) whatever the
 * period. out and x have n values and do not overlap. */
void bt_indicator__moving_mean(double *restrict out, const double *restrict x, size_t n,
                               size_t first, size_t period);

#endif
