/* lattice.h - American (Bermudan) and European options on a tree: the price beside Monte Carlo's.
 */
#ifndef BT_CORE_PRICING_LATTICE_H
#define BT_CORE_PRICING_LATTICE_H

#include "core/pricing/option.h"

/* The price of an option that may be exercised at expiry x i / n_dates, i = 1 .. n_dates (and not
 * now); n_dates 0: at any time. n_steps is rounded up to a multiple of n_dates. Method and source:
 * in the .c file. Errors: USAGE (n_steps outside 1 .. 100,000), NOMEM. */
bt_status bt_lattice_price(double *out, const bt_vanilla *option, size_t n_dates, size_t n_steps,
                           bt_error *err);

#endif
