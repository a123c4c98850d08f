/* trip.h - one round trip of a long position, per unit of the equity before it. Internal to core,
 * for trips.c, which makes those of a target, and trips_follow.c, which cuts off what a window
 * ends.
 */
#ifndef BT_CORE_TRIP_H
#define BT_CORE_TRIP_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/trips.h"

#define BT_TRIP_NEVER SIZE_MAX /* the exit of one that does not end */

/* All of it per unit of the equity before it. */
typedef struct bt_trip {
  size_t entry, exit; /* bars; where it is open, exit is the end of the span */
  bool closed;
  double shares, after, costs, pnl, ret, entry_return, exit_return;
  double unsure;  /* 1 where an order is not simply filled, or rounding could show */
  bt_reach reach; /* of equity at the closes from the entry's bar to before the exit */
} bt_trip;

/* What goes into it. */
typedef struct bt_trip_prices {
  double buy, sell;                 /* before slippage */
  double entry_close, last_close;   /* of the entry's bar, of the one before the exit */
  double entry_factor, exit_factor; /* raw shares per adjusted share */
} bt_trip_prices;

/* Commission as a fraction of the value that is traded. */
static inline double bt_trip_rate(const bt_costs *costs, double factor, double price)
{
  if (costs->commission_per_share == 0) return costs->commission_rate; /* as nearly always */
  return costs->commission_rate + costs->commission_per_share * factor / price;
}

/* Whether another way of rounding could count a return as noise, or put it on the other side of the
 * floor of the downside. Conditions are numbers here: for many trips at once, without branches. */
static inline int bt_trip_is_doubtful(double r, double floor)
{
  double size = fabs(r);
  return ((size > BT_NOISE / 2) & (size < 2 * BT_NOISE)) |
         ((floor != 0) & (fabs(r - floor) < BT_NOISE));
}

/* The same for the return of a trade, which is a difference of amounts of such a scale. */
static inline int bt_trip__is_doubtful_trade(double ret, double scale)
{
  double size = fabs(ret);
  return !((size > 2 * BT_NOISE * scale) | ((size < BT_NOISE / 4) & (scale < 8)));
}

/* Rule 4 of simulate.c, for a target of 1 and one of 0. Without a branch, for many at once. */
static inline bt_trip bt_trip_compute(bt_trip_prices p, const bt_costs *costs, double entry_rate,
                                      double exit_rate, double value, double floor)
{
  double entry_price = p.buy * (1 + costs->slippage_rate);
  double exit_price = p.sell * (1 - costs->slippage_rate);
  double shares = value / entry_price, sold = shares * exit_price;
  double paid = entry_rate * value + exit_rate * sold, after = sold - exit_rate * sold;
  double pnl = shares * (exit_price - entry_price) - paid, ret = pnl * (1 + entry_rate);
  double entry_return = shares * p.entry_close - 1;
  double exit_return = after / (shares * p.last_close) - 1;
  int filled = (after > 0) & (shares < (double)INFINITY);
  int doubtful = bt_trip__is_doubtful_trade(ret, (sold + value + paid) * (1 + entry_rate)) |
                 bt_trip_is_doubtful(entry_return, floor) | bt_trip_is_doubtful(exit_return, floor);
  return (bt_trip){.shares = shares,
                   .after = after,
                   .costs = paid + shares * (fabs(entry_price - p.buy) + fabs(exit_price - p.sell)),
                   .pnl = pnl,
                   .ret = bt_without_noise(ret),
                   .entry_return = bt_without_noise(entry_return),
                   .exit_return = bt_without_noise(exit_return),
                   .unsure = (doubtful | !filled) ? 1 : 0};
}

static inline bt_trip bt_trip_compute_one(bt_trip_prices p, const bt_costs *costs, double floor)
{
  double entry_rate = bt_trip_rate(costs, p.entry_factor, p.buy * (1 + costs->slippage_rate));
  double exit_rate = bt_trip_rate(costs, p.exit_factor, p.sell * (1 - costs->slippage_rate));
  return bt_trip_compute(p, costs, entry_rate, exit_rate, 1 / (1 + entry_rate), floor);
}

/* What trips.c leaves for the first window that needs it, once. */
void bt_trips__finish(bt_trips *trips);

#endif
