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

/* Bars of a position, one by one. */
bt_stretch bt_position__gather(bt_position p, const bt_tables *tables, bt_span bars);

/* The bars of a position that is held since the close before them or longer; none where
 * first >= end. In O(1) where equity is cash alone or shares alone, else bar by bar. */
static inline bt_stretch bt_position_hold(bt_position p, const bt_tables *tables, bt_span bars)
{
  if (bars.first >= bars.end) return bt_stretch_empty();
  if (p.shares == 0) {
    bt_stretch flat = bt_stretch_of(0, p.cash, bt_tables_floor(tables));
    flat.downside *= (double)(bars.end - bars.first);
    return flat;
  }
  if (p.cash == 0 && p.shares > 0)
    return bt_stretch_scale(bt_tables_stretch(tables, bars.first, bars.end), p.shares);
  return bt_position__gather(p, tables, bars);
}

/* Whether a rise or a fall of the price could take all equity: cash above 0 and shares cannot be
 * lost, prices being above 0. */
static inline bool bt_position_can_lose_all(bt_position p)
{
  return p.shares < 0 || p.cash < 0;
}

/* The first of at least one bar at whose close equity is gone, or bars.end. */
size_t bt_position_find_ruin(bt_position p, const bt_tables *tables, bt_span bars);

#endif
