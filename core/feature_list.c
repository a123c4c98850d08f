#include "core/feature_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/number.h"
#include "core/suggest.h"

void bt_feature_list_clear(bt_feature_list *list)
{
  free(list->columns);
  *list = (bt_feature_list){0};
}

const bt_feature *bt_feature_list_find(const bt_feature_list *list, const char *name)
{
  for (size_t i = 0; i < list->n; i++)
    if (strcmp(list->columns[i].name, name) == 0) return &list->columns[i];
  return NULL;
}

bool bt_feature_list_needs_benchmark(const bt_feature_list *list)
{
  for (size_t i = 0; i < list->n; i++)
    if (list->columns[i].indicator && list->columns[i].indicator->needs_benchmark) return true;
  return false;
}

/* option: as it was given, "--return 5". */
static bt_status add(bt_feature_list *list, const bt_feature *column, const char *option,
                     bt_error *err)
{
  if (bt_feature_list_find(list, column->name))
    return bt_fail(err, BT_ERR_USAGE, "%s: the column %s is asked for twice", option, column->name);
  bt_feature *columns = bt_grow(list->columns, list->n, sizeof *columns);
  if (!columns) return bt_fail_nomem(err, "columns");
  list->columns = columns;
  columns[list->n++] = *column;
  return BT_OK;
}

bt_status bt_feature_list_add_prices(bt_feature_list *list, bt_error *err)
{
  static const char *const names[BT_FEATURE_PRICE_COUNT] = {"open", "high", "low", "close",
                                                            "volume"};
  size_t n_before = list->n;
  bt_status status = BT_OK;
  for (int i = 0; i < BT_FEATURE_PRICE_COUNT && !status; i++) {
    bt_feature column = {.kind = BT_FEATURE_PRICE, .price = (bt_feature_price)i};
    (void)snprintf(column.name, sizeof column.name, "%s", names[i]);
    status = add(list, &column, "--ohlcv", err);
  }
  if (status) list->n = n_before;
  return status;
}

/* ---- indicators -------------------------------------------------------------------------------
 */

/* rsi_14; macd_12_26_9.signal where there are several outputs. */
static void set_name(bt_feature *column)
{
  const bt_indicator *indicator = column->indicator;
  char *name = column->name, number[BT_NUMBER_TEXT_SIZE];
  size_t size = sizeof column->name, used = (size_t)snprintf(name, size, "%s", indicator->name);
  for (size_t i = 0; i < indicator->n_params && used < size; i++)
    used += (size_t)snprintf(name + used, size - used, "_%s",
                             bt_number_format(number, column->params[i]));
  if (indicator->n_outputs > 1 && used < size)
    (void)snprintf(name + used, size - used, ".%s", indicator->outputs[column->output]);
}

static bt_status add_outputs(bt_feature_list *list, const bt_indicator *indicator,
                             const double *params, const char *option, bt_error *err)
{
  size_t n_before = list->n;
  bt_status status = BT_OK;
  for (size_t k = 0; k < indicator->n_outputs && !status; k++) {
    bt_feature column = {.kind = BT_FEATURE_INDICATOR, .indicator = indicator, .output = k};
    memcpy(column.params, params, sizeof column.params);
    set_name(&column);
    status = add(list, &column, option, err);
  }
  if (status) list->n = n_before;
  return status;
}

static void set_presets(double params[BT_INDICATOR_PARAMS_MOST], const bt_indicator *indicator)
{
  for (size_t i = 0; i < BT_INDICATOR_PARAMS_MOST; i++)
    params[i] = i < indicator->n_params ? indicator->params[i].preset : 0;
}

static bt_status fail_unknown(const char *option, size_t length, const char *name, bt_error *err)
{
  const char **names = malloc((bt_indicator_count() + 1) * sizeof *names);
  char word[64] = "";
  if (!names) return bt_fail_nomem(err, "indicators");
  if (length < sizeof word) memcpy(word, name, length);
  for (size_t i = 0; i < bt_indicator_count(); i++) names[i] = bt_indicator_at(i)->name;
  names[bt_indicator_count()] = "all";
  const char *nearest = bt_suggest(word, names, bt_indicator_count() + 1);
  free(names);
  if (nearest)
    return bt_fail(err, BT_ERR_USAGE, "%s: no such indicator; did you mean '%s'?", option, nearest);
  return bt_fail(err, BT_ERR_USAGE, "%s: no such indicator; `backtest list indicators` shows them",
                 option);
}

static bt_status fail_param(const char *option, const bt_param *param, bt_error *err)
{
  char least[BT_NUMBER_TEXT_SIZE], most[BT_NUMBER_TEXT_SIZE];
  return bt_fail(err, BT_ERR_USAGE, "%s: %s must be a %snumber from %s to %s", option, param->name,
                 param->whole ? "whole " : "", bt_number_format(least, param->least),
                 bt_number_format(most, param->most));
}

/* One of the numbers between the commas. */
static bool parse_param(double *out, const char *text, size_t length, const bt_param *param)
{
  char word[BT_NUMBER_TEXT_SIZE] = "";
  double value = 0;
  if (length == 0 || length >= sizeof word) return false;
  memcpy(word, text, length);
  if (!bt_number_parse(&value, word)) return false;
  if (value < param->least || value > param->most) return false;
  if (param->whole && value != floor(value)) return false;
  *out = value;
  return true;
}

/* "12,26": the first parameters. */
static bt_status parse_params(double *params, const bt_indicator *indicator, const char *text,
                              const char *option, bt_error *err)
{
  for (size_t i = 0;; i++) {
    size_t length = strcspn(text, ",");
    if (i == indicator->n_params)
      return bt_fail(err, BT_ERR_USAGE, "%s: %s takes %zu parameter%s", option, indicator->name, i,
                     i == 1 ? "" : "s");
    if (!parse_param(&params[i], text, length, &indicator->params[i]))
      return fail_param(option, &indicator->params[i], err);
    if (text[length] == '\0') return BT_OK;
    text += length + 1;
  }
}

static const bt_indicator *find_indicator(const char *name, size_t length)
{
  for (size_t i = 0; i < bt_indicator_count(); i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    if (strlen(indicator->name) == length && strncmp(indicator->name, name, length) == 0)
      return indicator;
  }
  return NULL;
}

bt_status bt_feature_list_add_indicator(bt_feature_list *list, const char *spec, bool has_benchmark,
                                        bt_error *err)
{
  char option[BT_ERROR_MESSAGE_SIZE / 2];
  double params[BT_INDICATOR_PARAMS_MOST];
  size_t length = strcspn(spec, ":");
  (void)snprintf(option, sizeof option, "--indicator %s", spec);
  const bt_indicator *indicator = find_indicator(spec, length);
  if (!indicator) return fail_unknown(option, length, spec, err);
  if (indicator->needs_benchmark && !has_benchmark)
    return bt_fail(err, BT_ERR_USAGE, "%s: needs --benchmark SYMBOL", option);
  set_presets(params, indicator);
  bt_status status = BT_OK;
  if (spec[length] == ':') status = parse_params(params, indicator, spec + length + 1, option, err);
  return status ? status : add_outputs(list, indicator, params, option, err);
}

/* Whether its columns with these parameters are there. */
static bool has_outputs(const bt_feature_list *list, const bt_indicator *indicator,
                        const double *params)
{
  bt_feature column = {.indicator = indicator};
  memcpy(column.params, params, sizeof column.params);
  set_name(&column);
  return bt_feature_list_find(list, column.name) != NULL;
}

bt_status bt_feature_list_add_all(bt_feature_list *list, bool has_benchmark, bt_error *err)
{
  double params[BT_INDICATOR_PARAMS_MOST];
  size_t n_before = list->n;
  bt_status status = BT_OK;
  for (size_t i = 0; i < bt_indicator_count() && !status; i++) {
    const bt_indicator *indicator = bt_indicator_at(i);
    set_presets(params, indicator);
    if (indicator->is_part || (indicator->needs_benchmark && !has_benchmark)) continue;
    if (has_outputs(list, indicator, params)) continue;
    status = add_outputs(list, indicator, params, "--indicator all", err);
  }
  if (status) list->n = n_before;
  return status;
}

/* ---- returns ----------------------------------------------------------------------------------
 */

static bt_status add_return(bt_feature_list *list, bt_feature_kind kind, const char *number,
                            const char *option, bt_error *err)
{
  double n_bars = 0;
  bool whole = bt_number_parse(&n_bars, number) && n_bars == floor(n_bars);
  if (!whole || n_bars < 1 || n_bars > BT_FEATURE_BARS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "%s: must be a whole number of bars from 1 to %d", option,
                   BT_FEATURE_BARS_MOST);
  bt_feature column = {.kind = kind, .n_bars = (size_t)n_bars};
  (void)snprintf(column.name, sizeof column.name, "%sreturn_%zu",
                 kind == BT_FEATURE_FWD_RETURN ? "fwd_" : "", column.n_bars);
  return add(list, &column, option, err);
}

bt_status bt_feature_list_add_return(bt_feature_list *list, const char *text, bt_error *err)
{
  char option[BT_ERROR_MESSAGE_SIZE / 2];
  (void)snprintf(option, sizeof option, "--return %s", text);
  return add_return(list, BT_FEATURE_RETURN, text, option, err);
}

bt_status bt_feature_list_add_label(bt_feature_list *list, const char *spec, bt_error *err)
{
  static const char name[] = "fwd_return";
  char option[BT_ERROR_MESSAGE_SIZE / 2];
  size_t length = strcspn(spec, ":");
  (void)snprintf(option, sizeof option, "--label %s", spec);
  if (length != strlen(name) || strncmp(spec, name, length) != 0)
    return bt_fail(err, BT_ERR_USAGE, "%s: no such label; there is fwd_return:BARS", option);
  if (spec[length] == '\0')
    return bt_fail(err, BT_ERR_USAGE, "%s: how many bars ahead? Write fwd_return:5", option);
  return add_return(list, BT_FEATURE_FWD_RETURN, spec + length + 1, option, err);
}
