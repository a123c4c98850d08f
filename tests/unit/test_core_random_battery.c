/* A battery of statistical tests, on draws in the order of each of their coordinates, and on bad
 * generators, of which each test must reject one. Source of the tests: Knuth, The Art of Computer
 * Programming, volume 2 (1997), section 3.3.2; birthday spacings: Marsaglia, and Knuth 3.3.2 J. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/random/normal.h"
#include "core/random/streams.h"

enum { N = 1 << 18 };

/* Every test gives a score that is standard normal for independent uniform numbers: of a p-value
 * its quantile. Four is a two-sided p-value of 6e-5. */
static const double most = 4;

/* ---- the tests ------------------------------------------------------------------------------ */

/* The score of a chi-square statistic. Wilson and Hilferty 1931. */
static double score_of_chi_square(const double *counts, const double *expected, size_t n_cells)
{
  double statistic = 0, shrink = 2.0 / (9.0 * (double)(n_cells - 1));
  for (size_t k = 0; k < n_cells; k++)
    statistic += (counts[k] - expected[k]) * (counts[k] - expected[k]) / expected[k];
  return (cbrt(statistic / (double)(n_cells - 1)) - (1 - shrink)) / sqrt(shrink);
}

static double score_of_even_cells(const double *counts, double n, size_t n_cells)
{
  static double expected[4096];
  for (size_t k = 0; k < n_cells; k++) expected[k] = n / (double)n_cells;
  return score_of_chi_square(counts, expected, n_cells);
}

/* Groups of n_group numbers, each cut into n_cuts: cells of a cube. */
static double serial(const double *u, size_t n_group, size_t n_cuts, size_t n_cells)
{
  static double counts[4096];
  memset(counts, 0, sizeof counts);
  for (size_t i = 0; i + n_group <= N; i += n_group) {
    size_t cell = 0;
    for (size_t k = 0; k < n_group; k++) cell = cell * n_cuts + (size_t)(u[i + k] * (double)n_cuts);
    counts[cell]++;
  }
  return score_of_even_cells(counts, (double)(N / n_group), n_cells);
}

static double frequency(const double *u)
{
  return serial(u, 1, 256, 256);
}

static double pairs(const double *u)
{
  return serial(u, 2, 64, 4096);
}

static double triples(const double *u)
{
  return serial(u, 3, 16, 4096);
}

/* Runs up; the number that ends one is left out, so that lengths are independent. */
static double runs_up(const double *u)
{
  enum { LONGEST = 6 };
  double counts[LONGEST] = {0}, expected[LONGEST], n_runs = 0, factorial = 1;
  for (size_t i = 0; i + 1 < N;) {
    size_t length = 1;
    while (i + length < N && u[i + length] > u[i + length - 1]) length++;
    if (i + length >= N) break; /* cut off by the end */
    counts[length < LONGEST ? length - 1 : LONGEST - 1]++;
    n_runs++;
    i += length + 1;
  }
  for (size_t k = 0; k < LONGEST; k++) { /* 1 / k! - 1 / (k + 1)! with k from 1; the rest 1 / k! */
    double length = (double)(k + 1);
    expected[k] = n_runs / factorial;
    if (length < LONGEST) expected[k] *= length / (length + 1);
    factorial *= length + 1;
  }
  return score_of_chi_square(counts, expected, LONGEST);
}

/* Above and below one half. Wald and Wolfowitz 1940, for halves that are known. */
static double runs_about_the_middle(const double *u)
{
  double n_changes = 0;
  for (size_t i = 1; i < N; i++) n_changes += (u[i] < 0.5) != (u[i - 1] < 0.5);
  return (n_changes - (N - 1) / 2.0) / sqrt((N - 1) / 4.0);
}

/* Between numbers below one tenth. */
static double gaps(const double *u)
{
  enum { LONGEST = 40 };
  const double share = 0.1;
  double counts[LONGEST + 1] = {0}, expected[LONGEST + 1], n_gaps = 0;
  size_t length = 0;
  for (size_t i = 0; i < N; i++, length++) {
    if (u[i] >= share) continue;
    counts[length < LONGEST ? length : LONGEST]++;
    n_gaps++;
    length = SIZE_MAX; /* 0 with the next number */
  }
  for (size_t k = 0; k <= LONGEST; k++)
    expected[k] = n_gaps * pow(1 - share, (double)k) * (k < LONGEST ? share : 1);
  return score_of_chi_square(counts, expected, LONGEST + 1);
}

/* How many of five digits to the base of 8 are different: 8 x 7 x ... x S(5, k) / 8^5, with
 * Stirling's numbers 1, 15, 25, 10, 1. One and two are taken together. */
static double poker(const double *u)
{
  static const double shares[4] = {848 / 32768.0, 8400 / 32768.0, 16800 / 32768.0, 6720 / 32768.0};
  double counts[4] = {0}, expected[4];
  for (size_t i = 0; i + 5 <= N; i += 5) {
    unsigned seen = 0, n_different = 0;
    for (size_t k = 0; k < 5; k++) seen |= 1u << (unsigned)(u[i + k] * 8);
    for (; seen; seen &= seen - 1) n_different++;
    counts[n_different < 2 ? 0 : n_different - 2]++;
  }
  for (size_t k = 0; k < 4; k++) expected[k] = shares[k] * (double)(N / 5);
  return score_of_chi_square(counts, expected, 4);
}

/* The largest of five, to the fifth power, is uniform. */
static double largest_of_five(const double *u)
{
  double counts[128] = {0};
  for (size_t i = 0; i + 5 <= N; i += 5) {
    double largest = 0;
    for (size_t k = 0; k < 5; k++) largest = fmax(largest, u[i + k]);
    counts[(size_t)(pow(largest, 5) * 128)]++;
  }
  return score_of_even_cells(counts, (double)(N / 5), 128);
}

static int compare_days(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* 4096 birthdays in a year of 2^32 days: spacings that repeat are Poisson with mean 4. */
static double birthday_spacings(const double *u)
{
  enum { BIRTHDAYS = 4096, ROUNDS = N / BIRTHDAYS };
  static uint64_t days[BIRTHDAYS];
  double n_repeated = 0;
  for (size_t round = 0; round < ROUNDS; round++) {
    for (size_t i = 0; i < BIRTHDAYS; i++)
      days[i] = (uint64_t)(u[round * BIRTHDAYS + i] * 4294967296.0);
    qsort(days, BIRTHDAYS, sizeof *days, compare_days);
    for (size_t i = BIRTHDAYS - 1; i > 0; i--) days[i] -= days[i - 1];
    qsort(days, BIRTHDAYS, sizeof *days, compare_days);
    for (size_t i = 1; i < BIRTHDAYS; i++) n_repeated += days[i] == days[i - 1];
  }
  return (n_repeated - 4 * ROUNDS) / sqrt(4 * ROUNDS);
}

static const struct {
  const char *name;
  double (*score)(const double *u);
} battery[] = {
    {"frequency", frequency},
    {"pairs", pairs},
    {"triples", triples},
    {"runs up", runs_up},
    {"runs about the middle", runs_about_the_middle},
    {"gaps", gaps},
    {"poker", poker},
    {"largest of five", largest_of_five},
    {"birthday spacings", birthday_spacings},
};
enum { N_TESTS = sizeof battery / sizeof *battery };

/* ---- good numbers --------------------------------------------------------------------------- */

static void along_paths(double *u, uint64_t seed)
{
  const bt_stream stream = {seed, 3};
  bt_stream_uniforms(u, &stream, 7, 1, N);
}

static void along_dimensions(double *u, uint64_t seed)
{
  const bt_stream stream = {seed, 0};
  for (uint32_t d = 0; d < N; d++) bt_stream_uniforms(u + d, &stream, d, 12345, 1);
}

static void along_streams(double *u, uint64_t seed)
{
  for (uint32_t k = 0; k < N; k++) {
    const bt_stream stream = {seed, k};
    bt_stream_uniforms(u + k, &stream, 0, 0, 1);
  }
}

static void along_seeds(double *u, uint64_t seed)
{
  for (uint64_t k = 0; k < N; k++) {
    const bt_stream stream = {seed + k, 0};
    bt_stream_uniforms(u + k, &stream, 0, 0, 1);
  }
}

/* Path by path over 64 dimensions, as a simulation uses them. */
static void along_steps(double *u, uint64_t seed)
{
  enum { STEPS = 64, PATHS = N / STEPS };
  static double row[PATHS];
  const bt_stream stream = {seed, 1};
  for (uint32_t d = 0; d < STEPS; d++) {
    bt_stream_uniforms(row, &stream, d, 0, PATHS);
    for (size_t i = 0; i < PATHS; i++) u[i * STEPS + d] = row[i];
  }
}

static void of_the_lower_bits(double *u, uint64_t seed)
{
  static uint64_t bits[N];
  const bt_stream stream = {seed, 9};
  bt_stream_bits(bits, &stream, 0, 0, N);
  for (size_t i = 0; i < N; i++) u[i] = ((double)(uint32_t)bits[i] + 0.5) * 0x1p-32;
}

static void of_normals(double *u, uint64_t seed)
{
  const bt_stream stream = {seed, 2};
  bt_stream_normals(u, &stream, 0, 0, N);
  for (size_t i = 0; i < N; i++) u[i] = bt_normal_cdf(u[i]);
}

static void one_by_one(double *u, uint64_t seed)
{
  for (uint64_t i = 0; i < N; i++) u[i] = bt_random_uniform(seed, 5, i);
}

static const struct {
  const char *name;
  void (*draw)(double *u, uint64_t seed);
} sources[] = {
    {"paths", along_paths},  {"dimensions", along_dimensions}, {"streams", along_streams},
    {"seeds", along_seeds},  {"steps", along_steps},           {"lower bits", of_the_lower_bits},
    {"normals", of_normals}, {"one by one", one_by_one},
};

static void check_source(size_t s, uint64_t seed)
{
  static double u[N];
  sources[s].draw(u, seed);
  for (size_t t = 0; t < N_TESTS; t++) {
    double score = battery[t].score(u);
    if (!(fabs(score) < most))
      fail_msg("%s: %s has the score %.2f", sources[s].name, battery[t].name, score);
  }
}

static void draws_pass_the_battery(void **state)
{
  (void)state;
  for (size_t s = 0; s < sizeof sources / sizeof *sources; s++) {
    check_source(s, 1);
    check_source(s, UINT64_C(0x9e3779b97f4a7c15));
  }
}

/* ---- bad numbers ---------------------------------------------------------------------------- */

/* x := 65539 x mod 2^31, RANDU. */
static void by_randu(double *u)
{
  uint32_t x = 1;
  for (size_t i = 0; i < N; i++) {
    x = x * 65539u & 0x7fffffffu;
    u[i] = (x + 0.5) * 0x1p-31;
  }
}

/* x := 25173 x + 13849 mod 2^16: each number once in 65536. */
static void by_a_small_generator(double *u)
{
  uint32_t x = 1;
  for (size_t i = 0; i < N; i++) {
    x = (x * 25173u + 13849u) & 0xffffu;
    u[i] = (x + 0.5) * 0x1p-16;
  }
}

/* Good numbers, of which one in twenty is the one before with a little added. */
static void by_a_sticky_generator(double *u)
{
  along_paths(u, 6);
  for (size_t i = 1; i < N; i++)
    if (i % 20 == 3) u[i] = fmod(u[i - 1] + 0x1p-20, 1);
}

static void each_test_rejects_a_bad_generator(void **state)
{
  (void)state;
  static double u[N];
  static void (*const bad[])(double *u) = {by_randu, by_a_small_generator, by_a_sticky_generator};
  double worst[N_TESTS] = {0};
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    double worst_of_generator = 0;
    bad[k](u);
    for (size_t t = 0; t < N_TESTS; t++) {
      double score = fabs(battery[t].score(u));
      worst[t] = fmax(worst[t], score);
      worst_of_generator = fmax(worst_of_generator, score);
    }
    assert_true(worst_of_generator > 2 * most);
  }
  for (size_t t = 0; t < N_TESTS; t++)
    if (!(worst[t] > most)) fail_msg("%s rejects none: %.2f", battery[t].name, worst[t]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(draws_pass_the_battery),
      cmocka_unit_test(each_test_rejects_a_bad_generator),
  };
  return cmocka_run_group_tests_name("core/random battery", tests, NULL, NULL);
}
