/* lattice.h - American and Bermudan options on a tree: what stands beside Monte Carlo. */
#ifndef BT_CORE_PRICING_LATTICE_H
#define BT_CORE_PRICING_LATTICE_H

#include "core/pricing/option.h"

/* Steps to take where nothing else is asked for. The error falls like 1 / n_steps or a little
 * faster, the time grows with its square. The largest error of the American puts of Longstaff and
 * Schwartz 2001 (strike 40, one and two years; Bermudan: 50 dates a year), and the time of one on a
 * core:
 *
 *   steps               1,000    2,000    4,000    8,000
 *   at any time        1.0e-4   3.4e-5   1.6e-5   7.6e-6
 *   on dates           3.4e-4   1.2e-4   2.8e-5   1.4e-5
 *   milliseconds          0.4      1.1        2        7
 *
 * With the steps below that is some 1e-6 of the spot over a year or two, 5e-5 over ten years, and
 * up to 4e-3 of the price where the drift is large beside the volatility (a dividend of 0.5 and a
 * vol of 0.1). */
enum { BT_LATTICE_STEPS = 4000, BT_LATTICE_STEPS_MOST = 100000 };

/* The price of an option that may be exercised now and at expiry x i / n_dates, i = 1 .. n_dates;
 * n_dates 0: at any time. n_steps is rounded up to an even multiple of n_dates. An option that is
 * never worth more exercised than held, or has one date, has the larger of the price of
 * bt_black_scholes_price and what exercise pays now; one without volatility that of its best date.
 * Method and source: in the .c file. Errors: USAGE (n_steps outside 1 .. BT_LATTICE_STEPS_MOST,
 * n_dates above half of that), DATA (steps so long beside the volatility that nodes pass by what
 * waiting is worth), NOMEM. */
bt_status bt_lattice_price(double *out, const bt_vanilla *option, size_t n_dates, size_t n_steps,
                           bt_error *err);

/* The same with delta and gamma, from the nodes of the second step; to some 1e-5 and 1e-3 over a
 * year or two, 3e-4 over ten. Of an option that is exercised now they are those of its payoff; NaN
 * without volatility or time, or with fewer than six steps. (Other Greeks would be differences of
 * prices of two trees, of which the nodes differ: off by per cents.) Errors: as bt_lattice_price.
 */
typedef struct bt_lattice_slopes {
  double price, delta, gamma;
} bt_lattice_slopes;

bt_status bt_lattice_value(bt_lattice_slopes *out, const bt_vanilla *option, size_t n_dates,
                           size_t n_steps, bt_error *err);

#endif
