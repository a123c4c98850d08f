/* Heston's model by the quadratic-exponential scheme: moments, the martingale, closed forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/support/path_scene.h"

static void heston_has_its_moments(void **state)
{
  (void)state;
  bt_path_job job = job_of(BT_MODEL_HESTON, 100);
  const found f = simulate(&job, 100000);
  expect_moments(&f, &job);
}

/* Andersen's case I: 2 kappa theta is far below vol_of_vol^2, the variance is at 0 most of the
 * time. The price is a martingale all the same, with steps of any length. */
static void heston_is_a_martingale_where_the_variance_reaches_0(void **state)
{
  (void)state;
  for (size_t n_steps = 5; n_steps <= 80; n_steps *= 4) {
    bt_path_job job = job_of(BT_MODEL_HESTON, n_steps);
    job.expiry = 10;
    job.model.param[BT_PARAM_DRIFT] = 0;
    job.model.param[BT_PARAM_KAPPA] = 0.5;
    job.model.param[BT_PARAM_VOL_OF_VOL] = 1;
    job.model.param[BT_PARAM_RHO] = -0.9;
    const found f = simulate(&job, 100000);
    const bt_exact e = bt_exact_of(&job);
    expect_within("mean", f.price.mean, 100, bt_shape_std_error(&f.price));
    if (n_steps == 80)
      expect_within("log_mean", f.log_return.mean, e.log_mean, bt_shape_std_error(&f.log_return));
  }
}

/* The same with a correlation above 0, where the correction exists as steps are short. */
static void heston_is_a_martingale_with_any_correlation_where_steps_are_short(void **state)
{
  (void)state;
  static const double rhos[] = {-1, -0.5, 0, 0.5, 1};
  for (size_t i = 0; i < sizeof rhos / sizeof rhos[0]; i++) {
    bt_path_job job = job_of(BT_MODEL_HESTON, 50);
    job.model.param[BT_PARAM_RHO] = rhos[i];
    const found f = simulate(&job, 50000);
    expect_moments(&f, &job);
  }
}

/* Strong volatility of the variance, rho > 0: with few steps there is no correction, which is said,
 * and the mean is off; with more there is one, and the mean is right. */
static void heston_says_where_steps_are_too_long_for_a_martingale(void **state)
{
  (void)state;
  static const struct {
    size_t n_steps;
    bool may_drift;
  } cases[] = {{1, true}, {50, false}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bt_path_job job = job_of(BT_MODEL_HESTON, cases[i].n_steps);
    job.model.param[BT_PARAM_KAPPA] = 30;
    job.model.param[BT_PARAM_VOL_OF_VOL] = 10;
    job.model.param[BT_PARAM_RHO] = 0.9;
    bt_paths paths;
    make_paths(&paths, &job);
    assert_int_equal(paths.may_drift, cases[i].may_drift);
    const found f = simulate(&job, 200000);
    double away = fabs(f.price.mean - bt_exact_of(&job).mean);
    assert_int_equal(away > 4 * bt_shape_std_error(&f.price), cases[i].may_drift);
    job.model.param[BT_PARAM_RHO] = 0;
    make_paths(&paths, &job);
    assert_false(paths.may_drift);
  }
}

/* kappa, theta, vol_of_vol, rho, v0, expiry. */
static bt_exact exact_of(const double *params)
{
  static const bt_model_param ids[] = {BT_PARAM_KAPPA, BT_PARAM_THETA, BT_PARAM_VOL_OF_VOL,
                                       BT_PARAM_RHO, BT_PARAM_V0};
  bt_path_job job = job_of(BT_MODEL_HESTON, 1);
  for (size_t i = 0; i < 5; i++) job.model.param[ids[i]] = params[i];
  job.expiry = params[5];
  return bt_exact_of(&job);
}

/* The second cumulant by differentiating the logarithm of the characteristic function (little trap
 * form) at 40 digits, and that function at -2i. */
static void heston_closed_forms_are_those_of_its_characteristic_function(void **state)
{
  (void)state;
  static const double cases[][8] = {
      /* kappa theta vol_of_vol rho v0 expiry, the two variances */
      {2, .04, .3, -.7, .09, 1, 0.0657076501089, 0.056237607017054213},
      {.5, .04, 1, -.9, .02, 10, 1.11192382567, 0.10730102670874012},
      {15, .07, 3.3, .5, .19, .1, 0.0125056150467, 0.015133392515174474}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const bt_exact e = exact_of(cases[i]);
    assert_true(fabs(e.log_std * e.log_std / cases[i][6] - 1) < 1e-10);
    assert_true(fabs(e.relative_std * e.relative_std / cases[i][7] - 1) < 1e-12);
    assert_true(e.std == e.mean * e.relative_std);
  }
}

/* The same function at -2i where it has other forms: oscillating, growing, without mean reversion,
 * and with hardly any volatility of the variance. */
static void heston_has_the_variance_of_the_price_in_every_form(void **state)
{
  (void)state;
  static const double cases[][7] = {{.5, .04, .8, .3, .02, 1, 0.033245458511813547},
                                    {1, .04, .4, .9, .09, 1.5, 0.16914718745117104},
                                    {.2, .04, .5, 1, .04, 1, 0.073461287859021586},
                                    {0, .04, .5, -.5, .09, 2, 0.13562886236601204},
                                    {2, .04, 1e-3, -.7, .09, 1, 0.063526572101554436},
                                    {2, .04, 0, 0, .09, 1, 0.06355451881186574}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double ratio = exact_of(cases[i]).relative_std;
    if (!(fabs(ratio * ratio / cases[i][6] - 1) < 1e-12))
      fail_msg("case %zu: %.17g", i, ratio * ratio);
  }
}

/* From where cosh(d t / 2) + b sinh(d t / 2) / d is 0, d real and imaginary; found at 40 digits. */
static void heston_says_when_the_price_has_no_variance(void **state)
{
  (void)state;
  static const struct {
    double params[6], explosion;
  } cases[] = {{{.2, .04, .5, 1, .04}, 2.71073176211288},
               {{.5, .04, .8, .3, .02}, 2.80849232539662}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double params[6];
    memcpy(params, cases[i].params, sizeof params);
    params[5] = cases[i].explosion * 0.999;
    assert_true(isfinite(exact_of(params).relative_std));
    params[5] = cases[i].explosion * 1.001;
    assert_true(isinf(exact_of(params).relative_std));
    assert_true(isnan(exact_of(params).std));
  }
}

/* v0 t (1 - rho eta t / 2 + eta^2 t^2 / 12), which the closed form comes near as kappa does 0. */
static void heston_without_mean_reversion_is_its_limit(void **state)
{
  (void)state;
  bt_path_job job = job_of(BT_MODEL_HESTON, 1);
  job.model.param[BT_PARAM_V0] = 0.09;
  job.model.param[BT_PARAM_KAPPA] = 0;
  const double limit = bt_exact_of(&job).log_std;
  assert_true(fabs(limit * limit - 0.09 * (1 + 0.7 * 0.3 / 2 + 0.09 / 12)) < 1e-15);
  for (double kappa = 0.08; kappa > 0.015; kappa /= 2) {
    job.model.param[BT_PARAM_KAPPA] = kappa;
    assert_true(fabs(bt_exact_of(&job).log_std / limit - 1) < kappa);
  }
  assert_true(bt_exact_log_spread(&job) == bt_exact_of(&job).log_std);
}

/* Without volatility of the variance the log return is normal, of a known variance. */
static void heston_without_vol_of_vol_is_log_normal(void **state)
{
  (void)state;
  bt_path_job job = job_of(BT_MODEL_HESTON, 10);
  job.model.param[BT_PARAM_VOL_OF_VOL] = 0;
  job.model.param[BT_PARAM_V0] = 0.16;
  const found f = simulate(&job, 100000);
  const bt_exact normal = {0};
  expect_moments(&f, &job);
  expect_log_shape(&f, &normal, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(heston_has_its_moments),
      cmocka_unit_test(heston_is_a_martingale_where_the_variance_reaches_0),
      cmocka_unit_test(heston_is_a_martingale_with_any_correlation_where_steps_are_short),
      cmocka_unit_test(heston_says_where_steps_are_too_long_for_a_martingale),
      cmocka_unit_test(heston_closed_forms_are_those_of_its_characteristic_function),
      cmocka_unit_test(heston_has_the_variance_of_the_price_in_every_form),
      cmocka_unit_test(heston_says_when_the_price_has_no_variance),
      cmocka_unit_test(heston_without_mean_reversion_is_its_limit),
      cmocka_unit_test(heston_without_vol_of_vol_is_log_normal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
