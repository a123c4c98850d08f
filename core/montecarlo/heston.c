/* Heston's model by Andersen's scheme. The variance after a step is drawn from a distribution with
 * the exact mean m and variance s^2: of a shifted normal number squared where psi = s^2 / m^2 is
 * small, else of an exponential tail beside a mass at 0. The log price follows with central weights
 * 1/2, and the constant that makes the price a martingale where there is one: always for rho <= 0,
 * and else where steps are short enough; without it the expected price moves with the steps.
 * Source: Andersen, Efficient simulation of the Heston stochastic volatility model, Journal of
 * Computational Finance 11 (2008), sections 3.2.4, 4.2 and 4.3; psi_c = 1.5. */
#include <math.h>

#include "core/montecarlo/path_model.h"
#include "core/random/normal.h"
#include "core/vector_math.h"

static const double psi_switch = 1.5;
/* Instead of a mean of 0 (a variance that was lost for good), and bounds of psi. */
static const double mean_least = 1e-300, psi_least = 1e-300, psi_most = 1e15;

/* Andersen's K0 .. K4 with central weights. */
static void fill_weights(bt_heston_step *step, const bt_paths *paths, double years)
{
  const double kappa = bt_paths__param(paths, BT_PARAM_KAPPA);
  const double rho = bt_paths__param(paths, BT_PARAM_RHO);
  const double vol_of_vol = bt_paths__param(paths, BT_PARAM_VOL_OF_VOL);
  const double central = years / 2 * (kappa * rho / vol_of_vol - 0.5);
  step->k0 = -rho * kappa * step->theta / vol_of_vol * years;
  step->k1 = central - rho / vol_of_vol;
  step->k2 = central + rho / vol_of_vol;
  step->k3 = step->k4 = years / 2 * (1 - rho * rho);
}

/* Whether a step from variance v has no correction: E exp(tilt v after) is infinite. */
static bool is_without_correction(const bt_heston_step *step, double v)
{
  const double tilt = step->k2 + step->k4 / 2;
  double mean = fmax(step->theta + (v - step->theta) * step->decay, mean_least);
  double psi = fmax((step->spread * v + step->spread_0) / mean / mean, psi_least);
  if (psi > psi_switch) return tilt >= 2 / (psi + 1) / mean;
  double i = 2 / psi, above = fmax(i - 1, 0), square = above + sqrt(i) * sqrt(above);
  return 2 * tilt * mean / (1 + square) >= 1;
}

/* For any variance that paths may come to: from a millionth of this size to a hundred times it. */
static bool may_lack_correction(const bt_heston_step *step, double v0, double size)
{
  enum { PLACES = 200 };
  const double least = 1e-6, most = 100;
  if (v0 == 0 && step->theta == 0) return false;
  bool lacks = is_without_correction(step, 0) || is_without_correction(step, v0);
  for (int i = 0; i <= PLACES; i++) {
    double v = size * least * pow(most / least, (double)i / PLACES);
    lacks |= is_without_correction(step, v);
  }
  return lacks;
}

static bt_status prepare(bt_paths *paths, bt_error *err)
{
  (void)err;
  bt_heston_step *step = &paths->step.heston;
  const double years = bt_paths__step_years(paths), kappa = bt_paths__param(paths, BT_PARAM_KAPPA);
  const double vol_of_vol = bt_paths__param(paths, BT_PARAM_VOL_OF_VOL);
  const double decayed = bt_paths__decayed(kappa, years);
  paths->drift = bt_paths__param(paths, BT_PARAM_DRIFT) * years;
  step->theta = bt_paths__param(paths, BT_PARAM_THETA);
  step->decay = exp(-kappa * years);
  step->spread = vol_of_vol * vol_of_vol * step->decay * decayed;
  step->spread_0 = step->theta * vol_of_vol * vol_of_vol * kappa * decayed * decayed / 2;
  step->mean_share = decayed;
  step->mean_0 = step->theta * (years - decayed);
  if (vol_of_vol == 0) return BT_OK;
  const double v0 = bt_paths__param(paths, BT_PARAM_V0);
  fill_weights(step, paths, years);
  paths->may_drift =
      may_lack_correction(step, v0, fmax(v0, step->theta) + vol_of_vol * vol_of_vol * decayed);
  return BT_OK;
}

static double variance(const bt_paths *paths)
{
  return bt_paths__param(paths, BT_PARAM_V0);
}

/* Of the paths of one vector: the variance before and after, and what the log price gains beside
 * its normal part and K2 v after. */
typedef struct qe_draw {
  bt_vector before, after, gain;
} qe_draw;

/* v after = a (b + z)^2. The gain is log(M) with E exp(K2 v after + ...) = 1 / M. */
static inline qe_draw draw_quadratic(bt_vector v, bt_vector mean, bt_vector psi, bt_vector z,
                                     const bt_heston_step *step)
{
  const double tilt = step->k2 + step->k4 / 2;
  bt_vector i = 2 / psi, above = bt_vector_larger(i - 1, bt_vector_of(0));
  bt_vector square = above + bt_vector_sqrt(i) * bt_vector_sqrt(above); /* b^2 */
  bt_vector a = mean / (1 + square), shifted = bt_vector_sqrt(square) + z;
  bt_vector left = 1 - 2 * tilt * a;
  bt_vector held = bt_vector_larger(left, bt_vector_of(mean_least));
  bt_vector martingale = bt_vector_log(held) * 0.5 - tilt * square * a / held - step->k3 / 2 * v;
  qe_draw out = {v, a * shifted * shifted, {0}};
  out.gain = bt_vector_choose(bt_vector_of(0), left, step->k0 + step->k1 * v, martingale);
  return out;
}

/* v after is 0 with probability p, else exponential with rate beta. */
static inline qe_draw draw_exponential(bt_vector v, bt_vector mean, bt_vector psi, bt_vector u,
                                       const bt_heston_step *step)
{
  const double tilt = step->k2 + step->k4 / 2;
  bt_vector rest = 2 / (psi + 1), p = 1 - rest, beta = rest / mean;
  bt_vector drawn = bt_vector_log(rest / (1 - u)) / beta;
  bt_vector left = beta - tilt;
  bt_vector held = bt_vector_larger(left, bt_vector_of(mean_least));
  bt_vector expected = bt_vector_larger(p + rest * beta / held, bt_vector_of(mean_least));
  bt_vector martingale = -bt_vector_log(expected) - step->k3 / 2 * v;
  qe_draw out = {v, bt_vector_choose(p, u, bt_vector_of(0), drawn), {0}};
  out.gain = bt_vector_choose(bt_vector_of(0), left, step->k0 + step->k1 * v, martingale);
  return out;
}

static inline qe_draw draw_variance(bt_vector v, bt_vector z, bt_vector u,
                                    const bt_heston_step *step)
{
  bt_vector mean = step->theta + (v - step->theta) * step->decay;
  mean = bt_vector_larger(mean, bt_vector_of(mean_least));
  bt_vector psi = (step->spread * v + step->spread_0) / mean / mean;
  psi = bt_vector_smaller(psi, bt_vector_of(psi_most));
  psi = bt_vector_larger(psi, bt_vector_of(psi_least));
  qe_draw out = draw_quadratic(v, mean, psi, z, step);
  if (bt_vector_all_within(psi, psi_switch)) return out;
  qe_draw tail = draw_exponential(v, mean, psi, u, step);
  bt_vector limit = bt_vector_of(psi_switch);
  out.after = bt_vector_choose(limit, psi, out.after, tail.after);
  out.gain = bt_vector_choose(limit, psi, out.gain, tail.gain);
  return out;
}

/* Without volatility of the variance it is certain, and so is its integral. */
static void step_certain(bt_path_state *state, const bt_heston_step *step, size_t n)
{
  for (size_t i = 0; i < bt_paths__whole(n); i += BT_WIDTH) {
    bt_vector v = bt_vector_load(state->variance + i);
    bt_vector integral = step->mean_share * v + step->mean_0;
    bt_vector moved = bt_vector_sqrt(integral) * bt_vector_load(state->normal + i) - integral * 0.5;
    bt_vector_store(state->x + i, bt_vector_load(state->x + i) + moved);
    bt_vector_store(state->variance + i, step->theta + (v - step->theta) * step->decay);
  }
}

/* Dimensions 2 t: the variance, 2 t + 1: the price. */
static void step(bt_path_state *state, const bt_paths *paths, size_t t, uint64_t first, size_t n)
{
  const bt_heston_step *step = &paths->step.heston;
  double z[BT_PATHS_MOST];
  bt_paths__normals(state->normal, paths, 2 * t + 1, first, n);
  if (bt_paths__param(paths, BT_PARAM_VOL_OF_VOL) == 0) {
    step_certain(state, step, n);
    return;
  }
  bt_paths__uniforms(state->uniform, paths, 2 * t, first, n);
  bt_normal_quantiles(z, state->uniform, bt_paths__whole(n));
  for (size_t i = 0; i < bt_paths__whole(n); i += BT_WIDTH) {
    qe_draw drawn = draw_variance(bt_vector_load(state->variance + i), bt_vector_load(z + i),
                                  bt_vector_load(state->uniform + i), step);
    bt_vector left = bt_vector_sqrt(step->k3 * drawn.before + step->k4 * drawn.after);
    bt_vector moved =
        drawn.gain + step->k2 * drawn.after + left * bt_vector_load(state->normal + i);
    bt_vector_store(state->x + i, bt_vector_load(state->x + i) + moved);
    bt_vector_store(state->variance + i, drawn.after);
  }
}

const bt_path_model bt_path_model__heston = {prepare, variance, step};
