#include "runners/montecarlo/american.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/montecarlo/american_passes.h"
#include "core/montecarlo/option_plan.h"
#include "core/pricing/put_form.h"
#include "core/random/normal.h"

/* One price while it is computed. Slots are of chunks, so that they can be joined in order. */
typedef struct american_run {
  const bt_american *job;
  bt_american_model model;
  bt_american_paths paths; /* of the fit, while it goes on */
  size_t date;             /* to which its next step goes */
  bool is_exercised_now;   /* by the rule */
  bt_regression *sums;     /* a slot for each chunk of a step */
  bt_sample *samples;
  bt_american_sums *passed;
  bt_american_greek_sums *greeks; /* NULL: none are wanted */
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
  r->passed[chunk] = (bt_american_sums){0};
  bt_american_price_chunk(&r->passed[chunk], r->greeks ? &r->greeks[chunk] : NULL, &r->model,
                          chunk * BT_AMERICAN_CHUNK, chunk_size(r->job->n_paths, chunk));
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

static bt_status fit_one_date(american_run *r, bt_worker *worker, bt_error *err)
{
  const size_t n = n_chunks(r->paths.n);
  bt_status status = bt_worker_fork(worker, n, 1, fit_task, r, err);
  if (status != BT_OK) return status;
  bt_regression sum = r->sums[0];
  for (size_t chunk = 1; chunk < n; chunk++) bt_regression_join(&sum, &r->sums[chunk]);
  return bt_rule_fit(&r->model.rule, r->date, &sum, err);
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
  bt_status status = bt_american_paths_init(&r->paths, r->job->n_paths, err);
  for (r->date = r->job->n_dates - 1; status == BT_OK && r->date > 0; r->date--)
    status = fit_one_date(r, worker, err);
  if (status == BT_OK)
    status = run_samples(in_sample, r, fitted_task, r->job->n_paths, worker, err);
  bt_american_paths_clear(&r->paths);
  return status;
}

static bt_status price_rule(bt_american_sums *out, american_run *r, bt_worker *worker,
                            bt_error *err)
{
  const size_t n = n_chunks(r->job->n_paths);
  bt_status status = bt_worker_fork(worker, n, 1, price_task, r, err);
  *out = (bt_american_sums){0};
  for (size_t chunk = 0; status == BT_OK && chunk < n; chunk++) {
    bt_pair_sample_join(&out->price, &r->passed[chunk].price);
    bt_skew_sample_join(&out->gain, &r->passed[chunk].gain);
  }
  return status;
}

/* After the price: of the same paths. */
static bt_american_greeks join_greeks(const american_run *r)
{
  bt_american_greek_sums sums = {0};
  for (size_t chunk = 0; chunk < n_chunks(r->job->n_paths); chunk++)
    bt_american_greeks_join(&sums, &r->greeks[chunk]);
  return bt_american_greeks_estimate(&sums, &r->job->option);
}

/* ---- the result -------------------------------------------------------------------------------
 */

static bt_american_greeks no_greeks(void)
{
  bt_american_greeks greeks;
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) greeks.value[g] = greeks.std_error[g] = (double)NAN;
  return greeks;
}

static bt_american_result no_result(void)
{
  const double none = (double)NAN;
  return (bt_american_result){none, none, none, none,        none,  none, none,
                              none, none, none, no_greeks(), false, false};
}

/* Without volatility or time: no estimate, so no error. */
static bt_american_result certain_result(double price)
{
  return (bt_american_result){price, 0,     price, 0,           price, 0,    price,
                              0,     price, price, no_greeks(), false, false};
}

/* A premium over the European option in strikes, as a price. */
static double price_of(const american_run *r, double premium)
{
  return r->model.strike * (r->model.european_now + premium);
}

/* What exercise pays today. */
static double intrinsic_of(const american_run *r)
{
  return bt_payoff(r->job->option.type, r->job->option.spot, r->job->option.strike);
}

/* Whether today's exercise pays more than the fitted rule is worth; premium: what the rule gains
 * later. Not decided by the second pass: that is to have no say in the rule that it follows. */
static bool exercises_now(const american_run *r, double premium)
{
  const double paid = r->model.payoff_now;
  return paid > 0 && paid - r->model.european_now > premium;
}

static bt_status set_in_sample(bt_american_result *out, american_run *r, bt_worker *worker,
                               bt_error *err)
{
  bt_sample premium;
  bt_status status = fit_rule(&premium, r, worker, err);
  if (status != BT_OK) return status;
  r->is_exercised_now = exercises_now(r, premium.mean);
  out->in_sample = r->is_exercised_now ? intrinsic_of(r) : price_of(r, premium.mean);
  out->in_sample_std_error =
      r->is_exercised_now ? 0 : r->model.strike * bt_sample_std_error(&premium);
  return BT_OK;
}

/* Of the mean of the second pass, in strikes. */
static double error_of(const bt_american_sums *sums, const bt_controlled *low)
{
  const double rounding = 1e-13; /* of what a path gains */
  const bt_sample *gain = &sums->gain.sample;
  const bool is_rare = fabs(bt_skew_sample_of_mean(&sums->gain)) > BT_SKEWNESS_MOST;
  return is_rare || sqrt(gain->squares / gain->n) <= rounding ? (double)NAN : low->std_error;
}

static bt_status pass_again(bt_american_result *out, american_run *r, bt_worker *worker,
                            bt_error *err)
{
  bt_american_sums sums;
  bt_status status = r->greeks ? bt_american_model_find_edges(&r->model, err) : BT_OK;
  if (status == BT_OK) status = price_rule(&sums, r, worker, err);
  if (status != BT_OK) return status;
  const bt_controlled low = bt_pair_sample_control(&sums.price, r->model.european_now);
  out->low = out->is_held ? price_of(r, 0) : r->model.strike * low.mean;
  out->low_std_error = out->is_held ? 0 : r->model.strike * error_of(&sums, &low);
  if (r->greeks) out->greeks = join_greeks(r);
  for (size_t g = 0; isnan(out->low_std_error) && g < BT_GREEK_COUNT; g++)
    out->greeks.std_error[g] = (double)NAN;
  return BT_OK;
}

static bt_status set_low(bt_american_result *out, american_run *r, bt_worker *worker, bt_error *err)
{
  const bt_vanilla put = bt_put_form(&r->job->option);
  out->is_exercised_now = r->is_exercised_now;
  out->is_held = !r->is_exercised_now && (r->job->n_dates == 1 || bt_put_is_held(&put));
  if (!r->is_exercised_now) return pass_again(out, r, worker, err);
  out->low = intrinsic_of(r);
  out->low_std_error = 0;
  if (r->greeks) out->greeks = bt_american_greeks_exercised(r->job->option.type);
  return BT_OK;
}

static bt_status set_high(bt_american_result *out, american_run *r, bt_worker *worker,
                          bt_error *err)
{
  bt_sample premium;
  bt_status status = run_samples(&premium, r, bound_task, r->job->n_bound_paths, worker, err);
  if (status != BT_OK) return status;
  out->high = price_of(r, premium.mean);
  out->high_std_error = r->model.strike * bt_sample_std_error(&premium);
  return BT_OK;
}

/* Neither an estimate nor an end of the interval is below what is certain: the price of the
 * European option, and what exercise pays today. */
static void set_price(bt_american_result *out, const american_run *r)
{
  const double least = fmax(intrinsic_of(r), price_of(r, 0));
  out->price = fmax(out->low, least);
  out->std_error = out->low_std_error;
  out->interval_low = fmax(out->low - BT_NORMAL_95 * out->low_std_error, least);
  if (out->is_held || out->is_exercised_now) out->interval_high = out->price;
  if (r->job->n_bound_paths == 0) return;
  out->high = fmax(out->high, least);
  out->interval_high = fmax(out->high + BT_NORMAL_95 * out->high_std_error,
                            out->price + BT_NORMAL_95 * out->std_error);
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static bt_status take_slots(american_run *r, bt_error *err)
{
  const size_t n = n_chunks(r->job->n_paths), n_bound = n_chunks(r->job->n_bound_paths);
  r->passed = calloc(n, sizeof *r->passed);
  r->samples = calloc(n > n_bound ? n : n_bound, sizeof *r->samples);
  r->sums = calloc(n, sizeof *r->sums);
  if (r->job->greeks) r->greeks = calloc(n, sizeof *r->greeks);
  const bool has_greeks = r->greeks || !r->job->greeks;
  if (r->passed && r->samples && r->sums && has_greeks) return BT_OK;
  return bt_fail_nomem(err, "results of an American option");
}

static void clear_run(american_run *r)
{
  bt_american_model_clear(&r->model);
  free(r->passed);
  free(r->samples);
  free(r->sums);
  free(r->greeks);
}

static bt_status price_all(bt_american_result *out, american_run *r, bt_worker *worker,
                           bt_error *err)
{
  const bool is_bounded = r->job->n_bound_paths > 0;
  bt_status status = set_low(out, r, worker, err);
  if (status == BT_OK && is_bounded) status = set_high(out, r, worker, err);
  if (status != BT_OK) return status;
  set_price(out, r);
  if (isfinite(out->price) && isfinite(out->interval_low) &&
      (!is_bounded || isfinite(out->interval_high)))
    return BT_OK;
  return bt_fail(
      err, BT_ERR_DATA,
      "--rate, --dividend, --vol, --expiry: prices on the dates are beyond what a number holds");
}

static bt_status compute(bt_american_result *out, const bt_american *job, bool is_fit_alone,
                         bt_worker *worker, bt_error *err)
{
  american_run r = {.job = job};
  bt_american_result result = no_result();
  bt_status status = bt_american_model_init(&r.model, job, err);
  if (status == BT_OK) status = take_slots(&r, err);
  if (status == BT_OK) status = set_in_sample(&result, &r, worker, err);
  if (status == BT_OK && !is_fit_alone) status = price_all(&result, &r, worker, err);
  if (status == BT_OK) *out = result;
  clear_run(&r);
  return status;
}

static bt_status check_and_compute(bt_american_result *out, const bt_american *job,
                                   bool is_fit_alone, bt_worker *worker, bt_error *err)
{
  double price = 0;
  bt_status status = bt_american_check(job, err);
  if (status != BT_OK) return status;
  if (!bt_american_is_certain(&price, job)) return compute(out, job, is_fit_alone, worker, err);
  *out = certain_result(price);
  return BT_OK;
}

bt_status bt_american_price(bt_american_result *out, const bt_american *job, bt_worker *worker,
                            bt_error *err)
{
  return check_and_compute(out, job, false, worker, err);
}

bt_status bt_american_fit(bt_american_result *out, const bt_american *job, bt_worker *worker,
                          bt_error *err)
{
  return check_and_compute(out, job, true, worker, err);
}
