/* Samples in blocks: against sums in long doubles, and whatever the blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/montecarlo/sample.h"
#include "core/random/streams.h"

enum { N = 3001 };

/* y and a control that goes with it, far from 0. */
static void draw(double *y, double *x, double far)
{
  for (size_t i = 0; i < N; i++) {
    double u = bt_random_normal(5, 1, i), v = bt_random_normal(5, 2, i);
    x[i] = far + u;
    y[i] = far + 0.8 * u + 0.6 * v;
  }
}

static long double mean_of(const double *x, size_t n)
{
  long double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (long double)x[i];
  return sum / n;
}

static long double products_of(const double *y, const double *x, size_t n)
{
  long double mean_y = mean_of(y, n), mean_x = mean_of(x, n), sum = 0;
  for (size_t i = 0; i < n; i++) sum += ((long double)y[i] - mean_y) * ((long double)x[i] - mean_x);
  return sum;
}

static void assert_close(double got, long double expected, double relative)
{
  if (fabsl((long double)got - expected) > (long double)relative * fabsl(expected))
    fail_msg("%.17g, not %.17Lg", got, expected);
}

/* In blocks of `step`. */
static bt_pair_sample pairs_in_steps(const double *y, const double *x, size_t step)
{
  bt_pair_sample sample = {0};
  for (size_t i = 0; i < N; i += step)
    bt_pair_sample_add(&sample, y + i, x + i, N - i < step ? N - i : step);
  return sample;
}

static void sums_are_those_of_long_doubles(void **state)
{
  (void)state;
  static double y[N], x[N];
  const size_t steps[] = {1, 7, 8, 9, 64, 1000, N};
  for (int big = 0; big < 2; big++) {
    draw(y, x, big ? 1e8 : 1);
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
      bt_pair_sample sample = pairs_in_steps(y, x, steps[k]);
      double exact = big ? 1e-7 : 1e-12;
      assert_true(sample.y.n == N && sample.x.n == N);
      assert_close(sample.y.mean, mean_of(y, N), 1e-14);
      assert_close(sample.x.squares, products_of(x, x, N), exact);
      assert_close(sample.y.squares, products_of(y, y, N), exact);
      assert_close(sample.products, products_of(y, x, N), exact);
    }
  }
}

static void a_single_sample_is_the_pair_without_its_control(void **state)
{
  (void)state;
  static double y[N], x[N];
  bt_sample sample = {0};
  draw(y, x, 3);
  bt_sample_add(&sample, y, N);
  bt_pair_sample pairs = pairs_in_steps(y, x, N);
  assert_memory_equal(&sample, &pairs.y, sizeof sample);
  double expected = sqrt((double)products_of(y, y, N) / (N - 1) / N);
  assert_close(bt_sample_std_error(&sample), (long double)expected, 1e-12);
}

static void an_empty_sample_changes_nothing(void **state)
{
  (void)state;
  const double two[] = {1, 3};
  bt_sample sample = {0}, none = {0};
  assert_true(isnan(bt_sample_std_error(&none)));
  bt_sample_add(&sample, two, 1);
  assert_true(isnan(bt_sample_std_error(&sample)));
  bt_sample_join(&sample, &none);
  bt_sample_add(&sample, two, 0);
  assert_true(sample.n == 1 && sample.mean == 1 && sample.squares == 0);
  bt_sample_add(&sample, two + 1, 1);
  assert_true(sample.n == 2 && sample.mean == 2 && sample.squares == 2);
  assert_true(bt_sample_std_error(&sample) == 1);
  bt_sample_join(&none, &sample);
  assert_memory_equal(&none, &sample, sizeof none);
}

/* corr 0.8: the variance that is left is 0.36 of it. */
static void a_control_takes_its_share_of_the_error(void **state)
{
  (void)state;
  static double y[N], x[N];
  draw(y, x, 2);
  bt_pair_sample sample = pairs_in_steps(y, x, 64);
  bt_controlled with = bt_pair_sample_control(&sample, 2);
  double plain = bt_sample_std_error(&sample.y), r = with.correlation;
  assert_close(with.beta, products_of(y, x, N) / products_of(x, x, N), 1e-12);
  double left = plain * sqrt((1 - r * r) * (N - 1) / (N - 2));
  assert_close(with.std_error, (long double)left, 1e-10);
  assert_true(fabs(with.mean - 2) < 4 * with.std_error);
  assert_true(fabs(r - 0.8) < 4 * 0.36 / sqrt(N));
}

static void a_control_that_does_not_vary_is_left_out(void **state)
{
  (void)state;
  const double y[] = {1, 2, 4}, x[] = {5, 5, 5};
  bt_pair_sample sample = {0};
  bt_pair_sample_add(&sample, y, x, 3);
  bt_controlled with = bt_pair_sample_control(&sample, 7);
  assert_true(with.beta == 0 && with.mean == sample.y.mean);
  assert_true(with.std_error == bt_sample_std_error(&sample.y));
}

static void a_perfect_control_leaves_no_error(void **state)
{
  (void)state;
  const double y[] = {2, 4, 8, 6}, x[] = {1, 2, 4, 3};
  bt_pair_sample sample = {0};
  bt_pair_sample_add(&sample, y, x, 4);
  bt_controlled with = bt_pair_sample_control(&sample, 10);
  assert_true(with.beta == 2 && with.mean == 20 && with.std_error == 0 && with.correlation == 1);
}

/* Among 10,000 numbers k ones: the skewness of their mean is that of the binomial distribution. */
static void the_skewness_of_a_mean_is_that_of_its_distribution(void **state)
{
  (void)state;
  enum { MANY = 10000 };
  static double x[MANY];
  for (size_t k = 1; k <= 2500; k *= 7) {
    const double p = (double)k / MANY, exact = (1 - 2 * p) / sqrt(MANY * p * (1 - p));
    for (size_t i = 0; i < MANY; i++) x[i] = i % (MANY / k) == 0 && i / (MANY / k) < k;
    for (size_t step = 1; step <= MANY; step *= 10) {
      bt_skew_sample sample = {{0}, 0};
      for (size_t i = 0; i < MANY; i += step) bt_skew_sample_add(&sample, x + i, step);
      assert_close(sample.sample.mean, p, 1e-12);
      assert_close(sample.sample.squares, MANY * p * (1 - p), 1e-11);
      assert_close(bt_skew_sample_of_mean(&sample), exact, 1e-9);
    }
  }
}

/* How often intervals end below what is in them, and begin above it. */
typedef struct misses {
  double below, above;
} misses;

static void count_misses(misses *m, bt_interval interval, double exact)
{
  m->below += interval.high < exact;
  m->above += interval.low > exact;
}

/* Means of 60 exponential numbers, which are 1: plain intervals miss on one side alone. */
static void skewed_intervals_miss_on_both_sides(void **state)
{
  (void)state;
  enum { TRIALS = 20000, EACH = 60 };
  const double reach = 1.959963984540054;
  const bt_stream stream = {5, 77};
  misses plain = {0}, skewed = {0};
  for (size_t trial = 0; trial < TRIALS; trial++) {
    double x[EACH];
    bt_skew_sample sample = {{0}, 0};
    bt_stream_uniforms(x, &stream, 0, trial * EACH, EACH);
    for (size_t i = 0; i < EACH; i++) x[i] = -log(x[i]);
    bt_skew_sample_add(&sample, x, EACH);
    const double mean = sample.sample.mean, to = reach * bt_sample_std_error(&sample.sample);
    count_misses(&plain, (bt_interval){mean - to, mean + to}, 1);
    count_misses(&skewed, bt_skew_sample_interval(&sample, reach), 1);
  }
  const double apart = fabs(skewed.below - skewed.above), before = plain.below - plain.above;
  const double error = sqrt(skewed.below + skewed.above);
  if (!(before > 20 * error && apart < before / 4))
    fail_msg("plain %g and %g, skewed %g and %g", plain.below, plain.above, skewed.below,
             skewed.above);
  assert_true(skewed.below + skewed.above + 4 * error < plain.below + plain.above);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_are_those_of_long_doubles),
      cmocka_unit_test(a_single_sample_is_the_pair_without_its_control),
      cmocka_unit_test(an_empty_sample_changes_nothing),
      cmocka_unit_test(a_control_takes_its_share_of_the_error),
      cmocka_unit_test(a_control_that_does_not_vary_is_left_out),
      cmocka_unit_test(the_skewness_of_a_mean_is_that_of_its_distribution),
      cmocka_unit_test(skewed_intervals_miss_on_both_sides),
      cmocka_unit_test(a_perfect_control_leaves_no_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
