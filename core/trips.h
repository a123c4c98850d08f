/* trips.h - a target that is either long with all equity or flat, which most are, as its round
 * trips.
 *
 * What a trip does to equity is a factor, which follows from its prices alone, and so do its
 * return, its costs and its path, as shares of the equity that it begins with. So they are computed
 * once, in vectors, and serve every window: there a trip is a few additions, and only the one that
 * the window cuts into is computed anew. The numbers agree with those of account.c but for
 * rounding. Internal to core, for holdings.c.
 */
#ifndef BT_CORE_TRIPS_H
#define BT_CORE_TRIPS_H

#include "core/changes.h"
#include "core/outcome.h"
#include "core/price_tables.h"
#include "core/simulate.h"

typedef struct bt_path bt_path; /* path.h */

/* Per unit of the equity before a trip; arrays have room for BT_LANES more. Reused from target to
 * target; only trips.c and trips_follow.c look inside. */
typedef struct bt_trips {
  size_t n, capacity;
  bool computed; /* orders are always listed; the rest is made for the first window that needs it */
  size_t n_changes;
  size_t *n_foreign;    /* ahead of a change: those to a target that is neither 0 nor 1 */
  size_t *entry, *exit; /* bars of the orders; SIZE_MAX where a trip does not end */
  size_t *n_unsure;     /* trips ahead of it in whose orders or returns rounding could show */
  double *buy, *sell, *entry_close, *last_close, *entry_factor, *exit_factor; /* what went in */
  double *shares, *after, *costs, *pnl, *ret; /* after: equity behind it */
  double *entry_return, *exit_return;         /* of the bars of its two orders */
  bt_reach *reach;                            /* of equity at the closes that it is held over */
  bt_lanes *held; /* sums over the returns between, moment i in lane i */
  double *block;  /* owns all arrays of doubles */
  double *unsure; /* 1 or 0 */
  /* what it was made of: */
  const bt_tables *tables;
  double total[2]; /* of returns and their squares: another ticker's may come to lie there */
  size_t version;  /* of the changes */
  bt_costs of_costs;
  bt_fill fill;
} bt_trips;

void bt_trips_init(bt_trips *trips); /* owns nothing */
void bt_trips_clear(bt_trips *trips);

/* Whether orders are so simple that the target alone decides whether trips serve. */
bool bt_trips_serve(const bt_sim_config *config);

/* Makes the trips of a target, unless they are those of it already. Errors: NOMEM. */
bt_status bt_trips_make(bt_trips *trips, const bt_tables *tables, const bt_changes *changes,
                        const bt_sim_config *config, bt_error *err);

/* Follows them over the path's span; the changes are those that they were made of. Returns false
 * where they do not tell: the target takes another value than 0 and 1 there, or some trip is
 * unsure; the returns of the path are then half done. What lies outside of the span has no say, so
 * two targets that are the same in it have the same bits. */
bool bt_trips_follow(bt_trips *trips, bt_path *path, bt_trade_sums *trades, double *costs_paid,
                     const bt_changes *changes);

#endif
