#include "core/montecarlo/option_terms.h"

#include <math.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/closed_forms.h"
#include "core/pricing/forward.h"
#include "core/random/normal.h"

static const double deviation_most = 10; /* of the logarithm of the price at expiry */

static bool is_beyond(const bt_barrier *barrier, double price)
{
  return bt_barrier_is_up(barrier) ? price >= barrier->level : price <= barrier->level;
}

bool bt_option_begins_beyond(const bt_option_terms *terms)
{
  return terms->style == BT_BARRIER && !terms->discrete &&
         is_beyond(&terms->barrier, terms->option.spot);
}

static double deviation_of(const bt_option_terms *terms)
{
  return terms->option.vol * sqrt(terms->option.expiry);
}

bool bt_option_is_certain(const bt_option_terms *terms)
{
  if (bt_option_begins_beyond(terms) && bt_barrier_is_out(&terms->barrier)) return true;
  if (terms->style == BT_AMERICAN) return deviation_of(terms) <= 0;
  return deviation_of(terms) < BT_NO_DEVIATION;
}

/* Whether no bound holds what a path may pay. A European call has its put's, by parity. */
static bool is_unbounded(const bt_option_terms *terms)
{
  const bool call = terms->option.type == BT_CALL;
  if (terms->style == BT_LOOKBACK) return call || terms->lookback == BT_LOOKBACK_FLOATING;
  if (terms->style == BT_BARRIER) return call && terms->barrier.kind != BT_UP_OUT;
  return terms->style == BT_ASIAN && call;
}

/* With s the standard deviation of log(S), half of the mean of S^2 comes from paths more than 2 s
 * above the mean of log(S): where ten of them are there, the mean of S has a standard error. */
static double deviation_seen(const bt_option_terms *terms, double n_paths)
{
  const double enough = 10;
  if (!is_unbounded(terms)) return deviation_most;
  double seen = n_paths > 2 * enough ? -bt_normal_quantile(enough / n_paths) / 2 : 0;
  return seen < deviation_most ? seen : deviation_most;
}

/* The rebate's value is that of a touch under another drift, whose square this is: runs as
 * core/montecarlo/barrier.c explains. */
static bool rebate_has_value(const bt_option_terms *terms)
{
  const bt_vanilla *o = &terms->option;
  double variance = o->vol * o->vol, drift = o->rate - o->dividend - variance / 2;
  return drift * drift + 2 * o->rate * variance >= 0;
}

bt_status bt_option_terms_check(const bt_option_terms *terms, double n_paths, bt_error *err)
{
  const double seen = deviation_seen(terms, n_paths);
  if (!(deviation_of(terms) <= seen))
    return bt_fail(
        err, BT_ERR_DATA,
        "--vol, --expiry: vol x sqrt(expiry) is %.4g; %.0f paths tell such a price up to %.3g",
        deviation_of(terms), n_paths, seen);
  bool at_touch =
      terms->style == BT_BARRIER && !terms->discrete && bt_barrier_is_out(&terms->barrier);
  if (at_touch && terms->barrier.rebate > 0 && !rebate_has_value(terms))
    return bt_fail(err, BT_ERR_DATA,
                   "--rebate, --rate: a rebate at the touch has no price by paths where the rate "
                   "is so negative: "
                   "(rate - dividend - vol^2/2)^2 + 2 rate vol^2 is below 0");
  return BT_OK;
}

/* ---- the certain path -------------------------------------------------------------------------
 */

static double price_at(const bt_vanilla *o, double years)
{
  return o->spot * exp((o->rate - o->dividend) * years);
}

static double date_of(const bt_option_terms *terms, size_t i)
{
  return terms->option.expiry * ((double)i / (double)terms->n_steps);
}

static double certain_average(const bt_option_terms *terms)
{
  double sum = 0, n = (double)terms->n_steps;
  const bt_vanilla *o = &terms->option;
  if (terms->average == BT_GEOMETRIC) return price_at(o, o->expiry * (n + 1) / (2 * n));
  for (size_t i = 1; i <= terms->n_steps; i++) sum += price_at(o, date_of(terms, i));
  return sum / n;
}

/* When it is touched; infinite where it is not. */
static double touch_time(const bt_option_terms *terms)
{
  const bt_vanilla *o = &terms->option;
  if (!terms->discrete) {
    if (is_beyond(&terms->barrier, o->spot)) return 0;
    if (!is_beyond(&terms->barrier, price_at(o, o->expiry))) return (double)INFINITY;
    return log(terms->barrier.level / o->spot) / (o->rate - o->dividend);
  }
  for (size_t i = 1; i <= terms->n_steps; i++)
    if (is_beyond(&terms->barrier, price_at(o, date_of(terms, i)))) return date_of(terms, i);
  return (double)INFINITY;
}

static double certain_barrier(const bt_option_terms *terms, double discount, double paid)
{
  double touch = touch_time(terms), rebate = terms->barrier.rebate;
  if (bt_barrier_is_out(&terms->barrier))
    return isinf(touch) ? discount * paid : rebate * exp(-terms->option.rate * touch);
  return discount * (isinf(touch) ? rebate : paid);
}

/* The extremes of a path that only rises or only falls lie at its ends. */
static double certain_lookback(const bt_option_terms *terms, double last)
{
  const bt_vanilla *o = &terms->option;
  double most = last > o->spot ? last : o->spot, least = last < o->spot ? last : o->spot;
  if (terms->lookback == BT_LOOKBACK_FLOATING)
    return o->type == BT_CALL ? last - least : most - last;
  return bt_payoff(o->type, o->type == BT_CALL ? most : least, o->strike);
}

/* The best date, of which today is one. */
static double certain_american(const bt_option_terms *terms)
{
  const bt_vanilla *o = &terms->option;
  double best = 0;
  for (size_t i = 0; i <= terms->n_steps; i++) {
    double t = date_of(terms, i);
    double value = exp(-o->rate * t) * bt_payoff(o->type, price_at(o, t), o->strike);
    if (value > best) best = value;
  }
  return best;
}

double bt_option_certain_price(const bt_option_terms *terms)
{
  const bt_vanilla *o = &terms->option;
  double discount = exp(-o->rate * o->expiry), last = price_at(o, o->expiry);
  double paid = bt_payoff(o->type, last, o->strike);
  switch (terms->style) {
  case BT_AMERICAN:
    return certain_american(terms);
  case BT_ASIAN:
    return discount * bt_payoff(o->type, certain_average(terms), o->strike);
  case BT_BARRIER:
    return certain_barrier(terms, discount, paid);
  case BT_LOOKBACK:
    return discount * certain_lookback(terms, last);
  default:
    return discount * paid;
  }
}

/* ---- closed forms -----------------------------------------------------------------------------
 */

static double barrier_closed_form(const bt_option_terms *terms)
{
  bt_barrier barrier = terms->barrier;
  if (terms->discrete)
    barrier.level = bt_barrier_shifted_level(&terms->option, &barrier, terms->n_steps);
  return bt_barrier_price(&terms->option, &barrier);
}

double bt_option_closed_form(const bt_option_terms *terms)
{
  if (!bt_option_closed_form_name(terms)) return (double)NAN;
  switch (terms->style) {
  case BT_ASIAN:
    return bt_geometric_asian_price(&terms->option, terms->n_steps); /* also of one fixing */
  case BT_BARRIER:
    return barrier_closed_form(terms);
  case BT_LOOKBACK:
    return bt_lookback_price(&terms->option, terms->lookback);
  default:
    return bt_black_scholes_price(&terms->option);
  }
}

const char *bt_option_closed_form_name(const bt_option_terms *terms)
{
  switch (terms->style) {
  case BT_ASIAN:
    if (terms->n_steps == 1) return "Black-Scholes-Merton, one fixing";
    return terms->average == BT_GEOMETRIC ? "Kemna-Vorst" : NULL;
  case BT_BARRIER:
    return terms->discrete ? "approximation of Broadie, Glasserman and Kou" : "Reiner-Rubinstein";
  case BT_LOOKBACK:
    if (terms->discrete) return NULL;
    return terms->lookback == BT_LOOKBACK_FIXED ? "Conze-Viswanathan" : "Goldman-Sosin-Gatto";
  case BT_AMERICAN:
    return "Black-Scholes-Merton, European";
  default:
    return "Black-Scholes-Merton";
  }
}
