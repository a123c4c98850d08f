/* --strategy, --param, --grid, --where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/crash.h"
#include "cli/option_parts.h"
#include "cli/plugin_watch.h"
#include "cli/results_stream.h"
#include "cli/text.h"
#include "core/suggest.h"
#include "strategies/plugin_search.h"
#include "strategies/registry.h"

static bt_status fail_unknown_param(const bt_strategy *strategy, const char *text, bt_error *err)
{
  const char *names[BT_PARAMS_MOST + BT_STOP_COUNT], *equals = strchr(text, '=');
  char name[BT_STRATEGY_NAME_MOST + 1] = "";
  size_t length = (size_t)(equals - text), n = strategy->n_params;
  if (length < sizeof name) memcpy(name, text, length);
  for (size_t i = 0; i < n; i++) names[i] = strategy->params[i].name;
  for (int i = 0; i < BT_STOP_COUNT; i++) names[n++] = bt_stop_param((bt_stop)i)->name;
  const char *nearest = bt_suggest(name, names, n);
  if (nearest)
    return bt_fail(err, BT_ERR_USAGE, "--param %s: %s has no parameter '%s'; did you mean '%s'?",
                   text, strategy->name, name, nearest);
  return bt_fail(err, BT_ERR_USAGE, "--param %s: %s has no parameter '%s'", text, strategy->name,
                 name);
}

/* Sorts the --param texts by parameter: specs[i] is what stands behind NAME=. */
static bt_status assign_specs(const char **specs, const bt_strategy *strategy,
                              const bt_arguments *arguments, bt_error *err)
{
  for (size_t i = 0; i < arguments->n_given; i++) {
    const char *text = arguments->values[i], *equals = strchr(text, '=');
    if (strcmp(arguments->names[i], "param") != 0) continue;
    if (!equals) return bt_fail(err, BT_ERR_USAGE, "--param %s: expected NAME=SPEC", text);
    size_t length = (size_t)(equals - text), k = 0;
    while (k < strategy->n_params && (strlen(strategy->params[k].name) != length ||
                                      strncmp(strategy->params[k].name, text, length) != 0))
      k++;
    if (k == strategy->n_params) return fail_unknown_param(strategy, text, err);
    if (specs[k])
      return bt_fail(err, BT_ERR_USAGE, "--param %s: %s is given twice", text,
                     strategy->params[k].name);
    specs[k] = equals + 1;
  }
  return BT_OK;
}

/* ---- stops among the parameters ---------------------------------------------------------------
 */

static bt_status check_given_once(const bt_arguments *arguments, bt_stop stop, bt_error *err)
{
  const char *name = bt_options__stop_name(stop);
  if (!bt_arguments_has(arguments, name)) return BT_OK;
  return bt_fail(err, BT_ERR_USAGE, "--%s: --param %s=... sets it already", name,
                 bt_stop_param(stop)->name);
}

/* The strategy with the stops that are swept behind its own parameters. */
static bt_status extend_strategy(bt_job_options *options, const bt_arguments *arguments,
                                 bt_error *err)
{
  bt_job *job = &options->job;
  size_t n = job->strategy->n_params;
  options->params = malloc((n + BT_STOP_COUNT) * sizeof *options->params);
  if (!options->params) return bt_fail_nomem(err, "parameters");
  if (n > 0) memcpy(options->params, job->strategy->params, n * sizeof *options->params);
  for (int i = 0; i < BT_STOP_COUNT; i++) {
    const bt_param *param = bt_stop_param((bt_stop)i);
    if (!bt_arguments_find_behind(arguments, "param", param->name)) continue;
    bt_status status = check_given_once(arguments, (bt_stop)i, err);
    if (status) return status;
    options->params[n++] = *param;
    job->stop_params[i] = n;
  }
  options->strategy = *job->strategy;
  options->strategy.params = options->params;
  options->strategy.n_params = n;
  job->strategy = &options->strategy;
  return BT_OK;
}

/* ---- the grid ---------------------------------------------------------------------------------
 */

static bt_status read_axis(bt_job_options *options, size_t index, const char *spec, bool grid,
                           bt_error *err)
{
  bt_job *job = &options->job;
  const bt_param *param = &job->strategy->params[index];
  bt_axis *axis = &options->axes[index];
  for (int i = 0; i < BT_STOP_COUNT; i++)
    if (job->stop_params[i] == index + 1)
      return bt_stop_axis_parse(axis, &job->evaluation.simulation.stops.at[i], (bt_stop)i, spec,
                                err);
  return !spec && grid ? bt_axis_sweep(axis, param, err) : bt_axis_parse(axis, param, spec, err);
}

static bt_status read_axes(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  const bt_strategy *strategy = options->job.strategy;
  bool grid = bt_arguments_has(arguments, "grid");
  const char **specs = calloc(strategy->n_params + 1, sizeof *specs);
  options->axes = calloc(strategy->n_params + 1, sizeof *options->axes);
  bt_status status = specs && options->axes ? BT_OK : bt_fail_nomem(err, "parameters");
  if (!status) status = assign_specs(specs, strategy, arguments, err);
  for (size_t i = 0; i < strategy->n_params && !status; i++)
    status = read_axis(options, i, specs[i], grid, err);
  free(specs);
  return status;
}

bt_status bt_options__grid(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  const char **where = calloc(arguments->n_given + 1, sizeof *where);
  if (!where) return bt_fail_nomem(err, "--where");
  size_t n_where = bt_arguments_collect(where, arguments, "where");
  bt_status status = extend_strategy(options, arguments, err);
  if (!status) status = read_axes(options, arguments, err);
  if (!status)
    status = bt_grid_new(&options->grid, options->job.strategy, options->axes, where, n_where, err);
  options->job.grid = options->grid;
  free(where);
  return status;
}

static void warn(const bt_error *notice)
{
  char line[BT_ERROR_MESSAGE_SIZE];
  if (notice->status)
    (void)fprintf(stderr, "backtest: warning: %s\n",
                  bt_text_line(line, sizeof line, notice->message));
}

/* What helps where the strategy ends the process. */
static const char *find_help(const bt_job_options *options, const bt_arguments *arguments)
{
  if (options->dry_run) return "";
  return bt_arguments_has(arguments, "check-lookahead")
             ? "With --isolate it costs its ticker alone, and is named"
             : "Tickers that are stored stay: --resume goes on; with --isolate it costs its ticker "
               "alone, and is named";
}

bt_status bt_options__strategy(bt_job_options *options, const bt_arguments *arguments,
                               bt_error *err)
{
  const char *name = bt_arguments_find(arguments, "strategy");
  char *folder = NULL;
  const bt_strategy *known;
  const bt_plugin_watch watch = bt_plugin_watch_words();
  bt_plugin plugin;
  bt_error cause;
  if (!name) return bt_fail(err, BT_ERR_USAGE, "--strategy is missing: what is to be tested?");
  bt_status status = bt_options_cache_folder(&folder, arguments, err);
  if (status) return status;
  if (bt_plugin_is_path(name) || bt_strategy_find(&known, name, NULL)) {
    bt_crash_watch(name, find_help(options, arguments));
    status = bt_results_withhold(err);
  }
  if (status) {
    free(folder);
    return status;
  }
  status = bt_strategy_load(&plugin, name, &(bt_plugin_options){.cache = folder, .watch = &watch},
                            &cause);
  free(folder);
  if (status) return bt_fail(err, status, "--strategy %s: %s", name, cause.message);
  warn(&plugin.notice);
  options->job.strategy = plugin.strategy;
  bool runs_here = options->task_timeout_s == 0;
  options->job.guard = plugin.hash[0] && runs_here ? BT_GUARD_HASH : BT_GUARD_NONE;
  options->cache_trouble = plugin.trouble;
  memcpy(options->plugin_hash, plugin.hash, sizeof options->plugin_hash);
  return BT_OK;
}
