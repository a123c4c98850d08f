#include "core/montecarlo/exact.h"

#include <math.h>

#include "core/montecarlo/path_model.h"

static const bt_exact unknown = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN,
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

/* Central moments 2, 3 and 4 of a log-normal number of mean 1, x its variance. */
typedef struct log_normal {
  double second, third, fourth;
} log_normal;

static log_normal log_normal_of(double x)
{
  return (log_normal){x, x * x * (3 + x), x * x * (3 + x * (16 + x * (15 + x * (6 + x))))};
}

/* c_2, c_3 and c_4: so many jumps are expected, times E (exp(J) - 1)^k. exp(J) is 1 + g times a
 * number of mean 1. */
static log_normal jump_moments(const levy *l)
{
  const log_normal u = log_normal_of(expm1(l->jump_var));
  double g = expm1(l->jump_mean + l->jump_var / 2), f = 1 + g, second = f * f * u.second;
  double third = f * f * f * u.third;
  if (l->jumps == 0) return (log_normal){0, 0, 0};
  return (log_normal){
      l->jumps * (second + g * g), l->jumps * (third + 3 * second * g + g * g * g),
      l->jumps * (f * f * f * f * u.fourth + 4 * third * g + 6 * second * g * g + g * g * g * g)};
}

/* Central moments of S / E S. With c_k as above, to c_2 the diffusion's variance added, E (S / E
 * S)^k is q, q^3 exp(c_3) and q^6 exp(4 c_3 + c_4) for k = 2, 3, 4 with q = exp(c_2). Written in x
 * = q - 1 and y = exp(c_3) - 1, so that nothing cancels where the variance is small. */
static void fill_price(bt_exact *out, const levy *l)
{
  const log_normal c = jump_moments(l);
  double x = expm1(l->variance + c.second), q = 1 + x, y = expm1(c.third);
  double grown = (1 + y) * (1 + y) * (1 + y) * (1 + y);
  double beyond = expm1(c.fourth) * grown + y * y * (6 + y * (4 + y));
  double fourth = beyond + 4 * y; /* exp(4 c_3 + c_4) - 1 */
  out->relative_std = isnan(x) ? (double)INFINITY : sqrt(x);
  out->std = out->mean * sqrt(x);
  if (!(x > 0)) return;
  out->skew = (3 + x) * sqrt(x) + q * q * q * y / (x * sqrt(x));
  out->kurtosis = x * (16 + x * (15 + x * (6 + x))) +
                  q * q * q * (x * (3 + x * (3 + x)) * fourth + beyond) / (x * x);
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
  const double e = exp(-kappa * t), decayed = bt_paths__decayed(kappa, t);
  double covariance = rho * eta / kappa * (integral - theta * decayed - above * t * e);
  double squares = theta * (t - 2 * decayed - expm1(-2 * kappa * t) / (2 * kappa)) +
                   above * (decayed - 2 * t * e + e * decayed);
  return integral + eta * eta / (kappa * kappa) * squares / 4 - covariance;
}

/* Its limit without mean reversion. */
static double heston_log_variance_0(const double *p, double t)
{
  const double eta = p[BT_PARAM_VOL_OF_VOL], rho = p[BT_PARAM_RHO];
  return p[BT_PARAM_V0] * t * (1 - rho * eta * t / 2 + eta * eta * t * t / 12);
}

/* E (S / E S)^2 is exp(A + B v0), the characteristic function at -2i:
 *   A' = kappa theta B,  B' = 1 - b B + eta^2 B^2 / 2,  b = kappa - 2 rho eta.
 * With d^2 = b^2 - 2 eta^2 and n = cosh(d t / 2) + b sinh(d t / 2) / d it is
 *   B = 2 sinh(d t / 2) / (d n),  A = kappa theta / eta^2 x (b t - 2 log n),
 * and infinite from the first zero of n on (Andersen and Piterbarg, Moment explosions in stochastic
 * volatility models, 2007). These return A + B v0 for d real and b >= 0 (n > 0; what is small is
 * divided out), for d real and b < 0, and for d imaginary. */
static double heston_tame(const double *p, double t, double b, double d)
{
  const double eta = p[BT_PARAM_VOL_OF_VOL], decayed = bt_paths__decayed(d, t);
  const double share = b + d > 0 ? 1 / (b + d) : 0, x = eta * eta * share * decayed;
  const double ratio = x > 0 ? log1p(x) / x : 1;
  return 2 * p[BT_PARAM_KAPPA] * p[BT_PARAM_THETA] * share * (t - decayed * ratio) +
         p[BT_PARAM_V0] * decayed / (1 + x);
}

static double heston_growing(const double *p, double t, double b, double d)
{
  const double eta = p[BT_PARAM_VOL_OF_VOL], decayed = bt_paths__decayed(d, t);
  const double g = (b - d) / 2, n = 1 + g * decayed;
  if (!(n > 0)) return (double)INFINITY;
  return 2 * p[BT_PARAM_KAPPA] * p[BT_PARAM_THETA] * (g * t - log(n)) / (eta * eta) +
         p[BT_PARAM_V0] * decayed / n;
}

static double heston_turning(const double *p, double t, double b, double f)
{
  const double pi = 3.14159265358979323846, eta = p[BT_PARAM_VOL_OF_VOL], half = f * t / 2;
  const double n = cos(half) + b * sin(half) / f;
  if (!(half < pi && n > 0)) return (double)INFINITY;
  return p[BT_PARAM_KAPPA] * p[BT_PARAM_THETA] * (b * t - 2 * log(n)) / (eta * eta) +
         p[BT_PARAM_V0] * 2 * sin(half) / (f * n);
}

static double heston_relative_std(const double *p, double t)
{
  const double eta = p[BT_PARAM_VOL_OF_VOL], b = p[BT_PARAM_KAPPA] - 2 * p[BT_PARAM_RHO] * eta;
  const double squared = b * b - 2 * eta * eta;
  if (squared < 0) return sqrt(expm1(heston_turning(p, t, b, sqrt(-squared))));
  if (b < 0) return sqrt(expm1(heston_growing(p, t, b, sqrt(squared))));
  return sqrt(expm1(heston_tame(p, t, b, sqrt(squared))));
}

static void fill_heston(bt_exact *out, const bt_path_job *job)
{
  const double *p = job->model.param, t = job->expiry, kappa = p[BT_PARAM_KAPPA];
  double decayed = bt_paths__decayed(kappa, t);
  double integral = p[BT_PARAM_THETA] * (t - decayed) + p[BT_PARAM_V0] * decayed; /* expected */
  out->log_mean = p[BT_PARAM_DRIFT] * t - integral / 2;
  out->relative_std = heston_relative_std(p, t);
  out->std = out->mean * out->relative_std;
  if (t == 0) out->log_std = 0;
  if (kappa == 0) out->log_std = sqrt(heston_log_variance_0(p, t));
  if (kappa * t >= heston_kappa_t_least) out->log_std = sqrt(heston_log_variance(p, t, integral));
}

/* ---- garch ------------------------------------------------------------------------------------
 */

/* The log return is the sum of d - h / 2 + sqrt(h) z. As z is symmetric its two parts are not
 * correlated, so its variance is sum E(h) + Var(sum h) / 4, and cov(h_s, h_t) = (alpha +
 * beta)^(t - s) Var(h_s). Backwards: `later` is the sum of these powers from 0 on. */
typedef struct garch_sums {
  double sum, spread; /* of E(h), and Var(sum h) */
} garch_sums;

static garch_sums garch_moments(const bt_path_job *job)
{
  const double *p = job->model.param;
  const double omega = p[BT_PARAM_OMEGA], alpha = p[BT_PARAM_ALPHA], beta = p[BT_PARAM_BETA];
  const double persistence = alpha + beta, n = (double)job->n_steps;
  double mean = p[BT_PARAM_V0], spread = 0; /* of h: Var(h) */
  garch_sums out = {0, 0};
  for (size_t s = 0; s < job->n_steps; s++) {
    double left = n - (double)s, powers = (1 - pow(persistence, left)) / (1 - persistence);
    out.sum += mean;
    out.spread += spread * (2 * powers - 1);
    spread = persistence * persistence * spread + 2 * alpha * alpha * (spread + mean * mean);
    mean = omega + persistence * mean;
  }
  return out;
}

static void fill_garch(bt_exact *out, const bt_path_job *job)
{
  const garch_sums sums = garch_moments(job);
  out->log_mean = job->model.param[BT_PARAM_DRIFT] * job->expiry - sums.sum / 2;
  out->log_std = sqrt(sums.sum + sums.spread / 4);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static double held(double x)
{
  return isfinite(x) ? x : (double)NAN;
}

double bt_exact_log_spread(const bt_path_job *given)
{
  bt_path_job job = *given;
  if (job.model.kind == BT_MODEL_HESTON &&
      job.model.param[BT_PARAM_KAPPA] * job.expiry < heston_kappa_t_least)
    job.model.param[BT_PARAM_KAPPA] = 0;
  if (job.model.kind != BT_MODEL_GARCH) return bt_exact_of(&job).log_std;
  return sqrt(garch_moments(&job).sum);
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
  return (bt_exact){held(e.mean),     held(e.std),          held(e.skew),
                    held(e.kurtosis), held(e.log_mean),     held(e.log_std),
                    held(e.log_skew), held(e.log_kurtosis), e.relative_std};
}
