/* summary.h - what a sweep prints when it is done, for people and as JSON. */
#ifndef BT_CLI_SUMMARY_H
#define BT_CLI_SUMMARY_H

#include "cli/job_options.h"
#include "cli/text.h"
#include "runners/plan.h"
#include "runners/sweep.h"

/* Prints the leaderboard, what was rejected or skipped, the luck line, where the results are. */
void bt_summary_print(const bt_job_options *options, const bt_sweep_result *result, int64_t run_id);

/* The same as one JSON object. Errors: NOMEM; then nothing is printed. */
bt_status bt_summary_print_json(const bt_job_options *options, const bt_sweep_result *result,
                                int64_t run_id, bt_error *err);

/* Warns on stderr of one more rejected ticker: a line for the first ten, and one for the rest when
 * symbol is NULL. *n counts. */
void bt_summary_warn_rejected(size_t *n, const char *symbol, const char *reason);

/* The plan of --dry-run, for people and as JSON. */
void bt_summary_print_plan(const bt_job_options *options, const bt_plan *plan);
bt_status bt_summary_print_plan_json(const bt_job_options *options, const bt_plan *plan,
                                     bt_error *err);

/* What both forms share. --keep as it is written on the command line: */
const char *bt_summary_keep_text(char buffer[BT_TEXT_SIZE], const bt_keep *keep);

/* The index of the ticker with the greatest Sharpe of all; false where none is defined. */
bool bt_summary_find_luckiest(size_t *out, const bt_job_options *options,
                              const bt_sweep_result *result);

#endif
