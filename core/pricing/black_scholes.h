/* black_scholes.h - the price of a European option in closed form, its Greeks, and the volatility
 * that a price implies.
 *
 * Black and Scholes 1973 and Merton 1973 with a continuous dividend yield, as in Haug, The Complete
 * Guide to Option Pricing Formulas, 2nd ed. (2007), section 1.1 (b = rate - dividend). A volatility
 * or an expiry of 0 gives the price of the certain outcome, never NaN.
 */
#ifndef BT_CORE_PRICING_BLACK_SCHOLES_H
#define BT_CORE_PRICING_BLACK_SCHOLES_H

#include "core/pricing/option.h"

/* theta is per year (the price's change as time passes), vega and rho per 1.00, vanna d2V/dS dvol,
 * volga d2V/dvol2. With vol or expiry 0 Greeks are those of the limit where there is one, else NaN
 * (at the kink). */
typedef struct bt_greeks {
  double delta, gamma, vega, theta, rho, dividend_rho, vanna, volga;
} bt_greeks;

/* spot, strike > 0; vol, expiry >= 0; the rest finite. To 1e-12 relative, however small they are;
 * where a Greek is a sum that passes through 0 (theta, vanna, volga), of the size of its terms. */
double bt_black_scholes_price(const bt_vanilla *option);
bt_greeks bt_black_scholes_greeks(const bt_vanilla *option);

/* The volatility at which the price is `price`; option->vol is not looked at. As exact as a double
 * price allows: to a few units in the last place of (price + discounted intrinsic) / vega. Errors:
 * DATA with one line, for a price below the discounted intrinsic value, not below the underlying's
 * (call) or the strike's (put) discounted value, negative, or at an expiry of 0: which bound it
 * breaks, with both numbers. A price that is exactly the intrinsic value implies 0. Source: in the
 * .c file. */
bt_status bt_implied_vol(double *out, const bt_vanilla *option, double price, bt_error *err);

#endif
