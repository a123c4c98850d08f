/* GARCH(1,1) with a constant mean, r = m + sqrt(h) z, by Gaussian maximum likelihood: the least sum
 * of g = log(h) + (r - m)^2 / h over the days. The first day's variance is that of the sample.
 *
 * From the best of some starting points Levenberg and Marquardt's method (cminpack's lmder) takes
 * the squares sqrt(g + c) down, then Powell's (hybrd) finds where their derivative is 0 to the last
 * digits. alpha + beta and alpha's part of it are logistic functions of what varies, omega is an
 * exponential, so every step is a stationary model. Returns are scaled to a variance of 1.
 *
 * In the simulated model a day's mean log return is drift / 252 - h / 2; the drift is the one that
 * has the mean m at the variance s^2 that the history had, 252 (m + s^2 / 2). The long-run variance
 * in its place would be the model's, but where alpha + beta comes near 1 that is no more than a
 * guess, and may be a hundred times what was ever seen. v0 is the variance of the day after the
 * last one. Sources: Bollerslev 1986; the recursions of the derivatives: Fiorentini, Calzolari and
 * Panattoni, Journal of Applied Econometrics 11 (1996); standard errors: the expected information.
 */
#include <cminpack-1/cminpack.h>
#include <math.h>
#include <stdlib.h>

#include "core/linear_algebra.h"
#include "core/montecarlo/fit_model.h"

/* What varies: the mean, log(omega), logit(alpha + beta), logit(alpha / (alpha + beta)). */
enum { MEAN, OMEGA, ALPHA, BETA, N_PARAMS };

/* Keeps the squares above 0: of returns of variance 1 no g is nearly as low. */
static const double square_shift = 60;

static const double tolerance = 1e-14;
/* Closer to a bound than this the best model is not inside; nor is one that the search was on its
 * way to, and had come this near. */
static const double inside = 1e-5, on_its_way = 1e-2;

typedef struct days {
  const double *r; /* of variance 1 */
  size_t n;
} days;

/* One day: its variance with derivatives by mean, omega, alpha and beta, and its shock. */
typedef struct day {
  double h, dh[N_PARAMS], shock;
} day;

/* mean, omega, alpha, beta. */
static void read_params(double out[N_PARAMS], const double x[N_PARAMS])
{
  double pull = bt_fit__logistic(x[2]), share = bt_fit__logistic(x[3]);
  out[MEAN] = x[0];
  out[OMEGA] = exp(x[1]);
  out[ALPHA] = pull * share;
  out[BETA] = pull * (1 - share);
}

/* By what varies, of a derivative by the parameters. */
static void vary(double out[N_PARAMS], const double by[N_PARAMS], const double x[N_PARAMS],
                 const double p[N_PARAMS])
{
  double pull = bt_fit__logistic(x[2]), share = bt_fit__logistic(x[3]);
  out[0] = by[MEAN];
  out[1] = by[OMEGA] * p[OMEGA];
  out[2] = (by[ALPHA] * share + by[BETA] * (1 - share)) * pull * (1 - pull);
  out[3] = (by[ALPHA] - by[BETA]) * pull * share * (1 - share);
}

static day first_day(const days *history, const double p[N_PARAMS])
{
  return (day){.h = 1, .shock = history->r[0] - p[MEAN]};
}

/* r: the next day's return; of the day after the last one anything. */
static void move_on(day *d, const double p[N_PARAMS], double r)
{
  const double square = d->shock * d->shock;
  d->dh[MEAN] = p[BETA] * d->dh[MEAN] - 2 * p[ALPHA] * d->shock;
  d->dh[OMEGA] = p[BETA] * d->dh[OMEGA] + 1;
  d->dh[ALPHA] = p[BETA] * d->dh[ALPHA] + square;
  d->dh[BETA] = p[BETA] * d->dh[BETA] + d->h;
  d->h = p[OMEGA] + p[ALPHA] * square + p[BETA] * d->h;
  d->shock = r - p[MEAN];
}

static double term_of(const day *d)
{
  return log(d->h) + d->shock * d->shock / d->h;
}

/* Its derivative by the parameters. */
static void slope_of(double out[N_PARAMS], const day *d)
{
  const double by_h = (1 - d->shock * d->shock / d->h) / d->h;
  for (int k = 0; k < N_PARAMS; k++) out[k] = by_h * d->dh[k];
  out[MEAN] -= 2 * d->shock / d->h;
}

static double next_return(const days *history, size_t t)
{
  return t + 1 < history->n ? history->r[t + 1] : 0;
}

static double sum_terms(const days *history, const double x[N_PARAMS])
{
  double p[N_PARAMS], sum = 0;
  read_params(p, x);
  day d = first_day(history, p);
  for (size_t t = 0; t < history->n; t++) {
    sum += term_of(&d);
    move_on(&d, p, next_return(history, t));
  }
  return sum;
}

/* ---- for cminpack -----------------------------------------------------------------------------
 */

/* For lmder: residuals (iflag 1), or their derivatives, column after column (2). */
/* NOLINTNEXTLINE(readability-function-size): the library decides the parameters */
static int find_residuals(void *context, int n_days, int n, const double *x, double *residuals,
                          double *slopes, int rows, int iflag)
{
  const days *history = context;
  double p[N_PARAMS], slope[N_PARAMS], varied[N_PARAMS];
  read_params(p, x);
  day d = first_day(history, p);
  for (int t = 0; t < n_days; t++) {
    const double residual = sqrt(term_of(&d) + square_shift);
    if (iflag == 1) residuals[t] = residual;
    if (iflag == 2) {
      slope_of(slope, &d);
      vary(varied, slope, x, p);
      for (int k = 0; k < n; k++) slopes[k * rows + t] = varied[k] / (2 * residual);
    }
    move_on(&d, p, next_return(history, (size_t)t));
  }
  return 0;
}

/* For hybrd: the derivative of the mean of g. */
static int find_slope(void *context, int n, const double *x, double *slopes, int iflag)
{
  (void)iflag;
  const days *history = context;
  double p[N_PARAMS], slope[N_PARAMS], sum[N_PARAMS] = {0};
  read_params(p, x);
  day d = first_day(history, p);
  for (size_t t = 0; t < history->n; t++) {
    slope_of(slope, &d);
    for (int k = 0; k < n; k++) sum[k] += slope[k] / (double)history->n;
    move_on(&d, p, next_return(history, t));
  }
  vary(slopes, sum, x, p);
  return 0;
}

/* ---- the search -------------------------------------------------------------------------------
 */

/* The best of a few, each with a long-run variance of 1. */
static void find_start(double x[N_PARAMS], const days *history)
{
  static const double pulls[] = {0.5, 0.8, 0.95, 0.98, 0.995}, shares[] = {0.03, 0.07, 0.15, 0.4};
  double best = (double)INFINITY;
  for (size_t i = 0; i < sizeof pulls / sizeof pulls[0]; i++)
    for (size_t j = 0; j < sizeof shares / sizeof shares[0]; j++) {
      const double tried[N_PARAMS] = {0, log(1 - pulls[i]), bt_fit__logit(pulls[i]),
                                      bt_fit__logit(shares[j])};
      double sum = sum_terms(history, tried);
      if (!(sum < best)) continue;
      best = sum;
      for (int k = 0; k < N_PARAMS; k++) x[k] = tried[k];
    }
}

static bt_status descend(double x[N_PARAMS], days *history, bt_error *err)
{
  const int n = (int)history->n, n_work = n + 5 * N_PARAMS;
  int pivots[N_PARAMS];
  double *memory = malloc(((size_t)n * (N_PARAMS + 1) + (size_t)n_work) * sizeof *memory);
  if (!memory) return bt_fail_nomem(err, "fit");
  double *slopes = memory + n, *work = slopes + (size_t)n * N_PARAMS;
  (void)lmder1(find_residuals, history, n, N_PARAMS, x, memory, slopes, n, tolerance, pivots, work,
               n_work);
  free(memory);
  return BT_OK;
}

/* Kept only where it is no worse. */
static void polish(double x[N_PARAMS], days *history)
{
  enum { N_WORK = N_PARAMS * (3 * N_PARAMS + 13) };
  double better[N_PARAMS], slopes[N_PARAMS], work[N_WORK];
  for (int k = 0; k < N_PARAMS; k++) better[k] = x[k];
  (void)hybrd1(find_slope, history, N_PARAMS, better, slopes, tolerance, work, N_WORK);
  double before = sum_terms(history, x), after = sum_terms(history, better);
  if (!(after <= before + 1e-9 * fabs(before))) return;
  for (int k = 0; k < N_PARAMS; k++) x[k] = better[k];
}

static bt_status check_inside(const double p[N_PARAMS], const double slopes[N_PARAMS],
                              bt_error *err)
{
  bool is_maximum = true;
  for (int k = 0; k < N_PARAMS; k++) is_maximum &= fabs(slopes[k]) < inside;
  const double pull = p[ALPHA] + p[BETA], edge = is_maximum ? inside : on_its_way;
  if (!(p[ALPHA] > edge))
    return bt_fail(err, BT_ERR_DATA,
                   "no garch model fits: large returns do not follow each other (alpha is 0)");
  if (!(p[BETA] > edge))
    return bt_fail(err, BT_ERR_DATA,
                   "no garch model fits: variance has no memory beyond a day (beta is 0)");
  if (!(pull < 1 - edge))
    return bt_fail(err, BT_ERR_DATA,
                   "no garch model with a long-run variance fits: alpha + beta is 1");
  if (!is_maximum)
    return bt_fail(err, BT_ERR_DATA, "no garch model fits: the likelihood has no maximum inside");
  return BT_OK;
}

/* ---- results ----------------------------------------------------------------------------------
 */

/* Standard errors of mean, omega, alpha, beta from the expected information, the sum of dh dh' / (2
 * h^2), and 1 / h of the mean. NaN where it has no inverse. */
static void find_errors(double out[N_PARAMS], const days *history, const double p[N_PARAMS])
{
  double information[N_PARAMS * N_PARAMS] = {0};
  day d = first_day(history, p);
  for (size_t t = 0; t < history->n; t++) {
    for (int i = 0; i < N_PARAMS; i++)
      for (int j = 0; j < N_PARAMS; j++)
        information[i * N_PARAMS + j] += d.dh[i] * d.dh[j] / (2 * d.h * d.h);
    information[MEAN] += 1 / d.h;
    move_on(&d, p, next_return(history, t));
  }
  bool has_inverse = bt_invert_positive(information, N_PARAMS, NULL) == BT_OK;
  for (int k = 0; k < N_PARAMS; k++)
    out[k] = has_inverse ? sqrt(information[k * (N_PARAMS + 1)]) : (double)NAN;
}

static double next_variance(const days *history, const double p[N_PARAMS])
{
  day d = first_day(history, p);
  for (size_t t = 0; t < history->n; t++) move_on(&d, p, next_return(history, t));
  return d.h;
}

/* The standard error of the drift a day, 252 of which are one of a year: that of the mean, and that
 * of the sample's variance of 1, (kurtosis - 1) / n, as independent days have it. */
static double find_drift_error(const days *history, double mean_error, double std)
{
  double n = (double)history->n, mean = 0, fourth = 0;
  for (size_t t = 0; t < history->n; t++) mean += history->r[t] / n;
  for (size_t t = 0; t < history->n; t++) fourth += pow(history->r[t] - mean, 4) / n;
  return hypot(mean_error * std, std * std / 2 * sqrt((fourth - 1) / n));
}

/* From returns of variance 1 back to those of standard deviation std. */
static void put_results(bt_fit *out, const days *history, const double x[N_PARAMS],
                        const double errors[N_PARAMS], double std)
{
  double p[N_PARAMS], *param = out->model.param, n = (double)history->n;
  read_params(p, x);
  param[BT_PARAM_OMEGA] = p[OMEGA] * std * std;
  param[BT_PARAM_ALPHA] = p[ALPHA];
  param[BT_PARAM_BETA] = p[BETA];
  param[BT_PARAM_V0] = next_variance(history, p) * std * std;
  param[BT_PARAM_DRIFT] = BT_MODEL_DAYS * (p[MEAN] * std + std * std / 2);
  out->std_error[BT_PARAM_OMEGA] = errors[OMEGA] * std * std;
  out->std_error[BT_PARAM_ALPHA] = errors[ALPHA];
  out->std_error[BT_PARAM_BETA] = errors[BETA];
  out->std_error[BT_PARAM_DRIFT] = BT_MODEL_DAYS * find_drift_error(history, errors[MEAN], std);
  out->log_likelihood = -(sum_terms(history, x) + n * log(2 * bt_fit__pi * std * std)) / 2;
}

static bt_status fit_scaled(bt_fit *out, days *history, double std, bt_error *err)
{
  double x[N_PARAMS] = {0}, p[N_PARAMS], slopes[N_PARAMS], errors[N_PARAMS];
  find_start(x, history);
  bt_status status = descend(x, history, err);
  if (status) return status;
  polish(x, history);
  read_params(p, x);
  (void)find_slope(history, N_PARAMS, x, slopes, 1);
  status = check_inside(p, slopes, err);
  if (status) return status;
  find_errors(errors, history, p);
  if (isnan(errors[OMEGA]))
    return bt_fail(err, BT_ERR_DATA,
                   "no garch model fits: the returns do not tell its parameters apart");
  put_results(out, history, x, errors, std);
  return BT_OK;
}

bt_status bt_fit__garch(bt_fit *out, const bt_history_returns *given, bt_error *err)
{
  const bt_returns_level level = bt_fit__level(given);
  if (given->periods_per_year != BT_MODEL_DAYS)
    return bt_fail(err, BT_ERR_USAGE,
                   "garch is of trading days, %d a year; these bars are %g a year", BT_MODEL_DAYS,
                   given->periods_per_year);
  double *scaled = malloc(given->n * sizeof *scaled);
  if (!scaled) return bt_fail_nomem(err, "fit");
  /* the mean stays small beside a variance of 1 */
  for (size_t i = 0; i < given->n; i++) scaled[i] = given->r[i] / level.std;
  days history = {scaled, given->n};
  bt_status status = fit_scaled(out, &history, level.std, err);
  free(scaled);
  return status;
}
