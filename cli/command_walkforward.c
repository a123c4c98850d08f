/* backtest walkforward: choose on a train part, look at the test part behind it, move on. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/job_run.h"
#include "cli/summary.h"

typedef struct walk_state {
  bt_window *windows; /* until bt_walk_run takes them over */
  size_t n_windows;
  bt_walk_result result;
} walk_state;

static bt_status prepare(void *state_pointer, size_t *n_windows, size_t *n_tasks,
                         const bt_job_options *options, const bt_scan *scan, bt_error *err)
{
  walk_state *state = state_pointer;
  bool any = false;
  for (size_t i = 0; i < scan->n_entries; i++) any = any || !scan->entries[i].report->rejected;
  *n_windows = 0;
  *n_tasks = scan->n_entries * (options->job.select == BT_SELECT_UNIVERSE ? 2 : 1);
  if (!any) return BT_OK; /* the run is stored, with the reasons, and fails */
  bt_status status = bt_walk_windows(&state->windows, &state->n_windows, &options->job, scan, err);
  *n_windows = state->n_windows;
  return status;
}

static bt_status run_walk(void *state_pointer, const bt_job_options *options,
                          const bt_run_means *means, bt_error *err)
{
  walk_state *state = state_pointer;
  bt_window *windows = state->windows;
  state->windows = NULL;
  return bt_walk_run(&state->result, windows, state->n_windows, &options->job, means, err);
}

static bt_status report(void *state_pointer, const bt_job_options *options,
                        const bt_run_means *means, bt_error *err)
{
  const walk_state *state = state_pointer;
  const bt_summary_of of = {options, means->scan, means->run_id};
  if (options->json) return bt_summary_print_walk_json(&of, &state->result, err);
  if (!options->quiet) bt_summary_print_walk(&of, &state->result);
  return BT_OK;
}

static const bt_job_kind kind = {.name = "walkforward",
                                 .scans_first = true,
                                 .prepare = prepare,
                                 .run = run_walk,
                                 .report = report};

static int run(const bt_arguments *arguments)
{
  bt_job_options options;
  walk_state state = {0};
  bt_error err;
  if (bt_job_options_read(&options, true, arguments, &err))
    return bt_command_fail(&err, "walkforward");
  int exit_status = bt_job_run(&kind, &state, &options, arguments);
  bt_walk_result_clear(&state.result);
  free(state.windows);
  bt_job_options_clear(&options);
  return exit_status;
}

extern const bt_command bt_command_walkforward;
const bt_command bt_command_walkforward = {
    .name = "walkforward",
    .summary = "choose parameters on the past, look at what follows, move on",
    .synopsis = "backtest walkforward --universe FILE --strategy S --train DUR ...",
    .notes = "Example: backtest walkforward --universe sp500.txt --strategy sma --grid \\\n"
             "           --train 2y --test 6m --commission 0.1%\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 --strict: a ticker is rejected.\n",
    .options = bt_walk_option_table,
    .n_options = BT_WALK_OPTION_COUNT,
    .planned = bt_job_planned_options,
    .n_common = BT_WALK_COMMON_COUNT,
    .run = run,
};
