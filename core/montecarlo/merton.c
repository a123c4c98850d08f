/* Merton's jumps: the number of a step's jumps by inversion of the Poisson distribution, and then
 * one normal number for the diffusion and all jumps together, which is exact: given n jumps the log
 * return is normal with mean n jump_mean and variance vol^2 dt + n jump_vol^2. */
#include <math.h>

#include "core/montecarlo/path_model.h"

/* P(N <= k) up to where a uniform number of 52 bits can be no larger. */
static bt_status fill_levels(bt_merton_step *step, double expected, size_t n_steps, bt_error *err)
{
  if (!(expected <= BT_JUMPS_MEAN_MOST))
    return bt_fail(err, BT_ERR_USAGE,
                   "--jump-intensity: %g jumps are expected in each of %zu steps, and %d are the "
                   "most; give more --steps",
                   expected, n_steps, BT_JUMPS_MEAN_MOST);
  double chance = exp(-expected), sum = chance;
  size_t k = 0;
  while (k + 1 < BT_JUMPS_MOST && (double)k < expected + 1 + 12 * sqrt(expected + 9)) {
    step->level[k++] = sum;
    chance *= expected / (double)k;
    sum += chance;
  }
  step->n_levels = k;
  return BT_OK;
}

static bt_status prepare(bt_paths *paths, bt_error *err)
{
  bt_merton_step *step = &paths->step.merton;
  double vol = bt_paths__param(paths, BT_PARAM_VOL), years = bt_paths__step_years(paths);
  double mean = bt_paths__param(paths, BT_PARAM_JUMP_MEAN);
  double deviation = bt_paths__param(paths, BT_PARAM_JUMP_VOL);
  double intensity = bt_paths__param(paths, BT_PARAM_JUMP_INTENSITY);
  double growth = expm1(mean + deviation * deviation / 2); /* expected, of a jump */
  step->variance = vol * vol * years;
  step->jump_mean = mean;
  step->jump_variance = deviation * deviation;
  paths->drift =
      (bt_paths__param(paths, BT_PARAM_DRIFT) - vol * vol / 2 - intensity * growth) * years;
  return fill_levels(step, intensity * years, paths->job.n_steps, err);
}

/* How many levels are below u, in each lane. */
static inline bt_vector count_jumps(const bt_merton_step *step, bt_vector u, bt_vector one)
{
  bt_vector count = {0};
  for (size_t k = 0; k < step->n_levels; k++) {
    bt_vector level = bt_vector_of(step->level[k]);
    if (bt_vector_all_within(u, step->level[k])) break;
    count += one - bt_vector_where_at_least(level, u, one);
  }
  return count;
}

static void step(bt_path_state *state, const bt_paths *paths, size_t t, uint64_t first, size_t n)
{
  const bt_merton_step *step = &paths->step.merton;
  const bt_vector one = bt_vector_of(1);
  bt_paths__uniforms(state->uniform, paths, 2 * t, first, n);
  bt_paths__normals(state->normal, paths, 2 * t + 1, first, n);
  for (size_t i = 0; i < bt_paths__whole(n); i += BT_WIDTH) {
    bt_vector jumps = count_jumps(step, bt_vector_load(state->uniform + i), one);
    bt_vector deviation = bt_vector_sqrt(step->variance + jumps * step->jump_variance);
    bt_vector moved = jumps * step->jump_mean + deviation * bt_vector_load(state->normal + i);
    bt_vector_store(state->x + i, bt_vector_load(state->x + i) + moved);
  }
}

const bt_path_model bt_path_model__merton = {.prepare = prepare, .step = step};
