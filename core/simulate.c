#include "core/simulate.h"

#include <math.h>
#include <stdlib.h>

#include "core/account.h"
#include "core/lanes.h"

/* The rules, cited by number where they are applied. What is smaller than BT_NOISE, relative to the
 * amounts that it is the difference of, is rounding and counts as 0.
 *
 *  1. A span starts flat with all cash; the target in force is 0.
 *  2. The decision of bar t fills at open[t+1], or at close[t]. So with fills at the open, the
 *     decision of the bar before the span fills at its first open.
 *  3. An order arises when the decision differs from the one in force, and then counts as in force
 *     whether or not the order can be placed. Between orders the number of shares does not change.
 *  4. Buying or selling is decided at the raw price (where the position is worth what is wanted,
 *     there is nothing to do); slippage moves the price against the trader; costs come out of
 *     equity, and the position is worth target times the rest. With lots it is cut to whole ones.
 *     An order that would leave no equity, or a position of less than one lot, is not placed; one
 *     to 0 needs no lot.
 *  5. A reversal is two orders, a close and an open, each with its commission. Where the first
 *     cannot be placed, nor is the second.
 *  6. A trade lasts from the fill that leaves 0 shares to the one that returns to 0; what is held
 *     at the end is an open trade, marked at the last close.
 *  7. Equity is marked at every close.
 *  8. Equity of 0 or less, before an order or at a close, ends it all: no position from that bar
 *     on, and the trade stays open.
 *
 * The code goes from order to order: between two of them nothing but equity changes. */

/* One order: the bar, the price before and after slippage, and raw shares per adjusted share. */
typedef struct order {
  size_t bar;
  double raw_price, price, factor;
} order;

void bt_ledger_init(bt_ledger *ledger)
{
  *ledger = (bt_ledger){0};
}

void bt_ledger_clear(bt_ledger *ledger)
{
  free(ledger->equity);
  free(ledger->holdings);
  free(ledger->trades);
  bt_ledger_init(ledger);
}

static bt_status reserve_bars(bt_ledger *ledger, size_t n_bars, bt_error *err)
{
  if (n_bars <= ledger->bar_capacity) return BT_OK;
  double *equity = realloc(ledger->equity, n_bars * sizeof *equity);
  if (!equity) return bt_fail_nomem(err, "equity");
  ledger->equity = equity;
  ledger->bar_capacity = n_bars;
  return BT_OK;
}

/* Room for two more trades: a reversal closes one and begins another. They are few, so the list
 * grows by doubling. */
static bt_status reserve_trades(bt_ledger *ledger, bt_error *err)
{
  if (ledger->n_trades + 2 <= ledger->trade_capacity) return BT_OK;
  size_t capacity = ledger->trade_capacity ? 2 * ledger->trade_capacity : 64;
  bt_trade *trades = realloc(ledger->trades, capacity * sizeof *trades);
  if (!trades) return bt_fail_nomem(err, "trades");
  ledger->trades = trades;
  ledger->trade_capacity = capacity;
  return BT_OK;
}

static bt_status reserve_holding(bt_ledger *ledger, bt_error *err)
{
  if (ledger->n_holdings < ledger->holding_capacity) return BT_OK;
  size_t capacity = ledger->holding_capacity ? 2 * ledger->holding_capacity : 64;
  bt_holding *holdings = realloc(ledger->holdings, capacity * sizeof *holdings);
  if (!holdings) return bt_fail_nomem(err, "holdings");
  ledger->holdings = holdings;
  ledger->holding_capacity = capacity;
  return BT_OK;
}

static void note_holding(bt_ledger *ledger, size_t bar, double shares)
{
  ledger->holdings[ledger->n_holdings++] = (bt_holding){.bar = bar, .shares = shares};
}

void bt_ledger_fill_shares(double *shares, const bt_ledger *ledger, bt_span span)
{
  size_t t = span.first;
  double held = 0;
  for (size_t i = 0; i <= ledger->n_holdings; i++) {
    size_t until = i < ledger->n_holdings ? ledger->holdings[i].bar : span.end;
    for (; t < until; t++) shares[t - span.first] = held;
    if (i < ledger->n_holdings) held = ledger->holdings[i].shares;
  }
}

static double commission(const bt_costs *costs, double value, double raw_shares)
{
  double paid = costs->commission_rate * value + costs->commission_per_share * raw_shares;
  if (value == 0) return 0;
  return paid > costs->commission_min ? paid : costs->commission_min;
}

/* Rule 4: the equity E' that is left when the position goes from value `old` to target * E' and the
 * commission comes out of equity first: E' = E - cost(|target * E' - old|). Above its minimum the
 * commission is a fraction c of the traded value, so both sides are linear; the larger of the two
 * costs leaves the smaller E'. NaN where no E' solves it. */
static double equity_after(const bt_account *a, const order *o, double target, double equity,
                           double old)
{
  const bt_costs *costs = &a->config->costs;
  double c = costs->commission_rate + costs->commission_per_share * o->factor / o->price;
  double sign = target * equity > old ? 1 : -1; /* buying or selling */
  double slope = 1 + sign * c * target;
  if (!(slope > 0)) return (double)NAN;
  double after = (equity + sign * c * old) / slope, least_paid = equity - costs->commission_min;
  return after < least_paid ? after : least_paid;
}

/* The average price of `total` shares when the last `added` of them cost `price`. Equal prices
 * average to exactly their price, so that a round trip at one price has a profit of exactly 0. */
static double blend(double average, double price, double added, double total)
{
  return added == total ? price : average + (price - average) * (added / total);
}

/* Rule 6: enters the fill of `change` shares into the trade it opens, adds to, or reduces. */
static void book_trade(bt_account *a, const order *o, double change, double paid)
{
  bt_trade *trade = bt_account__open_trade(a);
  double held = fabs(a->shares), quantity = fabs(change);
  if (held == 0) {
    *trade = (bt_trade){.side = change > 0 ? 1 : -1, .entry_bar = o->bar, .open = true};
    a->held_price = a->exit_shares = 0;
  }
  trade->pnl -= paid;
  if (change * trade->side > 0) {
    trade->shares += quantity;
    trade->entry_value += o->price * quantity;
    trade->entry_price = blend(trade->entry_price, o->price, quantity, trade->shares);
    a->held_price = blend(a->held_price, o->price, quantity, held + quantity);
  } else {
    a->exit_shares += quantity;
    trade->exit_price = blend(trade->exit_price, o->price, quantity, a->exit_shares);
    trade->pnl += quantity * (o->price - a->held_price) * trade->side;
  }
}

static void close_trade(bt_account *a, size_t bar)
{
  bt_trade *trade = bt_account__open_trade(a);
  trade->exit_bar = bar;
  trade->open = false;
  a->ledger->n_trades++;
}

/* Rule 4: brings the position to target times the equity that is left, at the order's price.
 * Nothing happens when that would leave no equity, or less than one lot. */
static void trade_to(bt_account *a, const order *o, double target)
{
  double old_value = a->shares * o->price, equity = a->cash + old_value;
  double after = equity_after(a, o, target, equity, old_value);
  if (!(after > 0)) return;
  double value = target * after, shares = value / o->price;
  if (a->config->lot > 0 && target != 0) {
    double lot = a->config->lot / o->factor; /* in adjusted shares */
    double n_lots = trunc(shares / lot);
    if (n_lots == 0) return;
    shares = n_lots * lot;
    value = shares * o->price;
  }
  double change = shares - a->shares, quantity = fabs(change);
  if (change == 0) return;
  double paid = commission(&a->config->costs, quantity * o->price, quantity * o->factor);
  if (a->config->lot > 0) after = equity - paid; /* less was bought than `after` allowed for */
  if (!(after > 0)) return;
  book_trade(a, o, change, paid);
  a->cash = after - value;
  a->shares = shares;
  a->ledger->costs_paid += paid + quantity * fabs(o->price - o->raw_price);
  if (shares == 0) close_trade(a, o->bar);
}

/* Below this an account of so much cash and a position of that value is only rounding. */
static double noise_of(double cash, double value)
{
  return BT_NOISE * (fabs(cash) + fabs(value));
}

/* Rule 8. */
bool bt_account__is_gone(double cash, double value)
{
  return cash + value <= noise_of(cash, value);
}

/* Rules 3 to 5: a decision that differs from the one in force becomes an order. */
bt_status bt_account__place_order(bt_account *a, const bt_bars *bars, size_t bar, double raw_price,
                                  double target, bt_error *err)
{
  a->in_force = target; /* whether or not the order can be placed */
  double value = a->shares * raw_price, equity = a->cash + value;
  a->ledger->ruined = bt_account__is_gone(a->cash, value);
  if (a->ledger->ruined || fabs(target * equity - value) <= noise_of(a->cash, value)) return BT_OK;
  bt_status status = reserve_trades(a->ledger, err);
  if (!status) status = reserve_holding(a->ledger, err);
  if (status) return status;
  double slippage = a->config->costs.slippage_rate;
  double held = a->shares;
  bool buys = target * equity > value, reverses = held * target < 0;
  order o = {.bar = bar, .raw_price = raw_price, .factor = bars->adjust_factor[bar]};
  o.price = raw_price * (buys ? 1 + slippage : 1 - slippage);
  if (reverses) trade_to(a, &o, 0);
  if (!reverses || a->shares == 0) trade_to(a, &o, target);
  if (a->shares != held) note_holding(a->ledger, bar, a->shares);
  return BT_OK;
}

static bt_pair are_equal(const double *decisions, bt_pair in_force)
{
  return bt_pair_equal(bt_pair_load(decisions), in_force);
}

/* Whether all of BT_LANES decisions are the one in force. */
static bool are_the_same(const double *next, bt_pair in_force)
{
  return bt_pair_all(
      bt_pair_both(bt_pair_both(are_equal(next, in_force), are_equal(next + 2, in_force)),
                   bt_pair_both(are_equal(next + 4, in_force), are_equal(next + 6, in_force))));
}

size_t bt_account__find_order(const double *next, size_t t, size_t end, double in_force)
{
  t++;
  while (t + BT_LANES <= end && are_the_same(next + t - 1, bt_pair_of(in_force))) t += BT_LANES;
  while (t < end && next[t - 1] == in_force) t++;
  return t;
}

/* Rules 7 and 8: equity at the close of the bars [t, end), between which no order arises and shares
 * do not change. Returns end, or the bar on which equity is gone. */
static size_t mark_bars(bt_account *a, const double *close, size_t t, size_t end, size_t first)
{
  const double cash = a->cash, shares = a->shares;
  double *equity = a->ledger->equity;
  size_t stop = t;
  for (size_t i = 0; i < end - t; i++) equity[t - first + i] = cash + shares * close[t + i];
  if (shares < 0 || cash < 0) /* else it cannot be gone: prices are above 0 */
    while (stop < end && !bt_account__is_gone(cash, equity[stop - first] - cash)) stop++;
  else
    stop = end;
  a->ledger->ruined = stop < end;
  if (shares != 0) a->ledger->n_exposed += stop - t;
  return stop;
}

/* Rule 8: from this bar of the span on there is no position and no equity. */
static bt_status fill_with_nothing(bt_ledger *ledger, size_t bar, bt_span span, bt_error *err)
{
  for (size_t t = bar; t < span.end; t++) ledger->equity[t - span.first] = 0;
  bt_status status = reserve_holding(ledger, err);
  if (!status) note_holding(ledger, bar, 0);
  return status;
}

/* The trade that is open at the end: marked at the close of that bar, not closed. */
static void mark_open_trade(bt_account *a, const bt_bars *bars, size_t bar)
{
  bt_trade *trade = bt_account__open_trade(a);
  trade->exit_bar = bar;
  trade->exit_price = bars->close[bar];
  trade->pnl += fabs(a->shares) * (bars->close[bar] - a->held_price) * trade->side;
  a->ledger->n_trades++;
}

void bt_account__begin(bt_account *a, bt_ledger *ledger, const bt_sim_config *config)
{
  *a = (bt_account){.config = config, .ledger = ledger, .cash = config->cash};
  ledger->n_exposed = ledger->n_trades = ledger->n_holdings = 0;
  ledger->costs_paid = 0;
  ledger->ruined = false;
}

bt_status bt_simulate(bt_ledger *ledger, const bt_bars *bars, const double *target, bt_span span,
                      const bt_sim_config *config, bt_error *err)
{
  size_t n_bars = span.end - span.first, t = span.first;
  bool at_open = config->fill == BT_FILL_OPEN;
  const double *prices = at_open ? bars->open : bars->close;
  bt_status status = reserve_bars(ledger, n_bars, err);
  if (status) return status;
  bt_account a;
  bt_account__begin(&a, ledger, config);
  ledger->n_bars = n_bars;
  while (t < span.end && !ledger->ruined) {
    double decision = !at_open ? target[t] : t > 0 ? target[t - 1] : 0;
    if (decision != a.in_force)
      status = bt_account__place_order(&a, bars, t, prices[t], decision, err);
    if (status) return status;
    if (ledger->ruined) break;
    size_t end = bt_account__find_order(at_open ? target : target + 1, t, span.end, a.in_force);
    t = mark_bars(&a, bars->close, t, end, span.first);
  }
  if (ledger->ruined) status = fill_with_nothing(ledger, t, span, err);
  if (a.shares != 0) mark_open_trade(&a, bars, t < span.end ? t : span.end - 1);
  return status;
}
