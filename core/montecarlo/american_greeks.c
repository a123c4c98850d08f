#include "core/montecarlo/american_greeks.h"

#include <math.h>
#include <stdbool.h>

#include "core/pricing/black_scholes.h"

enum { N_EACH = BT_EXERCISE_BLOCK };

/* A number for each path. */
typedef struct rows {
  double of[BT_GREEK_COUNT][N_EACH];
} rows;

/* Derivatives in money of the option with these legs and edges; names as in the header. */
static void find_greeks(rows *out, const bt_vanilla *option, const bt_exercise *e,
                        const bt_american_paths_seen *paths, const bt_exercise_legs *legs)
{
  const bt_american_stops *stops = paths->stops;
  const bt_edge_sums *edges = paths->edges;
  const bool is_call = option->type == BT_CALL;
  const double spot = option->spot, money = is_call ? option->spot : option->strike;
  const double root_step = sqrt(e->step), half_vol = e->vol / 2;
  for (size_t i = 0; i < paths->n; i++) {
    const double stock = legs->stock[i], strike = legs->strike[i], years = legs->years[i];
    const double log_by_vol = root_step * stops->b[i] - e->vol * (e->step * stops->date[i]);
    const double by_log = edges->by_log[i] - stock; /* of the spot of the put form */
    const double by_vol = legs->by_vol[i] - stock * log_by_vol + edges->by_vol[i];
    const double by_rate = edges->by_rate[i] - years * strike;
    const double by_dividend = edges->by_dividend[i] + years * stock;
    const double score = by_log * (stops->first[i] / e->step_vol - 1) + edges->score[i];
    const double by_years =
        (e->rate * by_rate + e->dividend * by_dividend + half_vol * by_vol) / e->expiry;
    out->of[BT_DELTA][i] = money / spot * (is_call ? strike - stock - by_log : by_log);
    out->of[BT_GAMMA][i] = money / spot * score / spot;
    out->of[BT_VEGA][i] = money * by_vol;
    out->of[BT_THETA][i] = -money * by_years;
    out->of[BT_RHO][i] = money * (is_call ? by_dividend : by_rate);
  }
}

void bt_american_greeks_add(bt_american_greek_sums *sums, const bt_vanilla *option,
                            const bt_exercise *exercise, const bt_american_paths_seen *paths)
{
  static const bt_edge_sums no_edges = {.n = 0};
  const bt_american_stops *stops = paths->stops;
  const bt_american_paths_seen held = {stops, &no_edges, paths->n};
  rows found, european;
  bt_exercise_legs legs;
  bt_exercise_payoff_legs(&legs, exercise, stops->date, stops->price, paths->n);
  find_greeks(&found, option, exercise, paths, &legs);
  bt_exercise_european_legs(&legs, exercise, stops->date, stops->price, paths->n);
  find_greeks(&european, option, exercise, &held, &legs);
  for (size_t g = 0; g < BT_GREEK_COUNT; g++)
    bt_pair_sample_add(&sums->of[g], found.of[g], european.of[g], paths->n);
}

void bt_american_greeks_join(bt_american_greek_sums *sums, const bt_american_greek_sums *later)
{
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) bt_pair_sample_join(&sums->of[g], &later->of[g]);
}

bt_american_greeks bt_american_greeks_estimate(const bt_american_greek_sums *sums,
                                               const bt_vanilla *option)
{
  const bt_greeks european = bt_black_scholes_greeks(option);
  const double expected[BT_GREEK_COUNT] = {[BT_DELTA] = european.delta,
                                           [BT_GAMMA] = european.gamma,
                                           [BT_VEGA] = european.vega,
                                           [BT_THETA] = european.theta,
                                           [BT_RHO] = european.rho};
  bt_american_greeks out;
  for (size_t g = 0; g < BT_GREEK_COUNT; g++) {
    const bt_pair_sample *of = &sums->of[g];
    const bt_controlled estimate = bt_pair_sample_control(of, expected[g]);
    const bool is_blind =
        !(of->x.squares > 0); /* no path is worth anything: it is the European's */
    out.value[g] = is_blind ? of->y.mean - of->x.mean + expected[g] : estimate.mean;
    out.std_error[g] = estimate.std_error;
  }
  return out;
}

bt_american_greeks bt_american_greeks_exercised(bt_option_type type)
{
  return (bt_american_greeks){.value = {[BT_DELTA] = type == BT_CALL ? 1 : -1}};
}
