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

/* With the sum of cubed deviations, which tells how far from normal their mean is. */
typedef struct bt_skew_sample {
  bt_sample sample;
  double cubes;
} bt_skew_sample;

void bt_skew_sample_add(bt_skew_sample *sample, const double *x, size_t n);
void bt_skew_sample_join(bt_skew_sample *sample, const bt_skew_sample *later);

/* The skewness of the mean, estimated: that of a sample over sqrt(n), between -1 and 1. k equal
 * deviations among many zeros give 1 / sqrt(k). An interval of 95% by the normal distribution
 * covers less by about a quarter of its square. 0 where samples do not differ. Source: Hall, The
 * Bootstrap and Edgeworth Expansion (1992), section 2.6. */
double bt_skew_sample_of_mean(const bt_skew_sample *sample);

/* An interval of the mean, allowing for its skewness; reach is how many standard errors it would
 * have to each side without. Source: Hall, On the Removal of Skewness by Transformation, Journal of
 * the Royal Statistical Society B 54 (1992). */
typedef struct bt_interval {
  double low, high;
} bt_interval;

bt_interval bt_skew_sample_interval(const bt_skew_sample *sample, double reach);

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
