#include "cli/job_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/results_stream.h"
#include "cli/summary.h"
#include "runners/plan.h"
#include "runners/resume.h"
#include "runners/run_end.h"
#include "runners/store_resume.h"
#include "runners/store_runs.h"
#include "runners/ticker_rows.h"

/* One run on its way. */
typedef struct job_run {
  const bt_job_kind *kind;
  void *state;
  const bt_job_options *options;
  const bt_arguments *arguments;
  bt_pool *pool;
  bt_scan scan;
  bool scanned;
  bt_isolation *isolation; /* NULL: strategies run in this process */
  size_t n_rejected, n_windows, n_tasks;
  double begun_s;
} job_run;

/* ---- the universe -----------------------------------------------------------------------------
 */

size_t bt_job_warn(const bt_job_options *options, const bt_scan *scan)
{
  size_t n = 0;
  for (size_t i = 0; i < scan->n_entries; i++)
    if (bt_scan_is_rejected(&scan->entries[i]))
      bt_summary_warn_rejected(&n, options->universe.entries[i].symbol,
                               scan->entries[i].report->reason);
  bt_summary_warn_rejected(&n, NULL, NULL);
  bt_options_warn_cache(options);
  return n;
}

size_t bt_job_warn_failed(const bt_job_options *options, const bt_scan *scan)
{
  size_t n = 0;
  for (size_t i = 0; i < scan->n_entries; i++)
    if (scan->entries[i].failed)
      bt_summary_warn_rejected(&n, options->universe.entries[i].symbol,
                               scan->entries[i].report->reason);
  bt_summary_warn_rejected(&n, NULL, NULL);
  return n;
}

/* Warns of the tickers that the portfolio goes without. */
static void warn_left_out(const job_run *r)
{
  char symbol[256], reason[BT_LOAD_REASON_SIZE];
  for (size_t i = 0; i < r->scan.n_entries; i++)
    if (r->scan.entries[i].left_out)
      (void)fprintf(stderr, "backtest: warning: the portfolio goes without %s: %s\n",
                    bt_text_line(symbol, sizeof symbol, r->options->universe.entries[i].symbol),
                    bt_text_line(reason, sizeof reason, r->scan.entries[i].report->reason));
}

/* Whether the universe is looked at as a whole before anything is computed: where the job needs its
 * calendar, might compute nothing, or goes on with a run of the same data. */
static bool scans_first(const job_run *r)
{
  const bt_job_options *options = r->options;
  return r->kind->scans_first || options->strict || options->resume || options->dry_run;
}

static bt_status scan_universe(job_run *r, bt_error *err)
{
  const bt_job *job = &r->options->job;
  bool first = scans_first(r);
  bt_status status = first ? bt_scan_run(&r->scan, job, BT_SCAN_KEPT_BYTES, r->pool, err)
                           : bt_scan_begin(&r->scan, job, BT_SCAN_KEPT_IN_PASSING_BYTES, err);
  if (status) return status;
  r->scanned = true;
  if (first) r->n_rejected = bt_job_warn(r->options, &r->scan);
  if (r->options->strict && r->n_rejected > 0 && !r->options->dry_run)
    return BT_OK; /* nothing is computed */
  return r->kind->prepare(r->state, &r->n_windows, &r->n_tasks, r->options, &r->scan, err);
}

/* ---- the row in the database ------------------------------------------------------------------
 */

static bt_run_info describe(const job_run *r)
{
  const bt_job_options *options = r->options;
  return (bt_run_info){.kind = r->kind->name,
                       .label = options->label,
                       .version = BT_VERSION,
                       .command = r->arguments->command_line,
                       .strategy = options->job.strategy->name,
                       .universe = options->universe_path,
                       .options_json = options->json_text,
                       .seed = 1,
                       .jobs = options->n_workers,
                       .n_tickers = options->universe.n_entries,
                       .n_combos = bt_grid_count(options->grid),
                       .n_windows = r->n_windows};
}

/* Makes the run that was found 'running' again. *complete: another process was faster, and has
 * ended it since it was found. */
static bt_status reopen(bool *complete, const bt_run_means *means, bt_error *err)
{
  bt_status status = bt_store_reopen_run(means->store, means->run_id, err);
  *complete = status == BT_ERR_USAGE;
  return *complete ? BT_OK : status;
}

/* The tasks that are done, of the run that goes on. */
static bt_status go_on(bt_run_means *means, bool **done, const job_run *r, bt_error *err)
{
  *done = malloc((r->n_tasks + 1) * sizeof **done);
  if (!*done) return bt_fail_nomem(err, "tasks");
  bt_status status = bt_store_read_tasks(*done, r->n_tasks, means->store, means->run_id, err);
  means->done = *done;
  return status ? status : bt_ticker_rows_complete(means->store, means->run_id, means->scan, err);
}

static bt_status begin_anew(bt_run_means *means, const job_run *r, const bt_run_info *info,
                            bt_error *err)
{
  const bt_job *job = &r->options->job;
  bt_status status =
      bt_store_begin_run(means->store, &means->run_id, info, job->strategy, job->grid, err);
  if (status || !r->scan.whole) return status;
  return bt_ticker_rows_put(means->store, means->run_id, job, &r->scan, err);
}

/* Begins the run, or goes on with it. *complete: there is nothing left to do. */
static bt_status begin_run(bt_run_means *means, bool **done, bool *complete, const job_run *r,
                           bt_error *err)
{
  const bt_job_options *options = r->options;
  const bt_run_info info = describe(r);
  bt_resume resume = {0};
  bt_status status = BT_OK;
  if (options->resume)
    status = bt_resume_find(&resume, means->store, &info, &options->job, &r->scan, err);
  if (status) return status;
  if (resume.verdict == BT_RESUME_NONE) return begin_anew(means, r, &info, err);
  means->run_id = resume.run_id;
  *complete = resume.verdict == BT_RESUME_COMPLETE;
  if (!*complete) status = reopen(complete, means, err);
  if (!status && options->label)
    status = bt_store_label_run(means->store, means->run_id, options->label, err);
  return status || *complete ? status : go_on(means, done, r, err);
}

/* ---- the run ----------------------------------------------------------------------------------
 */

/* Bars on which every combination is computed: a walk-forward follows each over all of them. */
static uint64_t count_bars(const bt_job_options *options, const bt_scan_entry *entry)
{
  if (!bt_scan_is_ok(entry)) return 0;
  return options->walks ? entry->report->n_bars : entry->n_span_bars;
}

bt_progress_bar *bt_job_start_bar(bt_progress *progress, const bt_job_options *options,
                                  double bar_combos)
{
  bt_progress_when when = (bt_progress_when)options->progress;
  if (options->quiet && when == BT_PROGRESS_AUTO) when = BT_PROGRESS_NEVER;
  if (!bt_progress_bar_is_wanted(when)) return NULL;
  bt_progress_state planned = {.n_tickers = options->universe.n_entries,
                               .n_workers = options->n_workers,
                               .planned = bar_combos};
  return bt_progress_bar_start(progress, &planned);
}

static bt_progress_bar *start_bar(bt_progress *progress, const job_run *r)
{
  uint64_t n_bars = 0;
  for (size_t i = 0; i < r->scan.n_entries; i++)
    n_bars += count_bars(r->options, &r->scan.entries[i]);
  return bt_job_start_bar(progress, r->options,
                          (double)n_bars * (double)bt_grid_count(r->options->grid));
}

/* What is stored, counted where it is: with one task a ticker these are tickers. */
static void report_interrupted(const job_run *r, const bt_run_means *means)
{
  char done[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  bt_error err;
  uint64_t n_done = 0;
  const char *noun = r->n_tasks == r->options->universe.n_entries ? "ticker" : "task";
  if (bt_store_count_tasks(&n_done, means->store, means->run_id, &err)) {
    (void)fprintf(stderr, "backtest: interrupted: %s\n", err.message);
    return;
  }
  (void)fprintf(
      stderr, "backtest: interrupted: %s of %s stored in %s as run %" PRId64 "; --resume goes on\n",
      bt_text_count(done, n_done), bt_text_counted(of, r->n_tasks, noun), r->options->database,
      means->run_id);
}

/* The job between a store that is open and its report. */
static bt_status run_in_store(job_run *r, bt_run_means *means, bool *complete, bt_error *err)
{
  bool *done = NULL;
  bt_progress progress = {0};
  bt_status status = begin_run(means, &done, complete, r, err);
  if (!status && !*complete) {
    means->progress = &progress;
    bt_progress_bar *bar = start_bar(&progress, r);
    status = r->kind->run(r->state, r->options, means, err);
    bt_progress_bar_stop(bar);
    if (scans_first(r))
      r->n_rejected += bt_job_warn_failed(r->options, &r->scan);
    else
      r->n_rejected = bt_job_warn(r->options, &r->scan);
    warn_left_out(r);
    if (status == BT_ERR_CANCELLED) report_interrupted(r, means);
  }
  means->done = NULL;
  means->progress = NULL;
  free(done);
  return status;
}

static bt_status run_into(job_run *r, bt_error *err)
{
  bt_run_means means = {
      .pool = r->pool, .scan = &r->scan, .begun_s = r->begun_s, .isolation = r->isolation};
  bt_error close_error;
  bool complete = false;
  bt_status status = bt_store_open(&means.store, r->options->database, err);
  if (status) return status;
  status = run_in_store(r, &means, &complete, err);
  bt_status closed = bt_store_close(means.store, &close_error);
  means.store = NULL;
  if (closed && !status) {
    status = closed;
    *err = close_error;
  }
  if (!status && complete)
    (void)fprintf(stderr, "backtest: run %" PRId64 " in %s is complete: nothing is left to do\n",
                  means.run_id, r->options->database);
  if (status || complete) return status;
  bt_results_release();
  return r->kind->report(r->state, r->options, &means, err);
}

int bt_job_end_strict(const bt_job_options *options, size_t n_rejected)
{
  char n[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  (void)fprintf(stderr, "backtest: --strict: %s of %s rejected\n", bt_text_count(n, n_rejected),
                bt_text_counted(of, options->universe.n_entries, "ticker"));
  return BT_EXIT_REJECTED;
}

static bool is_interrupted(void)
{
  return bt_interrupt_signal() != 0;
}

bt_status bt_job_isolate(bt_isolation **out, const bt_job_options *options, bt_error *err)
{
  const bt_isolation_options how = {options->task_timeout_s, is_interrupted};
  *out = NULL;
  if (options->task_timeout_s == 0 || options->dry_run) return BT_OK;
  return bt_isolation_new(out, &options->job, &how, err);
}

int bt_job_run(const bt_job_kind *kind, void *state, const bt_job_options *options,
               const bt_arguments *arguments)
{
  job_run r = {.kind = kind,
               .state = state,
               .options = options,
               .arguments = arguments,
               .begun_s = bt_run_now_s()};
  bt_error err;
  bt_status status = bt_job_isolate(&r.isolation, options, &err); /* ahead of the first thread */
  if (!status) status = bt_pool_new(&r.pool, options->n_workers, &err);
  if (status) {
    bt_isolation_free(r.isolation);
    return bt_command_fail(&err, kind->name);
  }
  bt_interrupt_watch(r.pool);
  status = scan_universe(&r, &err);
  bool strict = !status && options->strict && r.n_rejected > 0;
  if (!status && options->dry_run && r.n_rejected == r.scan.n_entries)
    status = bt_run_fail_rejected(&options->job, &r.scan, &err);
  if (!status && !strict && !options->dry_run) status = run_into(&r, &err);
  bt_interrupt_unwatch();
  bt_pool_free(r.pool);
  bt_isolation_free(r.isolation);
  int printed = BT_EXIT_OK;
  if (!status && options->dry_run)
    printed = bt_job_print_plan(options, &r.scan, r.n_windows, kind->name);
  if (r.scanned) bt_scan_clear(&r.scan);
  int exit_status = bt_command_end(status, &err, kind->name);
  if (strict) return bt_job_end_strict(options, r.n_rejected);
  return exit_status ? exit_status : printed;
}

int bt_job_print_plan(const bt_job_options *options, const bt_scan *scan, size_t n_windows,
                      const char *command)
{
  bt_plan plan;
  bt_error err;
  bt_plan_make(&plan, &options->job, scan, n_windows, options->n_workers);
  bt_results_release();
  if (!options->json)
    bt_summary_print_plan(options, &plan);
  else if (bt_summary_print_plan_json(options, &plan, &err))
    return bt_command_fail(&err, command);
  return BT_EXIT_OK;
}
