#include "tests/support/compare.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double TOLERANCE = 1e-9;

bool is_close(double a, double b, double tolerance)
{
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
  return fabs(a - b) <= tolerance * fmax(1, fmax(fabs(a), fabs(b)));
}

void assert_close(double got, double expected, const char *what)
{
  if (!is_close(got, expected, TOLERANCE))
    fail_msg("%s: got %.17g, expected %.17g", what, got, expected);
}

void assert_all_close(const double *got, const double *expected, size_t n, const char *what)
{
  for (size_t i = 0; i < n; i++)
    if (!is_close(got[i], expected[i], TOLERANCE))
      fail_msg("%s[%zu]: got %.17g, expected %.17g", what, i, got[i], expected[i]);
}
