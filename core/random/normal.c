#include "core/random/normal.h"

#include <sleef.h>

#include "core/random/as241.h"

double bt_normal_quantile(double p)
{
  return bt_as241_quantile(p, log);
}

/* Beyond this both are 0 in double precision, or the distribution is 1. */
static const double vanishes = 39;

/* x / sqrt(2) is rounded, which far out would move the result by many units: what rounding takes
 * away is put back to first order, erfc'(y) = -2 / sqrt(pi) exp(-y^2). */
double bt_normal_cdf(double x)
{
  const double root_half = 0x1.6a09e667f3bcdp-1, root_half_rest = -0x1.bdd3413b26456p-55;
  const double two_over_root_pi = 0x1.20dd750429b6dp+0;
  if (fabs(x) > vanishes) return x > 0 ? 1 : 0;
  double y = -x * root_half;
  double rest = fma(-x, root_half, -y) - x * root_half_rest;
  double correction = rest * two_over_root_pi * Sleef_cinz_expd1_u10purec(-y * y);
  return 0.5 * (Sleef_cinz_erfcd1_u15purec(y) - correction);
}

/* The same for what rounding takes from x^2. */
double bt_normal_pdf(double x)
{
  const double one_over_root_two_pi = 0x1.9884533d43651p-2;
  if (fabs(x) > vanishes) return 0;
  double square = x * x, rest = fma(x, x, -square);
  return one_over_root_two_pi * Sleef_cinz_expd1_u10purec(-0.5 * square) * (1 - 0.5 * rest);
}
