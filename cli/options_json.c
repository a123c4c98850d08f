#include "cli/options_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/json_build.h"
#include "core/number.h"

/* The texts of a repeatable option, in order. */
static void add_texts(json_object *o, const bt_arguments *arguments, const char *name, bool *ok)
{
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < arguments->n_given; i++)
    if (strcmp(arguments->names[i], name) == 0)
      bt_json_add_text(list, NULL, arguments->values[i], ok);
  bt_json_add_tree(o, name, list, ok);
}

/* What a parameter ran over, as --param would say it. */
static void add_param(json_object *o, const bt_param *param, const bt_arguments *arguments,
                      bool *ok)
{
  char first[BT_NUMBER_TEXT_SIZE], last[BT_NUMBER_TEXT_SIZE], step[BT_NUMBER_TEXT_SIZE];
  char range[3 * BT_NUMBER_TEXT_SIZE];
  size_t length = strlen(param->name);
  for (size_t i = 0; i < arguments->n_given; i++) {
    const char *text = arguments->values[i];
    if (strcmp(arguments->names[i], "param") != 0) continue;
    if (strncmp(text, param->name, length) != 0 || text[length] != '=') continue;
    bt_json_add_text(o, param->name, text + length + 1, ok);
    return;
  }
  if (!bt_arguments_has(arguments, "grid")) {
    bt_json_add_text(o, param->name, bt_number_format(first, param->preset), ok);
    return;
  }
  (void)snprintf(range, sizeof range, "%s:%s:%s", bt_number_format(first, param->sweep_first),
                 bt_number_format(last, param->sweep_last),
                 bt_number_format(step, param->sweep_step));
  bt_json_add_text(o, param->name, range, ok);
}

static void add_strategy(json_object *o, const bt_strategy *strategy, const bt_arguments *arguments,
                         bool *ok)
{
  json_object *params = bt_json_object(ok);
  bt_json_add_text(o, "strategy", strategy->name, ok);
  for (size_t i = 0; i < strategy->n_params; i++)
    add_param(params, &strategy->params[i], arguments, ok);
  bt_json_add_tree(o, "params", params, ok);
  add_texts(o, arguments, "where", ok);
}

static void add_data(json_object *o, const bt_job *job, const bt_arguments *arguments, bool *ok)
{
  bt_json_add_text(o, "universe", bt_arguments_find(arguments, "universe"), ok);
  bt_json_add_text(o, "data", bt_arguments_find(arguments, "data"), ok);
  bt_json_add_text(o, "layout", job->load.layout, ok);
  bt_json_add_text(o, "adjust", job->load.adjust ? "auto" : "none", ok);
  bt_json_add_number(o, "max_bad", job->load.max_bad, ok);
  bt_json_add_text(o, "from", bt_arguments_find(arguments, "from"), ok);
  bt_json_add_text(o, "to", bt_arguments_find(arguments, "to"), ok);
}

static void add_simulation(json_object *o, const bt_job *job, bool *ok)
{
  static const char *const directions[] = {"long", "short", "both"};
  const bt_sim_config *sim = &job->evaluation.simulation;
  double ppy = job->periods_per_year;
  bt_json_add_text(o, "direction", directions[job->direction], ok);
  bt_json_add_text(o, "fill", sim->fill == BT_FILL_OPEN ? "open" : "close", ok);
  bt_json_add_number(o, "cash", sim->cash, ok);
  bt_json_add_number(o, "commission_rate", sim->costs.commission_rate, ok);
  bt_json_add_number(o, "commission_per_share", sim->costs.commission_per_share, ok);
  bt_json_add_number(o, "commission_min", sim->costs.commission_min, ok);
  bt_json_add_number(o, "slippage_rate", sim->costs.slippage_rate, ok);
  bt_json_add_number(o, "lot", sim->lot, ok);
  bt_json_add_number(o, "rf", job->evaluation.rf, ok);
  bt_json_add_number(o, "periods_per_year", ppy == 0 ? (double)NAN : ppy, ok);
}

static void add_selection(json_object *o, const bt_job *job, bool *ok)
{
  static const char *const kinds[] = {"all", "top", "selected"};
  bt_json_add_text(o, "objective", bt_metric_describe(job->selection.objective).name, ok);
  bt_json_add_number(o, "min_trades", job->selection.min_trades, ok);
  bt_json_add_text(o, "keep", kinds[job->keep.kind], ok);
  if (job->keep.kind == BT_KEEP_TOP) bt_json_add_count(o, "keep_top", job->keep.top, ok);
}

char *bt_options_json(const bt_job *job, const bt_arguments *arguments)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok);
  add_data(o, job, arguments, &ok);
  add_strategy(o, job->strategy, arguments, &ok);
  add_simulation(o, job, &ok);
  add_selection(o, job, &ok);
  add_texts(o, arguments, "require", &ok);
  const char *text = ok ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : NULL;
  char *copy = text ? strdup(text) : NULL;
  json_object_put(o);
  return copy;
}
