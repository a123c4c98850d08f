/* mills_ratio.h - the normal distribution over its density, and differences that keep their digits.
 *
 * Prices in closed form are differences of normal probabilities. Far out of the money, or with
 * little time left, the two are nearly equal: subtracted as they stand they lose what matters.
 * Here z stands for a number of standard deviations, N for the distribution, n for the density.
 */
#ifndef BT_CORE_PRICING_MILLS_RATIO_H
#define BT_CORE_PRICING_MILLS_RATIO_H

/* n(0) = 1 / sqrt(2 pi). */
#define BT_MILLS_DENSITY_AT_0 0.39894228040143267794

/* N(z) / n(z), to a few units in the last place for z <= 8; too large for a double near 38. Below
 * -1.5 by Laplace's continued fraction; Abramowitz and Stegun 26.2.14. */
double bt_mills_ratio(double z);

/* bt_mills_ratio(h + t) - bt_mills_ratio(h - t) for h <= 0 <= t and h + t <= 8, to a relative 1e-14
 * or so however small t is. Source: in the .c file. */
double bt_mills_spread(double h, double t);

/* exp(exponent) N(z) where exponent may be large and N(z) tiny; log_density is exponent - z^2 / 2,
 * which the caller knows in a form that does not cancel. */
double bt_mills_tilted(double exponent, double z, double log_density);

#endif
