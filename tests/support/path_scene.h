/* path_scene.h - what tests of the models of a price share: paths against closed forms, within 4
 * standard errors, with fixed seeds. Include cmocka.h before.
 */
#ifndef BT_TESTS_PATH_SCENE_H
#define BT_TESTS_PATH_SCENE_H

#include <math.h>

#include "core/montecarlo/exact.h"
#include "core/montecarlo/paths.h"
#include "core/montecarlo/shape.h"

/* What many paths come to. */
typedef struct found {
  bt_shape price, log_return;
} found;

static inline bt_path_job job_of(bt_model_kind kind, size_t n_steps)
{
  bt_path_job job = {.spot = 100, .expiry = 1, .n_steps = n_steps, .seed = 7};
  bt_model_init(&job.model, kind);
  if (kind == BT_MODEL_GARCH) job.expiry = (double)n_steps / BT_MODEL_DAYS;
  return job;
}

static inline void make_paths(bt_paths *out, bt_path_job *job)
{
  bt_error err;
  if (bt_model_settle(&job->model, &err) || bt_paths_init(out, job, &err))
    fail_msg("%s", err.message);
}

static inline found simulate(bt_path_job *job, size_t n_paths)
{
  static bt_path_state state;
  static double log_returns[BT_PATHS_MOST], prices[BT_PATHS_MOST];
  bt_paths paths;
  found out = {0};
  make_paths(&paths, job);
  for (size_t first = 0; first < n_paths; first += BT_PATHS_MOST) {
    size_t n = n_paths - first < BT_PATHS_MOST ? n_paths - first : BT_PATHS_MOST;
    bt_paths_run(log_returns, NULL, &paths, first, n, &state);
    bt_paths_prices(prices, &paths, log_returns, n);
    bt_shape_add(&out.price, prices, n);
    bt_shape_add(&out.log_return, log_returns, n);
  }
  return out;
}

static inline void expect_within(const char *what, double value, double exact, double std_error)
{
  if (!(fabs(value - exact) <= 4 * std_error))
    fail_msg("%s is %.10g and should be %.10g: %.2f standard errors of %.3g", what, value, exact,
             (value - exact) / std_error, std_error);
}

/* Mean of the price, mean and standard deviation of the log return. */
static inline void expect_moments(const found *f, const bt_path_job *job)
{
  const bt_exact e = bt_exact_of(job);
  expect_within("mean", f->price.mean, e.mean, bt_shape_std_error(&f->price));
  expect_within("log_mean", f->log_return.mean, e.log_mean, bt_shape_std_error(&f->log_return));
  expect_within("log_std", bt_shape_std(&f->log_return), e.log_std,
                bt_shape_std_std_error(&f->log_return));
}

/* Standard errors of skewness and kurtosis of a sample that is nearly normal. */
static inline void expect_log_shape(const found *f, const bt_exact *e, double widen)
{
  double n = f->log_return.n;
  expect_within("skew", bt_shape_skew(&f->log_return), e->log_skew, widen * sqrt(6 / n));
  expect_within("kurtosis", bt_shape_kurtosis(&f->log_return), e->log_kurtosis,
                widen * sqrt(24 / n));
}

#endif
