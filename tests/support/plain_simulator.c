#include "tests/support/plain_simulator.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

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
static void trade_to(plain_account *a, const bt_bars *bars, const bt_sim_config *config, size_t bar,
                     double raw_price, bool buys, double target)
{
  double factor = bars->adjust_factor[bar], slippage = config->costs.slippage_rate;
  double price = raw_price * (1 + (buys ? slippage : -slippage));
  double equity = a->cash + a->held * price;
  double after = solve(&config->costs, target, equity, a->held, price, factor);
  double shares = target * after / price, lot = config->lot / factor;
  if (!(after > 0)) return;
  if (lot > 0 && target != 0) {
    shares = trunc(shares / lot) * lot;
    if (shares == 0) return;
  }
  double change = shares - a->held, paid = commission(&config->costs, change, price, factor);
  if (change == 0 || equity - paid <= 0) return;
  book(a, bar, change, price, paid);
  a->costs_paid += paid + fabs(change) * fabs(price - raw_price);
  a->held = shares;
  if (shares != 0) return;
  assert(a->n_trades + 1 < PLAIN_TRADES_MOST);
  a->trades[a->n_trades].exit_bar = bar;
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

static void order(plain_account *a, const bt_bars *bars, const bt_sim_config *config, size_t bar,
                  double raw_price, double target)
{
  double value = a->held * raw_price, wanted = target * (a->cash + value);
  a->in_force = target;
  a->ruined = is_gone(a->cash, value);
  if (a->ruined || is_nothing(wanted - value, a->cash, value)) return;
  bool reverses = a->held * target < 0;
  if (reverses) trade_to(a, bars, config, bar, raw_price, wanted > value, 0);
  if (!reverses || a->held == 0) trade_to(a, bars, config, bar, raw_price, wanted > value, target);
}

plain_account *plain_simulate(const bt_bars *bars, const double *target, bt_span span,
                              const bt_sim_config *config)
{
  size_t n = span.end - span.first;
  plain_account *a = calloc(1, sizeof *a);
  if (!a || !(a->equity = calloc(n, sizeof(double))) || !(a->shares = calloc(n, sizeof(double))))
    abort();
  a->cash = config->cash;
  for (size_t t = span.first; t < span.end && !a->ruined; t++) {
    bool at_open = config->fill == BT_FILL_OPEN;
    double decision = !at_open ? target[t] : t > 0 ? target[t - 1] : 0;
    if (decision != a->in_force)
      order(a, bars, config, t, at_open ? bars->open[t] : bars->close[t], decision);
    if (!a->ruined) a->ruined = is_gone(a->cash, a->held * bars->close[t]);
    if (a->held != 0) a->trades[a->n_trades].exit_bar = t;
    if (a->ruined) break;
    a->equity[t - span.first] = a->cash + a->held * bars->close[t];
    a->shares[t - span.first] = a->held;
  }
  if (a->held != 0) a->n_trades++; /* the open one */
  return a;
}

void plain_free(plain_account *account)
{
  free(account->equity);
  free(account->shares);
  free(account);
}
