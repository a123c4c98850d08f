#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/json_build.h"
#include "cli/pricing_summary.h"

static void add_estimate(json_object *o, const char *name, const char *error_name,
                         bt_estimate estimate, bool *ok)
{
  bt_json_add_number(o, name, estimate.value, ok);
  bt_json_add_number(o, error_name, estimate.std_error, ok);
}

static json_object *greeks_tree(const bt_option_result *r, bool *ok)
{
  char error_name[32];
  json_object *o = bt_json_object(ok);
  for (int g = 0; g < BT_GREEK_COUNT; g++) {
    const char *name = bt_greek_name((bt_greek)g);
    (void)snprintf(error_name, sizeof error_name, "%s_std_error", name);
    add_estimate(o, name, error_name, r->greeks[g], ok);
  }
  return o;
}

static json_object *exact_tree(const bt_option_result *r, bool *ok)
{
  json_object *o = bt_json_object(ok);
  bt_json_add_number(o, "delta", r->exact.delta, ok);
  bt_json_add_number(o, "gamma", r->exact.gamma, ok);
  bt_json_add_number(o, "vega", r->exact.vega, ok);
  bt_json_add_number(o, "theta", r->exact.theta, ok);
  bt_json_add_number(o, "rho", r->exact.rho, ok);
  return o;
}

static json_object *lattice_tree(const bt_option_result *r, bool *ok)
{
  json_object *o = bt_json_object(ok);
  bt_json_add_number(o, "delta", r->exact.delta, ok);
  bt_json_add_number(o, "gamma", r->exact.gamma, ok);
  return o;
}

/* Price, std_error, closed_form, and what else is known of a cell. */
static void add_result(json_object *o, const bt_pricing_options *options, const bt_option_result *r,
                       bool *ok)
{
  const bt_style style = options->cells[0].style;
  add_estimate(o, "price", "std_error", r->price, ok);
  bt_json_add_number(o, "closed_form", r->closed_form, ok);
  bt_json_add_number(o, "low", r->low, ok);
  bt_json_add_number(o, "high", r->high, ok);
  if (style == BT_AMERICAN) {
    add_estimate(o, "upper_bound", "upper_bound_std_error", r->upper, ok);
    add_estimate(o, "in_sample", "in_sample_std_error", r->in_sample, ok);
    bt_json_add_number(o, "lattice", r->lattice, ok);
    bt_json_add_number(o, "lattice_american", r->lattice_american, ok);
  }
  if (options->job.implied_from) bt_json_add_number(o, "implied_vol", r->implied_vol, ok);
  if (options->job.settings.greeks) {
    bt_json_add_tree(o, "greeks", greeks_tree(r, ok), ok);
    if (style == BT_EUROPEAN) bt_json_add_tree(o, "closed_form_greeks", exact_tree(r, ok), ok);
    if (style == BT_AMERICAN) bt_json_add_tree(o, "lattice_greeks", lattice_tree(r, ok), ok);
  }
  bt_json_add_text(o, "reason", r->reason[0] ? r->reason : NULL, ok);
}

static void add_terms(json_object *o, const bt_pricing_options *options, size_t index, bool *ok)
{
  for (int a = 0; a < BT_PRICING_AXES; a++) {
    const bt_pricing_axis axis = (bt_pricing_axis)a;
    double value = bt_pricing_value(options, axis, index);
    if (options->axes[a].n_values == 0 || axis == BT_AXIS_PRICE) continue;
    if (axis == BT_AXIS_TYPE)
      bt_json_add_text(o, "type", value > 0 ? "put" : "call", ok);
    else
      bt_json_add_number(o, bt_pricing_axis_name(axis), value, ok);
  }
  bt_json_add_count(o, "steps", options->cells[index].n_steps, ok);
}

static json_object *grid_tree(const bt_pricing_options *options, const bt_option_result *results,
                              bool *ok)
{
  char method[BT_OPTION_METHOD_SIZE];
  json_object *list = bt_json_list(ok);
  for (size_t i = 0; i < options->job.n_cells && *ok; i++) {
    json_object *o = bt_json_object(ok);
    add_terms(o, options, i, ok);
    add_result(o, options, &results[i], ok);
    bt_json_add_text(o, "method", bt_option_method(method, &options->job, i), ok);
    bt_json_add_tree(list, NULL, o, ok);
  }
  return list;
}

static void add_run(json_object *o, const bt_pricing_options *options,
                    const bt_option_result *results, const bt_montecarlo_end *end, bool *ok)
{
  char method[BT_OPTION_METHOD_SIZE];
  const bt_option_terms *terms = &options->cells[0];
  uint64_t n_paths = 0;
  for (size_t i = 0; i < options->job.n_cells; i++)
    if (results[i].n_paths > n_paths) n_paths = results[i].n_paths;
  bt_json_add_count(o, "n_cells", options->job.n_cells, ok);
  bt_json_add_count(o, "n_paths", n_paths, ok); /* of a cell */
  bt_json_add_text(o, "method", bt_option_method(method, &options->job, 0), ok);
  bt_json_add_text(o, "closed_form_name", bt_option_closed_form_name(terms), ok);
  bt_json_add_count(o, "seed", options->common.seed, ok);
  bt_json_add_count(o, "jobs", options->common.n_workers, ok);
  bt_json_add_number(o, "elapsed_s", end->elapsed_s, ok);
  bt_json_add_number(o, "paths_per_s", bt_pricing_rate(options, results, end->elapsed_s), ok);
  bt_json_add_count(o, "run_id", (uint64_t)end->run_id, ok);
  bt_json_add_text(o, "database", options->common.database, ok);
}

bt_status bt_pricing_json_print(const bt_pricing_options *options, const bt_option_result *results,
                                const bt_montecarlo_end *end, bt_error *err)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok);
  if (options->job.n_cells == 1) {
    add_result(o, options, &results[0], &ok);
  } else {
    bt_json_add_number(o, "price", (double)NAN, &ok);
    bt_json_add_number(o, "std_error", (double)NAN, &ok);
    bt_json_add_number(o, "closed_form", (double)NAN, &ok);
  }
  bt_json_add_text(o, "style", bt_style_name(options->cells[0].style), &ok);
  bt_json_add_text(o, "variant", bt_option_variant(&options->cells[0]), &ok);
  if (options->job.n_cells == 1) add_terms(o, options, 0, &ok);
  add_run(o, options, results, end, &ok);
  bt_json_add_tree(o, "grid", grid_tree(options, results, &ok), &ok);
  return bt_json_print(o, ok, err);
}
