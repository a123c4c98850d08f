#include "strategies/registry.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/char.h"
#include "core/expression.h"
#include "core/stops.h"
#include "core/suggest.h"

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

/* A letter, then letters, digits and _; with capitals, or without. */
static bool is_identifier(const char *name, bool capitals)
{
  if (!name || !bt_char_is_letter(*name)) return false;
  for (const char *c = name; *c; c++) {
    bool letter = capitals ? bt_char_is_letter(*c) : bt_char_is_lower(*c);
    if (!letter && !bt_char_is_digit(*c) && *c != '_') return false;
  }
  return true;
}

static bt_status check_param(const bt_strategy *s, size_t index, bt_error *err)
{
  const bt_param *p = &s->params[index];
  if (!is_identifier(p->name, true))
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: parameter %zu has no proper name", s->name,
                   index + 1);
  for (size_t i = 0; i < index; i++)
    if (strcmp(s->params[i].name, p->name) == 0)
      return bt_fail(err, BT_ERR_USAGE, "strategy %s: two parameters are called '%s'", s->name,
                     p->name);
  for (size_t i = 0; i < BT_STOP_COUNT; i++)
    if (strcmp(bt_stop_param((bt_stop)i)->name, p->name) == 0)
      return bt_fail(err, BT_ERR_USAGE,
                     "strategy %s: '%s' is a parameter of the program itself, an exit level; call "
                     "it otherwise",
                     s->name, p->name);
  const double values[] = {p->preset, p->sweep_first, p->sweep_last};
  for (size_t i = 0; i < 3; i++)
    if (!(values[i] >= p->least && values[i] <= p->most) ||
        (p->whole && values[i] != floor(values[i])))
      return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s: %g is outside its own bounds", s->name,
                     p->name, values[i]);
  if (!(p->sweep_step > 0) || p->sweep_last < p->sweep_first || !p->meaning)
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: %s has no proper sweep range or meaning",
                   s->name, p->name);
  return BT_OK;
}

static bt_status check_rule(const bt_strategy *s, bt_error *err)
{
  bt_expression *rule = NULL;
  if (!s->rule) return BT_OK;
  const char **param_names = calloc(s->n_params + 1, sizeof *param_names);
  if (!param_names) return bt_fail_nomem(err, "strategy");
  for (size_t i = 0; i < s->n_params; i++) param_names[i] = s->params[i].name;
  bt_status status = bt_expression_new(&rule, s->rule, param_names, s->n_params, err);
  bt_expression_free(rule);
  free(param_names);
  return status;
}

bt_status bt_strategy_check(const bt_strategy *s, bt_error *err)
{
  if (s->abi_version != BT_STRATEGY_ABI)
    return bt_fail(err, BT_ERR_USAGE, "strategy ABI version %u, this program has %u",
                   s->abi_version, BT_STRATEGY_ABI);
  if (!is_identifier(s->name, false))
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy without a proper name: lower case letters, digits, _");
  if (!s->summary || (s->n_params > 0 && !s->params))
    return bt_fail(err, BT_ERR_USAGE, "strategy %s: summary or params missing", s->name);
  if (!!s->signals + !!s->sides + !!s->cross + !!s->on_bar != 1)
    return bt_fail(err, BT_ERR_USAGE,
                   "strategy %s: it needs one of cross, sides, signals and on_bar", s->name);
  for (size_t i = 0; i < s->n_params; i++) {
    bt_status status = check_param(s, i, err);
    if (status) return status;
  }
  return check_rule(s, err);
}
