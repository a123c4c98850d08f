/* combo_stats.h - each combination's objective over all tickers. */
#ifndef BT_RUNNERS_COMBO_STATS_H
#define BT_RUNNERS_COMBO_STATS_H

#include <stddef.h>

#include "runners/pool.h"
#include "runners/store.h"

/* Statistics of n values; NaN is left out. Quantiles interpolate linearly between the two nearest
 * (numpy's default, Hyndman and Fan's type 7). values is sorted in place. All NaN when none is
 * left. */
bt_combo_stats bt_combo_stats_compute(double *values, size_t n);

/* The same for every combination: values[i * n_combos + k] is that of combination k on ticker i,
 * NaN where there is none; stats: n_combos. Errors: NOMEM, CANCELLED. */
bt_status bt_combo_stats_all(bt_combo_stats *stats, const double *values, size_t n_tickers,
                             size_t n_combos, bt_pool *pool, bt_error *err);

/* Puts the rows of combo_stats of one window and phase (static text). Errors: those of the store.
 */
bt_status bt_combo_stats_put(bt_store *store, int64_t run_id, const bt_result_key *key,
                             const bt_combo_stats *stats, size_t n_combos, bt_error *err);

#endif
