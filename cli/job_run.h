/* job_run.h - a sweep or a walk-forward from its options to its end: what the two do the same way.
 *
 * The universe is scanned where that must come first, the run is begun in the database or, with
 * --resume, goes on; signals are watched, a progress bar follows.
 */
#ifndef BT_CLI_JOB_RUN_H
#define BT_CLI_JOB_RUN_H

#include "cli/command.h"
#include "cli/job_options.h"
#include "cli/progress_bar.h"
#include "runners/run.h"

/* What differs. state is the caller's. */
typedef struct bt_job_kind {
  const char *name; /* of the command, and the kind of its runs */
  bool scans_first; /* every ticker is looked at before anything is computed */
  /* Called when the universe is scanned, where that comes first: sets how many windows and tasks
   * the run has. */
  bt_status (*prepare)(void *state, size_t *n_windows, size_t *n_tasks,
                       const bt_job_options *options, const bt_scan *scan, bt_error *err);
  /* Runs it and ends the run in the store. */
  bt_status (*run)(void *state, const bt_job_options *options, const bt_run_means *means,
                   bt_error *err);
  /* Prints the summary of a complete run. */
  bt_status (*report)(void *state, const bt_job_options *options, const bt_run_means *means,
                      bt_error *err);
} bt_job_kind;

/* Returns the exit status. With --dry-run the plan is printed when the universe is scanned, also
 * where --strict then ends with its status. */
int bt_job_run(const bt_job_kind *kind, void *state, const bt_job_options *options,
               const bt_arguments *arguments);

/* Prints the plan of --dry-run; of a sweep, scan is NULL and n_windows 0. Returns the exit status.
 */
int bt_job_print_plan(const bt_job_options *options, const bt_scan *scan, size_t n_windows,
                      const char *command);

/* ---- parts of it, for what is a job but stores no run ---------------------------------------- */

/* Warns on stderr of the rejected tickers, as far as they are known, and of a cache that could not
 * be used. Returns how many are rejected. */
size_t bt_job_warn(const bt_job_options *options, const bt_scan *scan);

/* The same of those on which the strategy has failed, behind a scan that was told already. */
size_t bt_job_warn_failed(const bt_job_options *options, const bt_scan *scan);

/* Where the options ask for it, processes for strategies, else *out is NULL: ahead of the pool. The
 * caller frees *out with bt_isolation_free. Errors: NOMEM, THREAD. */
bt_status bt_job_isolate(bt_isolation **out, const bt_job_options *options, bt_error *err);

/* A bar for so many bar-combinations (0: not known yet), where one is wanted; else NULL. */
bt_progress_bar *bt_job_start_bar(bt_progress *progress, const bt_job_options *options,
                                  double bar_combos);

/* Says on stderr that --strict has ended the job; returns the exit status. */
int bt_job_end_strict(const bt_job_options *options, size_t n_rejected);

#endif
