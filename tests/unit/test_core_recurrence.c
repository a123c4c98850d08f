/* Averages in stretches side by side, against one step after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/indicators/recurrence.h"
#include "tests/support/make_bars.h"

enum { N_MOST = 6000 };

static double x[N_MOST], got[N_MOST], expected[N_MOST];

typedef void recurrence(double *restrict out, const double *restrict x, size_t n, size_t start,
                        double seed, double period);
typedef double step(double last, double value, double period);

static double ema_step(double last, double value, double period)
{
  return last + 2 / (period + 1) * (value - last);
}

static double wilder_step(double last, double value, double period)
{
  return (last * (period - 1) + value) / period;
}

static double wilder_sum_step(double last, double value, double period)
{
  return last * ((period - 1) / period) + value;
}

static const struct {
  const char *name;
  recurrence *run;
  step *step;
} forms[] = {
    {"ema", bt_indicator__ema, ema_step},
    {"wilder", bt_indicator__wilder, wilder_step},
    {"wilder_sum", bt_indicator__wilder_sum, wilder_sum_step},
};

static void go_step_by_step(size_t n, size_t start, double seed, double period, step *take)
{
  double last = seed;
  for (size_t t = 0; t < start; t++) expected[t] = (double)NAN;
  expected[start] = last;
  for (size_t t = start + 1; t < n; t++) expected[t] = last = take(last, x[t], period);
}

static void check(const char *what, size_t n, size_t start, double seed, double period)
{
  for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++) {
    go_step_by_step(n, start, seed, period, forms[k].step);
    forms[k].run(got, x, n, start, seed, period);
    for (size_t t = 0; t < n; t++)
      if (isnan(expected[t]) ? !isnan(got[t]) : memcmp(&got[t], &expected[t], sizeof got[t]) != 0)
        fail_msg("%s, %s %g from bar %zu, bar %zu of %zu: %.17g instead of %.17g", what,
                 forms[k].name, period, start, t, n, got[t], expected[t]);
  }
}

static const double periods[] = {1, 2, 3, 5, 9, 14, 20, 26, 50, 99, 200, 1000};
static const size_t lengths[] = {1, 2, 39, 118, 119, 120, 121, 127, 500, 1001, 2000, 5040, 6000};

static void check_all(const char *what)
{
  for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
      size_t n = lengths[k], start = (size_t)periods[i] - 1;
      check(what, n, 0, x[0], periods[i]);
      if (start < n) check(what, n, start, x[start], periods[i]);
      check(what, n, n - 1, 7, periods[i]);
    }
  }
}

static void walks_have_the_bits_of_steps(void **state)
{
  (void)state;
  test_random random = {3};
  for (int round = 0; round < 4; round++) {
    x[0] = 100;
    for (size_t t = 1; t < N_MOST; t++) x[t] = x[t - 1] * random_between(&random, 0.98, 1.0205);
    check_all("a walk");
  }
}

static void noise_has_the_bits_of_steps(void **state)
{
  (void)state;
  test_random random = {4};
  for (size_t t = 0; t < N_MOST; t++) x[t] = random_between(&random, -1, 1);
  check_all("noise");
  for (size_t t = 0; t < N_MOST; t++) x[t] = random_below(&random, 3) ? 0 : random_unit(&random);
  check_all("moves with nothing between them");
}

/* An average that stands still, falls through all sizes to nothing, or jumps. */
static void extremes_have_the_bits_of_steps(void **state)
{
  (void)state;
  for (size_t t = 0; t < N_MOST; t++) x[t] = 12.34;
  check_all("a price that stands still");
  check("from above", N_MOST, 0, 1e300, 14);
  for (size_t t = 0; t < N_MOST; t++) x[t] = t < 50 ? 1 : 0;
  check_all("nothing any more");
  for (size_t t = 0; t < N_MOST; t++) x[t] = t % 2 ? 1e-300 : 1e300;
  check_all("jumps");
  for (size_t t = 0; t < N_MOST; t++) x[t] = t % 700 == 650 ? 1e200 : 1;
  check_all("what is hard to forget");
}

/* No last bits meet behind one of these: everything is corrected. */
static void what_is_no_number_stays_none(void **state)
{
  (void)state;
  test_random random = {5};
  for (size_t t = 0; t < N_MOST; t++) x[t] = random_between(&random, 50, 60);
  x[700] = (double)NAN;
  check("not a number", N_MOST, 0, 55, 14);
  x[700] = HUGE_VAL;
  check("infinity", N_MOST, 0, 55, 14);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(walks_have_the_bits_of_steps),
      cmocka_unit_test(noise_has_the_bits_of_steps),
      cmocka_unit_test(extremes_have_the_bits_of_steps),
      cmocka_unit_test(what_is_no_number_stays_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
