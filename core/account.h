/* account.h - the account of a simulation and its orders: what the plain simulator (simulate.c,
 * where the rules stand) and the evaluation of many windows share. Internal to core.
 */
#ifndef BT_CORE_ACCOUNT_H
#define BT_CORE_ACCOUNT_H

#include "core/simulate.h"

/* The account while bars go by. */
typedef struct bt_account {
  const bt_sim_config *config;
  bt_ledger *ledger;
  double cash;
  double shares;      /* adjusted shares; < 0 short */
  double in_force;    /* the target that the last order was about, 0 at the start */
  double held_price;  /* average price of the shares held; partial exits leave it as it is */
  double exit_shares; /* of the trade going on so far */
} bt_account;

/* A flat account with all its cash, and a ledger without trades; equity is left alone. */
void bt_account__begin(bt_account *a, bt_ledger *ledger, const bt_sim_config *config);

/* The trade going on while shares != 0: it stands behind those that are closed. */
static inline bt_trade *bt_account__open_trade(const bt_account *a)
{
  return &a->ledger->trades[a->ledger->n_trades];
}

/* Whether equity of cash + value is 0 or less but for rounding. */
bool bt_account__is_gone(double cash, double value);

/* A decision that differs from the one in force becomes an order on that bar; sets
 * ledger->ruined instead where equity is gone. Errors: NOMEM. */
bt_status bt_account__place_order(bt_account *a, const bt_bars *bars, size_t bar, double raw_price,
                                  double target, bt_error *err);

/* The first bar behind t whose decision differs from the one in force, at most `end`; next[i] is
 * the decision that bar i + 1 follows. */
size_t bt_account__find_order(const double *next, size_t t, size_t end, double in_force);

#endif
