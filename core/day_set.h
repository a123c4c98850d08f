/* day_set.h - the days on which a ticker has bars: all of its dates without its prices.
 *
 * Invariant: a set that is not empty has its first and its last day. A set of zeros is empty.
 */
#ifndef BT_CORE_DAY_SET_H
#define BT_CORE_DAY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bars.h"
#include "core/status.h"

/* UTC days since 1970-01-01, from the first that has bars to the last, a bit each. */
typedef struct bt_day_set {
  int64_t first_day, last_day;
  size_t n_days;  /* that have bars; 0: the set is empty */
  uint64_t *bits; /* owned: bit d % 64 of word d / 64 stands for first_day + d */
} bt_day_set;

/* The days of the bars. The caller clears *out with bt_day_set_clear. Errors: NOMEM. */
bt_status bt_day_set_new(bt_day_set *out, const bt_bars *bars, bt_error *err);
void bt_day_set_clear(bt_day_set *set); /* leaves an empty set */

bool bt_day_set_has(const bt_day_set *set, int64_t day);

#endif
