/* Geometric Brownian motion: the log is summed step by step, and is exact at every step. */
#include <math.h>

#include "core/montecarlo/path_model.h"

static bt_status prepare(bt_paths *paths, bt_error *err)
{
  (void)err;
  double vol = bt_paths__param(paths, BT_PARAM_VOL), years = bt_paths__step_years(paths);
  paths->scale = vol * sqrt(years); /* x is a sum of standard normal numbers */
  paths->drift = (bt_paths__param(paths, BT_PARAM_DRIFT) - vol * vol / 2) * years;
  return BT_OK;
}

static void step(bt_path_state *state, const bt_paths *paths, size_t t, uint64_t first, size_t n)
{
  bt_paths__normals(state->normal, paths, t, first, n);
  for (size_t i = 0; i < bt_paths__whole(n); i += BT_WIDTH)
    bt_vector_store(state->x + i, bt_vector_load(state->x + i) + bt_vector_load(state->normal + i));
}

const bt_path_model bt_path_model__gbm = {.prepare = prepare, .step = step};
