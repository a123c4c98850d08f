#include "core/trips.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/path.h"

#define NEVER SIZE_MAX

void bt_trips_init(bt_trips *trips)
{
  *trips = (bt_trips){0};
}

void bt_trips_clear(bt_trips *trips)
{
  free(trips->entry);
  free(trips->block);
  bt_trips_init(trips);
}

bool bt_trips_serve(const bt_sim_config *config)
{
  return config->lot == 0 && config->costs.commission_min == 0 && !config->sizes &&
         (config->size == 0 || config->size == 1) && !bt_stops_any(&config->stops);
}

/* ---- one trip ---------------------------------------------------------------------------------
 */

/* All of it per unit of the equity before it. */
typedef struct trip {
  size_t entry, exit; /* bars; where it is open, exit is the end of the span */
  bool closed;
  double shares, after, costs, pnl, ret, entry_return, exit_return;
  double unsure;  /* 1 where an order is not simply filled, or rounding could show */
  bt_reach reach; /* of equity at the closes from the entry's bar to before the exit */
} trip;

/* What goes into it. */
typedef struct prices {
  double buy, sell;                 /* before slippage */
  double entry_close, last_close;   /* of the entry's bar, of the one before the exit */
  double entry_factor, exit_factor; /* raw shares per adjusted share */
} prices;

/* Commission as a fraction of the value that is traded. */
static inline double rate_of(const bt_costs *costs, double factor, double price)
{
  return costs->commission_rate + costs->commission_per_share * factor / price;
}

/* Whether another way of rounding could count a return as noise, or put it on the other side of the
 * floor of the downside. Conditions are numbers here: for many trips at once, without branches. */
static inline int is_doubtful(double r, double floor)
{
  double size = fabs(r);
  return ((size > BT_NOISE / 2) & (size < 2 * BT_NOISE)) |
         ((floor != 0) & (fabs(r - floor) < BT_NOISE));
}

/* The same for the return of a trade, which is a difference of amounts of such a scale. */
static inline int is_doubtful_trade(double ret, double scale)
{
  double size = fabs(ret);
  return !((size > 2 * BT_NOISE * scale) | ((size < BT_NOISE / 4) & (scale < 8)));
}

/* Rule 4 of simulate.c, for a target of 1 and one of 0. Without a branch, for many at once. */
static inline trip compute(prices p, const bt_costs *costs, double entry_rate, double exit_rate,
                           double value, double floor)
{
  double entry_price = p.buy * (1 + costs->slippage_rate);
  double exit_price = p.sell * (1 - costs->slippage_rate);
  double shares = value / entry_price, sold = shares * exit_price;
  double paid = entry_rate * value + exit_rate * sold, after = sold - exit_rate * sold;
  double pnl = shares * (exit_price - entry_price) - paid, ret = pnl * (1 + entry_rate);
  double entry_return = shares * p.entry_close - 1;
  double exit_return = after / (shares * p.last_close) - 1;
  int filled = (after > 0) & (shares < (double)INFINITY);
  int doubtful = is_doubtful_trade(ret, (sold + value + paid) * (1 + entry_rate)) |
                 is_doubtful(entry_return, floor) | is_doubtful(exit_return, floor);
  return (trip){.shares = shares,
                .after = after,
                .costs = paid + shares * (fabs(entry_price - p.buy) + fabs(exit_price - p.sell)),
                .pnl = fabs(ret) >= BT_NOISE ? pnl : 0,
                .ret = bt_without_noise(ret),
                .entry_return = bt_without_noise(entry_return),
                .exit_return = bt_without_noise(exit_return),
                .unsure = (doubtful | !filled) ? 1 : 0};
}

static inline trip compute_one(prices p, const bt_costs *costs, double floor)
{
  double entry_rate = rate_of(costs, p.entry_factor, p.buy * (1 + costs->slippage_rate));
  double exit_rate = rate_of(costs, p.exit_factor, p.sell * (1 - costs->slippage_rate));
  return compute(p, costs, entry_rate, exit_rate, 1 / (1 + entry_rate), floor);
}

/* ---- making them ------------------------------------------------------------------------------
 */

enum { N_ARRAYS = 14 }; /* of doubles, beside the sums */

/* The arrays begin anew: nothing of them is kept. */
static bt_status reserve(bt_trips *trips, size_t n, bt_error *err)
{
  if (n <= trips->capacity) return BT_OK;
  size_t room = n + BT_LANES;
  size_t *bars = malloc(4 * room * sizeof *bars);
  double *block = malloc(sizeof(bt_lanes) +
                         room * (N_ARRAYS * sizeof *block + sizeof(bt_lanes) + sizeof(bt_reach)));
  if (!bars || !block) {
    free(bars);
    free(block);
    return bt_fail_nomem(err, "trips");
  }
  bt_trips_clear(trips);
  trips->capacity = n;
  trips->block = block;
  trips->entry = bars;
  trips->exit = bars + room;
  trips->n_unsure = bars + 2 * room;
  trips->n_foreign = bars + 3 * room;
  uintptr_t behind = (uintptr_t)block % sizeof(bt_lanes);
  trips->held = (bt_lanes *)(void *)((char *)block + (behind ? sizeof(bt_lanes) - behind : 0));
  double *next = (double *)(void *)(trips->held + room);
  double **const arrays[N_ARRAYS] = {
      &trips->buy,          &trips->sell,        &trips->entry_close, &trips->last_close,
      &trips->entry_factor, &trips->exit_factor, &trips->shares,      &trips->after,
      &trips->costs,        &trips->pnl,         &trips->ret,         &trips->entry_return,
      &trips->exit_return,  &trips->unsure};
  for (size_t i = 0; i < N_ARRAYS; i++, next += room) *arrays[i] = next;
  trips->reach = (bt_reach *)(void *)next;
  return BT_OK;
}

/* The bars of the orders: a trip is every stretch of the target at 1. */
static void list_orders(bt_trips *trips, const bt_changes *changes, size_t n_bars, size_t delay)
{
  size_t n = 0, n_foreign = 0;
  double before = 0;
  for (size_t k = 0; k < changes->n; k++) {
    size_t bar = changes->at[k].bar + delay;
    double target = changes->at[k].target;
    trips->n_foreign[k] = n_foreign;
    n_foreign += target != 0 && target != 1;
    if (bar >= n_bars) continue; /* never filled; the last */
    if (before == 1) trips->exit[n - 1] = bar;
    if (target == 1) {
      trips->exit[n] = NEVER;
      trips->entry[n++] = bar;
    }
    before = target;
  }
  trips->n_foreign[changes->n] = n_foreign;
  trips->n_changes = changes->n;
  trips->n = n;
}

/* What goes into each; one that does not end is as if it ended at once. */
static void gather(bt_trips *trips, const bt_bars *bars, const double *at)
{
  const bt_tables *tables = trips->tables;
  for (size_t i = 0; i < trips->n; i++) {
    size_t entry = trips->entry[i], exit = trips->exit[i];
    bool ends = exit != NEVER;
    trips->buy[i] = at[entry];
    trips->entry_close[i] = tables->close[entry];
    trips->sell[i] = ends ? at[exit] : at[entry];
    trips->last_close[i] = ends ? tables->close[exit - 1] : at[entry];
    trips->reach[i] = ends ? bt_tables_reach(tables, entry, exit) : bt_reach_of(0);
    trips->held[i] = (bt_lanes){{{0}}};
    if (ends) bt_tables_add(&trips->held[i], tables, entry + 1, exit);
  }
  if (trips->of_costs.commission_per_share == 0) return; /* nobody looks at the factors */
  for (size_t i = 0; i < trips->n; i++) {
    size_t exit = trips->exit[i] != NEVER ? trips->exit[i] : trips->entry[i];
    trips->entry_factor[i] = bars->adjust_factor[trips->entry[i]];
    trips->exit_factor[i] = bars->adjust_factor[exit];
  }
}

/* BT_LANES of them, in memory of which a compiler knows that it does not overlap. */
typedef struct lanes_of_trips {
  double buy[BT_LANES], sell[BT_LANES], entry_close[BT_LANES], last_close[BT_LANES];
  double entry_rate[BT_LANES], exit_rate[BT_LANES], value[BT_LANES];
  double shares[BT_LANES], after[BT_LANES], costs[BT_LANES], pnl[BT_LANES], ret[BT_LANES];
  double entry_return[BT_LANES], exit_return[BT_LANES], unsure[BT_LANES];
} lanes_of_trips;

enum { LANES_SIZE = BT_LANES * sizeof(double) };

static void read_lanes(lanes_of_trips *l, const bt_trips *trips, size_t first)
{
  memcpy(l->buy, trips->buy + first, LANES_SIZE);
  memcpy(l->sell, trips->sell + first, LANES_SIZE);
  memcpy(l->entry_close, trips->entry_close + first, LANES_SIZE);
  memcpy(l->last_close, trips->last_close + first, LANES_SIZE);
}

static void write_lanes(bt_trips *trips, size_t first, const lanes_of_trips *l)
{
  memcpy(trips->shares + first, l->shares, LANES_SIZE);
  memcpy(trips->after + first, l->after, LANES_SIZE);
  memcpy(trips->costs + first, l->costs, LANES_SIZE);
  memcpy(trips->pnl + first, l->pnl, LANES_SIZE);
  memcpy(trips->ret + first, l->ret, LANES_SIZE);
  memcpy(trips->entry_return + first, l->entry_return, LANES_SIZE);
  memcpy(trips->exit_return + first, l->exit_return, LANES_SIZE);
  memcpy(trips->unsure + first, l->unsure, LANES_SIZE);
}

static void compute_lanes(lanes_of_trips *l, const bt_costs *costs, double floor)
{
  for (size_t k = 0; k < BT_LANES; k++) {
    const prices p = {l->buy[k], l->sell[k], l->entry_close[k], l->last_close[k], 1, 1};
    trip t = compute(p, costs, l->entry_rate[k], l->exit_rate[k], l->value[k], floor);
    l->shares[k] = t.shares;
    l->after[k] = t.after;
    l->costs[k] = t.costs;
    l->pnl[k] = t.pnl;
    l->ret[k] = t.ret;
    l->entry_return[k] = t.entry_return;
    l->exit_return[k] = t.exit_return;
    l->unsure[k] = t.unsure;
  }
}

/* The rates of BT_LANES trips where some commission goes by the share. */
static void set_rates(lanes_of_trips *l, const bt_trips *trips, size_t first)
{
  const bt_costs *costs = &trips->of_costs;
  for (size_t k = 0; k < BT_LANES; k++) {
    size_t i = first + k < trips->n ? first + k : first;
    l->entry_rate[k] =
        rate_of(costs, trips->entry_factor[i], trips->buy[i] * (1 + costs->slippage_rate));
    l->exit_rate[k] =
        rate_of(costs, trips->exit_factor[i], trips->sell[i] * (1 - costs->slippage_rate));
    l->value[k] = 1 / (1 + l->entry_rate[k]);
  }
}

static void compute_all(bt_trips *trips)
{
  const bt_costs *costs = &trips->of_costs;
  lanes_of_trips l;
  size_t n = trips->n, n_unsure = 0;
  for (size_t k = 0; k < BT_LANES; k++) {
    l.entry_rate[k] = l.exit_rate[k] = costs->commission_rate;
    l.value[k] = 1 / (1 + costs->commission_rate);
  }
  for (size_t i = n; i < n + BT_LANES;
       i++) /* behind the last one, so that whole lanes are numbers */
    trips->buy[i] = trips->sell[i] = trips->entry_close[i] = trips->last_close[i] = 1;
  for (size_t i = 0; i < n; i += BT_LANES) {
    if (costs->commission_per_share != 0) set_rates(&l, trips, i);
    read_lanes(&l, trips, i);
    compute_lanes(&l, costs, trips->tables->floor);
    write_lanes(trips, i, &l);
  }
  for (size_t i = 0; i < n; i++) {
    trips->reach[i].high *= trips->shares[i];
    trips->reach[i].low *= trips->shares[i];
    trips->n_unsure[i] = n_unsure;
    n_unsure += trips->unsure[i] != 0;
  }
  trips->n_unsure[n] = n_unsure;
}

static bool are_of(const bt_trips *trips, const bt_tables *tables, const bt_changes *changes,
                   const bt_sim_config *config)
{
  const bt_costs *a = &trips->of_costs, *b = &config->costs;
  return trips->block && trips->tables == tables && trips->version == changes->version &&
         memcmp(&trips->total, &tables->ahead[tables->n_leaves], sizeof trips->total) == 0 &&
         trips->fill == config->fill && a->commission_rate == b->commission_rate &&
         a->commission_per_share == b->commission_per_share && a->slippage_rate == b->slippage_rate;
}

bt_status bt_trips_make(bt_trips *trips, const bt_tables *tables, const bt_changes *changes,
                        const bt_sim_config *config, bt_error *err)
{
  if (are_of(trips, tables, changes, config)) return BT_OK;
  bt_status status = reserve(trips, changes->n + 1, err);
  if (status) return status;
  trips->tables = tables;
  trips->total = tables->ahead[tables->n_leaves];
  trips->version = changes->version;
  trips->of_costs = config->costs;
  trips->fill = config->fill;
  trips->computed = false;
  list_orders(trips, changes, tables->bars->n_bars, config->fill == BT_FILL_OPEN);
  return BT_OK;
}

/* The rest, once. */
static void finish(bt_trips *trips)
{
  const bt_bars *bars = trips->tables->bars;
  if (trips->computed) return;
  trips->computed = true;
  gather(trips, bars, trips->fill == BT_FILL_OPEN ? bars->open : bars->close);
  compute_all(trips);
}

/* ---- following them ---------------------------------------------------------------------------
 */

/* What the trips of a window come to. */
typedef struct tally {
  double equity, peak, worst; /* as those of a path */
  double costs_paid;
  size_t n_exposed;
  bt_trade_sums trades;
} tally;

/* A window on its way. */
typedef struct run {
  const bt_trips *trips;
  bt_path *path;
  tally so_far;
} run;

/* The number of trips that are entered before a bar. */
static size_t count_before(const bt_trips *trips, size_t bar)
{
  const size_t *first = trips->entry;
  size_t n = trips->n;
  while (n > 1) { /* without branches, which nothing could predict */
    size_t half = n / 2;
    first += half * (size_t)(first[half - 1] < bar);
    n -= half;
  }
  return n == 0 ? 0 : (size_t)(first - trips->entry) + (size_t)(*first < bar);
}

/* A trip that is entered on a bar of the window and may be cut off by its end. */
static trip cut(const run *r, size_t entry, size_t exit)
{
  const bt_trips *trips = r->trips;
  const bt_bars *bars = trips->tables->bars;
  const double *at = trips->fill == BT_FILL_OPEN ? bars->open : bars->close;
  const double *close = trips->tables->close;
  size_t span_end = r->path->subject->span.end, end = exit < span_end ? exit : span_end;
  bool closed = exit < span_end;
  prices p = {.buy = at[entry],
              .sell = closed ? at[exit] : close[end - 1],
              .entry_close = close[entry],
              .last_close = close[end - 1],
              .entry_factor = bars->adjust_factor[entry],
              .exit_factor = bars->adjust_factor[closed ? exit : entry]};
  trip t = compute_one(p, &trips->of_costs, trips->tables->floor);
  bt_reach closes = bt_tables_reach(trips->tables, entry, end);
  t.entry = entry;
  t.exit = end;
  t.closed = closed;
  t.reach = (bt_reach){closes.high * t.shares, closes.low * t.shares, closes.worst};
  if (closed) return t;
  double entry_price = p.buy * (1 + trips->of_costs.slippage_rate);
  double rate = rate_of(&trips->of_costs, p.entry_factor, entry_price);
  t.after = t.shares * p.last_close; /* it is only marked there */
  t.costs = rate * (t.shares * entry_price) + t.shares * fabs(entry_price - p.buy);
  t.pnl = t.ret = 0;
  t.unsure = is_doubtful(t.entry_return, trips->tables->floor) || !(t.shares < (double)INFINITY);
  return t;
}

/* Equity that is so many times what reaches so far. */
static inline void fall(tally *so_far, bt_reach reach, double times)
{
  double high = times * reach.high, across = times * reach.low / so_far->peak;
  so_far->peak = high > so_far->peak ? high : so_far->peak;
  across = across < reach.worst ? across : reach.worst;
  so_far->worst = across < so_far->worst ? across : so_far->worst;
}

/* Equity, drawdown and trade of one, without a branch that nothing could predict. */
static inline void add_trip(tally *so_far, const trip *t)
{
  bt_trade_sums *trades = &so_far->trades;
  double equity = so_far->equity, pnl = equity * t->pnl;
  so_far->costs_paid += equity * t->costs;
  fall(so_far, t->reach, equity);
  so_far->equity = equity * t->after;
  so_far->n_exposed += t->exit - t->entry;
  if (!t->closed) return;
  fall(so_far, bt_reach_of(1), so_far->equity);
  trades->n_closed++;
  trades->n_won += t->ret > 0;
  trades->won += pnl > 0 ? pnl : 0;
  trades->lost += pnl < 0 ? pnl : 0;
  trades->returns += t->ret;
  trades->bars += (double)(t->exit - t->entry);
  trades->best = t->ret > trades->best ? t->ret : trades->best;
  trades->worst = t->ret < trades->worst ? t->ret : trades->worst;
}

/* With its returns; false where it is not sure. */
static bool add_cut(run *r, size_t entry, size_t exit)
{
  trip t = cut(r, entry, exit);
  if (t.unsure != 0) return false;
  bt_path_add_return(r->path, t.entry_return);
  if (t.closed) bt_path_add_return(r->path, t.exit_return);
  bt_path_add_held(r->path, t.entry + 1, t.exit);
  add_trip(&r->so_far, &t);
  return true;
}

/* The returns of the trips [first, end), which lie in the window as a whole. */
static void add_returns(run *r, size_t first, size_t end)
{
  const bt_trips *trips = r->trips;
  bt_path *p = r->path;
  double floor = p->tables->floor;
  for (size_t i = first; i < end; i += BT_LANES) {
    size_t n = end - i < BT_LANES ? end - i : BT_LANES;
    bt_moments_add(&p->moments, trips->entry_return + i, n, floor);
    bt_moments_add(&p->moments, trips->exit_return + i, n, floor);
  }
  if (p->spiky) {
    for (size_t i = first; i < end; i++)
      bt_tables_add_each(&p->moments, p->tables, trips->entry[i] + 1, trips->exit[i]);
    return;
  }
  bt_lanes held = p->held;
  for (size_t i = first; i < end; i++)
    for (size_t k = 0; k < BT_LANES_VECTORS; k++) held.part[k] += trips->held[i].part[k];
  p->held = held;
  p->n_differences += end - first;
}

static void add_whole(run *r, size_t first, size_t end)
{
  const bt_trips *trips = r->trips;
  tally so_far = r->so_far; /* in registers */
  add_returns(r, first, end);
  for (size_t i = first; i < end; i++) {
    const trip t = {.entry = trips->entry[i],
                    .exit = trips->exit[i],
                    .closed = true,
                    .after = trips->after[i],
                    .costs = trips->costs[i],
                    .pnl = trips->pnl[i],
                    .ret = trips->ret[i],
                    .reach = trips->reach[i]};
    add_trip(&so_far, &t);
  }
  r->so_far = so_far;
}

/* Hands what the trips came to on to the path. */
static void conclude(const run *r, bt_trade_sums *trades, double *costs_paid)
{
  const tally *so_far = &r->so_far;
  bt_path *p = r->path;
  bt_span span = p->subject->span;
  p->equity = so_far->equity;
  p->peak = so_far->peak;
  p->worst = so_far->worst;
  p->n_exposed = so_far->n_exposed;
  p->n_still = span.end - span.first - so_far->n_exposed - so_far->trades.n_closed;
  *trades = so_far->trades;
  *costs_paid = so_far->costs_paid;
}

/* Whether the target is 0 or 1 all over the window. */
static bool are_all_trips(const bt_trips *trips, const bt_changes *changes, bt_span span)
{
  size_t delay = trips->fill == BT_FILL_OPEN;
  if (trips->n_foreign[trips->n_changes] == 0) return true;
  size_t first =
      bt_changes_find(changes, span.first + 1 - delay); /* behind the first bar's orders */
  double decision = bt_changes_target(changes, first);
  if (decision != 0 && decision != 1) return false;
  return trips->n_foreign[bt_changes_find(changes, span.end - delay)] == trips->n_foreign[first];
}

bool bt_trips_follow(bt_trips *trips, bt_path *path, bt_trade_sums *trades, double *costs_paid,
                     const bt_changes *changes)
{
  const bt_span span = path->subject->span;
  run r = {.trips = trips,
           .path = path,
           .so_far = {.equity = path->equity, .peak = path->peak, .worst = path->worst}};
  if (!are_all_trips(trips, changes, span)) return false;
  finish(trips);
  /* one that is held on the first bar is entered there, whenever it was */
  size_t first = count_before(trips, span.first + 1), end = count_before(trips, span.end);
  bool cuts = end > first && trips->exit[end - 1] >= span.end;
  bt_trade_sums__init(&r.so_far.trades);
  if (trips->n_unsure[end - cuts] > trips->n_unsure[first]) return false;
  if (first > 0 && trips->exit[first - 1] > span.first &&
      !add_cut(&r, span.first, trips->exit[first - 1]))
    return false;
  add_whole(&r, first, end - cuts);
  if (cuts && !add_cut(&r, trips->entry[end - 1], trips->exit[end - 1])) return false;
  path->n_factors = r.so_far.trades.n_closed + 1;
  conclude(&r, trades, costs_paid);
  return true;
}
