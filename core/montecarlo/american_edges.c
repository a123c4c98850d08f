#include "core/montecarlo/american_edges.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/pricing/black_scholes.h"
#include "core/vector_math.h"

enum { N_POINTS = BT_EXERCISE_BLOCK };

/* ---- where edges are --------------------------------------------------------------------------
 */

/* What the rule's exercise gains at many points, between the ends of a range of the Brownian
 * motion. */
typedef struct edge_points {
  double b[N_POINTS], exercised[N_POINTS];
} edge_points;

static bool is_exercised(const edge_points *p, size_t i)
{
  return p->exercised[i] >= -DBL_MAX;
}

static void look_between(edge_points *p, const bt_rule *rule, const bt_exercise *exercise,
                         size_t date, double low, double high)
{
  for (size_t i = 0; i < N_POINTS; i++) p->b[i] = low + (high - low) * ((double)i / (N_POINTS - 1));
  bt_rule_exercised(p->exercised, rule, exercise, date, p->b, N_POINTS);
}

/* The first point of which the next one is on the other side; N_POINTS - 1: none from `from` on. */
static size_t find_change(const edge_points *p, size_t from)
{
  while (from < N_POINTS - 1 && is_exercised(p, from) == is_exercised(p, from + 1)) from++;
  return from;
}

/* Between points i and i + 1, by ever closer points. */
static void add_edge(bt_edge_date *out, const edge_points *coarse, size_t i, const bt_rule *rule,
                     const bt_exercise *exercise, size_t date)
{
  enum { ROUNDS = 5 }; /* each makes the range 511 times as narrow: to the last digit */
  const bool is_below = is_exercised(coarse, i);
  edge_points p = *coarse;
  for (size_t round = 0; round < ROUNDS && i < N_POINTS - 1; round++) {
    const double low = p.b[i], high = p.b[i + 1], gain = p.exercised[is_below ? i : i + 1];
    out->b[out->n] = low + (high - low) / 2;
    out->gain[out->n] = gain;
    look_between(&p, rule, exercise, date, low, high);
    i = find_change(&p, 0);
  }
  out->side[out->n++] = is_below ? 1 : -1;
}

static void find_edges(bt_edge_date *out, const bt_rule *rule, const bt_exercise *exercise,
                       size_t date)
{
  const double deviations = 7, reach = deviations * sqrt((double)date);
  edge_points p;
  look_between(&p, rule, exercise, date, -reach, reach);
  for (size_t i = find_change(&p, 0); i < N_POINTS - 1 && out->n < BT_EDGES_MOST;
       i = find_change(&p, i + 1))
    add_edge(out, &p, i, rule, exercise, date);
}

/* What exercise of a put at this price, its strike being 1, gains over holding on, by the quadratic
 * approximation of Barone-Adesi and Whaley, Efficient Analytic Approximation of American Option
 * Values, Journal of Finance 42 (1987), of which it is the equation of the critical price. */
static double gain_of_exercise(const bt_vanilla *put)
{
  const double variance = put->vol * put->vol, interest = 2 * put->rate / variance;
  const double drift = 2 * (put->rate - put->dividend) / variance - 1;
  const double due = -expm1(-put->rate * put->expiry);
  const double power = -(drift + sqrt(drift * drift + 4 * interest / due)) / 2;
  const double delta = bt_black_scholes_greeks(put).delta;
  return 1 - put->spot - bt_black_scholes_price(put) + (1 + delta) * put->spot / power;
}

/* The logarithm of the price / strike at which a put with this much time left is best exercised;
 * NaN of a rate not above 0, where it is not exercised early or between two prices. */
static double best_log_price(double rate, double dividend, double vol, double left)
{
  enum { HALVINGS = 60 }; /* to the last digit of a price that is not far below 1 */
  double low = 0, high = 1;
  if (!(rate > 0)) return (double)NAN;
  for (size_t i = 0; i < HALVINGS; i++) {
    const double middle = low + (high - low) / 2;
    const bt_vanilla put = {BT_PUT, middle, 1, rate, dividend, vol, left};
    if (gain_of_exercise(&put) > 0)
      low = middle;
    else
      high = middle;
  }
  return log(high);
}

/* A derivative from values at either side; 0 where there is none. */
static double slope_of(double above, double below, double apart)
{
  const double slope = (above - below) / apart;
  return isfinite(slope) ? slope : 0;
}

static void find_best_moves(bt_edge_date *out, const bt_exercise *e, size_t date)
{
  const double left = e->expiry - (double)date * e->step, by_vol = 1e-4 * e->vol;
  const double h = e->rate > 0 && e->rate < 2e-4 ? e->rate / 2 : 1e-4; /* above 0 both */
  out->best_by_vol =
      slope_of(best_log_price(e->rate, e->dividend, e->vol + by_vol, left),
               best_log_price(e->rate, e->dividend, e->vol - by_vol, left), 2 * by_vol);
  out->best_by_rate = slope_of(best_log_price(e->rate + h, e->dividend, e->vol, left),
                               best_log_price(e->rate - h, e->dividend, e->vol, left), 2 * h);
  out->best_by_dividend = slope_of(best_log_price(e->rate, e->dividend + h, e->vol, left),
                                   best_log_price(e->rate, e->dividend - h, e->vol, left), 2 * h);
}

bt_status bt_edges_init(bt_edges *out, const bt_rule *rule, const bt_exercise *exercise,
                        bt_error *err)
{
  bt_edges edges = {calloc(exercise->n_dates, sizeof *edges.dates)};
  if (!edges.dates) return bt_fail_nomem(err, "edges of an exercise rule");
  for (size_t date = 1; date < exercise->n_dates; date++) {
    find_edges(&edges.dates[date - 1], rule, exercise, date);
    find_best_moves(&edges.dates[date - 1], exercise, date);
  }
  *out = edges;
  return BT_OK;
}

void bt_edges_clear(bt_edges *edges)
{
  free(edges->dates);
  edges->dates = NULL;
}

/* ---- along paths ------------------------------------------------------------------------------
 */

void bt_edge_sums_begin(bt_edge_sums *sums, const double *b, size_t n)
{
  memset(sums, 0, sizeof *sums);
  memcpy(sums->here, b, n * sizeof *b);
  sums->n = n;
}

/* One edge of the date that is `here`, between `before` and `after`. The bridge has the mean of
 * both, and a variance of 1/2. A path moves over it by its log's derivative / step_vol. */
static void cross_edge(bt_edge_sums *sums, const bt_edge_date *at, size_t edge,
                       const bt_exercise *e, size_t date, const double *before)
{
  const double density_at_0 = 0.56418958354775628695; /* 1 / sqrt(pi) */
  const double b = at->b[edge], gain = at->gain[edge], years = (double)date * e->step;
  const double by_vol = sqrt(e->step) * b - e->vol * years - at->best_by_vol;
  const double by_rate = years - at->best_by_rate, by_dividend = -years - at->best_by_dividend;
  const double scale = -at->side[edge] * density_at_0 / e->step_vol;
  const double to_score = date == 1 ? 1 / e->step_vol : 0;
  double density[N_POINTS];
  for (size_t i = 0; i < sums->n; i++) {
    const double away = b - (before[i] + sums->after[i]) / 2;
    density[i] = -away * away;
  }
  bt_exp_array(density, density, sums->n);
  for (size_t i = 0; i < sums->n; i++) {
    const double moved = scale * density[i] * (gain - sums->later[i]);
    sums->by_log[i] += moved;
    sums->by_vol[i] += moved * by_vol;
    sums->by_rate[i] += moved * by_rate;
    sums->by_dividend[i] += moved * by_dividend;
    sums->score[i] += moved * to_score * (b - sums->here[i]);
  }
}

static void cross_edges(bt_edge_sums *sums, const bt_edges *edges, const bt_exercise *exercise,
                        size_t date, const double *before)
{
  const bt_edge_date *at = &edges->dates[date - 1];
  for (size_t edge = 0; edge < at->n; edge++) cross_edge(sums, at, edge, exercise, date, before);
}

void bt_edge_sums_step(bt_edge_sums *sums, const bt_edges *edges, const bt_exercise *exercise,
                       size_t date, const double *b, const double *exercised)
{
  if (date + 1 < exercise->n_dates) cross_edges(sums, edges, exercise, date + 1, b);
  memcpy(sums->after, sums->here, sizeof sums->after);
  memcpy(sums->here, b, sums->n * sizeof *b);
  memcpy(sums->later, sums->premium, sizeof sums->later);
  for (size_t i = 0; i < sums->n; i++) {
    const bool is_stopped = exercised[i] >= -DBL_MAX; /* and comes to no later edge */
    sums->premium[i] = is_stopped ? exercised[i] : sums->premium[i];
    sums->by_log[i] = is_stopped ? 0 : sums->by_log[i];
    sums->by_vol[i] = is_stopped ? 0 : sums->by_vol[i];
    sums->by_rate[i] = is_stopped ? 0 : sums->by_rate[i];
    sums->by_dividend[i] = is_stopped ? 0 : sums->by_dividend[i];
  }
}

void bt_edge_sums_end(bt_edge_sums *sums, const bt_edges *edges, const bt_exercise *exercise)
{
  const double today[N_POINTS] = {0};
  if (exercise->n_dates > 1) cross_edges(sums, edges, exercise, 1, today);
}
