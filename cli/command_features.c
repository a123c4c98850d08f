/* backtest features: indicators, returns and labels of every ticker, as matrices. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/feature_options.h"
#include "cli/feature_summary.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/summary.h"
#include "runners/features.h"

/* One call on its way. */
typedef struct features_call {
  const bt_feature_options *options;
  bt_pool *pool;
  bt_scan scan;
  bt_feature_result result;
  atomic_bool *defined; /* one a column */
  size_t n_rejected;
  double begun_s;
} features_call;

/* Warns of what was rejected, as far as it is known, and of the cache. */
static void warn(features_call *call)
{
  const bt_job_options *options = &call->options->job;
  call->n_rejected = 0;
  for (size_t i = 0; i < call->scan.n_entries; i++)
    if (bt_scan_is_rejected(&call->scan.entries[i]))
      bt_summary_warn_rejected(&call->n_rejected, options->universe.entries[i].symbol,
                               call->scan.entries[i].report->reason);
  bt_summary_warn_rejected(&call->n_rejected, NULL, NULL);
  bt_options_warn_cache(options);
}

/* A bar, where one is wanted. */
static bt_progress_bar *start_bar(bt_progress *progress, const bt_job_options *options)
{
  bt_progress_when when = (bt_progress_when)options->progress;
  if (options->quiet && when == BT_PROGRESS_AUTO) when = BT_PROGRESS_NEVER;
  if (!bt_progress_bar_is_wanted(when)) return NULL;
  bt_progress_state planned = {
      .n_tickers = options->universe.n_entries, .n_workers = options->n_workers, .unit = "values"};
  return bt_progress_bar_start(progress, &planned);
}

static void report_interrupted(const features_call *call)
{
  char done[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  const bt_feature_plan *plan = &call->options->plan;
  if (plan->panel)
    (void)fprintf(stderr, "backtest: interrupted: no panel was written\n");
  else
    (void)fprintf(stderr, "backtest: interrupted: %s of %s written to %s\n",
                  bt_text_count(done, call->result.n_ok),
                  bt_text_counted(of, plan->universe->n_entries, "ticker"), plan->path);
}

static bt_status compute(features_call *call, bt_error *err)
{
  bt_progress progress = {0};
  const bt_feature_means means = {call->pool, &call->scan, &progress, call->defined};
  const bt_job_options *options = &call->options->job;
  bool was_whole = call->scan.whole;
  bt_progress_bar *bar = start_bar(&progress, options);
  bt_status status =
      bt_features_run(&call->result, &options->job, &call->options->plan, &means, err);
  bt_progress_bar_stop(bar);
  if (!was_whole) warn(call);
  if (status == BT_ERR_CANCELLED) report_interrupted(call);
  return status || was_whole ? status : bt_scan_finish(&call->scan, call->pool, err);
}

/* With --strict every ticker is looked at before anything is written. */
static bt_status run_call(features_call *call, bt_error *err)
{
  const bt_job_options *options = &call->options->job;
  bt_status status =
      options->strict ? bt_scan_run(&call->scan, &options->job, BT_SCAN_KEPT_BYTES, call->pool, err)
                      : bt_scan_begin(&call->scan, &options->job, 0, err);
  if (!status && options->strict)
    status = bt_features_check(&call->scan, &call->options->plan, err);
  if (status) return status;
  if (options->strict) warn(call);
  return call->n_rejected > 0 ? BT_OK : compute(call, err);
}

static bt_status report(const features_call *call, bt_error *err)
{
  const bt_feature_summary summary = {call->options, &call->scan, &call->result, call->defined,
                                      bt_run_now_s() - call->begun_s};
  if (call->options->job.json) return bt_feature_summary_print_json(&summary, err);
  if (!call->options->job.quiet) bt_feature_summary_print(&summary);
  return BT_OK;
}

static int end_strict(const features_call *call)
{
  char n[BT_TEXT_SIZE], of[BT_TEXT_SIZE];
  (void)fprintf(stderr, "backtest: --strict: %s of %s rejected\n",
                bt_text_count(n, call->n_rejected),
                bt_text_counted(of, call->scan.n_entries, "ticker"));
  return BT_EXIT_REJECTED;
}

static bt_status run_on_pool(features_call *call, bt_error *err)
{
  bt_status status = bt_pool_new(&call->pool, call->options->job.n_workers, err);
  if (status) return status;
  bt_interrupt_watch(call->pool);
  status = run_call(call, err);
  bt_interrupt_unwatch();
  bt_pool_free(call->pool);
  return status;
}

static int run_options(const bt_feature_options *options)
{
  features_call call = {.options = options, .begun_s = bt_run_now_s()};
  bt_error err;
  call.defined = calloc(options->columns.n, sizeof *call.defined);
  bt_status status = call.defined ? BT_OK : bt_fail_nomem(&err, "columns");
  if (!status) status = run_on_pool(&call, &err);
  bool strict = !status && options->job.strict && call.n_rejected > 0;
  if (!status && !strict) status = report(&call, &err);
  int exit_status = strict ? end_strict(&call) : BT_EXIT_OK;
  bt_scan_clear(&call.scan);
  free(call.defined);
  int ended = bt_command_end(status, &err, "features");
  return ended ? ended : exit_status;
}

static int run(const bt_arguments *arguments)
{
  bt_feature_options options;
  bt_error err;
  if (bt_feature_options_read(&options, arguments, &err)) return bt_command_fail(&err, "features");
  int exit_status = run_options(&options);
  bt_feature_options_clear(&options);
  return exit_status;
}

extern const bt_command bt_command_features;
const bt_command bt_command_features = {
    .name = "features",
    .summary = "write indicators, returns and labels of every ticker as matrices",
    .synopsis = "backtest features --universe FILE --indicator SPEC --out DIR",
    .notes = "Example: backtest features --universe sp500.txt --indicator rsi:14 \\\n"
             "           --indicator macd:12,26,9 --return 1 --label fwd_return:5 --out feats\n"
             "DIR gets SYMBOL.npy (float64, bars x columns), SYMBOL.dates.npy, columns.txt,\n"
             "tickers.txt and features.json, which says of what job they are; with --panel one\n"
             "panel.npy, whose first column is the line of tickers.txt, counted from 0.\n"
             "Matrices of the same job are replaced, those of another with --overwrite.\n"
             "A label looks ahead, to no bar behind --to, and is NaN where there are no K bars\n"
             "more: it is no feature.\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 --strict: a ticker is rejected.\n",
    .options = bt_feature_option_table,
    .n_options = BT_FEATURE_OPTION_COUNT,
    .n_common = BT_FEATURE_COMMON_COUNT,
    .run = run,
};
