#include "cli/options_json.h"

#include <math.h>
#include <string.h>

#include "core/number.h"
#include "core/time.h"

json_object *bt_json_number(double value)
{
  char text[BT_NUMBER_TEXT_SIZE];
  if (isnan(value)) return NULL;
  return json_object_new_double_s(value, bt_number_format(text, value));
}

static json_object *time_or_null(int64_t time_ns, int64_t none)
{
  char text[BT_TIME_TEXT_SIZE];
  if (time_ns == none) return NULL;
  return json_object_new_string(bt_time_format(text, time_ns, true));
}

/* The texts of a repeatable option, in order. */
static json_object *text_list(const bt_arguments *arguments, const char *name)
{
  json_object *list = json_object_new_array();
  for (size_t i = 0; i < arguments->n_given; i++)
    if (strcmp(arguments->names[i], name) == 0)
      (void)json_object_array_add(list, json_object_new_string(arguments->values[i]));
  return list;
}

static void add_simulation(json_object *o, const bt_job *job)
{
  static const char *const directions[] = {"long", "short", "both"};
  const bt_sim_config *sim = &job->evaluation.simulation;
  json_object_object_add(o, "direction", json_object_new_string(directions[job->direction]));
  json_object_object_add(
      o, "fill", json_object_new_string(sim->fill == BT_FILL_OPEN ? "open" : "close"));
  json_object_object_add(o, "cash", bt_json_number(sim->cash));
  json_object_object_add(o, "commission_rate", bt_json_number(sim->costs.commission_rate));
  json_object_object_add(o, "commission_per_share",
                         bt_json_number(sim->costs.commission_per_share));
  json_object_object_add(o, "commission_min", bt_json_number(sim->costs.commission_min));
  json_object_object_add(o, "slippage_rate", bt_json_number(sim->costs.slippage_rate));
  json_object_object_add(o, "lot", bt_json_number(sim->lot));
  json_object_object_add(o, "rf", bt_json_number(job->evaluation.rf));
  json_object_object_add(o, "periods_per_year",
                         job->periods_per_year == 0 ? NULL
                                                    : bt_json_number(job->periods_per_year));
}

static void add_selection(json_object *o, const bt_job *job)
{
  static const char *const kinds[] = {"all", "top", "selected"};
  const char *objective = bt_metric_describe(job->selection.objective).name;
  json_object_object_add(o, "objective", json_object_new_string(objective));
  json_object_object_add(o, "min_trades", bt_json_number(job->selection.min_trades));
  json_object_object_add(o, "keep", json_object_new_string(kinds[job->keep.kind]));
  if (job->keep.kind == BT_KEEP_TOP)
    json_object_object_add(o, "keep_top", json_object_new_int64((int64_t)job->keep.top));
}

char *bt_options_json(const bt_job *job, const bt_arguments *arguments)
{
  json_object *o = json_object_new_object();
  if (!o) return NULL;
  json_object_object_add(o, "layout", json_object_new_string(job->load.layout));
  json_object_object_add(o, "adjust", json_object_new_string(job->load.adjust ? "auto" : "none"));
  json_object_object_add(o, "max_bad", bt_json_number(job->load.max_bad));
  json_object_object_add(o, "from", time_or_null(job->from_ns, INT64_MIN));
  json_object_object_add(o, "to", time_or_null(job->to_ns, INT64_MAX));
  json_object_object_add(o, "param", text_list(arguments, "param"));
  json_object_object_add(o, "grid",
                         json_object_new_boolean(bt_arguments_has(arguments, "grid")));
  json_object_object_add(o, "where", text_list(arguments, "where"));
  add_simulation(o, job);
  add_selection(o, job);
  json_object_object_add(o, "require", text_list(arguments, "require"));
  const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
  char *copy = text ? strdup(text) : NULL;
  json_object_put(o);
  return copy;
}
