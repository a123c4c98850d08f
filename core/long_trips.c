#include "core/long_trips.h"

enum { TRIPS = BT_LANES }; /* that are computed together */

/* Trips that follow each other, by prices: all but bars in the order of the formulas. */
typedef struct block {
  size_t n, n_closed;               /* the last may still be open at the end of the span */
  size_t entry[TRIPS], exit[TRIPS]; /* bars of the orders; the end of the span where it is open */
  double buy[TRIPS], sell[TRIPS];   /* prices before slippage */
  double entry_close[TRIPS], last_close[TRIPS]; /* of the entry's bar, of the one before the exit */
  double entry_factor[TRIPS], exit_factor[TRIPS]; /* raw shares per adjusted share */
  double high[TRIPS], low[TRIPS]; /* of the closes from the entry's bar to before the exit */
  /* commissions as fractions of the value, and the value that one unit of equity buys: */
  double entry_rate[TRIPS], exit_rate[TRIPS], value[TRIPS];
  /* and per unit of the equity before the trip: */
  double shares[TRIPS], after[TRIPS]; /* equity behind it */
  double costs[TRIPS], pnl[TRIPS], ret[TRIPS];
  double entry_return[TRIPS], exit_return[TRIPS]; /* of the bars of both orders */
} block;

/* What a run goes by. */
typedef struct run {
  bt_path *path;
  bt_trade_sums *trades;
  double costs_paid;
  const bt_bars *bars;
  const double *prices; /* at which orders fill */
  const bt_change *at;  /* the next change */
  const bt_change *end;
  size_t delay; /* bars from a decision to its fill */
  const bt_costs *costs;
} run;

/* ---- reading trips ----------------------------------------------------------------------------
 */

/* The bar on which the next change fills, or the end of the span. */
static inline size_t next_order(const run *r)
{
  size_t end = r->path->subject->span.end;
  return r->at < r->end && r->at->bar + r->delay < end ? r->at->bar + r->delay : end;
}

static inline void set_entry(block *b, const run *r, size_t t)
{
  size_t i = b->n;
  b->entry[i] = t;
  b->buy[i] = r->prices[t];
  b->entry_close[i] = r->path->tables->close[t];
  b->entry_factor[i] = r->bars->adjust_factor[t];
}

static inline void set_exit(block *b, const run *r, size_t t)
{
  size_t i = b->n++;
  bool closes = t < r->path->subject->span.end;
  bt_reach closes_of = bt_tables_reach(r->path->tables, b->entry[i], t);
  b->n_closed += closes;
  b->exit[i] = t;
  b->last_close[i] = r->path->tables->close[t - 1];
  b->sell[i] = closes ? r->prices[t] : b->last_close[i];
  b->exit_factor[i] = closes ? r->bars->adjust_factor[t] : 1;
  b->high[i] = closes_of.high;
  b->low[i] = closes_of.low;
}

/* The next trips, the first of which is entered on bar *t: leaves *t at the entry behind them, or
 * at the end of the span. Changes follow each other as 1, 0, 1, 0; false where they do not. */
static bool read_block(block *b, run *r, size_t *t)
{
  size_t end = r->path->subject->span.end;
  b->n = b->n_closed = 0;
  while (b->n < TRIPS && *t < end) {
    set_entry(b, r, *t);
    size_t exit = next_order(r);
    if (exit < end && r->at->target != 0) return false;
    set_exit(b, r, exit);
    r->at += exit < end;
    *t = next_order(r);
    if (*t < end && r->at->target != 1) return false;
    r->at += *t < end;
  }
  return true;
}

/* ---- what they come to ------------------------------------------------------------------------
 */

static inline double without_noise(double x)
{
  return fabs(x) >= BT_NOISE ? x : 0;
}

static void set_rates(block *b, const bt_costs *costs)
{
  const double up = 1 + costs->slippage_rate, down = 1 - costs->slippage_rate;
  const double rate = costs->commission_rate, per_share = costs->commission_per_share;
  for (size_t i = 0; i < TRIPS; i++) {
    b->entry_rate[i] = rate + per_share * b->entry_factor[i] / (b->buy[i] * up);
    b->exit_rate[i] = rate + per_share * b->exit_factor[i] / (b->sell[i] * down);
    b->value[i] = 1 / (1 + b->entry_rate[i]);
  }
}

/* Rule 4 of simulate.c, for a target of 1 and one of 0. */
static void compute(block *b, const bt_costs *costs)
{
  const double up = 1 + costs->slippage_rate, down = 1 - costs->slippage_rate;
  if (costs->commission_per_share != 0) set_rates(b, costs);
  for (size_t i = 0; i < TRIPS; i++) {
    double entry_price = b->buy[i] * up, exit_price = b->sell[i] * down;
    double entry_rate = b->entry_rate[i], exit_rate = b->exit_rate[i], value = b->value[i];
    double shares = value / entry_price, sold = shares * exit_price;
    double paid = entry_rate * value + exit_rate * sold;
    b->shares[i] = shares;
    b->after[i] = sold - exit_rate * sold;
    b->pnl[i] = shares * (exit_price - entry_price) - paid;
    b->ret[i] = without_noise(b->pnl[i] * (1 + entry_rate));
    b->costs[i] = paid + shares * (fabs(entry_price - b->buy[i]) + fabs(exit_price - b->sell[i]));
    b->entry_return[i] = without_noise(shares * b->entry_close[i] - 1);
    b->exit_return[i] = without_noise(b->after[i] / (shares * b->last_close[i]) - 1);
  }
}

/* Whether orders are filled, and no trade's profit is so small that rounding could decide whether
 * it was won; so it is of the trips that are left of blocks before, or of the first. */
static bool is_sure(const block *b)
{
  int n = 0;
  for (size_t i = 0; i < TRIPS; i++) {
    double ret = fabs(b->ret[i]);
    n +=
        (b->after[i] > 0) & (b->shares[i] < (double)INFINITY) & ((ret == 0) | (ret > 4 * BT_NOISE));
  }
  return n == TRIPS;
}

/* The last trip of a block is open: it costs what its entry did, and is no closed trade. */
static void leave_open(block *b, const bt_costs *costs)
{
  size_t i = b->n - 1;
  double entry_price = b->buy[i] * (1 + costs->slippage_rate);
  b->after[i] = b->shares[i] * b->last_close[i];
  b->costs[i] = b->entry_rate[i] * b->value[i] + b->shares[i] * fabs(entry_price - b->buy[i]);
  b->pnl[i] = 0;
}

/* ---- adding them up ---------------------------------------------------------------------------
 */

static void add_trades(run *r, const block *b)
{
  bt_trade_sums *sums = r->trades;
  for (size_t i = 0; i < b->n_closed; i++) {
    double ret = b->ret[i];
    sums->n_won += ret > 0;
    sums->returns += ret;
    sums->bars += (double)(b->exit[i] - b->entry[i]);
    sums->best = ret > sums->best ? ret : sums->best;
    sums->worst = ret < sums->worst ? ret : sums->worst;
  }
  sums->n_closed += b->n_closed;
}

static void add_returns(bt_path *p, const block *b)
{
  double floor = p->tables->floor;
  bt_moments_add(&p->moments, b->entry_return, b->n, floor);
  bt_moments_add(&p->moments, b->exit_return, b->n_closed, floor);
  for (size_t i = 0; i < b->n; i++) {
    size_t from = b->entry[i] + 1, end = b->exit[i];
    p->n_exposed += end - b->entry[i];
    if (from < end) bt_tables_add(&p->moments, &p->leaves, p->tables, from, end, p->spiky);
  }
}

/* Equity from trip to trip, almost without branches: whether a trip is a deeper fall is nothing
 * that a processor could foresee. */
static void add_equity(run *r, const block *b)
{
  bt_path *p = r->path;
  p->cash = 0;
  double equity = p->equity;
  for (size_t i = 0; i < b->n; i++) {
    double shares = equity * b->shares[i];
    double high = shares * b->high[i], low = shares * b->low[i], peak = p->peak;
    double most = high > peak ? high : peak, fall = low / most;
    r->costs_paid += equity * b->costs[i];
    r->trades->won += equity * b->pnl[i] * (b->ret[i] > 0);
    r->trades->lost += equity * b->pnl[i] * (b->ret[i] < 0);
    if (most > peak && fall < p->worst) { /* which of them came first? */
      p->shares = shares;
      bt_path__follow_closely(p, b->entry[i], b->exit[i]);
    } else {
      p->peak = most;
      p->worst = fall < p->worst ? fall : p->worst;
    }
    equity *= b->after[i];
    if (i == b->n_closed) break;
    p->peak = equity > p->peak ? equity : p->peak;
    fall = equity / p->peak;
    p->worst = fall < p->worst ? fall : p->worst;
  }
  p->equity = equity;
}

bool bt_long_trips_follow(bt_path *path, bt_trade_sums *trades, double *costs_paid,
                          const bt_changes *changes, const bt_sim_config *config)
{
  const bt_bars *bars = path->subject->bars;
  const bt_span span = path->subject->span;
  run r = {.path = path,
           .trades = trades,
           .bars = bars,
           .prices = config->fill == BT_FILL_OPEN ? bars->open : bars->close,
           .delay = config->fill == BT_FILL_OPEN,
           .costs = &config->costs};
  size_t k = bt_changes_find(changes, span.first + 1 - r.delay), t = span.first;
  double decision = bt_changes_target(changes, k); /* which fills on the first bar */
  block b = {0};
  r.at = changes->at + k;
  r.end = changes->at + changes->n;
  bt_trade_sums__init(trades);
  if (decision == 0) {
    t = next_order(&r);
    if (t < span.end) decision = (r.at++)->target;
  }
  if (t < span.end && decision != 1) return false;
  for (size_t i = 0; i < TRIPS; i++) { /* of a block that is not full, the rest is computed, too */
    b.buy[i] = b.sell[i] = b.entry_close[i] = b.last_close[i] = 1;
    b.entry_factor[i] = b.exit_factor[i] = 1;
  }
  set_rates(&b, r.costs); /* they are the same for all where nothing goes by the share */
  while (t < span.end) {
    if (!read_block(&b, &r, &t)) return false;
    compute(&b, r.costs);
    if (!is_sure(&b)) return false;
    if (b.n_closed < b.n) leave_open(&b, r.costs);
    add_trades(&r, &b);
    add_returns(path, &b);
    add_equity(&r, &b);
  }
  path->n_still = span.end - span.first - path->n_exposed - trades->n_closed;
  *costs_paid = r.costs_paid;
  return true;
}
