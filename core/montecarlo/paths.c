#include "core/montecarlo/paths.h"

#include <math.h>

#include "core/montecarlo/exact.h"
#include "core/montecarlo/path_model.h"
#include "core/vector_math.h"

/* Beyond these no double holds what such prices come to. */
static const double spot_least = 1e-9, spot_most = 1e12, expiry_most = 1000, log_drift_most = 200,
                    log_std_most = 20;

static const bt_path_model *const models[BT_MODEL_COUNT] = {
    &bt_path_model__gbm, &bt_path_model__heston, &bt_path_model__merton, &bt_path_model__garch};

/* Of all that makes the price move. */
static bt_status check_spread(const bt_path_job *job, bt_error *err)
{
  const double spread = bt_exact_log_spread(job);
  if (!(spread > log_std_most)) return BT_OK;
  if (job->model.kind == BT_MODEL_GBM)
    return bt_fail(err, BT_ERR_USAGE,
                   "--vol %g: over %g years the log price would have a standard deviation of %g; "
                   "%g is the most",
                   job->model.param[BT_PARAM_VOL], job->expiry, spread, log_std_most);
  return bt_fail(err, BT_ERR_USAGE,
                 "--model %s: with these parameters the log price would have a standard deviation "
                 "of %g over %g years; %g is the most",
                 bt_model_names[job->model.kind], spread, job->expiry, log_std_most);
}

static bt_status check(const bt_path_job *job, bt_error *err)
{
  const double *p = job->model.param, expiry = job->expiry;
  if (!(job->spot >= spot_least && job->spot <= spot_most))
    return bt_fail(err, BT_ERR_USAGE, "--spot %g: must be from %g to %g", job->spot, spot_least,
                   spot_most);
  if (!(expiry >= 0 && expiry <= expiry_most))
    return bt_fail(err, BT_ERR_USAGE, "--expiry %g: must be from 0 to %g years", expiry,
                   expiry_most);
  if (job->n_steps < 1 || job->n_steps > BT_STEPS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "--steps %zu: must be from 1 to %d", job->n_steps,
                   BT_STEPS_MOST);
  if (!(fabs(p[BT_PARAM_DRIFT]) * expiry <= log_drift_most))
    return bt_fail(err, BT_ERR_USAGE,
                   "--drift %g: over %g years the expected price would change by a factor of "
                   "exp(%g); exp(%g) is the most",
                   p[BT_PARAM_DRIFT], expiry, p[BT_PARAM_DRIFT] * expiry, log_drift_most);
  if (job->antithetic && job->model.kind != BT_MODEL_GBM)
    return bt_fail(err, BT_ERR_USAGE, "--antithetic: is for --model gbm, not for %s",
                   bt_model_names[job->model.kind]);
  return check_spread(job, err);
}

bt_status bt_paths_init(bt_paths *out, const bt_path_job *job, bt_error *err)
{
  bt_status status = check(job, err);
  if (status) return status;
  *out = (bt_paths){
      .job = *job, .model = models[job->model.kind], .stream = {job->seed, 0}, .scale = 1};
  status = out->model->prepare(out, err);
  if (job->expiry == 0) out->scale = 0; /* nothing has moved yet, not even by rounding */
  return status;
}

/* Log returns after t steps. Of antithetic paths the state has every second one. */
static void find_log_returns(double *out, const bt_paths *paths, const bt_path_state *state,
                             size_t t, uint64_t first, size_t n)
{
  const double drift = paths->drift * (double)t, scale = paths->scale;
  if (!paths->job.antithetic) {
    for (size_t i = 0; i < n; i++) out[i] = state->x[i] * scale + drift;
    return;
  }
  for (size_t i = 0; i < n; i++) {
    double x = state->x[(first + i) / 2 - first / 2];
    out[i] = ((first + i) % 2 ? -x : x) * scale + drift;
  }
}

void bt_paths_prices(double *prices, const bt_paths *paths, const double *log_returns, size_t n)
{
  bt_exp_array(prices, log_returns, n);
  for (size_t i = 0; i < n; i++) prices[i] *= paths->job.spot;
}

/* Column t of rows. */
static void put_prices(double *rows, double *log_returns, const bt_paths *paths, size_t t, size_t n)
{
  double prices[BT_PATHS_MOST];
  bt_paths_prices(prices, paths, log_returns, n);
  for (size_t i = 0; i < n; i++) rows[i * (paths->job.n_steps + 1) + t] = prices[i];
}

static void begin(bt_path_state *state, const bt_paths *paths, size_t n)
{
  double variance = paths->model->variance ? paths->model->variance(paths) : 0;
  for (size_t i = 0; i < bt_paths__whole(n); i++) {
    state->x[i] = 0;
    state->variance[i] = variance;
  }
}

void bt_paths_run(double *log_returns, double *rows, const bt_paths *paths, uint64_t first,
                  size_t n, bt_path_state *state)
{
  const size_t n_steps = paths->job.n_steps;
  uint64_t stream_first = first;
  size_t n_drawn = n;
  if (paths->job.antithetic) {
    stream_first = first / 2;
    n_drawn = (size_t)((first + n - 1) / 2 - stream_first) + 1;
  }
  begin(state, paths, n_drawn);
  for (size_t i = 0; rows && i < n; i++) rows[i * (n_steps + 1)] = paths->job.spot;
  for (size_t t = 0; t < n_steps; t++) {
    paths->model->step(state, paths, t, stream_first, n_drawn);
    if (!rows) continue;
    find_log_returns(log_returns, paths, state, t + 1, first, n);
    put_prices(rows, log_returns, paths, t + 1, n);
  }
  if (!rows) find_log_returns(log_returns, paths, state, n_steps, first, n);
}
