/* registry.h - strategies by name. Loading of plugins belongs here, too. */
#ifndef BT_STRATEGIES_REGISTRY_H
#define BT_STRATEGIES_REGISTRY_H

#include <stddef.h>

#include "backtest/strategy.h"
#include "core/status.h"

size_t bt_strategy_count(void);
const bt_strategy *bt_strategy_at(size_t index);

/* Sets *out to a static descriptor. Errors: NOT_FOUND, with the nearest name. */
bt_status bt_strategy_find(const bt_strategy **out, const char *name, bt_error *err);

/* What a descriptor must satisfy: ABI version, names that are identifiers and differ, none of
 * bt_stop_param's among them, a sweep range and preset inside least..most, a rule that compiles
 * over the names. Errors: USAGE, with the
 * reason. */
bt_status bt_strategy_check(const bt_strategy *strategy, bt_error *err);

#endif
