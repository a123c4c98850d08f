/* normal.h - the standard normal distribution. */
#ifndef BT_CORE_RANDOM_NORMAL_H
#define BT_CORE_RANDOM_NORMAL_H

#include <stddef.h>

/* The x with P(X <= x) = p for 0 < p < 1, to about 1e-16 relative; -inf at 0, inf at 1, NaN
 * outside. Source: Wichura 1988, algorithm AS 241 (PPND16). */
double bt_normal_quantile(double p);

/* The same of n numbers, the same bits at every vector level; out may be p. For speed not AS 241 in
 * the middle, but rational functions of low degree, one for each of 15 segments, which reach
 * further, from 0.0014 to 0.9986; beyond are AS 241's tails, with the logarithm of vector_math.h.
 * Errors are as those of bt_normal_quantile, 7e-16 relative at most, and in the middle less (8e-17
 * is their root mean square over all p); last bits differ. Source: normal_centre.h. */
void bt_normal_quantiles(double *out, const double *p, size_t n);

/* P(X <= x), and the density, to about 4e-16 relative, far out too (erfc and exp of SLEEF); what
 * is below the smallest double is 0. */
double bt_normal_cdf(double x);
double bt_normal_pdf(double x);

/* P(|X| <= this) = 95%. */
#define BT_NORMAL_95 1.959963984540054

#endif
