/* Merton's jumps by maximum likelihood. The log return of a bar is a mixture over the number of
 * jumps k: normal with mean m + k jump_mean and variance s^2 + k jump_vol^2, with Poisson weights.
 *
 * The likelihood of a mixture is infinite where s goes to 0 at one return, so s^2 is kept above a
 * hundredth of the sample's variance (Honore, Pitfalls in estimating jump-diffusion models, 1998);
 * a maximum at that bound is none. From the best of some starting points Levenberg and Marquardt's
 * method (cminpack's lmdif) takes the sum of squares sqrt(c - log(density)) down. Standard errors
 * from the outer product of the scores (Berndt, Hall, Hall and Hausman 1974). Returns are scaled
 * to a variance of 1. */
#include <cminpack-1/cminpack.h>
#include <math.h>
#include <stdlib.h>

#include "core/linear_algebra.h"
#include "core/montecarlo/fit_model.h"

/* What varies: m, logit of what s^2 is of a variance of 1 above its least, log(jumps a bar), mean
 * of a jump, log(its standard deviation). */
enum { MEAN, VARIANCE, JUMPS, JUMP_MEAN, JUMP_STD, N_PARAMS, JUMPS_MOST = 20 };

static const double variance_least = 0.01, variance_most = 2, jumps_a_bar_most = 3;
/* log(density) is below that at the top of the narrowest normal one, log(4). */
static const double square_shift = 1.5;
static const double tolerance = 1e-12, score_step = 1e-5;
/* So much of the log-likelihood jumps must win at least: the 1% point of chi-square (3) / 2. */
static const double gain_least = 5.67;

typedef struct bars {
  const double *r; /* of variance 1 */
  size_t n;
} bars;

/* The mixture: one normal a number of jumps. */
typedef struct mixture {
  double weight[JUMPS_MOST + 1], mean[JUMPS_MOST + 1], variance[JUMPS_MOST + 1];
  size_t n;
} mixture;

static void read_params(double out[N_PARAMS], const double x[N_PARAMS])
{
  out[MEAN] = x[MEAN];
  out[VARIANCE] = variance_least + (variance_most - variance_least) * bt_fit__logistic(x[VARIANCE]);
  out[JUMPS] = jumps_a_bar_most * bt_fit__logistic(x[JUMPS]);
  out[JUMP_MEAN] = x[JUMP_MEAN];
  out[JUMP_STD] = exp(x[JUMP_STD]);
}

/* weight: divided by sqrt(2 pi variance), too. */
static void make_mixture(mixture *out, const double p[N_PARAMS])
{
  double chance = exp(-p[JUMPS]);
  out->n = 0;
  for (size_t k = 0; k <= JUMPS_MOST && (k < 2 || chance > 1e-20); k++) {
    out->mean[k] = p[MEAN] + (double)k * p[JUMP_MEAN];
    out->variance[k] = p[VARIANCE] + (double)k * p[JUMP_STD] * p[JUMP_STD];
    out->weight[k] = chance / sqrt(2 * bt_fit__pi * out->variance[k]);
    out->n = k + 1;
    chance *= p[JUMPS] / (double)(k + 1);
  }
}

/* Never infinite: densities as low as this are all the same. */
static double log_density(const mixture *m, double r)
{
  double sum = 1e-300;
  for (size_t k = 0; k < m->n; k++) {
    double d = r - m->mean[k];
    sum += m->weight[k] * exp(-d * d / (2 * m->variance[k]));
  }
  return log(sum);
}

static double sum_log_densities(const bars *history, const double p[N_PARAMS])
{
  mixture m;
  double sum = 0;
  make_mixture(&m, p);
  for (size_t i = 0; i < history->n; i++) sum += log_density(&m, history->r[i]);
  return sum;
}

/* For lmdif. */
static int find_residuals(void *context, int n_bars, int n, const double *x, double *residuals,
                          int iflag)
{
  (void)n;
  (void)iflag;
  const bars *history = context;
  double p[N_PARAMS];
  mixture m;
  read_params(p, x);
  make_mixture(&m, p);
  for (int i = 0; i < n_bars; i++)
    residuals[i] = sqrt(square_shift - log_density(&m, history->r[i]));
  return 0;
}

/* ---- the search -------------------------------------------------------------------------------
 */

/* The best of a few: rare jumps and frequent ones, small and large parts of the variance. */
static void find_start(double x[N_PARAMS], const bars *history, double mean)
{
  static const double jumps[] = {0.01, 0.05, 0.2, 0.8}, parts[] = {0.2, 0.5, 0.8};
  double best = -(double)INFINITY, p[N_PARAMS];
  for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++)
    for (size_t j = 0; j < sizeof parts / sizeof parts[0]; j++) {
      double share = (1 - parts[j] - variance_least) / (variance_most - variance_least);
      const double tried[N_PARAMS] = {mean, bt_fit__logit(share > 0.01 ? share : 0.01),
                                      bt_fit__logit(jumps[i] / jumps_a_bar_most), 0,
                                      log(parts[j] / jumps[i]) / 2};
      read_params(p, tried);
      double sum = sum_log_densities(history, p);
      if (!(sum > best)) continue;
      best = sum;
      for (int k = 0; k < N_PARAMS; k++) x[k] = tried[k];
    }
}

static bt_status descend(double x[N_PARAMS], bars *history, bt_error *err)
{
  const int n = (int)history->n, n_work = n * N_PARAMS + 5 * N_PARAMS + n;
  int whole[N_PARAMS];
  double *memory = malloc(((size_t)n + (size_t)n_work) * sizeof *memory);
  if (!memory) return bt_fail_nomem(err, "fit");
  for (int again = 0; again < 3; again++) /* each has a limit on its steps */
    (void)lmdif1(find_residuals, history, n, N_PARAMS, x, memory, tolerance, whole, memory + n,
                 n_work);
  free(memory);
  return BT_OK;
}

/* alone: the log-likelihood without jumps. */
static bt_status check_found(const double p[N_PARAMS], double with, double alone, bt_error *err)
{
  if (!(with > alone + gain_least))
    return bt_fail(err, BT_ERR_DATA,
                   "no jumps are found: the log-likelihood is %.2f above that without them, and "
                   "%.2f is the least",
                   with - alone, gain_least);
  if (!(p[VARIANCE] > 1.05 * variance_least))
    return bt_fail(err, BT_ERR_DATA,
                   "no merton model fits: the likelihood rises without a bound as vol goes to 0");
  if (!(p[JUMPS] < 0.95 * jumps_a_bar_most))
    return bt_fail(err, BT_ERR_DATA, "no merton model fits: every bar would have jumps");
  return BT_OK;
}

/* ---- results ----------------------------------------------------------------------------------
 */

/* The derivative of a return's log density by each of m, s^2, jumps, jump mean and std. */
static void find_score(double out[N_PARAMS], const mixture up[N_PARAMS],
                       const mixture down[N_PARAMS], const double steps[N_PARAMS], double r)
{
  for (int k = 0; k < N_PARAMS; k++)
    out[k] = (log_density(&up[k], r) - log_density(&down[k], r)) / (2 * steps[k]);
}

/* Their covariances, N_PARAMS x N_PARAMS. False: they cannot be told apart. */
static bool find_covariances(double information[N_PARAMS * N_PARAMS], const bars *history,
                             const double p[N_PARAMS])
{
  mixture up[N_PARAMS], down[N_PARAMS];
  double steps[N_PARAMS], score[N_PARAMS];
  for (int k = 0; k < N_PARAMS * N_PARAMS; k++) information[k] = 0;
  for (int k = 0; k < N_PARAMS; k++) {
    double moved[N_PARAMS];
    for (int j = 0; j < N_PARAMS; j++) moved[j] = p[j];
    steps[k] = k == MEAN || k == JUMP_MEAN ? score_step : score_step * p[k];
    moved[k] = p[k] + steps[k];
    make_mixture(&up[k], moved);
    moved[k] = p[k] - steps[k];
    make_mixture(&down[k], moved);
  }
  for (size_t i = 0; i < history->n; i++) {
    find_score(score, up, down, steps, history->r[i]);
    for (int j = 0; j < N_PARAMS; j++)
      for (int k = 0; k < N_PARAMS; k++) information[j * N_PARAMS + k] += score[j] * score[k];
  }
  return bt_invert_positive(information, N_PARAMS, NULL) == BT_OK;
}

/* By the delta method, of a bar: the drift is m + s^2 / 2 + jumps (exp(J) - 1) with J = jump_mean +
 * jump_vol^2 / 2; std is that of the returns, which are scaled by it. */
static double find_drift_error(const double covariance[N_PARAMS * N_PARAMS],
                               const double p[N_PARAMS], double std)
{
  const double jump = p[JUMP_MEAN] * std + p[JUMP_STD] * p[JUMP_STD] * std * std / 2;
  const double slope[N_PARAMS] = {std, std * std / 2, expm1(jump), p[JUMPS] * exp(jump) * std,
                                  p[JUMPS] * exp(jump) * p[JUMP_STD] * std * std};
  double sum = 0;
  for (int i = 0; i < N_PARAMS; i++)
    for (int k = 0; k < N_PARAMS; k++) sum += slope[i] * slope[k] * covariance[i * N_PARAMS + k];
  return sqrt(sum);
}

/* From returns of variance 1 of a bar to those of standard deviation std, and a year. */
static void put_params(bt_fit *out, const double p[N_PARAMS], double std, double a_year)
{
  double *param = out->model.param, variance = p[VARIANCE] * std * std * a_year;
  double jump_mean = p[JUMP_MEAN] * std, jump_std = p[JUMP_STD] * std;
  param[BT_PARAM_VOL] = sqrt(variance);
  param[BT_PARAM_JUMP_INTENSITY] = p[JUMPS] * a_year;
  param[BT_PARAM_JUMP_MEAN] = jump_mean;
  param[BT_PARAM_JUMP_VOL] = jump_std;
  param[BT_PARAM_DRIFT] = p[MEAN] * std * a_year + variance / 2 +
                          p[JUMPS] * a_year * expm1(jump_mean + jump_std * jump_std / 2);
}

static void put_errors(bt_fit *out, const double covariance[N_PARAMS * N_PARAMS],
                       const double p[N_PARAMS], double std, double a_year)
{
  double errors[N_PARAMS];
  for (int k = 0; k < N_PARAMS; k++) errors[k] = sqrt(covariance[k * (N_PARAMS + 1)]);
  out->std_error[BT_PARAM_VOL] = errors[VARIANCE] / (2 * sqrt(p[VARIANCE])) * std * sqrt(a_year);
  out->std_error[BT_PARAM_JUMP_INTENSITY] = errors[JUMPS] * a_year;
  out->std_error[BT_PARAM_JUMP_MEAN] = errors[JUMP_MEAN] * std;
  out->std_error[BT_PARAM_JUMP_VOL] = errors[JUMP_STD] * std;
  out->std_error[BT_PARAM_DRIFT] = find_drift_error(covariance, p, std) * a_year;
}

static bt_status fit_scaled(bt_fit *out, bars *history, const bt_history_returns *given,
                            bt_returns_level level, bt_error *err)
{
  double x[N_PARAMS] = {0}, p[N_PARAMS], covariance[N_PARAMS * N_PARAMS];
  const double n = (double)history->n, a_year = given->periods_per_year;
  find_start(x, history, level.mean / level.std);
  bt_status status = descend(x, history, err);
  if (status) return status;
  read_params(p, x);
  double with = sum_log_densities(history, p);
  double alone = -n / 2 * (log(2 * bt_fit__pi * (n - 1) / n) + 1);
  status = check_found(p, with, alone, err);
  if (status) return status;
  put_params(out, p, level.std, a_year);
  if (find_covariances(covariance, history, p)) put_errors(out, covariance, p, level.std, a_year);
  out->log_likelihood = with - n * log(level.std);
  return BT_OK;
}

bt_status bt_fit__merton(bt_fit *out, const bt_history_returns *given, bt_error *err)
{
  const bt_returns_level level = bt_fit__level(given);
  double *scaled = malloc(given->n * sizeof *scaled);
  if (!scaled) return bt_fail_nomem(err, "fit");
  for (size_t i = 0; i < given->n; i++) scaled[i] = given->r[i] / level.std;
  bars history = {scaled, given->n};
  bt_status status = fit_scaled(out, &history, given, level, err);
  free(scaled);
  return status;
}
