#include "core/pricing/mills_ratio.h"

#include <math.h>

#include "core/random/normal.h"

/* From here down the continued fraction is used. */
static const double FRACTION_BELOW = -1.5;

/* Terms of the fraction, of which half are terms of the series: from where it is begun its error
 * falls like exp(-2 |z| sqrt(2 n)), hence the second part; the first is for the series, of which
 * terms fall like 1/3^n or faster where it is used. Even. */
static int n_terms(double z)
{
  return 40 + 2 * (int)(190 / (z * z));
}

double bt_mills_ratio(double z)
{
  if (z >= FRACTION_BELOW) return bt_normal_cdf(z) / bt_normal_pdf(z);
  double ratio = 0;
  for (int n = n_terms(z); n >= 0; n--) ratio = 1 / ((n + 1) * ratio - z);
  return ratio;
}

/* With c(n) = integral over u > 0 of u^n / n! exp(h u - u^2 / 2) the Mills ratio of h is c(0), its
 * n-th derivative is n! c(n), and the difference is twice the sum of c(n) t^n over odd n: nothing
 * cancels, since all are positive. By parts (n + 1) c(n + 1) = h c(n) + c(n - 1), c(-1) = 1; going
 * down from a large n (Miller's algorithm) that is a continued fraction for c(n) / c(n - 1) =
 * 1 / (-h + (n + 1) c(n + 1) / c(n)), in which nothing cancels for h <= 0 either. */
static double sum_by_fraction(double h, double t)
{
  double ratio = 0, sum = 1, square = t * t;
  for (int n = n_terms(h); n >= 2; n -= 2) {
    double odd = 1 / ((n + 2) * ratio - h);
    ratio = 1 / ((n + 1) * odd - h);
    sum = 1 + odd * ratio * square * sum;
  }
  double first = 1 / (2 * ratio - h), zeroth = 1 / (first - h);
  return 2 * t * first * zeroth * sum;
}

/* The same near 0, where the fraction is slow and going up loses little. */
static double sum_by_recurrence(double h, double t)
{
  double before = bt_mills_ratio(h), c = 1 + h * before, power = t, sum = 0, term = 1;
  for (int n = 1; term > 1e-18 * sum; n += 2) {
    term = c * power;
    sum += term;
    before = (h * c + before) / (n + 1);
    c = (h * before + c) / (n + 2);
    power *= t * t;
  }
  return 2 * sum;
}

double bt_mills_spread(double h, double t)
{
  double up = bt_mills_ratio(h + t), down = bt_mills_ratio(h - t);
  if (down <= up / 2) return up - down;
  return h < FRACTION_BELOW ? sum_by_fraction(h, t) : sum_by_recurrence(h, t);
}

double bt_mills_tilted(double exponent, double z, double log_density)
{
  if (z >= -5) return exp(exponent) * bt_normal_cdf(z);
  return BT_MILLS_DENSITY_AT_0 * exp(log_density) * bt_mills_ratio(z);
}
