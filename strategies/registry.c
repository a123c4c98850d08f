#include "strategies/registry.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/char.h"
#include "core/expression.h"
#include "core/result_columns.h"
#include "core/stops.h"
#include "core/suggest.h"
#include "core/utf8.h"

#define X(name) extern const bt_strategy bt_strategy_##name;
#include "strategies/strategy_list.def"
#undef X

static const bt_strategy *const strategies[] = {
#define X(name) &bt_strategy_##name,
#include "strategies/strategy_list.def"
#undef X
};

static const char *const names[] = {
#define X(name) #name,
#include "strategies/strategy_list.def"
#undef X
};

enum { N_STRATEGIES = sizeof strategies / sizeof strategies[0] };

size_t bt_strategy_count(void)
{
  return N_STRATEGIES;
}

const bt_strategy *bt_strategy_at(size_t index)
{
  return strategies[index];
}

bt_status bt_strategy_find(const bt_strategy **out, const char *name, bt_error *err)
{
  for (size_t i = 0; i < N_STRATEGIES; i++) {
    if (strcmp(strategies[i]->name, name) != 0) continue;
    *out = strategies[i];
    return BT_OK;
  }
  const char *nearest = bt_suggest(name, names, N_STRATEGIES);
  if (nearest)
    return bt_fail(err, BT_ERR_NOT_FOUND, "no strategy is called '%s'; did you mean '%s'?", name,
                   nearest);
  return bt_fail(err, BT_ERR_NOT_FOUND,
                 "no strategy is called '%s'; `backtest list strategies` shows them", name);
}

/* ---- checks -----------------------------------------------------------------------------------
 */

/* A letter, then letters, digits and _; with capitals, or without. */
static bool is_identifier(const char *name, bool capitals)
{
  size_t length = 0;
  if (!name || !bt_char_is_letter(*name)) return false;
  for (const char *c = name; *c; c++, length++) {
    bool letter = capitals ? bt_char_is_letter(*c) : bt_char_is_lower(*c);
    if (!letter && !bt_char_is_digit(*c) && *c != '_') return false;
  }
  return length <= BT_STRATEGY_NAME_MOST;
}

bool bt_strategy_is_name(const char *name)
{
  return is_identifier(name, false);
}

/* UTF-8 without control characters, so that a terminal and a database can show it. */
static bool is_plain(const char *text)
{
  for (size_t length; *text; text += length) {
    const unsigned char *c = (const unsigned char *)text;
    length = bt_utf8_length(text);
    if (length == 0 || c[0] < ' ' || c[0] == 0x7f) return false;
    if (c[0] == 0xc2 && c[1] < 0xa0) return false; /* U+0080 to U+009F */
  }
  return true;
}

/* A text that is printed; what it is called stands behind the strategy's name. */
static bt_status check_text(const bt_strategy *s, const char *what, const char *text, bt_error *err)
{
  if (!text || !*text)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s is missing", s->name, what);
  if (!is_plain(text))
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy %s: %s has a control character, or is not UTF-8; one line of plain "
                   "text is expected",
                   s->name, what);
  return BT_OK;
}

/* ---- parameters -------------------------------------------------------------------------------
 */

static bt_status check_param_name(const bt_strategy *s, size_t index, bt_error *err)
{
  const char *name = s->params[index].name;
  if (!is_identifier(name, true))
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy %s: parameter %zu has no proper name: a letter, then letters, digits, "
                   "_; up to %d",
                   s->name, index + 1, BT_STRATEGY_NAME_MOST);
  for (size_t i = 0; i < index; i++)
    if (bt_result_names_equal(s->params[i].name, name))
      return bt_fail(err, BT_ERR_USAGE,
                     "strategy %s: two parameters are called '%s', as far as SQL can tell", s->name,
                     name);
  if (bt_result_has_column(name))
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy %s: parameter '%s' has the name of another column of the results",
                   s->name, name);
  for (size_t i = 0; i < BT_STOP_COUNT; i++)
    if (bt_result_names_equal(bt_stop_param((bt_stop)i)->name, name))
      return bt_fail(err, BT_ERR_USAGE,
                     "strategy %s: '%s' is a parameter of the program itself, an exit level; call "
                     "it otherwise",
                     s->name, name);
  return BT_OK;
}

/* A value of the parameter that the strategy names itself. */
static bt_status check_value(const bt_strategy *s, const bt_param *p, const char *what,
                             double value, bt_error *err)
{
  if (!isfinite(value))
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s: %s is not a finite number: %g", s->name,
                   p->name, what, value);
  if (value < p->least || value > p->most)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s: %s %g is outside its own bounds %g to %g",
                   s->name, p->name, what, value, p->least, p->most);
  if (p->whole && value != floor(value))
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s: %s %g is not whole, as it says it is",
                   s->name, p->name, what, value);
  return BT_OK;
}

static bt_status check_sweep(const bt_strategy *s, const bt_param *p, bt_error *err)
{
  double n_steps = floor((p->sweep_last - p->sweep_first) / p->sweep_step);
  bt_status status = check_value(s, p, "the first value of its sweep range", p->sweep_first, err);
  if (!status) status = check_value(s, p, "the last value of its sweep range", p->sweep_last, err);
  if (status) return status;
  if (!(p->sweep_step > 0) || !isfinite(p->sweep_step))
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy %s: %s: the step of its sweep range must be above 0, and is %g",
                   s->name, p->name, p->sweep_step);
  if (p->sweep_last < p->sweep_first)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s: its sweep range ends before it begins",
                   s->name, p->name);
  if (!(n_steps < BT_STRATEGY_SWEEP_MOST))
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s: its sweep range has more than %d values",
                   s->name, p->name, BT_STRATEGY_SWEEP_MOST);
  if (p->whole && p->sweep_step != floor(p->sweep_step))
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy %s: %s: the step of its sweep range %g is not whole, as it says it is",
                   s->name, p->name, p->sweep_step);
  return BT_OK;
}

static bt_status check_param(const bt_strategy *s, size_t index, bt_error *err)
{
  const bt_param *p = &s->params[index];
  char what[BT_STRATEGY_NAME_MOST + 32];
  bt_status status = check_param_name(s, index, err);
  if (status) return status;
  (void)snprintf(what, sizeof what, "the meaning of %s", p->name);
  status = check_text(s, what, p->meaning, err);
  if (!status && !(p->least <= p->most))
    status = bt_fail(err, BT_ERR_USAGE, "strategy %s: %s: its bounds %g to %g leave nothing",
                     s->name, p->name, p->least, p->most);
  if (!status) status = check_value(s, p, "its default", p->preset, err);
  return status ? status : check_sweep(s, p, err);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* Whether a run without options has a combination. */
static bool takes_defaults(const bt_strategy *s, const bt_expression *rule)
{
  double values[BT_STRATEGY_PARAMS_MOST];
  for (size_t i = 0; i < s->n_params; i++) values[i] = s->params[i].preset;
  return bt_expression_holds(rule, values);
}

static bt_status check_rule(const bt_strategy *s, bt_error *err)
{
  const char *param_names[BT_STRATEGY_PARAMS_MOST];
  bt_expression *rule = NULL;
  bt_error cause;
  if (!s->rule) return BT_OK;
  bt_status status = check_text(s, "the rule", s->rule, err);
  if (status) return status;
  for (size_t i = 0; i < s->n_params; i++) param_names[i] = s->params[i].name;
  status = bt_expression_new(&rule, s->rule, param_names, s->n_params, &cause);
  if (status == BT_ERR_USAGE)
    return bt_fail(err, status, "strategy %s: rule '%.60s': %s", s->name, s->rule, cause.message);
  if (status) return bt_fail(err, status, "%s", cause.message);
  if (!takes_defaults(s, rule))
    status = bt_fail(err, BT_ERR_USAGE, "strategy %s: rule '%.60s': its own defaults break it",
                     s->name, s->rule);
  bt_expression_free(rule);
  return status;
}

/* What only on_bar has. */
static bt_status check_state(const bt_strategy *s, bt_error *err)
{
  if (s->prepare && !s->on_bar)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: prepare is for on_bar alone", s->name);
  if (s->state_bytes > 0 && !s->on_bar)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: state_bytes is for on_bar alone", s->name);
  if (s->state_bytes > BT_STATE_BYTES_MOST)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: state_bytes is %zu; at most %d", s->name,
                   s->state_bytes, BT_STATE_BYTES_MOST);
  return BT_OK;
}

bt_status bt_strategy_check_version(unsigned version, bt_error *err)
{
  if (version == BT_STRATEGY_ABI) return BT_OK;
  return bt_fail(err, BT_ERR_USAGE,
                 "it was compiled for ABI version %u of backtest/strategy.h and this program has "
                 "version %u: compile it anew with this program's header",
                 version, BT_STRATEGY_ABI);
}

bt_status bt_strategy_check(const bt_strategy *s, bt_error *err)
{
  bt_status sound = bt_strategy_check_version(s->abi_version, err);
  if (sound) return sound;
  if (!is_identifier(s->name, false))
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy without a proper name: lower case letters, digits, _; up to %d",
                   BT_STRATEGY_NAME_MOST);
  if (bt_result_has_view(s->name))
    return bt_fail(err, BT_ERR_USAGE,
                   "a strategy cannot be called '%s': the view results_%s has the results of all",
                   s->name, s->name);
  if (s->n_params > BT_STRATEGY_PARAMS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: n_params is %zu; at most %d", s->name,
                   s->n_params, BT_STRATEGY_PARAMS_MOST);
  if (!s->summary || (s->n_params > 0 && !s->params))
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: summary or params missing", s->name);
  if (!!s->signals + !!s->sides + !!s->cross + !!s->on_bar != 1)
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy %s: it needs one of cross, sides, signals and on_bar", s->name);
  for (size_t i = 0; i < s->n_params; i++) {
    bt_status status = check_param(s, i, err);
    if (status) return status;
  }
  sound = check_text(s, "the summary", s->summary, err);
  if (!sound) sound = check_state(s, err);
  return sound ? sound : check_rule(s, err);
}
