/* shape.h - the shape of a distribution from samples that come in blocks: mean, standard deviation,
 * skewness, excess kurtosis, extremes.
 *
 * As in sample.h a block is summed about its mean in eight lanes, and blocks are joined in the
 * order of their index. Source of the join: Pebay, Formulas for robust, one-pass parallel
 * computation of covariances and arbitrary-order statistical moments, Sandia report SAND2008-6212.
 */
#ifndef BT_CORE_MONTECARLO_SHAPE_H
#define BT_CORE_MONTECARLO_SHAPE_H

#include <stddef.h>

/* n samples; sums of powers of deviations from their mean. All 0: none. */
typedef struct bt_shape {
  double n, mean;
  double second, third, fourth;
  double lowest, highest;
} bt_shape;

void bt_shape_add(bt_shape *shape, const double *x, size_t n);
void bt_shape_join(bt_shape *shape, const bt_shape *later);

/* Estimates; NaN where samples are too few, or skewness and kurtosis where all are equal. std has
 * ddof 1; skewness and kurtosis are population forms, the latter in excess of a normal's 3. */
double bt_shape_std_error(const bt_shape *shape); /* of the mean */
double bt_shape_std(const bt_shape *shape);
double bt_shape_skew(const bt_shape *shape);
double bt_shape_kurtosis(const bt_shape *shape);

/* The standard error of bt_shape_std, for many samples: sqrt((m4 - m2^2) / n) / (2 std); NaN of
 * fewer than 4, of which two always have the same fourth power. Source:
 * Cramer, Mathematical Methods of Statistics (1946), section 27.7. */
double bt_shape_std_std_error(const bt_shape *shape);

#endif
