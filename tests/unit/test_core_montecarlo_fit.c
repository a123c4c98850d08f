/* Parameters from a history: known ones are found again, and those of other programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/montecarlo/fit.h"
#include "core/montecarlo/paths.h"

/* Daily log returns of one path of a model. */
static double *simulate_returns(const bt_model *model, size_t n)
{
  static bt_path_state state;
  bt_error err;
  bt_path_job job = {
      .model = *model, .spot = 100, .expiry = (double)n / BT_MODEL_DAYS, .n_steps = n, .seed = 11};
  bt_paths paths;
  double *row = malloc((n + 1) * sizeof *row), log_return;
  assert_non_null(row);
  if (bt_paths_init(&paths, &job, &err)) fail_msg("%s", err.message);
  bt_paths_run(&log_return, row, &paths, 0, 1, &state);
  for (size_t i = 0; i < n; i++) row[i] = log(row[i + 1] / row[i]);
  return row;
}

static bt_fit fit(bt_model_kind kind, const double *returns, size_t n)
{
  bt_fit out;
  bt_error err;
  if (bt_fit_returns(&out, kind, returns, n, BT_MODEL_DAYS, &err)) fail_msg("%s", err.message);
  return out;
}

/* Those of a simulated history, within 4 of their standard errors, which are not wide. */
static void expect_recovered(bt_model *model, size_t n, double widest)
{
  bt_error err;
  if (bt_model_settle(model, &err)) fail_msg("%s", err.message);
  double *returns = simulate_returns(model, n);
  const bt_fit found = fit(model->kind, returns, n);
  for (size_t i = 0; i < BT_PARAM_COUNT; i++) {
    double std_error = found.std_error[i], away = found.model.param[i] - model->param[i];
    if (!bt_model_has(model->kind, (bt_model_param)i) || i == BT_PARAM_V0) continue;
    if (!(fabs(away) <= 4 * std_error))
      fail_msg("--%s is %g and was %g: standard error %g",
               bt_model_param_describe((bt_model_param)i).option, found.model.param[i],
               model->param[i], std_error);
    if (i != BT_PARAM_DRIFT) assert_true(std_error < widest * fabs(model->param[i]));
  }
  free(returns);
}

static void gbm_is_found_again(void **state)
{
  (void)state;
  bt_model model;
  bt_model_init(&model, BT_MODEL_GBM);
  expect_recovered(&model, 20000, 0.01);
}

static void garch_is_found_again(void **state)
{
  (void)state;
  bt_model model;
  bt_model_init(&model, BT_MODEL_GARCH);
  expect_recovered(&model, 20000, 0.2);
}

static void merton_is_found_again(void **state)
{
  (void)state;
  bt_model model;
  bt_model_init(&model, BT_MODEL_MERTON);
  model.param[BT_PARAM_JUMP_INTENSITY] = 12;
  model.param[BT_PARAM_JUMP_MEAN] = -0.02;
  model.param[BT_PARAM_JUMP_VOL] = 0.03;
  expect_recovered(&model, 20000, 0.2);
}

/* By hand: returns +1% and -2% in turn have the mean -0.5% and the variance n / (n - 1) 0.015^2. */
static void gbm_is_mean_and_deviation(void **state)
{
  (void)state;
  double returns[40];
  for (size_t i = 0; i < 40; i++) returns[i] = i % 2 ? -0.02 : 0.01;
  const bt_fit found = fit(BT_MODEL_GBM, returns, 40);
  double variance = 0.015 * 0.015 * 40 / 39 * 252;
  assert_true(fabs(found.model.param[BT_PARAM_VOL] - sqrt(variance)) < 1e-14);
  assert_true(fabs(found.model.param[BT_PARAM_DRIFT] - (-0.005 * 252 + variance / 2)) < 1e-14);
  assert_true(fabs(found.std_error[BT_PARAM_VOL] - sqrt(variance / 80)) < 1e-14);
  assert_int_equal(found.n_returns, 40);
}

/* The drift of a history whose variance hardly returns: within its standard error of the sample's
 * m + s^2 / 2, whatever the long-run variance of the model. */
static void drift_of_garch_does_not_run_away_with_the_long_run_variance(void **state)
{
  (void)state;
  bt_model model;
  bt_error err;
  bt_model_init(&model, BT_MODEL_GARCH);
  model.param[BT_PARAM_OMEGA] = 5e-7;
  model.param[BT_PARAM_ALPHA] = 0.1;
  model.param[BT_PARAM_BETA] = 0.897;
  model.param[BT_PARAM_V0] = 1e-4;
  if (bt_model_settle(&model, &err)) fail_msg("%s", err.message);
  double *returns = simulate_returns(&model, 3000), mean = 0;
  for (size_t i = 0; i < 3000; i++) mean += returns[i] / 3000;
  const bt_fit found = fit(BT_MODEL_GARCH, returns, 3000);
  double plain = 252 * mean + found.sample_vol * found.sample_vol / 2;
  double error = found.std_error[BT_PARAM_DRIFT];
  assert_true(fabs(found.model.param[BT_PARAM_DRIFT] - plain) < 4 * error);
  assert_true(error > 0 && error < 2 * found.sample_vol / sqrt(3000 / 252.0));
  free(returns);
}

/* That of the mean return alone would be std sqrt(252 / years): rare large jumps make the mean of
 * exp(jump) uncertain, too. The standard deviation of the drift over histories is what it says. */
static void drift_error_of_merton_is_that_over_histories(void **state)
{
  (void)state;
  enum { HISTORIES = 100, DAYS = 2000 };
  bt_model model;
  bt_error err;
  bt_model_init(&model, BT_MODEL_MERTON);
  model.param[BT_PARAM_JUMP_INTENSITY] = 12;
  model.param[BT_PARAM_JUMP_MEAN] = -0.05;
  model.param[BT_PARAM_JUMP_VOL] = 0.08;
  if (bt_model_settle(&model, &err)) fail_msg("%s", err.message);
  double *returns = simulate_returns(&model, HISTORIES * DAYS);
  double squares = 0, stated = 0;
  for (size_t i = 0; i < HISTORIES; i++) {
    const bt_fit found = fit(BT_MODEL_MERTON, returns + i * DAYS, DAYS);
    double away = found.model.param[BT_PARAM_DRIFT] - model.param[BT_PARAM_DRIFT];
    double error = found.std_error[BT_PARAM_DRIFT];
    squares += away * away / HISTORIES;
    stated += error * error / HISTORIES;
  }
  free(returns);
  /* the square of a normal number has the variance 2 */
  assert_true(fabs(squares / stated - 1) < 4 * sqrt(2.0 / HISTORIES));
}

/* A linear congruential generator (Knuth's MMIX) and Box-Muller: a series that other programs can
 * make, too. */
static double next_uniform(uint64_t *x)
{
  *x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return ((double)(*x >> 12) + 0.5) * 0x1p-52;
}

static double next_normal(uint64_t *x)
{
  double u = next_uniform(x), v = next_uniform(x);
  return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);
}

/* On 3000 such returns with mean 3e-4, omega 2e-6, alpha 0.1, beta 0.88 the Python package arch
 * 8.0.0 (arch_model(y, mean='Constant', vol='GARCH'), y the returns over their standard deviation,
 * backcast=1) finds mean 1.923578e-4, omega 1.830271e-6, alpha 0.0933696, beta 0.8869860 with
 * standard errors (classic) 4.773e-7, 0.01126, 0.01340. scipy's Nelder-Mead from there on, to
 * 1e-11: omega 1.8302573e-6, alpha 0.09337636, beta 0.88698328, a mean of 1.9235621e-4, and a sum
 * of log(h) + e^2 / h of 2638.0897634194653. */
static void garch_is_that_of_other_programs(void **state)
{
  (void)state;
  enum { N = 3000 };
  static double returns[N];
  uint64_t x = 12345;
  double h = 1e-4;
  for (size_t i = 0; i < N; i++) {
    double z = next_normal(&x);
    returns[i] = 3e-4 + sqrt(h) * z;
    h = 2e-6 + 0.1 * h * z * z + 0.88 * h;
  }
  const bt_fit found = fit(BT_MODEL_GARCH, returns, N);
  const double *p = found.model.param, std = 0.009278359209060425;
  assert_true(fabs(p[BT_PARAM_OMEGA] / 1.8302573e-6 - 1) < 2e-6);
  assert_true(fabs(p[BT_PARAM_ALPHA] - 0.09337636) < 2e-7);
  assert_true(fabs(p[BT_PARAM_BETA] - 0.88698328) < 2e-7);
  double mean = p[BT_PARAM_DRIFT] / 252 - std * std / 2;
  assert_true(fabs(mean - 1.9235621e-4) < 1e-9);
  double sum = -2 * found.log_likelihood - N * log(2 * 3.14159265358979323846 * std * std);
  assert_true(fabs(sum - 2638.0897634194653) < 1e-7);
  assert_true(fabs(found.std_error[BT_PARAM_OMEGA] / 4.773e-7 - 1) < 0.15);
  assert_true(fabs(found.std_error[BT_PARAM_ALPHA] / 0.01126 - 1) < 0.15);
  assert_true(fabs(found.std_error[BT_PARAM_BETA] / 0.01340 - 1) < 0.15);
}

static void expect_refused(bt_model_kind kind, const double *returns, size_t n, const char *part)
{
  bt_fit out;
  bt_error err;
  assert_true(bt_fit_returns(&out, kind, returns, n, BT_MODEL_DAYS, &err) != BT_OK);
  if (!strstr(err.message, part)) fail_msg("%s is not in: %s", part, err.message);
}

static void histories_that_no_model_fits_are_refused(void **state)
{
  (void)state;
  static double flat[100], steady[100];
  for (size_t i = 0; i < 100; i++)
    steady[i] = log(pow(1.001, (double)(i + 1)) / pow(1.001, (double)i));
  bt_model plain;
  bt_model_init(&plain, BT_MODEL_GBM);
  double *returns = simulate_returns(&plain, 2000);
  bt_fit out;
  bt_error err;
  expect_refused(BT_MODEL_GBM, returns, 29, "29 returns are too few to fit a model to; 30 are");
  expect_refused(BT_MODEL_GARCH, flat, 100, "all 100 returns are equal");
  expect_refused(BT_MODEL_GBM, steady, 100, "all 100 returns are equal");
  expect_refused(BT_MODEL_HESTON, returns, 2000, "heston is calibrated to prices of options");
  expect_refused(BT_MODEL_MERTON, returns, 2000, "no jumps are found: the log-likelihood is ");
  assert_int_equal(bt_fit_returns(&out, BT_MODEL_GARCH, returns, 2000, 52, &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "garch is of trading days, 252 a year; these bars are 52"));
  free(returns);
}

/* Squares that alternate: a large one is followed by a small one, never by another large one. And
 * calm days, then wild ones for good: the variance does not return. */
static void garch_without_a_maximum_is_refused(void **state)
{
  (void)state;
  double returns[400];
  uint64_t x = 5;
  for (size_t i = 0; i < 400; i++) returns[i] = next_normal(&x) * (i % 2 ? 0.01 : 0.03);
  expect_refused(BT_MODEL_GARCH, returns, 400, "large returns do not follow each other");
  double last = 0, before = 0; /* a day is like the one before, and unlike the one before that */
  for (size_t i = 0; i < 400; i++) {
    returns[i] =
        next_normal(&x) * sqrt(fmax(2e-5, 1e-4 + 0.5 * last * last - 0.3 * before * before));
    before = last;
    last = returns[i];
  }
  expect_refused(BT_MODEL_GARCH, returns, 400, "variance has no memory beyond a day (beta is 0)");
  for (size_t i = 0; i < 400; i++) returns[i] = next_normal(&x) * (i < 200 ? 0.002 : 0.05);
  expect_refused(BT_MODEL_GARCH, returns, 400, "no garch model with a long-run variance fits");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gbm_is_found_again),
      cmocka_unit_test(garch_is_found_again),
      cmocka_unit_test(merton_is_found_again),
      cmocka_unit_test(gbm_is_mean_and_deviation),
      cmocka_unit_test(drift_of_garch_does_not_run_away_with_the_long_run_variance),
      cmocka_unit_test(drift_error_of_merton_is_that_over_histories),
      cmocka_unit_test(garch_is_that_of_other_programs),
      cmocka_unit_test(histories_that_no_model_fits_are_refused),
      cmocka_unit_test(garch_without_a_maximum_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
