/* plain_simulator.h - the rules of a backtest once more, one bar at a time and in the plainest way:
 * costs are found by halving an interval, profits are what the cash says, and the best price since
 * an entry is looked for anew on every bar. core/simulate.c, which goes from order to order, must
 * agree with it.
 */
#ifndef BT_TESTS_PLAIN_SIMULATOR_H
#define BT_TESTS_PLAIN_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bars.h"
#include "core/simulate.h"

enum { PLAIN_TRADES_MOST = 512 };

/* A trade by what was paid and received for it. */
typedef struct plain_trade {
  int side;
  size_t entry_bar, exit_bar;
  double shares, entry_value;
  double pnl; /* without the value of what is still held */
  bool open;
  bt_exit_reason reason;
} plain_trade;

/* equity and shares have one value for each bar of the span. */
typedef struct plain_account {
  const bt_bars *bars;
  const bt_sim_config *config;
  double *equity, *shares;
  double cash, held, in_force, costs_paid;
  double entry;              /* price of the fill since which something is held on that side */
  size_t entry_bar, decided; /* the bar of that fill, and the one whose decision it was */
  bool opens;                /* nothing is held, so that the next fill is such an entry */
  bt_exit_reason reason;     /* of the order at hand */
  size_t n_trades;
  plain_trade trades[PLAIN_TRADES_MOST];
  bool ruined;
} plain_account;

/* As bt_simulate. Free with plain_free. */
plain_account *plain_simulate(const bt_bars *bars, const double *target, bt_span span,
                              const bt_sim_config *config);
void plain_free(plain_account *account);

#endif
