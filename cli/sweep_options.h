/* sweep_options.h - the options of a sweep, from the command line to a job. */
#ifndef BT_CLI_SWEEP_OPTIONS_H
#define BT_CLI_SWEEP_OPTIONS_H

#include "cli/arguments.h"
#include "cli/progress_bar.h"
#include "runners/job.h"

/* Everything owned by it is what job points at. */
typedef struct bt_sweep_options {
  bt_job job;
  bt_universe universe;
  bt_axis *axes; /* one a parameter of the strategy */
  bt_grid *grid;
  bt_expression **require;
  size_t n_require;
  size_t n_workers;
  const char *universe_path, *database, *label; /* label may be NULL */
  bool dry_run, strict, quiet, json;
  int progress;    /* bt_progress_when */
  char *json_text; /* all that the job depends on, as a JSON object */
} bt_sweep_options;

enum { BT_SWEEP_OPTION_COUNT = 31, BT_SWEEP_COMMON_COUNT = 16 };
extern const bt_option bt_sweep_option_table[BT_SWEEP_OPTION_COUNT];

/* What a later version will have; ends with NULL. */
extern const char *const bt_sweep_planned_options[];

/* The caller clears *out with bt_sweep_options_clear, after success alone. Errors: USAGE or
 * NOT_FOUND, naming the option; IO and DATA about the universe; NOMEM. */
bt_status bt_sweep_options_read(bt_sweep_options *out, const bt_arguments *arguments,
                                bt_error *err);
void bt_sweep_options_clear(bt_sweep_options *options);

/* The part that `check` shares: --layout, --adjust, --max-bad. */
bt_status bt_load_options_read(bt_load_options *out, const bt_arguments *arguments, bt_error *err);

/* --jobs, or the CPUs this process may use. */
bt_status bt_jobs_read(size_t *out, const bt_arguments *arguments, bt_error *err);

#endif
