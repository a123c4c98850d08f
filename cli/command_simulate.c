/* backtest simulate: paths of a price, and what they come to. */
#include "cli/command.h"
#include "cli/simulate_summary.h"
#include "runners/montecarlo/simulation_moments.h"

/* One call on its way. */
typedef struct simulate_call {
  bt_simulate_options options;
  bt_simulation_result result;
} simulate_call;

static bt_status compute(void *state, const bt_montecarlo_means *means, bt_error *err)
{
  simulate_call *call = state;
  return bt_simulation_run(&call->result, &call->options.simulation, means->pool, means->progress,
                           err);
}

static bt_status store(void *state, bt_store *to, int64_t run_id, bt_error *err)
{
  const simulate_call *call = state;
  const bt_simulation *job = &call->options.simulation;
  const bt_simulation_result *r = &call->result;
  bt_moment_row moments[BT_SIMULATION_MOMENTS_MOST];
  const bt_simulation_row row = {.model = bt_model_names[job->paths.model.kind],
                                 .params = call->options.params_json,
                                 .spot = job->paths.spot,
                                 .expiry = job->paths.expiry,
                                 .n_steps = job->paths.n_steps,
                                 .n_paths = (size_t)job->n_paths,
                                 .fitted = call->options.history.symbol,
                                 .file = job->file,
                                 .mean = {r->price.mean, r->std_error},
                                 .exact_mean = r->exact.mean,
                                 .seconds = r->seconds,
                                 .baseline_seconds = r->baseline_seconds};
  bt_status status = bt_store_put_simulation(to, run_id, &row, err);
  const size_t n = bt_simulation_moments(moments, r);
  for (size_t i = 0; i < n && !status; i++)
    status = bt_store_put_moment(to, run_id, &moments[i], err);
  return status;
}

static bt_status report(void *state, const bt_montecarlo_end *end, bt_error *err)
{
  const simulate_call *call = state;
  const bt_simulate_summary summary = {&call->options, &call->result, end};
  if (call->options.common.json) return bt_simulate_summary_print_json(&summary, err);
  if (!call->options.common.quiet) bt_simulate_summary_print(&summary);
  return BT_OK;
}

static int run(const bt_arguments *arguments)
{
  simulate_call call;
  bt_error err;
  if (bt_simulate_options_read(&call.options, arguments, &err))
    return bt_command_fail(&err, "simulate");
  const bt_simulation *simulation = &call.options.simulation;
  const bt_montecarlo_job job = {.kind = "simulate",
                                 .options_json = call.options.json_text,
                                 .n_cells = 1,
                                 .n_tasks = bt_simulation_tasks(simulation),
                                 .n_paths =
                                     (double)simulation->n_paths * (simulation->compares ? 2 : 1),
                                 .compute = compute,
                                 .store = store,
                                 .report = report};
  int exit_status = bt_montecarlo_run(&job, &call, &call.options.common, arguments);
  bt_simulate_options_clear(&call.options);
  return exit_status;
}

extern const bt_command bt_command_simulate;
const bt_command bt_command_simulate = {
    .name = "simulate",
    .summary = "paths of a price by Monte Carlo: gbm, heston, merton, garch",
    .synopsis = "backtest simulate [--model NAME] [--paths N] [--compare]",
    .notes = "Example: backtest simulate --model gbm --spot 100 --drift 0.05 --vol 0.2 \\\n"
             "           --expiry 1 --steps 252 --paths 100000 --compare\n"
             "Rates, volatilities and times are yearly: 0.2 is 20%. The expected price is\n"
             "spot exp(drift expiry); of heston with rho > 0 steps must be short enough, and\n"
             "a warning says where they are not. Path i is the same, to the last bit, for any\n"
             "number of paths and workers. Options go before what --fit has found.\n",
    .options = bt_simulate_option_table,
    .n_options = BT_SIMULATE_OPTION_COUNT,
    .n_common = BT_SIMULATE_COMMON_COUNT,
    .run = run,
};
