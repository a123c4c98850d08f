/* Options on an average of prices.
 *
 * Gamma. Prices scale with the spot, so gamma is (strike / spot)^2 times the discounted density of
 * the average A at the strike. Moving all normal numbers alike moves A by D = vol sum(t_i S_i) /
 * (n sqrt(dt)), and integration by parts along that direction gives the density as the mean of the
 * weight W(T) / (vol T1) + T2 / T1^2 where A is above the strike, with T1 and T2 the means of
 * t_i S_i and t_i^2 S_i. Unlike the ratio of the first step alone its variance does not grow with
 * the number of dates. Source: Glasserman 2003, section 7.3; Fournie, Lasry, Lebuchoux, Lions and
 * Touzi, Finance and Stochastics 3 (1999). */
#include "core/montecarlo/engine.h"

/* Sums over the dates. */
typedef struct sums {
  bt_vector prices, logs;
  bt_vector by_time, by_time_2, by_w; /* of t S, t^2 S, W S */
  bt_vector w_sum, w;                 /* of W, and its last */
} sums;

static inline void add_price(sums *s, bt_vector price, bt_vector w, double t)
{
  s->by_time += t * price;
  s->by_time_2 += (t * t) * price;
  s->by_w += w * price;
}

static inline sums follow(const bt_cell *cell, const bt_draws *draws, size_t i, double mirror,
                          bool greeks)
{
  sums s = {0};
  const bool arithmetic = cell->terms.average == BT_ARITHMETIC;
  const double spread = mirror * cell->spread, root_dt = mirror * cell->root_dt;
  bt_vector z_sum = {0};
  for (size_t step = 0; step < cell->terms.n_steps; step++) {
    double t = (double)(step + 1) * cell->dt;
    z_sum += bt_vector_load(draws->normals + step * draws->stride + i);
    s.w_sum += z_sum;
    if (!arithmetic) continue;
    bt_vector price = bt_vector_exp(cell->nu * t + spread * z_sum);
    s.prices += price;
    if (greeks) add_price(&s, price, root_dt * z_sum, t);
  }
  s.w_sum *= root_dt;
  s.w = root_dt * z_sum;
  return s;
}

/* Of a geometric average all prices are one: it moves by the mean time, and by the mean of W. */
static inline void as_one_price(sums *s, const bt_cell *cell, bt_vector average)
{
  double n = (double)cell->terms.n_steps, mean_time = 0.5 * (n + 1) * cell->dt;
  s->by_time = (n * mean_time) * average;
  s->by_time_2 = (n * mean_time * mean_time) * average;
  s->by_w = s->w_sum * average;
}

/* All sums are of prices for a spot of 1. */
static inline bt_level level_of(const bt_cell *cell, bt_vector average, const sums *s)
{
  const bt_vanilla *o = &cell->terms.option;
  double each = o->spot / (double)cell->terms.n_steps;
  bt_vector by_time = each * s->by_time, by_w = each * s->by_w;
  return (bt_level){.level = average,
                    .d_vol = by_w - o->vol * by_time,
                    .d_rate = by_time,
                    .d_years = (cell->nu * by_time + 0.5 * o->vol * by_w) / o->expiry};
}

static inline bt_vector gamma_score(const bt_cell *cell, const sums *s)
{
  const bt_vanilla *o = &cell->terms.option;
  double each = o->spot / (double)cell->terms.n_steps, ratio = o->strike / o->spot;
  bt_vector by_time = each * s->by_time, by_time_2 = each * s->by_time_2;
  return (ratio * ratio) * (s->w / (o->vol * by_time) + by_time_2 / (by_time * by_time));
}

static inline bt_path_values evaluate(const bt_cell *cell, const bt_draws *draws, size_t i,
                                      double mirror, bool greeks)
{
  bt_path_values v = {0};
  const bt_vanilla *o = &cell->terms.option;
  const bool arithmetic = cell->terms.average == BT_ARITHMETIC;
  double n = (double)cell->terms.n_steps, mean_time = 0.5 * (n + 1) * cell->dt;
  sums s = follow(cell, draws, i, mirror, greeks);
  bt_vector geometric = o->spot * bt_vector_exp(cell->nu * mean_time + (o->vol / n) * s.w_sum);
  if (greeks && !arithmetic) as_one_price(&s, cell, geometric / o->spot);
  bt_vector average = arithmetic ? o->spot / n * s.prices : geometric, score = {0};
  bt_level at = {.level = average};
  if (greeks) {
    at = level_of(cell, average, &s);
    score = gamma_score(cell, &s);
  }
  bt_level_payoff(&v, cell, &at, score, greeks);
  if (arithmetic)
    v.control = cell->discount * bt_gain(cell->sign * (geometric - o->strike));
  else
    v.control = (cell->discount * o->spot) * bt_vector_exp(cell->nu * o->expiry + o->vol * s.w);
  return v;
}

BT_ENGINE(bt_engine_asian, evaluate)
