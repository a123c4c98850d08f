/* sweep.h - every combination on every ticker: from a job to rows in the store.
 *
 * A top-level task is one ticker: load it, evaluate its combinations (in blocks that idle workers
 * may steal), reduce, hand one batch to the writer. Statistics over the tickers and the portfolio
 * follow. Results do not depend on the number of workers.
 */
#ifndef BT_RUNNERS_SWEEP_H
#define BT_RUNNERS_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "core/luck.h"
#include "runners/regime_summary.h"
#include "runners/run.h"

/* What became of one ticker; its account is in the scan. */
typedef struct bt_ticker_outcome {
  bool done;                /* false: rejected, or the sweep ended before it */
  size_t n_kept;            /* rows of `metrics` */
  bool has_sharpes;         /* false where an earlier process did it by another objective */
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
  size_t n_ok, n_rejected; /* tickers */
  uint64_t n_unselected;   /* of the n_ok: no combination could be selected */
  bool resumed;            /* an earlier process did a part of it; elapsed_s is this one's */
  uint64_t n_rows;         /* of `metrics`, those of '*' too */
  uint64_t n_bars;         /* loaded, of rejected tickers too */
  uint64_t n_span_bars;    /* evaluated */
  uint64_t bar_combos;
  bt_spread sharpes;          /* of all trials; empty where those of some ticker are not known */
  bt_metrics portfolio;       /* '*' with the leading combination; NaN where there is none */
  bt_regime_summary *regimes; /* of what each ticker has selected; NULL: none */
  size_t n_regimes;
  double elapsed_s;
} bt_sweep_result;

enum { BT_SWEEP_LEADERS_MOST = 10 };

/* Runs the job into the store and ends the run there with its status. Where means->scan is not
 * whole, each ticker is looked at by its task, and the scan is whole after success. Task number
 * `ticker_id` is a ticker. *out is filled (with what was done) on CANCELLED, too; the caller clears
 * it in every case. Errors: CANCELLED (what was finished is stored, status interrupted), DATA
 * (every ticker was rejected: stored all the same, status failed), DATABASE, NOMEM, THREAD, and
 * those of the strategy (status failed). */
bt_status bt_sweep_run(bt_sweep_result *out, const bt_job *job, const bt_run_means *means,
                       bt_error *err);
void bt_sweep_result_clear(bt_sweep_result *result);

#endif
