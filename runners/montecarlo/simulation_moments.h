/* simulation_moments.h - what a simulation has found, as a list of named numbers: one list for the
 * store and for what is printed.
 */
#ifndef BT_RUNNERS_MONTECARLO_SIMULATION_MOMENTS_H
#define BT_RUNNERS_MONTECARLO_SIMULATION_MOMENTS_H

#include "runners/montecarlo/simulate.h"
#include "runners/store_montecarlo.h"

enum { BT_SIMULATION_MOMENTS_MOST = 24 };

/* Those that there are, in this order; returns how many. mean, std, skew, kurtosis of the price at
 * expiry, log_mean .. log_kurtosis of the log return, lowest, highest, p01 .. p99; of one path
 * alone mean (its price at expiry), path_lowest, path_highest over all its steps. */
size_t bt_simulation_moments(bt_moment_row out[BT_SIMULATION_MOMENTS_MOST],
                             const bt_simulation_result *result);

/* Whether so few paths cannot estimate the mean: its error, std / sqrt(n) in closed form, is more
 * than the mean itself. The prices that make the mean are not among them, and the standard error
 * that they show is far too small. */
bool bt_simulation_is_out_of_reach(const bt_simulation_result *result);

/* How many standard errors the mean is from its closed form; NaN where nothing is random, or the
 * mean out of reach. */
double bt_simulation_z_score(const bt_simulation_result *result);

#endif
