#include "runners/montecarlo/american.h"

#include <math.h>
#include <stdlib.h>

#include "core/montecarlo/american_passes.h"

/* A standard normal number is below this in size with 95%. */
static const double two_sided_95 = 1.96;

/* One price while it is computed. Slots are of chunks, so that they can be joined in order. */
typedef struct american_run {
  const bt_american *job;
  bt_american_model model;
  bt_american_paths paths; /* of the backward pass that is going on */
  size_t date;             /* to which its next step goes */
  bt_regression *sums;     /* a slot for each chunk of a step */
  bt_sample *samples;
  bt_pair_sample *pairs;
} american_run;

static size_t n_chunks(size_t n_paths)
{
  return n_paths / BT_AMERICAN_CHUNK + (n_paths % BT_AMERICAN_CHUNK > 0);
}

static size_t chunk_size(size_t n_paths, size_t chunk)
{
  const size_t left = n_paths - chunk * BT_AMERICAN_CHUNK;
  return left < BT_AMERICAN_CHUNK ? left : BT_AMERICAN_CHUNK;
}

/* ---- what a task does -------------------------------------------------------------------------
 */

static bt_status fit_task(void *context, size_t chunk, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  const american_run *r = context;
  bt_american_fit_step(&r->sums[chunk], &r->paths, &r->model, r->date, chunk * BT_AMERICAN_CHUNK);
  return BT_OK;
}

static bt_status fitted_task(void *context, size_t chunk, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  const american_run *r = context;
  r->samples[chunk] = (bt_sample){0};
  bt_american_fitted(&r->samples[chunk], &r->paths, &r->model, chunk * BT_AMERICAN_CHUNK);
  return BT_OK;
}

static bt_status price_task(void *context, size_t chunk, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  const american_run *r = context;
  r->pairs[chunk] = (bt_pair_sample){0};
  bt_american_price_chunk(&r->pairs[chunk], &r->model, chunk * BT_AMERICAN_CHUNK,
                          chunk_size(r->job->n_paths, chunk));
  return BT_OK;
}

static bt_status premium_task(void *context, size_t chunk, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  const american_run *r = context;
  bt_american_premium_step(&r->sums[chunk], &r->paths, &r->model, r->date,
                           chunk * BT_AMERICAN_CHUNK);
  return BT_OK;
}

static bt_status bound_task(void *context, size_t chunk, bt_worker *worker, bt_error *err)
{
  (void)worker, (void)err;
  const american_run *r = context;
  r->samples[chunk] = (bt_sample){0};
  bt_american_bound_chunk(&r->samples[chunk], &r->model, chunk * BT_AMERICAN_CHUNK,
                          chunk_size(r->job->n_bound_paths, chunk));
  return BT_OK;
}

/* ---- passes -----------------------------------------------------------------------------------
 */

static bt_status run_step(american_run *r, bt_task_fn fn, bt_regression *sum, bt_worker *worker,
                          bt_error *err)
{
  const size_t n = n_chunks(r->paths.n);
  bt_status status = bt_worker_fork(worker, n, 1, fn, r, err);
  if (status != BT_OK) return status;
  *sum = r->sums[0];
  for (size_t chunk = 1; chunk < n; chunk++) bt_regression_join(sum, &r->sums[chunk]);
  return BT_OK;
}

static bt_status run_samples(bt_sample *out, american_run *r, bt_task_fn fn, size_t n_paths,
                             bt_worker *worker, bt_error *err)
{
  bt_status status = bt_worker_fork(worker, n_chunks(n_paths), 1, fn, r, err);
  *out = (bt_sample){0};
  for (size_t chunk = 0; status == BT_OK && chunk < n_chunks(n_paths); chunk++)
    bt_sample_join(out, &r->samples[chunk]);
  return status;
}

static bt_status fit_rule(bt_sample *in_sample, american_run *r, bt_worker *worker, bt_error *err)
{
  bt_regression sum;
  bt_status status = bt_american_paths_init(&r->paths, r->job->n_paths, err);
  for (r->date = r->job->n_dates - 1; status == BT_OK && r->date > 0; r->date--) {
    status = run_step(r, fit_task, &sum, worker, err);
    if (status == BT_OK) status = bt_rule_fit(&r->model.rule, r->date, &sum, err);
  }
  if (status == BT_OK)
    status = run_samples(in_sample, r, fitted_task, r->job->n_paths, worker, err);
  bt_american_paths_clear(&r->paths);
  return status;
}

static bt_status price_rule(bt_pair_sample *out, american_run *r, bt_worker *worker, bt_error *err)
{
  const size_t n = n_chunks(r->job->n_paths);
  bt_status status = bt_worker_fork(worker, n, 1, price_task, r, err);
  *out = (bt_pair_sample){0};
  for (size_t chunk = 0; status == BT_OK && chunk < n; chunk++)
    bt_pair_sample_join(out, &r->pairs[chunk]);
  return status;
}

static bt_status bound_price(bt_sample *out, american_run *r, bt_worker *worker, bt_error *err)
{
  bt_regression sum;
  bt_status status = bt_american_paths_init(&r->paths, BT_AMERICAN_PREMIUM_PATHS, err);
  for (r->date = r->job->n_dates - 1; status == BT_OK && r->date > 0; r->date--) {
    status = run_step(r, premium_task, &sum, worker, err);
    if (status == BT_OK) status = bt_martingale_fit(&r->model.martingale, r->date, &sum, err);
  }
  bt_american_paths_clear(&r->paths);
  if (status != BT_OK) return status;
  return run_samples(out, r, bound_task, r->job->n_bound_paths, worker, err);
}

/* ---- the result -------------------------------------------------------------------------------
 */

static void set_interval(bt_american_result *out)
{
  const bool has_bound = !isnan(out->high);
  const double high = has_bound ? out->high : out->low;
  const double high_std_error = has_bound ? out->high_std_error : out->low_std_error;
  out->interval_low = out->low - two_sided_95 * out->low_std_error;
  out->interval_high = has_bound ? high + two_sided_95 * high_std_error : (double)NAN;
}

static bt_american_result certain_result(double price)
{
  return (bt_american_result){.price = price,
                              .in_sample = price,
                              .low = price,
                              .high = price,
                              .interval_low = price,
                              .interval_high = price};
}

static bt_status compute(bt_american_result *out, american_run *r, bt_worker *worker, bt_error *err)
{
  const double strike = r->job->option.strike, european = bt_american_european(&r->model);
  bt_sample in_sample, bound;
  bt_pair_sample pair;
  bt_status status = fit_rule(&in_sample, r, worker, err);
  if (status == BT_OK) status = price_rule(&pair, r, worker, err);
  if (status != BT_OK) return status;
  const bt_controlled low = bt_pair_sample_control(&pair, european);
  bt_american_result result = {.in_sample = strike * (european + in_sample.mean),
                               .in_sample_std_error = strike * bt_sample_std_error(&in_sample),
                               .low = strike * low.mean,
                               .low_std_error = strike * low.std_error,
                               .high = (double)NAN,
                               .high_std_error = (double)NAN};
  result.price = result.low;
  result.std_error = result.low_std_error;
  if (r->job->n_bound_paths > 0) {
    status = bound_price(&bound, r, worker, err);
    if (status != BT_OK) return status;
    result.high = strike * (european + bound.mean);
    result.high_std_error = strike * bt_sample_std_error(&bound);
  }
  set_interval(&result);
  *out = result;
  return BT_OK;
}

static bt_status take_slots(american_run *r, bt_error *err)
{
  size_t n = n_chunks(r->job->n_paths), n_bound = n_chunks(r->job->n_bound_paths);
  const size_t n_premium = n_chunks(BT_AMERICAN_PREMIUM_PATHS);
  r->pairs = calloc(n, sizeof *r->pairs);
  r->samples = calloc(n > n_bound ? n : n_bound, sizeof *r->samples);
  r->sums = calloc(n > n_premium ? n : n_premium, sizeof *r->sums);
  if (!r->pairs || !r->samples || !r->sums)
    return bt_fail_nomem(err, "results of an American option");
  return BT_OK;
}

bt_status bt_american_price(bt_american_result *out, const bt_american *job, bt_worker *worker,
                            bt_error *err)
{
  double certain = 0;
  bt_status status = bt_american_check(job, err);
  if (status != BT_OK) return status;
  if (bt_american_is_certain(&certain, job)) {
    *out = certain_result(certain);
    return BT_OK;
  }
  american_run r = {.job = job};
  status = bt_american_model_init(&r.model, job, err);
  if (status == BT_OK) {
    status = take_slots(&r, err);
    if (status == BT_OK) status = compute(out, &r, worker, err);
    bt_american_model_clear(&r.model);
  }
  free(r.pairs);
  free(r.samples);
  free(r.sums);
  return status;
}
