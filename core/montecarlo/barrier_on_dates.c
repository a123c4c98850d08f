/* Options with a barrier that is looked at on dates alone.
 *
 * A touch makes the payoff jump, so no pathwise derivative exists: Greeks are the payoff times the
 * derivative of the logarithm of the density of the path (likelihood ratio; Glasserman 2003,
 * section 7.3.1 and 7.3.2). With Z_i the normal numbers: delta Z_1 / (spot vol sqrt(dt)), gamma
 * (Z_1^2 - 1) / (spot^2 vol^2 dt) - Z_1 / (spot^2 vol sqrt(dt)), vega the sum of (Z_i^2 - 1) / vol
 * - Z_i sqrt(dt), rho the sum of Z_i sqrt(dt) / vol, by dt the sum of nu Z_i / (vol sqrt(dt)) +
 * (Z_i^2 - 1) / (2 dt). Those of the first step grow with the number of dates: exact, but with wide
 * errors. */
#include "core/montecarlo/engine.h"

/* A path on its way. */
typedef struct walk {
  bt_vector z_sum, squares;  /* of the normal numbers */
  bt_vector alive;           /* 1 or 0 */
  bt_vector paid, paid_time; /* exp(-rate t) at the touch, and t times that; 0 without one */
} walk;

static inline void look(walk *w, const bt_cell *cell, bt_vector beyond, double t)
{
  bt_vector still = bt_vector_choose(beyond, bt_vector_of(0), bt_vector_of(0), w->alive);
  if (cell->terms.barrier.rebate > 0) {
    double worth = exp(-cell->terms.option.rate * t);
    bt_vector touched = w->alive - still;
    w->paid += worth * touched;
    w->paid_time += (t * worth) * touched;
  }
  w->alive = still;
}

static inline walk follow(const bt_cell *cell, const bt_draws *draws, size_t i, double mirror,
                          bool greeks)
{
  const bt_barrier *barrier = &cell->terms.barrier;
  const double side = bt_barrier_is_up(barrier) ? 1 : -1;
  walk w = {.alive = bt_vector_of(1)};
  for (size_t step = 0; step < cell->terms.n_steps; step++) {
    double t = (double)(step + 1) * cell->dt;
    bt_vector z = mirror * bt_vector_load(draws->normals + step * draws->stride + i);
    w.z_sum += z;
    if (greeks) w.squares += z * z;
    look(&w, cell, side * (cell->nu * t + cell->spread * w.z_sum - cell->height), t);
  }
  return w;
}

/* by_rate: the derivative of the value itself by the rate, discounts alone. */
static inline void find_greeks(bt_path_values *v, const bt_cell *cell, const walk *w,
                               bt_vector first, bt_vector by_rate)
{
  const bt_vanilla *o = &cell->terms.option;
  const double n = (double)cell->terms.n_steps, per_spot = 1 / (o->spot * cell->spread);
  bt_vector excess = w->squares - n; /* sum of Z^2 - 1 */
  bt_vector by_dt = (cell->nu / cell->spread) * w->z_sum + (0.5 / cell->dt) * excess;
  v->greeks[BT_DELTA] = v->value * (per_spot * first);
  v->greeks[BT_GAMMA] =
      v->value * ((per_spot * per_spot) * (first * first - 1) - (per_spot / o->spot) * first);
  v->greeks[BT_VEGA] = v->value * (excess / o->vol - cell->root_dt * w->z_sum);
  v->greeks[BT_RHO] = v->value * ((cell->root_dt / o->vol) * w->z_sum) + by_rate;
  v->greeks[BT_THETA] = -v->value * (by_dt / n) - (o->rate / o->expiry) * by_rate;
}

static inline bt_path_values evaluate(const bt_cell *cell, const bt_draws *draws, size_t i,
                                      double mirror, bool greeks)
{
  bt_path_values v = {0};
  const bt_vanilla *o = &cell->terms.option;
  const bt_barrier *barrier = &cell->terms.barrier;
  const bool out = bt_barrier_is_out(barrier);
  walk w = follow(cell, draws, i, mirror, greeks);
  bt_vector price = o->spot * bt_vector_exp(cell->nu * o->expiry + cell->spread * w.z_sum);
  v.control = cell->discount * bt_gain(cell->sign * (price - o->strike));
  bt_vector kept = out ? w.alive : 1 - w.alive;
  bt_vector rebate = barrier->rebate * (out ? w.paid : cell->discount * w.alive);
  bt_vector rebate_time =
      barrier->rebate * (out ? w.paid_time : (cell->discount * o->expiry) * w.alive);
  v.value = kept * v.control + rebate;
  if (greeks)
    find_greeks(&v, cell, &w, mirror * bt_vector_load(draws->normals + i),
                -o->expiry * (kept * v.control) - rebate_time);
  return v;
}

BT_ENGINE(bt_engine_barrier_on_dates, evaluate)
