/* summary.h - what a sweep or a walk-forward prints when it is done, for people and as JSON. */
#ifndef BT_CLI_SUMMARY_H
#define BT_CLI_SUMMARY_H

#include "cli/job_options.h"
#include "cli/text.h"
#include "runners/plan.h"
#include "runners/sweep.h"
#include "runners/walkforward.h"

/* What every summary is about. */
typedef struct bt_summary_of {
  const bt_job_options *options;
  const bt_scan *scan;
  int64_t run_id;
} bt_summary_of;

/* Prints the leaderboard, what was rejected or skipped, the luck line, where the results are. */
void bt_summary_print(const bt_summary_of *of, const bt_sweep_result *result);

/* The same of a walk-forward: its windows, and how what was selected did out of sample. */
void bt_summary_print_walk(const bt_summary_of *of, const bt_walk_result *result);

/* The same as one JSON object. Errors: NOMEM; then nothing is printed. */
bt_status bt_summary_print_json(const bt_summary_of *of, const bt_sweep_result *result,
                                bt_error *err);
bt_status bt_summary_print_walk_json(const bt_summary_of *of, const bt_walk_result *result,
                                     bt_error *err);

/* Warns on stderr of one more rejected ticker: a line for the first ten, and one for the rest when
 * symbol is NULL. *n counts. */
void bt_summary_warn_rejected(size_t *n, const char *symbol, const char *reason);

/* The plan of --dry-run, for people and as JSON. */
void bt_summary_print_plan(const bt_job_options *options, const bt_plan *plan);
bt_status bt_summary_print_plan_json(const bt_job_options *options, const bt_plan *plan,
                                     bt_error *err);

#endif
