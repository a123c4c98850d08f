#include "core/trips.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/trip.h"

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
      trips->exit[n] = BT_TRIP_NEVER;
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
    bool ends = exit != BT_TRIP_NEVER;
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
    size_t exit = trips->exit[i] != BT_TRIP_NEVER ? trips->exit[i] : trips->entry[i];
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
    const bt_trip_prices p = {l->buy[k], l->sell[k], l->entry_close[k], l->last_close[k], 1, 1};
    bt_trip t = bt_trip_compute(p, costs, l->entry_rate[k], l->exit_rate[k], l->value[k], floor);
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
        bt_trip_rate(costs, trips->entry_factor[i], trips->buy[i] * (1 + costs->slippage_rate));
    l->exit_rate[k] =
        bt_trip_rate(costs, trips->exit_factor[i], trips->sell[i] * (1 - costs->slippage_rate));
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
  const double *total = tables->ahead[tables->n_leaves].high;
  return trips->block && trips->tables == tables && trips->version == changes->version &&
         trips->total[0] == total[BT_FIRST] && trips->total[1] == total[BT_SECOND] &&
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
  trips->total[0] = tables->ahead[tables->n_leaves].high[BT_FIRST];
  trips->total[1] = tables->ahead[tables->n_leaves].high[BT_SECOND];
  trips->version = changes->version;
  trips->of_costs = config->costs;
  trips->fill = config->fill;
  trips->computed = false;
  list_orders(trips, changes, tables->bars->n_bars, config->fill == BT_FILL_OPEN);
  return BT_OK;
}

void bt_trips__finish(bt_trips *trips)
{
  const bt_bars *bars = trips->tables->bars;
  if (trips->computed) return;
  trips->computed = true;
  gather(trips, bars, trips->fill == BT_FILL_OPEN ? bars->open : bars->close);
  compute_all(trips);
}
