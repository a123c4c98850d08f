#include "cli/job_options.h"

#include <stdlib.h>

#include "cli/option_parts.h"
#include "cli/options_json.h"
#include "runners/isolation.h"

/* The first rows are what --help shows; blank lines keep clang-format from sorting them. */
const bt_option bt_sweep_option_table[BT_SWEEP_OPTION_COUNT] = {
#include "cli/job_first.def"

#include "cli/job_second.def"

#include "cli/job_more.def"
    {"check-lookahead", 0, NULL, false,
     "no sweep: exit 1 if later bars change a target; what shows at no cut tried can slip through"},
};

const bt_option bt_walk_option_table[BT_WALK_OPTION_COUNT] = {
    {"train", 0, "DUR", false, "length of a train part: 2y, 6m, 8w, 90d, or bars: 500"},
    {"test", 0, "DUR", false, "length of the test part that follows it"},
    {"step", 0, "DUR", false, "from one window to the next [--test]"},
    {"gap", 0, "DUR", false, "between train and test [0]"},
    {"anchored", 0, NULL, false, "every train part begins with the data"},
    {"select", 0, "BY", false, "ticker, or universe: one combination for all [ticker]"},
#include "cli/job_first.def"

#include "cli/job_second.def"

#include "cli/job_more.def"
};

const char *const bt_job_planned_options[] = {"shard", "shards", "seed", NULL};

void bt_job_options_clear(bt_job_options *options)
{
  size_t n_params = options->job.strategy ? options->job.strategy->n_params : 0;
  for (size_t i = 0; options->axes && i < n_params; i++) bt_axis_clear(&options->axes[i]);
  free(options->axes);
  free(options->params);
  bt_bars_free(options->benchmark);
  bt_bar_cache_close(options->cache);
  bt_regime_book_clear(&options->book);
  free(options->labels);
  bt_grid_free(options->grid);
  for (size_t i = 0; i < options->n_require; i++) bt_expression_free(options->require[i]);
  free(options->require);
  bt_universe_clear(&options->universe);
  free(options->json_text);
  *options = (bt_job_options){0};
}

/* ---- all of them ------------------------------------------------------------------------------
 */

/* A time limit needs a process that can be ended, so it isolates by itself. */
static bt_status read_isolation(bt_job_options *options, const bt_arguments *arguments,
                                bt_error *err)
{
  const double least_s = 0.001, most_s = 1e6;
  bool limits = bt_arguments_has(arguments, "task-timeout");
  if (!limits && !bt_arguments_has(arguments, "isolate")) return BT_OK;
  options->task_timeout_s = BT_ISOLATION_TIMEOUT_S;
  return bt_arguments_double(&options->task_timeout_s, arguments, "task-timeout", least_s, most_s,
                             err);
}

bt_status bt_options__output(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  static const char *const words[] = {"auto", "always", "never"};
  const char *database = bt_arguments_find(arguments, "out");
  options->database = database ? database : "backtest.db";
  options->label = bt_arguments_find(arguments, "label");
  options->dry_run = bt_arguments_has(arguments, "dry-run");
  options->strict = bt_arguments_has(arguments, "strict");
  options->quiet = bt_arguments_has(arguments, "quiet");
  options->json = bt_arguments_has(arguments, "json");
  options->resume = bt_arguments_has(arguments, "resume");
  bt_status status = bt_arguments_choice(&options->progress, arguments, "progress", words, 3, err);
  if (!status) status = bt_jobs_read(&options->n_workers, arguments, err);
  if (!status) status = read_isolation(options, arguments, err);
  return status;
}

bt_status bt_options__universe(bt_job_options *options, const bt_arguments *arguments,
                               bt_error *err)
{
  options->universe_path = bt_arguments_find(arguments, "universe");
  if (!options->universe_path)
    return bt_fail(err, BT_ERR_USAGE,
                   "--universe is missing: a file with the symbols, or a folder");
  bt_status status = bt_universe_read(&options->universe, options->universe_path,
                                      bt_arguments_find(arguments, "data"), err);
  options->job.universe = &options->universe;
  return status;
}

/* In the order in which they build on each other; what makes a folder comes last, when nothing is
 * wrong with the others. */
static bt_status read_parts(bt_job_options *out, const bt_arguments *arguments, bt_error *err)
{
  bt_status status = bt_options__output(out, arguments, err);
  if (!status) status = bt_load_options_read(&out->job.load, arguments, err);
  if (!status) status = bt_options__span(&out->job, arguments, err);
  if (!status) status = bt_options__trading(&out->job, arguments, err);
  if (!status) status = bt_options__strategy(out, arguments, err);
  if (!status) status = bt_options__grid(out, arguments, err);
  if (!status) status = bt_options__universe(out, arguments, err);
  if (!status) status = bt_options__market(out, arguments, err);
  if (!status) status = bt_options__selection(out, arguments, err);
  if (!status && out->walks) status = bt_options__walk(out, arguments, err);
  if (!status) status = bt_options__keep(out, arguments, err);
  return status ? status : bt_options__cache(out, arguments, err);
}

bt_status bt_job_options_read(bt_job_options *out, bool walks, const bt_arguments *arguments,
                              bt_error *err)
{
  *out = (bt_job_options){.walks = walks};
  if (arguments->n_operands > 0)
    return bt_fail(err, BT_ERR_USAGE, "%s: a %s takes options alone", arguments->operands[0],
                   walks ? "walk-forward" : "sweep");
  bt_status status = read_parts(out, arguments, err);
  if (!status) out->json_text = bt_options_json(&out->job, walks, out->plugin_hash, arguments);
  if (!status && !out->json_text) status = bt_fail_nomem(err, "options");
  if (status) bt_job_options_clear(out);
  return status;
}
