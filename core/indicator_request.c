/* What is asked of an indicator cache: by name, or with a function of a strategy's own. */
#include <math.h>

#include "core/indicator.h"
#include "core/indicator_recipe.h"

static bt_status check_params(const bt_indicator *indicator, const bt_indicator_request *wanted,
                              bt_error *err)
{
  if (wanted->output >= indicator->n_outputs)
    return bt_fail(err, BT_ERR_NOT_FOUND, "indicator %s has no output %zu", wanted->name,
                   wanted->output);
  if (wanted->n_params != indicator->n_params)
    return bt_fail(err, BT_ERR_USAGE, "indicator %s takes %zu parameters, not %zu", indicator->name,
                   indicator->n_params, wanted->n_params);
  for (size_t i = 0; i < wanted->n_params; i++) {
    const bt_param *p = &indicator->params[i];
    double value = wanted->params[i];
    if (value >= p->least && value <= p->most && (!p->whole || value == floor(value))) continue;
    return bt_fail(err, BT_ERR_USAGE, "indicator %s: %s = %g is not %s from %g to %g",
                   indicator->name, p->name, value, p->whole ? "a whole number" : "a number",
                   p->least, p->most);
  }
  return BT_OK;
}

bt_status bt_indicator_get(const double **out, bt_indicator_hold *hold,
                           const bt_indicator_request *wanted, bt_error *err)
{
  const bt_indicator *indicator = bt_indicator_find(wanted->name);
  if (!indicator)
    return bt_fail(err, BT_ERR_NOT_FOUND, "no indicator is called '%s'", wanted->name);
  bt_status status = check_params(indicator, wanted, err);
  if (status) return status;
  if (indicator->needs_benchmark && !bt_indicator_cache_series(hold->cache)->benchmark)
    return bt_fail(err, BT_ERR_USAGE, "indicator %s needs a --benchmark", indicator->name);
  const bt_recipe recipe = {indicator, NULL, indicator->n_params, indicator->n_outputs};
  return bt_indicator__get(out, hold, &recipe, wanted->params, wanted->output, err);
}

bt_status bt_indicator_get_own(const double **out, bt_indicator_hold *hold,
                               bt_own_indicator *compute, const double *params, size_t n_params,
                               bt_error *err)
{
  const bt_recipe recipe = {NULL, compute, n_params, 1};
  if (!compute) return bt_fail(err, BT_ERR_USAGE, "an indicator of its own has no function");
  if (n_params > BT_INDICATOR_PARAMS_MOST)
    return bt_fail(err, BT_ERR_USAGE,
                   "an indicator of its own takes %d parameters at most, not %zu",
                   BT_INDICATOR_PARAMS_MOST, n_params);
  return bt_indicator__get(out, hold, &recipe, params, 0, err);
}
