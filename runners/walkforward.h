/* walkforward.h - walk-forward optimisation: choose on a train part, look at the test part behind
 * it, move on.
 *
 * A target is computed once for each combination over all bars, and every window is measured on it:
 * indicators do not start anew in a window and nothing behind a window is seen. What was selected
 * is spliced into one out-of-sample simulation for each ticker, and those into the portfolio '*'.
 */
#ifndef BT_RUNNERS_WALKFORWARD_H
#define BT_RUNNERS_WALKFORWARD_H

#include "core/windows.h"
#include "runners/regime_summary.h"
#include "runners/run.h"

/* One window over the tickers that take part in it. Medians are NaN without values. */
typedef struct bt_walk_summary {
  size_t n_tickers, n_selected;
  double train_median, test_median; /* the objective of the selected */
  double share_positive;            /* of test values above 0 */
  int64_t commonest_combo_id;       /* among the selected, lowest of equals; 0: none */
  size_t commonest_count;
} bt_walk_summary;

/* What is known at the end; owned arrays, cleared with bt_walk_result_clear. */
typedef struct bt_walk_result {
  bt_window *windows;
  size_t n_windows;
  bt_walk_summary *summaries;   /* one a window; NULL when the run has not come to its end */
  size_t n_ok, n_rejected;      /* tickers */
  size_t n_without;             /* of the n_ok: their history covers no window */
  size_t n_unselected;          /* tickers x windows in which nothing could be selected */
  size_t n_parts, n_profitable; /* tickers x windows that take part, and those with a profit */
  size_t n_left_out;            /* tickers x windows that do not take part */
  double efficiency_median;     /* over the tickers on which it is defined */
  double combos_used_mean;      /* different combinations a ticker; NaN: none */
  bool resumed;                 /* an earlier process did a part of it; elapsed_s is this one's */
  uint64_t n_rows, n_bars, bar_combos; /* rows of metrics; bars loaded */
  bt_metrics portfolio;                /* '*' out of sample; NaN where there is none */
  bt_regime_summary *regimes;          /* of what each ticker has selected; NULL: none */
  size_t n_regimes;
  double elapsed_s;
} bt_walk_result;

/* The windows of a job over the universe's days, from job->from_ns (or its first day) to
 * job->to_ns; the caller frees *out with free(). Errors: those of bt_windows_make; DATA (no days);
 * USAGE (lengths in bars for bars of a day's parts). */
bt_status bt_walk_windows(bt_window **out, size_t *n, const bt_job *job, const bt_scan *scan,
                          bt_error *err);

/* Runs the job into the store and ends the run there with its status. Tasks as in runners/walk.h.
 * *out is filled (with what was done) on CANCELLED, too; the caller clears it in every case.
 * windows: from bt_walk_windows, taken over; none (0, NULL) where every ticker is rejected. Errors:
 * as bt_sweep_run. */
bt_status bt_walk_run(bt_walk_result *out, bt_window *windows, size_t n_windows, const bt_job *job,
                      const bt_run_means *means, bt_error *err);
void bt_walk_result_clear(bt_walk_result *result);

#endif
