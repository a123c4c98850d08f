/* summary_parts.h - what the summaries of sweeps and walk-forwards share; inside cli/. */
#ifndef BT_CLI_SUMMARY_PARTS_H
#define BT_CLI_SUMMARY_PARTS_H

#include "cli/json_build.h"
#include "cli/summary.h"

enum { BT_PARAMS_TEXT_SIZE = 256 };

/* "fast=5 slow=20" of a combination; "" for a strategy without parameters. Returns buffer. */
char *bt_summary__params(char buffer[BT_PARAMS_TEXT_SIZE], const bt_job *job, size_t combo);

/* --keep as it is written on the command line. */
const char *bt_summary__keep(char buffer[BT_TEXT_SIZE], const bt_keep *keep);

/* The name of the objective. */
const char *bt_summary__objective(const bt_job_options *options);

/* " %7.3f", or a dash for NaN. */
void bt_summary__print_value(double value);

/* The last columns of a table, and the line's end: the share that is positive, of how many tickers.
 */
void bt_summary__print_share(double share, size_t n_tickers);

/* The portfolio's line, headed `title`; none where there is no portfolio. */
void bt_summary__print_portfolio(const bt_metrics *metrics, const char *title);

/* How what was selected did in each regime; `how` says how it was: in sample, out of sample. */
void bt_summary__print_regimes(const bt_summary_of *of, const bt_regime_summary *regimes, size_t n,
                               const char *how);

/* What was skipped, rejected, looks suspicious, and where the results are, with queries to try. */
void bt_summary__print_data(const bt_summary_of *of);
void bt_summary__print_results(const bt_summary_of *of, const char *sql);

/* The index of the ticker with the greatest Sharpe of all; false where none is defined. */
bool bt_summary__find_luckiest(size_t *out, const bt_job_options *options,
                               const bt_sweep_result *result);

/* The same for JSON. */
void bt_summary__add_job(json_object *o, const bt_job_options *options, bool *ok);
void bt_summary__add_data(json_object *o, const bt_summary_of *of, bool *ok);
json_object *bt_summary__params_tree(const bt_job *job, size_t combo);
json_object *bt_summary__portfolio_tree(const bt_metrics *metrics, bool *ok);
json_object *bt_summary__regimes_tree(const bt_regime_summary *regimes, size_t n, bool *ok);

#endif
