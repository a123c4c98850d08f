/* Every width gives the bits of SLEEF's functions of one double. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/random/streams.h"
#include "core/vector_math.h"

enum { N = 5000 };

typedef struct function {
  const char *name;
  void (*of_array)(double *out, const double *x, size_t n);
  double (*of_one)(double x);
  double (*by_libm)(double x);
} function;

static double exp_of_one(double x)
{
  return Sleef_cinz_expd1_u10purec(x);
}

static double log_of_one(double x)
{
  return Sleef_cinz_logd1_u10purec(x);
}

static const function functions[] = {
    {"exp", bt_exp_array, exp_of_one, exp},
    {"log", bt_log_array, log_of_one, log},
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

/* Ends of the range first, then numbers of every size and both signs. */
static void fill(double x[N])
{
  static const double ends[] = {0,
                                -0.0,
                                1,
                                -1,
                                DBL_MIN,
                                -DBL_MIN,
                                DBL_TRUE_MIN,
                                DBL_MAX,
                                -DBL_MAX,
                                709.78,
                                709.79,
                                -708.4,
                                -745.1,
                                -745.2,
                                -1000,
                                1 + DBL_EPSILON,
                                1 - DBL_EPSILON / 2,
                                DBL_EPSILON,
                                5,
                                6,
                                7};
  const bt_stream stream = {1, 0};
  uint64_t bits[N];
  bt_stream_bits(bits, &stream, 0, 0, N);
  for (size_t i = 0; i < N; i++) {
    double u = ((double)(bits[i] >> 12) + 0.5) * 0x1p-52;
    int exponent = (int)(bits[i] & 0x7ff) - 1074;
    x[i] = i % 2 ? ldexp(u, exponent < 1024 ? exponent : 0) : (u - 0.5) * 1500;
  }
  memcpy(x, ends, sizeof ends);
  x[40] = (double)NAN;
  x[41] = (double)INFINITY;
  x[42] = -(double)INFINITY;
}

static int same(double a, double b)
{
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void arrays_have_the_bits_of_single_numbers(void **state)
{
  (void)state;
  static double x[N], y[N];
  fill(x);
  for (size_t k = 0; k < N_FUNCTIONS; k++) {
    functions[k].of_array(y, x, N);
    for (size_t i = 0; i < N; i++) {
      double expected = functions[k].of_one(x[i]);
      if (!same(y[i], expected))
        fail_msg("%s(%.17g): %.17g, not %.17g", functions[k].name, x[i], y[i], expected);
    }
  }
}

static void arrays_of_every_length_and_place_end_where_they_end(void **state)
{
  (void)state;
  static double x[N], y[N], whole[N];
  fill(x);
  for (size_t k = 0; k < N_FUNCTIONS; k++) {
    functions[k].of_array(whole, x, N);
    for (size_t n = 0; n < 40; n++) {
      for (size_t from = 0; from < 9; from++) {
        y[from + n] = 99;
        functions[k].of_array(y + from, x + 50 + from, n);
        for (size_t i = 0; i < n; i++) assert_true(same(y[from + i], whole[50 + from + i]));
        assert_true(y[from + n] == 99);
      }
    }
  }
}

static void arrays_may_be_changed_in_place(void **state)
{
  (void)state;
  static double x[N], y[N];
  for (size_t k = 0; k < N_FUNCTIONS; k++) {
    fill(x);
    functions[k].of_array(y, x, N);
    functions[k].of_array(x, x, N);
    for (size_t i = 0; i < N; i++) assert_true(same(x[i], y[i]));
  }
}

/* Within a unit in the last place of what is exact, and so within two of libm. */
static void values_are_those_of_the_c_library_to_two_units(void **state)
{
  (void)state;
  static double x[N], y[N];
  fill(x);
  for (size_t k = 0; k < N_FUNCTIONS; k++) {
    functions[k].of_array(y, x, N);
    for (size_t i = 0; i < N; i++) {
      double expected = functions[k].by_libm(x[i]);
      if (same(y[i], expected) || fabs(expected) < DBL_MIN) continue;
      if (!(fabs(y[i] - expected) <= 2 * DBL_EPSILON * fabs(expected)))
        fail_msg("%s(%.17g): %.17g, not %.17g", functions[k].name, x[i], y[i], expected);
    }
  }
}

static void ends_of_the_range_are_as_in_c(void **state)
{
  (void)state;
  const double infinity = (double)INFINITY;
  const double x[6] = {0, -1, infinity, -infinity, DBL_TRUE_MIN, -1000};
  double y[6];
  bt_log_array(y, x, 6);
  assert_true(y[0] == -infinity && isnan(y[1]) && y[2] == infinity && isnan(y[3]));
  assert_true(fabs(y[4] - log(DBL_TRUE_MIN)) < 1e-12);
  bt_exp_array(y, x, 6);
  assert_true(y[0] == 1 && y[2] == infinity && y[3] == 0 && y[4] == 1 && y[5] == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arrays_have_the_bits_of_single_numbers),
      cmocka_unit_test(arrays_of_every_length_and_place_end_where_they_end),
      cmocka_unit_test(arrays_may_be_changed_in_place),
      cmocka_unit_test(values_are_those_of_the_c_library_to_two_units),
      cmocka_unit_test(ends_of_the_range_are_as_in_c),
  };
  return cmocka_run_group_tests_name("core/vector_math", tests, NULL, NULL);
}
