/* sweep.h - every combination on every ticker: from a job to rows in the store.
 *
 * A top-level task is one ticker: load, evaluate its combinations (in blocks that idle workers may
 * steal), reduce, hand one batch to the writer. Results do not depend on the number of workers.
 */
#ifndef BT_RUNNERS_SWEEP_H
#define BT_RUNNERS_SWEEP_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "core/luck.h"
#include "runners/job.h"
#include "runners/pool.h"
#include "runners/store.h"

/* Counters that another thread may read while a sweep runs. */
typedef struct bt_progress {
  atomic_size_t tickers_done;
  atomic_ullong bar_combos_done;
} bt_progress;

/* What became of one ticker. */
typedef struct bt_ticker_outcome {
  bool done; /* false: the sweep ended before it */
  bool rejected;
  char reason[BT_LOAD_REASON_SIZE]; /* why, "" otherwise */
  size_t n_bars, rows_skipped;
  size_t counts[BT_ROW_ISSUE_COUNT];
  bool adjusted, daily;
  int64_t first_ns, last_ns; /* of the evaluated span */
  size_t n_span_bars, n_kept;
  bt_spread sharpes;        /* of its combinations */
  double best_sharpe;       /* NaN: none is defined */
  size_t best_sharpe_combo; /* index */
} bt_ticker_outcome;

/* What is known at the end; owned arrays, cleared with bt_sweep_result_clear. */
typedef struct bt_sweep_result {
  bt_ticker_outcome *outcomes; /* one a ticker of the universe, in its order */
  bt_combo_stats *stats;       /* one a combination; NULL when nothing was computed */
  size_t *leaders;             /* indices of the best by median, greatest first */
  size_t n_leaders;
  size_t n_ok, n_rejected, n_rows; /* rows: of `metrics` */
  uint64_t n_bars;                 /* loaded, of rejected tickers too */
  uint64_t n_span_bars;            /* evaluated */
  uint64_t rows_skipped, bar_combos;
  bt_spread sharpes; /* of all trials */
  double elapsed_s;
} bt_sweep_result;

enum { BT_SWEEP_LEADERS_MOST = 10 };

/* With what a job is run, and where its rows go. */
typedef struct bt_sweep_means {
  bt_pool *pool;
  bt_store *store;
  int64_t run_id;        /* from bt_store_begin_run */
  bt_progress *progress; /* NULL: nobody looks */
} bt_sweep_means;

/* Runs the job into the store and ends the run there with its status. *out is filled (with what was
 * done) on CANCELLED, too; the caller clears it in every case. Errors: CANCELLED (what was finished
 * is stored, status interrupted), DATA (every ticker was rejected: stored all the same, status
 * failed), DATABASE, NOMEM, THREAD, and those of the strategy (status failed). */
bt_status bt_sweep_run(bt_sweep_result *out, const bt_job *job, const bt_sweep_means *means,
                       bt_error *err);
void bt_sweep_result_clear(bt_sweep_result *result);

#endif
