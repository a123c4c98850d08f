/* mean.h - means that are correctly rounded: the double nearest to the exact mean of the values
 * (ties to even). Equal prices therefore have exactly their price as average, whatever the period,
 * and a strategy that compares two averages never trades on rounding noise.
 *
 * How: every value is a whole multiple of one power of two (the grid of the series), so prefix sums
 * of its upper and of its lower bits are exact doubles; a window's sum is the difference of two,
 * and its mean one division with an exact remainder. So it is for 5,000 prices of which the highest
 * is ten million times the lowest, or a million and 2,000 times; beyond, sums are integers of 128
 * bits, and where those do not hold them either (10^15 times) a slow exact sum of any width.
 */
#ifndef BT_CORE_MEAN_H
#define BT_CORE_MEAN_H

#include <stddef.h>

#include "core/status.h"

/* Exact prefix sums of one series; immutable once made, shared by all periods. */
typedef struct bt_exact_sums bt_exact_sums;

/* Sums over n >= 1 finite values x, which must outlive *out. The caller frees *out with
 * bt_exact_sums_free. Errors: NOMEM. */
bt_status bt_exact_sums_new(bt_exact_sums **out, const double *x, size_t n, bt_error *err);
void bt_exact_sums_free(bt_exact_sums *sums);

/* Mean of x[first .. end-1], end > first. */
double bt_exact_mean(const bt_exact_sums *sums, size_t first, size_t end);

/* out[t] = mean of the `period` values up to and including t; NaN for t < period - 1. */
void bt_exact_moving_mean(double *out, const bt_exact_sums *sums, size_t period);

#endif
