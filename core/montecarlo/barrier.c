/* Options with a barrier that is monitored continuously.
 *
 * Between two dates the logarithm is a Brownian bridge, which touches the barrier with probability
 * p = exp(-2 d0 d1 / (vol^2 dt)), d0 and d1 its distances on the dates. So a path counts with the
 * chance that it was never touched, w = product of 1 - p, and no touch is missed: unbiased for any
 * number of dates. Source: Glasserman 2003, section 6.4; Andersen and Brotherton-Ratcliffe 1996.
 *
 * A rebate at the touch is worth rebate E[exp(-rate tau); tau <= T]. Under the drift nu* with
 * nu*^2 = nu^2 + 2 rate vol^2 that is (level / spot)^((nu - nu*) / vol^2) P*(tau <= T), by
 * Girsanov's theorem: the same normal numbers follow a second path with that drift. nu* has the
 * sign of nu, and the exponent is written -2 rate / (nu + nu*): no digits cancel.
 *
 * Greeks. w is continuous in every parameter (p is 1 at the barrier), so the first derivatives are
 * pathwise, w with them. Gamma: delta by the likelihood ratio of the first step, where w depends on
 * the spot directly as well, then its derivative pathwise. */
#include "core/montecarlo/engine.h"

/* Derivatives by the logarithm of the spot, vol, rate and expiry. */
typedef enum parameter { BY_SPOT, BY_VOL, BY_RATE, BY_YEARS, N_BY } parameter;

/* A path on its way. */
typedef struct walk {
  bt_vector distance, d[N_BY]; /* to the barrier, 0 beyond it */
  bt_vector alive, d_alive[N_BY];
  bt_vector first_touch, first_distance; /* p and d1 of the first step */
  bt_vector rest, rest_by_spot;          /* alive without the first step */
  bt_vector brownian;                    /* W so far */
} walk;

static double side_of(const bt_barrier *barrier)
{
  return bt_barrier_is_up(barrier) ? -1 : 1;
}

static inline walk begin(const bt_cell *cell)
{
  double side = side_of(&cell->terms.barrier), distance = -side * cell->height;
  walk w = {.distance = bt_vector_of(distance > 0 ? distance : 0)};
  w.alive = w.rest = bt_vector_of(distance > 0);
  w.d[BY_SPOT] = bt_vector_of(side);
  return w;
}

/* How p changes, over p: -2 / (vol^2 dt) (d0 d1' + d1 d0' - d0 d1 (vol^2 dt)' / (vol^2 dt)). */
static inline bt_vector touch_change(const walk *w, parameter by, const bt_cell *cell,
                                     bt_vector distance, bt_vector d)
{
  const bt_vanilla *o = &cell->terms.option;
  bt_vector change = w->distance * d + distance * w->d[by];
  if (by == BY_VOL) change -= (2 / o->vol) * (w->distance * distance);
  if (by == BY_YEARS) change -= (1 / o->expiry) * (w->distance * distance);
  return -cell->bridge * change;
}

/* Derivatives of what is alive; those of a path beyond the barrier are 0. */
static inline void move_derivatives(walk *w, const bt_cell *cell, bt_vector touch,
                                    bt_vector distance, const bt_vector d[N_BY], bool first)
{
  bt_vector missed = 1 - touch;
  for (int by = 0; by < N_BY; by++) {
    bt_vector change = touch * touch_change(w, (parameter)by, cell, distance, d[by]);
    change = bt_where_positive(distance, change);
    if (by == BY_SPOT && !first) w->rest_by_spot = w->rest_by_spot * missed - w->rest * change;
    w->d_alive[by] = w->d_alive[by] * missed - w->alive * change;
    w->d[by] = d[by];
  }
  if (first) {
    w->first_touch = touch;
    w->first_distance = distance;
  } else {
    w->rest *= missed;
  }
}

/* To the next date t, where the logarithm has moved by x. */
static inline void step_to(walk *w, const bt_cell *cell, bt_vector x, double t, bool greeks)
{
  double side = side_of(&cell->terms.barrier);
  bt_vector distance = bt_gain(side * (x - cell->height));
  bt_vector touch = bt_vector_exp(-cell->bridge * (w->distance * distance));
  if (greeks) {
    const bt_vector d[N_BY] = {bt_vector_of(side), side * bt_x_by_vol(cell, w->brownian, t),
                               bt_vector_of(side * t), side * bt_x_by_years(cell, w->brownian, t)};
    move_derivatives(w, cell, touch, distance, d, t <= cell->dt);
  }
  w->alive *= 1 - touch;
  w->distance = distance;
}

/* Follows a path with this drift a year. */
static inline walk follow(const bt_cell *cell, const bt_draws *draws, size_t i, double mirror,
                          double nu, bool greeks)
{
  walk w = begin(cell);
  bt_vector z_sum = {0};
  for (size_t step = 0; step < cell->terms.n_steps; step++) {
    double t = (double)(step + 1) * cell->dt;
    z_sum += bt_vector_load(draws->normals + step * draws->stride + i);
    w.brownian = (mirror * cell->root_dt) * z_sum;
    step_to(&w, cell, nu * t + cell->terms.option.vol * w.brownian, t, greeks);
  }
  return w;
}

static inline bt_vector rebate_at_touch(const bt_cell *cell, const bt_draws *draws, size_t i,
                                        double mirror)
{
  const bt_vanilla *o = &cell->terms.option;
  const bt_barrier *barrier = &cell->terms.barrier;
  double variance = o->vol * o->vol, height = cell->height;
  double nu = sqrt(cell->nu * cell->nu + 2 * o->rate * variance);
  if (height * side_of(barrier) > 0) return bt_vector_of(barrier->rebate); /* touched at once */
  if (cell->nu < 0) nu = -nu;
  walk w = follow(cell, draws, i, mirror, nu, false);
  double power = cell->nu + nu != 0 ? -2 * o->rate / (cell->nu + nu) : 0;
  return (barrier->rebate * exp(power * height)) * (1 - w.alive);
}

/* What is paid: base + weighed x alive, with the derivative of each by the logarithm of the price
 * at expiry. */
typedef struct payment {
  bt_vector base, weighed, by_price; /* by_price: of the payoff */
  double sign;                       /* of the payoff in weighed */
} payment;

static inline payment payment_of(const bt_cell *cell, bt_vector price)
{
  const bt_vanilla *o = &cell->terms.option;
  bt_vector gain = cell->sign * (price - o->strike), paid = bt_gain(gain);
  bt_vector by_price = bt_where_positive(gain, cell->sign * price);
  if (bt_barrier_is_out(&cell->terms.barrier)) return (payment){bt_vector_of(0), paid, by_price, 1};
  return (payment){paid, cell->terms.barrier.rebate - paid, by_price, -1};
}

/* The derivative by one parameter, x' being that of the logarithm of the price at expiry. */
static inline bt_vector derivative(const payment *p, const walk *w, parameter by, bt_vector x,
                                   bool out)
{
  bt_vector paid = p->by_price * x,
            change = p->sign * paid * w->alive + p->weighed * w->d_alive[by];
  return out ? change : paid + change;
}

/* Twice by the logarithm of the spot, not discounted. first is Z of the first step over vol
 * sqrt(dt), last W(T) / (vol T). */
static inline bt_vector second_by_spot(const payment *p, const walk *w, const bt_cell *cell,
                                       bt_vector first, bt_vector last)
{
  const double c = cell->bridge, side = side_of(&cell->terms.barrier);
  const bool out = bt_barrier_is_out(&cell->terms.barrier);
  double begun = -side * cell->height;
  bt_vector d = w->first_distance, touch = bt_where_positive(d, w->first_touch);
  bt_vector sum = d + (begun > 0 ? begun : 0), by_price = p->sign * p->by_price;
  bt_vector weighed = (by_price * w->alive + p->weighed * w->d_alive[BY_SPOT]) * first;
  bt_vector direct = side * by_price * d * w->rest + p->weighed * (1 - c * d * sum) * w->rest +
                     side * p->weighed * d * w->rest_by_spot;
  bt_vector second = weighed + c * touch * direct;
  return out ? second : second + p->by_price * last;
}

static inline void find_greeks(bt_path_values *v, const bt_cell *cell, const payment *p,
                               const walk *w, bt_vector z_first)
{
  const bt_vanilla *o = &cell->terms.option;
  const bool out = bt_barrier_is_out(&cell->terms.barrier);
  bt_vector x_by_vol = bt_x_by_vol(cell, w->brownian, o->expiry);
  bt_vector x_by_years = bt_x_by_years(cell, w->brownian, o->expiry);
  bt_vector by_spot = cell->discount * derivative(p, w, BY_SPOT, bt_vector_of(1), out);
  bt_vector twice = cell->discount * second_by_spot(p, w, cell, z_first / cell->spread,
                                                    w->brownian / (o->vol * o->expiry));
  v->greeks[BT_DELTA] = by_spot / o->spot;
  v->greeks[BT_GAMMA] = (twice - by_spot) / (o->spot * o->spot);
  v->greeks[BT_VEGA] = cell->discount * derivative(p, w, BY_VOL, x_by_vol, out);
  v->greeks[BT_RHO] = cell->discount * derivative(p, w, BY_RATE, bt_vector_of(o->expiry), out) -
                      o->expiry * v->value;
  v->greeks[BT_THETA] =
      o->rate * v->value - cell->discount * derivative(p, w, BY_YEARS, x_by_years, out);
}

static inline bt_path_values evaluate(const bt_cell *cell, const bt_draws *draws, size_t i,
                                      double mirror, bool greeks)
{
  bt_path_values v = {0};
  const bt_vanilla *o = &cell->terms.option;
  walk w = follow(cell, draws, i, mirror, cell->nu, greeks);
  bt_vector price = o->spot * bt_vector_exp(cell->nu * o->expiry + o->vol * w.brownian);
  payment p = payment_of(cell, price);
  v.value = cell->discount * (p.base + p.weighed * w.alive);
  v.control = cell->discount * bt_gain(cell->sign * (price - o->strike));
  if (greeks) find_greeks(&v, cell, &p, &w, mirror * bt_vector_load(draws->normals + i));
  if (bt_barrier_is_out(&cell->terms.barrier) && cell->terms.barrier.rebate > 0)
    v.value += rebate_at_touch(cell, draws, i, mirror);
  return v;
}

BT_ENGINE(bt_engine_barrier, evaluate)
