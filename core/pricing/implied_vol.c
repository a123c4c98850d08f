#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/forward.h"
#include "core/pricing/mills_ratio.h"
#include "core/random/normal.h"

/* Everything is about the option of the pair (call, put) that is out of the money, divided by the
 * root of spot times strike (both discounted): with x = -|log(spot / strike)|, s the volatility
 * times the root of the expiry, h = x / s and t = s / 2, its price and the derivative of that are
 *
 *   b(s) = e^(x/2) N(h + t) - e^(-x/2) N(h - t),    b'(s) = e^(-(h^2 + t^2) / 2) / sqrt(2 pi)
 *
 * which rises from 0 to e^(x/2); the normalised form is that of Jaeckel, Let's Be Rational (2015).
 * log b' is concave in s, so log b and log(e^(x/2) - b) are, too (a density that is log-concave has
 * such a distribution): Newton's method on them, begun beyond the root on the side from which a
 * tangent does not pass it, comes closer with every step and cannot miss. Below half of its range
 * the price is what is matched, above what it lacks. */
typedef struct target {
  double x;
  double value; /* of b, or of e^(x/2) - b, times unit: as it came, for its digits */
  double unit;
} target;

enum { MOST_STEPS = 200 }; /* some 5 are taken; rounding must not keep it going */

/* log(wanted / value at s), where that is over_slope b' unit. */
static double missing(const target *wanted, double over_slope, double h, double t)
{
  double scale = over_slope * BT_MILLS_DENSITY_AT_0 * wanted->unit, ratio = wanted->value / scale;
  double log_ratio = ratio > DBL_MIN ? log(ratio) : log(wanted->value) - log(scale);
  return log_ratio + (h * h + t * t) / 2;
}

static double solve_from_below(const target *wanted, double s)
{
  for (int i = 0; i < MOST_STEPS; i++) {
    double h = wanted->x / s, t = s / 2, over_slope = bt_mills_spread(h, t); /* b / b' */
    double step = missing(wanted, over_slope, h, t) * over_slope;
    s += step;
    if (fabs(step) <= 0x1p-52 * s) break;
  }
  return s;
}

static double solve_from_above(const target *wanted, double s)
{
  for (int i = 0; i < MOST_STEPS; i++) {
    double h = wanted->x / s, t = s / 2;
    double over_slope = bt_mills_ratio(-h - t) + bt_mills_ratio(h - t);
    double step = -missing(wanted, over_slope, h, t) * over_slope;
    s += step;
    if (fabs(step) <= 0x1p-52 * s) break;
  }
  return s;
}

/* b is at most half of its range. b <= e^(x/2) N(h + t) and b <= s / sqrt(2 pi), solved for s. */
static double below_the_root(double x, double b)
{
  double share = b * exp(-x / 2);
  double z = share > DBL_MIN ? bt_normal_quantile(share) : -40;
  double root = sqrt(z * z - 2 * x), by_tail = z < 0 ? -2 * x / (root - z) : z + root;
  return fmax(by_tail, b / BT_MILLS_DENSITY_AT_0);
}

/* e^(x/2) - b <= 2 e^(x/2) N(-h - t), solved for s. */
static double above_the_root(double x, double lacking)
{
  double z = -bt_normal_quantile(lacking * exp(-x / 2) / 2);
  return z + sqrt(z * z - 2 * x);
}

/* The volatility times the root of the expiry. price: of the option out of the money; lacking: what
 * is missing to the most that it can be worth. */
static double solve(const bt_forward *f, double price, double lacking)
{
  double unit = sqrt(f->spot) * sqrt(f->strike), x = -fabs(f->moneyness);
  if (price > lacking) {
    target wanted = {x, lacking, unit};
    return solve_from_above(&wanted, above_the_root(x, lacking / unit));
  }
  target wanted = {x, price, unit};
  double start = below_the_root(x, price / unit);
  return start > 0 ? solve_from_below(&wanted, start) : 0; /* 0: it is below what a double holds */
}

static bt_status check(const bt_vanilla *option, const bt_forward *f, double price, bt_error *err)
{
  bool call = option->type == BT_CALL;
  double most = call ? f->spot : f->strike, least = call ? most - f->strike : most - f->spot;
  if (!(option->expiry > 0))
    return bt_fail(err, BT_ERR_DATA, "price %.10g at an expiry of %g: no volatility is implied",
                   price, option->expiry);
  if (isnan(price))
    return bt_fail(err, BT_ERR_DATA, "price nan is no number: no volatility implies it");
  if (price < 0)
    return bt_fail(err, BT_ERR_DATA, "price %.10g is below 0: no volatility implies it", price);
  if (price < least - 0x1p-50 * (f->spot + f->strike))
    return bt_fail(err, BT_ERR_DATA,
                   "price %.10g is below the discounted intrinsic value %.10g: no volatility "
                   "implies it",
                   price, least);
  if (price >= most)
    return bt_fail(err, BT_ERR_DATA,
                   "price %.10g is not below the %s's discounted value %.10g: no volatility "
                   "implies it",
                   price, call ? "underlying" : "strike", most);
  return BT_OK;
}

bt_status bt_implied_vol(double *out, const bt_vanilla *option, double price, bt_error *err)
{
  bt_forward f = bt_forward_of(option);
  bt_status status = check(option, &f, price, err);
  if (status != BT_OK) return status;
  bool call = option->type == BT_CALL;
  double lacking = (call ? f.spot : f.strike) - price;
  double sign = call ? 1 : -1;
  bool in_the_money = sign * (f.difference + f.discounts) > 0;
  double time_value = in_the_money ? (price - sign * f.difference) - sign * f.discounts : price;
  *out = time_value > 0 ? solve(&f, time_value, lacking) / sqrt(option->expiry) : 0;
  return BT_OK;
}
