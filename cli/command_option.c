/* backtest option: prices of options by Monte Carlo, a grid of them on the same paths. */
#include <math.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/pricing_summary.h"

/* One call on its way. */
typedef struct option_call {
  const bt_pricing_options *options;
  bt_option_result *results;
} option_call;

/* The three steps of a bt_montecarlo_job. Where one option alone has no price, that is an error. */
static bt_status compute(void *state, const bt_montecarlo_means *means, bt_error *err)
{
  option_call *call = state;
  const bt_option_job *job = &call->options->job;
  bt_status status = bt_option_run(call->results, job, means->pool, means->progress, err);
  if (status || job->n_cells > 1 || !isnan(call->results[0].price.value)) return status;
  return bt_fail(err, BT_ERR_USAGE, "%s", call->results[0].reason);
}

static size_t count_done(const void *state)
{
  const option_call *call = state;
  size_t n = 0;
  for (size_t i = 0; i < call->options->job.n_cells; i++) n += call->results[i].is_done;
  return n;
}

static bt_status store(void *state, bt_store *to, int64_t run_id, bt_error *err)
{
  const option_call *call = state;
  return bt_option_store(&call->options->job, call->results, to, run_id, err);
}

static bt_status report(void *state, const bt_montecarlo_end *end, bt_error *err)
{
  const option_call *call = state;
  if (call->options->common.json)
    return bt_pricing_json_print(call->options, call->results, end, err);
  if (!call->options->common.quiet) bt_pricing_summary_print(call->options, call->results, end);
  return BT_OK;
}

static int run_options(const bt_pricing_options *options, const bt_arguments *arguments)
{
  bt_error err;
  option_call call = {options, malloc(options->job.n_cells * sizeof *call.results)};
  const bt_montecarlo_job job = {.kind = "option",
                                 .options_json = options->json_text,
                                 .n_cells = options->job.n_cells,
                                 .n_tasks = bt_option_tasks(&options->job),
                                 .n_paths = bt_option_paths(&options->job),
                                 .count_done = count_done,
                                 .compute = compute,
                                 .store = store,
                                 .report = report};
  if (!call.results) {
    (void)bt_fail_nomem(&err, "options");
    return bt_command_fail(&err, "option");
  }
  int exit_status = bt_montecarlo_run(&job, &call, &options->common, arguments);
  free(call.results);
  return exit_status;
}

static int run(const bt_arguments *arguments)
{
  bt_pricing_options options;
  bt_error err;
  if (bt_pricing_options_read(&options, arguments, &err)) return bt_command_fail(&err, "option");
  int exit_status = run_options(&options, arguments);
  bt_pricing_options_clear(&options);
  return exit_status;
}

extern const bt_command bt_command_option;
const bt_command bt_command_option = {
    .name = "option",
    .summary = "price options by Monte Carlo, or find a volatility",
    .synopsis = "backtest option --spot S --strike K --vol V --expiry YEARS [options]",
    .notes = "Example: backtest option --style asian --spot 100 --strike 100 --rate 0.05 \\\n"
             "           --vol 0.1:0.6:0.05 --expiry 1 --steps 12 --paths 100000\n"
             "Each number may be a range first:last:step or a list: all combinations are\n"
             "priced on the same paths, the last option in the order above changing fastest.\n"
             "Vega and rho are of 1.00, theta is of a year. Beside a price stands its closed\n"
             "form where one is known; what has no price in a grid has a NULL and a reason.\n",
    .options = bt_pricing_option_table,
    .n_options = BT_PRICING_OPTION_COUNT,
    .n_common = 12,
    .run = run,
};
