#include <math.h>
#include <stdbool.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"
#include "core/pricing/forward.h"
#include "core/pricing/mills_ratio.h"
#include "core/random/normal.h"

/* The terms A to F of Haug 2007, section 4.17.1, in logarithms and standard deviations: s = vol
 * sqrt(T), u = (rate - dividend + vol^2 / 2) T for the underlying's measure and u - s^2 for the
 * strike's, k = log(barrier / spot). Powers of barrier / spot are large where the probability
 * beside them is tiny: bt_mills_tilted joins them. */
typedef struct terms {
  double spot, strike; /* discounted to today */
  double rebate;       /* discounted to today */
  double log_strike;   /* log(strike / spot) */
  double k, s, u;
  double side; /* eta: 1 with the barrier below the spot, -1 above */
  double sign; /* phi: 1 for a call, -1 for a put */
} terms;

static terms terms_of(const bt_vanilla *option, const bt_barrier *barrier)
{
  double s = option->vol * sqrt(option->expiry);
  bool below = barrier->kind == BT_DOWN_OUT || barrier->kind == BT_DOWN_IN;
  return (terms){
      .spot = option->spot * exp(-option->dividend * option->expiry),
      .strike = option->strike * exp(-option->rate * option->expiry),
      .rebate = barrier->rebate * exp(-option->rate * option->expiry),
      .log_strike = bt_log_ratio(option->strike, option->spot),
      .k = bt_log_ratio(barrier->level, option->spot),
      .s = s,
      .u = (option->rate - option->dividend) * option->expiry + s * s / 2,
      .side = below ? 1 : -1,
      .sign = option->type == BT_CALL ? 1 : -1,
  };
}

/* A and B: exercise where the price ends beyond `edge` (as log(edge / spot)), in the sense of
 * `sign`. */
static double plain(const terms *m, double edge)
{
  double x = (m->u - edge) / m->s;
  return m->sign *
         (m->spot * bt_normal_cdf(m->sign * x) - m->strike * bt_normal_cdf(m->sign * (x - m->s)));
}

/* (barrier / spot)^(2 u / s^2) N(side y), y of the path that is reflected at the barrier and ends
 * beyond `edge`; u, and so the exponent, is that of one of the two measures. */
static double reflected_probability(const terms *m, double edge, double u)
{
  double x = (u - edge) / m->s, y = x + 2 * m->k / m->s;
  double shift = 2 * (m->k / m->s) * ((m->k - edge) / m->s);
  return bt_mills_tilted(2 * m->k / m->s * (u / m->s), m->side * y, -x * x / 2 - shift);
}

/* C and D: the same after the barrier was touched. */
static double reflected(const terms *m, double edge)
{
  return m->sign * (m->spot * reflected_probability(m, edge, m->u) -
                    m->strike * reflected_probability(m, edge, m->u - m->s * m->s));
}

/* What an in-option is worth without its rebate: the eight cases of Reiner and Rubinstein. */
static double knocked_in(const terms *m)
{
  bool strike_above = m->log_strike > m->k;
  double strike = m->log_strike, k = m->k;
  if (m->sign == m->side) /* a call over a lower barrier, a put under an upper one */
    return (m->sign > 0) == strike_above ? reflected(m, strike)
                                         : plain(m, strike) - plain(m, k) + reflected(m, k);
  if (m->sign > 0) /* an up-and-in call */
    return strike_above ? plain(m, strike) : plain(m, k) - reflected(m, strike) + reflected(m, k);
  return strike_above ? plain(m, k) - reflected(m, strike) + reflected(m, k) : plain(m, strike);
}

/* E: paid at expiry where the barrier was not touched. */
static double rebate_at_expiry(const terms *m)
{
  double u = m->u - m->s * m->s;
  double beyond = bt_normal_cdf(m->side * (u - m->k) / m->s);
  return m->rebate * (beyond - reflected_probability(m, m->k, u));
}

/* F where u^2 + 2 r T s^2 is negative, as it may be at a rate below 0: the powers of the closed
 * form are complex then. The discounted density of the time of the touch, over w = |k| / (vol
 * sqrt(time)) = |k| / s e^y, is 2 / sqrt(2 pi) exp(k u / s^2 - w^2 / 2 + rise e^(-2 y)), by
 * Simpson's rule. */
static double rebate_by_quadrature(const terms *m, double rebate, double rise)
{
  enum { N_STEPS = 4000 }; /* even */
  const double nothing_beyond = 40;
  double u = m->u - m->s * m->s, tilt = m->k / m->s * (u / m->s), first = fabs(m->k) / m->s;
  if (first > nothing_beyond) return 0;
  double step = log(nothing_beyond / first) / N_STEPS, sum = 0;
  for (int i = 0; i <= N_STEPS; i++) {
    double growth = exp(i * step), w = first * growth;
    double weight = i == 0 || i == N_STEPS ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * w * exp(tilt - w * w / 2 + rise / (growth * growth));
  }
  return rebate * 2 * BT_MILLS_DENSITY_AT_0 * sum * step / 3;
}

/* F: paid at the touch. With w = sqrt(u^2 + 2 r T s^2) the powers are (u + w) k / s^2 and (u - w) k
 * / s^2, of which one is a difference of nearly equal numbers: it follows from their product. */
static double rebate_at_touch(const terms *m, double rebate, double interest)
{
  double u = m->u - m->s * m->s, product = -2 * interest * m->s * m->s;
  double square = u * u - product;
  if (square < 0) return rebate_by_quadrature(m, rebate, -square / (m->s * m->s) / 2);
  double w = sqrt(square), larger = u > 0 ? u + w : u - w;
  double smaller = larger != 0 ? product / larger : 0;
  double plus = u > 0 ? larger : smaller, minus = u > 0 ? smaller : larger;
  double x = (m->k - u) / m->s, log_density = -x * x / 2 - interest, scale = m->k / m->s / m->s;
  return rebate * (bt_mills_tilted(plus * scale, m->side * (m->k + w) / m->s, log_density) +
                   bt_mills_tilted(minus * scale, m->side * (m->k - w) / m->s, log_density));
}

/* Without volatility the logarithm of the price goes straight to `end`. */
static double certain_price(const bt_vanilla *option, const bt_barrier *barrier, const terms *m)
{
  bool out = barrier->kind == BT_DOWN_OUT || barrier->kind == BT_UP_OUT;
  double end = (option->rate - option->dividend) * option->expiry;
  bool touched = m->side * (end - m->k) <= 0;
  if (touched == out)
    return out ? barrier->rebate * exp(-option->rate * option->expiry * m->k / end) : m->rebate;
  bt_vanilla certain = *option;
  certain.vol = 0;
  return bt_black_scholes_price(&certain);
}

double bt_barrier_price(const bt_vanilla *option, const bt_barrier *barrier)
{
  terms m = terms_of(option, barrier);
  bool out = barrier->kind == BT_DOWN_OUT || barrier->kind == BT_UP_OUT;
  if (m.side * m.k >= 0) return out ? barrier->rebate : bt_black_scholes_price(option);
  if (m.s < BT_NO_DEVIATION) return certain_price(option, barrier, &m);
  double in = knocked_in(&m), price = out ? plain(&m, m.log_strike) - in : in;
  if (price < 0) price = 0; /* by rounding */
  if (barrier->rebate == 0) return price;
  return price + (out ? rebate_at_touch(&m, barrier->rebate, option->rate * option->expiry)
                      : rebate_at_expiry(&m));
}

double bt_barrier_shifted_level(const bt_vanilla *option, const bt_barrier *barrier, size_t n_times)
{
  const double beta = 0.58259715793901068; /* -zeta(1/2) / sqrt(2 pi) */
  double shift = beta * option->vol * sqrt(option->expiry / (double)n_times);
  bool below = barrier->kind == BT_DOWN_OUT || barrier->kind == BT_DOWN_IN;
  return barrier->level * exp(below ? -shift : shift);
}
