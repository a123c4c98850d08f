/* Normal draws: moments, tails and correlations, each within four standard errors at fixed seeds.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/random/normal.h"
#include "core/random/streams.h"

enum { N = 1 << 20 };

static const double n_errors = 4; /* standard errors */

/* A series of draws: n paths of a dimension. */
typedef struct series {
  bt_stream stream;
  uint32_t dimension;
  uint64_t first;
} series;

static const double *draw(double *out, const series *of)
{
  bt_stream_normals(out, &of->stream, of->dimension, of->first, N);
  return out;
}

static void check_mean(double sum, double variance, double expected, const char *what)
{
  double z = (sum / N - expected) / sqrt(variance / N);
  if (!(fabs(z) < n_errors)) fail_msg("%s is %.2f standard errors off", what, z);
}

static const series sample[] = {
    {{1, 0}, 0, 0},
    {{2, 5}, 251, 1000001},
    {{UINT64_MAX, UINT32_MAX}, UINT32_MAX, UINT64_C(1) << 40},
};
enum { N_SAMPLE = sizeof sample / sizeof *sample };

static void moments_to_the_fourth_are_those_of_a_normal(void **state)
{
  (void)state;
  static double z[N];
  static const double moments[5] = {1, 0, 1, 0, 3}, variances[5] = {0, 1, 2, 15, 96};
  for (size_t k = 0; k < N_SAMPLE; k++) {
    double sums[5] = {0};
    draw(z, &sample[k]);
    for (size_t i = 0; i < N; i++) {
      double power = 1;
      for (size_t m = 1; m <= 4; m++) sums[m] += power *= z[i];
    }
    for (size_t m = 1; m <= 4; m++) check_mean(sums[m], variances[m], moments[m], "a moment");
  }
}

/* How many lie beyond: binomial. */
static void check_count(size_t count, size_t n, double p, double sigma)
{
  double expected = (double)n * p, deviation = sqrt(expected * (1 - p));
  if (!(fabs((double)count - expected) < n_errors * deviation))
    fail_msg("beyond %g: %zu, expected %.1f +- %.1f", sigma, count, expected, deviation);
}

static size_t count_below(const double *z, double limit)
{
  size_t n = 0;
  for (size_t i = 0; i < N; i++) n += z[i] < limit;
  return n;
}

static void tails_to_4_sigma_have_their_share(void **state)
{
  (void)state;
  static double z[N];
  for (size_t k = 0; k < N_SAMPLE; k++) {
    draw(z, &sample[k]);
    for (int half = -8; half <= 8; half++)
      check_count(count_below(z, half / 2.0), N, bt_normal_cdf(half / 2.0), half / 2.0);
  }
}

/* Beyond 4 sigma draws are rare. Uniform numbers within a tail are as good there as draws that
 * happened to fall into it: of those beyond `sigma` half a sigma further out lies its share. */
static void check_conditional_tail(double sigma, double further)
{
  static double p[N], z[N];
  const bt_stream stream = {11, 4};
  double within = bt_normal_cdf(-sigma), share = bt_normal_cdf(-further) / within;
  bt_stream_uniforms(p, &stream, 0, 0, N);
  for (size_t i = 0; i < N; i++) p[i] *= within;
  bt_normal_quantiles(z, p, N);
  for (size_t i = 0; i < N; i++) assert_true(z[i] <= -sigma * (1 - 1e-15));
  check_count(count_below(z, -further), N, share, further);
}

static void tails_to_8_sigma_have_their_share_of_the_tail_before(void **state)
{
  (void)state;
  for (int half = 6; half < 16; half++) check_conditional_tail(half / 2.0, (half + 1) / 2.0);
  check_conditional_tail(5, 6);
}

/* The first and last uniform numbers that there are. */
static void the_outermost_draws_are_finite(void **state)
{
  (void)state;
  double p[2] = {0x1p-53, 1 - 0x1p-53}, z[2];
  bt_normal_quantiles(z, p, 2);
  assert_true(fabs(z[0] + 8.2095361516013868) < 1e-14);
  assert_true(z[1] == -z[0]);
}

/* ---- correlations --------------------------------------------------------------------------- */

/* Draws and their squares. */
static void check_uncorrelated(const double *a, const double *b, size_t n, const char *what)
{
  double products = 0, of_squares = 0;
  for (size_t i = 0; i < n; i++) {
    products += a[i] * b[i];
    of_squares += (a[i] * a[i] - 1) * (b[i] * b[i] - 1);
  }
  double z = products / sqrt((double)n), z_squares = of_squares / sqrt(4 * (double)n);
  if (!(fabs(z) < n_errors)) fail_msg("%s: correlation of %.2f standard errors", what, z);
  if (!(fabs(z_squares) < n_errors)) fail_msg("%s: of squares %.2f", what, z_squares);
}

static void neighbours_in_seed_stream_and_dimension_are_not_correlated(void **state)
{
  (void)state;
  static double here[N], there[N];
  static const series from = {{3, 1}, 10, 0};
  static const struct {
    const char *what;
    series other;
  } pairs[] = {
      {"seeds", {{4, 1}, 10, 0}},
      {"upper halves of the seed", {{3 + (UINT64_C(1) << 32), 1}, 10, 0}},
      {"streams", {{3, 2}, 10, 0}},
      {"dimensions", {{3, 1}, 11, 0}},
      {"dimension and stream changed over", {{3, 10}, 1, 0}},
      {"the next million of paths", {{3, 1}, 10, N}},
      {"upper halves of the path", {{3, 1}, 10, UINT64_C(1) << 33}},
  };
  draw(here, &from);
  for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
    check_uncorrelated(here, draw(there, &pairs[k].other), N, pairs[k].what);
}

static void neighbouring_paths_are_not_correlated(void **state)
{
  (void)state;
  static double z[N];
  for (size_t k = 0; k < N_SAMPLE; k++) {
    draw(z, &sample[k]);
    for (size_t lag = 1; lag <= 17; lag++) check_uncorrelated(z, z + lag, N - lag, "paths");
  }
}

/* The correlation check can fail: one part in a hundred of another series is seen. */
static void a_correlation_of_one_hundredth_would_be_seen(void **state)
{
  (void)state;
  static double here[N], there[N];
  double products = 0;
  draw(here, &sample[0]);
  draw(there, &sample[1]);
  for (size_t i = 0; i < N; i++) products += here[i] * (there[i] + 0.01 * here[i]);
  assert_true(fabs(products / sqrt((double)N)) > n_errors);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_to_the_fourth_are_those_of_a_normal),
      cmocka_unit_test(tails_to_4_sigma_have_their_share),
      cmocka_unit_test(tails_to_8_sigma_have_their_share_of_the_tail_before),
      cmocka_unit_test(the_outermost_draws_are_finite),
      cmocka_unit_test(neighbours_in_seed_stream_and_dimension_are_not_correlated),
      cmocka_unit_test(neighbouring_paths_are_not_correlated),
      cmocka_unit_test(a_correlation_of_one_hundredth_would_be_seen),
  };
  return cmocka_run_group_tests_name("core/random moments", tests, NULL, NULL);
}
