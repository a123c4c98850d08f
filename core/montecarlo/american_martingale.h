/* american_martingale.h - the martingale of the high bound: what the exercise premium becomes.
 *
 * Whatever the martingale M with M(0) = 0, the mean of the largest of (payoff - M) over the dates
 * is at least the option's price, and with the M of the price itself it is the price (Rogers 2002;
 * Haugh and Kogan 2004). Here M is the European option's part, known in closed form, and that of
 * the rest, the premium for early exercise: on each date a sum of bell curves of the Brownian
 * motion. What a bell curve is expected to be one date earlier is another bell curve, exactly; so M
 * is a martingale however well the bells follow the premium, and no paths inside paths are needed.
 * To choose functions of which conditional expectations are known: Glasserman and Yu 2004,
 * Belomestny, Bender and Schoenmakers 2009.
 *
 * The bells come from no path: going back from the last date they meet the larger of what exercise
 * gains and of what the next date's bells are expected to be, at points that reach seven standard
 * deviations to either side. So they follow the premium also where hardly a path comes, and no few
 * paths decide the mean: what is cut off beyond the last point is met once in 10^11 paths.
 */
#ifndef BT_CORE_MONTECARLO_AMERICAN_MARTINGALE_H
#define BT_CORE_MONTECARLO_AMERICAN_MARTINGALE_H

#include "core/montecarlo/exercise.h"

enum { BT_BELLS_SIDE = 20, BT_BELLS = 2 * BT_BELLS_SIDE + 1 };

/* A sum of bells: with y = b / width, exp(-y^2 / 2) times the sum of powers[k] exp(ratio y k) over
 * k = -BT_BELLS_SIDE .. BT_BELLS_SIDE, powers[0] being the first. */
typedef struct bt_bell_sum {
  double width, ratio, powers[BT_BELLS];
} bt_bell_sum;

/* The premium of dates 1 .. n_dates - 1, at date - 1, as a function of the Brownian motion on that
 * date, and what it is expected to be one date earlier. Immutable. */
typedef struct bt_martingale {
  size_t n_dates;
  struct bt_martingale_date {
    bt_bell_sum then, expected;
  } * dates;
} bt_martingale;

/* The caller clears *out with bt_martingale_clear. Errors: NOMEM; those of bt_invert_positive. */
bt_status bt_martingale_init(bt_martingale *out, const bt_exercise *exercise, bt_error *err);
void bt_martingale_clear(bt_martingale *martingale);

/* out[i]: how much M grows from date - 1 to date, but for the European part; before[i] and after[i]
 * the Brownian motion on the two in units of one step (0 today). date: 1 .. n_dates. n: a whole
 * number of groups of eight; out may be either. */
void bt_martingale_growth(double *out, const bt_martingale *martingale, size_t date,
                          const double *before, const double *after, size_t n);

#endif
