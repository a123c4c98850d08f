/* indicator_recipe.h - what a result of indicator_cache.h is computed by; shared by its parts
 * alone.
 */
#ifndef BT_CORE_INDICATOR_RECIPE_H
#define BT_CORE_INDICATOR_RECIPE_H

#include "core/indicator_cache.h"

struct bt_indicator;

/* What an entry holds the values of: an indicator, or a function of a strategy's own. */
typedef struct bt_recipe {
  const struct bt_indicator *indicator; /* NULL: an own one */
  bt_own_indicator *own;
  size_t n_params, n_outputs;
} bt_recipe;

/* One output of it, with n_params values that were checked. Errors: those of bt_indicator_get. */
bt_status bt_indicator__get(const double **out, bt_indicator_hold *hold, const bt_recipe *recipe,
                            const double *params, size_t output, bt_error *err);

#endif
