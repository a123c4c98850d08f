#include "core/montecarlo/exact.h"

#include <math.h>

static const bt_exact unknown = {(double)NAN, (double)NAN, (double)NAN, (double)NAN,
                                 (double)NAN, (double)NAN, (double)NAN, (double)NAN};

/* ---- gbm and merton ---------------------------------------------------------------------------
 */

/* A log return that is normal, with Poisson jumps of normal size. */
typedef struct levy {
  double drift, variance;            /* over the whole time, jumps apart */
  double jumps, jump_mean, jump_var; /* expected number; a jump's log */
} levy;

static levy levy_of(const bt_path_job *job)
{
  const double *p = job->model.param, vol = p[BT_PARAM_VOL];
  levy l = {.variance = vol * vol * job->expiry};
  if (job->model.kind == BT_MODEL_MERTON) {
    l.jumps = p[BT_PARAM_JUMP_INTENSITY] * job->expiry;
    l.jump_mean = p[BT_PARAM_JUMP_MEAN];
    l.jump_var = p[BT_PARAM_JUMP_VOL] * p[BT_PARAM_JUMP_VOL];
  }
  l.drift = p[BT_PARAM_DRIFT] * job->expiry - l.variance / 2 -
            l.jumps * expm1(l.jump_mean + l.jump_var / 2);
  return l;
}

/* log E exp(k X) - k log E exp(X): of gbm k (k - 1) / 2 variance. */
static double log_moment(const levy *l, double k)
{
  double jump = expm1(k * l->jump_mean + k * k * l->jump_var / 2);
  double single = expm1(l->jump_mean + l->jump_var / 2);
  return (k * k - k) / 2 * l->variance + l->jumps * (jump - k * single);
}

/* Central moments of S / E(S), from E (S / E(S))^k = 1 + e_k: without cancelling ones. */
static void fill_price(bt_exact *out, const levy *l)
{
  double e2 = expm1(log_moment(l, 2)), e3 = expm1(log_moment(l, 3)), e4 = expm1(log_moment(l, 4));
  out->std = out->mean * sqrt(e2);
  if (!(e2 > 0)) return;
  out->skew = (e3 - 3 * e2) / (e2 * sqrt(e2));
  out->kurtosis = (e4 - 4 * e3 + 6 * e2) / (e2 * e2) - 3;
}

/* Cumulants of the log return. */
static void fill_log(bt_exact *out, const levy *l)
{
  double m = l->jump_mean, v = l->jump_var;
  double second = l->variance + l->jumps * (m * m + v);
  out->log_mean = l->drift + l->jumps * m;
  out->log_std = sqrt(second);
  if (!(second > 0)) return;
  out->log_skew = l->jumps * m * (m * m + 3 * v) / (second * sqrt(second));
  out->log_kurtosis = l->jumps * (m * m * m * m + 6 * m * m * v + 3 * v * v) / (second * second);
}

/* ---- heston -----------------------------------------------------------------------------------
 */

/* Below it the closed form has lost its digits to differences. */
static const double heston_kappa_t_least = 0.01;

/* The log return is drift t - I / 2 + M, I the integral of v and M that of sqrt(v) dW, and v(s) has
 * the mean theta + (v0 - theta) exp(-kappa s). By Ito's isometry
 *   Var(M) = E(I),
 *   cov(M, I) = rho eta / kappa x (E(I) - integral of exp(-kappa (t - s)) E(v) ds),
 *   Var(I) = eta^2 / kappa^2 x integral of (1 - exp(-kappa (t - s)))^2 E(v) ds. */
static double heston_log_variance(const double *p, double t, double integral)
{
  const double kappa = p[BT_PARAM_KAPPA], eta = p[BT_PARAM_VOL_OF_VOL], rho = p[BT_PARAM_RHO];
  const double theta = p[BT_PARAM_THETA], above = p[BT_PARAM_V0] - theta;
  const double e = exp(-kappa * t), pulled = -expm1(-kappa * t) / kappa;
  double covariance = rho * eta / kappa * (integral - theta * pulled - above * t * e);
  double squares = theta * (t - 2 * pulled - expm1(-2 * kappa * t) / (2 * kappa)) +
                   above * (pulled - 2 * t * e + e * pulled);
  return integral + eta * eta / (kappa * kappa) * squares / 4 - covariance;
}

static void fill_heston(bt_exact *out, const bt_path_job *job)
{
  const double *p = job->model.param, t = job->expiry, kappa = p[BT_PARAM_KAPPA];
  double pulled = kappa * t > 0 ? -expm1(-kappa * t) / kappa : t;
  double integral = p[BT_PARAM_THETA] * (t - pulled) + p[BT_PARAM_V0] * pulled; /* expected */
  out->log_mean = p[BT_PARAM_DRIFT] * t - integral / 2;
  if (t == 0) out->std = out->log_std = 0;
  if (kappa * t >= heston_kappa_t_least) out->log_std = sqrt(heston_log_variance(p, t, integral));
}

/* ---- garch ------------------------------------------------------------------------------------
 */

/* The log return is the sum of d - h / 2 + sqrt(h) z. As z is symmetric its two parts are not
 * correlated, so its variance is sum E(h) + Var(sum h) / 4, and cov(h_s, h_t) = (alpha +
 * beta)^(t - s) Var(h_s). Backwards: `later` is the sum of these powers from 0 on. */
static void fill_garch(bt_exact *out, const bt_path_job *job)
{
  const double *p = job->model.param;
  const double omega = p[BT_PARAM_OMEGA], alpha = p[BT_PARAM_ALPHA], beta = p[BT_PARAM_BETA];
  const double pull = alpha + beta, n = (double)job->n_steps;
  double mean = p[BT_PARAM_V0], spread = 0, sum = 0, sum_spread = 0; /* spread: Var(h) */
  for (size_t s = 0; s < job->n_steps; s++) {
    double left = n - (double)s, powers = (1 - pow(pull, left)) / (1 - pull);
    sum += mean;
    sum_spread += spread * (2 * powers - 1);
    spread = pull * pull * spread + 2 * alpha * alpha * (spread + mean * mean);
    mean = omega + pull * mean;
  }
  out->log_mean = p[BT_PARAM_DRIFT] * job->expiry - sum / 2;
  out->log_std = sqrt(sum + sum_spread / 4);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static double held(double x)
{
  return isfinite(x) ? x : (double)NAN;
}

bt_exact bt_exact_of(const bt_path_job *job)
{
  bt_exact e = unknown;
  e.mean = job->spot * exp(job->model.param[BT_PARAM_DRIFT] * job->expiry);
  if (job->model.kind == BT_MODEL_HESTON)
    fill_heston(&e, job);
  else if (job->model.kind == BT_MODEL_GARCH)
    fill_garch(&e, job);
  else {
    const levy l = levy_of(job);
    fill_price(&e, &l);
    fill_log(&e, &l);
  }
  return (bt_exact){held(e.mean),     held(e.std),     held(e.skew),     held(e.kurtosis),
                    held(e.log_mean), held(e.log_std), held(e.log_skew), held(e.log_kurtosis)};
}
