/* american_martingale.h - the martingale of the high bound: what the exercise premium becomes.
 *
 * Whatever the martingale M with M(0) = 0, the mean of the largest of (payoff - M) over the dates
 * is at least the option's price, and with the M of the price itself it is the price (Rogers 2002;
 * Haugh and Kogan 2004). Here M is the European option's part, known in closed form, and that of
 * the rest, the premium for early exercise: at each date a sum of bell curves of the Brownian
 * motion, fitted by least squares. What a bell curve is expected to be one date earlier is another
 * bell curve, exactly; so M is a martingale whatever was fitted, and no paths inside paths are
 * needed. To choose functions of which conditional expectations are known: Glasserman and Yu 2004,
 * Belomestny, Bender and Schoenmakers 2009.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_MARTINGALE_H
#define BT_CORE_MONTECARLO_AMERICAN_MARTINGALE_H

#include "core/montecarlo/regression.h"

enum { BT_BELLS = 20 };

/* coefficients: of each date and each bell, 0 at the last date; immutable once it is fitted. */
typedef struct bt_martingale {
  size_t n_dates;
  double *coefficients; /* n_dates x BT_BELLS; of date d at (d - 1) x BT_BELLS */
} bt_martingale;

/* All 0. The caller clears *out with bt_martingale_clear. Errors: NOMEM. */
bt_status bt_martingale_init(bt_martingale *out, size_t n_dates, bt_error *err);
void bt_martingale_clear(bt_martingale *martingale);

/* Adds n points, a whole number of groups of eight, to the lanes, which are of BT_BELLS functions:
 * b is the Brownian motion on that date in units of one step, value the premium. */
void bt_martingale_add(bt_regression_lanes *lanes, size_t date, const double *b,
                       const double *value, size_t n);

/* Fits a date, 1 .. n_dates - 1, to all points. Errors: those of bt_regression_solve. */
bt_status bt_martingale_fit(bt_martingale *martingale, size_t date, const bt_regression *sum,
                            bt_error *err);

/* out[i]: how much M grows from date - 1 to date, but for the European part; before[i] and after[i]
 * the Brownian motion on the two (0 today). n: a whole number of groups of eight; out may be
 * either.
 */
void bt_martingale_growth(double *out, const bt_martingale *martingale, size_t date,
                          const double *before, const double *after, size_t n);

#endif
