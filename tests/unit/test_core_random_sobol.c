#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/montecarlo/sample.h"
#include "core/random/sobol.h"
#include "core/random/streams.h"
#include "tests/support/csv_table.h"

static const double half_digit = 0x1p-53;

static bt_sobol all_dimensions(void)
{
  bt_sobol sobol;
  bt_error err;
  assert_int_equal(bt_sobol_init(&sobol, BT_SOBOL_DIMENSIONS, &err), BT_OK);
  return sobol;
}

static double point_of(const bt_sobol *sobol, size_t dimension, uint64_t shift, uint64_t point)
{
  double x;
  bt_sobol_points(&x, sobol, dimension, shift, point, 1);
  return x;
}

/* ---- values --------------------------------------------------------------------------------- */

/* Their point i is in the order of the Gray code, and has no half digit. */
static void points_are_those_of_the_reference_data(void **state)
{
  (void)state;
  csv_table table;
  size_t n_checked = 0;
  bt_sobol sobol = all_dimensions();
  if (!csv_table_read(&table, "reference/quant/rng_known_answers.csv")) {
    bt_sobol_clear(&sobol);
    skip();
  }
  for (size_t row = 0; row < table.n_rows; row++) {
    unsigned long theirs;
    if (strncmp(csv_text(&table, row, "generator"), "Sobol", 5) != 0) continue;
    assert_int_equal(sscanf(csv_text(&table, row, "input"), "point %lu dims 1..10", &theirs), 1);
    const char *text = csv_text(&table, row, "output");
    for (size_t d = 0; d < 10; d++, n_checked++) {
      char *end;
      double expected = strtod(text, &end);
      assert_true(end != text);
      text = end;
      assert_true(point_of(&sobol, d, 0, theirs ^ (theirs >> 1)) == expected + half_digit);
    }
  }
  assert_int_equal(n_checked, 80);
  csv_table_free(&table);
  bt_sobol_clear(&sobol);
}

/* By scipy 1.17, stats.qmc.Sobol(512, scramble=False, bits=52), the index turned from its Gray code
 * into the natural order. */
static const struct {
  size_t dimension;
  uint64_t point;
  double value;
} by_scipy[] = {
    {10, 7, 0x1.8p-2},       {10, 1723, 0x1.158p-2},  {11, 86, 0x1.5cp-1},
    {11, 4096, 0x1.38ap-2},  {50, 1723, 0x1.d3p-3},   {50, 4096, 0x1.d6ep-2},
    {99, 86, 0x1.c4p-1},     {99, 4096, 0x1.96fp-1},  {100, 1723, 0x1.37cp-1},
    {255, 1723, 0x1.61p-3},  {255, 4096, 0x1.9fcp-3}, {256, 1723, 0x1.0d8p-2},
    {256, 4096, 0x1.765p-1}, {400, 1723, 0x1.cf8p-2}, {400, 4096, 0x1.2adp-1},
    {511, 7, 0x1.cp-1},      {511, 1723, 0x1.64p-5},  {511, 4096, 0x1.091p-1},
};

static void points_are_those_of_scipy_in_high_dimensions(void **state)
{
  (void)state;
  bt_sobol sobol = all_dimensions();
  for (size_t i = 0; i < sizeof by_scipy / sizeof *by_scipy; i++)
    assert_true(point_of(&sobol, by_scipy[i].dimension, 0, by_scipy[i].point) ==
                by_scipy[i].value + half_digit);
  bt_sobol_clear(&sobol);
}

/* Of the same object the direction numbers of the 41st and of the 52nd digit of an index. */
static const struct {
  size_t dimension;
  uint64_t column_40, column_51;
} deep[] = {
    {0, UINT64_C(0x800), UINT64_C(0x1)},
    {1, UINT64_C(0x8080000080800), UINT64_C(0xf000f000f000f)},
    {10, UINT64_C(0xa805816080800), UINT64_C(0xe2f8baddf081d)},
    {99, UINT64_C(0x5b5f88000d800), UINT64_C(0x9153d6cd08f77)},
    {256, UINT64_C(0x2675b3c67800), UINT64_C(0x5175bdb4d43b9)},
    {511, UINT64_C(0x98ba882530800), UINT64_C(0x2053342e2df1)},
};

static void direction_numbers_are_those_of_scipy_to_the_last_digit(void **state)
{
  (void)state;
  bt_sobol sobol = all_dimensions();
  for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) {
    const uint64_t *columns = sobol.columns + deep[i].dimension * BT_SOBOL_BITS;
    assert_true(columns[40] == deep[i].column_40);
    assert_true(columns[51] == deep[i].column_51);
    assert_true(point_of(&sobol, deep[i].dimension, 0, UINT64_C(1) << 51) ==
                (double)deep[i].column_51 * 0x1p-52 + half_digit);
  }
  bt_sobol_clear(&sobol);
}

/* ---- properties ----------------------------------------------------------------------------- */

enum { N_BITS = 10, N_POINTS = 1 << N_BITS };

/* Points first .. first + n - 1 of a dimension hit each of n intervals once. */
static void check_stratified(const double *points, size_t n)
{
  unsigned char hit[N_POINTS] = {0};
  for (size_t i = 0; i < n; i++) {
    assert_true(points[i] > 0 && points[i] < 1);
    size_t cell = (size_t)(points[i] * (double)n);
    assert_int_equal(hit[cell], 0);
    hit[cell] = 1;
  }
}

/* Blocks of 1, 2, 4, ... points, the first ones and later ones. */
static void check_dimension(const bt_sobol *sobol, size_t dimension, uint64_t shift)
{
  static double points[N_POINTS];
  for (size_t bits = 0; bits <= N_BITS; bits++) {
    size_t n = (size_t)1 << bits;
    bt_sobol_points(points, sobol, dimension, shift, 0, n);
    check_stratified(points, n);
    bt_sobol_points(points, sobol, dimension, shift, (uint64_t)n * 12345, n);
    check_stratified(points, n);
  }
}

static void blocks_of_points_hit_each_interval_once(void **state)
{
  (void)state;
  bt_sobol sobol = all_dimensions();
  const bt_stream stream = {5, 0};
  for (uint32_t d = 0; d < BT_SOBOL_DIMENSIONS; d++) {
    uint64_t shift;
    bt_stream_bits(&shift, &stream, d, 0, 1);
    check_dimension(&sobol, d, 0);
    check_dimension(&sobol, d, shift);
  }
  bt_sobol_clear(&sobol);
}

/* Joe and Kuo's numbers are a (t, s)-sequence; of dimensions 0 and 1 it is a (0, 2)-sequence: every
 * rectangle of area 1 / n has one of the first n points. */
static void the_first_two_dimensions_fill_every_elementary_rectangle(void **state)
{
  (void)state;
  bt_sobol sobol = all_dimensions();
  static double x[N_POINTS], y[N_POINTS];
  bt_sobol_points(x, &sobol, 0, 0, 0, N_POINTS);
  bt_sobol_points(y, &sobol, 1, 0, 0, N_POINTS);
  for (size_t bits = 0; bits <= N_BITS; bits++) {
    unsigned char hit[N_POINTS] = {0};
    size_t columns = (size_t)1 << bits, rows = N_POINTS / columns;
    for (size_t i = 0; i < N_POINTS; i++) {
      size_t cell = (size_t)(x[i] * (double)columns) * rows + (size_t)(y[i] * (double)rows);
      assert_int_equal(hit[cell], 0);
      hit[cell] = 1;
    }
  }
  bt_sobol_clear(&sobol);
}

static void a_shift_of_one_digit_moves_that_digit_alone(void **state)
{
  (void)state;
  bt_sobol sobol = all_dimensions();
  for (uint64_t point = 0; point < 50; point++) {
    double x = point_of(&sobol, 7, 0, point);
    assert_true(point_of(&sobol, 7, UINT64_C(1) << 51, point) == (x < 0.5 ? x + 0.5 : x - 0.5));
    /* what lies above the 52 digits does not count */
    assert_true(point_of(&sobol, 7, UINT64_C(0xfff) << 52, point) == x);
  }
  bt_sobol_clear(&sobol);
}

static void splits_give_the_same_points(void **state)
{
  (void)state;
  enum { N = 700 };
  static const size_t steps[] = {1, 2, 3, 5, 7, 13, 64, 100};
  const uint64_t first = (UINT64_C(1) << 40) + 61, shift = UINT64_C(0x9e3779b97f4a7);
  bt_sobol sobol = all_dimensions();
  double whole[N], parts[N];
  bt_sobol_points(whole, &sobol, 300, shift, first, N);
  for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
    for (size_t i = 0; i < N; i += steps[k]) {
      size_t n = steps[k] < N - i ? steps[k] : N - i;
      bt_sobol_points(parts + i, &sobol, 300, shift, first + i, n);
    }
    assert_memory_equal(whole, parts, sizeof whole);
  }
  bt_sobol_clear(&sobol);
}

static void shifted_points_are_never_0_or_1(void **state)
{
  (void)state;
  const uint64_t ones = (UINT64_C(1) << 52) - 1;
  bt_sobol sobol = all_dimensions();
  assert_true(point_of(&sobol, 0, 0, 0) == 0x1p-53);
  assert_true(point_of(&sobol, 0, ones, 0) == 1 - 0x1p-53);
  bt_sobol_clear(&sobol);
}

/* x y z over the unit cube is 1/8: shifts are unbiased, and their spread is the error. */
static void the_mean_over_shifts_is_unbiased(void **state)
{
  (void)state;
  enum { N_SHIFTS = 64, N = 256, N_DIMENSIONS = 3 };
  bt_sobol sobol = all_dimensions();
  double sum = 0, squares = 0;
  const bt_stream stream = {17, 3};
  for (size_t k = 0; k < N_SHIFTS; k++) {
    double x[N_DIMENSIONS][N], mean = 0;
    for (size_t d = 0; d < N_DIMENSIONS; d++) {
      uint64_t shift;
      bt_stream_bits(&shift, &stream, (uint32_t)d, k, 1);
      bt_sobol_points(x[d], &sobol, d, shift, 0, N);
    }
    for (size_t i = 0; i < N; i++) mean += x[0][i] * x[1][i] * x[2][i] / N;
    sum += mean;
    squares += mean * mean;
  }
  double mean = sum / N_SHIFTS;
  double std_error = sqrt((squares / N_SHIFTS - mean * mean) / (N_SHIFTS - 1));
  assert_true(fabs(mean - 0.125) < 4 * std_error);
  /* independent points: sqrt(1/27 - 1/64) / sqrt(256 x 64) */
  assert_true(std_error < 0.1 * 0.1463 / 128);
  bt_sobol_clear(&sobol);
}

/* ---- scrambles ------------------------------------------------------------------------------ */

static void scramble(bt_sobol *sobol, uint64_t replicate)
{
  const bt_stream stream = {17, 4};
  *sobol = all_dimensions();
  bt_sobol_scramble(sobol, &stream, replicate);
}

/* The first 2^8 points: one in each interval of every dimension, and of the first two one in each
 * rectangle of 2^-a by 2^-(8 - a). */
static void scrambled_points_are_as_even_as_the_others(void **state)
{
  (void)state;
  enum { BITS = 8, N = 1 << BITS };
  double x[2][N];
  bt_sobol sobol;
  scramble(&sobol, 5);
  for (size_t d = 0; d < BT_SOBOL_DIMENSIONS; d++) {
    bool hit[N] = {false};
    bt_sobol_points(x[0], &sobol, d, 0, 0, N);
    for (size_t i = 0; i < N; i++) hit[(size_t)(x[0][i] * N)] = true;
    for (size_t i = 0; i < N; i++) assert_true(hit[i]);
  }
  for (size_t d = 0; d < 2; d++) bt_sobol_points(x[d], &sobol, d, 0, 0, N);
  for (unsigned a = 0; a <= BITS; a++) {
    bool hit[N] = {false};
    for (size_t i = 0; i < N; i++)
      hit[((size_t)(x[0][i] * (1 << a)) << (BITS - a)) + (size_t)(x[1][i] * (N >> a))] = true;
    for (size_t i = 0; i < N; i++) assert_true(hit[i]);
  }
  bt_sobol_clear(&sobol);
}

static int by_size(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Places within their intervals of 1024 points: one for all with a shift alone. */
static void scrambled_points_lie_each_elsewhere_in_its_interval(void **state)
{
  (void)state;
  enum { N = 1024 };
  double x[N];
  bt_sobol sobol;
  scramble(&sobol, 1);
  for (size_t d = 0; d < BT_SOBOL_DIMENSIONS; d += 51) {
    bt_sobol_points(x, &sobol, d, 0x123456789, 0, N);
    for (size_t i = 0; i < N; i++) x[i] = x[i] * N - floor(x[i] * N);
    qsort(x, N, sizeof *x, by_size);
    for (size_t i = 1; i < N; i++) assert_true(x[i] > x[i - 1]);
  }
  bt_sobol_clear(&sobol);
}

/* The mean of x^2 over 1024 points: the variance is that of points that move independently of each
 * other, each in its interval: 1 / (9 N^3). With a shift alone they move as one: 1 / (12 N^2). */
static void scrambled_means_are_unbiased_and_vary_less(void **state)
{
  (void)state;
  enum { N = 1024, N_REPLICATES = 1024 };
  const bt_stream scrambles = {17, 4}, shifts = {17, 3};
  double sum = 0, squares = 0, x[N];
  for (size_t r = 0; r < N_REPLICATES; r++) {
    uint64_t shift;
    bt_sobol sobol;
    bt_error err;
    assert_int_equal(bt_sobol_init(&sobol, 1, &err), BT_OK);
    bt_sobol_scramble(&sobol, &scrambles, r);
    bt_stream_bits(&shift, &shifts, 0, r, 1);
    bt_sobol_points(x, &sobol, 0, shift, 0, N);
    double apart = -1.0 / 3;
    for (size_t i = 0; i < N; i++) apart += x[i] * x[i] / N;
    sum += apart;
    squares += apart * apart;
    bt_sobol_clear(&sobol);
  }
  const double expected = 1 / (3 * N * sqrt(N));
  assert_true(sqrt(squares / N_REPLICATES) < 2 * expected);
  assert_true(fabs(sum / N_REPLICATES) < 4 * expected / sqrt(N_REPLICATES));
}

static const bt_sobol_replicate replicate_usual = {
    .shifts = {17, 3}, .digits = {17, 5}, .index = 6, .depth = 10};

/* Their first ten digits are those of the shift alone, what is behind is random: of any two points
 * that are neighbours in the sequence, and of two replicates. */
static void random_points_stay_in_their_intervals(void **state)
{
  (void)state;
  enum { N = 1024 };
  double x[N], shifted[N], others[N];
  bt_sobol sobol = all_dimensions();
  for (size_t d = 0; d < BT_SOBOL_DIMENSIONS; d += 73) {
    bt_sobol_replicate other = replicate_usual;
    uint64_t shift;
    bt_sample within = {0};
    bt_stream_bits(&shift, &replicate_usual.shifts, (uint32_t)d, replicate_usual.index, 1);
    bt_sobol_points(shifted, &sobol, d, shift >> 12, 0, N);
    bt_sobol_random_points(x, &sobol, &replicate_usual, d, 0, N);
    other.digits.seed++;
    bt_sobol_random_points(others, &sobol, &other, d, 0, N);
    for (size_t i = 0; i < N; i++) {
      const double place = x[i] * N - floor(x[i] * N);
      assert_true(floor(x[i] * N) == floor(shifted[i] * N) && x[i] != others[i]);
      bt_sample_add(&within, &place, 1);
    }
    assert_true(fabs(within.mean - 0.5) < 4 * sqrt(1.0 / 12 / N));
    assert_true(fabs(within.squares / N - 1.0 / 12) < 4 * sqrt(1.0 / 180 / N));
  }
  bt_sobol_clear(&sobol);
}

static void random_points_are_the_same_in_any_parts(void **state)
{
  (void)state;
  enum { N = 700, FIRST = 61 };
  static const size_t steps[] = {1, 5, 64, 100};
  double whole[N], parts[N];
  bt_sobol sobol = all_dimensions();
  bt_sobol_random_points(whole, &sobol, &replicate_usual, 300, FIRST, N);
  for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
    for (size_t i = 0; i < N; i += steps[k]) {
      const size_t n = steps[k] < N - i ? steps[k] : N - i;
      bt_sobol_random_points(parts + i, &sobol, &replicate_usual, 300, FIRST + i, n);
    }
    assert_memory_equal(whole, parts, sizeof whole);
  }
  bt_sobol_clear(&sobol);
}

static void a_scramble_is_of_its_stream_and_replicate(void **state)
{
  (void)state;
  bt_sobol a, b, c;
  scramble(&a, 3);
  scramble(&b, 3);
  scramble(&c, 4);
  const size_t bytes = BT_SOBOL_DIMENSIONS * BT_SOBOL_BITS * sizeof *a.columns;
  assert_memory_equal(a.columns, b.columns, bytes);
  for (size_t d = 0; d < BT_SOBOL_DIMENSIONS; d++)
    assert_memory_not_equal(a.columns + d * BT_SOBOL_BITS, c.columns + d * BT_SOBOL_BITS,
                            BT_SOBOL_BITS * sizeof *a.columns);
  bt_sobol_clear(&a);
  bt_sobol_clear(&b);
  bt_sobol_clear(&c);
}

static void numbers_of_dimensions_that_are_not_there_are_refused(void **state)
{
  (void)state;
  bt_sobol sobol;
  bt_error err;
  assert_int_equal(bt_sobol_init(&sobol, 0, &err), BT_ERR_USAGE);
  assert_int_equal(bt_sobol_init(&sobol, BT_SOBOL_DIMENSIONS + 1, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "Sobol points have 1 to 512 dimensions, not 513");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_are_those_of_the_reference_data),
      cmocka_unit_test(points_are_those_of_scipy_in_high_dimensions),
      cmocka_unit_test(direction_numbers_are_those_of_scipy_to_the_last_digit),
      cmocka_unit_test(blocks_of_points_hit_each_interval_once),
      cmocka_unit_test(the_first_two_dimensions_fill_every_elementary_rectangle),
      cmocka_unit_test(a_shift_of_one_digit_moves_that_digit_alone),
      cmocka_unit_test(splits_give_the_same_points),
      cmocka_unit_test(shifted_points_are_never_0_or_1),
      cmocka_unit_test(the_mean_over_shifts_is_unbiased),
      cmocka_unit_test(scrambled_points_are_as_even_as_the_others),
      cmocka_unit_test(scrambled_points_lie_each_elsewhere_in_its_interval),
      cmocka_unit_test(scrambled_means_are_unbiased_and_vary_less),
      cmocka_unit_test(random_points_stay_in_their_intervals),
      cmocka_unit_test(random_points_are_the_same_in_any_parts),
      cmocka_unit_test(a_scramble_is_of_its_stream_and_replicate),
      cmocka_unit_test(numbers_of_dimensions_that_are_not_there_are_refused),
  };
  return cmocka_run_group_tests_name("core/sobol", tests, NULL, NULL);
}
