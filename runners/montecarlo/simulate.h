/* simulate.h - paths of a model over the pool, and what their prices at expiry come to.
 */
#ifndef BT_RUNNERS_MONTECARLO_SIMULATE_H
#define BT_RUNNERS_MONTECARLO_SIMULATE_H

#include "core/montecarlo/exact.h"
#include "core/montecarlo/paths.h"
#include "core/montecarlo/shape.h"
#include "runners/pool.h"
#include "runners/run.h"

/* Quantiles are exact: prices are kept and sorted, so there are none of more paths than this. */
enum { BT_QUANTILE_PATHS_MOST = 1000000, BT_QUANTILE_COUNT = 7 };
extern const double bt_quantile_levels[BT_QUANTILE_COUNT]; /* 0.01 .. 0.99 */

typedef struct bt_simulation {
  bt_path_job paths;
  uint64_t n_paths;   /* >= 1; antithetic ones are even */
  bool compares;      /* runs the baseline first: one core, without the pool */
  const char *file;   /* whole paths go there (path_file.h); NULL: nowhere */
  bool (*stop)(void); /* asked by the baseline now and then: true cancels it; NULL: never */
} bt_simulation;

/* Numbers that are not there are NaN. */
typedef struct bt_simulation_result {
  bt_shape price, log_return; /* at expiry */
  double std_error;           /* of price.mean; of antithetic paths from the means of pairs */
  bool antithetic;            /* then samples are no independent ones: no other errors */
  bool may_drift;             /* as of bt_paths: the mean may be off by more than std_error */
  bt_exact exact;
  double quantile[BT_QUANTILE_COUNT]; /* of the price, interpolated as numpy's default does */
  double path_lowest, path_highest;   /* over all steps, of one path alone */
  double seconds, baseline_seconds;   /* of the paths, without opening and storing */
} bt_simulation_result;

/* Whether it can be run, file and all: before a run is begun. database: where results go (see
 * path_file.h). Errors: USAGE and DATA as bt_simulation_run and bt_path_file_check, IO, NOMEM. */
bt_status bt_simulation_check(const bt_simulation *job, const char *database, bt_error *err);

/* With a baseline both results are the same to the last bit, or it fails. progress may be NULL: it
 * counts tasks in tickers_done and paths in bar_combos_done, of the baseline, too. Errors: USAGE
 * (as bt_paths_init; an odd number of antithetic paths), those of bt_path_file_open, DATA (prices
 * that no double holds), NOMEM, CANCELLED. */
bt_status bt_simulation_run(bt_simulation_result *out, const bt_simulation *job, bt_pool *pool,
                            bt_progress *progress, bt_error *err);

/* How many tasks it has, its baseline counted: for the progress. */
size_t bt_simulation_tasks(const bt_simulation *job);

#endif
