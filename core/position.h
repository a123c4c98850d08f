/* position.h - cash and shares over bars in which no order arises. Internal to core.
 */
#ifndef BT_CORE_POSITION_H
#define BT_CORE_POSITION_H

#include "core/price_tables.h"

typedef struct bt_position {
  double cash, shares; /* adjusted shares; < 0 short */
} bt_position;

/* Equity at that close. */
static inline double bt_position_equity(bt_position p, double close)
{
  return p.cash + p.shares * close;
}

/* How much larger p is than a position that is the same in another unit. */
static inline double bt_position_ratio(bt_position p, bt_position unit)
{
  return unit.shares != 0 ? p.shares / unit.shares : p.cash / unit.cash;
}

/* The bars of a position that is held since the close before them or longer; none where
 * first >= end. In O(1) where equity is cash alone or shares alone, else bar by bar. */
bt_stretch bt_position_hold(bt_position p, const bt_tables *tables, bt_span bars);

/* The first of the bars at whose close equity is gone, or bars.end. */
size_t bt_position_find_ruin(bt_position p, const bt_tables *tables, bt_span bars);

#endif
