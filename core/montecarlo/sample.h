/* sample.h - mean, variance and covariance of samples that come in blocks.
 *
 * A block is summed about a pivot in eight lanes (core/lanes.h), blocks are joined in the order of
 * their index: the bits do not depend on workers or vectors, and a large mean costs no digits.
 * Source of the join: Chan, Golub and LeVeque, Algorithms for computing the sample variance, The
 * American Statistician 37 (1983).
 */
#ifndef BT_CORE_MONTECARLO_SAMPLE_H
#define BT_CORE_MONTECARLO_SAMPLE_H

#include <stddef.h>

/* n samples: their mean, and the sum of squared deviations from it. All 0: none. */
typedef struct bt_sample {
  double n, mean, squares;
} bt_sample;

void bt_sample_add(bt_sample *sample, const double *x, size_t n);
void bt_sample_join(bt_sample *sample, const bt_sample *later);

/* The standard error of the mean, sqrt(squares / (n - 1) / n); NaN for n < 2. */
double bt_sample_std_error(const bt_sample *sample);

/* The same of pairs: an estimate y and a control x of which the expectation is known. */
typedef struct bt_pair_sample {
  bt_sample y, x;
  double products; /* sum of products of deviations */
} bt_pair_sample;

void bt_pair_sample_add(bt_pair_sample *sample, const double *y, const double *x, size_t n);
void bt_pair_sample_join(bt_pair_sample *sample, const bt_pair_sample *later);

/* What a control makes of it: mean = y.mean - beta (x.mean - expected) with beta = cov(y, x) /
 * var(x), and its standard error from the residual variance. Where x does not vary beta is 0.
 * Source: Glasserman 2003, section 4.1. */
typedef struct bt_controlled {
  double mean, std_error, beta, correlation;
} bt_controlled;

bt_controlled bt_pair_sample_control(const bt_pair_sample *sample, double expected);

#endif
