#include "cli/sweep_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options_json.h"
#include "core/number.h"
#include "core/suggest.h"
#include "core/time.h"
#include "runners/pool.h"
#include "strategies/registry.h"

enum {
  WORKERS_MOST = 1024,
  MIN_TRADES_MOST = 1000000000,
  TOP_MOST = 1000000,
  ROWS_KEPT_BY_DEFAULT = 1000000,
  TOP_DEFAULT = 10
};

const bt_option bt_sweep_option_table[BT_SWEEP_OPTION_COUNT] = {
    {"universe", 0, "FILE", false, "symbols: a text file, a CSV, or a folder"},
    {"data", 0, "DIR", false, "where SYMBOL.csv files are [beside the universe]"},
    {"strategy", 0, "NAME", false, "what decides; see `list strategies`"},
    {"param", 0, "N=SPEC", true, "fast=20, fast=5:50:5 or fast=5,10,20; repeatable"},
    {"grid", 0, NULL, false, "the strategy's ranges for parameters not given"},
    {"where", 0, "EXPR", true, "keep combinations such as 'slow>=2*fast'"},
    {"from", 0, "DATE", false, "first day; indicators see earlier bars"},
    {"to", 0, "DATE", false, "last day that is evaluated"},
    {"direction", 0, "SIDE", false, "long, short or both [long]"},
    {"commission", 0, "SPEC", false, "0.1% of value or 0.005/share[,min=1] [0]"},
    {"slippage", 0, "SPEC", false, "5bp or 0.05% of price [0]"},
    {"objective", 0, "METRIC", false, "what selection maximises; see `list metrics` [sharpe]"},
    {"keep", 0, "WHAT", false, "rows stored: all, top:K, selected [all to 1 M]"},
    {"out", 'o', "DB", false, "SQLite file; each call appends a run [backtest.db]"},
    {"jobs", 'j', "N", false, "worker threads [all CPUs]"},
    {"dry-run", 0, NULL, false, "print the plan and stop"},
    /* the rest: --help all */
    {"layout", 0, "NAME", false, "CSV layout; see `list layouts` [auto]"},
    {"adjust", 0, "auto|none", false, "scale prices to an adjusted close [auto]"},
    {"max-bad", 0, "P%", false, "reject a file with more bad rows than this [5%]"},
    {"fill", 0, "open|close", false, "next bar's open, or the deciding close [open]"},
    {"cash", 0, "X", false, "starting cash per ticker [100000]"},
    {"lot", 0, "N", false, "whole multiples of N raw shares; 0: fractions [0]"},
    {"rf", 0, "RATE", false, "yearly risk-free rate in Sharpe and Sortino [0]"},
    {"periods-per-year", 0, "N", false, "annualisation [from the data]"},
    {"min-trades", 0, "N", false, "fewer closed trades: never selected [0]"},
    {"require", 0, "EXPR", true, "selected only if it holds: 'max_drawdown>=-0.3'"},
    {"label", 0, "TEXT", false, "a name for the run"},
    {"strict", 0, NULL, false, "exit 3 before computing when a ticker is rejected"},
    {"quiet", 0, NULL, false, "no summary"},
    {"json", 0, NULL, false, "the summary as one JSON object"},
    {"progress", 0, "WHEN", false, "auto, always or never [auto]"},
};

const char *const bt_sweep_planned_options[] = {
    "size",     "borrow",  "stop-loss",    "take-profit",     "trailing", "benchmark", "portfolio",
    "regimes",  "save",    "shard",        "shards",          "resume",   "seed",      "cache-dir",
    "no-cache", "isolate", "task-timeout", "check-lookahead", NULL};

void bt_sweep_options_clear(bt_sweep_options *options)
{
  size_t n_params = options->job.strategy ? options->job.strategy->n_params : 0;
  for (size_t i = 0; options->axes && i < n_params; i++) bt_axis_clear(&options->axes[i]);
  free(options->axes);
  bt_grid_free(options->grid);
  for (size_t i = 0; i < options->n_require; i++) bt_expression_free(options->require[i]);
  free(options->require);
  bt_universe_clear(&options->universe);
  free(options->json_text);
  *options = (bt_sweep_options){0};
}

/* ---- single options ---------------------------------------------------------------------------
 */

static bt_status fail_unknown_layout(const char *layout, bt_error *err)
{
  const char *names[64];
  size_t n = bt_layout_count() < 64 ? bt_layout_count() : 64;
  for (size_t i = 0; i < n; i++) names[i] = bt_layout_at(i).name;
  const char *nearest = bt_suggest(layout, names, n);
  if (nearest)
    return bt_fail(err, BT_ERR_USAGE, "--layout %s: no such layout; did you mean '%s'?", layout,
                   nearest);
  return bt_fail(err, BT_ERR_USAGE,
                 "--layout %s: no such layout; `backtest list layouts` shows them", layout);
}

/* A plain number above 1 is almost surely meant in percent. */
static bt_status read_rate(double *out, const char *option, const char *text, bt_error *err)
{
  double rate = 0, plain = 0;
  bt_status status = bt_rate_parse(&rate, option, text, err);
  if (status) return status;
  if (bt_number_parse(&plain, text) && fabs(plain) > 1)
    return bt_fail(err, BT_ERR_USAGE, "%s %s: %s means %g%%; write %s%%", option, text, text,
                   100 * plain, text);
  *out = rate;
  return BT_OK;
}

bt_status bt_load_options_read(bt_load_options *out, const bt_arguments *arguments, bt_error *err)
{
  static const char *const words[] = {"auto", "none"};
  const char *layout = bt_arguments_find(arguments, "layout");
  const char *max_bad = bt_arguments_find(arguments, "max-bad");
  int adjust = 0;
  *out = (bt_load_options)BT_LOAD_OPTIONS_DEFAULT;
  if (layout && !bt_layout_exists(layout)) return fail_unknown_layout(layout, err);
  if (layout) out->layout = layout;
  bt_status status = bt_arguments_choice(&adjust, arguments, "adjust", words, 2, err);
  out->adjust = adjust == 0;
  if (!status && max_bad) status = read_rate(&out->max_bad, "--max-bad", max_bad, err);
  if (!status && !(out->max_bad >= 0 && out->max_bad <= 1))
    status = bt_fail(err, BT_ERR_USAGE, "--max-bad %s: must be from 0%% to 100%%", max_bad);
  return status;
}

bt_status bt_jobs_read(size_t *out, const bt_arguments *arguments, bt_error *err)
{
  *out = bt_cpu_count();
  return bt_arguments_size(out, arguments, "jobs", 1, WORKERS_MOST, err);
}

/* YYYY-MM-DD of a day that exists, however far away. */
static bool is_date(const char *text)
{
  bt_date date;
  char rest = 0;
  int n = sscanf(text, "%4d-%2d-%2d%c", &date.year, &date.month, &date.day, &rest);
  return strlen(text) >= 10 && (n == 3 || (n == 4 && (rest == 'T' || rest == ' '))) &&
         bt_date_is_valid(date);
}

static bt_status read_time(int64_t *out_ns, bool *has_time, const char *option, const char *text,
                           bt_error *err)
{
  if (bt_time_parse(out_ns, has_time, text)) return BT_OK;
  if (is_date(text))
    return bt_fail(err, BT_ERR_USAGE,
                   "--%s %s: outside 1677-09-23 to 2262-04-10, what is supported", option, text);
  return bt_fail(err, BT_ERR_USAGE, "--%s %s: not a date such as 2020-01-31", option, text);
}

static bt_status read_span(bt_job *job, const bt_arguments *arguments, bt_error *err)
{
  const char *from = bt_arguments_find(arguments, "from"), *to = bt_arguments_find(arguments, "to");
  bool has_time = false;
  job->from_ns = INT64_MIN;
  job->to_ns = INT64_MAX;
  bt_status status = from ? read_time(&job->from_ns, NULL, "from", from, err) : BT_OK;
  if (!status && to) status = read_time(&job->to_ns, &has_time, "to", to, err);
  if (status) return status;
  bool fits = job->to_ns <= INT64_MAX - BT_NS_PER_DAY;
  if (to && !has_time) job->to_ns = fits ? job->to_ns + BT_NS_PER_DAY - 1 : INT64_MAX;
  if (job->from_ns > job->to_ns)
    return bt_fail(err, BT_ERR_USAGE, "--from %s is behind --to %s", from, to);
  return BT_OK;
}

static bt_status read_simulation(bt_job *job, const bt_arguments *arguments, bt_error *err)
{
  static const char *const directions[] = {"long", "short", "both"};
  static const char *const fills[] = {"open", "close"};
  const char *commission = bt_arguments_find(arguments, "commission");
  const char *slippage = bt_arguments_find(arguments, "slippage");
  const char *rf = bt_arguments_find(arguments, "rf");
  bt_sim_config *sim = &job->evaluation.simulation;
  int direction = 0, fill = 0;
  sim->cash = 100000;
  bt_status status = bt_arguments_choice(&direction, arguments, "direction", directions, 3, err);
  if (!status) status = bt_arguments_choice(&fill, arguments, "fill", fills, 2, err);
  if (!status) status = bt_arguments_double(&sim->cash, arguments, "cash", 1e-6, 1e15, err);
  if (!status && commission) status = bt_commission_parse(&sim->costs, commission, err);
  if (!status && slippage) status = bt_slippage_parse(&sim->costs, slippage, err);
  if (!status) status = bt_arguments_double(&sim->lot, arguments, "lot", 0, 1e12, err);
  if (!status && rf) status = read_rate(&job->evaluation.rf, "--rf", rf, err);
  if (!status && !(job->evaluation.rf > -1 && job->evaluation.rf < 10))
    status = bt_fail(err, BT_ERR_USAGE, "--rf %s: must be above -100%% and below 1000%%", rf);
  if (!status)
    status =
        bt_arguments_double(&job->periods_per_year, arguments, "periods-per-year", 1e-3, 1e8, err);
  job->direction = (bt_direction)direction;
  sim->fill = (bt_fill)fill;
  return status;
}

/* ---- selection --------------------------------------------------------------------------------
 */

static bt_status read_require(bt_sweep_options *options, const bt_arguments *arguments,
                              bt_error *err)
{
  const char *names[BT_METRIC_COUNT];
  for (int i = 0; i < BT_METRIC_COUNT; i++) names[i] = bt_metric_describe((bt_metric)i).name;
  const char **texts = calloc(arguments->n_given + 1, sizeof *texts);
  options->require = calloc(arguments->n_given + 1, sizeof(bt_expression *));
  bt_status status = texts && options->require ? BT_OK : bt_fail_nomem(err, "--require");
  size_t n = status ? 0 : bt_arguments_collect(texts, arguments, "require");
  for (size_t i = 0; i < n && !status; i++) {
    bt_error cause;
    status = bt_expression_new(&options->require[i], texts[i], names, BT_METRIC_COUNT, &cause);
    if (status)
      (void)bt_fail(err, status, "--require '%s': %s", texts[i], cause.message);
    else
      options->n_require++;
  }
  free(texts);
  return status;
}

static bt_status read_selection(bt_sweep_options *options, const bt_arguments *arguments,
                                bt_error *err)
{
  bt_selection_rule *rule = &options->job.selection;
  const char *objective = bt_arguments_find(arguments, "objective");
  bt_error cause;
  rule->objective = BT_METRIC_SHARPE;
  if (objective && bt_metric_find(&rule->objective, objective, &cause))
    return bt_fail(err, BT_ERR_USAGE, "--objective %s: %s", objective, cause.message);
  if (rule->objective >= BT_METRIC_ALPHA)
    return bt_fail(err, BT_ERR_USAGE, "--objective %s: needs a benchmark", objective);
  size_t min_trades = 0;
  bt_status status =
      bt_arguments_size(&min_trades, arguments, "min-trades", 0, MIN_TRADES_MOST, err);
  rule->min_trades = (double)min_trades;
  if (!status) status = read_require(options, arguments, err);
  rule->require = (const bt_expression *const *)options->require;
  rule->n_require = options->n_require;
  return status;
}

/* all, top:K, selected; without the option all, or top:10 where that makes too many rows. */
static bt_status read_keep(bt_sweep_options *options, const bt_arguments *arguments, bt_error *err)
{
  const char *text = bt_arguments_find(arguments, "keep");
  bt_keep *keep = &options->job.keep;
  size_t n_combos = bt_grid_count(options->grid);
  double top = 0;
  if (!text) {
    bool few = n_combos <= ROWS_KEPT_BY_DEFAULT / options->universe.n_entries;
    *keep = few ? (bt_keep){BT_KEEP_ALL, 0} : (bt_keep){BT_KEEP_TOP, TOP_DEFAULT};
    return BT_OK;
  }
  if (strcmp(text, "all") == 0)
    keep->kind = BT_KEEP_ALL;
  else if (strcmp(text, "selected") == 0)
    keep->kind = BT_KEEP_SELECTED;
  else if (strncmp(text, "top:", 4) == 0 && bt_number_parse(&top, text + 4) && top == floor(top) &&
           top >= 1 && top <= TOP_MOST)
    *keep = (bt_keep){BT_KEEP_TOP, (size_t)top};
  else
    return bt_fail(err, BT_ERR_USAGE, "--keep %s: must be all, top:K (K from 1 to %d) or selected",
                   text, TOP_MOST);
  return BT_OK;
}

/* ---- parameters -------------------------------------------------------------------------------
 */

static bt_status fail_unknown_param(const bt_strategy *strategy, const char *text, bt_error *err)
{
  const char *names[64], *equals = strchr(text, '=');
  char name[64] = "";
  size_t length = (size_t)(equals - text), n = strategy->n_params < 64 ? strategy->n_params : 64;
  if (length < sizeof name) memcpy(name, text, length);
  for (size_t i = 0; i < n; i++) names[i] = strategy->params[i].name;
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

static bt_status read_axes(bt_sweep_options *options, const bt_arguments *arguments, bt_error *err)
{
  const bt_strategy *strategy = options->job.strategy;
  bool grid = bt_arguments_has(arguments, "grid");
  const char **specs = calloc(strategy->n_params + 1, sizeof *specs);
  options->axes = calloc(strategy->n_params + 1, sizeof *options->axes);
  bt_status status = specs && options->axes ? BT_OK : bt_fail_nomem(err, "parameters");
  if (!status) status = assign_specs(specs, strategy, arguments, err);
  for (size_t i = 0; i < strategy->n_params && !status; i++) {
    const bt_param *param = &strategy->params[i];
    status = !specs[i] && grid ? bt_axis_sweep(&options->axes[i], param, err)
                               : bt_axis_parse(&options->axes[i], param, specs[i], err);
  }
  free(specs);
  return status;
}

static bt_status read_grid(bt_sweep_options *options, const bt_arguments *arguments, bt_error *err)
{
  const char **where = calloc(arguments->n_given + 1, sizeof *where);
  if (!where) return bt_fail_nomem(err, "--where");
  size_t n_where = bt_arguments_collect(where, arguments, "where");
  bt_status status = read_axes(options, arguments, err);
  if (!status)
    status = bt_grid_new(&options->grid, options->job.strategy, options->axes, where, n_where, err);
  options->job.grid = options->grid;
  free(where);
  return status;
}

static bt_status read_strategy(bt_sweep_options *options, const bt_arguments *arguments,
                               bt_error *err)
{
  const char *name = bt_arguments_find(arguments, "strategy");
  bt_error cause;
  if (!name) return bt_fail(err, BT_ERR_USAGE, "--strategy is missing: what is to be tested?");
  if (bt_strategy_find(&options->job.strategy, name, &cause))
    return bt_fail(err, BT_ERR_USAGE, "--strategy %s: %s", name, cause.message);
  return BT_OK;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static bt_status read_output(bt_sweep_options *options, const bt_arguments *arguments,
                             bt_error *err)
{
  static const char *const words[] = {"auto", "always", "never"};
  const char *database = bt_arguments_find(arguments, "out");
  options->database = database ? database : "backtest.db";
  options->label = bt_arguments_find(arguments, "label");
  options->dry_run = bt_arguments_has(arguments, "dry-run");
  options->strict = bt_arguments_has(arguments, "strict");
  options->quiet = bt_arguments_has(arguments, "quiet");
  options->json = bt_arguments_has(arguments, "json");
  bt_status status = bt_arguments_choice(&options->progress, arguments, "progress", words, 3, err);
  if (!status) status = bt_jobs_read(&options->n_workers, arguments, err);
  return status;
}

static bt_status read_universe(bt_sweep_options *options, const bt_arguments *arguments,
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

bt_status bt_sweep_options_read(bt_sweep_options *out, const bt_arguments *arguments, bt_error *err)
{
  bt_status status = BT_OK;
  *out = (bt_sweep_options){0};
  if (arguments->n_operands > 0)
    return bt_fail(err, BT_ERR_USAGE, "%s: a sweep takes options alone", arguments->operands[0]);
  status = read_output(out, arguments, err);
  if (!status) status = bt_load_options_read(&out->job.load, arguments, err);
  if (!status) status = read_span(&out->job, arguments, err);
  if (!status) status = read_simulation(&out->job, arguments, err);
  if (!status) status = read_strategy(out, arguments, err);
  if (!status) status = read_grid(out, arguments, err);
  if (!status) status = read_selection(out, arguments, err);
  if (!status) status = read_universe(out, arguments, err);
  if (!status) status = read_keep(out, arguments, err);
  if (!status) out->json_text = bt_options_json(&out->job, arguments);
  if (!status && !out->json_text) status = bt_fail_nomem(err, "options");
  if (status) bt_sweep_options_clear(out);
  return status;
}
