/* Lookback options.
 *
 * Monitored continuously, the extreme of the logarithm between two dates is drawn from that of the
 * Brownian bridge: the maximum is (a + b + sqrt((b - a)^2 - 2 vol^2 dt log U)) / 2, U uniform, and
 * the minimum the same with the root's other sign. Exact for any number of dates. Source:
 * Glasserman 2003, section 6.4; Beaglehole, Dybvig and Zhou 1997.
 *
 * Gamma. Extremes scale with the spot, and the spot of today is one of them. So the value of a
 * floating strike is a multiple of the spot, as is that of a fixed strike within the extremes of
 * today plus a constant: gamma is 0. Else it is (strike / spot)^2 times the discounted density of
 * the extreme at the strike: on dates by the ratio of the first step, continuously by the
 * derivative of the product of the chances 1 - p that no bridge reaches the strike
 * (core/montecarlo/barrier.c). */
#include "core/montecarlo/engine.h"

/* The logarithm less that of the spot: at the last date, and the extreme, with derivatives. */
typedef struct point {
  bt_vector x, by_vol, by_rate, by_years;
} point;

typedef struct walk {
  point last, extreme;
  bt_vector brownian;
  bt_vector unreached, density; /* of the strike: the chance, and its derivative by log(strike) */
} walk;

/* 1 where the payoff looks at the maximum, -1 at the minimum. */
static double side_of(const bt_cell *cell)
{
  return cell->terms.lookback == BT_LOOKBACK_FIXED ? cell->sign : -cell->sign;
}

/* Whether the strike is fixed and lies outside of today's extremes: else gamma is 0. */
static bool has_gamma(const bt_cell *cell)
{
  return !bt_gamma_is_0(&cell->terms);
}

bool bt_gamma_is_0(const bt_option_terms *terms)
{
  const bt_vanilla *o = &terms->option;
  if (terms->style != BT_LOOKBACK) return false;
  if (terms->lookback == BT_LOOKBACK_FLOATING) return true;
  return o->type == BT_CALL ? o->strike < o->spot : o->strike > o->spot;
}

static inline point point_at(const bt_cell *cell, bt_vector w, double t)
{
  return (point){.x = cell->nu * t + cell->terms.option.vol * w,
                 .by_vol = bt_x_by_vol(cell, w, t),
                 .by_rate = bt_vector_of(t),
                 .by_years = bt_x_by_years(cell, w, t)};
}

static inline bt_vector middle(bt_vector a, bt_vector b, bt_vector root)
{
  return 0.5 * (a + b + root);
}

/* The extreme of a bridge from a to b; e is -log U. */
static inline point bridge_extreme(const bt_cell *cell, const point *a, const point *b, bt_vector e,
                                   double side, bool greeks)
{
  const bt_vanilla *o = &cell->terms.option;
  const double variance = cell->spread * cell->spread;
  bt_vector apart = b->x - a->x, root = bt_vector_sqrt(apart * apart + (2 * variance) * e);
  point at = {.x = middle(a->x, b->x, side * root)};
  if (!greeks) return at;
  bt_vector share = side / root;
  at.by_vol = middle(a->by_vol, b->by_vol,
                     share * (apart * (b->by_vol - a->by_vol) + (2 * variance / o->vol) * e));
  at.by_rate = middle(a->by_rate, b->by_rate, share * (apart * (b->by_rate - a->by_rate)));
  at.by_years = middle(a->by_years, b->by_years,
                       share * (apart * (b->by_years - a->by_years) + (variance / o->expiry) * e));
  return at;
}

/* The further of the two. */
static inline void extend(point *extreme, const point *at, double side, bool greeks)
{
  bt_vector so_far = side * extreme->x, now = side * at->x;
  if (greeks) {
    extreme->by_vol = bt_vector_choose(so_far, now, extreme->by_vol, at->by_vol);
    extreme->by_rate = bt_vector_choose(so_far, now, extreme->by_rate, at->by_rate);
    extreme->by_years = bt_vector_choose(so_far, now, extreme->by_years, at->by_years);
  }
  extreme->x = bt_vector_choose(so_far, now, extreme->x, at->x);
}

/* The chance that the strike is not reached between two dates, and its derivative. */
static inline void pass_strike(walk *w, const bt_cell *cell, bt_vector x, double side)
{
  const double strike = cell->log_strike, c = cell->bridge;
  bt_vector before = bt_gain(side * (strike - w->last.x)), after = bt_gain(side * (strike - x));
  bt_vector reached = bt_vector_exp(-c * (before * after));
  bt_vector change = bt_where_positive(after, c * (before + after) * reached);
  w->density = w->density * (1 - reached) + w->unreached * change;
  w->unreached *= 1 - reached;
}

static inline walk follow(const bt_cell *cell, const bt_draws *draws, size_t i, double mirror,
                          bool greeks)
{
  const double side = side_of(cell);
  walk w = {.unreached = bt_vector_of(1)};
  bt_vector z_sum = {0};
  for (size_t step = 0; step < cell->terms.n_steps; step++) {
    const size_t row = step * draws->stride + i;
    z_sum += bt_vector_load(draws->normals + row);
    w.brownian = (mirror * cell->root_dt) * z_sum;
    point at = point_at(cell, w.brownian, (double)(step + 1) * cell->dt), far = at;
    if (!cell->terms.discrete) {
      bt_vector u = bt_vector_load(draws->uniforms + row);
      if (mirror < 0) u = 1 - u;
      far = bridge_extreme(cell, &w.last, &at, -bt_vector_log(u), side, greeks);
      if (greeks && has_gamma(cell)) pass_strike(&w, cell, at.x, side);
    }
    extend(&w.extreme, &far, side, greeks);
    w.last = at;
  }
  return w;
}

/* A logarithm and its derivatives as a price and its. */
static inline bt_level level_of(const bt_cell *cell, const point *at)
{
  bt_vector price = cell->terms.option.spot * bt_vector_exp(at->x);
  return (bt_level){price, price * at->by_vol, price * at->by_rate, price * at->by_years};
}

/* sign x (S(T) - extreme): never negative. */
static inline void floating_payoff(bt_path_values *v, const bt_cell *cell, const bt_level *last,
                                   const bt_level *extreme, bool greeks)
{
  const bt_vanilla *o = &cell->terms.option;
  const double scale = cell->discount * cell->sign;
  v->value = scale * (last->level - extreme->level);
  if (!greeks) return;
  v->greeks[BT_DELTA] = v->value / o->spot;
  v->greeks[BT_VEGA] = scale * (last->d_vol - extreme->d_vol);
  v->greeks[BT_RHO] = scale * (last->d_rate - extreme->d_rate) - o->expiry * v->value;
  v->greeks[BT_THETA] = o->rate * v->value - scale * (last->d_years - extreme->d_years);
}

static inline bt_vector gamma_score(const bt_cell *cell, bt_vector first)
{
  const bt_vanilla *o = &cell->terms.option;
  if (!has_gamma(cell) || !cell->terms.discrete) return bt_vector_of(0);
  return (o->strike / (o->spot * o->spot * cell->spread)) * first;
}

static inline bt_path_values evaluate(const bt_cell *cell, const bt_draws *draws, size_t i,
                                      double mirror, bool greeks)
{
  bt_path_values v = {0};
  const bt_vanilla *o = &cell->terms.option;
  walk w = follow(cell, draws, i, mirror, greeks);
  bt_level last = level_of(cell, &w.last), extreme = level_of(cell, &w.extreme);
  v.control = cell->discount * last.level;
  if (cell->terms.lookback == BT_LOOKBACK_FLOATING) {
    floating_payoff(&v, cell, &last, &extreme, greeks);
    return v;
  }
  bt_vector score = gamma_score(cell, mirror * bt_vector_load(draws->normals + i));
  bt_level_payoff(&v, cell, &extreme, score, greeks);
  if (greeks && has_gamma(cell) && !cell->terms.discrete)
    v.greeks[BT_GAMMA] = (cell->discount * o->strike / (o->spot * o->spot)) * w.density;
  return v;
}

BT_ENGINE(bt_engine_lookback, evaluate)
