/* store_montecarlo.h - rows of Monte Carlo jobs: option prices and simulations.
 *
 * They belong to a run whose kind is `option` or `simulate`, begun without strategy and grid. See
 * store.h for what failures leave behind.
 */
#ifndef BT_RUNNERS_STORE_MONTECARLO_H
#define BT_RUNNERS_STORE_MONTECARLO_H

#include "runners/store.h"

/* A number with its standard error, in Monte Carlo units; NaN for NULL. */
typedef struct bt_estimate {
  double value, std_error;
} bt_estimate;

/* The row of `option_prices`: one cell of the grid of terms. Numbers: NaN for NULL; texts: NULL for
 * NULL. */
typedef struct bt_option_row {
  int64_t cell_id;     /* from 1 on, in the order of the grid */
  const char *style;   /* european, american, asian, barrier, lookback */
  const char *type;    /* call, put */
  const char *variant; /* of the style: arithmetic, geometric; down-out, ...; floating, fixed */
  double spot, strike, rate, dividend, vol, expiry;
  double barrier, rebate;
  size_t n_steps, n_paths; /* 0 for NULL */
  const char *method;      /* in words: how the price was found */
  bt_estimate price;
  double closed_form; /* beside it, where there is one */
  /* of an American option: the price on a tree, with its dates and at any time; the high bound; the
   * price of the paths that were fitted */
  double lattice, lattice_american;
  bt_estimate upper_bound, in_sample;
  double low, high; /* 95% interval; of an American option it has both bounds in it */
  bt_estimate delta, gamma, vega, theta, rho;
  double implied_vol; /* of a price that was given */
  const char *reason; /* why there is no price, no standard error or no Greeks */
} bt_option_row;

bt_status bt_store_put_option(bt_store *store, int64_t run_id, const bt_option_row *row,
                              bt_error *err);

/* The row of `simulations`. */
typedef struct bt_simulation_row {
  const char *model;  /* gbm, heston, merton, garch */
  const char *params; /* a JSON object: of the model */
  double spot, expiry;
  size_t n_steps, n_paths;
  const char *fitted;               /* symbol that the parameters come from; NULL for NULL */
  const char *file;                 /* of the paths; NULL for NULL */
  bt_estimate mean;                 /* of the price at expiry */
  double exact_mean;                /* in closed form; NaN for NULL */
  double seconds, baseline_seconds; /* of the pool, of one core without it; NaN for NULL */
} bt_simulation_row;

bt_status bt_store_put_simulation(bt_store *store, int64_t run_id, const bt_simulation_row *row,
                                  bt_error *err);

/* The row of `simulation_moments`: a number that describes the prices at expiry, such as mean,
 * std, skew, kurtosis, log_mean, log_std, with its closed form; NaN for NULL. */
typedef struct bt_moment_row {
  const char *name;
  bt_estimate estimate;
  double exact;
} bt_moment_row;

bt_status bt_store_put_moment(bt_store *store, int64_t run_id, const bt_moment_row *row,
                              bt_error *err);

#endif
