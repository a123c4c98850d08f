#include "cli/lookahead_check.h"

#include <stdio.h>

#include "cli/interrupt.h"
#include "cli/job_run.h"
#include "cli/results_stream.h"
#include "cli/summary_parts.h"
#include "core/number.h"
#include "core/time.h"
#include "runners/lookahead.h"

static const char command[] = "sweep";

/* ---- the options ------------------------------------------------------------------------------
 */

/* What says where and how results are stored, which are none here, asks for something else. What
 * says how a sweep trades or selects may stand there: it is the sweep that is checked. */
static bt_status refuse_stored(const bt_arguments *arguments, bt_error *err)
{
  static const char *const names[] = {"out",   "resume",    "keep",   "save",
                                      "label", "portfolio", "dry-run"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (bt_arguments_has(arguments, names[i]))
      return bt_fail(err, BT_ERR_USAGE, "--%s: with --check-lookahead nothing is stored", names[i]);
  return BT_OK;
}

/* ---- what is printed --------------------------------------------------------------------------
 */

static void print_clean(const bt_job_options *options, const bt_lookahead_result *result)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE], d[BT_TEXT_SIZE];
  (void)printf("no look-ahead found: %s, %s x %s x up to %s%s in %s\n", options->job.strategy->name,
               bt_text_counted(a, result->n_done, "ticker"),
               bt_text_counted(b, bt_grid_count(options->grid), "combination"),
               bt_text_counted(c, result->n_cuts, "cut"), result->every_cut ? " (every one)" : "",
               bt_text_duration(d, result->elapsed_s));
}

/* The first of what was found, on one line. */
static void print_first(const bt_job_options *options, const bt_lookahead_case *first)
{
  char params[BT_PARAMS_TEXT_SIZE], symbol[256], bar[BT_TIME_TEXT_SIZE], left[BT_TIME_TEXT_SIZE];
  char target[BT_NUMBER_TEXT_SIZE], then[BT_NUMBER_TEXT_SIZE];
  const char *ticker = options->universe.entries[first->ticker].symbol;
  (void)printf("look-ahead: %s on %s: the target of %s (bar %zu) changes from %s to %s when the "
               "bars behind %s are removed%s%s\n",
               options->job.strategy->name, bt_text_line(symbol, sizeof symbol, ticker),
               bt_time_format(bar, first->bar_ns, first->daily), first->bar,
               bt_number_format(target, first->target), bt_number_format(then, first->then),
               bt_time_format(left, first->left_ns, first->daily),
               options->job.strategy->n_params > 0 ? "; " : "",
               bt_summary__params(params, &options->job, first->combo));
}

static void print_found(const bt_job_options *options, const bt_lookahead_result *result)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE], d[BT_TEXT_SIZE];
  print_first(options, &result->first);
  (void)printf(
      "            found in %s of %s, on %s of %s\n", bt_text_count(a, result->n_combos_found),
      bt_text_counted(b, bt_grid_count(options->grid), "combination"),
      bt_text_count(c, result->n_tickers_found), bt_text_counted(d, result->n_done, "ticker"));
  if (!result->first.is_first)
    (void)printf("            the ticker has too many bars to try every cut: an earlier target "
                 "may change, too\n");
}

static json_object *first_tree(const bt_job_options *options, const bt_lookahead_case *first,
                               bool *ok)
{
  char bar[BT_TIME_TEXT_SIZE], left[BT_TIME_TEXT_SIZE];
  json_object *o = bt_json_object(ok);
  bt_json_add_text(o, "symbol", options->universe.entries[first->ticker].symbol, ok);
  bt_json_add_count(o, "combo_id", first->combo + 1, ok);
  bt_json_add_tree(o, "params", bt_summary__params_tree(&options->job, first->combo), ok);
  bt_json_add_count(o, "bar", first->bar, ok);
  bt_json_add_text(o, "time", bt_time_format(bar, first->bar_ns, first->daily), ok);
  bt_json_add_number(o, "target", first->target, ok);
  bt_json_add_number(o, "target_when_cut", first->then, ok);
  bt_json_add_count(o, "n_bars_left", first->n_left, ok);
  bt_json_add_text(o, "last_bar_left", bt_time_format(left, first->left_ns, first->daily), ok);
  bt_json_add_flag(o, "every_cut_tried", first->is_first, ok);
  return o;
}

static bt_status print_json(const bt_job_options *options, const bt_lookahead_result *result,
                            bt_error *err)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok);
  bt_json_add_text(o, "strategy", options->job.strategy->name, &ok);
  bt_json_add_flag(o, "looks_ahead", result->n_tickers_found > 0, &ok);
  bt_json_add_count(o, "n_tickers", result->n_done, &ok);
  bt_json_add_count(o, "n_rejected", result->n_rejected, &ok);
  bt_json_add_count(o, "n_combos", bt_grid_count(options->grid), &ok);
  bt_json_add_count(o, "n_cuts", result->n_cuts, &ok);
  bt_json_add_flag(o, "every_cut_tried", result->every_cut, &ok);
  bt_json_add_count(o, "n_tickers_found", result->n_tickers_found, &ok);
  bt_json_add_count(o, "n_combos_found", result->n_combos_found, &ok);
  if (result->n_tickers_found > 0)
    bt_json_add_tree(o, "first", first_tree(options, &result->first, &ok), &ok);
  bt_json_add_number(o, "elapsed_s", result->elapsed_s, &ok);
  return bt_json_print(o, ok, err);
}

static bt_status report(const bt_job_options *options, const bt_lookahead_result *result,
                        bt_error *err)
{
  bt_results_release();
  if (options->json) return print_json(options, result, err);
  if (options->quiet) return BT_OK;
  if (result->n_tickers_found > 0)
    print_found(options, result);
  else
    print_clean(options, result);
  return BT_OK;
}

static void report_interrupted(const bt_job_options *options, const bt_lookahead_result *result)
{
  char a[BT_TEXT_SIZE], b[BT_TEXT_SIZE], c[BT_TEXT_SIZE];
  (void)fprintf(stderr, "backtest: interrupted: %s of %s checked, look-ahead found on %s\n",
                bt_text_count(a, result->n_done),
                bt_text_counted(b, options->universe.n_entries, "ticker"),
                bt_text_count(c, result->n_tickers_found));
}

/* ---- the check --------------------------------------------------------------------------------
 */

/* With --strict every ticker is looked at first, and a rejected one ends the check. */
static bt_status scan(bt_scan *out, const bt_job_options *options, bt_pool *pool, bt_error *err)
{
  const bt_job *job = &options->job;
  return options->strict ? bt_scan_run(out, job, BT_SCAN_KEPT_BYTES, pool, err)
                         : bt_scan_begin(out, job, BT_SCAN_KEPT_IN_PASSING_BYTES, err);
}

static bt_status check(bt_lookahead_result *result, const bt_job_options *options,
                       const bt_run_means *means, bt_error *err)
{
  bt_progress progress = {0};
  bt_run_means watched = *means;
  watched.progress = &progress;
  bt_progress_bar *bar = bt_job_start_bar(&progress, options, 0);
  bt_status status = bt_lookahead_run(result, &options->job, &watched, err);
  bt_progress_bar_stop(bar);
  if (options->strict)
    (void)bt_job_warn_failed(options, means->scan);
  else
    (void)bt_job_warn(options, means->scan);
  if (status == BT_ERR_CANCELLED) report_interrupted(options, result);
  return status ? status : report(options, result, err);
}

/* The check between a pool and its end. Sets *exit_status where nothing failed. */
static bt_status check_in_pool(int *exit_status, const bt_job_options *options, bt_pool *pool,
                               bt_isolation *isolation, bt_error *err)
{
  bt_scan looked = {0};
  bt_lookahead_result result = {0};
  const bt_run_means means = {
      .pool = pool, .scan = &looked, .isolation = isolation, .begun_s = bt_run_now_s()};
  bt_status status = scan(&looked, options, pool, err);
  if (status) return status;
  size_t n_rejected = options->strict ? bt_job_warn(options, &looked) : 0;
  if (n_rejected > 0) {
    *exit_status = bt_job_end_strict(options, n_rejected);
  } else {
    status = check(&result, options, &means, err);
    *exit_status = result.n_tickers_found > 0 ? BT_EXIT_FAILED : BT_EXIT_OK;
  }
  bt_scan_clear(&looked);
  return status;
}

static int run(const bt_job_options *options)
{
  bt_pool *pool = NULL;
  bt_isolation *isolation = NULL;
  bt_error err;
  int found = BT_EXIT_OK;
  bt_status status = bt_job_isolate(&isolation, options, &err); /* ahead of the first thread */
  if (!status) status = bt_pool_new(&pool, options->n_workers, &err);
  if (status) {
    bt_isolation_free(isolation);
    return bt_command_fail(&err, command);
  }
  bt_interrupt_watch(pool);
  status = check_in_pool(&found, options, pool, isolation, &err);
  bt_interrupt_unwatch();
  bt_pool_free(pool);
  bt_isolation_free(isolation);
  int exit_status = bt_command_end(status, &err, command);
  return exit_status ? exit_status : found;
}

int bt_lookahead_check(const bt_arguments *arguments)
{
  bt_job_options options;
  bt_error err;
  bt_status status = refuse_stored(arguments, &err);
  if (!status) status = bt_job_options_read(&options, false, arguments, &err);
  if (status) return bt_command_fail(&err, command);
  int exit_status = run(&options);
  bt_job_options_clear(&options);
  return exit_status;
}
