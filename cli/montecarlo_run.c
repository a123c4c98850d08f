#include "cli/montecarlo_run.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/job_options.h"
#include "core/linear_algebra.h"

bt_status bt_montecarlo_options_read(bt_montecarlo_options *out, const bt_arguments *arguments,
                                     bt_error *err)
{
  static const char *const words[] = {"auto", "always", "never"};
  const char *database = bt_arguments_find(arguments, "out");
  size_t seed = 1;
  int progress = BT_PROGRESS_AUTO;
  *out = (bt_montecarlo_options){.database = database ? database : "backtest.db",
                                 .label = bt_arguments_find(arguments, "label"),
                                 .quiet = bt_arguments_has(arguments, "quiet"),
                                 .json = bt_arguments_has(arguments, "json")};
  bt_status status = bt_arguments_choice(&progress, arguments, "progress", words, 3, err);
  if (!status) status = bt_arguments_size(&seed, arguments, "seed", 0, (size_t)1 << 53, err);
  if (!status) status = bt_jobs_read(&out->n_workers, arguments, err);
  out->seed = seed;
  out->progress = (bt_progress_when)progress;
  return status;
}

bool bt_montecarlo_is_interrupted(void)
{
  return bt_interrupt_signal() != 0;
}

/* ---- a run ------------------------------------------------------------------------------------
 */

/* One call on its way. */
typedef struct call {
  const bt_montecarlo_job *job;
  void *state;
  const bt_montecarlo_options *options;
  const bt_arguments *arguments;
  bt_pool *pool;
  bt_store *store;
  bt_montecarlo_end end;
  double begun_s;
} call;

static bt_progress_bar *start_bar(bt_progress *progress, const call *c)
{
  bt_progress_when when = c->options->progress;
  if (c->options->quiet && when == BT_PROGRESS_AUTO) when = BT_PROGRESS_NEVER;
  if (!bt_progress_bar_is_wanted(when)) return NULL;
  bt_progress_state planned = {.n_tickers = c->job->n_tasks,
                               .n_workers = c->options->n_workers,
                               .noun = "task",
                               .unit = "paths",
                               .planned = c->job->n_paths};
  return bt_progress_bar_start(progress, &planned);
}

static bt_status begin(call *c, bt_error *err)
{
  const bt_run_info info = {.kind = c->job->kind,
                            .label = c->options->label,
                            .version = BT_VERSION,
                            .command = c->arguments->command_line,
                            .options_json = c->job->options_json,
                            .seed = c->options->seed,
                            .jobs = c->options->n_workers,
                            .n_combos = c->job->n_cells};
  return bt_store_begin_run(c->store, &c->end.run_id, &info, NULL, NULL, err);
}

static bt_status compute(const call *c, bt_error *err)
{
  bt_progress progress = {0};
  const bt_montecarlo_means means = {c->pool, &progress};
  bt_progress_bar *bar = start_bar(&progress, c);
  bt_status status = c->job->compute(c->state, &means, err);
  bt_progress_bar_stop(bar);
  return status;
}

/* A signal has ended it: how many results are there. */
static void report_interrupted(const call *c, size_t n_stored)
{
  if (n_stored == 0)
    (void)fprintf(stderr, "backtest: interrupted: run %" PRId64 " in %s has no results\n",
                  c->end.run_id, c->options->database);
  else
    (void)fprintf(stderr, "backtest: interrupted: run %" PRId64 " in %s has %zu of %zu results\n",
                  c->end.run_id, c->options->database, n_stored, c->job->n_cells);
}

static bt_run_status ending_of(bt_status status)
{
  return !status                      ? BT_RUN_COMPLETE
         : status == BT_ERR_CANCELLED ? BT_RUN_INTERRUPTED
                                      : BT_RUN_FAILED;
}

/* Rows that are put are in the database with the end of the run, or not at all: also those that are
 * done where a signal has ended it. Where these cannot be stored that is said. */
static bt_status run_in_store(call *c, bt_error *err)
{
  bt_error storing;
  bt_status status = begin(c, err);
  if (status) return status;
  status = compute(c, err);
  const bool is_cancelled = status == BT_ERR_CANCELLED;
  const size_t n_done = is_cancelled && c->job->count_done ? c->job->count_done(c->state) : 0;
  bt_status stored = BT_OK;
  if (!status || n_done > 0) stored = c->job->store(c->state, c->store, c->end.run_id, &storing);
  c->end.elapsed_s = bt_run_now_s() - c->begun_s;
  bt_run_end end = {.status = ending_of(status ? status : stored), .elapsed_s = c->end.elapsed_s};
  bt_error ending;
  const bt_status ended = bt_store_end_run(c->store, c->end.run_id, &end, &ending);
  if (!stored && ended) storing = ending, stored = ended;
  if (is_cancelled) {
    if (stored) (void)fprintf(stderr, "backtest: %s\n", storing.message);
    report_interrupted(c, stored ? 0 : n_done);
  }
  if (status || !stored) return status;
  *err = storing;
  return stored;
}

static bt_status run_into(call *c, bt_error *err)
{
  bt_error closing;
  bt_status status = bt_store_open(&c->store, c->options->database, err);
  if (status) return status;
  status = run_in_store(c, err);
  bt_status closed = bt_store_close(c->store, &closing);
  if (!status && closed) *err = closing;
  return status ? status : closed;
}

int bt_montecarlo_run(const bt_montecarlo_job *job, void *state,
                      const bt_montecarlo_options *options, const bt_arguments *arguments)
{
  call c = {.job = job,
            .state = state,
            .options = options,
            .arguments = arguments,
            .end = {.options = options},
            .begun_s = bt_run_now_s()};
  bt_error err;
  bt_blas_use_one_thread();
  if (bt_pool_new(&c.pool, options->n_workers, &err)) return bt_command_fail(&err, job->kind);
  bt_interrupt_watch(c.pool);
  bt_status status = run_into(&c, &err);
  bt_interrupt_unwatch();
  bt_pool_free(c.pool);
  if (!status) status = job->report(state, &c.end, &err);
  return bt_command_end(status, &err, job->kind);
}
