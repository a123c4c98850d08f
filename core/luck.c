#include "core/luck.h"

#include <math.h>

#include "core/random/normal.h"

void bt_spread_add(bt_spread *spread, double value)
{
  if (isnan(value)) return;
  spread->count++;
  double delta = value - spread->mean;
  spread->mean += delta / (double)spread->count;
  spread->sum_squares += delta * (value - spread->mean);
}

/* Chan, Golub and LeVeque 1979. */
void bt_spread_merge(bt_spread *spread, const bt_spread *other)
{
  if (other->count == 0) return;
  double a = (double)spread->count, b = (double)other->count;
  double delta = other->mean - spread->mean;
  spread->count += other->count;
  spread->mean += delta * (b / (a + b)); /* into an empty one: exactly the other's */
  spread->sum_squares += other->sum_squares + delta * delta * a * b / (a + b);
}

double bt_spread_variance(const bt_spread *spread)
{
  if (spread->count < 2) return (double)NAN;
  return spread->sum_squares / (double)(spread->count - 1);
}

double bt_luck_expected_max(size_t n_trials, double variance)
{
  const double euler_gamma = 0.57721566490153286061, e = 2.71828182845904523536;
  if (n_trials < 2) return (double)NAN;
  double n = (double)n_trials;
  /* Z(1 - x) = -Z(x), which keeps its digits for many trials */
  double z = -(1 - euler_gamma) * bt_normal_quantile(1 / n) -
             euler_gamma * bt_normal_quantile(1 / (n * e));
  return sqrt(variance) * z;
}
