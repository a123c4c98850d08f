/* summary.h - what a sweep prints when it is done, for people and as JSON. */
#ifndef BT_CLI_SUMMARY_H
#define BT_CLI_SUMMARY_H

#include "cli/sweep_options.h"
#include "runners/plan.h"
#include "runners/sweep.h"

/* The leaderboard, what was rejected or skipped, the luck line, where the results are. */
void bt_summary_print(const bt_sweep_options *options, const bt_sweep_result *result,
                      int64_t run_id);
bt_status bt_summary_print_json(const bt_sweep_options *options, const bt_sweep_result *result,
                                int64_t run_id, bt_error *err);

/* Warns on stderr of one more rejected ticker: a line for the first ten, and one for the rest when
 * symbol is NULL. *n counts. */
void bt_summary_warn_rejected(size_t *n, const char *symbol, const char *reason);

/* The plan of --dry-run. */
void bt_summary_print_plan(const bt_sweep_options *options, const bt_plan *plan);

#endif
