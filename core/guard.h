/* guard.h - what a strategy is given to read, and must not write: bars and indicators, which all
 * combinations of a ticker share. */
#ifndef BT_CORE_GUARD_H
#define BT_CORE_GUARD_H

#include <stddef.h>
#include <stdint.h>

#include "backtest/strategy.h"

/* Results do not depend on it. */
typedef enum bt_guard {
  BT_GUARD_NONE, /* a built-in strategy */
  BT_GUARD_HASH, /* bt_indicator_cache_check tells afterwards that something was written */
  BT_GUARD_SEAL  /* pages that are read-only: who writes is stopped by a signal */
} bt_guard;

/* Of n values of 8 bytes each; values = NULL is fine. One value that changes always changes it. */
uint64_t bt_guard_hash(const void *values, size_t n);

/* Of all that a strategy sees of the bars. */
uint64_t bt_guard_hash_series(const bt_series *series);

#endif
