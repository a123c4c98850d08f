/* window_moments.h - sums of squares and products of deviations from the mean, over the last
 * `period` values up to every bar, in O(n) whatever the period.
 *
 * The series is cut into blocks of `period` bars by their absolute index. A window that ends in a
 * block is the end of the block before and the beginning of this one, so its sums are one that was
 * added up backwards and one that was added up forwards: nothing is ever taken away again, a value
 * depends on two blocks alone, and errors do not grow with the series. What is summed are
 * differences to the block's first value, which lies in every window that ends in the block:
 *   - equal values give exactly 0;
 *   - squares about it sum to at most `period` times what they do about the mean, and that is all
 *     that cancellation can cost;
 *   - a value that is NaN makes the windows NaN that contain it, and no others.
 */
#ifndef BT_CORE_INDICATORS_WINDOW_MOMENTS_H
#define BT_CORE_INDICATORS_WINDOW_MOMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* Turns n values x into sums: x[t] becomes that of (x - mean)^2 over the `period` values up to and
 * including it, mean being theirs; NaN for t < period - 1. Scratch memory only. Errors: NOMEM. */
bt_status bt_indicator__squares(double *x, size_t n, size_t period, bt_error *err);

/* What is left of sums of squares where no value deviates by 1e-14: rounding of returns that are
 * the same. */
static inline bool bt_indicator__has_moved(double squares)
{
  return squares > 1e-28;
}

/* out[t] = close[t] / close[t-1] - 1, as the returns of a benchmark are; the first is NaN. */
void bt_indicator__fill_returns(double *restrict out, const double *restrict close, size_t n);

/* What is to be made of the sums over n windows: product holds those of (x - mean)(y - mean), and
 * gets the results; squares holds those of (x - mean)^2 and (y - mean)^2 of the first window, of
 * the second, ... */
typedef void bt_products_use(double *restrict product, const double *restrict squares, size_t n);

/* Two series of n values each. */
typedef struct bt_two_series {
  double *x;
  const double *y;
  size_t n;
} bt_two_series;

/* Turns x into what `use` makes of the sums over windows of `period` pairs; NaN for t < period - 1.
 * Scratch memory only. Errors: NOMEM; x is undefined then. */
bt_status bt_indicator__products(const bt_two_series *both, size_t period, bt_products_use *use,
                                 bt_error *err);

#endif
