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

/* Whether all of BT_LANES decisions are the one in force. */
static bool are_the_same(const double *next, bt_vector in_force)
{
  int all = 1;
  for (size_t k = 0; k < BT_LANES_VECTORS; k++)
    all &= bt_vector_all_equal(bt_vector_load(next + k * BT_WIDTH), in_force);
  return all;
}

/* Rule 2: the decision that fills on that bar. */
static double decision_of(bt_fill fill, const double *target, size_t bar)
{
  if (fill == BT_FILL_CLOSE) return target[bar];
  return bar > 0 ? target[bar - 1] : 0;
}

/* The first bar behind t whose decision differs from the one in force, at most `end`; at next[i]
 * stands the decision that fills on bar i + 1. */
static size_t find_order(const double *next, size_t t, size_t end, double in_force)
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
    bt_account__charge_borrow(a, t);
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
  bt_account__charge_borrow(a, t);
  if (a->config->fill == BT_FILL_OPEN || !bt_account__find_touch(&touch, a, t, t + 1)) return BT_OK;
  return bt_account__close_at_level(a, &touch, err);
}

/* Rules 7, 8 and 11 to 14: what is left of bar *t behind its decision, and the bars up to `end`, on
 * which none fills. Leaves *t at end, or at the bar on which equity is gone. */
static bt_status pass_bars(bt_account *a, size_t *t, size_t end, bt_error *err)
{
  size_t from = *t + (a->config->fill == BT_FILL_CLOSE);
  for (bt_touch touch; bt_account__find_touch(&touch, a, from, end); from = touch.bar + 1) {
    *t = mark_bars(a, *t, touch.bar);
    if (a->ledger->ruined) return BT_OK;
    bt_account__charge_borrow(a, touch.bar);
    bt_status status = bt_account__close_at_level(a, &touch, err);
    if (status || a->ledger->ruined) return status;
  }
  *t = mark_bars(a, *t, end);
  return BT_OK;
}

/* Rule 8: from this bar of the span on there is no position and no equity. */
static bt_status fill_with_nothing(bt_ledger *ledger, size_t bar, bt_span span, bt_error *err)
{
  for (size_t t = bar; t < span.end; t++) ledger->equity[t - span.first] = 0;
  return bt_account__note_holding(ledger, bar, 0, err);
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

bt_status bt_simulate(bt_ledger *ledger, const bt_bars *bars, const double *target, bt_span span,
                      const bt_sim_config *config, bt_error *err)
{
  size_t t = span.first;
  const double *next = config->fill == BT_FILL_CLOSE ? target + 1 : target;
  bt_status status = reserve_bars(ledger, span.end - span.first, err);
  if (status) return status;
  bt_account a;
  bt_account__begin(&a, ledger, bars, span.first, config);
  bool is_eventful = a.has_levels || config->borrow_rate > 0; /* between two orders */
  ledger->n_bars = span.end - span.first;
  while (t < span.end && !ledger->ruined) {
    double decision = decision_of(config->fill, target, t);
    if (is_eventful) status = begin_bar(&a, t, err);
    if (!status && !ledger->ruined) status = bt_account__follow_decision(&a, t, decision, err);
    if (status) return status;
    if (ledger->ruined) break;
    size_t end = find_order(next, t, span.end, a.in_force);
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
