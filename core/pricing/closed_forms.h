/* closed_forms.h - prices in closed form of path-dependent options under Black and Scholes.
 *
 * Each is what Monte Carlo is held against, or its control. Arguments as in option.h; vol or expiry
 * 0 gives the price of the certain path. Symbols and cases as in Haug 2007, chapter 4.
 */
#ifndef BT_CORE_PRICING_CLOSED_FORMS_H
#define BT_CORE_PRICING_CLOSED_FORMS_H

#include "core/pricing/option.h"

/* A geometric average of n_fixings >= 1 prices (option.h), discretely monitored. Source: Kemna and
 * Vorst 1990; Glasserman 2003, section 3.2.2. */
double bt_geometric_asian_price(const bt_vanilla *option, size_t n_fixings);

/* A single barrier, continuously monitored, with rebate. A spot at or beyond the barrier: an
 * out-option is worth its rebate, an in-option the vanilla option. To 1e-13 of the spot or so (a
 * rebate paid at the touch at a rate so negative that the closed form is complex is computed by
 * quadrature). Source: Reiner and Rubinstein 1991; Haug 2007, section 4.17.1. */
double bt_barrier_price(const bt_vanilla *option, const bt_barrier *barrier);

/* A barrier that is looked at n_times at equal distances is priced as a continuous one that lies
 * further away by exp(0.5826 vol sqrt(expiry / n_times)): its level. An approximation. Source:
 * Broadie, Glasserman and Kou 1997. */
double bt_barrier_shifted_level(const bt_vanilla *option, const bt_barrier *barrier,
                                size_t n_times);

/* A lookback, continuously monitored, newly issued; option->strike counts for a fixed one. To 1e-14
 * relative or so, also at and near rate = dividend, where the formula as printed is 0 / 0. Source:
 * Goldman, Sosin and Gatto 1979 (floating), Conze and Viswanathan 1991 (fixed); Haug 2007,
 * sections 4.15.1 and 4.15.2. */
double bt_lookback_price(const bt_vanilla *option, bt_lookback_strike strike);

#endif
