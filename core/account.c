#include "core/account.h"

#include <math.h>
#include <stdlib.h>

#include "core/time.h"

/* The rules that are cited here stand at the top of simulate.c. */

/* One order: the bar, what it is for, the price before and after slippage, and raw shares per
 * adjusted share. */
typedef struct order {
  size_t bar;
  bt_exit_reason reason;
  double raw_price, price, factor;
} order;

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

bt_status bt_account__note_holding(bt_ledger *ledger, size_t bar, double shares, bt_error *err)
{
  bt_status status = reserve_holding(ledger, err);
  if (!status) ledger->holdings[ledger->n_holdings++] = (bt_holding){.bar = bar, .shares = shares};
  return status;
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
  if (a->ledger->ruined || fabs(target * equity - value) <= bt_account__noise(a->cash, value))
    return BT_OK;
  bt_status status = reserve_trades(a->ledger, err);
  if (status) return status;
  double slippage = a->config->costs.slippage_rate;
  double held = a->shares;
  bool buys = target * equity > value, reverses = held * target < 0;
  o->factor = a->bars->adjust_factor[o->bar];
  o->price = o->raw_price * (buys ? 1 + slippage : 1 - slippage);
  if (reverses) trade_to(a, o, 0);
  if (!reverses || a->shares == 0) trade_to(a, o, target);
  if (a->shares == held) return BT_OK;
  if (a->has_levels && a->shares != 0 && !(held * a->shares > 0)) set_levels(a, o);
  return bt_account__note_holding(a->ledger, o->bar, a->shares, err);
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
bool bt_account__find_touch(bt_touch *out, bt_account *a, size_t first, size_t end)
{
  if (!a->has_levels || a->shares == 0) return false;
  return bt_levels_find(out, &a->levels, a->bars, first, end);
}

/* Rule 12. */
bt_status bt_account__close_at_level(bt_account *a, const bt_touch *touch, bt_error *err)
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
void bt_account__charge_borrow(bt_account *a, size_t t)
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
