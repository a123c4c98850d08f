#include "core/pricing/lattice.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/pricing/black_scholes.h"
#include "core/pricing/forward.h"
#include "core/pricing/put_form.h"
#include "core/vector_math.h"

/* Steps from date to date in the coarser tree: with so many a kink spreads over nodes enough to be
 * treated as below, and with so many the nodes of a date do not depend on how long a step is. */
enum { APART = 4, FAR_APART = 8 };

/* A binomial tree of Cox, Ross and Rubinstein (1979), with three things that make its error small
 * and smooth enough to be extrapolated:
 *  - one step before expiry values are those of Black and Scholes, and prices of n and n / 2 steps
 *    are extrapolated to infinitely many (BBSR: Broadie and Detemple, American Option Valuation,
 *    Review of Financial Studies 9, 1996);
 *  - where exercise dates lie several steps apart, a date leaves a kink in the value somewhere
 *    between two nodes, and the error would depend on where. A sum over nodes h apart misses the
 *    integral over a kink by its jump in slope times h^2 (1/12 - f (1 - f) / 2), f being how far it
 *    lies between its nodes (Euler and Maclaurin's formula): the two nodes take that up;
 *  - a drift that is large beside the volatility moves the nodes along with it (else probabilities
 *    would leave 0 to 1), each step up and down then having probability 1/2.
 * Calls are priced as puts with spot and strike, rate and dividend exchanged, whose value is
 * bounded (put_form.h). */
typedef struct tree {
  const bt_vanilla *put;
  size_t n_steps, steps_between; /* exercise dates */
  double step;                   /* the logarithm of the price goes up or down by it */
  double drift;                  /* and moves by it on each step */
  double up, down;               /* discounted probabilities */
  bool apart;                    /* exercise dates, in both trees */
  bool smooth;                   /* kinks are treated */
  double *value;                 /* n_steps of them: of the nodes of a step, from the lowest up */
  double *powers[2];             /* exp(step m) of even and odd m; m = 0 or 1 stands at `middle` */
  size_t middle;
} tree;

/* Node i of step j is at base x powers[i], with base = spot exp(drift j). */
static const double *powers_of(const tree *t, size_t j)
{
  return t->powers[j % 2] + t->middle - (j + 1) / 2;
}

static double base_of(const tree *t, size_t j)
{
  return t->put->spot * exp(t->drift * (double)j);
}

static bool is_date(const tree *t, size_t j)
{
  return j > 0 && j % t->steps_between == 0;
}

/* Sets what depends on the number of steps. */
static void lay_out(tree *t, size_t n_steps, size_t steps_between, bool drifts)
{
  assert(steps_between > 0);
  const double highest = 600; /* of a power's logarithm: beyond, a put is worth nothing */
  const bt_vanilla *put = t->put;
  double years = put->expiry / (double)n_steps, a = put->vol * sqrt(years);
  double growth = (put->rate - put->dividend) * years, discount = exp(-put->rate * years);
  double log_cosh = a + log((1 + exp(-2 * a)) / 2);
  t->n_steps = n_steps;
  t->steps_between = steps_between;
  t->step = a;
  t->drift = drifts ? growth - log_cosh : 0;
  double up = drifts ? 0.5 : (expm1(growth) - expm1(-a)) / (expm1(a) - expm1(-a));
  t->up = discount * up;
  t->down = discount * (1 - up);
  t->smooth = t->apart && a < 0.25; /* and neighbours are close */
  t->middle = n_steps / 2 + 1;
  for (size_t i = 0; i < 2 * t->middle; i++) {
    double m = 2 * ((double)i - (double)t->middle);
    t->powers[0][i] = fmin(highest, m * a);
    t->powers[1][i] = fmin(highest, (m + 1) * a);
  }
  for (size_t i = 0; i < 2; i++) bt_exp_array(t->powers[i], t->powers[i], 2 * t->middle);
}

/* The last step before expiry. */
static void begin(const tree *t)
{
  size_t j = t->n_steps - 1;
  const double *powers = powers_of(t, j);
  bt_vanilla rest = *t->put;
  double base = base_of(t, j);
  rest.expiry = t->put->expiry / (double)t->n_steps;
  for (size_t i = 0; i <= j; i++) {
    rest.spot = base * powers[i];
    double hold = rest.spot > 0 ? bt_black_scholes_price(&rest) : rest.strike * (t->up + t->down);
    double exercise = is_date(t, j) ? rest.strike - rest.spot : 0;
    t->value[i] = hold > exercise ? hold : exercise;
  }
}

static void hold(const tree *t, size_t j)
{
  double *restrict value = t->value;
  for (size_t i = 0; i <= j; i++) value[i] = t->down * value[i] + t->up * value[i + 1];
}

static void hold_or_exercise(const tree *t, size_t j)
{
  double *restrict value = t->value;
  const double *restrict powers = powers_of(t, j);
  double base = base_of(t, j), strike = t->put->strike, down = t->down, up = t->up;
  for (size_t i = 0; i <= j; i++) {
    double held = down * value[i] + up * value[i + 1], exercised = strike - base * powers[i];
    value[i] = held > exercised ? held : exercised;
  }
}

/* Values were held to step j. gain: of holding over exercise. */
static void exercise_smoothly(const tree *t, size_t j)
{
  const double *powers = powers_of(t, j);
  double *value = t->value, base = base_of(t, j), gain_before = 0;
  for (size_t i = 0; i <= j; i++) {
    double exercised = t->put->strike - base * powers[i], gain = value[i] - exercised;
    if (gain < 0) value[i] = exercised;
    if (i > 0 && (gain < 0) != (gain_before < 0)) {
      double way = gain_before / (gain_before - gain);
      double missed = fabs(gain - gain_before) * (1.0 / 12 - way * (1 - way) / 2);
      value[i - 1] += (1 - way) * missed;
      value[i] += way * missed;
    }
    gain_before = gain;
  }
}

/* The change with the spot is that of the second step, where there are three nodes: two steps from
 * now and a drift aside, which costs as much as other things that extrapolation takes out. */
enum { SLOPES_STEP = 2 };

static void find_slopes(bt_lattice_slopes *out, const tree *t)
{
  const double *powers = powers_of(t, SLOPES_STEP), *value = t->value;
  const double base = base_of(t, SLOPES_STEP);
  const double below = base * (powers[1] - powers[0]), above = base * (powers[2] - powers[1]);
  const double fall = (value[1] - value[0]) / below, rise = (value[2] - value[1]) / above;
  out->delta = (fall * above + rise * below) / (below + above);
  out->gamma = 2 * (rise - fall) / (below + above);
}

static bt_lattice_slopes value_on(const tree *t)
{
  bt_lattice_slopes out = {.delta = (double)NAN, .gamma = (double)NAN};
  begin(t);
  if (t->n_steps - 1 == SLOPES_STEP) find_slopes(&out, t);
  for (size_t j = t->n_steps - 1; j-- > 0;) {
    if (is_date(t, j) && !t->smooth) {
      hold_or_exercise(t, j);
    } else {
      hold(t, j);
      if (is_date(t, j)) exercise_smoothly(t, j);
    }
    if (j == SLOPES_STEP) find_slopes(&out, t);
  }
  out.price = t->value[0];
  return out;
}

/* Whether a tree with steps of so many years misses what there is to wait for. Where the price
 * drifts away from exercise, the chance that it comes back falls with the logarithm of the price,
 * at best as exp(-rate_of_fall x distance) (the perpetual option's exponent: Merton 1973); that is
 * worth about a strike / rate_of_fall, and nodes have to be closer than it reaches. */
static bool is_too_coarse(const bt_vanilla *put, double years)
{
  const double worth_least = 1e-4, closeness = 0.5;
  double variance = put->vol * put->vol, drift = put->rate - put->dividend - variance / 2;
  double squares = drift * drift + 2 * put->rate * variance;
  double rate_of_fall = (drift + sqrt(squares > 0 ? squares : 0)) / variance;
  return rate_of_fall * put->vol * sqrt(years) > closeness && rate_of_fall * worth_least < 1;
}

/* At least n_steps, in a tree of twice `half` steps and one of `half`. */
static bt_status extrapolate(bt_lattice_slopes *out, const bt_vanilla *put, size_t n_dates,
                             size_t n_steps, bt_error *err)
{
  size_t n_parts = n_dates == 0 ? 1 : n_dates, between = (n_steps - 1) / (2 * n_parts) + 1;
  size_t half = between * n_parts, n_powers = 2 * (half + 1);
  if ((n_dates == 0 || between < FAR_APART) && is_too_coarse(put, put->expiry / (double)(2 * half)))
    return bt_fail(err, BT_ERR_DATA,
                   "a tree of %zu steps: over %g years too few for vol %g beside a drift of %g",
                   2 * half, put->expiry, put->vol, put->rate - put->dividend);
  double *memory = malloc((2 * half + 2 * n_powers) * sizeof *memory);
  if (memory == NULL) return bt_fail_nomem(err, "tree of an American option");
  double *powers = memory + 2 * half;
  tree t = {.put = put,
            .apart = n_dates > 0 && between >= APART,
            .value = memory,
            .powers = {powers, powers + n_powers}};
  double root = sqrt(put->expiry / (double)half); /* of the longer steps */
  bool drifts = fabs(put->rate - put->dividend) * root > put->vol / 2;
  lay_out(&t, half, n_dates == 0 ? 1 : between, drifts);
  const bt_lattice_slopes coarse = value_on(&t);
  lay_out(&t, 2 * half, n_dates == 0 ? 1 : 2 * between, drifts);
  const bt_lattice_slopes fine = value_on(&t);
  *out = (bt_lattice_slopes){2 * fine.price - coarse.price, 2 * fine.delta - coarse.delta,
                             2 * fine.gamma - coarse.gamma};
  free(memory);
  return BT_OK;
}

/* ---- what needs no tree -----------------------------------------------------------------------
 */

/* Exercised after `years` of a certain path, discounted to today. */
static double certain_gain(const bt_vanilla *option, double years)
{
  double spot = option->spot * exp(-option->dividend * years);
  return bt_payoff(option->type, spot, option->strike * exp(-option->rate * years));
}

/* The best date, now included; at any time: now, at expiry, or where the gain no longer rises. */
static double certain_price(const bt_vanilla *option, size_t n_dates)
{
  double best = fmax(certain_gain(option, 0), certain_gain(option, option->expiry));
  for (size_t i = 1; i < n_dates; i++)
    best = fmax(best, certain_gain(option, option->expiry * (double)i / (double)n_dates));
  if (n_dates > 0) return best;
  double interest = option->rate * option->strike, dividends = option->dividend * option->spot;
  double years = log(interest / dividends) / (option->rate - option->dividend);
  return years > 0 && years < option->expiry ? fmax(best, certain_gain(option, years)) : best;
}

static bool is_european(const bt_vanilla *put, size_t n_dates)
{
  return n_dates == 1 || bt_put_is_held(put);
}

/* A call's slopes from those of its put form, which is worth the same number of its strikes at each
 * ratio of spot to strike. */
static void turn_slopes(bt_lattice_slopes *slopes, const bt_vanilla *put)
{
  const double ratio = put->spot / put->strike;
  slopes->delta = slopes->price / put->strike - ratio * slopes->delta;
  slopes->gamma *= ratio * ratio;
}

/* Of an option with volatility and time left. */
static bt_status find_value(bt_lattice_slopes *out, const bt_vanilla *option, size_t n_dates,
                            size_t n_steps, bt_error *err)
{
  const double european = bt_black_scholes_price(option);
  const bt_vanilla put = bt_put_form(option);
  if (is_european(&put, n_dates)) {
    const bt_greeks greeks = bt_black_scholes_greeks(option);
    *out = (bt_lattice_slopes){european, greeks.delta, greeks.gamma};
  } else {
    bt_status status = extrapolate(out, &put, n_dates, n_steps, err);
    if (status != BT_OK) return status;
    if (option->type == BT_CALL) turn_slopes(out, &put);
  }
  const double now = bt_payoff(option->type, option->spot, option->strike);
  if (now > 0 && now >= fmax(out->price, european))
    *out = (bt_lattice_slopes){now, option->type == BT_CALL ? 1 : -1, 0};
  out->price = fmax(now, fmax(out->price, european));
  return BT_OK;
}

bt_status bt_lattice_value(bt_lattice_slopes *out, const bt_vanilla *option, size_t n_dates,
                           size_t n_steps, bt_error *err)
{
  const double none = (double)NAN;
  if (n_steps < 1 || n_steps > BT_LATTICE_STEPS_MOST)
    return bt_fail(err, BT_ERR_USAGE, "a tree of %zu steps: there must be 1 to %d", n_steps,
                   BT_LATTICE_STEPS_MOST);
  if (n_dates > BT_LATTICE_STEPS_MOST / 2)
    return bt_fail(err, BT_ERR_USAGE, "a tree with %zu exercise dates: there must be at most %d",
                   n_dates, BT_LATTICE_STEPS_MOST / 2);
  if (option->vol * sqrt(option->expiry) < BT_NO_DEVIATION) {
    *out = (bt_lattice_slopes){certain_price(option, n_dates), none, none};
    return BT_OK;
  }
  bt_lattice_slopes found = {0};
  bt_status status = find_value(&found, option, n_dates, n_steps, err);
  if (status == BT_OK) *out = found;
  return status;
}

bt_status bt_lattice_price(double *out, const bt_vanilla *option, size_t n_dates, size_t n_steps,
                           bt_error *err)
{
  bt_lattice_slopes found;
  bt_status status = bt_lattice_value(&found, option, n_dates, n_steps, err);
  if (status == BT_OK) *out = found.price;
  return status;
}
