/* --objective, --min-trades, --require, --keep, --portfolio, --save. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/option_parts.h"
#include "core/number.h"

enum {
  MIN_TRADES_MOST = 1000000000,
  TOP_MOST = 1000000,
  ROWS_KEPT_BY_DEFAULT = 1000000,
  TOP_DEFAULT = 10
};

/* One condition. Without a benchmark the metrics against it are undefined for every combination. */
static bt_status read_condition(bt_expression **out, const char *text, bool has_benchmark,
                                const char *const *names, bt_error *err)
{
  bt_error cause;
  bt_status status = bt_expression_new(out, text, names, BT_METRIC_COUNT, &cause);
  if (status) return bt_fail(err, status, "--require '%s': %s", text, cause.message);
  for (int i = BT_METRIC_ALPHA; i < BT_METRIC_COUNT && !has_benchmark; i++) {
    if (!bt_expression_uses(*out, (size_t)i)) continue;
    bt_expression_free(*out);
    *out = NULL;
    return bt_fail(err, BT_ERR_USAGE, "--require '%s': %s needs --benchmark", text, names[i]);
  }
  return BT_OK;
}

static bt_status read_require(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  const char *names[BT_METRIC_COUNT];
  for (int i = 0; i < BT_METRIC_COUNT; i++) names[i] = bt_metric_describe((bt_metric)i).name;
  const char **texts = calloc(arguments->n_given + 1, sizeof *texts);
  options->require = calloc(arguments->n_given + 1, sizeof(bt_expression *));
  bt_status status = texts && options->require ? BT_OK : bt_fail_nomem(err, "--require");
  size_t n = status ? 0 : bt_arguments_collect(texts, arguments, "require");
  for (size_t i = 0; i < n && !status; i++) {
    status = read_condition(&options->require[i], texts[i], options->job.benchmark, names, err);
    if (!status) options->n_require++;
  }
  free(texts);
  return status;
}

static bt_status read_rule(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  bt_selection_rule *rule = &options->job.selection;
  const char *objective = bt_arguments_find(arguments, "objective");
  bt_error cause;
  rule->objective = BT_METRIC_SHARPE;
  if (objective && bt_metric_find(&rule->objective, objective, &cause))
    return bt_fail(err, BT_ERR_USAGE, "--objective %s: %s", objective, cause.message);
  if (rule->objective >= BT_METRIC_ALPHA && !options->job.benchmark)
    return bt_fail(err, BT_ERR_USAGE, "--objective %s: needs --benchmark", objective);
  size_t min_trades = 0;
  bt_status status =
      bt_arguments_size(&min_trades, arguments, "min-trades", 0, MIN_TRADES_MOST, err);
  rule->min_trades = (double)min_trades;
  if (!status) status = read_require(options, arguments, err);
  rule->require = (const bt_expression *const *)options->require;
  rule->n_require = options->n_require;
  return status;
}

/* Words with one comma between them, each once. */
static bt_status read_save(bt_job *job, const bt_arguments *arguments, bt_error *err)
{
  const char *text = bt_arguments_find(arguments, "save"), *at = text;
  for (bool more = text; more; at++) {
    size_t length = strcspn(at, ",");
    bool trades = length == 6 && strncmp(at, "trades", 6) == 0;
    bool equity = length == 6 && strncmp(at, "equity", 6) == 0;
    if (!trades && !equity)
      return bt_fail(err, BT_ERR_USAGE, "--save %s: must be trades, equity, or trades,equity",
                     text);
    if (trades ? job->save_trades : job->save_equity)
      return bt_fail(err, BT_ERR_USAGE, "--save %s: %.6s stands there twice", text, at);
    *(trades ? &job->save_trades : &job->save_equity) = true;
    at += length;
    more = *at == ',';
  }
  return BT_OK;
}

bt_status bt_options__selection(bt_job_options *options, const bt_arguments *arguments,
                                bt_error *err)
{
  static const char *const words[] = {"selected", "all"};
  int portfolio = 0;
  bt_status status = read_rule(options, arguments, err);
  if (!status) status = bt_arguments_choice(&portfolio, arguments, "portfolio", words, 2, err);
  if (!status) status = read_save(&options->job, arguments, err);
  options->job.portfolio_all = portfolio == 1;
  return status;
}

/* all, top:K, selected; without the option selected in a walk-forward, in a sweep all, or top:10
 * where that makes too many rows. */
bt_status bt_options__keep(bt_job_options *options, const bt_arguments *arguments, bt_error *err)
{
  const char *text = bt_arguments_find(arguments, "keep");
  bt_keep *keep = &options->job.keep;
  size_t n_combos = bt_grid_count(options->grid);
  double top = 0;
  if (!text) {
    if (options->walks) {
      keep->kind = BT_KEEP_SELECTED;
      return BT_OK;
    }
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
