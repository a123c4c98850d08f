#include "cli/options_json.h"

#include <inttypes.h>
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
  const char *spec = bt_arguments_find_behind(arguments, "param", param->name);
  if (spec) {
    bt_json_add_text(o, param->name, spec, ok);
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

void bt_options_json__reading(json_object *o, const bt_job *job, const bt_arguments *arguments,
                              bool *ok)
{
  bt_json_add_text(o, "layout", job->load.layout, ok);
  bt_json_add_text(o, "adjust", job->load.adjust ? "auto" : "none", ok);
  bt_json_add_number(o, "max_bad", job->load.max_bad, ok);
  bt_json_add_text(o, "from", bt_arguments_find(arguments, "from"), ok);
  bt_json_add_text(o, "to", bt_arguments_find(arguments, "to"), ok);
}

/* A stop as the command line would say it; where a parameter sets it, its unit; NULL where there is
 * none. */
static void add_stop(json_object *o, const char *name, const bt_job *job, bt_stop stop, bool *ok)
{
  char text[2 * BT_NUMBER_TEXT_SIZE + 8], amount[BT_NUMBER_TEXT_SIZE], period[BT_NUMBER_TEXT_SIZE];
  const bt_distance *distance = &job->evaluation.simulation.stops.at[stop];
  bool swept = job->stop_params[stop] > 0;
  bt_number_format(amount, distance->amount);
  bt_number_format(period, distance->atr_period);
  if (distance->unit == BT_DISTANCE_ATR)
    (void)snprintf(text, sizeof text, "%satr(%s)", swept ? "" : amount, period);
  else
    (void)snprintf(text, sizeof text, "%s", swept ? "fraction" : amount);
  bt_json_add_text(o, name, swept || distance->amount > 0 ? text : NULL, ok);
}

static void add_costs(json_object *o, const bt_sim_config *sim, bool *ok)
{
  bt_json_add_number(o, "commission_rate", sim->costs.commission_rate, ok);
  bt_json_add_number(o, "commission_per_share", sim->costs.commission_per_share, ok);
  bt_json_add_number(o, "commission_min", sim->costs.commission_min, ok);
  bt_json_add_number(o, "slippage_rate", sim->costs.slippage_rate, ok);
  bt_json_add_number(o, "borrow_rate", sim->borrow_rate, ok);
}

static void add_simulation(json_object *o, const bt_job *job, bool *ok)
{
  static const char *const directions[] = {"long", "short", "both"};
  const bt_sim_config *sim = &job->evaluation.simulation;
  double ppy = job->periods_per_year, volatility = job->size.volatility;
  bt_json_add_text(o, "direction", directions[job->direction], ok);
  bt_json_add_text(o, "fill", sim->fill == BT_FILL_OPEN ? "open" : "close", ok);
  bt_json_add_number(o, "cash", sim->cash, ok);
  add_costs(o, sim, ok);
  bt_json_add_number(o, "size", job->size.fraction, ok);
  bt_json_add_number(o, "size_volatility", volatility > 0 ? volatility : (double)NAN, ok);
  bt_json_add_number(o, "lot", sim->lot, ok);
  add_stop(o, "stop_loss", job, BT_STOP_LOSS, ok);
  add_stop(o, "take_profit", job, BT_STOP_PROFIT, ok);
  add_stop(o, "trailing", job, BT_STOP_TRAILING, ok);
  bt_json_add_number(o, "rf", job->evaluation.rf, ok);
  bt_json_add_number(o, "periods_per_year", ppy == 0 ? (double)NAN : ppy, ok);
}

static const uint64_t hash_of_nothing = UINT64_C(0xcbf29ce484222325);

/* FNV-1a, 64 bits. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
  const unsigned char *at = bytes;
  for (size_t i = 0; i < n; i++) hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
  return hash;
}

/* As 16 hex digits; NULL where there is nothing to hash. */
static void add_hash(json_object *o, const char *name, uint64_t hash, bool any, bool *ok)
{
  char text[17] = "";
  (void)snprintf(text, sizeof text, "%016" PRIx64, hash);
  bt_json_add_text(o, name, any ? text : NULL, ok);
}

void bt_options_json__membership(json_object *o, const bt_universe *universe, bool *ok)
{
  uint64_t hash = hash_of_nothing;
  bool dated = false;
  for (size_t i = 0; i < universe->n_entries; i++) {
    const bt_universe_entry *entry = &universe->entries[i];
    dated = dated || entry->n_stretches > 0;
    hash = mix(hash, entry->symbol, strlen(entry->symbol) + 1);
    if (entry->n_stretches > 0)
      hash = mix(hash, entry->stretches, entry->n_stretches * sizeof *entry->stretches);
  }
  add_hash(o, "membership_hash", hash, dated, ok);
}

/* What a file of regimes says. */
static void add_book(json_object *o, const bt_regime_book *book, bool *ok)
{
  uint64_t hash = hash_of_nothing;
  for (size_t i = 0; book && i < book->n_stretches; i++) {
    const bt_regime_stretch *stretch = &book->stretches[i];
    const char *name = book->names[stretch->name];
    hash = mix(hash, &stretch->from_ns, sizeof stretch->from_ns);
    hash = mix(hash, &stretch->to_ns, sizeof stretch->to_ns);
    hash = mix(hash, name, strlen(name) + 1);
  }
  add_hash(o, "regimes_hash", hash, book != NULL, ok);
}

void bt_options_json__benchmark(json_object *o, const char *symbol, uint64_t hash, bool *ok)
{
  bt_json_add_text(o, "benchmark", symbol, ok);
  add_hash(o, "benchmark_hash", hash, symbol != NULL, ok);
}

static void add_market(json_object *o, const bt_job *job, const bt_arguments *arguments, bool *ok)
{
  bt_options_json__benchmark(o, bt_arguments_find(arguments, "benchmark"), job->benchmark_hash, ok);
  bt_json_add_text(o, "regimes", bt_arguments_find(arguments, "regimes"), ok);
  add_book(o, job->regimes.book, ok);
  bt_options_json__membership(o, job->universe, ok);
}

static void add_windows(json_object *o, const bt_job *job, const bt_arguments *arguments, bool *ok)
{
  const char *step = bt_arguments_find(arguments, "step");
  bt_json_add_text(o, "train", bt_arguments_find(arguments, "train"), ok);
  bt_json_add_text(o, "test", bt_arguments_find(arguments, "test"), ok);
  bt_json_add_text(o, "step", step ? step : bt_arguments_find(arguments, "test"), ok);
  bt_json_add_text(o, "gap", bt_arguments_find(arguments, "gap"), ok);
  bt_json_add_flag(o, "anchored", job->windows.anchored, ok);
  bt_json_add_text(o, "select", job->select == BT_SELECT_TICKER ? "ticker" : "universe", ok);
}

static void add_selection(json_object *o, const bt_job *job, bool *ok)
{
  static const char *const kinds[] = {"all", "top", "selected"};
  bt_json_add_text(o, "objective", bt_metric_describe(job->selection.objective).name, ok);
  bt_json_add_number(o, "min_trades", job->selection.min_trades, ok);
  bt_json_add_text(o, "keep", kinds[job->keep.kind], ok);
  if (job->keep.kind == BT_KEEP_TOP) bt_json_add_count(o, "keep_top", job->keep.top, ok);
  bt_json_add_text(o, "portfolio", job->portfolio_all ? "all" : "selected", ok);
  bt_json_add_flag(o, "save_trades", job->save_trades, ok);
  bt_json_add_flag(o, "save_equity", job->save_equity, ok);
}

char *bt_options_json(const bt_job *job, bool walks, const char *plugin_hash,
                      const bt_arguments *arguments)
{
  bool ok = true;
  json_object *o = bt_json_object(&ok);
  bt_json_add_text(o, "universe", bt_arguments_find(arguments, "universe"), &ok);
  bt_json_add_text(o, "data", bt_arguments_find(arguments, "data"), &ok);
  bt_options_json__reading(o, job, arguments, &ok);
  add_strategy(o, job->strategy, arguments, &ok);
  if (plugin_hash[0]) bt_json_add_text(o, "plugin_hash", plugin_hash, &ok);
  add_simulation(o, job, &ok);
  add_selection(o, job, &ok);
  add_texts(o, arguments, "require", &ok);
  add_market(o, job, arguments, &ok);
  if (walks) add_windows(o, job, arguments, &ok);
  const char *text = ok ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : NULL;
  char *copy = text ? strdup(text) : NULL;
  json_object_put(o);
  return copy;
}
