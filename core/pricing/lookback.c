#include <math.h>
#include <stdbool.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"
#include "core/pricing/forward.h"
#include "core/pricing/mills_ratio.h"
#include "core/random/normal.h"

/* A lookback is worth a vanilla option struck at an edge (the strike, or where the spot is beyond
 * it already, the spot) and, since the extreme may lie beyond the final price, a bonus:
 *
 *   spot e^(-rate T) s^2 / (2 b) [e^b N(d1) - e^(-2 b l / s^2) N(d1 - 2 b / s)]
 *
 * for a maximum; for a minimum with the signs of what is in N, and of the bracket, turned round;
 * with b = (rate - dividend) T, s = vol sqrt(T), l = log(spot / edge), d1 = (l + b) / s + s / 2.
 * The bracket is 0 where b = 0, and nearly so near it. With u = b / s and h = d1 - u it is
 * e^p N(h + u) - e^m N(h - u), an odd function of u. */
typedef struct bracket {
  double h, u;
  double plus, minus; /* the exponents beside N(h + u) and N(h - u) */
  double log_density; /* plus - (h + u)^2 / 2 = minus - (h - u)^2 / 2 */
} bracket;

static bracket bracket_of(double l, double b, double s, bool maximum)
{
  double d1 = (l + b) / s + s / 2, power = -2 * (b / s) * (l / s);
  return (bracket){
      .h = maximum ? l / s + s / 2 : -(l / s + s / 2),
      .u = b / s,
      .plus = maximum ? b : power,
      .minus = maximum ? power : b,
      .log_density = b - d1 * d1 / 2,
  };
}

/* The bracket over u, for h <= 0 < u. */
static double slope(const bracket *x)
{
  if (x->h + x->u <= 8)
    return BT_MILLS_DENSITY_AT_0 * exp(x->log_density) * bt_mills_spread(x->h, x->u) / x->u;
  double first = exp(x->plus) * bt_normal_cdf(x->h + x->u);
  return (first - bt_mills_tilted(x->minus, x->h - x->u, x->log_density)) / x->u;
}

/* The same for any h and u. By N(z) = 1 - N(-z) a bracket with h > 0 is one with -h and the
 * exponents exchanged, and e^p - e^m. */
static double bracket_slope(bracket x)
{
  double outside = 0;
  if (x.u < 0) {
    double minus = x.minus;
    x.minus = x.plus;
    x.plus = minus;
    x.u = -x.u;
  }
  if (x.u < 1e-100) x.u = 1e-100; /* the slope no longer changes */
  if (x.h > 0) {
    double minus = x.minus;
    outside = 2 * exp((x.plus + x.minus) / 2) * sinh(x.h * x.u) / x.u;
    x.minus = x.plus;
    x.plus = minus;
    x.h = -x.h;
  }
  return outside + slope(&x);
}

/* Of the maximum or minimum of a path from the spot, so far at `edge`, over the final price. */
static double bonus(const bt_vanilla *option, double edge, bool maximum)
{
  double s = option->vol * sqrt(option->expiry);
  double b = (option->rate - option->dividend) * option->expiry;
  if (s < BT_NO_DEVIATION) return 0;
  bracket x = bracket_of(bt_log_ratio(option->spot, edge), b, s, maximum);
  return option->spot * exp(-option->rate * option->expiry) * s / 2 * bracket_slope(x);
}

/* The price's extreme up to now: the spot, or the strike where only what lies beyond it counts. */
static double edge_of(const bt_vanilla *option, bt_lookback_strike strike, bool maximum)
{
  if (strike == BT_LOOKBACK_FLOATING) return option->spot;
  return maximum ? fmax(option->spot, option->strike) : fmin(option->spot, option->strike);
}

double bt_lookback_price(const bt_vanilla *option, bt_lookback_strike strike)
{
  bool floating = strike == BT_LOOKBACK_FLOATING;
  bool maximum = floating == (option->type == BT_PUT);
  bt_vanilla vanilla = *option;
  vanilla.strike = edge_of(option, strike, maximum);
  if (option->vol * sqrt(option->expiry) < BT_NO_DEVIATION) vanilla.vol = 0;
  double secured = floating ? 0 : fabs(vanilla.strike - option->strike);
  return secured * exp(-option->rate * option->expiry) + bt_black_scholes_price(&vanilla) +
         bonus(option, vanilla.strike, maximum);
}
