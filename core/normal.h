/* normal.h - the standard normal distribution. */
#ifndef BT_CORE_NORMAL_H
#define BT_CORE_NORMAL_H

/* The x with P(X <= x) = p for 0 < p < 1, to about 1e-16 relative; -inf at 0, inf at 1, NaN
 * outside. Source: Wichura 1988, algorithm AS 241 (PPND16). */
double bt_normal_quantile(double p);

#endif
