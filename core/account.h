/* account.h - the account of a simulation and its orders: what the plain simulator (simulate.c,
 * where the rules stand) and the evaluation from holding to holding (holdings.c) share. Internal to
 * core.
 */
#ifndef BT_CORE_ACCOUNT_H
#define BT_CORE_ACCOUNT_H

#include <math.h>

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

/* Below this an account of so much cash and a position of that value is only rounding. */
static inline double bt_account__noise(double cash, double value)
{
  return BT_NOISE * (fabs(cash) + fabs(value));
}

/* Rule 8: whether equity of cash + value is 0 or less but for rounding. */
static inline bool bt_account__is_gone(double cash, double value)
{
  return cash + value <= bt_account__noise(cash, value);
}

/* Rules 3 and 9: a decision that differs from the one in force becomes an order on that bar; sets
 * ledger->ruined instead where equity is gone. Errors: NOMEM. */
bt_status bt_account__follow_decision(bt_account *a, size_t bar, double decision, bt_error *err);

/* Rule 11: the first bar of [first, end) on which what is held reaches a level; false where none
 * does. */
bool bt_account__find_touch(bt_touch *out, bt_account *a, size_t first, size_t end);

/* Rule 12: an order to 0 at the level; sets ledger->ruined instead where equity is gone.
 * Errors: NOMEM. */
bt_status bt_account__close_at_level(bt_account *a, const bt_touch *touch, bt_error *err);

/* From that bar on so many shares are held. Errors: NOMEM. */
bt_status bt_account__note_holding(bt_ledger *ledger, size_t bar, double shares, bt_error *err);

/* Rule 13: what is due at the beginning of bar t, once. */
void bt_account__charge_borrow(bt_account *a, size_t t);

#endif
