#include "core/montecarlo/exercise.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/vector_math.h"

/* The time value of a date at equal distances of log(price / strike), on the side where exercise
 * pays: of the option of the other type, which is out of the money there. */
struct bt_exercise_table {
  double first, per_step; /* log(price / strike) of value[0]; 1 / the distance */
  double value[BT_EXERCISE_TABLE + 1];
};

/* ---- Black and Scholes, of many ---------------------------------------------------------------
 * In strikes and worth today. Source: core/pricing/black_scholes.h. */

/* Beyond this the normal distribution is 0 or 1 in double precision. */
static const double certain = 40;

/* P(X <= x) of x[i]. */
static void normal_cdfs(double *x, size_t n)
{
  for (size_t i = 0; i < n; i += BT_WIDTH)
    bt_vector_store(x + i, 0.5 * bt_vector_erfc(bt_vector_load(x + i) * -0.70710678118654752440));
}

/* Options of one type on their dates; n <= BT_EXERCISE_BLOCK. Where no time is left, v is so small
 * that each d is beyond `certain` but at the strike itself, where nothing is paid. */
static void option_values(double *out, const bt_exercise *e, double sign, const double *date,
                          const double *price, size_t n)
{
  enum { N = BT_EXERCISE_BLOCK };
  const size_t n_whole = (n + BT_LANES - 1) / BT_LANES * BT_LANES;
  double d1[N] = {0}, d2[N] = {0}, held[N], paid[N];
  bt_log_array(d1, price, n);
  for (size_t i = 0; i < n; i++) {
    const double now = date[i] * e->step, left = date[i] < (double)e->n_dates ? e->expiry - now : 0;
    const double v = e->vol * sqrt(left) + 1e-300;
    const double x = (d1[i] + (e->rate - e->dividend) * left) / v + v / 2, y = x - v;
    held[i] = -e->rate * now - e->dividend * left;
    paid[i] = -e->rate * (now + left);
    d1[i] = sign * (x > certain ? certain : x < -certain ? -certain : x);
    d2[i] = sign * (y > certain ? certain : y < -certain ? -certain : y);
  }
  bt_exp_array(held, held, n);
  bt_exp_array(paid, paid, n);
  normal_cdfs(d1, n_whole);
  normal_cdfs(d2, n_whole);
  for (size_t i = 0; i < n; i++) out[i] = sign * (price[i] * held[i] * d1[i] - paid[i] * d2[i]);
}

void bt_exercise_europeans(double *european, const bt_exercise *exercise, const double *date,
                           const double *price, size_t n)
{
  option_values(european, exercise, exercise->sign, date, price, n);
}

void bt_exercise_payoffs(double *payoff, const bt_exercise *exercise, const double *date,
                         const double *price, size_t n)
{
  for (size_t i = 0; i < n; i++) payoff[i] = -exercise->rate * (date[i] * exercise->step);
  bt_exp_array(payoff, payoff, n);
  for (size_t i = 0; i < n; i++) {
    const double gain = exercise->sign * (price[i] - 1);
    payoff[i] *= gain > 0 ? gain : 0;
  }
}

/* ---- tables -----------------------------------------------------------------------------------
 */

/* Further in the money than this, in standard deviations of what is to come, there is no time
 * value.
 */
static const double reach = 9;

static double discounted(const bt_exercise *e, size_t date)
{
  return exp(-e->rate * (double)date * e->step);
}

static void fill_table(struct bt_exercise_table *table, const bt_exercise *e, size_t date)
{
  enum { N = BT_EXERCISE_BLOCK };
  double dates[N], prices[N];
  const double left = e->expiry - (double)date * e->step;
  const double far = reach * e->vol * sqrt(left) + fabs(e->rate - e->dividend) * left;
  const double distance = far / BT_EXERCISE_TABLE;
  table->first = e->sign > 0 ? 0 : -far;
  table->per_step = 1 / distance;
  for (size_t at = 0; at <= BT_EXERCISE_TABLE; at += N) {
    const size_t n = at + N <= BT_EXERCISE_TABLE + 1 ? N : BT_EXERCISE_TABLE + 1 - at;
    for (size_t i = 0; i < n; i++) {
      dates[i] = (double)date;
      prices[i] = table->first + (double)(at + i) * distance;
    }
    bt_exp_array(prices, prices, n);
    option_values(table->value + at, e, -e->sign, dates, prices, n);
  }
}

bt_status bt_exercise_init(bt_exercise *out, const bt_vanilla *option, size_t n_dates,
                           bt_error *err)
{
  const double step = option->expiry / (double)n_dates, vol = option->vol;
  bt_exercise e = {
      .n_dates = n_dates,
      .sign = option->type == BT_CALL ? 1 : -1,
      .rate = option->rate,
      .dividend = option->dividend,
      .expiry = option->expiry,
      .step = step,
      .start = log(option->spot / option->strike),
      .vol = vol,
      .step_drift = (option->rate - option->dividend - vol * vol / 2) * step,
      .step_vol = vol * sqrt(step),
  };
  e.tables = calloc(n_dates, sizeof *e.tables);
  if (!e.tables) return bt_fail_nomem(err, "European prices at the exercise dates");
  for (size_t date = 1; date < n_dates; date++) fill_table(&e.tables[date - 1], &e, date);
  *out = e;
  return BT_OK;
}

void bt_exercise_clear(bt_exercise *exercise)
{
  free(exercise->tables);
  exercise->tables = NULL;
}

/* ---- paths ------------------------------------------------------------------------------------
 */

void bt_exercise_walk(double *b, const bt_exercise *exercise, size_t date, const bt_stream *stream,
                      uint64_t first, size_t n)
{
  double z[BT_EXERCISE_BLOCK];
  bt_stream_normals(z, stream, (uint32_t)date, first, n);
  const bool is_last = date == exercise->n_dates;
  const double share = (double)date / (double)(date + 1);
  const double kept = is_last ? 0 : share, moved = sqrt(is_last ? (double)date : share);
  for (size_t i = 0; i < n; i++) b[i] = (is_last ? 0 : kept * b[i]) + moved * z[i];
}

void bt_exercise_prices(double *price, const bt_exercise *exercise, size_t date, const double *b,
                        size_t n)
{
  const double middle = exercise->start + (double)date * exercise->step_drift;
  const double step_vol = exercise->step_vol;
  for (size_t i = 0; i < n; i++) price[i] = middle + step_vol * b[i];
  bt_exp_array(price, price, n);
}

void bt_exercise_gains(double *gain, const bt_exercise *exercise, size_t date, const double *price,
                       const double *b, size_t n)
{
  const bt_exercise *e = exercise;
  const double sign = e->sign, never = -(double)INFINITY;
  if (date == e->n_dates) {
    for (size_t i = 0; i < n; i++) gain[i] = sign * (price[i] - 1) > 0 ? 0 : never;
    return;
  }
  const struct bt_exercise_table *table = &e->tables[date - 1];
  const double left = e->expiry - (double)date * e->step, now = discounted(e, date);
  const double dividends = -expm1(-e->dividend * left), interest = -expm1(-e->rate * left);
  /* log(price) as a number of distances from the first of the table */
  const double origin = (e->start + (double)date * e->step_drift - table->first) * table->per_step;
  const double per_b = e->step_vol * table->per_step, last = BT_EXERCISE_TABLE - 1e-9;
  for (size_t i = 0; i < n; i++) {
    double at = origin + per_b * b[i];
    at = at < 0 ? 0 : at > last ? last : at;
    const int k = (int)at;
    const double time_value = table->value[k] + (at - k) * (table->value[k + 1] - table->value[k]);
    const double carry = now * sign * (price[i] * dividends - interest);
    gain[i] = sign * (price[i] - 1) > 0 ? carry - time_value : never;
  }
}
