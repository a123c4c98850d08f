/* engine.h - what paths of an option are worth: one engine a style, inside core/montecarlo/.
 *
 * An engine turns a strip of standard normal numbers into discounted values, and where they are
 * wanted into estimates of the Greeks. It goes through all dates of a few paths, which stay in
 * registers; each lane is a path, so the bits do not depend on the width.
 *
 * The underlying is S(t) = spot exp(x(t)), x(t) = nu t + vol W(t), nu = rate - dividend - vol^2/2.
 * Greeks of first order are pathwise derivatives with the normal numbers held, where the payoff is
 * continuous in the parameter (Broadie and Glasserman, Estimating Security Price Derivatives Using
 * Simulation, Management Science 42 (1996); Glasserman 2003, section 7.2); the rest are likelihood
 * ratios, or a likelihood ratio for one derivative and the path for the other (Glasserman 2003,
 * section 7.3). Which it is stands in each engine.
 */
#ifndef BT_CORE_MONTECARLO_ENGINE_H
#define BT_CORE_MONTECARLO_ENGINE_H

#include "core/lanes.h"
#include "core/montecarlo/greek.h"
#include "core/montecarlo/option_terms.h"
#include "core/vector_math.h"

/* An option with what follows from its terms. */
typedef struct bt_cell {
  bt_option_terms terms;
  double dt, root_dt;   /* years of a step */
  double nu;            /* drift of the logarithm, a year */
  double drift, spread; /* of the logarithm over a step: nu dt and vol sqrt(dt) */
  double discount;      /* over the whole life */
  double sign;          /* of the payoff: 1 call, -1 put */
  double bridge;        /* 2 / (vol^2 dt): what chances of a touch depend on */
  double height;        /* log(barrier / spot) */
  double log_strike;    /* log(strike / spot) */
  bool by_parity;       /* a European call that is taken as a put: sign is that of the put */
} bt_cell;

/* vol and expiry are above 0. */
void bt_cell_init(bt_cell *out, const bt_option_terms *terms);

/* Random numbers of a strip of paths, rows of `stride` doubles: row t has those of step t. Past n
 * up to a whole number of BT_LANES stands anything that is finite; in uniforms within (0, 1). */
typedef struct bt_draws {
  const double *normals, *uniforms; /* uniforms: of a continuous lookback alone */
  size_t stride, n;
  bool antithetic; /* each path and its mirror image count as one: their mean */
} bt_draws;

/* Discounted: what a path is worth, its control, and its part of each Greek. Rows of `stride`. */
typedef struct bt_path_rows {
  double *value, *control;
  double *greeks[BT_GREEK_COUNT]; /* NULL: none are wanted */
} bt_path_rows;

typedef void bt_engine(bt_path_rows *out, const bt_cell *cell, const bt_draws *draws);
bt_engine bt_engine_european, bt_engine_asian, bt_engine_lookback;
bt_engine bt_engine_barrier, bt_engine_barrier_on_dates;

/* The engine of a style that has one (not American). */
bt_engine *bt_engine_of(const bt_option_terms *terms);

/* Whether there is a control, other than the option itself, that paths see as it is. Up to a
 * standard deviation of 1 of its logarithm a thousand of them do; beyond, ever more of its mean
 * lies in prices that none reaches. Where a European call has no control it is taken as the put,
 * which has a bound, and the forward. */
bool bt_control_is_seen(const bt_option_terms *terms);

/* What the mean of the control is, and its name. */
double bt_control_expected(const bt_option_terms *terms);
const char *bt_control_name(const bt_option_terms *terms);

/* Whether gamma is 0 for certain: a lookback of which the value is a multiple of the spot, or that
 * plus a constant (core/montecarlo/lookback.c). */
bool bt_gamma_is_0(const bt_option_terms *terms);

/* Whether paths estimate its Greeks: not where a rebate is paid at the touch of a barrier that is
 * monitored continuously. */
bool bt_option_has_greeks(const bt_option_terms *terms);

/* How its Greeks are estimated, in words. */
const char *bt_greeks_method(const bt_option_terms *terms);

/* ---- for engines ------------------------------------------------------------------------------
 */

/* Of a few paths, not discounted but where it says so. */
typedef struct bt_path_values {
  bt_vector value, control; /* discounted */
  bt_vector greeks[BT_GREEK_COUNT];
} bt_path_values;

/* Values of paths i .. i + BT_WIDTH - 1, of their mirror image where mirror is -1 (else 1). */
typedef bt_path_values bt_path_value_fn(const bt_cell *cell, const bt_draws *draws, size_t i,
                                        double mirror, bool greeks);

/* The loop over a strip. */
static inline void bt_engine_run(bt_path_rows *out, const bt_cell *of, const bt_draws *draws,
                                 bt_path_value_fn *evaluate, bool greeks)
{
  const bt_cell copy = *of, *cell = &copy; /* nobody else sees it: it may stay in registers */
  size_t end = (draws->n + BT_LANES - 1) / BT_LANES * BT_LANES;
  for (size_t i = 0; i < end; i += BT_WIDTH) {
    bt_path_values v = evaluate(cell, draws, i, 1, greeks);
    if (draws->antithetic) {
      bt_path_values m = evaluate(cell, draws, i, -1, greeks);
      v.value = 0.5 * (v.value + m.value);
      v.control = 0.5 * (v.control + m.control);
      for (int g = 0; greeks && g < BT_GREEK_COUNT; g++)
        v.greeks[g] = 0.5 * (v.greeks[g] + m.greeks[g]);
    }
    bt_vector_store(out->value + i, v.value);
    bt_vector_store(out->control + i, v.control);
    for (int g = 0; greeks && g < BT_GREEK_COUNT; g++)
      bt_vector_store(out->greeks[g] + i, v.greeks[g]);
  }
}

/* Two copies, so that the one without Greeks does not compute them. */
#define BT_ENGINE(name, evaluate)                                                                  \
  void name(bt_path_rows *out, const bt_cell *cell, const bt_draws *draws)                         \
  {                                                                                                \
    if (out->greeks[0])                                                                            \
      bt_engine_run(out, cell, draws, evaluate, true);                                             \
    else                                                                                           \
      bt_engine_run(out, cell, draws, evaluate, false);                                            \
  }

/* A price that the payoff looks at, with its derivatives: d_vol, d_rate, d_years of the level
 * itself with the normal numbers held; of the spot it is level / spot, as all prices of a path
 * move with the spot. */
typedef struct bt_level {
  bt_vector level, d_vol, d_rate, d_years;
} bt_level;

/* The positive part of gain, 1 where it is positive. */
static inline bt_vector bt_gain(bt_vector gain)
{
  return bt_vector_larger(gain, bt_vector_of(0));
}

static inline bt_vector bt_where_positive(bt_vector gain, bt_vector kept)
{
  return bt_vector_choose(bt_vector_of(0), gain, bt_vector_of(0), kept);
}

/* Value and pathwise Greeks of the payoff (sign (level - strike))+; gamma is
 * discount x sign x score where there is a gain: score is the engine's. */
static inline void bt_level_payoff(bt_path_values *out, const bt_cell *cell, const bt_level *at,
                                   bt_vector score, bool greeks)
{
  const bt_vanilla *o = &cell->terms.option;
  bt_vector gain = cell->sign * (at->level - o->strike);
  bt_vector value = cell->discount * bt_gain(gain);
  out->value = value;
  if (!greeks) return;
  bt_vector counts = bt_where_positive(gain, bt_vector_of(cell->discount * cell->sign));
  out->greeks[BT_DELTA] = counts * at->level / o->spot;
  out->greeks[BT_GAMMA] = counts * score;
  out->greeks[BT_VEGA] = counts * at->d_vol;
  out->greeks[BT_RHO] = counts * at->d_rate - o->expiry * value;
  out->greeks[BT_THETA] = o->rate * value - counts * at->d_years;
}

/* Derivatives of x(t): W is w there. */
static inline bt_vector bt_x_by_vol(const bt_cell *cell, bt_vector w, double t)
{
  return w - cell->terms.option.vol * t;
}

/* t moves with the expiry, and W with its root. */
static inline bt_vector bt_x_by_years(const bt_cell *cell, bt_vector w, double t)
{
  const bt_vanilla *o = &cell->terms.option;
  return (cell->nu * t + 0.5 * o->vol * w) / o->expiry;
}

#endif
