/* account.h - the account of a simulation and its orders: what the plain simulator (simulate.c,
 * where the rules stand) and the evaluation of many windows share. Internal to core.
 */
#ifndef BT_CORE_ACCOUNT_H
#define BT_CORE_ACCOUNT_H

#include "core/simulate.h"

/* The account while bars go by. */
typedef struct bt_account {
  const bt_sim_config *config;
  const bt_bars *bars;
  bt_ledger *ledger;
  size_t first; /* bar of the span */
  double cash;
  double shares;      /* adjusted shares; < 0 short */
  double in_force;    /* the target that the last order was about, 0 at the start */
  double held_price;  /* average price of the shares held; partial exits leave it as it is */
  double exit_shares; /* of the trade going on so far */
  size_t charged;     /* the last bar at whose beginning borrow was due */
  bool has_levels;    /* whether positions have any */
  bt_levels levels;   /* of the shares held */
} bt_account;

/* A flat account with all its cash before bar `first`, and a ledger without trades; equity is left
 * alone. */
void bt_account__begin(bt_account *a, bt_ledger *ledger, const bt_bars *bars, size_t first,
                       const bt_sim_config *config);

/* The trade going on while shares != 0: it stands behind those that are closed. */
static inline bt_trade *bt_account__open_trade(const bt_account *a)
{
  return &a->ledger->trades[a->ledger->n_trades];
}

/* Rule 2: the decision that fills on that bar. */
static inline double bt_account__decision(bt_fill fill, const double *target, size_t bar)
{
  if (fill == BT_FILL_CLOSE) return target[bar];
  return bar > 0 ? target[bar - 1] : 0;
}

/* Rule 2 for bt_account__find_order: at [i] the decision that fills on bar i + 1. */
static inline const double *bt_account__next(bt_fill fill, const double *target)
{
  return fill == BT_FILL_CLOSE ? target + 1 : target;
}

/* Whether equity of cash + value is 0 or less but for rounding. */
bool bt_account__is_gone(double cash, double value);

/* Rules 3 and 9: a decision that differs from the one in force becomes an order on that bar; sets
 * ledger->ruined instead where equity is gone. Errors: NOMEM. */
bt_status bt_account__follow_decision(bt_account *a, size_t bar, double decision, bt_error *err);

/* The first bar behind t whose decision differs from the one in force, at most `end`; `next` as
 * bt_account__next gives it. */
size_t bt_account__find_order(const double *next, size_t t, size_t end, double in_force);

#endif
