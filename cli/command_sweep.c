/* backtest [sweep]: every combination on every ticker, into SQLite. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/job_options.h"
#include "cli/progress_bar.h"
#include "cli/summary.h"
#include "runners/check.h"

/* Loads everything once and counts the rejected; their reasons go to stderr. */
static bt_status count_rejected(size_t *out, const bt_job_options *options, bt_pool *pool,
                                bt_error *err)
{
  const bt_universe *universe = &options->universe;
  bt_check_entry *entries = NULL;
  bt_status status = bt_check_run(&entries, &options->job, pool, err);
  if (status) return status;
  *out = 0;
  for (size_t i = 0; i < universe->n_entries; i++)
    if (entries[i].report->rejected)
      bt_summary_warn_rejected(out, universe->entries[i].symbol, entries[i].report->reason);
  bt_summary_warn_rejected(out, NULL, NULL);
  bt_check_free(entries, universe->n_entries);
  return BT_OK;
}

static void warn_rejected(const bt_universe *universe, const bt_ticker_outcome *outcomes)
{
  size_t n = 0;
  for (size_t i = 0; i < universe->n_entries; i++)
    if (outcomes[i].done && outcomes[i].rejected)
      bt_summary_warn_rejected(&n, universe->entries[i].symbol, outcomes[i].reason);
  bt_summary_warn_rejected(&n, NULL, NULL);
}

static bt_status begin_run(int64_t *run_id, bt_store *store, const bt_job_options *options,
                           const bt_arguments *arguments, bt_error *err)
{
  bt_run_info info = {.kind = "sweep",
                      .label = options->label,
                      .version = BT_VERSION,
                      .command = arguments->command_line,
                      .strategy = options->job.strategy->name,
                      .universe = options->universe_path,
                      .options_json = options->json_text,
                      .seed = 1,
                      .jobs = options->n_workers,
                      .n_tickers = options->universe.n_entries,
                      .n_combos = bt_grid_count(options->grid),
                      .n_windows = 1};
  return bt_store_begin_run(store, run_id, &info, options->job.strategy, options->grid, err);
}

/* A bar, where one is wanted: what it knows of the job beforehand takes a look at every file. */
static bt_progress_bar *start_bar(bt_progress *progress, const bt_job_options *options)
{
  bt_progress_when when = (bt_progress_when)options->progress;
  bt_plan plan;
  if (options->quiet && when == BT_PROGRESS_AUTO) when = BT_PROGRESS_NEVER;
  if (!bt_progress_bar_is_wanted(when)) return NULL;
  bt_plan_make(&plan, &options->job, options->n_workers);
  bt_progress_state planned = {.n_tickers = plan.n_tickers,
                               .n_workers = options->n_workers,
                               .planned = (double)plan.n_bars * (double)plan.n_combos};
  return bt_progress_bar_start(progress, &planned);
}

/* The sweep with its progress bar; what it did is in *result whatever the status. */
static bt_status sweep(bt_sweep_result *result, const bt_job_options *options, bt_pool *pool,
                       bt_store *store, int64_t run_id, bt_error *err)
{
  bt_progress progress = {0};
  const bt_sweep_means means = {pool, store, run_id, &progress};
  bt_progress_bar *bar = start_bar(&progress, options);
  bt_status status = bt_sweep_run(result, &options->job, &means, err);
  bt_progress_bar_stop(bar);
  return status;
}

static bt_status run_into(const bt_job_options *options, const bt_arguments *arguments,
                          bt_pool *pool, bt_error *err)
{
  bt_store *store = NULL;
  bt_sweep_result result = {0};
  int64_t run_id = 0;
  bt_error close_error;
  char done[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  bt_status status = bt_store_open(&store, options->database, err);
  if (status) return status;
  status = begin_run(&run_id, store, options, arguments, err);
  if (!status) status = sweep(&result, options, pool, store, run_id, err);
  bt_status closed = bt_store_close(store, &close_error);
  if (closed && !status) {
    status = closed;
    *err = close_error;
  }
  if (result.outcomes) warn_rejected(&options->universe, result.outcomes);
  if (!status && options->json) status = bt_summary_print_json(options, &result, run_id, err);
  if (!status && !options->json && !options->quiet) bt_summary_print(options, &result, run_id);
  if (status == BT_ERR_CANCELLED)
    (void)fprintf(stderr, "backtest: interrupted: %s of %s stored in %s as run %lld\n",
                  bt_text_count(done, result.n_ok + result.n_rejected),
                  bt_text_counted(of, options->universe.n_entries, "ticker"), options->database,
                  (long long)run_id);
  bt_sweep_result_clear(&result);
  return status;
}

static int run_sweep(const bt_job_options *options, const bt_arguments *arguments)
{
  bt_pool *pool = NULL;
  bt_error err;
  size_t n_rejected = 0;
  bt_status status = bt_pool_new(&pool, options->n_workers, &err);
  if (status) return bt_command_fail(&err, "sweep");
  bt_interrupt_watch(pool);
  if (options->strict) status = count_rejected(&n_rejected, options, pool, &err);
  if (!status && n_rejected == 0) status = run_into(options, arguments, pool, &err);
  bt_interrupt_unwatch();
  bt_pool_free(pool);
  int exit_status = bt_command_end(status, &err, "sweep");
  if (!status && n_rejected > 0) {
    char n[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
    (void)fprintf(stderr, "backtest: --strict: %s of %s rejected\n", bt_text_count(n, n_rejected),
                  bt_text_counted(of, options->universe.n_entries, "ticker"));
    return BT_EXIT_REJECTED;
  }
  return exit_status;
}

static int print_plan(const bt_job_options *options)
{
  bt_plan plan;
  bt_error err;
  bt_plan_make(&plan, &options->job, options->n_workers);
  if (!options->json)
    bt_summary_print_plan(options, &plan);
  else if (bt_summary_print_plan_json(options, &plan, &err))
    return bt_command_fail(&err, "sweep");
  return BT_EXIT_OK;
}

static int run(const bt_arguments *arguments)
{
  bt_job_options options;
  bt_error err;
  if (bt_job_options_read(&options, arguments, &err)) return bt_command_fail(&err, "sweep");
  int exit_status = options.dry_run ? print_plan(&options) : run_sweep(&options, arguments);
  bt_job_options_clear(&options);
  return exit_status;
}

extern const bt_command bt_command_sweep;
const bt_command bt_command_sweep = {
    .name = "sweep",
    .summary = "run every parameter combination on every ticker",
    .synopsis = "backtest [sweep] --universe FILE --strategy NAME [options]",
    .notes = "Example: backtest --universe sp500.txt --strategy sma --grid --commission 0.1%\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 --strict: a ticker is rejected.\n",
    .options = bt_sweep_option_table,
    .n_options = BT_SWEEP_OPTION_COUNT,
    .planned = bt_job_planned_options,
    .n_common = BT_SWEEP_COMMON_COUNT,
    .run = run,
};
