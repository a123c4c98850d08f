#include "cli/pricing_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json_build.h"
#include "cli/text.h"

const bt_option bt_pricing_option_table[BT_PRICING_OPTION_COUNT] = {
    {"style", 0, "NAME", false, "european, american, asian, barrier or lookback [european]"},
    {"type", 0, "NAME", false, "call, put or call,put [call]"},
    {"spot", 0, "S", false, "price of the underlying now"},
    {"strike", 0, "K", false, "strike; none: a lookback's floats"},
    {"rate", 0, "R", false, "a year, continuously compounded, 0.05 for 5% [0]"},
    {"dividend", 0, "Q", false, "dividend yield, the same way [0]"},
    {"vol", 0, "V", false, "volatility a year, 0.2 for 20%"},
    {"expiry", 0, "YEARS", false, "time to expiry"},
    {"price", 0, "P", false, "of a European option: find the volatility that it implies"},
    {"paths", 0, "N", false, "of a pair both count [1000000; american: 100000]"},
    {"method", 0, "NAME", false, "plain, antithetic or sobol [antithetic]"},
    {"greeks", 0, NULL, false, "delta, gamma, vega, theta and rho, too"},
    {"no-control", 0, NULL, false, "without a control variate"},
    {"steps", 0, "N", false, "dates: fixings, looks, exercise [252; american: 50 a year]"},
    {"average", 0, "NAME", false, "asian: arithmetic or geometric [arithmetic]"},
    {"barrier", 0, "LEVEL", false, "barrier: price of the underlying at which it stands"},
    {"kind", 0, "NAME", false, "barrier: down-out, up-out, down-in or up-in"},
    {"rebate", 0, "X", false, "barrier: paid at the touch (out), at expiry without one (in) [0]"},
    {"monitoring", 0, "NAME", false, "barrier, lookback: continuous or discrete [continuous]"},
    {"payoff", 0, "NAME", false, "lookback: floating or fixed [fixed with --strike]"},
    {"basis", 0, "NAME", false, "american: polynomial, laguerre or chebyshev [polynomial]"},
    {"degree", 0, "N", false, "american: of the basis [5]"},
    {"bound-paths", 0, "N", false, "american: of the high bound; 0: none [10000]"},
    BT_MONTECARLO_OPTIONS};

/* ---- which option belongs to which style ------------------------------------------------------
 */

enum { EUROPEAN = 1, AMERICAN = 2, ASIAN = 4, BARRIER = 8, LOOKBACK = 16, PATHS = 1 + 4 + 8 + 16 };

static const struct belongs {
  const char *option;
  int styles;
} belongs[] = {
    {"barrier", BARRIER},      {"rebate", BARRIER},
    {"kind", BARRIER},         {"price", EUROPEAN},
    {"method", PATHS},         {"no-control", PATHS},
    {"average", ASIAN},        {"steps", AMERICAN + ASIAN + BARRIER + LOOKBACK},
    {"payoff", LOOKBACK},      {"monitoring", BARRIER + LOOKBACK},
    {"basis", AMERICAN},       {"degree", AMERICAN},
    {"bound-paths", AMERICAN},
};

static bt_status fail_style(const struct belongs *row, bt_style style, bt_error *err)
{
  char list[80] = "";
  size_t used = 0;
  for (int s = BT_EUROPEAN; s <= BT_LOOKBACK; s++) {
    if (!(row->styles >> s & 1)) continue;
    int written = snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                           bt_style_name((bt_style)s));
    used += written > 0 ? (size_t)written : 0;
  }
  return bt_fail(err, BT_ERR_USAGE, "--%s: not with --style %s; it belongs to %s", row->option,
                 bt_style_name(style), list);
}

/* What a search for a volatility has no use for. */
static const char *const no_paths[] = {"vol", "paths", "method", "no-control", "greeks"};

static bt_status check_belongs(const bt_arguments *arguments, bt_style style, bt_error *err)
{
  for (size_t i = 0; i < sizeof belongs / sizeof *belongs; i++)
    if (!(belongs[i].styles >> style & 1) && bt_arguments_has(arguments, belongs[i].option))
      return fail_style(&belongs[i], style, err);
  for (size_t i = 0; i < sizeof no_paths / sizeof *no_paths; i++)
    if (bt_arguments_has(arguments, "price") && bt_arguments_has(arguments, no_paths[i]))
      return bt_fail(err, BT_ERR_USAGE, "--%s: not with --price, which asks for the volatility",
                     no_paths[i]);
  return BT_OK;
}

/* ---- the axes ---------------------------------------------------------------------------------
 */

static const bt_param axis_params[BT_PRICING_AXES] = {
    [BT_AXIS_TYPE] = {.name = "type", .most = 1},
    [BT_AXIS_SPOT] = {.name = "spot", .least = 1e-6, .most = 1e9},
    [BT_AXIS_STRIKE] = {.name = "strike", .least = 1e-6, .most = 1e9},
    [BT_AXIS_RATE] = {.name = "rate", .least = -1, .most = 1},
    [BT_AXIS_DIVIDEND] = {.name = "dividend", .least = -1, .most = 1},
    [BT_AXIS_VOL] = {.name = "vol", .most = 10},
    [BT_AXIS_EXPIRY] = {.name = "expiry", .most = 100},
    [BT_AXIS_BARRIER] = {.name = "barrier", .least = 1e-6, .most = 1e9},
    [BT_AXIS_REBATE] = {.name = "rebate", .most = 1e9},
    [BT_AXIS_PRICE] = {.name = "price", .most = 1e9},
};

const char *bt_pricing_axis_name(bt_pricing_axis axis)
{
  return axis_params[axis].name;
}

/* call, put, or both in either order. */
static bt_status read_type(bt_axis *out, const bt_arguments *arguments, bt_error *err)
{
  static const struct {
    const char *word, *spec;
  } types[] = {{"call", "0"}, {"put", "1"}, {"call,put", "0,1"}, {"put,call", "1,0"}};
  const char *word = bt_arguments_find(arguments, "type");
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!word || strcmp(word, types[i].word) == 0)
      return bt_axis_parse_option(out, &axis_params[BT_AXIS_TYPE], types[i].spec, err);
  return bt_fail(err, BT_ERR_USAGE, "--type %s: call, put or call,put", word);
}

/* Whether the job has it; *required where it must be given. */
static bool uses_axis(const bt_pricing_options *options, const bt_option_terms *common,
                      bt_pricing_axis axis, bool *required)
{
  const bool barrier = common->style == BT_BARRIER, implied = options->job.implied_from != NULL;
  *required = axis != BT_AXIS_RATE && axis != BT_AXIS_DIVIDEND && axis != BT_AXIS_REBATE;
  if (axis == BT_AXIS_BARRIER || axis == BT_AXIS_REBATE) return barrier;
  if (axis == BT_AXIS_PRICE) return implied;
  if (axis == BT_AXIS_VOL) return !implied;
  return axis != BT_AXIS_STRIKE || common->style != BT_LOOKBACK ||
         common->lookback == BT_LOOKBACK_FIXED;
}

static bt_status read_axis(bt_pricing_options *options, const bt_option_terms *common,
                           bt_pricing_axis axis, const bt_arguments *arguments, bt_error *err)
{
  const char *name = axis_params[axis].name, *spec = bt_arguments_find(arguments, name);
  bool required;
  if (!uses_axis(options, common, axis, &required))
    return spec && axis == BT_AXIS_STRIKE
               ? bt_fail(err, BT_ERR_USAGE, "--strike: not with --payoff floating")
               : BT_OK;
  if (!spec && required)
    return bt_fail(err, BT_ERR_USAGE, "--%s is missing%s", name,
                   axis == BT_AXIS_VOL && common->style == BT_EUROPEAN ? " (or --price, to find it)"
                                                                       : "");
  if (spec && strchr(spec, '%'))
    return bt_fail(err, BT_ERR_USAGE, "--%s %s: no per cent here, write 0.05 for 5%%", name, spec);
  return bt_axis_parse_option(&options->axes[axis], &axis_params[axis], spec, err);
}

static bt_status read_axes(bt_pricing_options *options, const bt_option_terms *common,
                           const bt_arguments *arguments, bt_error *err)
{
  bt_status status = read_type(&options->axes[BT_AXIS_TYPE], arguments, err);
  for (int axis = BT_AXIS_SPOT; axis < BT_PRICING_AXES && !status; axis++)
    status = read_axis(options, common, (bt_pricing_axis)axis, arguments, err);
  return status;
}

/* ---- terms that all cells share ---------------------------------------------------------------
 */

static bt_status read_style(bt_option_terms *out, const bt_arguments *arguments, bt_error *err)
{
  enum { N_STYLES = BT_LOOKBACK + 1 };
  const char *styles[N_STYLES];
  int style = BT_EUROPEAN;
  for (int s = BT_EUROPEAN; s < N_STYLES; s++) styles[s] = bt_style_name((bt_style)s);
  bt_status status = bt_arguments_choice(&style, arguments, "style", styles, N_STYLES, err);
  out->style = (bt_style)style;
  return status ? status : check_belongs(arguments, out->style, err);
}

static bt_status read_variant(bt_option_terms *out, const bt_arguments *arguments, bt_error *err)
{
  static const char *const averages[] = {"arithmetic", "geometric"};
  static const char *const kinds[] = {"down-out", "up-out", "down-in", "up-in"};
  static const char *const looks[] = {"continuous", "discrete"};
  static const char *const payoffs[] = {"floating", "fixed"};
  int average = BT_ARITHMETIC, kind = 0, look = 0;
  int payoff = bt_arguments_has(arguments, "strike") ? BT_LOOKBACK_FIXED : BT_LOOKBACK_FLOATING;
  if (out->style == BT_BARRIER && !bt_arguments_has(arguments, "kind"))
    return bt_fail(err, BT_ERR_USAGE,
                   "--kind is missing: down-out, up-out, down-in or up-in of a barrier");
  bt_status status = bt_arguments_choice(&average, arguments, "average", averages, 2, err);
  if (!status) status = bt_arguments_choice(&kind, arguments, "kind", kinds, 4, err);
  if (!status) status = bt_arguments_choice(&look, arguments, "monitoring", looks, 2, err);
  if (!status) status = bt_arguments_choice(&payoff, arguments, "payoff", payoffs, 2, err);
  out->average = (bt_average)average;
  out->barrier.kind = (bt_barrier_kind)kind;
  out->discrete = look == 1;
  out->lookback = (bt_lookback_strike)payoff;
  return status;
}

/* n_steps 0: of an American option so many a year. What is continuous needs one step. */
static bt_status read_steps(bt_option_terms *out, const bt_arguments *arguments, bt_error *err)
{
  const bool continuous = (out->style == BT_BARRIER || out->style == BT_LOOKBACK) && !out->discrete;
  out->n_steps = out->style == BT_EUROPEAN || continuous ? 1 : out->style == BT_AMERICAN ? 0 : 252;
  return bt_arguments_size(&out->n_steps, arguments, "steps", 1, BT_OPTION_STEPS_MOST, err);
}

static bt_status read_common(bt_option_terms *out, const bt_arguments *arguments, bt_error *err)
{
  *out = (bt_option_terms){0};
  bt_status status = read_style(out, arguments, err);
  if (!status) status = read_variant(out, arguments, err);
  return status ? status : read_steps(out, arguments, err);
}

/* ---- how it is computed -----------------------------------------------------------------------
 */

static const char *const bases[] = {"polynomial", "laguerre", "chebyshev"};
static const char *const methods[] = {"plain", "antithetic", "sobol"};

static bt_status read_american(bt_option_job *job, const bt_arguments *arguments, bt_error *err)
{
  int basis = BT_BASIS_POLYNOMIAL;
  job->degree = BT_AMERICAN_DEGREE;
  job->n_bound_paths = BT_AMERICAN_BOUND_PATHS;
  bt_status status = bt_arguments_choice(&basis, arguments, "basis", bases, 3, err);
  if (!status)
    status = bt_arguments_size(&job->degree, arguments, "degree", 1, BT_AMERICAN_DEGREE_MOST, err);
  if (!status)
    status = bt_arguments_size(&job->n_bound_paths, arguments, "bound-paths", 0, 1000000, err);
  if (!status && job->n_bound_paths == 1)
    status = bt_fail(err, BT_ERR_USAGE, "--bound-paths 1: none, or at least 2");
  job->basis = (bt_basis)basis;
  return status;
}

static bt_status read_settings(bt_option_job *job, const bt_option_terms *common,
                               const bt_arguments *arguments, bt_error *err)
{
  const bool american = common->style == BT_AMERICAN;
  size_t n_paths = american ? BT_AMERICAN_PATHS : 1000000;
  int method = BT_ANTITHETIC;
  bt_status status = bt_arguments_choice(&method, arguments, "method", methods, 3, err);
  if (!status)
    status = bt_arguments_size(&n_paths, arguments, "paths", BT_OPTION_PATHS_LEAST,
                               american ? 10000000 : (size_t)1000000000000, err);
  if (!status && american) status = read_american(job, arguments, err);
  job->settings.sampling = (bt_sampling)method;
  job->settings.control = !bt_arguments_has(arguments, "no-control");
  job->settings.greeks = bt_arguments_has(arguments, "greeks");
  job->settings.n_paths = n_paths;
  return status;
}

/* ---- cells ------------------------------------------------------------------------------------
 */

/* The product of the axes, those that are not used counting as one value. */
static bt_status count_cells(size_t *out, const bt_pricing_options *options, bt_error *err)
{
  char text[BT_TEXT_SIZE], most[BT_TEXT_SIZE];
  size_t n = 1;
  double product = 1;
  for (int a = 0; a < BT_PRICING_AXES; a++) {
    size_t values = options->axes[a].n_values ? options->axes[a].n_values : 1;
    product *= (double)values;
    if (product <= BT_OPTION_CELLS_MOST) n *= values;
  }
  if (product > BT_OPTION_CELLS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "the grid has %s cells; at most %s are possible",
                   product < 1e18 ? bt_text_count(text, (uint64_t)product) : "more than 10^18",
                   bt_text_count(most, BT_OPTION_CELLS_MOST));
  *out = n;
  return BT_OK;
}

/* One of the terms of a cell. */
static void set_value(bt_pricing_options *options, size_t cell, bt_pricing_axis axis, double value)
{
  bt_option_terms *terms = &options->cells[cell];
  bt_vanilla *o = &terms->option;
  switch (axis) {
  case BT_AXIS_TYPE:
    o->type = value > 0 ? BT_PUT : BT_CALL;
    break;
  case BT_AXIS_BARRIER:
    terms->barrier.level = value;
    break;
  case BT_AXIS_REBATE:
    terms->barrier.rebate = value;
    break;
  case BT_AXIS_PRICE:
    options->implied_from[cell] = value;
    break;
  default: {
    double *const numbers[] = {&o->spot, &o->strike, &o->rate, &o->dividend, &o->vol, &o->expiry};
    *numbers[axis - BT_AXIS_SPOT] = value;
  }
  }
}

double bt_pricing_value(const bt_pricing_options *options, bt_pricing_axis axis, size_t index)
{
  for (int a = BT_PRICING_AXES - 1; a > (int)axis; a--)
    if (options->axes[a].n_values) index /= options->axes[a].n_values;
  const bt_axis *of = &options->axes[axis];
  return of->n_values ? of->values[index % of->n_values] : (double)NAN;
}

enum { DATES_A_YEAR = 50 };

/* Exercise dates are so many a year where none were asked for. */
static void set_dates(bt_option_terms *terms)
{
  double dates = rint(DATES_A_YEAR * terms->option.expiry);
  if (terms->n_steps == 0) terms->n_steps = dates < 1 ? 1 : (size_t)dates;
}

static bt_status make_cells(bt_pricing_options *options, const bt_option_terms *common,
                            bt_error *err)
{
  size_t n = 0;
  bt_status status = count_cells(&n, options, err);
  if (status) return status;
  options->cells = malloc(n * sizeof *options->cells);
  options->implied_from = malloc(n * sizeof *options->implied_from);
  if (!options->cells || !options->implied_from) return bt_fail_nomem(err, "options");
  for (size_t i = 0; i < n; i++) {
    options->cells[i] = *common;
    options->cells[i].option.strike = 1; /* of a floating one nobody asks */
    for (int a = 0; a < BT_PRICING_AXES; a++)
      if (options->axes[a].n_values)
        set_value(options, i, (bt_pricing_axis)a, bt_pricing_value(options, (bt_pricing_axis)a, i));
    set_dates(&options->cells[i]);
  }
  options->dates_a_year = common->n_steps == 0 ? DATES_A_YEAR : 0;
  options->job.cells = options->cells;
  options->job.n_cells = n;
  options->job.implied_from = options->job.implied_from ? options->implied_from : NULL;
  return BT_OK;
}

/* Of one cell alone the reason is an error. */
static bt_status check_single(const bt_pricing_options *options, const bt_arguments *arguments,
                              bt_error *err)
{
  double vol;
  bt_error inner;
  if (options->job.n_cells > 1) return BT_OK;
  if (!options->job.implied_from) {
    const double n_paths = (double)options->job.settings.n_paths;
    if (bt_option_terms_check(&options->cells[0], n_paths, &inner))
      return bt_fail(err, BT_ERR_USAGE, "%s", inner.message);
    if (options->job.settings.greeks && !bt_option_has_greeks(&options->cells[0]))
      return bt_fail(err, BT_ERR_USAGE,
                     "--greeks: not with a --rebate that is paid at the touch of a barrier that is "
                     "monitored continuously");
    return BT_OK;
  }
  if (!bt_implied_vol(&vol, &options->cells[0].option, options->implied_from[0], &inner))
    return BT_OK;
  return bt_fail(err, BT_ERR_USAGE, "--price %s: %.400s", bt_arguments_find(arguments, "price"),
                 inner.message);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

/* How it is computed: what a style has no use for is left out. */
static void add_settings(json_object *o, const bt_pricing_options *options, bool *ok)
{
  const bt_option_job *job = &options->job;
  const bt_option_terms *terms = &options->cells[0];
  if (job->implied_from) return;
  bt_json_add_count(o, "paths", job->settings.n_paths, ok);
  if (terms->style == BT_AMERICAN) {
    if (options->dates_a_year > 0)
      bt_json_add_count(o, "dates_a_year", options->dates_a_year, ok);
    else
      bt_json_add_count(o, "steps", terms->n_steps, ok);
    bt_json_add_text(o, "basis", bases[job->basis], ok);
    bt_json_add_count(o, "degree", job->degree, ok);
    bt_json_add_count(o, "bound_paths", job->n_bound_paths, ok);
    bt_json_add_flag(o, "greeks", job->settings.greeks, ok);
    return;
  }
  bt_json_add_count(o, "steps", terms->n_steps, ok);
  bt_json_add_flag(o, "discrete", terms->discrete, ok);
  bt_json_add_text(o, "sampling", methods[job->settings.sampling], ok);
  bt_json_add_flag(o, "control", job->settings.control, ok);
  bt_json_add_flag(o, "greeks", job->settings.greeks, ok);
}

static bt_status make_json(bt_pricing_options *options, bt_error *err)
{
  bool ok = true;
  const bt_option_terms *terms = &options->cells[0];
  json_object *o = bt_json_object(&ok);
  bt_json_add_text(o, "style", bt_style_name(terms->style), &ok);
  bt_json_add_text(o, "variant", bt_option_variant(terms), &ok);
  for (int a = 0; a < BT_PRICING_AXES; a++) {
    if (options->axes[a].n_values == 0) continue;
    json_object *values = bt_json_list(&ok);
    for (size_t i = 0; i < options->axes[a].n_values; i++)
      bt_json_add_number(values, NULL, options->axes[a].values[i], &ok);
    bt_json_add_tree(o, axis_params[a].name, values, &ok);
  }
  add_settings(o, options, &ok);
  const char *text = ok ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : NULL;
  options->json_text = text ? strdup(text) : NULL;
  json_object_put(o);
  return options->json_text ? BT_OK : bt_fail_nomem(err, "options");
}

static bt_status read_parts(bt_pricing_options *out, const bt_arguments *arguments, bt_error *err)
{
  static const double asked = 0;
  bt_option_terms common = {0};
  bt_status status = read_common(&common, arguments, err);
  if (bt_arguments_has(arguments, "price")) out->job.implied_from = &asked; /* cells follow */
  if (!status) status = read_axes(out, &common, arguments, err);
  if (!status) status = read_settings(&out->job, &common, arguments, err);
  if (!status) status = bt_montecarlo_options_read(&out->common, arguments, err);
  out->job.settings.seed = out->common.seed;
  if (!status) status = make_cells(out, &common, err);
  if (!status) status = check_single(out, arguments, err);
  return status ? status : make_json(out, err);
}

bt_status bt_pricing_options_read(bt_pricing_options *out, const bt_arguments *arguments,
                                  bt_error *err)
{
  *out = (bt_pricing_options){0};
  if (arguments->n_operands > 0)
    return bt_fail(err, BT_ERR_USAGE, "%s: option takes options alone", arguments->operands[0]);
  bt_status status = read_parts(out, arguments, err);
  if (status) bt_pricing_options_clear(out);
  return status;
}

void bt_pricing_options_clear(bt_pricing_options *options)
{
  for (int a = 0; a < BT_PRICING_AXES; a++) bt_axis_clear(&options->axes[a]);
  free(options->cells);
  free(options->implied_from);
  free(options->json_text);
}
