#include "core/pricing/black_scholes.h"

#include <math.h>
#include <stdbool.h>

#include "core/pricing/forward.h"
#include "core/pricing/mills_ratio.h"
#include "core/random/normal.h"

double bt_log_ratio(double a, double b)
{
  double ratio = a / b;
  /* near 1 the difference is exact, and so is its share */
  return ratio > 0.5 && ratio < 2 ? log1p((a - b) / b) : log(ratio);
}

bt_forward bt_forward_of(const bt_vanilla *option)
{
  double drift = (option->rate - option->dividend) * option->expiry;
  double dividends = option->dividend * option->expiry, interest = option->rate * option->expiry;
  return (bt_forward){
      .spot = option->spot * exp(-dividends),
      .strike = option->strike * exp(-interest),
      .difference = option->spot - option->strike,
      .discounts = option->spot * expm1(-dividends) - option->strike * expm1(-interest),
      .moneyness = bt_log_ratio(option->spot, option->strike) + drift,
      .deviation = option->vol * sqrt(option->expiry),
  };
}

/* ---- the price --------------------------------------------------------------------------------
 */

/* Of the option of the pair that is out of the money: with h = -|moneyness| / deviation and t =
 * deviation / 2, lower N(h + t) - higher N(h - t), where lower n(h + t) = higher n(h - t). */
static double out_of_the_money(const bt_forward *f)
{
  double lower = f->spot < f->strike ? f->spot : f->strike;
  double higher = f->spot < f->strike ? f->strike : f->spot;
  if (f->deviation <= 0) return 0;
  double h = -fabs(f->moneyness) / f->deviation, t = f->deviation / 2;
  if (h + t > 8) /* the second probability is far below the first */
    return lower * bt_normal_cdf(h + t) - higher * bt_normal_cdf(h - t);
  double density = bt_normal_pdf(h + t);
  return density > 0 ? lower * density * bt_mills_spread(h, t) : 0;
}

double bt_black_scholes_price(const bt_vanilla *option)
{
  bt_forward f = bt_forward_of(option);
  bool in_the_money = option->type == BT_CALL ? f.moneyness > 0 : f.moneyness < 0;
  double price = out_of_the_money(&f);
  return in_the_money ? price + fabs(f.difference + f.discounts) : price;
}

/* ---- Greeks -----------------------------------------------------------------------------------
 */

/* The outcome is certain: the option is a forward, or nothing. */
static bt_greeks certain_greeks(const bt_vanilla *option, const bt_forward *f, double sign)
{
  const double none = (double)NAN;
  if (f->moneyness == 0) return (bt_greeks){none, none, none, none, none, none, none, none};
  if (sign * f->moneyness < 0) return (bt_greeks){0};
  return (bt_greeks){
      .delta = sign * f->spot / option->spot,
      .theta = sign * (option->dividend * f->spot - option->rate * f->strike),
      .rho = sign * option->expiry * f->strike,
      .dividend_rho = -sign * option->expiry * f->spot,
  };
}

bt_greeks bt_black_scholes_greeks(const bt_vanilla *option)
{
  bt_forward f = bt_forward_of(option);
  double sign = option->type == BT_CALL ? 1 : -1;
  if (f.deviation <= 0) return certain_greeks(option, &f, sign);
  double d1 = f.moneyness / f.deviation + f.deviation / 2;
  double d2 = f.moneyness / f.deviation - f.deviation / 2;
  double spot = f.spot * bt_normal_cdf(sign * d1);
  double strike = f.strike * bt_normal_cdf(sign * d2);
  double density = f.spot * bt_normal_pdf(d1), root = sqrt(option->expiry);
  bt_greeks greeks = {
      .delta = sign * spot / option->spot,
      .theta = sign * (option->dividend * spot - option->rate * strike),
      .rho = sign * option->expiry * strike,
      .dividend_rho = -sign * option->expiry * spot,
  };
  if (!(density > 0)) return greeks; /* d1 may be too large to be multiplied by */
  greeks.gamma = density / option->spot / option->spot / f.deviation;
  greeks.vega = density * root;
  greeks.theta -= density * option->vol / (2 * root);
  greeks.vanna = -density / option->spot * d2 / option->vol;
  greeks.volga = density * root * d1 * d2 / option->vol;
  return greeks;
}
