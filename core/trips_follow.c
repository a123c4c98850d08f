#include "core/path.h"
#include "core/trip.h"

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
static bt_trip cut(const run *r, size_t entry, size_t exit)
{
  const bt_trips *trips = r->trips;
  const bt_bars *bars = trips->tables->bars;
  const double *at = trips->fill == BT_FILL_OPEN ? bars->open : bars->close;
  const double *close = trips->tables->close;
  size_t span_end = r->path->subject->span.end, end = exit < span_end ? exit : span_end;
  bool closed = exit < span_end;
  bt_trip_prices p = {.buy = at[entry],
                      .sell = closed ? at[exit] : close[end - 1],
                      .entry_close = close[entry],
                      .last_close = close[end - 1],
                      .entry_factor = bars->adjust_factor[entry],
                      .exit_factor = bars->adjust_factor[closed ? exit : entry]};
  bt_trip t = bt_trip_compute_one(p, &trips->of_costs, trips->tables->floor);
  bt_reach closes = bt_tables_reach(trips->tables, entry, end);
  t.entry = entry;
  t.exit = end;
  t.closed = closed;
  t.reach = (bt_reach){closes.high * t.shares, closes.low * t.shares, closes.worst};
  if (closed) return t;
  double entry_price = p.buy * (1 + trips->of_costs.slippage_rate);
  double rate = bt_trip_rate(&trips->of_costs, p.entry_factor, entry_price);
  t.after = t.shares * p.last_close; /* it is only marked there */
  t.costs = rate * (t.shares * entry_price) + t.shares * fabs(entry_price - p.buy);
  t.pnl = t.ret = 0;
  t.unsure =
      bt_trip_is_doubtful(t.entry_return, trips->tables->floor) || !(t.shares < (double)INFINITY);
  return t;
}

/* Equity, drawdown and trade of one, without a branch that nothing could predict. */
static inline void add_trip(tally *so_far, const bt_trip *t)
{
  double equity = so_far->equity, *peak = &so_far->peak, *worst = &so_far->worst;
  so_far->costs_paid += equity * t->costs;
  bt_path_fall(peak, worst, t->reach, equity);
  so_far->equity = equity * t->after;
  so_far->n_exposed += t->exit - t->entry;
  if (!t->closed) return;
  bt_path_fall(peak, worst, bt_reach_of(1), so_far->equity);
  bt_trade_sums__add_one(&so_far->trades, equity * t->pnl, t->ret, t->exit - t->entry);
}

/* With its returns; false where it is not sure. */
static bool add_cut(run *r, size_t entry, size_t exit)
{
  bt_trip t = cut(r, entry, exit);
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
    const bt_trip t = {.entry = trips->entry[i],
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
  bt_trips__finish(trips);
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
