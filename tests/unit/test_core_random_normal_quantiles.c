/* Quantiles of many numbers, the distribution and the density. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/random/normal.h"
#include "core/random/streams.h"

enum { N = 1 << 16 };

static double quantile(double p)
{
  double x;
  bt_normal_quantiles(&x, &p, 1);
  return x;
}

static void check_near(double got, double expected, double relative, double at)
{
  if (!(fabs(got - expected) <= relative * fabs(expected)))
    fail_msg("at %.17g: got %.17g, expected %.17g", at, got, expected);
}

/* To 40 digits by mpmath, rounded: erfinv, erfc and exp of the doubles here. */
static const struct {
  double p, x;
} known_quantiles[] = {
    {1e-300, -37.047096299361199237},    {1e-100, -21.273453560965324294},
    {1e-20, -9.2623400897984075796},     {1.3887943864964e-11, -6.6579046435011038061},
    {1e-11, -6.7060231554951362961},     {1.4e-11, -6.6567230915181836356},
    {1e-6, -4.7534243088228989573},      {0.001, -3.0902323061678135354},
    {0.0124999, -2.2414058180032917514}, {0.0125001, -2.2413996372280055168},
    {0.025, -1.9599639845400542118},     {0.05, -1.644853626951472688},
    {0.0749999, -1.4395321773759005864}, {0.0750001, -1.4395307645017296865},
    {0.1, -1.2815515655446004353},       {0.15, -1.0364333894937896035},
    {0.2, -0.84162123357291416552},      {0.25, -0.6744897501960817432},
    {0.3, -0.52440051270804081597},      {0.35, -0.38532046640756768376},
    {0.4, -0.25334710313579974132},      {0.45, -0.12566134685507400616},
    {0.49, -0.025068908258711058033},    {0.499999, -2.5066282745665593779e-6},
    {0.51, 0.025068908258711058033},     {0.6, 0.25334710313579974132},
    {0.75, 0.6744897501960817432},       {0.85, 1.0364333894937894845},
    {0.9249999, 1.4395307645017295885},  {0.95, 1.6448536269514722843},
    {0.975, 1.9599639845400538556},      {0.98749, 2.2410937958188620501},
    {0.98751, 2.2417118734561643051},    {0.999, 3.0902323061678132778},
    {0.999999, 4.7534243088170877657},   {0.9999999999, 6.3613408896974218642},
};

static void quantiles_agree_with_high_precision_values(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof known_quantiles / sizeof *known_quantiles; i++) {
    double p = known_quantiles[i].p, tolerance = fabs(p - 0.5) <= 0.4875 ? 4e-16 : 8e-16;
    check_near(quantile(p), known_quantiles[i].x, tolerance, p);
  }
}

/* bt_normal_quantile itself is within three and a half units in the last place, and so are these.
 */
static void quantiles_agree_with_those_of_one_number(void **state)
{
  (void)state;
  static double p[N], x[N];
  const bt_stream stream = {3, 3};
  for (int round = 0; round < 12; round++) {
    bt_stream_uniforms(p, &stream, (uint32_t)round, 0, N);
    /* of the whole interval, then further and further out */
    double within = round < 4 ? 1 : ldexp(1, -(round - 3) * 8);
    for (size_t i = 0; i < N; i++) p[i] *= within;
    bt_normal_quantiles(x, p, N);
    for (size_t i = 0; i < N; i++) check_near(x[i], bt_normal_quantile(p[i]), 1.4e-15, p[i]);
  }
}

static void far_out_quantiles_agree_with_those_of_one_number(void **state)
{
  (void)state;
  for (int exponent = -1074; exponent < -2; exponent++) {
    double p = ldexp(1, exponent);
    check_near(quantile(p), bt_normal_quantile(p), 1e-15, p);
  }
}

static void the_ends_are_infinite_and_outside_is_undefined(void **state)
{
  (void)state;
  const double p[11] = {
      0,      1,        -0.1,           1.1, (double)NAN, (double)INFINITY, -(double)INFINITY, 0.5,
      1e-300, -DBL_MIN, 1 + DBL_EPSILON};
  double x[11];
  bt_normal_quantiles(x, p, 11);
  assert_true(isinf(x[0]) && x[0] < 0);
  assert_true(isinf(x[1]) && x[1] > 0);
  for (size_t i = 2; i < 7; i++) assert_true(isnan(x[i]));
  assert_true(x[7] == 0);
  check_near(x[8], -37.047096299361199237, 1e-15, p[8]);
  assert_true(isnan(x[9]) && isnan(x[10]));
}

/* A p next to the middle: there w = p (1 - p) is 1/4 in doubles, and the quantile is sqrt(2 pi) q.
 */
static void next_to_the_middle_quantiles_are_straight(void **state)
{
  (void)state;
  assert_true(quantile(0.5) == 0);
  for (int exponent = -54; exponent <= -28; exponent++) {
    double q = ldexp(1, exponent);
    check_near(quantile(0.5 - q), -2.5066282746310005024 * q, 3e-16, 0.5 - q);
    if (exponent > -54) check_near(quantile(0.5 + q), 2.5066282746310005024 * q, 3e-16, 0.5 + q);
  }
}

/* Where w = 2^(-k/2) another segment of the centre begins: on both sides quantiles are right, and
 * they rise over the seam. The last of these is beyond the centre's end. */
static void segments_of_the_centre_meet(void **state)
{
  (void)state;
  enum { BESIDE = 300 };
  static double p[2 * BESIDE + 1], x[2 * BESIDE + 1];
  for (int k = 5; k <= 20; k++) {
    double w = pow(2, -k / 2.0), seam = 2 * w / (1 + sqrt(1 - 4 * w));
    for (int i = -BESIDE; i <= BESIDE; i++) p[i + BESIDE] = seam * (1 + i * 4 * DBL_EPSILON);
    bt_normal_quantiles(x, p, 2 * BESIDE + 1);
    for (int i = 0; i <= 2 * BESIDE; i++) {
      check_near(x[i], bt_normal_quantile(p[i]), 1.4e-15, p[i]);
      if (i > 0) assert_true(x[i] >= x[i - 1] - 1.2e-15 * fabs(x[i]));
      if (i >= 100) assert_true(x[i] > x[i - 100]);
    }
  }
}

/* Step by step over the seams, the middle, and places between: a larger p never has a smaller
 * quantile by more than rounding, and over 1000 steps it is larger. */
static void quantiles_rise(void **state)
{
  (void)state;
  enum { STEPS = 5000 };
  static const double places[] = {1e-12, 1e-6, 0.001, 0.0014, 0.0125, 0.02, 0.1,
                                  0.3,   0.5,  0.7,   0.9875, 0.9986, 0.999};
  static double p[STEPS], x[STEPS];
  for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
    double step = fmax(places[k], 0.0625) * 0x1p-48;
    if (places[k] < 0.01) step = places[k] * 0x1p-48;
    for (size_t i = 0; i < STEPS; i++) p[i] = places[k] + ((double)i - STEPS / 2) * step;
    bt_normal_quantiles(x, p, STEPS);
    for (size_t i = 1; i < STEPS; i++) assert_true(x[i] >= x[i - 1] - 1.4e-15 * fabs(x[i]));
    for (size_t i = 1000; i < STEPS; i++) assert_true(x[i] > x[i - 1000]);
  }
}

static void quantiles_are_symmetric(void **state)
{
  (void)state;
  static double p[N], mirrored[N];
  const bt_stream stream = {5, 1};
  bt_stream_uniforms(p, &stream, 0, 0, N);
  for (size_t i = 0; i < N; i++) mirrored[i] = 1 - p[i];
  bt_normal_quantiles(p, p, N);
  bt_normal_quantiles(mirrored, mirrored, N);
  for (size_t i = 0; i < N; i++) assert_true(p[i] == -mirrored[i]);
}

/* Blocks of any length, the tails anywhere in them; in place or not. */
static void a_quantile_does_not_depend_on_its_neighbours(void **state)
{
  (void)state;
  enum { MOST = 2100 };
  static double p[MOST], alone[MOST], x[MOST + 1];
  const bt_stream stream = {8, 1};
  bt_stream_uniforms(p, &stream, 0, 0, MOST);
  for (size_t i = 0; i < MOST; i += 3) p[i] = i % 2 ? 1e-13 : p[i] * 0.01; /* tails, far ones too */
  for (size_t i = 0; i < MOST; i++) alone[i] = quantile(p[i]);
  for (size_t n = 0; n <= MOST; n += n < 40 ? 1 : 103) {
    x[n] = 77;
    bt_normal_quantiles(x, p, n);
    assert_memory_equal(x, alone, n * sizeof *x);
    memcpy(x, p, n * sizeof *x);
    bt_normal_quantiles(x, x, n);
    assert_memory_equal(x, alone, n * sizeof *x);
    assert_true(x[n] == 77);
  }
}

/* Nothing but tails: as many as a block has room for. */
static void a_block_of_tails_alone_is_inverted(void **state)
{
  (void)state;
  static double p[N];
  for (size_t i = 0; i < N; i++) p[i] = ldexp(1, -8) * ((double)i + 0.5) / N;
  bt_normal_quantiles(p, p, N);
  for (size_t i = 1; i < N; i++) assert_true(p[i] > p[i - 1]);
  check_near(p[0], quantile(ldexp(1, -8) * 0.5 / N), 0, 0);
}

/* ---- distribution and density --------------------------------------------------------------- */

static const struct {
  double x, cdf, pdf;
} known_values[] = {
    {-37.5, 4.6053530095819548438e-308, 1.7282337322841052208e-306},
    {-30.1, 2.4226672179857587657e-199, 7.3002593842806107243e-198},
    {-20, 2.7536241186062336951e-89, 5.5209483621597631896e-88},
    {-12.3, 4.5287069561587846514e-35, 5.6066569263038404561e-34},
    {-8, 6.2209605742717841235e-16, 5.052271083536892288e-15},
    {-5.7, 5.9903714010635281878e-9, 3.5139550948204335922e-8},
    {-3.3, 0.0004834241423837775071, 0.0017225689390536811513},
    {-2, 0.0227501319481792072, 0.053990966513188051951},
    {-1, 0.15865525393145705141, 0.2419707245191433498},
    {-0.5, 0.30853753872598689636, 0.35206532676429947777},
    {-0.1, 0.46017216272297101633, 0.39695254747701176529},
    {0, 0.5, 0.39894228040143267794},
    {0.3, 0.61791142218895263307, 0.38138781546052408688},
    {0.9, 0.81593987465324051735, 0.2660852498987548165},
    {1.7, 0.95543453724145695634, 0.094049077376886930263},
    {2.5, 0.99379033467422386483, 0.017528300493568537362},
    {4.4, 0.99999458745609229615, 0.00002494247129005352992},
    {6, 0.99999999901341235496, 6.075882849823285487e-9},
    {8.3, 0.99999999999999994794, 4.3816394355093327219e-16},
};

static void distribution_and_density_agree_with_high_precision_values(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof known_values / sizeof *known_values; i++) {
    double x = known_values[i].x;
    check_near(bt_normal_cdf(x), known_values[i].cdf, 5e-16, x);
    check_near(bt_normal_pdf(x), known_values[i].pdf, 5e-16, x);
    assert_true(bt_normal_pdf(x) == bt_normal_pdf(-x));
  }
}

static void distribution_and_density_end_in_0_and_1(void **state)
{
  (void)state;
  const double infinity = (double)INFINITY;
  assert_true(bt_normal_cdf(-infinity) == 0 && bt_normal_cdf(infinity) == 1);
  assert_true(bt_normal_pdf(-infinity) == 0 && bt_normal_pdf(infinity) == 0);
  assert_true(bt_normal_cdf(-1e300) == 0 && bt_normal_cdf(1e300) == 1);
  assert_true(bt_normal_pdf(1e300) == 0 && bt_normal_cdf(-39.5) == 0);
  assert_true(bt_normal_cdf(0) == 0.5);
  assert_true(isnan(bt_normal_cdf((double)NAN)) && isnan(bt_normal_pdf((double)NAN)));
}

static void the_distribution_undoes_the_quantile(void **state)
{
  (void)state;
  for (int i = 1; i < 2000; i++) {
    double p = pow(10, -i / 7.0);
    /* the derivative of log p by x is about x */
    check_near(bt_normal_cdf(quantile(p)), p, 1e-15 * (1 + 2 * fabs(log(p))), p);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_agree_with_high_precision_values),
      cmocka_unit_test(quantiles_agree_with_those_of_one_number),
      cmocka_unit_test(far_out_quantiles_agree_with_those_of_one_number),
      cmocka_unit_test(the_ends_are_infinite_and_outside_is_undefined),
      cmocka_unit_test(next_to_the_middle_quantiles_are_straight),
      cmocka_unit_test(segments_of_the_centre_meet),
      cmocka_unit_test(quantiles_rise),
      cmocka_unit_test(quantiles_are_symmetric),
      cmocka_unit_test(a_quantile_does_not_depend_on_its_neighbours),
      cmocka_unit_test(a_block_of_tails_alone_is_inverted),
      cmocka_unit_test(distribution_and_density_agree_with_high_precision_values),
      cmocka_unit_test(distribution_and_density_end_in_0_and_1),
      cmocka_unit_test(the_distribution_undoes_the_quantile),
  };
  return cmocka_run_group_tests_name("core/normal_quantiles", tests, NULL, NULL);
}
