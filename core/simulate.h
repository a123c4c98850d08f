/* simulate.h - the plain simulator: the specification of what a backtest computes.
 *
 * From bars and settled targets to a ledger: equity at every close, the trades, what was paid. The
 * rules stand at the top of simulate.c, numbered, and where they are applied. A fast evaluator must
 * agree with this one.
 */
#ifndef BT_CORE_SIMULATE_H
#define BT_CORE_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bars.h"
#include "core/costs.h"
#include "core/status.h"
#include "core/stops.h"

/* Equity after a fill is right to a few units in the last place. What is smaller than this,
 * relative to the amounts it is a sum or a quotient of, is such noise and counts as 0: returns,
 * drawdowns, profits, and equity that is gone. Without it a price that stands still would have a
 * Sharpe ratio, and a short whose price doubles would come back to life with 1e-14 of cash. */
#define BT_NOISE 1e-14

/* Where the order of a decision fills: at the next bar's open, or at the deciding bar's close. */
typedef enum bt_fill { BT_FILL_OPEN, BT_FILL_CLOSE } bt_fill;

typedef struct bt_sim_config {
  double cash; /* at the start of the span; > 0 */
  bt_costs costs;
  bt_fill fill;
  double lot;          /* whole multiples of so many raw shares; 0 allows fractions */
  double borrow_rate;  /* yearly, of the value of a short position; >= 0 */
  double size;         /* what a target of 1 means: fraction of equity in (0, 1]; 0 as 1: all */
  const double *sizes; /* n_bars values that take the place of size, or NULL; not owned */
  bt_stops stops;
} bt_sim_config;

/* Why a trade ended; BT_EXIT_END: it did not, the bars did. */
typedef enum bt_exit_reason {
  BT_EXIT_SIGNAL,
  BT_EXIT_STOP,
  BT_EXIT_PROFIT,
  BT_EXIT_TRAILING,
  BT_EXIT_END
} bt_exit_reason;

/* signal, stop, profit, trailing or end. */
const char *bt_exit_reason_name(bt_exit_reason reason);

/* From the fill that leaves 0 shares to the one that returns to 0 (or changes sign). Bars are
 * indices into the bars. */
typedef struct bt_trade {
  int side; /* +1 long, -1 short */
  size_t entry_bar, exit_bar;
  double entry_price; /* average paid over all entries, slippage included */
  double exit_price;  /* average received over all exits; the last close when open */
  double shares;      /* entered in all, > 0 (adjusted shares) */
  double entry_value; /* cash: sum of price * shares over all entries */
  double pnl;         /* cash: realised profit less the commissions of the trade, not less borrow */
  bool open;          /* still open at the end: counts in no statistic */
  bt_exit_reason reason;
} bt_trade;

/* The position from the close of one bar on, up to the next such entry. */
typedef struct bt_holding {
  size_t bar;    /* an index into the bars */
  double shares; /* adjusted shares; < 0 short */
} bt_holding;

/* What a simulation leaves. One ledger serves many simulations in turn: its arrays only grow. */
typedef struct bt_ledger {
  size_t n_bars;  /* of the span */
  double *equity; /* n_bars: cash + shares * close at each close */
  size_t n_holdings;
  bt_holding *holdings; /* by bar, one a change (the last of a bar counts); flat before the first */
  size_t n_exposed;     /* bars that end with a position */
  size_t n_trades;      /* trades, the open one (always the last) included */
  bt_trade *trades;
  double costs_paid; /* commissions, slippage and borrow in cash */
  bool ruined;       /* equity fell to 0 or below */
  size_t bar_capacity, trade_capacity, holding_capacity;
} bt_ledger;

void bt_ledger_init(bt_ledger *ledger); /* empty, owns nothing */
void bt_ledger_clear(bt_ledger *ledger);

/* Spreads the holdings: shares[0 .. n_bars-1] held at each close of the span that was simulated. */
void bt_ledger_fill_shares(double *shares, const bt_ledger *ledger, bt_span span);

/* Simulates bars [span.first, span.end) with target[0 .. bars->n_bars-1], settled by
 * bt_target_settle. The span starts flat with config->cash; the target of the bar before it counts
 * (rule 2). The ledger is overwritten. Errors: NOMEM. */
bt_status bt_simulate(bt_ledger *ledger, const bt_bars *bars, const double *target, bt_span span,
                      const bt_sim_config *config, bt_error *err);

#endif
