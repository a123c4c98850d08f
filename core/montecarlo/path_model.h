/* path_model.h - what a model does in a step. Internal to core/montecarlo.
 *
 * State arrays hold whole groups of BT_LANES; what stands behind the last path is any number.
 */
#ifndef BT_CORE_MONTECARLO_PATH_MODEL_H
#define BT_CORE_MONTECARLO_PATH_MODEL_H

#include <math.h>

#include "core/lanes.h"
#include "core/montecarlo/paths.h"

typedef struct bt_path_model {
  /* Fills scale, drift and step of *paths, whose job is set and sound. Errors: USAGE. */
  bt_status (*prepare)(bt_paths *paths, bt_error *err);
  /* The variance at the start; NULL: the model has none that moves. */
  double (*variance)(const bt_paths *paths);
  /* Step t = 0 .. n_steps - 1 of n paths, the first of which has this number in the stream. */
  void (*step)(bt_path_state *state, const bt_paths *paths, size_t t, uint64_t first, size_t n);
} bt_path_model;

extern const bt_path_model bt_path_model__gbm, bt_path_model__heston, bt_path_model__merton,
    bt_path_model__garch;

static inline double bt_paths__param(const bt_paths *paths, bt_model_param param)
{
  return paths->job.model.param[param];
}

/* Years of a step. */
static inline double bt_paths__step_years(const bt_paths *paths)
{
  return paths->job.expiry / (double)paths->job.n_steps;
}

/* The integral of exp(-kappa s) over so many years: (1 - exp(-kappa t)) / kappa, and its limit. */
static inline double bt_paths__decayed(double kappa, double years)
{
  return kappa * years > 0 ? -expm1(-kappa * years) / kappa : years;
}

/* How many numbers n take in whole groups. */
static inline size_t bt_paths__whole(size_t n)
{
  return (n + BT_LANES - 1) / BT_LANES * BT_LANES;
}

/* The random numbers of a step, with something sound behind the last path. */
static inline void bt_paths__normals(double *out, const bt_paths *paths, size_t dimension,
                                     uint64_t first, size_t n)
{
  bt_stream_normals(out, &paths->stream, (uint32_t)dimension, first, n);
  for (size_t i = n; i < bt_paths__whole(n); i++) out[i] = 0;
}

static inline void bt_paths__uniforms(double *out, const bt_paths *paths, size_t dimension,
                                      uint64_t first, size_t n)
{
  bt_stream_uniforms(out, &paths->stream, (uint32_t)dimension, first, n);
  for (size_t i = n; i < bt_paths__whole(n); i++) out[i] = 0.5;
}

#endif
