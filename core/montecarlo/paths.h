/* paths.h - paths of a model, many at once, each a function of its number alone.
 *
 * Path i takes the numbers of path i of the stream, dimension after dimension, so it has the same
 * bits in a block of any size and at any vector level. Antithetic paths come in pairs: 2 i + 1 has
 * the numbers of 2 i with the other sign.
 */
#ifndef BT_CORE_MONTECARLO_PATHS_H
#define BT_CORE_MONTECARLO_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/montecarlo/model.h"
#include "core/random/streams.h"

enum {
  BT_PATHS_MOST = 1024,    /* of one call */
  BT_STEPS_MOST = 1000000, /* of a path */
  BT_JUMPS_MOST = 512,     /* of a step, in the table of their distribution */
  BT_JUMPS_MEAN_MOST = 100 /* expected jumps of a step */
};

/* What paths are made of. */
typedef struct bt_path_job {
  bt_model model; /* settled */
  double spot, expiry;
  size_t n_steps; /* >= 1 */
  uint64_t seed;
  bool antithetic; /* gbm alone */
} bt_path_job;

/* Constants of a step. */
typedef struct bt_heston_step {
  double decay, theta;       /* exp(-kappa dt) */
  double spread, spread_0;   /* variance of v after a step: spread v + spread_0 */
  double k0, k1, k2, k3, k4; /* of the log price, Andersen's K */
  double mean_share, mean_0; /* of the integral of a certain variance: mean_share v + mean_0 */
} bt_heston_step;

typedef struct bt_merton_step {
  double variance, jump_mean, jump_variance;
  size_t n_levels;
  double level[BT_JUMPS_MOST]; /* P(jumps <= k) */
} bt_merton_step;

/* A job made ready; immutable and shared. The log return after t steps is scale x + t drift, x what
 * the model adds up. */
typedef struct bt_paths {
  bt_path_job job;
  const struct bt_path_model *model;
  bt_stream stream;
  double scale, drift;
  bool may_drift; /* heston: steps are too long for the correction that keeps the expected price */
  union {
    bt_heston_step heston;
    bt_merton_step merton;
  } step;
} bt_paths;

/* Working memory: what the paths of a block have come to, and the numbers of a step. */
typedef struct bt_path_state {
  double x[BT_PATHS_MOST], variance[BT_PATHS_MOST];
  double normal[BT_PATHS_MOST], uniform[BT_PATHS_MOST];
} bt_path_state;

/* Errors: USAGE, naming the option: spot not above 0, an expiry that is negative, steps of 0 or too
 * many, a drift or a spread of the log price that no price can hold, too many jumps a step,
 * antithetic paths of a model that has none. */
bt_status bt_paths_init(bt_paths *out, const bt_path_job *job, bt_error *err);

/* Paths first .. first + n - 1, n <= BT_PATHS_MOST: log_returns[i] = log(S(expiry) / spot). rows,
 * where not NULL, gets n x (n_steps + 1) prices, path after path, the spot first. */
void bt_paths_run(double *log_returns, double *rows, const bt_paths *paths, uint64_t first,
                  size_t n, bt_path_state *state);

/* prices[i] = spot exp(log_returns[i]); prices may be log_returns. The last of a row, too. */
void bt_paths_prices(double *prices, const bt_paths *paths, const double *log_returns, size_t n);

#endif
