/* option_parts.h - the parts that the options of a job are read in, shared inside cli/.
 *
 * Each reads its options into *options, in the order of cli/job_options.c: later ones look at what
 * earlier ones have set. Errors: USAGE or NOT_FOUND, naming the option; NOMEM; IO and DATA where a
 * file is read.
 */
#ifndef BT_CLI_OPTION_PARTS_H
#define BT_CLI_OPTION_PARTS_H

#include "cli/job_options.h"

/* A rate such as 2%, 5bp or 0.02; a plain number above 1 is refused: it is surely meant in percent.
 */
bt_status bt_options__rate(double *out, const char *option, const char *text, bt_error *err);

/* What is printed and where results go, --jobs, and the symbols: cli/job_options.c. */
bt_status bt_options__output(bt_job_options *options, const bt_arguments *arguments, bt_error *err);
bt_status bt_options__universe(bt_job_options *options, const bt_arguments *arguments,
                               bt_error *err);

/* --from, --to, and how it trades: cli/trading_options.c. */
bt_status bt_options__span(bt_job *job, const bt_arguments *arguments, bt_error *err);
bt_status bt_options__trading(bt_job *job, const bt_arguments *arguments, bt_error *err);

/* --cache-dir and --no-cache: cli/cache_options.c. */
bt_status bt_options__cache(bt_job_options *options, const bt_arguments *arguments, bt_error *err);

/* The option that sets a stop for all combinations: "stop-loss". */
const char *bt_options__stop_name(bt_stop stop);

/* --strategy and its combinations: cli/grid_options.c. */
bt_status bt_options__strategy(bt_job_options *options, const bt_arguments *arguments,
                               bt_error *err);
bt_status bt_options__grid(bt_job_options *options, const bt_arguments *arguments, bt_error *err);

/* --benchmark and --regimes, with their files: cli/market_options.c. */
bt_status bt_options__market(bt_job_options *options, const bt_arguments *arguments, bt_error *err);

/* Whether a --benchmark is a path, and no symbol that is looked for. */
bool bt_options__is_path(const char *benchmark);

/* What is selected and kept: cli/selection_options.c. The universe is there. */
bt_status bt_options__selection(bt_job_options *options, const bt_arguments *arguments,
                                bt_error *err);
bt_status bt_options__keep(bt_job_options *options, const bt_arguments *arguments, bt_error *err);

/* The windows of a walk-forward: cli/walk_options.c. */
bt_status bt_options__walk(bt_job_options *options, const bt_arguments *arguments, bt_error *err);

#endif
