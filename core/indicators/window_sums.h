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

/* Of how many values at once windows are summed, of n >= period: few enough for the fastest cache,
 * or several periods. n_values - period + 1 windows begin in them. */
size_t bt_indicator__part_length(size_t n, size_t period);

/* out[i] = x[i] + ... + x[i + period - 1] for the n - period + 1 windows in n >= period values. x
 * is lost; spare holds n values, too. period >= 1. */
void bt_indicator__window_sums(double *restrict out, double *restrict x, double *restrict spare,
                               size_t n, size_t period);

/* out[i] = 1 x[i] + 2 x[i + 1] + ... + period x[i + period - 1]; scratch holds 4 n values. */
void bt_indicator__weighted_window_sums(double *restrict out, const double *restrict x,
                                        double *restrict scratch, size_t n, size_t period);

#endif
