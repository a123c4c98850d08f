#include <math.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"

/* The logarithm of the average is normal: at fixings i h, i = 1 .. n, of T = n h years, its mean is
 * log(spot) + (rate - dividend - vol^2 / 2) T (n + 1) / (2 n) and its variance vol^2 T (n + 1)
 * (2 n + 1) / (6 n^2). So it is priced as an underlying with that volatility and with the dividend
 * yield that gives it its mean. */
double bt_geometric_asian_price(const bt_vanilla *option, size_t n_fixings)
{
  double n = (double)n_fixings, time = (n + 1) / (2 * n);
  double variance = (n + 1) * (2 * n + 1) / (6 * n * n), square = option->vol * option->vol;
  double drift = (option->rate - option->dividend - square / 2) * time + square * variance / 2;
  bt_vanilla average = *option;
  average.vol = option->vol * sqrt(variance);
  average.dividend = option->rate - drift;
  return bt_black_scholes_price(&average);
}
