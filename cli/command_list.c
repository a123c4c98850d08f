/* backtest list: what is built in, and which plugins are found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/indicator_call.h"
#include "cli/job_options.h"
#include "cli/list_plugins.h"
#include "cli/results_stream.h"
#include "core/indicator.h"
#include "core/metrics.h"
#include "core/number.h"
#include "core/stops.h"
#include "core/suggest.h"
#include "loaders/load.h"
#include "strategies/registry.h"

static void print_params(const bt_strategy *s)
{
  char preset[BT_NUMBER_TEXT_SIZE], first[BT_NUMBER_TEXT_SIZE], last[BT_NUMBER_TEXT_SIZE];
  char step[BT_NUMBER_TEXT_SIZE], range[80];
  for (size_t i = 0; i < s->n_params; i++) {
    const bt_param *p = &s->params[i];
    (void)snprintf(range, sizeof range, "%s:%s:%s", bt_number_format(first, p->sweep_first),
                   bt_number_format(last, p->sweep_last), bt_number_format(step, p->sweep_step));
    (void)printf("    %-10s %-6s %-12s %s\n", p->name, bt_number_format(preset, p->preset), range,
                 p->meaning);
  }
}

static void print_strategy(const bt_strategy *s, const char *mark)
{
  (void)printf("  %-10s %s%s%s%s\n", s->name, s->summary, s->rule ? "; " : "",
               s->rule ? s->rule : "", mark);
  print_params(s);
}

/* What compiling a plugin takes from a cache, or puts there, is the user's own. */
static bt_status find_plugins(bt_plugin_list *out, const bt_arguments *arguments, bt_error *err)
{
  char *cache = NULL;
  bt_status status = bt_options_cache_folder(&cache, arguments, err);
  if (!status) status = bt_plugin_list_make(out, cache, err);
  free(cache);
  return status;
}

static bt_status print_strategies(const bt_arguments *arguments, bt_error *err)
{
  bt_plugin_list plugins;
  bt_status status = bt_results_withhold(err);
  if (!status) status = find_plugins(&plugins, arguments, err);
  bt_results_release();
  if (status) return status;
  (void)printf("strategies: name, rule; then each parameter with default, --grid range, meaning\n");
  for (size_t i = 0; i < bt_strategy_count(); i++) print_strategy(bt_strategy_at(i), "");
  for (size_t i = 0; i < plugins.found.n_items; i++)
    if (plugins.plugins[i].strategy) print_strategy(plugins.plugins[i].strategy, " [plugin]");
  (void)printf(
      "  every strategy has these, too, as --param stop_loss=2%%,5%% or 1atr(14),2atr(14):\n");
  for (int i = 0; i < BT_STOP_COUNT; i++)
    (void)printf("    %-11s %-5s %-12s %s\n", bt_stop_param((bt_stop)i)->name, "0", "",
                 bt_stop_param((bt_stop)i)->meaning);
  if (bt_arguments_has(arguments, "verbose"))
    bt_plugin_list_print_places(&plugins);
  else
    bt_plugin_list_print_refused(&plugins);
  bt_plugin_list_clear(&plugins);
  return BT_OK;
}

enum { INDICATOR_COLUMN = 16, INDICATOR_COLUMNS = 99 }; /* what stands behind the name */

/* "gives upper, middle, lower from bar 19". */
static void print_outputs(const bt_indicator *indicator)
{
  double presets[BT_INDICATOR_PARAMS_MOST] = {0};
  for (size_t i = 0; i < indicator->n_params; i++) presets[i] = indicator->params[i].preset;
  (void)printf("%*s  gives ", INDICATOR_COLUMN, "");
  for (size_t k = 0; k < indicator->n_outputs; k++) {
    size_t bar = indicator->first_bar(presets, k);
    bool last = k + 1 == indicator->n_outputs;
    (void)printf("%s%s", k ? ", " : "", indicator->outputs[k]);
    if (last || indicator->first_bar(presets, k + 1) != bar) (void)printf(" from bar %zu", bar);
  }
  (void)printf("%s\n", indicator->needs_benchmark ? "; needs a --benchmark" : "");
}

static void print_indicator(const bt_indicator *indicator)
{
  char source[128], preset[BT_NUMBER_TEXT_SIZE], call[BT_INDICATOR_CALL_SIZE];
  bool fits = strlen(indicator->name) + 3 < INDICATOR_COLUMN;
  (void)snprintf(source, sizeof source, "[%s]", indicator->source);
  (void)printf("  %-*s", INDICATOR_COLUMN - 2, indicator->name);
  if (!fits) (void)printf("\n%*s", INDICATOR_COLUMN, "");
  bt_command_print_wrapped(indicator->summary, INDICATOR_COLUMN, INDICATOR_COLUMNS);
  (void)printf("%*s", INDICATOR_COLUMN, "");
  bt_command_print_wrapped(source, INDICATOR_COLUMN, INDICATOR_COLUMNS);
  for (size_t i = 0; i < indicator->n_params; i++) {
    const bt_param *p = &indicator->params[i];
    (void)printf("%*s  %-10s %-6s %s\n", INDICATOR_COLUMN, "", p->name,
                 bt_number_format(preset, p->preset), p->meaning);
  }
  print_outputs(indicator);
  (void)printf("%*s  in C: %s\n", INDICATOR_COLUMN, "", bt_indicator_call(call, indicator));
}

static bt_status print_indicators(const bt_arguments *arguments, bt_error *err)
{
  (void)arguments, (void)err;
  (void)printf("indicators: name, definition [convention]; then each parameter, in the order of\n"
               "--indicator NAME:A,B, with its default; what it gives, and from which bar on with "
               "the defaults\n(the first bar is 0)\n");
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const char *group = bt_indicator_group(i);
    if (i == 0 || strcmp(group, bt_indicator_group(i - 1)) != 0) (void)printf("\n%s\n", group);
    print_indicator(bt_indicator_at(i));
  }
  return BT_OK;
}

static bt_status print_layouts(const bt_arguments *arguments, bt_error *err)
{
  (void)arguments, (void)err;
  (void)printf("layouts: what --layout auto knows, in the order in which they are tried\n");
  for (size_t i = 0; i < bt_layout_count(); i++)
    (void)printf("  %-20s %s\n", bt_layout_at(i).name, bt_layout_at(i).summary);
  return BT_OK;
}

static bt_status print_metrics(const bt_arguments *arguments, bt_error *err)
{
  (void)arguments, (void)err;
  (void)printf("metrics: column, unit, definition [convention]\n");
  for (int i = 0; i < BT_METRIC_COUNT; i++) {
    bt_metric_info info = bt_metric_describe((bt_metric)i);
    (void)printf("  %-17s %-17s %s", info.name, info.unit, info.definition);
    if (strcmp(info.source, "-") != 0) (void)printf(" [%s]", info.source);
    (void)printf("\n");
  }
  return BT_OK;
}

static const struct {
  const char *name;
  bt_status (*print)(const bt_arguments *arguments, bt_error *err);
} topics[] = {
    {"strategies", print_strategies},
    {"indicators", print_indicators},
    {"layouts", print_layouts},
    {"metrics", print_metrics},
};

enum { N_TOPICS = sizeof topics / sizeof topics[0] };

static bt_status fail_unknown(const char *topic, bt_error *err)
{
  const char *names[N_TOPICS];
  for (size_t i = 0; i < N_TOPICS; i++) names[i] = topics[i].name;
  const char *nearest = bt_suggest(topic, names, N_TOPICS);
  return bt_fail(err, BT_ERR_USAGE,
                 "list %s: must be strategies, indicators, layouts or metrics%s%s%s", topic,
                 nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* All topics, or the one wanted. */
static bt_status print_topics(const char *wanted, const bt_arguments *arguments, bt_error *err)
{
  bool found = false;
  bt_status status = BT_OK;
  for (size_t i = 0; i < N_TOPICS && !status; i++) {
    if (wanted && strcmp(wanted, topics[i].name) != 0) continue;
    if (found) (void)printf("\n");
    status = topics[i].print(arguments, err);
    found = true;
  }
  return found ? status : fail_unknown(wanted, err);
}

static int run(const bt_arguments *arguments)
{
  const char *wanted = arguments->n_operands > 0 ? arguments->operands[0] : NULL;
  bt_error err;
  bt_status status = BT_OK;
  if (arguments->n_operands > 1)
    status = bt_fail(&err, BT_ERR_USAGE, "%s: list takes one topic, or none for all",
                     arguments->operands[1]);
  if (!status) status = print_topics(wanted, arguments, &err);
  return status ? bt_command_fail(&err, "list") : BT_EXIT_OK;
}

static const bt_option options[] = {
    {"verbose", 'v', NULL, false, "where plugins are looked for, and why one is refused"},
};

extern const bt_command bt_command_list;
const bt_command bt_command_list = {
    .name = "list",
    .summary = "show what is built in, and plugins, with parameters",
    .synopsis = "backtest list [strategies|indicators|layouts|metrics] [-v]",
    .notes = "Example: backtest list strategies\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
