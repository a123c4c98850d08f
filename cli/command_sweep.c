/* backtest [sweep]: every combination on every ticker, into SQLite. */
#include "cli/command.h"
#include "cli/job_run.h"
#include "cli/lookahead_check.h"
#include "cli/summary.h"

static bt_status prepare(void *state, size_t *n_windows, size_t *n_tasks,
                         const bt_job_options *options, const bt_scan *scan, bt_error *err)
{
  (void)state, (void)options, (void)err;
  *n_windows = 1;
  *n_tasks = scan->n_entries;
  return BT_OK;
}

static bt_status run_sweep(void *state, const bt_job_options *options, const bt_run_means *means,
                           bt_error *err)
{
  return bt_sweep_run(state, &options->job, means, err);
}

static bt_status report(void *state, const bt_job_options *options, const bt_run_means *means,
                        bt_error *err)
{
  const bt_sweep_result *result = state;
  const bt_summary_of of = {options, means->scan, means->run_id};
  if (options->json) return bt_summary_print_json(&of, result, err);
  if (!options->quiet) bt_summary_print(&of, result);
  return BT_OK;
}

static const bt_job_kind kind = {
    .name = "sweep", .prepare = prepare, .run = run_sweep, .report = report};

static int run(const bt_arguments *arguments)
{
  bt_job_options options;
  bt_sweep_result result = {0};
  bt_error err;
  if (bt_arguments_has(arguments, "check-lookahead")) return bt_lookahead_check(arguments);
  if (bt_job_options_read(&options, false, arguments, &err)) return bt_command_fail(&err, "sweep");
  int exit_status = options.dry_run ? bt_job_print_plan(&options, NULL, 0, kind.name)
                                    : bt_job_run(&kind, &result, &options, arguments);
  bt_sweep_result_clear(&result);
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
