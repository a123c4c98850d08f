/* montecarlo_run.h - what every Monte Carlo command does: options that all have, a pool that a
 * signal cancels, a run in the database, a progress bar, the report.
 */
#ifndef BT_CLI_MONTECARLO_RUN_H
#define BT_CLI_MONTECARLO_RUN_H

#include "cli/arguments.h"
#include "cli/progress_bar.h"
#include "runners/pool.h"
#include "runners/run.h"
#include "runners/store.h"

/* Rows of a command's option table, behind its own. */
#define BT_MONTECARLO_OPTIONS                                                                      \
  {"seed", 0, "K", false, "of all that is random [1]"},                                            \
      {"jobs", 'j', "N", false, "worker threads [all CPUs]"},                                      \
      {"out", 'o', "DB", false, "SQLite file; each call appends a run [backtest.db]"},             \
      {"label", 0, "TEXT", false, "a name for the run"}, {"quiet", 0, NULL, false, "no summary"},  \
      {"json", 0, NULL, false, "the summary as one JSON object"},                                  \
      {"progress", 0, "WHEN", false, "auto, always or never [auto]"},

/* What they were given; texts point into argv. */
typedef struct bt_montecarlo_options {
  uint64_t seed;
  size_t n_workers;
  const char *database, *label;
  bool quiet, json;
  bt_progress_when progress;
} bt_montecarlo_options;

/* Errors: USAGE, naming the option. */
bt_status bt_montecarlo_options_read(bt_montecarlo_options *out, const bt_arguments *arguments,
                                     bt_error *err);

/* With what a job is computed. */
typedef struct bt_montecarlo_means {
  bt_pool *pool;
  bt_progress *progress; /* counts tasks in tickers_done, paths in bar_combos_done */
} bt_montecarlo_means;

/* What is known when it has ended. */
typedef struct bt_montecarlo_end {
  int64_t run_id;
  double elapsed_s;
  const bt_montecarlo_options *options;
} bt_montecarlo_end;

/* A job of one kind; state is the command's. Each step ends the run where it fails. */
typedef struct bt_montecarlo_job {
  const char *kind;         /* of `runs`, and the command's name */
  const char *options_json; /* all that the results depend on */
  size_t n_cells;           /* how many results: n_combos of `runs` */
  size_t n_tasks;           /* for the progress */
  double n_paths;           /* of all tasks; 0: not counted */

  /* How many of n_cells are done, where a signal has ended compute; NULL: none can be. Their rows
   * are stored. */
  size_t (*count_done)(const void *state);

  bt_status (*compute)(void *state, const bt_montecarlo_means *means, bt_error *err);
  bt_status (*store)(void *state, bt_store *store, int64_t run_id, bt_error *err); /* its rows */
  bt_status (*report)(void *state, const bt_montecarlo_end *end, bt_error *err);
} bt_montecarlo_job;

/* Runs it into the database, reports, and returns the exit status. A run that fails or is
 * interrupted is in `runs` with that status; the latter has the rows of what was done. */
int bt_montecarlo_run(const bt_montecarlo_job *job, void *state,
                      const bt_montecarlo_options *options, const bt_arguments *arguments);

/* Whether a signal asks to stop: for what runs without the pool. */
bool bt_montecarlo_is_interrupted(void);

#endif
