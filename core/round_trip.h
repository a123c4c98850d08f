/* round_trip.h - the two orders of a round trip, from no position to one and back, without a
 * ledger: what account.c does, to the same bits, where neither lots nor a minimum commission nor
 * exit levels have a say. Where something happens that is not a plain fill (equity is gone, an
 * order cannot be placed), they return false, and leave the answer to account.c. Internal to core.
 */
#ifndef BT_CORE_ROUND_TRIP_H
#define BT_CORE_ROUND_TRIP_H

#include <math.h>
#include <stdbool.h>

#include "core/outcome.h"
#include "core/simulate.h"

/* The position that is held, and what its trade has cost so far. */
typedef struct bt_round_trip {
  const bt_costs *costs;
  const double *factor; /* raw shares per adjusted share, one a bar */
  double cash, shares;  /* adjusted shares; < 0 short */
  double entry_price, entry_value, entry_paid;
  size_t entry_bar;
  double costs_paid; /* of all trips */
  bt_trade_sums trades;
} bt_round_trip;

static inline void bt_round_trip_init(bt_round_trip *trip, const bt_bars *bars,
                                      const bt_sim_config *config)
{
  *trip =
      (bt_round_trip){.costs = &config->costs, .factor = bars->adjust_factor, .cash = config->cash};
  bt_trade_sums__init(&trip->trades);
}

/* The commission as a fraction of the traded value. */
static inline double bt_round_trip__rate(const bt_round_trip *trip, size_t bar, double price)
{
  const bt_costs *costs = trip->costs;
  if (costs->commission_per_share == 0) return costs->commission_rate;
  return costs->commission_rate + costs->commission_per_share * trip->factor[bar] / price;
}

static inline double bt_round_trip__commission(const bt_round_trip *trip, size_t bar, double value,
                                               double quantity)
{
  const bt_costs *costs = trip->costs;
  if (costs->commission_per_share == 0) return costs->commission_rate * value;
  return costs->commission_rate * value +
         costs->commission_per_share * (quantity * trip->factor[bar]);
}

/* From no position to target != 0 times the equity that is left. */
static inline bool bt_round_trip_open(bt_round_trip *trip, size_t bar, double raw_price,
                                      double target)
{
  double slippage = trip->costs->slippage_rate, equity = trip->cash;
  double price = raw_price * (1 + copysign(slippage, target));
  double rate = bt_round_trip__rate(trip, bar, price);
  double slope = 1 + (target > 0 ? rate : -rate) * target, left = equity / slope;
  double after = left < equity ? left : equity, value = target * after, shares = value / price;
  double quantity = fabs(shares), traded = quantity * price;
  if (!(fabs(target) > BT_NOISE && equity > 0 && slope > 0 && after > 0 && traded > 0 &&
        isfinite(shares)))
    return false;
  trip->entry_paid = bt_round_trip__commission(trip, bar, traded, quantity);
  trip->entry_price = price;
  trip->entry_value = traded;
  trip->entry_bar = bar;
  trip->cash = after - value;
  trip->shares = shares;
  trip->costs_paid += trip->entry_paid + quantity * fabs(price - raw_price);
  return true;
}

/* Back to no position. */
static inline bool bt_round_trip_close(bt_round_trip *trip, size_t bar, double raw_price)
{
  double slippage = trip->costs->slippage_rate, shares = trip->shares, cash = trip->cash;
  double marked = shares * raw_price, noise = BT_NOISE * (fabs(cash) + fabs(marked));
  double price = raw_price * (1 + copysign(slippage, -shares));
  double rate = bt_round_trip__rate(trip, bar, price), old = shares * price, equity = cash + old;
  double left = equity + (shares < 0 ? rate : -rate) * old, after = left < equity ? left : equity;
  double quantity = fabs(shares);
  if (!(cash + marked > noise && fabs(marked) > noise && after > 0)) return false;
  double paid = bt_round_trip__commission(trip, bar, quantity * price, quantity);
  double side = shares < 0 ? -1 : 1;
  double pnl = (-trip->entry_paid - paid) + quantity * (price - trip->entry_price) * side;
  trip->cash = after;
  trip->shares = 0;
  trip->costs_paid += paid + quantity * fabs(price - raw_price);
  bt_trade_sums__add_one(&trip->trades, pnl, pnl / trip->entry_value, bar - trip->entry_bar);
  return true;
}

#endif
