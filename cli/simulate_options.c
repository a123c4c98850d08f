#include "cli/simulate_options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json_build.h"

enum { PATHS_MOST_BITS = 40, STEPS_USUAL = 252 };

/* The first rows are what --help shows. */
const bt_option bt_simulate_option_table[BT_SIMULATE_OPTION_COUNT] = {
    {"model", 0, "NAME", false, "gbm, heston, merton or garch [gbm]"},
    {"spot", 0, "PRICE", false, "price today [100; with --fit the last close]"},
    {"drift", 0, "X", false, "of the expected price, a year [0.05]"},
    {"vol", 0, "X", false, "gbm, merton: volatility a year [0.2]"},
    {"expiry", 0, "YEARS", false, "how far paths go [1; garch: steps / 252]"},
    {"steps", 0, "N", false, "of a path; of garch a step is a day [252]"},
    {"paths", 0, "N", false, "how many [1; 2 with --antithetic]"},
    {"compare", 0, NULL, false, "first on one core without the pool: speed-up"},
    {"paths-file", 0, "FILE", false, "whole paths as .npy: paths x (steps + 1)"},
    {"fit", 0, "SYMBOL", false, "parameters from a ticker's history, or a CSV file"},
    {"data", 0, "DIR", false, "where SYMBOL.csv of --fit is [.]"},
    {"v0", 0, "X", false, "variance at the start: heston a year [0.04], garch a day [long-run]"},
    {"kappa", 0, "X", false, "heston: speed of mean reversion [2]"},
    {"theta", 0, "X", false, "heston: long-run variance a year [0.04]"},
    {"vol-of-vol", 0, "X", false, "heston: volatility of the variance [0.3]"},
    {"rho", 0, "X", false, "heston: correlation of price and variance [-0.7]"},
    {"jump-intensity", 0, "X", false, "merton: jumps a year [0.5]"},
    {"jump-mean", 0, "X", false, "merton: mean of a jump's log [-0.1]"},
    {"jump-vol", 0, "X", false, "merton: standard deviation of a jump's log [0.15]"},
    {"omega", 0, "X", false, "garch: constant of a day's variance [2e-06]"},
    {"alpha", 0, "X", false, "garch: weight of yesterday's square [0.08]"},
    {"beta", 0, "X", false, "garch: weight of yesterday's variance [0.9]"},
    {"antithetic", 0, NULL, false, "gbm: paths in pairs that mirror each other"},
    {"layout", 0, "NAME", false, "--fit: CSV layout; see `list layouts` [auto]"},
    {"adjust", 0, "auto|none", false, "--fit: scale prices to an adjusted close [auto]"},
    {"max-bad", 0, "P%", false, "--fit: reject a file with more bad rows than this [5%]"},
    BT_MONTECARLO_OPTIONS};

/* ---- the model --------------------------------------------------------------------------------
 */

/* What is given goes before what was fitted; of another model nothing may be given. */
static bt_status read_params(bt_model *model, const bt_arguments *arguments, bt_error *err)
{
  bt_status status = BT_OK;
  for (size_t i = 0; i < BT_PARAM_COUNT && !status; i++) {
    const bt_model_param_info info = bt_model_param_describe((bt_model_param)i);
    if (bt_arguments_has(arguments, info.option) && !bt_model_has(model->kind, (bt_model_param)i))
      return bt_fail(err, BT_ERR_USAGE, "--%s: is no parameter of --model %s", info.option,
                     bt_model_names[model->kind]);
    status =
        bt_arguments_double(&model->param[i], arguments, info.option, info.least, info.most, err);
  }
  return status;
}

/* Of options that say how a history is read there must be one. */
static bt_status check_history(const bt_arguments *arguments, bt_error *err)
{
  static const char *const names[] = {"data", "layout", "adjust", "max-bad"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (bt_arguments_has(arguments, names[i]) && !bt_arguments_has(arguments, "fit"))
      return bt_fail(err, BT_ERR_USAGE, "--%s: is for --fit, which is not given", names[i]);
  return BT_OK;
}

static bt_status read_model(bt_simulate_options *out, const bt_arguments *arguments, bt_error *err)
{
  int kind = BT_MODEL_GBM;
  bt_model *model = &out->simulation.paths.model;
  bt_status status =
      bt_arguments_choice(&kind, arguments, "model", bt_model_names, BT_MODEL_COUNT, err);
  if (status) return status;
  bt_model_init(model, (bt_model_kind)kind);
  status = read_params(model, arguments, err); /* before a file is read */
  if (!status) status = check_history(arguments, err);
  if (!status) status = bt_history_fit(&out->history, (bt_model_kind)kind, arguments, err);
  if (status) return status;
  if (out->history.symbol) {
    *model = out->history.fit.model;
    status = read_params(model, arguments, err);
  }
  return status ? status : bt_model_settle(model, err);
}

/* ---- time -------------------------------------------------------------------------------------
 */

/* Of garch a step is a day: either says how many. */
static bt_status read_days(bt_path_job *job, const bt_arguments *arguments, bt_error *err)
{
  double days = round(job->expiry * BT_MODEL_DAYS);
  bool has_expiry = bt_arguments_has(arguments, "expiry");
  bool has_steps = bt_arguments_has(arguments, "steps");
  if (has_expiry && has_steps && (double)job->n_steps != days)
    return bt_fail(err, BT_ERR_USAGE,
                   "--expiry %g: steps of garch are trading days, so %zu of them are %g years; "
                   "leave out one of --expiry and --steps",
                   job->expiry, job->n_steps, (double)job->n_steps / BT_MODEL_DAYS);
  if (has_expiry && !has_steps) {
    if (!(days >= 1 && days <= BT_STEPS_MOST))
      return bt_fail(err, BT_ERR_USAGE,
                     "--expiry %g: of garch it must be from 1 day (%g) to %d days", job->expiry,
                     1.0 / BT_MODEL_DAYS, BT_STEPS_MOST);
    job->n_steps = (size_t)days;
  }
  job->expiry = (double)job->n_steps / BT_MODEL_DAYS;
  return BT_OK;
}

static bt_status read_paths(bt_simulate_options *out, const bt_arguments *arguments, bt_error *err)
{
  bt_simulation *s = &out->simulation;
  s->paths.spot = out->history.symbol ? out->history.last_close : 100;
  s->paths.expiry = 1;
  s->paths.n_steps = STEPS_USUAL;
  s->paths.seed = out->common.seed;
  s->paths.antithetic = bt_arguments_has(arguments, "antithetic");
  size_t n_paths = s->paths.antithetic ? 2 : 1;
  s->compares = bt_arguments_has(arguments, "compare");
  s->file = bt_arguments_find(arguments, "paths-file");
  s->stop = bt_montecarlo_is_interrupted;
  bt_status status = bt_arguments_double(&s->paths.spot, arguments, "spot", 1e-9, 1e12, err);
  if (!status) status = bt_arguments_double(&s->paths.expiry, arguments, "expiry", 0, 1000, err);
  if (!status)
    status = bt_arguments_size(&s->paths.n_steps, arguments, "steps", 1, BT_STEPS_MOST, err);
  if (!status)
    status = bt_arguments_size(&n_paths, arguments, "paths", 1, (size_t)1 << PATHS_MOST_BITS, err);
  s->n_paths = n_paths;
  if (!status && s->paths.model.kind == BT_MODEL_GARCH)
    status = read_days(&s->paths, arguments, err);
  if (!status && s->compares && s->file)
    status = bt_fail(err, BT_ERR_USAGE,
                     "--compare and --paths-file: the disk's time is not the pool's; give one");
  return status;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static char *text_of(json_object *o, bool ok)
{
  const char *text = ok ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : NULL;
  return text ? strdup(text) : NULL;
}

static bt_status make_json(bt_simulate_options *out, bt_error *err)
{
  bool ok = true;
  const bt_path_job *job = &out->simulation.paths;
  json_object *params = bt_params_tree(job->model.param, job->model.kind, &ok),
              *o = bt_json_object(&ok);
  out->params_json = text_of(params, ok);
  bt_json_add_text(o, "model", bt_model_names[job->model.kind], &ok);
  bt_json_add_tree(o, "params", params, &ok);
  bt_json_add_number(o, "spot", job->spot, &ok);
  bt_json_add_number(o, "expiry", job->expiry, &ok);
  bt_json_add_count(o, "n_steps", job->n_steps, &ok);
  bt_json_add_count(o, "n_paths", out->simulation.n_paths, &ok);
  bt_json_add_flag(o, "antithetic", job->antithetic, &ok);
  if (out->history.symbol) bt_json_add_tree(o, "fit", bt_history_tree(&out->history, &ok), &ok);
  out->json_text = text_of(o, ok);
  json_object_put(o);
  return out->params_json && out->json_text ? BT_OK : bt_fail_nomem(err, "options");
}

bt_status bt_simulate_options_read(bt_simulate_options *out, const bt_arguments *arguments,
                                   bt_error *err)
{
  *out = (bt_simulate_options){0};
  if (arguments->n_operands > 0)
    return bt_fail(err, BT_ERR_USAGE, "%s: simulate takes options alone", arguments->operands[0]);
  bt_status status = bt_montecarlo_options_read(&out->common, arguments, err);
  if (!status) status = read_model(out, arguments, err);
  if (!status) status = read_paths(out, arguments, err);
  if (!status) status = bt_simulation_check(&out->simulation, out->common.database, err);
  if (!status) status = make_json(out, err);
  if (status) bt_simulate_options_clear(out);
  return status;
}

void bt_simulate_options_clear(bt_simulate_options *options)
{
  free(options->params_json);
  free(options->json_text);
}
