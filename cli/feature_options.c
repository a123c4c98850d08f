#include "cli/feature_options.h"

#include <stdlib.h>
#include <string.h>

#include "cli/json_build.h"
#include "cli/option_parts.h"
#include "cli/options_json.h"
#include "cli/resolved_path.h"

/* The first rows are what --help shows. */
const bt_option bt_feature_option_table[BT_FEATURE_OPTION_COUNT] = {
    {"universe", 0, "FILE", false, "symbols: a text file, a CSV, or a folder"},
    {"data", 0, "DIR", false, "where SYMBOL.csv files are [beside the universe]"},
    {"indicator", 0, "SPEC", true, "rsi:14, macd:12,26,9, sma (with presets) or all; repeatable"},
    {"return", 0, "K", true, "close[t] / close[t-K] - 1; repeatable"},
    {"label", 0, "SPEC", true, "fwd_return:K: close[t+K] / close[t] - 1; repeatable"},
    {"ohlcv", 0, NULL, false, "prices and volume as columns, too"},
    {"out", 'o', "DIR", false, "folder of the matrices; made where it is missing"},
    {"format", 0, "npy|csv", false, "numpy arrays, or text [npy]"},
    {"panel", 0, NULL, false, "one matrix of all tickers"},
    {"from", 0, "DATE", false, "first day; indicators see earlier bars"},
    {"to", 0, "DATE", false, "last day; labels see no later bar"},
    {"benchmark", 0, "SYMBOL", false, "for indicators that compare with it"},
    {"overwrite", 0, NULL, false, "also matrices of another job in DIR"},
    {"jobs", 'j', "N", false, "worker threads [all CPUs]"},
    {"layout", 0, "NAME", false, "CSV layout; see `list layouts` [auto]"},
    {"adjust", 0, "auto|none", false, "scale prices to an adjusted close [auto]"},
    {"max-bad", 0, "P%", false, "reject a file with more bad rows than this [5%]"},
    {"cache-dir", 0, "DIR", false, "where parsed bars are kept [~/.cache/backtest]"},
    {"no-cache", 0, NULL, false, "parse every file, keep no bars"},
    {"strict", 0, NULL, false, "exit 3 before writing when a ticker is rejected"},
    {"quiet", 0, NULL, false, "no summary"},
    {"json", 0, NULL, false, "the summary as one JSON object"},
    {"progress", 0, "WHEN", false, "auto, always or never [auto]"},
};

/* ---- columns ----------------------------------------------------------------------------------
 */

/* Adds what one given option asks for. */
typedef bt_status add_fn(bt_feature_options *options, const char *value, bool has_benchmark,
                         bt_error *err);

static bt_status add_indicator(bt_feature_options *options, const char *value, bool has_benchmark,
                               bt_error *err)
{
  if (strcmp(value, "all") != 0)
    return bt_feature_list_add_indicator(&options->columns, value, has_benchmark, err);
  if (options->takes_all) return bt_fail(err, BT_ERR_USAGE, "--indicator all: given twice");
  options->takes_all = true;
  return BT_OK;
}

static bt_status add_return(bt_feature_options *options, const char *value, bool has_benchmark,
                            bt_error *err)
{
  (void)has_benchmark;
  return bt_feature_list_add_return(&options->columns, value, err);
}

static bt_status add_label(bt_feature_options *options, const char *value, bool has_benchmark,
                           bt_error *err)
{
  (void)has_benchmark;
  return bt_feature_list_add_label(&options->columns, value, err);
}

static bt_status add_given(bt_feature_options *options, const bt_arguments *arguments,
                           const char *name, add_fn *add, bt_error *err)
{
  bool has_benchmark = bt_arguments_has(arguments, "benchmark");
  bt_status status = BT_OK;
  for (size_t i = 0; i < arguments->n_given && !status; i++)
    if (strcmp(arguments->names[i], name) == 0)
      status = add(options, arguments->values[i], has_benchmark, err);
  return status;
}

/* Prices, indicators as given, those of `all`, returns, and last what is to be predicted. */
static bt_status read_columns(bt_feature_options *options, const bt_arguments *arguments,
                              bt_error *err)
{
  bt_feature_list *columns = &options->columns;
  bt_status status = BT_OK;
  if (bt_arguments_has(arguments, "ohlcv")) status = bt_feature_list_add_prices(columns, err);
  if (!status) status = add_given(options, arguments, "indicator", add_indicator, err);
  if (!status && options->takes_all)
    status = bt_feature_list_add_all(columns, bt_arguments_has(arguments, "benchmark"), err);
  if (!status) status = add_given(options, arguments, "return", add_return, err);
  if (!status) status = add_given(options, arguments, "label", add_label, err);
  if (!status && columns->n == 0)
    status = bt_fail(err, BT_ERR_USAGE,
                     "no column is asked for: give --indicator NAME, --return K, --ohlcv or "
                     "--label fwd_return:K");
  return status;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static bt_status read_plan(bt_feature_options *options, const bt_arguments *arguments,
                           bt_error *err)
{
  static const char *const words[] = {"npy", "csv"};
  int format = 0;
  bt_status status = bt_arguments_choice(&format, arguments, "format", words, 2, err);
  options->plan = (bt_feature_plan){.path = bt_arguments_find(arguments, "out"),
                                    .universe = &options->job.universe,
                                    .columns = &options->columns,
                                    .csv = format == 1,
                                    .panel = bt_arguments_has(arguments, "panel"),
                                    .overwrite = bt_arguments_has(arguments, "overwrite")};
  return status;
}

/* A path as it is from the root, so that the job is the same from whatever folder it is run, and
 * only then; NULL stays NULL. */
static bt_status add_path(json_object *o, const char *name, const char *path, bool *ok,
                          bt_error *err)
{
  char *resolved = NULL;
  bt_status status = path ? bt_resolve_path(&resolved, path, err) : BT_OK;
  if (!status) bt_json_add_text(o, name, resolved, ok);
  free(resolved);
  return status;
}

/* A benchmark that no column needs is nothing that values depend on. */
static bt_status add_benchmark(json_object *o, const bt_feature_options *options, bool *ok,
                               bt_error *err)
{
  bool needed = bt_feature_list_needs_benchmark(&options->columns);
  const char *symbol = needed ? options->job.benchmark_symbol : NULL;
  char *resolved = NULL;
  bt_status status = BT_OK;
  if (symbol && bt_options__is_path(symbol)) status = bt_resolve_path(&resolved, symbol, err);
  if (!status)
    bt_options_json__benchmark(o, resolved ? resolved : symbol, options->job.job.benchmark_hash,
                               ok);
  free(resolved);
  return status;
}

/* All that values depend on beside columns and the tickers' files. */
static bt_status add_members(json_object *o, const bt_feature_options *options,
                             const bt_arguments *arguments, bool *ok, bt_error *err)
{
  const bt_job *job = &options->job.job;
  bt_status status = add_path(o, "universe", options->job.universe_path, ok, err);
  if (!status) status = add_path(o, "data", bt_arguments_find(arguments, "data"), ok, err);
  if (status) return status;
  bt_options_json__reading(o, job, arguments, ok);
  status = add_benchmark(o, options, ok, err);
  bt_options_json__membership(o, job->universe, ok);
  return status;
}

static bt_status make_json(bt_feature_options *options, const bt_arguments *arguments,
                           bt_error *err)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok);
  bt_status status = add_members(o, options, arguments, &ok, err);
  const int lines =
      JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
  const char *text = ok ? json_object_to_json_string_ext(o, lines) : NULL;
  options->job.json_text = text ? strdup(text) : NULL;
  options->plan.job = options->job.json_text;
  json_object_put(o);
  return status || options->plan.job ? status : bt_fail_nomem(err, "options");
}

/* What makes a folder comes last, when nothing is wrong with the others. */
static bt_status read_parts(bt_feature_options *out, const bt_arguments *arguments, bt_error *err)
{
  if (!bt_arguments_has(arguments, "universe"))
    return bt_options__universe(&out->job, arguments, err);
  if (!bt_arguments_has(arguments, "out"))
    return bt_fail(err, BT_ERR_USAGE, "--out is missing: a folder for the matrices");
  bt_status status = bt_options__output(&out->job, arguments, err);
  if (!status) status = bt_load_options_read(&out->job.job.load, arguments, err);
  if (!status) status = bt_options__span(&out->job.job, arguments, err);
  if (!status) status = read_columns(out, arguments, err);
  if (!status) status = bt_options__universe(&out->job, arguments, err);
  if (!status) status = read_plan(out, arguments, err);
  if (!status) status = bt_options__market(&out->job, arguments, err);
  if (!status) status = make_json(out, arguments, err);
  return status ? status : bt_options__cache(&out->job, arguments, err);
}

bt_status bt_feature_options_read(bt_feature_options *out, const bt_arguments *arguments,
                                  bt_error *err)
{
  *out = (bt_feature_options){0};
  if (arguments->n_operands > 0)
    return bt_fail(err, BT_ERR_USAGE, "%s: features takes options alone", arguments->operands[0]);
  bt_status status = read_parts(out, arguments, err);
  if (status) bt_feature_options_clear(out);
  return status;
}

void bt_feature_options_clear(bt_feature_options *options)
{
  bt_job_options_clear(&options->job);
  bt_feature_list_clear(&options->columns);
}
