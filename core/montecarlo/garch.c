/* GARCH(1,1): a step is a day, whose variance is known the day before. */
#include "core/montecarlo/path_model.h"

static bt_status prepare(bt_paths *paths, bt_error *err)
{
  (void)err;
  paths->drift = bt_paths__param(paths, BT_PARAM_DRIFT) * bt_paths__step_years(paths);
  return BT_OK;
}

static double variance(const bt_paths *paths)
{
  return bt_paths__param(paths, BT_PARAM_V0);
}

/* x += sqrt(h) z - h / 2; h' = omega + alpha h z^2 + beta h. */
static void step(bt_path_state *state, const bt_paths *paths, size_t t, uint64_t first, size_t n)
{
  const double omega = bt_paths__param(paths, BT_PARAM_OMEGA);
  const double alpha = bt_paths__param(paths, BT_PARAM_ALPHA);
  const double beta = bt_paths__param(paths, BT_PARAM_BETA);
  bt_paths__normals(state->normal, paths, t, first, n);
  for (size_t i = 0; i < bt_paths__whole(n); i += BT_WIDTH) {
    bt_vector h = bt_vector_load(state->variance + i);
    bt_vector shock = bt_vector_sqrt(h) * bt_vector_load(state->normal + i);
    bt_vector_store(state->x + i, bt_vector_load(state->x + i) + (shock - h * 0.5));
    bt_vector_store(state->variance + i, omega + alpha * (shock * shock) + beta * h);
  }
}

const bt_path_model bt_path_model__garch = {prepare, variance, step};
