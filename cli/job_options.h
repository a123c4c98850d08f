/* job_options.h - the options of a sweep or a walk-forward, from the command line to a job. */
#ifndef BT_CLI_JOB_OPTIONS_H
#define BT_CLI_JOB_OPTIONS_H

#include "cli/arguments.h"
#include "core/stops.h"
#include "loaders/bar_cache.h"
#include "runners/job.h"
#include "strategies/plugin.h"
#include "strategies/registry.h"

/* Parameters of a job: the strategy's own, and the exit levels that are swept. */
enum { BT_PARAMS_MOST = BT_STRATEGY_PARAMS_MOST + BT_STOP_COUNT };

/* Everything owned by it is what job points at: it must stay where it is. */
typedef struct bt_job_options {
  bt_job job;
  bool walks;           /* a walk-forward */
  bt_strategy strategy; /* with the stops that are swept behind its own parameters */
  bt_param *params;     /* its parameters */
  char plugin_hash[BT_PLUGIN_HASH_SIZE]; /* of the strategy, "" of a built-in one */
  bt_bar_cache *cache;                   /* NULL: none */
  bt_error cache_trouble; /* why there is none where nobody has said so; else its status is OK */
  bt_bars *benchmark;
  bt_regime_book book;
  unsigned char *labels; /* the benchmark's regimes */
  bt_universe universe;
  bt_axis *axes; /* one a parameter of the strategy */
  bt_grid *grid;
  bt_expression **require;
  size_t n_require;
  size_t n_workers;
  const char *universe_path, *database;
  const char *label, *benchmark_symbol, *regimes_spec; /* as given, or NULL */
  double task_timeout_s; /* --isolate: how long a combination may take on a ticker; 0: off */
  bool dry_run, strict, quiet, json, resume;
  int progress;    /* bt_progress_when */
  char *json_text; /* all that the job depends on, as a JSON object */
} bt_job_options;

enum {
  BT_SWEEP_OPTION_COUNT = 46,
  BT_SWEEP_COMMON_COUNT = 16,
  BT_WALK_OPTION_COUNT = BT_SWEEP_OPTION_COUNT - 1 + 6,
  BT_WALK_COMMON_COUNT = 16
};
extern const bt_option bt_sweep_option_table[BT_SWEEP_OPTION_COUNT];
extern const bt_option bt_walk_option_table[BT_WALK_OPTION_COUNT];

/* What a later version will have; ends with NULL. */
extern const char *const bt_job_planned_options[];

/* The caller clears *out with bt_job_options_clear, after success alone. Errors: USAGE or
 * NOT_FOUND, naming the option; IO and DATA about the universe; NOMEM. */
bt_status bt_job_options_read(bt_job_options *out, bool walks, const bt_arguments *arguments,
                              bt_error *err);
void bt_job_options_clear(bt_job_options *options);

/* The folder of --cache-dir, or the user's own; NULL with --no-cache or --dry-run, or where no
 * variable tells. A new string that the caller frees. Errors: NOMEM. */
bt_status bt_options_cache_folder(char **out, const bt_arguments *arguments, bt_error *err);

/* Warns on stderr, in one line, where bars should have been kept in a cache and were not. */
void bt_options_warn_cache(const bt_job_options *options);

/* The part that `check` shares: --layout, --adjust, --max-bad. */
bt_status bt_load_options_read(bt_load_options *out, const bt_arguments *arguments, bt_error *err);

/* --jobs, or the CPUs this process may use. */
bt_status bt_jobs_read(size_t *out, const bt_arguments *arguments, bt_error *err);

#endif
