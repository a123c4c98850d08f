#include "core/simulate.h"

#include <math.h>
#include <stdlib.h>

#include "core/account.h"
#include "core/lanes.h"
#include "core/time.h"

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
 *     An order that would leave no equity, or a position of less than one lot or of more shares
 *     than a double holds, is not placed; one to 0 needs no lot.
 *  5. A reversal is two orders, a close and an open, each with its commission. Where the first
 *     cannot be placed, nor is the second.
 *  6. A trade lasts from the fill that leaves 0 shares to the one that returns to 0; what is held
 *     at the end is an open trade, marked at the last close.
 *  7. Equity is marked at every close.
 *  8. Equity of 0 or less, before an order or at a close, ends it all: no position from that bar
 *     on, and the trade stays open.
 *  9. Decisions are compared before they are sized: the order then counts as one to target times
 *     the size of the deciding bar. A size that changes alone is no order.
 * 10. A fill that opens a position from 0 shares, or on the other side, sets its levels from its
 *     slipped price; they stay while the number of shares changes. With fraction f the stop lies
 *     f x entry below the entry, the profit level as far above, and the trailing stop f x best
 *     below best; with multiples of the ATR, so often the ATR of the deciding bar of the entry
 *     below or above (one that is not defined there: no such level for this position). Best is the
 *     entry price and the highest high since. Of a short position all this is mirrored: above for
 *     below, lows for highs.
 * 11. Levels are looked at on every bar that begins with the position, and on the bar of a fill at
 *     the open; a level that follows best uses the best of the bars before. A stop is reached when
 *     low <= level, the profit level when high >= level. Of stop and trailing stop the tighter one
 *     counts (equal: the stop); on a bar that reaches it and the profit level, the stop fills.
 * 12. What is reached is an order to 0 at the level, or at the open where that lies beyond it; it
 *     is an order like any other (rules 4 and 8). The target in force stays: there is no position
 *     until it changes. An order that cannot be placed is tried on the next bar that reaches one.
 * 13. A short position pays borrow at the beginning of a bar: borrow_rate / 365 for each UTC date
 *     since the bar before, of its value at the close before. It comes out of cash and belongs to
 *     no trade; the first bar of the span begins flat.
 * 14. Within a bar: borrow, the order of a decision at the open, levels, the order of a decision at
 *     the close, marking.
 *
 * The code goes from order to order: between two of them the shares stay. Equity changes, with
 * borrow cash too, on every bar of a short position, and with levels the best. */

/* One order: the bar, what it is for, the price before and after slippage, and raw shares per
 * adjusted share. */
typedef struct order {
  size_t bar;
  bt_exit_reason reason;
  double raw_price, price, factor;
} order;

const char *bt_exit_reason_name(bt_exit_reason reason)
{
  static const char *const names[] = {"signal", "stop", "profit", "trailing", "end"};
  return names[reason];
}

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

static void close_trade(bt_account *a, const order *o)
{
  bt_trade *trade = bt_account__open_trade(a);
  trade->exit_bar = o->bar;
  trade->reason = o->reason;
  trade->open = false;
  a->ledger->n_trades++;
}

/* Rule 4: brings the position to target times the equity that is left, at the order's price.
 * Nothing happens when that would leave no equity, less than one lot, or shares without number. */
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
  if (change == 0 || !isfinite(shares)) return;
  double paid = commission(&a->config->costs, quantity * o->price, quantity * o->factor);
  if (a->config->lot > 0) after = equity - paid; /* less was bought than `after` allowed for */
  if (!(after > 0)) return;
  book_trade(a, o, change, paid);
  a->cash = after - value;
  a->shares = shares;
  a->ledger->costs_paid += paid + quantity * fabs(o->price - o->raw_price);
  if (shares == 0) close_trade(a, o);
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

/* The bar whose decision fills on that one. */
static size_t deciding_bar(const bt_account *a, size_t bar)
{
  return a->config->fill == BT_FILL_OPEN ? bar - 1 : bar;
}

/* Rule 10, for shares that are held since this order. */
static void set_levels(bt_account *a, const order *o)
{
  int side = a->shares > 0 ? 1 : -1;
  a->levels = bt_levels_of(&a->config->stops, side, o->price, deciding_bar(a, o->bar));
}

/* Rules 4, 5 and 8: an order of which bar, reason and raw price are set. */
static inline bt_status place_order(bt_account *a, order *o, double target, bt_error *err)
{
  double value = a->shares * o->raw_price, equity = a->cash + value;
  a->ledger->ruined = bt_account__is_gone(a->cash, value);
  if (a->ledger->ruined || fabs(target * equity - value) <= noise_of(a->cash, value)) return BT_OK;
  bt_status status = reserve_trades(a->ledger, err);
  if (!status) status = reserve_holding(a->ledger, err);
  if (status) return status;
  double slippage = a->config->costs.slippage_rate;
  double held = a->shares;
  bool buys = target * equity > value, reverses = held * target < 0;
  o->factor = a->bars->adjust_factor[o->bar];
  o->price = o->raw_price * (buys ? 1 + slippage : 1 - slippage);
  if (reverses) trade_to(a, o, 0);
  if (!reverses || a->shares == 0) trade_to(a, o, target);
  if (a->shares != held) note_holding(a->ledger, o->bar, a->shares);
  if (a->has_levels && a->shares != 0 && !(held * a->shares > 0)) set_levels(a, o);
  return BT_OK;
}

bt_status bt_account__follow_decision(bt_account *a, size_t bar, double decision, bt_error *err)
{
  if (decision == a->in_force) return BT_OK;
  a->in_force = decision; /* whether or not the order can be placed */
  const bt_sim_config *config = a->config;
  double size = config->sizes ? config->sizes[deciding_bar(a, bar)] : config->size;
  if (!config->sizes && size == 0) size = 1;
  const double *prices = config->fill == BT_FILL_OPEN ? a->bars->open : a->bars->close;
  order o = {.bar = bar, .reason = BT_EXIT_SIGNAL, .raw_price = prices[bar]};
  return place_order(a, &o, decision * size, err);
}

/* Rule 11: the first bar of [first, end) on which what is held reaches a level. */
static bool find_touch(bt_touch *out, bt_account *a, size_t first, size_t end)
{
  if (!a->has_levels || a->shares == 0) return false;
  return bt_levels_find(out, &a->levels, a->bars, first, end);
}

/* Rule 12. */
static bt_status close_at_level(bt_account *a, const bt_touch *touch, bt_error *err)
{
  static const bt_exit_reason reasons[BT_STOP_COUNT] = {
      [BT_STOP_LOSS] = BT_EXIT_STOP,
      [BT_STOP_PROFIT] = BT_EXIT_PROFIT,
      [BT_STOP_TRAILING] = BT_EXIT_TRAILING,
  };
  order o = {.bar = touch->bar, .reason = reasons[touch->stop], .raw_price = touch->raw_price};
  return place_order(a, &o, 0, err);
}

/* Rule 13: what is due at the beginning of bar t, once. */
static void charge_borrow(bt_account *a, size_t t)
{
  const bt_bars *bars = a->bars;
  double rate = a->config->borrow_rate;
  if (t == a->charged) return;
  a->charged = t;
  if (rate == 0 || a->shares >= 0) return;
  int64_t n_days = bt_time_days(bars->time_ns[t]) - bt_time_days(bars->time_ns[t - 1]);
  double paid = rate / 365 * (double)n_days * -a->shares * bars->close[t - 1];
  a->cash -= paid;
  a->ledger->costs_paid += paid;
}

/* Whether all of BT_LANES decisions are the one in force. */
static bool are_the_same(const double *next, bt_vector in_force)
{
  int all = 1;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++)
    all &= bt_vector_all_equal(bt_vector_load(next + k * BT_WIDTH), in_force);
  return all;
}

size_t bt_account__find_order(const double *next, size_t t, size_t end, double in_force)
{
  t++;
  while (t + BT_LANES <= end && are_the_same(next + t - 1, bt_vector_of(in_force))) t += BT_LANES;
  while (t < end && next[t - 1] == in_force) t++;
  return t;
}

/* Rules 7 and 8: equity at the close of the bars [t, end), between which no order arises and shares
 * and cash do not change. Returns end, or the bar on which equity is gone. */
static inline size_t mark_steady(bt_account *a, size_t t, size_t end)
{
  const double cash = a->cash, shares = a->shares, *close = a->bars->close;
  double *equity = a->ledger->equity;
  size_t stop = t, first = a->first;
  for (size_t i = 0; i < end - t; i++) equity[t - first + i] = cash + shares * close[t + i];
  if (shares < 0 || cash < 0) /* else it cannot be gone: prices are above 0 */
    while (stop < end && !bt_account__is_gone(cash, equity[stop - first] - cash)) stop++;
  else
    stop = end;
  a->ledger->ruined = stop < end;
  if (shares != 0) a->ledger->n_exposed += stop - t;
  return stop;
}

/* The same where borrow takes some of the cash on every bar. */
static size_t mark_borrowed(bt_account *a, size_t t, size_t end)
{
  for (; t < end; t++) {
    charge_borrow(a, t);
    double value = a->shares * a->bars->close[t];
    a->ledger->ruined = bt_account__is_gone(a->cash, value);
    if (a->ledger->ruined) return t;
    a->ledger->equity[t - a->first] = a->cash + value;
    a->ledger->n_exposed++;
  }
  return t;
}

static size_t mark_bars(bt_account *a, size_t t, size_t end)
{
  bool pays = a->shares < 0 && a->config->borrow_rate > 0;
  return pays ? mark_borrowed(a, t, end) : mark_steady(a, t, end);
}

/* Rules 11 to 14: what comes ahead of the decision that fills on bar t: borrow, and with fills at
 * the close the levels. */
static bt_status begin_bar(bt_account *a, size_t t, bt_error *err)
{
  bt_touch touch;
  charge_borrow(a, t);
  if (a->config->fill == BT_FILL_OPEN || !find_touch(&touch, a, t, t + 1)) return BT_OK;
  return close_at_level(a, &touch, err);
}

/* Rules 7, 8 and 11 to 14: what is left of bar *t behind its decision, and the bars up to `end`, on
 * which none fills. Leaves *t at end, or at the bar on which equity is gone. */
static bt_status pass_bars(bt_account *a, size_t *t, size_t end, bt_error *err)
{
  size_t from = *t + (a->config->fill == BT_FILL_CLOSE);
  for (bt_touch touch; find_touch(&touch, a, from, end); from = touch.bar + 1) {
    *t = mark_bars(a, *t, touch.bar);
    if (a->ledger->ruined) return BT_OK;
    charge_borrow(a, touch.bar);
    bt_status status = close_at_level(a, &touch, err);
    if (status || a->ledger->ruined) return status;
  }
  *t = mark_bars(a, *t, end);
  return BT_OK;
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
static void mark_open_trade(bt_account *a, size_t bar)
{
  bt_trade *trade = bt_account__open_trade(a);
  double close = a->bars->close[bar];
  trade->exit_bar = bar;
  trade->exit_price = close;
  trade->reason = BT_EXIT_END;
  trade->pnl += fabs(a->shares) * (close - a->held_price) * trade->side;
  a->ledger->n_trades++;
}

void bt_account__begin(bt_account *a, bt_ledger *ledger, const bt_bars *bars, size_t first,
                       const bt_sim_config *config)
{
  *a = (bt_account){.config = config,
                    .bars = bars,
                    .ledger = ledger,
                    .first = first,
                    .cash = config->cash,
                    .charged = first,
                    .has_levels = bt_stops_any(&config->stops)};
  ledger->n_exposed = ledger->n_trades = ledger->n_holdings = 0;
  ledger->costs_paid = 0;
  ledger->ruined = false;
}

bt_status bt_simulate(bt_ledger *ledger, const bt_bars *bars, const double *target, bt_span span,
                      const bt_sim_config *config, bt_error *err)
{
  size_t t = span.first;
  const double *next = bt_account__next(config->fill, target);
  bt_status status = reserve_bars(ledger, span.end - span.first, err);
  if (status) return status;
  bt_account a;
  bt_account__begin(&a, ledger, bars, span.first, config);
  bool is_eventful = a.has_levels || config->borrow_rate > 0; /* between two orders */
  ledger->n_bars = span.end - span.first;
  while (t < span.end && !ledger->ruined) {
    double decision = bt_account__decision(config->fill, target, t);
    if (is_eventful) status = begin_bar(&a, t, err);
    if (!status && !ledger->ruined) status = bt_account__follow_decision(&a, t, decision, err);
    if (status) return status;
    if (ledger->ruined) break;
    size_t end = bt_account__find_order(next, t, span.end, a.in_force);
    if (is_eventful)
      status = pass_bars(&a, &t, end, err);
    else
      t = mark_steady(&a, t, end);
    if (status) return status;
  }
  if (ledger->ruined) status = fill_with_nothing(ledger, t, span, err);
  if (a.shares != 0) mark_open_trade(&a, t < span.end ? t : span.end - 1);
  return status;
}
