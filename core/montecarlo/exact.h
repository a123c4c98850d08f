/* exact.h - what is known in closed form about the price and the log return at expiry.
 */
#ifndef BT_CORE_MONTECARLO_EXACT_H
#define BT_CORE_MONTECARLO_EXACT_H

#include "core/montecarlo/paths.h"

/* Means and population moments as in shape.h; NaN where there is no closed form, or no double holds
 * it. */
typedef struct bt_exact {
  double mean, std, skew, kurtosis;                 /* of the price */
  double log_mean, log_std, log_skew, log_kurtosis; /* of log(S(expiry) / spot) */
  double relative_std; /* std / mean of the price; infinite where it is, or no double holds it */
} bt_exact;

/* All for gbm and merton, from moments and cumulants of the log return (Merton 1976; Cont and
 * Tankov, Financial Modelling with Jump Processes, 2004, section 4.3). For heston means
 * and standard deviations (of the price by its characteristic function: Andersen and Piterbarg
 * 2007; of the log return by Ito's isometry, Var of the integral as in Dufresne, The integrated
 * square-root process, 2001): of the process, which steps approach. For garch the mean, and mean
 * and standard deviation of the log return, of the steps themselves, by recursion over the moments
 * of the variance (Bollerslev 1986, theorem 2). */
bt_exact bt_exact_of(const bt_path_job *job);

/* How far the log price spreads: its standard deviation at expiry; of garch that of its martingale
 * part, the square root of the expected variance, as rare days of huge variance may leave the other
 * without a bound. */
double bt_exact_log_spread(const bt_path_job *job);

#endif
