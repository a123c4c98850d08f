/* regression.h - least squares of many points on a few functions.
 *
 * What is kept of the points is the sums of products of functions (the Gram matrix) and of
 * functions with values: a part of the points sums in eight lanes (core/lanes.h), parts are joined
 * in the order of their index, so the bits do not depend on workers or vectors. The normal
 * equations square the condition of the functions; it is up to whoever chooses them to have them
 * nearly orthogonal. What is beyond that is cut off: bt_regression_solve.
 */
#ifndef BT_CORE_MONTECARLO_REGRESSION_H
#define BT_CORE_MONTECARLO_REGRESSION_H

#include "core/lanes.h"
#include "core/linear_algebra.h"

enum {
  BT_REGRESSION_MOST = BT_SOLVE_MOST, /* functions */
  BT_REGRESSION_PRODUCTS = BT_REGRESSION_MOST * (BT_REGRESSION_MOST + 1) / 2
};

/* Sums over points. products: of function j with k <= j, at j (j + 1) / 2 + k. */
typedef struct bt_regression {
  size_t n; /* functions */
  double products[BT_REGRESSION_PRODUCTS];
  double with_value[BT_REGRESSION_MOST];
} bt_regression;

/* The same while points are added, of n functions. */
typedef struct bt_regression_lanes {
  size_t n;
  bt_lanes products[BT_REGRESSION_PRODUCTS];
  bt_lanes with_value[BT_REGRESSION_MOST];
} bt_regression_lanes;

void bt_regression_lanes_init(bt_regression_lanes *lanes, size_t n);

/* Adds points to one part of the lanes: f has the n functions at them, weight 1 or 0 (not a point),
 * value what is to be explained. */
static inline void bt_regression_add(bt_regression_lanes *lanes, size_t part, const bt_vector *f,
                                     bt_vector weight, bt_vector value)
{
  bt_lanes *product = lanes->products;
  for (size_t j = 0; j < lanes->n; j++) {
    const bt_vector weighted = f[j] * weight;
    for (size_t k = 0; k <= j; k++, product++) product->part[part] += weighted * f[k];
    lanes->with_value[j].part[part] += weighted * value;
  }
}

void bt_regression_sum(bt_regression *out, const bt_regression_lanes *lanes);

/* Adds a later part. */
void bt_regression_join(bt_regression *sum, const bt_regression *later);

/* The coefficients of the first n functions, n <= sum->n. Functions are scaled to equal size, and
 * combinations of them of which the sum of squares is below 1e-13 of the largest are left out:
 * those are rounding. Errors: those of bt_solve_symmetric. */
bt_status bt_regression_solve(double *coefficients, const bt_regression *sum, size_t n,
                              bt_error *err);

#endif
