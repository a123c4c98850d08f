/* normal.h - the standard normal distribution. */
#ifndef BT_CORE_RANDOM_NORMAL_H
#define BT_CORE_RANDOM_NORMAL_H

#include <stddef.h>

/* The x with P(X <= x) = p for 0 < p < 1, to about 1e-16 relative; -inf at 0, inf at 1, NaN
 * outside. Source: Wichura 1988, algorithm AS 241 (PPND16). */
double bt_normal_quantile(double p);

/* The same of n numbers 0 < p < 1, the same bits at every vector level; out may be p. Its logarithm
 * is that of vector_math.h, so in the tails the last bit may differ from bt_normal_quantile. */
void bt_normal_quantiles(double *out, const double *p, size_t n);

/* P(X <= x), to full relative accuracy in both tails (by erfc), and the density. */
double bt_normal_cdf(double x);
double bt_normal_pdf(double x);

#endif
