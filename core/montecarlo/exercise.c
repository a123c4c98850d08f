#include "core/montecarlo/exercise.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

/* Of options on their dates: d1 and d2 with the sign of the type, what discounts the underlying and
 * the strike, and years left. */
typedef struct pieces {
  double d1[BT_EXERCISE_BLOCK], d2[BT_EXERCISE_BLOCK];
  double held[BT_EXERCISE_BLOCK], paid[BT_EXERCISE_BLOCK];
  double left[BT_EXERCISE_BLOCK];
} pieces;

/* n <= BT_EXERCISE_BLOCK; d1 and d2 are 0 from there on. Where no time is left, v is so small that
 * each d is beyond `certain` but at the strike itself, where nothing is paid. */
static void find_pieces(pieces *p, const bt_exercise *e, double sign, const double *date,
                        const double *price, size_t n)
{
  memset(p->d1, 0, sizeof p->d1);
  memset(p->d2, 0, sizeof p->d2);
  bt_log_array(p->d1, price, n);
  for (size_t i = 0; i < n; i++) {
    const double now = date[i] * e->step, left = date[i] < (double)e->n_dates ? e->expiry - now : 0;
    const double v = e->vol * sqrt(left) + 1e-300;
    const double x = (p->d1[i] + (e->rate - e->dividend) * left) / v + v / 2, y = x - v;
    p->left[i] = left;
    p->held[i] = -e->rate * now - e->dividend * left;
    p->paid[i] = -e->rate * (now + left);
    p->d1[i] = sign * (x > certain ? certain : x < -certain ? -certain : x);
    p->d2[i] = sign * (y > certain ? certain : y < -certain ? -certain : y);
  }
  bt_exp_array(p->held, p->held, n);
  bt_exp_array(p->paid, p->paid, n);
}

/* Options of one type. */
static void option_values(double *out, const bt_exercise *e, double sign, const double *date,
                          const double *price, size_t n)
{
  const size_t n_whole = (n + BT_LANES - 1) / BT_LANES * BT_LANES;
  pieces p;
  find_pieces(&p, e, sign, date, price, n);
  normal_cdfs(p.d1, n_whole);
  normal_cdfs(p.d2, n_whole);
  for (size_t i = 0; i < n; i++)
    out[i] = sign * (price[i] * p.held[i] * p.d1[i] - p.paid[i] * p.d2[i]);
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

/* ---- what options are made of -----------------------------------------------------------------
 */

void bt_exercise_european_legs(bt_exercise_legs *out, const bt_exercise *exercise,
                               const double *date, const double *price, size_t n)
{
  const double density_at_0 = 0.39894228040143267794; /* 1 / sqrt(2 pi) */
  const size_t n_whole = (n + BT_LANES - 1) / BT_LANES * BT_LANES;
  pieces p;
  find_pieces(&p, exercise, exercise->sign, date, price, n);
  for (size_t i = 0; i < n; i++) out->by_vol[i] = -0.5 * p.d1[i] * p.d1[i];
  bt_exp_array(out->by_vol, out->by_vol, n);
  normal_cdfs(p.d1, n_whole);
  normal_cdfs(p.d2, n_whole);
  for (size_t i = 0; i < n; i++) {
    const double held = price[i] * p.held[i];
    out->stock[i] = held * p.d1[i];
    out->strike[i] = p.paid[i] * p.d2[i];
    out->by_vol[i] *= held * density_at_0 * sqrt(p.left[i]);
    out->years[i] = exercise->expiry;
  }
}

void bt_exercise_payoff_legs(bt_exercise_legs *out, const bt_exercise *exercise, const double *date,
                             const double *price, size_t n)
{
  for (size_t i = 0; i < n; i++) out->strike[i] = -exercise->rate * (date[i] * exercise->step);
  bt_exp_array(out->strike, out->strike, n);
  for (size_t i = 0; i < n; i++) {
    const bool pays = exercise->sign * (price[i] - 1) > 0;
    out->strike[i] = pays ? out->strike[i] : 0;
    out->stock[i] = price[i] * out->strike[i];
    out->by_vol[i] = 0;
    out->years[i] = date[i] * exercise->step;
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
  double dates[BT_EXERCISE_BLOCK], prices[BT_EXERCISE_BLOCK];
  const double left = e->expiry - (double)date * e->step;
  const double far = reach * e->vol * sqrt(left) + fabs(e->rate - e->dividend) * left;
  const double distance = far / BT_EXERCISE_TABLE;
  table->first = e->sign > 0 ? 0 : -far;
  table->per_step = 1 / distance;
  for (size_t at = 0; at <= BT_EXERCISE_TABLE; at += BT_EXERCISE_BLOCK) {
    const size_t rest = BT_EXERCISE_TABLE + 1 - at;
    const size_t n = rest < BT_EXERCISE_BLOCK ? rest : BT_EXERCISE_BLOCK;
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

void bt_exercise_prices_on(double *price, const bt_exercise *exercise, const double *date,
                           const double *b, size_t n)
{
  const bt_exercise *e = exercise;
  for (size_t i = 0; i < n; i++) price[i] = e->start + date[i] * e->step_drift + e->step_vol * b[i];
  bt_exp_array(price, price, n);
}

/* The values at at and at + 1, both cut off to whole numbers, and what was cut off of at. */
static inline bt_vector look_up(bt_vector *next, bt_vector *rest, const double *value, bt_vector at)
{
#if BT_WIDTH == 8
  const __m256i k = _mm512_cvttpd_epi32(at);
  *rest = at - _mm512_cvtepi32_pd(k);
  *next = _mm512_i32gather_pd(k, value + 1, sizeof *value);
  return _mm512_i32gather_pd(k, value, sizeof *value);
#elif BT_WIDTH == 4
  const __m128i k = _mm256_cvttpd_epi32(at);
  *rest = at - _mm256_cvtepi32_pd(k);
  *next = _mm256_i32gather_pd(value + 1, k, sizeof *value);
  return _mm256_i32gather_pd(value, k, sizeof *value);
#else
  bt_vector out;
  for (size_t i = 0; i < BT_WIDTH; i++) {
    const int k = (int)at[i];
    (*rest)[i] = at[i] - k;
    (*next)[i] = value[k + 1];
    out[i] = value[k];
  }
  return out;
#endif
}

/* Where the Brownian motion is b: at origin + per_b b distances of the table, held at its ends. n:
 * a whole number of groups of eight. */
static void time_values(double *out, const struct bt_exercise_table *table, double origin,
                        double per_b, const double *b, size_t n)
{
  const bt_vector first = bt_vector_of(0), last = bt_vector_of(BT_EXERCISE_TABLE - 1e-9);
  for (size_t i = 0; i < n; i += BT_WIDTH) {
    const bt_vector at = bt_vector_load(b + i) * per_b + origin;
    bt_vector next, rest;
    const bt_vector low =
        look_up(&next, &rest, table->value, bt_vector_smaller(bt_vector_larger(at, first), last));
    bt_vector_store(out + i, low + rest * (next - low));
  }
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
  const double left = e->expiry - (double)date * e->step, now = sign * discounted(e, date);
  const double dividends = -now * expm1(-e->dividend * left);
  const double interest = -now * expm1(-e->rate * left);
  const double origin = (e->start + (double)date * e->step_drift - table->first) * table->per_step;
  double time_value[BT_EXERCISE_BLOCK];
  time_values(time_value, table, origin, e->step_vol * table->per_step, b, n);
  for (size_t i = 0; i < n; i++) {
    const double over_european = price[i] * dividends - interest - time_value[i];
    gain[i] = sign * (price[i] - 1) > 0 ? over_european : never;
  }
}
