/* long_trips.h - runs that are either long with all equity or without a position, which most are:
 * eight round trips at a time.
 *
 * What a trip does to equity is a factor, which follows from its prices alone, and so do its
 * return, its costs and its path as shares of the equity that it begins with. They are computed in
 * vectors; what remains to be done in order is a multiplication and a look at the drawdown. The
 * numbers agree with those of account.c but for rounding. Internal to core, for holdings.c.
 */
#ifndef BT_CORE_LONG_TRIPS_H
#define BT_CORE_LONG_TRIPS_H

#include "core/path.h"
#include "core/round_trip.h"

/* Follows the changes over the path's span; orders are so simple (bt_round_trip_serves). Returns
 * false where the target takes another value than 0 and 1, an order is not simply filled, or
 * rounding could decide whether a trade was won: path and trades are then half done. */
bool bt_long_trips_follow(bt_path *path, bt_trade_sums *trades, double *costs_paid,
                          const bt_changes *changes, const bt_sim_config *config);

#endif
