#include "core/random/normal.h"

#include <math.h>
#include <sleef.h>

enum { N_TERMS = 8 };

/* One rational approximation: both polynomials from the lowest power up. */
typedef struct rational {
  double above[N_TERMS], below[N_TERMS];
} rational;

static const rational centre = {
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
     1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
     3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
     2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
     5.2264952788528545610e+3}};

static const rational tail = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9}};

static const rational far_tail = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15}};

static double evaluate(const rational *r, double x)
{
  double above = 0, below = 0;
  for (int i = N_TERMS - 1; i >= 0; i--) {
    above = above * x + r->above[i];
    below = below * x + r->below[i];
  }
  return above / below;
}

/* By the logarithm that is given. */
static double quantile_by(double logarithm(double), double p)
{
  double q = p - 0.5;
  if (fabs(q) <= 0.425) return q * evaluate(&centre, 0.180625 - q * q);
  double r = q < 0 ? p : 1 - p;
  if (!(r > 0)) return r == 0 ? copysign((double)INFINITY, q) : (double)NAN;
  r = sqrt(-logarithm(r));
  double x = r <= 5 ? evaluate(&tail, r - 1.6) : evaluate(&far_tail, r - 5);
  return q < 0 ? -x : x;
}

double bt_normal_quantile(double p)
{
  return quantile_by(log, p);
}

void bt_normal_quantiles(double *out, const double *p, size_t n)
{
  for (size_t i = 0; i < n; i++) out[i] = quantile_by(Sleef_cinz_logd1_u10purec, p[i]);
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
