#include "tests/support/plain_simulator.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/time.h"

static double commission(const bt_costs *costs, double shares, double price, double factor)
{
  double value = fabs(shares) * price, raw_shares = fabs(shares) * factor;
  if (value == 0) return 0;
  return fmax(costs->commission_min,
              costs->commission_rate * value + costs->commission_per_share * raw_shares);
}

/* E' = E - cost(|target E' - old|), between 0 and E; less than 0 where there is none. */
static double solve(const bt_costs *costs, double target, double equity, double held, double price,
                    double factor)
{
  double low = 0, high = equity;
  if (commission(costs, target * equity / price - held, price, factor) == 0) return equity;
  if (commission(costs, held, price, factor) >= equity) return -1;
  for (int i = 0; i < 200; i++) {
    double middle = (low + high) / 2;
    double cost = commission(costs, target * middle / price - held, price, factor);
    if (middle < equity - cost)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* The cash that changes hands, entered into the trade that is closed, begun or changed by it. */
static void book(plain_account *a, size_t bar, double change, double price, double paid)
{
  plain_trade *trade = &a->trades[a->n_trades];
  if (a->held == 0)
    *trade = (plain_trade){.side = change > 0 ? 1 : -1, .entry_bar = bar, .open = true};
  trade->pnl -= change * price + paid;
  if (change * trade->side > 0) {
    trade->shares += fabs(change);
    trade->entry_value += fabs(change) * price;
  }
  a->cash -= change * price + paid;
  a->held += change;
}

/* One order. `buys` was decided at the raw price. */
static void trade_to(plain_account *a, size_t bar, double raw_price, bool buys, double target)
{
  double factor = a->bars->adjust_factor[bar], slippage = a->config->costs.slippage_rate;
  double price = raw_price * (1 + (buys ? slippage : -slippage));
  double equity = a->cash + a->held * price;
  double after = solve(&a->config->costs, target, equity, a->held, price, factor);
  double shares = target * after / price, lot = a->config->lot / factor;
  if (!(after > 0)) return;
  if (lot > 0 && target != 0) {
    shares = trunc(shares / lot) * lot;
    if (shares == 0) return;
  }
  double change = shares - a->held, paid = commission(&a->config->costs, change, price, factor);
  if (change == 0 || equity - paid <= 0 || !isfinite(shares)) return;
  book(a, bar, change, price, paid);
  a->costs_paid += paid + fabs(change) * fabs(price - raw_price);
  if (shares != 0 && a->opens) {
    a->entry = price;
    a->entry_bar = bar;
  }
  a->opens = shares == 0;
  a->held = shares;
  if (shares != 0) return;
  assert(a->n_trades + 1 < PLAIN_TRADES_MOST);
  a->trades[a->n_trades].exit_bar = bar;
  a->trades[a->n_trades].reason = a->reason;
  a->trades[a->n_trades++].open = false;
}

/* What is nothing but rounding counts as 0. */
static bool is_nothing(double x, double cash, double value)
{
  return fabs(x) <= 1e-14 * (fabs(cash) + fabs(value));
}

static bool is_gone(double cash, double value)
{
  return cash + value <= 0 || is_nothing(cash + value, cash, value);
}

static void order(plain_account *a, size_t bar, double raw_price, double target)
{
  double value = a->held * raw_price, wanted = target * (a->cash + value);
  a->ruined = is_gone(a->cash, value);
  if (a->ruined || is_nothing(wanted - value, a->cash, value)) return;
  bool reverses = a->held * target < 0;
  if (reverses) trade_to(a, bar, raw_price, wanted > value, 0);
  if (!reverses || a->held == 0) trade_to(a, bar, raw_price, wanted > value, target);
}

/* What is due for the nights since the bar before. */
static void pay_borrow(plain_account *a, size_t t)
{
  double nights = floor((double)a->bars->time_ns[t] / (double)BT_NS_PER_DAY) -
                  floor((double)a->bars->time_ns[t - 1] / (double)BT_NS_PER_DAY);
  double rate = a->config->borrow_rate;
  if (a->held >= 0) return;
  a->cash += rate * nights / 365 * a->held * a->bars->close[t - 1];
  a->costs_paid -= rate * nights / 365 * a->held * a->bars->close[t - 1];
}

/* NaN where there is none. */
static double distance(const bt_distance *d, double price, size_t decided)
{
  if (d->amount == 0) return (double)NAN;
  return d->amount * (d->unit == BT_DISTANCE_ATR ? d->atr[decided] : price);
}

/* The exit of a long position on bar t, as a price; NaN where there is none. `from`: the first bar
 * on which its levels count. */
static double exit_long(plain_account *a, size_t from, size_t t)
{
  size_t decided = a->decided;
  double best = a->entry;
  for (size_t k = from; k < t; k++) best = fmax(best, a->bars->high[k]);
  double stop = a->entry - distance(&a->config->stops.at[BT_STOP_LOSS], a->entry, decided);
  double profit = a->entry + distance(&a->config->stops.at[BT_STOP_PROFIT], a->entry, decided);
  double trailing = best - distance(&a->config->stops.at[BT_STOP_TRAILING], best, decided);
  a->reason = !isnan(trailing) && !(trailing <= stop) ? BT_EXIT_TRAILING : BT_EXIT_STOP;
  double tighter = fmax(stop, trailing); /* NaN loses */
  if (a->bars->low[t] <= tighter) return fmin(a->bars->open[t], tighter);
  a->reason = BT_EXIT_PROFIT;
  return a->bars->high[t] >= profit ? fmax(a->bars->open[t], profit) : (double)NAN;
}

static double exit_short(plain_account *a, size_t from, size_t t)
{
  size_t decided = a->decided;
  double best = a->entry;
  for (size_t k = from; k < t; k++) best = fmin(best, a->bars->low[k]);
  double stop = a->entry + distance(&a->config->stops.at[BT_STOP_LOSS], a->entry, decided);
  double profit = a->entry - distance(&a->config->stops.at[BT_STOP_PROFIT], a->entry, decided);
  double trailing = best + distance(&a->config->stops.at[BT_STOP_TRAILING], best, decided);
  a->reason = !isnan(trailing) && !(trailing >= stop) ? BT_EXIT_TRAILING : BT_EXIT_STOP;
  double tighter = fmin(stop, trailing);
  if (a->bars->high[t] >= tighter) return fmax(a->bars->open[t], tighter);
  a->reason = BT_EXIT_PROFIT;
  return a->bars->low[t] <= profit ? fmin(a->bars->open[t], profit) : (double)NAN;
}

static void watch_levels(plain_account *a, size_t t)
{
  size_t from = a->entry_bar + (a->config->fill == BT_FILL_CLOSE);
  if (a->ruined || a->held == 0 || t < from) return;
  a->decided = a->entry_bar - (a->config->fill == BT_FILL_OPEN);
  double price = a->held > 0 ? exit_long(a, from, t) : exit_short(a, from, t);
  if (!isnan(price)) order(a, t, price, 0);
}

/* The decision that fills on bar t, if it is a new one. */
static void follow(plain_account *a, size_t t, const double *target)
{
  bool at_open = a->config->fill == BT_FILL_OPEN;
  if (a->ruined || (at_open && t == 0)) return;
  size_t decided = at_open ? t - 1 : t;
  if (target[decided] == a->in_force) return;
  double size = a->config->sizes ? a->config->sizes[decided] : a->config->size;
  if (size == 0 && !a->config->sizes) size = 1;
  a->in_force = target[decided];
  a->reason = BT_EXIT_SIGNAL;
  order(a, t, at_open ? a->bars->open[t] : a->bars->close[t], a->in_force * size);
}

plain_account *plain_simulate(const bt_bars *bars, const double *target, bt_span span,
                              const bt_sim_config *config)
{
  size_t n = span.end - span.first;
  plain_account *a = calloc(1, sizeof *a);
  if (!a || !(a->equity = calloc(n, sizeof(double))) || !(a->shares = calloc(n, sizeof(double))))
    abort();
  a->bars = bars;
  a->config = config;
  a->cash = config->cash;
  a->opens = true;
  for (size_t t = span.first; t < span.end && !a->ruined; t++) {
    if (t > span.first) pay_borrow(a, t);
    if (config->fill == BT_FILL_OPEN) follow(a, t, target);
    watch_levels(a, t);
    if (config->fill == BT_FILL_CLOSE) follow(a, t, target);
    if (!a->ruined) a->ruined = is_gone(a->cash, a->held * bars->close[t]);
    if (a->held != 0) a->trades[a->n_trades].exit_bar = t;
    if (a->ruined) break;
    a->equity[t - span.first] = a->cash + a->held * bars->close[t];
    a->shares[t - span.first] = a->held;
  }
  if (a->held != 0) a->trades[a->n_trades++].reason = BT_EXIT_END; /* the open one */
  return a;
}

void plain_free(plain_account *account)
{
  free(account->equity);
  free(account->shares);
  free(account);
}
