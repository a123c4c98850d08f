/* registry.h - the built-in strategies by name, and what every descriptor must satisfy. */
#ifndef BT_STRATEGIES_REGISTRY_H
#define BT_STRATEGIES_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "backtest/strategy.h"
#include "core/status.h"

size_t bt_strategy_count(void);
const bt_strategy *bt_strategy_at(size_t index);

/* Sets *out to a static descriptor. Errors: NOT_FOUND, with the nearest name. */
bt_status bt_strategy_find(const bt_strategy **out, const char *name, bt_error *err);

enum {
  BT_STRATEGY_NAME_MOST = 63, /* characters, of parameters too */
  BT_STRATEGY_PARAMS_MOST = 64,
  BT_STRATEGY_SWEEP_MOST = 1000000 /* values in the sweep range of a parameter */
};

/* Whether a strategy may be called so: lower case letters, digits and _, a letter first. */
bool bt_strategy_is_name(const char *name);

/* Whether this program can read a descriptor of that version at all. Errors: USAGE. */
bt_status bt_strategy_check_version(unsigned version, bt_error *err);

/* What a descriptor must satisfy: ABI version; names that are identifiers and differ as SQL tells
 * them apart, from each other, bt_stop_param's, and the columns and views of results
 * (core/result_columns.h); a finite default and sweep range inside least..most; one of the
 * functions that tell a target, and what belongs to on_bar with on_bar alone; texts of one line; a
 * rule that compiles over the names and that the defaults satisfy; counts that are no accident.
 * Errors: USAGE, with the reason; NOMEM. */
bt_status bt_strategy_check(const bt_strategy *strategy, bt_error *err);

#endif
