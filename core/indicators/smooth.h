/* smooth.h - averages in which each value waits for the one before, without the waiting.
 *
 * y[t] = k[t] y[t-1] + c[t] put into itself gives y[t] = (k[t] k[t-1]) y[t-2] + (k[t] c[t-1] +
 * c[t]), and twice more y[t] from y[t-8]: eight bars at a time, as vectors. The products have
 * nothing to cancel, so it is as exact as going from bar to bar, but rounds elsewhere.
 *
 * All functions first leave y where it is while the input stands there, too, so that a price
 * which has not moved yet is exactly its own average.
 */
#ifndef BT_CORE_INDICATORS_SMOOTH_H
#define BT_CORE_INDICATORS_SMOOTH_H

#include <stddef.h>

#include "core/status.h"

/* EMA: y[t] = (1 - a) y[t-1] + a x[t] with a = 2 / (period + 1), behind `before` in the place of
 * y[-1]; n values. */
void bt_indicator__smooth(double *restrict y, const double *restrict x, size_t n, double before,
                          double period);

/* EMA of x, which is defined from bar `start` on, seeded by the mean of its first `period` values;
 * NaN before the last of these. Errors: NOMEM. */
bt_status bt_indicator__ema_of(double *restrict out, const double *restrict x, size_t n,
                               size_t start, double period, bt_error *err);

/* As bt_indicator__smooth with a gain a[t] for each value: y[t] = (1 - a[t]) y[t-1] + a[t] x[t]. */
void bt_indicator__smooth_by(double *restrict y, const double *restrict x,
                             const double *restrict gain, size_t n, double before);

#endif
