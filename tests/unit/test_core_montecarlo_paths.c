/* Models of a price: paths against closed forms, within 4 standard errors, with fixed seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/path_scene.h"

/* ---- gbm --------------------------------------------------------------------------------------
 */

static void gbm_has_its_moments(void **state)
{
  (void)state;
  for (size_t n_steps = 1; n_steps <= 16; n_steps *= 4) {
    bt_path_job job = job_of(BT_MODEL_GBM, n_steps);
    const found f = simulate(&job, 200000);
    const bt_exact e = bt_exact_of(&job);
    expect_moments(&f, &job);
    expect_log_shape(&f, &e, 1);
    expect_within("std", bt_shape_std(&f.price), e.std, bt_shape_std_std_error(&f.price));
  }
}

/* exp(0.05), exp(0.05) sqrt(exp(0.04) - 1), and those of a log-normal distribution. */
static void gbm_closed_forms_are_those_of_the_log_normal(void **state)
{
  (void)state;
  bt_path_job job = job_of(BT_MODEL_GBM, 1);
  const bt_exact e = bt_exact_of(&job);
  const double w = exp(0.04);
  assert_true(fabs(e.mean - 105.12710963760240) < 1e-12);
  assert_true(fabs(e.std - 105.12710963760240 * sqrt(w - 1)) < 1e-12);
  assert_true(fabs(e.skew - (w + 2) * sqrt(w - 1)) < 1e-12);
  assert_true(fabs(e.kurtosis - (pow(w, 4) + 2 * pow(w, 3) + 3 * w * w - 6)) < 1e-10);
  assert_true(fabs(e.log_mean - 0.03) < 1e-16 && fabs(e.log_std - 0.2) < 1e-16);
}

/* Standard deviation over mean, skewness and kurtosis from the moments at 70 digits. */
static void price_moments_keep_their_digits_where_the_variance_is_small(void **state)
{
  (void)state;
  static const double cases[][8] = {
      /* vol expiry intensity jump_mean jump_vol, the three */
      {1e-4, 0.004, 0, 0, 0, 6.3245553204000046e-06, 1.8973665961452996e-05,
       6.4000000003679999e-10},
      {0.2, 1, 3, -0.1, 0.15, 0.35516795169919091, 0.70477217279776616, 1.057375013714168},
      {0.01, 0.01, 20, -0.001, 0.002, 0.0014132977384359955, -0.90905947515145558,
       3.6160817985170302},
      {0.001, 0.01, 2, 1e-4, 2e-4, 0.00010488212500556794, 0.22586042404732162, 1.2077681335863544},
      {0.3, 2, 0.5, 0.2, 0.3, 0.71275338968689628, 4.674535417913857, 88.863967448724395}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const double *c = cases[i];
    bt_path_job job = job_of(c[2] > 0 ? BT_MODEL_MERTON : BT_MODEL_GBM, 1);
    job.expiry = c[1];
    job.model.param[BT_PARAM_VOL] = c[0];
    job.model.param[BT_PARAM_JUMP_INTENSITY] = c[2];
    job.model.param[BT_PARAM_JUMP_MEAN] = c[3];
    job.model.param[BT_PARAM_JUMP_VOL] = c[4];
    const bt_exact e = bt_exact_of(&job);
    assert_true(fabs(e.relative_std / c[5] - 1) < 1e-12);
    assert_true(fabs(e.skew / c[6] - 1) < 1e-11);
    assert_true(fabs(e.kurtosis / c[7] - 1) < 1e-11);
  }
}

/* Each path written out from its normal numbers. */
static void a_path_is_the_sum_of_its_normal_numbers(void **state)
{
  (void)state;
  static bt_path_state working;
  bt_path_job job = job_of(BT_MODEL_GBM, 5);
  bt_paths paths;
  double log_returns[11], rows[11 * 6], z;
  make_paths(&paths, &job);
  bt_paths_run(log_returns, rows, &paths, 3, 11, &working);
  for (size_t i = 0; i < 11; i++) {
    double x = 0;
    assert_true(rows[i * 6] == 100);
    for (uint32_t t = 0; t < 5; t++) {
      bt_stream_normals(&z, &(bt_stream){7, 0}, t, 3 + i, 1);
      x += z;
      double expected = 100 * exp(0.03 * (t + 1) / 5 + 0.2 * sqrt(0.2) * x);
      assert_true(fabs(rows[i * 6 + t + 1] / expected - 1) < 1e-14);
    }
    assert_true(fabs(log_returns[i] - log(rows[i * 6 + 5] / 100)) < 1e-14);
  }
}

static void antithetic_paths_mirror_each_other(void **state)
{
  (void)state;
  static bt_path_state working;
  bt_path_job job = job_of(BT_MODEL_GBM, 3);
  bt_paths paths;
  double log_returns[9];
  job.antithetic = true;
  make_paths(&paths, &job);
  bt_paths_run(log_returns, NULL, &paths, 5, 9, &working); /* paths 5 .. 13 */
  for (size_t i = 1; i + 1 < 9; i += 2) {
    assert_true(fabs(log_returns[i] + log_returns[i + 1] - 2 * 0.03) < 1e-15);
    assert_true(fabs(log_returns[i] - 0.03) > 1e-6);
  }
}

/* ---- merton -----------------------------------------------------------------------------------
 */

/* With any number of steps: jumps many and few. */
static void merton_has_its_moments(void **state)
{
  (void)state;
  for (size_t n_steps = 1; n_steps <= 100; n_steps *= 10) {
    bt_path_job job = job_of(BT_MODEL_MERTON, n_steps);
    job.model.param[BT_PARAM_JUMP_INTENSITY] = 3;
    const found f = simulate(&job, 200000);
    const bt_exact e = bt_exact_of(&job);
    expect_moments(&f, &job);
    expect_within("std", bt_shape_std(&f.price), e.std, bt_shape_std_std_error(&f.price));
    assert_true(e.log_kurtosis > 0.3 && e.log_skew < -0.3);
    expect_log_shape(&f, &e, 3); /* tails are heavier than a normal's */
  }
}

static void merton_without_jumps_is_gbm(void **state)
{
  (void)state;
  bt_path_job with = job_of(BT_MODEL_MERTON, 1), without = job_of(BT_MODEL_GBM, 1);
  with.model.param[BT_PARAM_JUMP_INTENSITY] = 0;
  const bt_exact a = bt_exact_of(&with), b = bt_exact_of(&without);
  assert_true(a.mean == b.mean && a.std == b.std && a.skew == b.skew && a.kurtosis == b.kurtosis);
  assert_true(a.log_mean == b.log_mean && a.log_std == b.log_std && a.log_skew == b.log_skew);
  const found f = simulate(&with, 100000);
  expect_moments(&f, &with);
}

/* 100 jumps a step are possible, 101 are not. */
static void merton_takes_many_jumps_a_step_and_no_more(void **state)
{
  (void)state;
  bt_error err;
  bt_paths paths;
  bt_path_job job = job_of(BT_MODEL_MERTON, 1);
  job.model.param[BT_PARAM_JUMP_INTENSITY] = 100;
  job.model.param[BT_PARAM_JUMP_MEAN] = 0;
  job.model.param[BT_PARAM_JUMP_VOL] = 0.02;
  const found f = simulate(&job, 200000);
  expect_moments(&f, &job);
  job.model.param[BT_PARAM_JUMP_INTENSITY] = 101;
  assert_int_equal(bt_paths_init(&paths, &job, &err), BT_ERR_USAGE);
  assert_non_null(strstr(err.message, "--jump-intensity: 101 jumps are expected in each of 1 st"));
}

/* ---- garch ------------------------------------------------------------------------------------
 */

static void garch_has_its_moments(void **state)
{
  (void)state;
  static const double starts[] = {(double)NAN, 0.001, 0};
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    bt_path_job job = job_of(BT_MODEL_GARCH, 60);
    job.model.param[BT_PARAM_V0] = starts[i];
    const found f = simulate(&job, 200000);
    expect_moments(&f, &job);
  }
}

/* The return of one day long after the start has kurtosis 3 (1 - p^2) / (1 - p^2 - 2 alpha^2) with
 * p = alpha + beta (Bollerslev 1986); h / 2 in its mean moves it by less than h, 1e-4. */
static void garch_days_have_heavy_tails(void **state)
{
  (void)state;
  enum { DAYS = 150, BLOCKS = 60 };
  static bt_path_state working;
  static double log_returns[BT_PATHS_MOST], rows[BT_PATHS_MOST * (DAYS + 1)];
  bt_path_job job = job_of(BT_MODEL_GARCH, DAYS);
  job.model.param[BT_PARAM_ALPHA] = 0.2;
  job.model.param[BT_PARAM_BETA] = 0.7;
  bt_paths paths;
  bt_shape all = {0}, kurtosis = {0};
  make_paths(&paths, &job);
  for (size_t b = 0; b < BLOCKS; b++) {
    bt_shape block = {0};
    bt_paths_run(log_returns, rows, &paths, b * BT_PATHS_MOST, BT_PATHS_MOST, &working);
    for (size_t i = 0; i < BT_PATHS_MOST; i++)
      log_returns[i] = log(rows[(i + 1) * (DAYS + 1) - 1] / rows[(i + 1) * (DAYS + 1) - 2]);
    bt_shape_add(&block, log_returns, BT_PATHS_MOST);
    bt_shape_join(&all, &block);
    const double of_block = bt_shape_kurtosis(&block);
    bt_shape_add(&kurtosis, &of_block, 1);
  }
  const double p = 0.9, exact = 3 * (1 - p * p) / (1 - p * p - 2 * 0.2 * 0.2) - 3;
  expect_within("kurtosis", bt_shape_kurtosis(&all), exact, bt_shape_std_error(&kurtosis));
}

/* ---- all of them ------------------------------------------------------------------------------
 */

/* In blocks of any size, with rows and without: the same bits. */
static void a_path_depends_on_its_number_alone(void **state)
{
  (void)state;
  enum { N = 300, STEPS = 20 };
  static bt_path_state working;
  static double whole[N], part[N], rows[N * (STEPS + 1)], prices[N];
  for (int kind = 0; kind < BT_MODEL_COUNT; kind++)
    for (int antithetic = 0; antithetic <= (kind == BT_MODEL_GBM); antithetic++) {
      bt_path_job job = job_of((bt_model_kind)kind, STEPS);
      job.antithetic = antithetic;
      bt_paths paths;
      make_paths(&paths, &job);
      bt_paths_run(whole, NULL, &paths, 0, N, &working);
      for (size_t first = 0, n = 1; first < N; first += n, n = n * 2 + 1)
        bt_paths_run(part + first, rows + first * (STEPS + 1), &paths, first,
                     first + n > N ? N - first : n, &working);
      assert_memory_equal(whole, part, sizeof whole);
      bt_paths_prices(prices, &paths, whole, N);
      for (size_t i = 0; i < N; i++) assert_true(prices[i] == rows[(i + 1) * (STEPS + 1) - 1]);
    }
}

/* No volatility, or no time: one price, exactly. */
static void certain_paths_have_a_certain_price(void **state)
{
  (void)state;
  for (int kind = 0; kind < BT_MODEL_COUNT; kind++) {
    bt_path_job job = job_of((bt_model_kind)kind, 10);
    double *p = job.model.param;
    p[BT_PARAM_VOL] = p[BT_PARAM_V0] = p[BT_PARAM_THETA] = p[BT_PARAM_OMEGA] = 0;
    p[BT_PARAM_JUMP_INTENSITY] = 0;
    const found f = simulate(&job, 2000);
    assert_true(f.price.lowest == f.price.highest && bt_shape_std_error(&f.price) == 0);
    assert_true(fabs(f.price.mean / bt_exact_of(&job).mean - 1) < 1e-14);
    if (kind == BT_MODEL_GARCH) continue;
    job = job_of((bt_model_kind)kind, 10);
    job.expiry = 0;
    const found now = simulate(&job, 2000);
    assert_true(now.price.mean == 100 && now.price.lowest == 100 && now.price.highest == 100);
    assert_true(bt_exact_of(&job).mean == 100 && bt_exact_of(&job).std == 0);
  }
}

static void expect_refused(const bt_path_job *job, const char *part)
{
  bt_error err;
  bt_paths paths;
  bt_path_job settled = *job;
  bt_status status = bt_model_settle(&settled.model, &err);
  if (!status) status = bt_paths_init(&paths, &settled, &err);
  assert_int_equal(status, BT_ERR_USAGE);
  if (!strstr(err.message, part)) fail_msg("%s is not in: %s", part, err.message);
}

static void what_no_path_can_have_is_refused(void **state)
{
  (void)state;
  bt_path_job job = job_of(BT_MODEL_GBM, 1);
  job.spot = 0;
  expect_refused(&job, "--spot 0: must be from 1e-09 to 1e+12");
  job.spot = (double)NAN;
  expect_refused(&job, "--spot nan: must be");
  job = job_of(BT_MODEL_GBM, 0);
  expect_refused(&job, "--steps 0: must be from 1 to 1000000");
  job = job_of(BT_MODEL_GBM, 1);
  job.expiry = -1;
  expect_refused(&job, "--expiry -1: must be from 0 to 1000 years");
  job.expiry = 100;
  job.model.param[BT_PARAM_DRIFT] = 3;
  expect_refused(&job, "--drift 3: over 100 years the expected price would change");
  job = job_of(BT_MODEL_GBM, 1);
  job.expiry = 400;
  job.model.param[BT_PARAM_VOL] = 2;
  expect_refused(&job, "--vol 2: over 400 years the log price would have");
  job = job_of(BT_MODEL_GBM, 1);
  job.model.param[BT_PARAM_VOL] = -0.1;
  expect_refused(&job, "--vol -0.1: must be a number from 0 to 10");
  job = job_of(BT_MODEL_MERTON, 10);
  job.model.param[BT_PARAM_JUMP_INTENSITY] = 100;
  job.model.param[BT_PARAM_JUMP_VOL] = 5;
  expect_refused(&job, "--model merton: with these parameters the log price would have a standard");
  job = job_of(BT_MODEL_HESTON, 10);
  job.model.param[BT_PARAM_VOL_OF_VOL] = 100;
  job.model.param[BT_PARAM_KAPPA] = 0;
  job.expiry = 100;
  expect_refused(&job, "--model heston: with these parameters the log price would have a standard");
  job.model.param[BT_PARAM_KAPPA] = 1e-5;
  expect_refused(&job, "--model heston: with these parameters the log price would have a standard");
  job = job_of(BT_MODEL_GARCH, 1000);
  job.model.param[BT_PARAM_OMEGA] = 1;
  expect_refused(&job, "--model garch: with these parameters the log price would have a standard");
  job = job_of(BT_MODEL_HESTON, 1);
  job.model.param[BT_PARAM_RHO] = 1.01;
  expect_refused(&job, "--rho 1.01: must be a number from -1 to 1");
  job = job_of(BT_MODEL_HESTON, 1);
  job.model.param[BT_PARAM_VOL_OF_VOL] = 1e-9;
  expect_refused(&job, "--vol-of-vol 1e-09: must be 0, or at least 1e-06");
  job = job_of(BT_MODEL_GARCH, 1);
  job.model.param[BT_PARAM_BETA] = 0.92;
  expect_refused(&job, "--alpha and --beta: their sum is 1 and must be below 1");
  job = job_of(BT_MODEL_GARCH, 1);
  job.antithetic = true;
  expect_refused(&job, "--antithetic: is for --model gbm, not for garch");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gbm_has_its_moments),
      cmocka_unit_test(gbm_closed_forms_are_those_of_the_log_normal),
      cmocka_unit_test(price_moments_keep_their_digits_where_the_variance_is_small),
      cmocka_unit_test(a_path_is_the_sum_of_its_normal_numbers),
      cmocka_unit_test(antithetic_paths_mirror_each_other),
      cmocka_unit_test(merton_has_its_moments),
      cmocka_unit_test(merton_without_jumps_is_gbm),
      cmocka_unit_test(merton_takes_many_jumps_a_step_and_no_more),
      cmocka_unit_test(garch_has_its_moments),
      cmocka_unit_test(garch_days_have_heavy_tails),
      cmocka_unit_test(a_path_depends_on_its_number_alone),
      cmocka_unit_test(certain_paths_have_a_certain_price),
      cmocka_unit_test(what_no_path_can_have_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
